"""Expired tasks that a claim meets leave the ranking, at most 8 a call."""

import pytest

from tests.helpers.chain import DAY, now, reverts, wait
from tests.helpers.flow import AVAILABLE, add_task, add_tasks, new_account, new_pool, reject, request, work

NONE = ("0x" + "00" * 20, 0)


def expired(pool, count, reward=9):
    ids = add_tasks(pool, [reward] * count, lifetime=600)
    return ids


@pytest.mark.parametrize("count", [1, 7])
def test_passed_on_the_way_to_a_good_one(system, approved_pool, worker, count):
    expired(approved_pool, count)
    good = add_task(approved_pool, 5)
    wait(601)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, good)
    assert approved_pool.getQueueLengths() == (count, 1, 0)  # they wait to be refunded


@pytest.mark.parametrize("count", [8, 9])
def test_claim_best_task_returns_zeros_after_8(system, approved_pool, worker, count):
    expired(approved_pool, count)
    good = add_task(approved_pool, 5)
    wait(601)
    assert system.router.claimBestTask(sender=worker) == NONE
    assert system.router.get_logs() == []
    assert not system.router.getUserStatus(worker).hasActiveTask
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, good)


@pytest.mark.parametrize("count", [1, 8])
def test_only_expired_ones(system, approved_pool, worker, count):
    expired(approved_pool, count)
    wait(601)
    assert system.router.claimBestTask(sender=worker) == NONE
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)


def test_progress_goes_on(system, approved_pool, worker):
    """20 expired tasks: three claims that only make progress; the fourth finds the good one."""
    expired(approved_pool, 20)
    good = add_task(approved_pool, 5)
    wait(601)
    results = [system.router.claimBestTask(sender=worker) for _ in range(3)]
    assert results == [NONE, NONE, (approved_pool.address, good)]


def test_over_several_pools(system, approved_pool, pool_owner, worker):
    others = [new_pool(system, pool_owner, approved=True) for _ in range(4)]
    for pool in others:
        expired(pool, 2)
    good = add_task(approved_pool, 5)
    wait(601)
    assert system.router.claimBestTask(sender=worker) == NONE
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, good)


def test_claim_task_from_pool_passes_them_too(system, pool, worker):
    """Of an unapproved pool."""
    expired(pool, 7)
    good = add_task(pool, 5)
    wait(601)
    assert system.router.claimTaskFromPool(pool.address, sender=worker) == good


@pytest.mark.parametrize("count", [8, 9])
def test_claim_task_from_pool_returns_zero_after_8(system, pool, worker, count):
    expired(pool, count)
    good = add_task(pool, 5)
    wait(601)
    assert system.router.claimTaskFromPool(pool.address, sender=worker) == 0
    assert not system.router.getUserStatus(worker).hasActiveTask
    assert system.router.claimTaskFromPool(pool.address, sender=worker) == good


def test_claim_task_from_pool_only_expired_ones(system, pool, worker):
    expired(pool, 1)
    wait(601)
    assert system.router.claimTaskFromPool(pool.address, sender=worker) == 0
    with reverts("NoAvailableTask()"):
        system.router.claimTaskFromPool(pool.address, sender=worker)


def test_claim_task_refuses_an_expired_one(system, pool, worker):
    (task_id,) = expired(pool, 1)
    wait(601)
    with reverts("NoAvailableTask()"):
        system.router.claimTask(pool.address, task_id, sender=worker)


def test_at_the_expiry_it_is_still_given(system, approved_pool, worker):
    (task_id,) = expired(approved_pool, 1)
    wait(600)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task_id)
    assert approved_pool.claimOf(task_id)[1] == now()


def test_passed_tasks_are_refunded_later(system, approved_pool, worker, requester):
    owns = expired(approved_pool, 2)
    _, from_registry = request(system, requester)
    wait(DAY + 1)
    assert system.router.claimBestTask(sender=worker) == NONE
    for task_id in (*owns, from_registry):
        assert approved_pool.taskQueueType(task_id) == AVAILABLE
    approved_pool.releaseExpiredTasks([*owns, from_registry])
    assert approved_pool.getQueueLengths() == (0, 0, 0)
    assert approved_pool.reservedBalance() == 0
    assert system.registry.refundOf(requester) == 5 * 10**15
    # and nothing of them is left in the ranking
    good = add_task(approved_pool, 1)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, good)


