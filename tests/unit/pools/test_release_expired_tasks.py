"""TaskPool.releaseExpiredTasks, releaseExpired"""

import pytest

from tests.helpers.chain import DAY, balance, events, reverts, wait
from tests.helpers.flow import (
    ACTIVE,
    AVAILABLE,
    CLAIM_WINDOW,
    ENDED,
    IMAGE_PRICE,
    PENDING,
    REWARD,
    add_task,
    add_tasks,
    claim,
    log_names,
    new_account,
    only_event,
    request,
    work,
)


def test_lapsed_claim_is_available_again(system, pool, worker, stranger):
    task_id = add_task(pool)
    expiry = pool.tasks(task_id)[1]
    claim(system, pool, task_id, worker)
    wait(CLAIM_WINDOW + 1)
    pool.releaseExpiredTasks([task_id], sender=stranger)
    assert log_names(pool) == ["TaskReleased"]
    assert only_event(pool, "TaskReleased") == {"taskId": task_id}
    assert pool.taskQueueType(task_id) == AVAILABLE
    assert pool.getQueueLengths() == (1, 0, 0)
    assert pool.tasks(task_id)[:3] == (REWARD, expiry, "0x" + "00" * 20)
    assert pool.getNextAvailable() == task_id
    assert pool.reservedBalance() == balance(pool) == REWARD


@pytest.mark.parametrize("after", [0, CLAIM_WINDOW - 1, CLAIM_WINDOW])
def test_skips_a_claim_in_time(system, pool, worker, after):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(after)
    pool.releaseExpiredTasks([task_id])
    assert pool.get_logs() == []
    assert pool.taskQueueType(task_id) == ACTIVE


def test_expired_available_task_is_refunded(pool, pool_owner):
    task_id = add_task(pool, lifetime=600)
    wait(601)
    pool.releaseExpiredTasks([task_id])
    assert log_names(pool) == ["TaskRefunded"]
    assert only_event(pool, "TaskRefunded") == {"taskId": task_id, "payer": pool_owner, "amount": REWARD}
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.getPoolStats() == (0, 0, 0, 0, 0, REWARD)
    assert pool.reservedBalance() == 0
    assert pool.tasks(task_id)[3]  # exists stays true
    assert not pool.getAITaskData(task_id)[4]


@pytest.mark.parametrize("after", [0, 599, 600])
def test_skips_an_available_task_in_time(pool, after):
    task_id = add_task(pool, lifetime=600)
    wait(after)
    pool.releaseExpiredTasks([task_id])
    assert pool.taskQueueType(task_id) == AVAILABLE
    assert pool.reservedBalance() == REWARD


def test_lapsed_claim_of_an_expired_task_is_refunded(system, pool, worker):
    task_id = add_task(pool, lifetime=600)
    claim(system, pool, task_id, worker)
    wait(600)
    pool.releaseExpiredTasks([task_id])
    assert pool.taskQueueType(task_id) == ACTIVE
    wait(1)
    pool.releaseExpiredTasks([task_id])
    assert log_names(pool) == ["TaskReleased", "TaskRefunded"]
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.getQueueLengths() == (0, 0, 0)
    assert (balance(pool), pool.reservedBalance()) == (REWARD, 0)
    assert pool.getNextAvailable() == 0


def test_lapsed_claim_released_long_after(system, pool, worker):
    """The claim lapsed before the expiry, but nobody released it until the task had expired."""
    task_id = add_task(pool, lifetime=2 * CLAIM_WINDOW)
    claim(system, pool, task_id, worker)
    wait(2 * CLAIM_WINDOW)
    wait(1)
    pool.releaseExpiredTasks([task_id])
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.reservedBalance() == 0


def test_expired_registry_task_refunds_the_requester(system, approved_pool, requester):
    _, task_id = request(system, requester)
    wait(DAY)
    approved_pool.releaseExpiredTasks([task_id])
    assert approved_pool.taskQueueType(task_id) == AVAILABLE
    wait(1)
    approved_pool.releaseExpiredTasks([task_id])
    assert log_names(approved_pool) == ["TaskRefunded", "RequestRefunded"]
    assert system.registry.refundOf(requester) == IMAGE_PRICE
    assert balance(approved_pool) == approved_pool.reservedBalance() == 0


def test_batch_counts_and_skips(system, pool, pool_owner):
    lapsed, expired, pending, active, fresh, ended = add_tasks(pool, [1, 2, 4, 8, 16, 32], lifetime=DAY)
    old = add_task(pool, 64, lifetime=600)
    claim(system, pool, lapsed, new_account("w1"))
    work(system, pool, pending, new_account("w2"))
    pool.cancelTask(ended, sender=pool_owner)
    wait(CLAIM_WINDOW + 1)
    claim(system, pool, active, new_account("w3"))
    ids = [lapsed, old, pending, active, fresh, ended, expired, lapsed, old]
    assert pool.releaseExpired(ids) == 2
    assert [event.taskId for event in events(pool, "TaskReleased")] == [lapsed]
    assert pool.releaseExpired(ids) == 0
    types = [pool.taskQueueType(i) for i in (lapsed, old, pending, active, fresh, ended)]
    assert types == [AVAILABLE, ENDED, PENDING, ACTIVE, AVAILABLE, ENDED]
    assert pool.reservedBalance() == 1 + 2 + 4 + 8 + 16
    assert balance(pool) == 127


def test_nothing_to_do(pool):
    assert pool.releaseExpired([]) == 0
    pool.releaseExpiredTasks([])
    assert pool.get_logs() == []


def test_works_when_deactivated(system, pool, worker):
    lapsed, expired = add_task(pool), add_task(pool, lifetime=600)
    claim(system, pool, lapsed, worker)
    system.factory.deactivatePool(pool.address)
    wait(CLAIM_WINDOW + 1)
    assert pool.releaseExpired([lapsed, expired]) == 2
    assert pool.reservedBalance() == REWARD


def test_256_at_once(pool):
    task_id = add_task(pool, lifetime=600)
    wait(601)
    assert pool.releaseExpired([task_id] * 256) == 1


@pytest.mark.parametrize("unknown", [0, 2, 2**256 - 1])
def test_reverts_unknown_task(pool, unknown):
    task_id = add_task(pool, lifetime=600)
    wait(601)
    with reverts("TaskNotFound()"):
        pool.releaseExpiredTasks([task_id, unknown])
    with reverts("TaskNotFound()"):
        pool.releaseExpired([task_id, unknown])
    assert pool.taskQueueType(task_id) == AVAILABLE
