"""TaskRouter.claimBestTask: which task it is"""

import random

import pytest

from tests.helpers.chain import now, reverts, wait
from tests.helpers.flow import (
    ACTIVE,
    CLAIM_WINDOW,
    add_task,
    add_tasks,
    log_names,
    new_account,
    new_pool,
    only_event,
    request,
)


@pytest.fixture
def second_pool(registry, approved_pool, system, pool_owner):
    return new_pool(system, pool_owner, approved=True)


def claim_best(system, name="somebody"):
    return system.router.claimBestTask(sender=new_account(name))


def test_default_behavior(system, approved_pool, worker):
    task_id = add_task(approved_pool, 7)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task_id)
    assert approved_pool.taskQueueType(task_id) == ACTIVE
    assert approved_pool.claimOf(task_id) == (worker, now() + CLAIM_WINDOW)
    assert system.router.getUserStatus(worker) == (approved_pool.address, task_id, now() + CLAIM_WINDOW, 7, True)
    assert system.router.getGlobalStats() == (1, 1, 0, 1, 0, 0, 0)


def test_task_claimed_is_the_first_log(system, approved_pool, worker):
    task_id = add_task(approved_pool)
    system.router.claimBestTask(sender=worker)
    first = system.router.get_logs()[0]
    assert type(first).__name__ == "TaskClaimed"
    assert first.address == approved_pool.address
    assert (first.user, first.taskId, first.deadline) == (worker, task_id, now() + CLAIM_WINDOW)
    assert log_names(system.router) == ["TaskClaimed", "TaskClaimedViaRouter"]


def test_task_claimed_is_the_first_log_after_expired_ones(system, approved_pool, worker):
    add_tasks(approved_pool, [9] * 3, lifetime=600)
    add_task(approved_pool, 1)
    wait(601)
    system.router.claimBestTask(sender=worker)
    assert log_names(system.router) == ["TaskClaimed", "TaskClaimedViaRouter"]


def test_emits_task_claimed_via_router(system, approved_pool, worker):
    task_id = add_task(approved_pool)
    system.router.claimBestTask(sender=worker)
    assert only_event(system.router, "TaskClaimedViaRouter") == {
        "user": worker,
        "pool": approved_pool.address,
        "taskId": task_id,
    }


def test_highest_reward_of_all_pools(system, approved_pool, second_pool):
    add_tasks(approved_pool, [5, 3])
    add_tasks(second_pool, [4, 6])
    order = [claim_best(system, f"w{i}") for i in range(4)]
    first, second = approved_pool.address, second_pool.address
    assert order == [(second, 2), (first, 1), (second, 1), (first, 2)]


def test_the_older_among_equals(system, approved_pool, second_pool):
    """By the second of creation, whichever pool it is in."""
    add_task(second_pool, 5)
    wait(1)
    add_task(approved_pool, 5)
    assert claim_best(system, "a") == (second_pool.address, 1)
    assert claim_best(system, "b") == (approved_pool.address, 1)


def test_the_smaller_pool_id_among_equals_of_one_second(system, registry, pool_owner):
    """Approved in the opposite order, filled in the opposite order."""
    small, middle, big = [new_pool(system, pool_owner) for _ in range(3)]
    for pool in (big, small, middle):
        registry.approvePool(pool.address)
    for pool in (big, middle, small):
        add_task(pool, 5)
    assert [system.factory.allPools(i) for i in range(3)] == [pool.address for pool in (small, middle, big)]
    views = [item.pool for item in system.router.getTaskOpportunities(3)]
    claims = [claim_best(system, f"w{i}")[0] for i in range(3)]
    assert views == claims == [pool.address for pool in (small, middle, big)]


def test_the_smaller_task_id_within_a_pool(system, approved_pool):
    add_tasks(approved_pool, [5] * 3)
    assert [claim_best(system, f"w{i}")[1] for i in range(3)] == [1, 2, 3]


def test_a_task_released_later_keeps_its_age(system, approved_pool, second_pool, worker):
    add_task(approved_pool, 5)
    wait(1)
    add_task(second_pool, 5)
    system.router.claimBestTask(sender=worker)
    wait(100)
    approved_pool.releaseMyClaim(1, sender=worker)
    assert claim_best(system) == (approved_pool.address, 1)


def test_tasks_of_requests_and_owners_together(system, approved_pool, second_pool, requester):
    price = 5 * 10**15
    _, first = request(system, requester)
    holder = system.registry.requestTask(1)[0]
    wait(1)
    add_task(approved_pool, price)
    add_task(second_pool, price + 1)
    assert claim_best(system, "a") == (second_pool.address, second_pool.taskCounter())
    assert claim_best(system, "b") == (holder, first)
    assert claim_best(system, "c") == (approved_pool.address, approved_pool.taskCounter())


def test_own_tasks_of_an_unapproved_pool_are_never_ranked(system, approved_pool, pool_owner, worker):
    unapproved = new_pool(system, pool_owner)
    add_task(unapproved, 10**20)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
    task_id = add_task(approved_pool, 1)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task_id)


def test_own_tasks_of_a_revoked_pool_are_not_ranked(system, approved_pool, requester, worker, other_worker):
    """The requests that are in it stay, also below its owner's tasks."""
    own = add_task(approved_pool, 10**20)
    _, from_registry = request(system, requester)
    system.registry.revokePool(approved_pool.address)
    add_task(approved_pool, 10**20)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, from_registry)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=other_worker)
    system.registry.approvePool(approved_pool.address)
    assert system.router.claimBestTask(sender=other_worker) == (approved_pool.address, own)


def test_many_pools_in_order(system, registry, pool_owner):
    """34 pools, more than one word of the ranking; views and claims go by the same order."""
    dice = random.Random(11)
    pools = [new_pool(system, pool_owner) for _ in range(34)]
    for pool in dice.sample(pools, 34):
        registry.approvePool(pool.address)
    rewards = {}
    for pool in dice.sample(pools, 34):
        rewards[pool.address] = dice.randint(1, 6)
        add_task(pool, rewards[pool.address])
        if dice.random() < 0.5:
            wait(1)
    ids = {pool.address: i for i, pool in enumerate(pools)}
    created = {pool.address: pool.tasks(1)[1] for pool in pools}  # all have the same lifetime
    order = sorted(rewards, key=lambda pool: (-rewards[pool], created[pool], ids[pool]))
    assert [item.pool for item in system.router.getTaskOpportunities(50)] == order
    assert system.router.getRecommendedPools(new_account("w"), 50) == order
    for i in range(6):
        assert system.router.getBestAvailableTask().pool == order[i]
        assert claim_best(system, f"w{i}") == (order[i], 1)


def test_reverts_nothing_available(system, worker):
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)


def test_reverts_everything_claimed(system, approved_pool, worker, other_worker):
    add_task(approved_pool)
    system.router.claimBestTask(sender=worker)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=other_worker)