def test_passed_tasks_do_not_come_back_with_a_sync(system, approved_pool, worker):
    expired(approved_pool, 3)
    wait(601)
    assert system.router.claimBestTask(sender=worker) == NONE
    approved_pool.sync()
    good = add_task(approved_pool, 1)
    assert system.router.claimBestTask(sender=new_account("next")) == (approved_pool.address, good)


def test_views_pass_them_without_a_claim(system, approved_pool, worker):
    expired(approved_pool, 9)
    good = add_task(approved_pool, 5)
    wait(601)
    assert system.router.getBestTaskFor(worker) == (approved_pool.address, good)
    assert system.router.getBestAvailableTask().taskId == good


def ask_and_claim(system, worker, ask, claim) -> int:
    """A client that claims only when a view names a task; returns how many claims that took."""
    for count in range(1, 60):
        assert ask(), "the view knows of no task"
        claim()
        if system.router.getUserStatus(worker).hasActiveTask:
            return count
    raise AssertionError("never got a task")


WAYS = {
    "getBestTaskFor": lambda router, pool, worker: router.getBestTaskFor(worker)[1],
    "getBestAvailableTask": lambda router, pool, worker: router.getBestAvailableTask().taskId,
    "getAvailablePoolForTask": lambda router, pool, worker: router.getAvailablePoolForTask() == pool.address,
    "getRecommendedPools": lambda router, pool, worker: router.getRecommendedPools(worker, 1) == [pool.address],
    "getTaskOpportunities": lambda router, pool, worker: len(router.getTaskOpportunities(3)),
    "getNextAvailable": lambda router, pool, worker: pool.getNextAvailable(),
    "estimateClaimGas": lambda router, pool, worker: router.estimateClaimGas(pool.address),
}


@pytest.mark.parametrize("way", WAYS)
def test_client_that_asks_first_gets_past_300(system, approved_pool, worker, way):
    """More than the views look at: they name an expired one, as long as a claim meets expired ones."""
    expired(approved_pool, 300)
    good = add_task(approved_pool, 5)
    wait(601)

    def ask():
        return WAYS[way](system.router, approved_pool, worker)

    def claim():
        system.router.claimBestTask(sender=worker)

    assert ask_and_claim(system, worker, ask, claim) == 38
    assert system.router.activeTaskOf(worker) == (approved_pool.address, good)
    assert not ask()


def test_client_of_one_pool_that_asks_first_gets_past_300(system, pool, worker):
    expired(pool, 300)
    good = add_task(pool, 5)
    wait(601)

    def claim():
        gas = system.router.estimateClaimGas(pool.address)
        system.router.claimTaskFromPool(pool.address, sender=worker, gas=gas)

    assert ask_and_claim(system, worker, pool.getNextAvailable, claim) == 38
    assert system.router.activeTaskOf(worker) == (pool.address, good)


def test_nothing_is_named_where_all_have_expired(system, approved_pool, worker):
    """Up to 128 tasks a view looks at: it knows that there is none."""
    expired(approved_pool, 127)
    wait(601)
    assert approved_pool.getNextAvailable() == 0
    assert system.router.estimateClaimGas(approved_pool.address) == 0
    assert system.router.getBestTaskFor(worker) == NONE
    assert system.router.getTaskOpportunities(3) == []


def test_worker_who_is_barred_from_the_best_gets_past_them(system, approved_pool, worker):
    """The best task stays, barred for this worker: expired ones behind it leave one by one."""
    best = add_task(approved_pool, 20)
    work(system, approved_pool, best, worker)
    reject(approved_pool, best, approved_pool.owner())
    ids = expired(approved_pool, 130)
    good = add_task(approved_pool, 5)
    wait(601)
    for _ in range(4):
        assert system.router.getBestTaskFor(worker)[1] in ids
        assert system.router.claimBestTask(sender=worker) == NONE
    assert system.router.getBestTaskFor(worker) == (approved_pool.address, good)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, good)


def test_more_pools_than_are_looked_at(system, approved_pool, pool_owner, worker):
    """33 pools with nothing but expired tasks in front of a good one."""
    for _ in range(33):
        expired(new_pool(system, pool_owner, approved=True), 1)
    good = add_task(approved_pool, 5)
    wait(601)

    def ask():
        assert system.router.getBestTaskFor(worker)[1] == system.router.getBestAvailableTask().taskId
        assert system.router.getTaskOpportunities(0) == []
        return system.router.getBestTaskFor(worker)[1]

    def claim():
        system.router.claimBestTask(sender=worker)

    assert ask_and_claim(system, worker, ask, claim) == 5
    assert system.router.activeTaskOf(worker) == (approved_pool.address, good)
