"""Expired tasks that a claim meets leave the ranking, at most 8 a call."""

import pytest

from tests.helpers.chain import DAY, now, reverts, wait
from tests.helpers.flow import AVAILABLE, add_task, add_tasks, new_account, new_pool, request

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
