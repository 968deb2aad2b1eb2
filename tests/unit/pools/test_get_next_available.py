"""TaskPool.getNextAvailable, getNextAvailableFor"""

import random

from tests.helpers.chain import DAY, wait
from tests.helpers.flow import CLAIM_WINDOW, add_task, add_tasks, claim, new_account, reject, request, work

ZERO = "0x" + "00" * 20


def test_nothing(pool, worker):
    assert pool.getNextAvailable() == 0
    assert pool.getNextAvailableFor(worker, False) == pool.getNextAvailableFor(worker, True) == 0


def test_highest_reward(pool):
    add_tasks(pool, [5, 9, 7])
    assert pool.getNextAvailable() == 2


def test_oldest_among_equals(pool):
    add_tasks(pool, [7, 9, 9, 9])
    wait(100)
    add_task(pool, 9)
    assert pool.getNextAvailable() == 2


def test_a_released_task_keeps_its_age(system, pool, worker):
    first, second = add_tasks(pool, [9, 9])
    claim(system, pool, first, worker)
    assert pool.getNextAvailable() == second
    pool.releaseMyClaim(first, sender=worker)
    assert pool.getNextAvailable() == first


def test_registry_and_own_tasks_together(system, approved_pool, requester):
    price = 5 * 10**15
    own = add_task(approved_pool, price - 1)
    _, equal = request(system, requester)
    assert approved_pool.getNextAvailable() == equal
    better = add_task(approved_pool, price)
    assert approved_pool.getNextAvailable() == equal
    best = add_task(approved_pool, price + 1)
    assert approved_pool.getNextAvailable() == best
    for task_id in (best, better, own):
        approved_pool.cancelTask(task_id, sender=approved_pool.owner())
    assert approved_pool.getNextAvailable() == equal


def test_ranked_only(system, pool, registry, requester, worker):
    """Own tasks of an unapproved pool are not ranked; the registry's are."""
    own = add_task(pool, 10**18)
    assert pool.getNextAvailableFor(worker, True) == 0
    registry.approvePool(pool.address)
    _, from_registry = request(system, requester)
    assert pool.getNextAvailableFor(worker, True) == own
    registry.revokePool(pool.address)
    assert pool.getNextAvailableFor(worker, True) == from_registry
    assert pool.getNextAvailableFor(worker, False) == pool.getNextAvailable() == own


def test_expired_tasks_are_passed(pool):
    add_tasks(pool, [9, 9], lifetime=600)
    good = add_task(pool, 5, lifetime=DAY)
    wait(600)
    assert pool.getNextAvailable() == 1
    wait(1)
    assert pool.getNextAvailable() == good


def test_barred_workers_see_the_best_of_the_others(system, pool, pool_owner, worker, other_worker):
    rejected, lapsed, rest = add_tasks(pool, [9, 8, 7])
    work(system, pool, rejected, worker)
    reject(pool, rejected, pool_owner)
    claim(system, pool, lapsed, worker)
    wait(CLAIM_WINDOW + 1)
    pool.releaseExpiredTasks([lapsed])
    assert pool.getNextAvailableFor(worker, False) == rest
    assert pool.getNextAvailableFor(other_worker, False) == pool.getNextAvailable() == rejected


def test_many_tasks_in_order(system, pool):
    """Claimed one after the other, tasks come by reward and age."""
    dice = random.Random(3)
    rewards = [dice.randint(1, 9) for _ in range(36)]
    ids = add_tasks(pool, rewards)
    order = sorted(ids, key=lambda task_id: (-rewards[task_id - 1], task_id))
    for i, task_id in enumerate(order):
        assert pool.getNextAvailable() == task_id
        assert system.router.claimTaskFromPool(pool.address, sender=new_account(f"w {i}")) == task_id
    assert pool.getNextAvailable() == 0


def test_many_expired_tasks_hide_no_good_one(pool):
    """As many expired tasks above it as a pool may have."""
    add_tasks(pool, [9] * 40, lifetime=600)
    good = add_task(pool, 5, lifetime=DAY)
    wait(601)
    assert pool.getNextAvailable() == good
