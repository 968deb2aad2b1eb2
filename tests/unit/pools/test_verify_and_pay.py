"""TaskPool.verifyAndPay, for the owner's own tasks"""

import pytest

from tests.helpers.chain import DAY, balance, reverts, wait
from tests.helpers.flow import (
    AVAILABLE,
    ENDED,
    RESULT,
    REWARD,
    VERIFICATION_WINDOW,
    accept,
    add_task,
    claim,
    log_names,
    only_event,
    reject,
    work,
)


def test_accepted(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    before = balance(worker)
    accept(pool, task_id, pool_owner)
    assert log_names(pool) == ["ZKPVerified", "RewardPaid"]

    assert balance(worker) == before + REWARD
    assert balance(pool) == pool.reservedBalance() == 0
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.getPoolStats() == (0, 0, 0, 1, REWARD, 0)
    assert (pool.totalProcessed(), pool.totalRewarded()) == (1, REWARD)
    assert pool.getAITaskData(task_id)[3:] == (RESULT, True)
    assert pool.tasks(task_id)[2:4] == (worker, True)
    assert pool.creditOf(worker) == 0
    assert system.router.getGlobalStats()[2:] == (0, 0, 0, 1, REWARD)


def test_accepted_emits(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    accept(pool, task_id, pool_owner)
    assert only_event(pool, "RewardPaid") == {"user": worker, "taskId": task_id, "amount": REWARD}
    pool_2 = pool
    task_id = add_task(pool_2)
    work(system, pool_2, task_id, worker)
    accept(pool_2, task_id, pool_owner)
    assert only_event(pool_2, "ZKPVerified") == {"taskId": task_id, "isValid": True, "verifier": pool_owner}


def test_rejected(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    before = balance(worker)
    reject(pool, task_id, pool_owner)
    assert log_names(pool) == ["ZKPVerified", "TaskReleased"]
    assert only_event(pool, "ZKPVerified") == {"taskId": task_id, "isValid": False, "verifier": pool_owner}

    assert balance(worker) == before
    assert balance(pool) == pool.reservedBalance() == REWARD
    assert pool.taskQueueType(task_id) == AVAILABLE
    assert pool.getPoolStats() == (1, 0, 0, 0, 0, REWARD)
    assert pool.getNextAvailable() == task_id
    assert pool.tasks(task_id)[2] == "0x" + "00" * 20
    assert not pool.getAITaskData(task_id)[4]


def test_rejected_after_expiry_is_refunded_at_once(system, pool, pool_owner, worker):
    task_id = add_task(pool, lifetime=600)
    work(system, pool, task_id, worker)
    wait(601)
    reject(pool, task_id, pool_owner)
    assert log_names(pool) == ["ZKPVerified", "TaskReleased", "TaskRefunded"]
    assert only_event(pool, "TaskRefunded") == {"taskId": task_id, "payer": pool_owner, "amount": REWARD}
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.getPoolStats() == (0, 0, 0, 0, 0, REWARD)
    assert pool.reservedBalance() == 0
    assert pool.getNextAvailable() == 0


def test_rejected_at_the_expiry_is_available_again(system, pool, pool_owner, worker, other_worker):
    task_id = add_task(pool, lifetime=600)
    work(system, pool, task_id, worker)
    wait(600)
    reject(pool, task_id, pool_owner)
    assert pool.taskQueueType(task_id) == AVAILABLE
    work(system, pool, task_id, other_worker)
    accept(pool, task_id, pool_owner)
    assert pool.totalProcessed() == 1


@pytest.mark.parametrize("is_valid", [True, False])
@pytest.mark.parametrize("after", [VERIFICATION_WINDOW - 1, VERIFICATION_WINDOW])
def test_in_time(system, pool, pool_owner, worker, is_valid, after):
    task_id = add_task(pool, lifetime=3 * DAY)
    work(system, pool, task_id, worker)
    wait(after)
    pool.verifyAndPay(task_id, is_valid, sender=pool_owner)
    assert pool.taskQueueType(task_id) == (ENDED if is_valid else AVAILABLE)


@pytest.mark.parametrize("is_valid", [True, False])
def test_reverts_one_second_past_the_window(system, pool, pool_owner, worker, is_valid):
    task_id = add_task(pool, lifetime=3 * DAY)
    work(system, pool, task_id, worker)
    wait(VERIFICATION_WINDOW + 1)
    with reverts("TaskDeadlinePassed()"):
        pool.verifyAndPay(task_id, is_valid, sender=pool_owner)
    assert pool.reservedBalance() == REWARD


def test_reverts_not_pending(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    with reverts("TaskNotPending()"):
        accept(pool, task_id, pool_owner)
    claim(system, pool, task_id, worker)
    with reverts("TaskNotPending()"):
        accept(pool, task_id, pool_owner)
    wait(3_601)  # lapsed, not released
    with reverts("TaskNotPending()"):
        reject(pool, task_id, pool_owner)


def test_reverts_ended(system, pool, pool_owner, worker):
    paid, cancelled = add_task(pool), add_task(pool)
    work(system, pool, paid, worker)
    accept(pool, paid, pool_owner)
    pool.cancelTask(cancelled, sender=pool_owner)
    for task_id in (paid, cancelled):
        for is_valid in (True, False):
            with reverts("TaskNotPending()"):
                pool.verifyAndPay(task_id, is_valid, sender=pool_owner)
    assert pool.getPoolStats() == (0, 0, 0, 1, REWARD, REWARD)


def test_reverts_caller_is_not_the_verifier(system, pool, registry, worker, operator, verifier):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    for sender in (worker, operator, verifier, registry.address, system.router.address):
        with reverts("Unauthorized()"):
            accept(pool, task_id, sender)


def test_owner_is_no_verifier_once_there_is_another(system, pool, pool_owner, worker, other_worker):
    pool.setZKPVerifier(other_worker, sender=pool_owner)
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    with reverts("Unauthorized()"):
        accept(pool, task_id, pool_owner)


@pytest.mark.parametrize("task_id", [0, 1, 2**256 - 1])
def test_reverts_unknown_task(pool, pool_owner, task_id):
    with reverts("TaskNotFound()"):
        accept(pool, task_id, pool_owner)
