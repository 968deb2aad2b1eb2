"""TaskPool.batchVerifyAndPay"""

import pytest

from tests.helpers.chain import DAY, balance, events, reverts, wait
from tests.helpers.flow import (
    ACTIVE,
    AVAILABLE,
    ENDED,
    PENDING,
    VERIFICATION_WINDOW,
    accept,
    add_task,
    add_tasks,
    claim,
    log_names,
    new_account,
    work,
)


def workers(count: int) -> list[str]:
    return [new_account(f"worker {i}") for i in range(count)]


def test_default_behavior(system, pool, pool_owner):
    ids = add_tasks(pool, [10, 20, 40])
    who = workers(3)
    for task_id, account in zip(ids, who, strict=False):
        work(system, pool, task_id, account)
    before = [balance(account) for account in who]
    pool.batchVerifyAndPay(ids, [True, False, True], sender=pool_owner)
    assert log_names(pool) == ["ZKPVerified", "RewardPaid", "ZKPVerified", "TaskReleased", "ZKPVerified", "RewardPaid"]
    assert [(event.taskId, event.isValid) for event in events(pool, "ZKPVerified")] == list(
        zip(ids, [True, False, True], strict=False)
    )

    assert [balance(account) - was for account, was in zip(who, before, strict=False)] == [10, 0, 40]
    assert [pool.taskQueueType(task_id) for task_id in ids] == [ENDED, AVAILABLE, ENDED]
    assert pool.getPoolStats() == (1, 0, 0, 2, 50, 20)
    assert pool.reservedBalance() == 20


def test_skips_what_is_not_pending(system, pool, pool_owner):
    available, active, pending, paid, cancelled, late = add_tasks(pool, [1, 2, 4, 8, 16, 32], lifetime=9 * DAY)
    who = workers(4)
    work(system, pool, late, who[0])
    wait(VERIFICATION_WINDOW + 1)
    claim(system, pool, active, who[1])
    work(system, pool, pending, who[2])
    work(system, pool, paid, who[3])
    accept(pool, paid, pool_owner)
    pool.cancelTask(cancelled, sender=pool_owner)
    ids = [available, active, paid, late, cancelled, pending, pending]
    pool.batchVerifyAndPay(ids, [True] * 7, sender=pool_owner)
    assert log_names(pool) == ["ZKPVerified", "RewardPaid"]
    assert [pool.taskQueueType(task_id) for task_id in (available, active, pending, paid, cancelled, late)] == [
        AVAILABLE,
        ACTIVE,
        ENDED,
        ENDED,
        ENDED,
        PENDING,
    ]
    assert pool.totalRewarded() == 12
    assert pool.reservedBalance() == 1 + 2 + 32


def test_nothing_to_do(pool, pool_owner):
    pool.batchVerifyAndPay([], [], sender=pool_owner)
    assert pool.get_logs() == []


def test_skips_a_settled_task_of_a_former_verifier(system, pool, pool_owner, worker, other_worker):
    """A task that ended meanwhile must not refuse the batch of the verifier who judged it."""
    settled, pending = add_tasks(pool, [1, 2])
    work(system, pool, settled, worker)
    wait(VERIFICATION_WINDOW)
    work(system, pool, pending, other_worker)
    pool.setZKPVerifier(new_account("successor"), sender=pool_owner)
    wait(1)
    pool.settleUnverified([settled])
    pool.batchVerifyAndPay([settled, pending], [True, True], sender=pool_owner)
    assert pool.taskQueueType(pending) == ENDED
    assert pool.totalRewarded() == 2


def test_256_at_once(system, pool, pool_owner, worker):
    """The bound of the list: one pending task named 256 times is judged once."""
    task_id = add_task(pool, 7)
    work(system, pool, task_id, worker)
    pool.batchVerifyAndPay([task_id] * 256, [True] * 256, sender=pool_owner)
    assert pool.getPoolStats() == (0, 0, 0, 1, 7, 0)


@pytest.mark.parametrize("lengths", [(1, 0), (0, 1), (2, 1), (1, 2), (256, 255)])
def test_reverts_unequal_lengths(system, pool, pool_owner, worker, lengths):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    with reverts("InvalidInput()"):
        pool.batchVerifyAndPay([task_id] * lengths[0], [True] * lengths[1], sender=pool_owner)


@pytest.mark.parametrize("unknown", [0, 2, 2**256 - 1])
def test_reverts_unknown_task(system, pool, pool_owner, worker, unknown):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    with reverts("TaskNotFound()"):
        pool.batchVerifyAndPay([task_id, unknown], [True, True], sender=pool_owner)
    assert pool.taskQueueType(task_id) == PENDING


def test_reverts_caller_is_not_the_verifier(system, pool, worker, stranger):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    for sender in (worker, stranger):
        with reverts("Unauthorized()"):
            pool.batchVerifyAndPay([task_id], [True], sender=sender)


def test_reverts_one_task_of_another_verifier(system, approved_pool, pool_owner, requester, worker, other_worker):
    """The pool's verifier cannot slip in a task of the registry."""
    pool = approved_pool
    own = add_task(pool)
    registry_task = system.registry.requestInference("image-v1", "a cat", value=5 * 10**15, sender=requester) + 1
    work(system, pool, own, worker)
    work(system, pool, registry_task, other_worker)
    with reverts("Unauthorized()"):
        pool.batchVerifyAndPay([own, registry_task], [True, True], sender=pool_owner)
    assert pool.getQueueLengths() == (0, 0, 2)
