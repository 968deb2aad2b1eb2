"""TaskPoolViewer.findTasks"""

import random

import pytest

from tests.helpers.chain import DAY, now, wait
from tests.helpers.flow import add_task, add_tasks, claim, new_account, new_pool, request


def find(system, models=(), min_reward=0, offset=0, limit=256):
    return system.viewer.findTasks(system.factory.address, list(models), min_reward, offset, limit)


def pages(system, models, min_reward, limit):
    """All pages to the end."""
    items, offset = [], 0
    for _ in range(300):
        page, offset = find(system, models, min_reward, offset, limit)
        assert len(page) <= limit
        items += page
        if offset == 0:
            return items
    raise AssertionError("no end")


def places(items):
    return [(item.pool, item.taskId) for item in items]


def test_default_behavior(system, pool, pool_owner):
    other = new_pool(system, pool_owner)
    add_task(pool, 7, model="small", lifetime=700)
    add_task(other, 9, model="large", lifetime=800)
    first = (pool.address, 1, 7, now() + 700, "small")
    second = (other.address, 1, 9, now() + 800, "large")
    assert find(system) == ([first, second], 0)
    assert find(system, ["small"]) == ([first], 0)
    assert find(system, ["large", "unknown"]) == ([second], 0)
    assert find(system, ["small", "large"]) == ([first, second], 0)
    assert find(system, ["unknown"]) == find(system, ["smal"]) == ([], 0)
    assert find(system, [], 7) == ([first, second], 0)
    assert find(system, [], 8) == ([second], 0)
    assert find(system, ["small"], 8) == ([], 0)
    assert find(system, [], 2**256 - 1) == ([], 0)


def test_nothing(system):
    assert find(system) == ([], 0)


def test_empty_pools(system, pool, pool_owner):
    new_pool(system, pool_owner)
    assert find(system) == ([], 0)


def test_what_cannot_be_claimed_is_left_out(system, approved_pool, pool_owner, requester, worker):
    inactive = new_pool(system, pool_owner)
    add_task(inactive)
    system.factory.deactivatePool(inactive.address)
    claimed, _, _ = add_tasks(approved_pool, [5, 6, 7], lifetime=2 * DAY)
    add_task(approved_pool, lifetime=600)
    _, from_registry = request(system, requester)
    claim(system, approved_pool, claimed, worker)
    wait(600)
    assert places(find(system)[0]) == [(approved_pool.address, i) for i in (2, 3, 4, from_registry)]
    wait(1)
    items = find(system)[0]
    assert places(items) == [(approved_pool.address, i) for i in (2, 3, from_registry)]
    assert items[2].modelId == "image-v1"


def test_what_is_found_can_be_claimed(system, pool, pool_owner):
    add_tasks(pool, [5, 6], models=["a", "b"])
    add_tasks(new_pool(system, pool_owner), [5, 6], models=["b", "a"])
    for i, item in enumerate(find(system, ["b"])[0]):
        claim(system, system.pool(item.pool), item.taskId, new_account(f"w{i}"))
    assert [item.modelId for item in find(system)[0]] == ["a", "a"]


@pytest.fixture
def many(system, pool_owner):
    """Five pools, one of them empty, one inactive; 60 tasks of three models, some claimed."""
    dice = random.Random(4)
    pools = [new_pool(system, pool_owner) for _ in range(5)]
    tasks = []
    for i in (0, 2, 4):
        models = [dice.choice(["a", "b", "c"]) for _ in range(20)]
        rewards = [dice.randint(1, 9) for _ in range(20)]
        ids = add_tasks(pools[i], rewards, models=models)
        claimed = dice.sample(ids, 3)
        for task_id in claimed:
            claim(system, pools[i], task_id, new_account(f"{i} {task_id}"))
        tasks += [
            (pools[i].address, task_id, rewards[task_id - 1], models[task_id - 1])
            for task_id in ids
            if task_id not in claimed
        ]
    add_task(pools[3])
    system.factory.deactivatePool(pools[3].address)
    return tasks


@pytest.mark.parametrize("limit", [1, 7, 17, 50, 51, 52, 256])
@pytest.mark.parametrize(("models", "min_reward"), [([], 0), (["a"], 0), (["b", "c"], 4), (["d"], 0)])
def test_pages_to_the_end(system, many, limit, models, min_reward):
    expected = [
        (pool, task_id) for pool, task_id, reward, model in many if reward >= min_reward and model in (models or "abc")
    ]
    assert places(pages(system, models, min_reward, limit)) == expected


def test_a_page_goes_on_when_tasks_were_claimed_meanwhile(system, pool):
    """Also the very task that the offset names."""
    add_tasks(pool, [1] * 6)
    page, offset = find(system, limit=2)
    assert places(page) == [(pool.address, 1), (pool.address, 2)]
    for task_id in (1, 3):
        claim(system, pool, task_id, new_account(f"w{task_id}"))
    assert places(find(system, offset=offset)[0]) == [(pool.address, i) for i in (4, 5, 6)]


def test_limit_0(system, pool):
    add_task(pool)
    assert find(system, limit=0)[0] == []


@pytest.mark.parametrize("offset", [1 << 32, 2 << 32 | 5, 2**256 - 1])
def test_offset_past_the_last_pool(system, pool, offset):
    add_task(pool)
    assert find(system, offset=offset) == ([], 0)


@pytest.mark.parametrize("task_id", [2, 33, 2**32 - 1])
def test_offset_past_the_last_task(system, pool, pool_owner, task_id):
    """The search goes on in the next pool."""
    add_task(pool)
    other = new_pool(system, pool_owner)
    add_task(other)
    assert places(find(system, offset=task_id)[0]) == [(other.address, 1)]
