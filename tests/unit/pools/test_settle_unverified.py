"""TaskPool.settleUnverified"""

import boa
import pytest

from tests.helpers.chain import DAY, balance, events, reverts, wait
from tests.helpers.flow import (
    ACTIVE,
    AVAILABLE,
    ENDED,
    IMAGE_PRICE,
    PENDING,
    REFUSES,
    RESULT,
    REWARD,
    VERIFICATION_WINDOW,
    add_task,
    add_tasks,
    claim,
    log_names,
    new_account,
    only_event,
    request,
    work,
)


@pytest.fixture
def silent(system, pool, worker):
    """A submitted task whose verifier says nothing; silence refunds."""
    task_id = add_task(pool, lifetime=3 * DAY)
    work(system, pool, task_id, worker)
    return task_id


@pytest.fixture
def silent_paying(system, pool, pool_owner, worker):
    """The same; silence pays the worker."""
    pool.setTaskTerms(3_600, VERIFICATION_WINDOW, 3, True, sender=pool_owner)
    task_id = add_task(pool, lifetime=3 * DAY)
    work(system, pool, task_id, worker)
    return task_id


def test_silence_refunds(system, pool, pool_owner, worker, stranger, silent):
    wait(VERIFICATION_WINDOW + 1)
    before = balance(worker)
    pool.settleUnverified([silent], sender=stranger)
    assert log_names(pool) == ["TaskRefunded"]
    assert only_event(pool, "TaskRefunded") == {"taskId": silent, "payer": pool_owner, "amount": REWARD}
    assert pool.taskQueueType(silent) == ENDED
    assert pool.getPoolStats() == (0, 0, 0, 0, 0, REWARD)
    assert pool.reservedBalance() == 0
    assert balance(worker) == before
    assert not pool.getAITaskData(silent)[4]
    before = balance(pool_owner)
    pool.emergencyWithdraw(sender=pool_owner)
    assert balance(pool_owner) == before + REWARD


def test_silence_pays_the_worker(system, pool, worker, stranger, silent_paying):
    wait(VERIFICATION_WINDOW + 1)
    before = balance(worker)
    pool.settleUnverified([silent_paying], sender=stranger)
    assert log_names(pool) == ["RewardPaid"]
    assert only_event(pool, "RewardPaid") == {"user": worker, "taskId": silent_paying, "amount": REWARD}
    assert balance(worker) == before + REWARD
    assert pool.getPoolStats() == (0, 0, 0, 1, REWARD, 0)
    assert pool.reservedBalance() == 0
    assert pool.getAITaskData(silent_paying)[3:] == (RESULT, True)


@pytest.mark.parametrize("after", [0, VERIFICATION_WINDOW - 1, VERIFICATION_WINDOW])
def test_skips_a_task_within_its_window(pool, silent, after):
    wait(after)
    pool.settleUnverified([silent])
    assert pool.get_logs() == []
    assert pool.taskQueueType(silent) == PENDING


@pytest.mark.parametrize("after", [0, VERIFICATION_WINDOW])
def test_skips_a_paying_task_within_its_window(pool, silent_paying, after):
    wait(after)
    pool.settleUnverified([silent_paying])
    assert pool.taskQueueType(silent_paying) == PENDING
    assert pool.totalRewarded() == 0


def test_after_the_expiry(system, pool, pool_owner, worker):
    """A task that was submitted in time does not expire."""
    pool.setTaskTerms(3_600, VERIFICATION_WINDOW, 3, True, sender=pool_owner)
    task_id = add_task(pool, lifetime=600)
    work(system, pool, task_id, worker)
    wait(VERIFICATION_WINDOW + 1)
    pool.releaseExpiredTasks([task_id])
    assert pool.taskQueueType(task_id) == PENDING
    pool.settleUnverified([task_id])
    assert pool.getAITaskData(task_id)[4]


def test_batch_skips_what_does_not_qualify(system, pool, pool_owner):
    late, second_late, available, active, fresh = add_tasks(pool, [1, 2, 4, 8, 16], lifetime=9 * DAY)
    work(system, pool, late, new_account("w1"))
    work(system, pool, second_late, new_account("w2"))
    wait(VERIFICATION_WINDOW + 1)
    claim(system, pool, active, new_account("w3"))
    work(system, pool, fresh, new_account("w4"))
    pool.settleUnverified([available, late, active, late, fresh, second_late])
    assert [event.taskId for event in events(pool, "TaskRefunded")] == [late, second_late]
    assert [pool.taskQueueType(i) for i in (late, second_late, available, active, fresh)] == [
        ENDED,
        ENDED,
        AVAILABLE,
        ACTIVE,
        PENDING,
    ]
    assert pool.reservedBalance() == 4 + 8 + 16


def test_a_batch_under_both_rules(system, pool, pool_owner):
    refunding = add_task(pool, 3)
    work(system, pool, refunding, new_account("w1"))
    pool.setTaskTerms(3_600, VERIFICATION_WINDOW, 3, True, sender=pool_owner)
    paying = add_task(pool, 5)
    paid = new_account("w2")
    work(system, pool, paying, paid)
    wait(VERIFICATION_WINDOW + 1)
    before = balance(paid)
    pool.settleUnverified([refunding, paying])
    assert log_names(pool) == ["TaskRefunded", "RewardPaid"]
    assert balance(paid) == before + 5
    assert pool.getPoolStats() == (0, 0, 0, 1, 5, 3)
    assert system.router.getGlobalStats()[2:] == (0, 0, 0, 1, 5)


def test_a_second_time_does_nothing(pool, silent):
    wait(VERIFICATION_WINDOW + 1)
    pool.settleUnverified([silent])
    pool.settleUnverified([silent, silent])
    assert pool.get_logs() == []
    assert pool.reservedBalance() == 0


def test_works_when_deactivated(system, pool, worker, silent_paying):
    system.factory.deactivatePool(pool.address)
    wait(VERIFICATION_WINDOW + 1)
    pool.settleUnverified([silent_paying])
    assert pool.getAITaskData(silent_paying)[4]


def test_worker_who_refuses_is_credited(pool, worker, silent_paying):
    boa.env.set_code(worker, REFUSES)
    wait(VERIFICATION_WINDOW + 1)
    pool.settleUnverified([silent_paying])
    assert pool.creditOf(worker) == REWARD
    assert pool.reservedBalance() == balance(pool) == REWARD


def test_registry_task_refunds_the_requester_whatever_the_owner_set(
    system, approved_pool, pool_owner, requester, worker
):
    approved_pool.setTaskTerms(3_600, 3_600, 3, True, sender=pool_owner)
    request_id, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    wait(VERIFICATION_WINDOW)
    approved_pool.settleUnverified([task_id])
    assert approved_pool.taskQueueType(task_id) == PENDING
    wait(1)
    before = balance(worker)
    approved_pool.settleUnverified([task_id])
    assert log_names(approved_pool) == ["TaskRefunded", "RequestRefunded"]
    assert system.registry.refundOf(requester) == IMAGE_PRICE
    assert balance(worker) == before
    assert balance(approved_pool) == approved_pool.reservedBalance() == 0
    assert not system.registry.getInferenceRequest(request_id).hasResult


@pytest.mark.parametrize("unknown", [0, 2, 2**256 - 1])
def test_reverts_unknown_task(pool, silent, unknown):
    wait(VERIFICATION_WINDOW + 1)
    with reverts("TaskNotFound()"):
        pool.settleUnverified([silent, unknown])
    assert pool.taskQueueType(silent) == PENDING
