"""The router's views of tasks and pools: "best" and "recommended" are what claimBestTask then claims."""

import random

import pytest

from tests.helpers.chain import DAY, balance, wait
from tests.helpers.flow import CLAIM_WINDOW, add_task, add_tasks, claim, new_account, new_pool, reject, request, work

ZERO = "0x" + "00" * 20


def check_agreement(system, worker):
    """Each view of what is best for a worker, against the claim that follows."""
    router = system.router
    promised = router.getBestTaskFor(worker)
    recommended = router.getRecommendedPools(worker, 10)
    claimed = router.claimBestTask(sender=worker)
    assert claimed == promised
    assert recommended[0] == claimed[0]
    return claimed


def test_nothing_available(system, approved_pool, worker):
    router = system.router
    assert router.getBestAvailableTask() == (ZERO, 0, 0, 0, 0)
    assert router.getBestTaskFor(worker) == (ZERO, 0)
    assert router.getTaskOpportunities(10) == []
    assert router.getRecommendedPools(worker, 10) == []
    assert router.getAvailablePoolForTask() == ZERO


def test_best_available_task(system, approved_pool, pool_owner, stranger):
    other = new_pool(system, pool_owner, approved=True)
    add_tasks(approved_pool, [5, 7, 6])
    add_tasks(other, [4])
    assert system.router.getBestAvailableTask() == (approved_pool.address, 2, 7, 3, balance(approved_pool))
    assert balance(approved_pool) == 18
    assert system.router.getAvailablePoolForTask() == approved_pool.address
    assert system.router.getTaskOpportunities(10) == [
        (approved_pool.address, 2, 7, 3, 18),
        (other.address, 1, 4, 1, 4),
    ]


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 4, 5, 120, 121, 2**256 - 1])
def test_limits(system, approved_pool, pool_owner, worker, limit):
    pools = [approved_pool] + [new_pool(system, pool_owner, approved=True) for _ in range(3)]
    for i, pool in enumerate(pools):
        add_task(pool, 10 + i)
    order = [pool.address for pool in reversed(pools)]
    assert [item.pool for item in system.router.getTaskOpportunities(limit)] == order[:limit]
    assert system.router.getRecommendedPools(worker, limit) == order[:limit]


def test_agree_with_claims_through_a_day(system, registry, pool_owner, requester, verifier):
    """Several pools, some unapproved, requests, rejections, lapses, expiries: workers get what was promised."""
    dice = random.Random(8)
    pools = [new_pool(system, pool_owner) for _ in range(6)]
    for pool in dice.sample(pools[:4], 4):
        registry.approvePool(pool.address)
    for pool in pools:
        add_tasks(pool, [dice.randint(1, 5) for _ in range(6)], lifetime=3 * DAY)
    for _ in range(4):
        request(system, requester)
    workers = [new_account(f"w{i}") for i in range(6)]
    claims = 0
    for step in range(12):
        worker = workers[step % 6]
        if not system.router.getUserStatus(worker).hasActiveTask:
            pool, task_id = check_agreement(system, worker)
            claims += 1
            pool = system.pool(pool)
            if step % 3 == 0:
                system.router.submitTask(pool.address, task_id, b"", 0, 0, "", sender=worker)
                reject(
                    pool, task_id, verifier if system.viewer.verifierOf(pool.address, task_id) == ZERO else pool_owner
                )
            elif step % 3 == 1:
                wait(CLAIM_WINDOW + 1)
                pool.releaseExpiredTasks([task_id])
            else:
                pool.releaseMyClaim(task_id, sender=worker)
    assert claims == 12


def test_unapproved_and_inactive_pools_are_not_recommended(system, approved_pool, pool_owner, worker):
    unapproved = new_pool(system, pool_owner)
    inactive = new_pool(system, pool_owner, approved=True)
    add_task(unapproved, 100)
    add_task(inactive, 50)
    add_task(approved_pool, 1)
    system.factory.deactivatePool(inactive.address)
    assert system.router.getRecommendedPools(worker, 9) == [approved_pool.address]
    assert [item.pool for item in system.router.getTaskOpportunities(9)] == [approved_pool.address]


def test_recommended_pools_are_for_this_worker(system, approved_pool, pool_owner, worker, other_worker):
    other = new_pool(system, pool_owner, approved=True)
    add_task(approved_pool, 9)
    add_task(other, 8)
    work(system, approved_pool, 1, worker)
    reject(approved_pool, 1, pool_owner)
    assert system.router.getRecommendedPools(worker, 9) == [other.address]
    assert system.router.getRecommendedPools(other_worker, 9) == [approved_pool.address, other.address]
    assert check_agreement(system, worker) == (other.address, 1)
    assert check_agreement(system, other_worker) == (approved_pool.address, 1)


def test_a_pool_counts_with_its_next_task(system, approved_pool, pool_owner, worker):
    """Its best has expired and no claim has met it yet."""
    other = new_pool(system, pool_owner, approved=True)
    add_task(approved_pool, 9, lifetime=600)
    add_task(approved_pool, 5)
    add_task(other, 7)
    wait(601)
    assert [item[:3] for item in system.router.getTaskOpportunities(9)] == [
        (other.address, 1, 7),
        (approved_pool.address, 2, 5),
    ]
    assert system.router.getTaskOpportunities(1)[0].pool == other.address
    assert check_agreement(system, worker) == (other.address, 1)


def test_more_pools_than_are_returned_at_first_sight(system, registry, pool_owner, worker):
    """The best of many pools are expired: the view looks behind them."""
    pools = [new_pool(system, pool_owner, approved=True) for _ in range(12)]
    for i, pool in enumerate(pools[:11]):
        add_task(pool, 100 + i, lifetime=600)
    good = add_task(pools[11], 1)
    wait(601)
    assert system.router.getBestTaskFor(worker) == (pools[11].address, good)


def test_find_pools_with_tasks(system, approved_pool, pool_owner, worker):
    """Active pools, approved or not, by id."""
    two, none, inactive = [new_pool(system, pool_owner) for _ in range(3)]
    add_task(approved_pool)
    add_tasks(two, [1, 1])
    add_tasks(inactive, [1, 1, 1])
    system.factory.deactivatePool(inactive.address)
    router = system.router
    assert router.findPoolsWithTasks(0) == [approved_pool.address, two.address, none.address]
    assert router.findPoolsWithTasks(1) == [approved_pool.address, two.address]
    assert router.findPoolsWithTasks(2) == [two.address]
    assert router.findPoolsWithTasks(3) == router.findPoolsWithTasks(2**256 - 1) == []
    claim(system, approved_pool, 1, worker)
    assert router.findPoolsWithTasks(1) == [two.address]


def test_get_pools_by_category(system, pool_owner):
    first = new_pool(system, pool_owner, "images")
    new_pool(system, pool_owner, "texts")
    third = new_pool(system, pool_owner, "images")
    assert system.router.getPoolsByCategory("images") == [first.address, third.address]
    assert system.router.getPoolsByCategory("sounds") == []
    system.factory.setPoolCategory(first.address, "sounds", sender=pool_owner)
    assert system.router.getPoolsByCategory("images") == [third.address]
    assert system.router.getPoolsByCategory("sounds") == [first.address]
