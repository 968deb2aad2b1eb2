"""TaskPool.cancelTask"""

import pytest

from tests.helpers.chain import DAY, balance, reverts, wait
from tests.helpers.flow import (
    CLAIM_WINDOW,
    ENDED,
    IMAGE_PRICE,
    REWARD,
    accept,
    add_task,
    claim,
    log_names,
    only_event,
    reject,
    request,
    work,
)


def test_default_behavior(system, approved_pool, pool_owner):
    pool = approved_pool
    task_id = add_task(pool)
    pool.cancelTask(task_id, sender=pool_owner)
    assert log_names(pool) == ["TaskCancelled", "TaskRefunded"]
    assert only_event(pool, "TaskRefunded") == {"taskId": task_id, "payer": pool_owner, "amount": REWARD}
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.getPoolStats() == (0, 0, 0, 0, 0, REWARD)
    assert pool.reservedBalance() == 0
    assert pool.getNextAvailable() == 0
    assert system.router.getBestAvailableTask().taskId == 0


def test_emits_task_cancelled(pool, pool_owner):
    task_id = add_task(pool)
    pool.cancelTask(task_id, sender=pool_owner)
    assert only_event(pool, "TaskCancelled") == {"taskId": task_id}


def test_the_next_best_takes_its_place(system, approved_pool, pool_owner):
    low, high = add_task(approved_pool, 1), add_task(approved_pool, 2)
    approved_pool.cancelTask(high, sender=pool_owner)
    assert approved_pool.getNextAvailable() == low
    assert system.router.getBestAvailableTask().taskId == low


def test_released_and_rejected_tasks_can_be_cancelled(system, pool, pool_owner, worker, other_worker):
    released, rejected = add_task(pool), add_task(pool)
    claim(system, pool, released, worker)
    pool.releaseMyClaim(released, sender=worker)
    work(system, pool, rejected, other_worker)
    reject(pool, rejected, pool_owner)
    pool.cancelTask(released, sender=pool_owner)
    pool.cancelTask(rejected, sender=pool_owner)
    assert pool.reservedBalance() == 0
    assert balance(pool) == 2 * REWARD


def test_expired_task_can_be_cancelled(pool, pool_owner):
    task_id = add_task(pool, lifetime=600)
    wait(601)
    pool.cancelTask(task_id, sender=pool_owner)
    assert pool.reservedBalance() == 0


def test_works_when_deactivated(system, pool, pool_owner):
    task_id = add_task(pool)
    system.factory.deactivatePool(pool.address)
    pool.cancelTask(task_id, sender=pool_owner)
    assert pool.taskQueueType(task_id) == ENDED


def test_a_request_by_its_requester(system, approved_pool, requester):
    request_id, task_id = request(system, requester)
    system.registry.cancelRequest(request_id, sender=requester)
    assert log_names(system.registry) == ["TaskCancelled", "TaskRefunded", "RequestRefunded"]
    assert approved_pool.taskQueueType(task_id) == ENDED
    assert system.registry.refundOf(requester) == IMAGE_PRICE
    assert balance(approved_pool) == 0


def test_reverts_a_request_by_anyone_else(system, approved_pool, pool_owner, requester, operator):
    _, task_id = request(system, requester)
    for sender in (pool_owner, requester, operator):
        with reverts("Unauthorized()"):
            approved_pool.cancelTask(task_id, sender=sender)


def test_reverts_own_task_by_anyone_else(system, pool, operator, worker):
    task_id = add_task(pool)
    for sender in (operator, worker, system.registry.address, system.factory.address):
        with reverts("Unauthorized()"):
            pool.cancelTask(task_id, sender=sender)


def test_reverts_claimed_pending_or_ended(system, pool, pool_owner, worker):
    task_id = add_task(pool, lifetime=9 * DAY)
    claim(system, pool, task_id, worker)
    with reverts("NoAvailableTask()"):
        pool.cancelTask(task_id, sender=pool_owner)
    wait(CLAIM_WINDOW)
    system.router.submitTask(pool.address, task_id, b"", 0, 0, "", sender=worker)
    with reverts("NoAvailableTask()"):
        pool.cancelTask(task_id, sender=pool_owner)
    accept(pool, task_id, pool_owner)
    with reverts("NoAvailableTask()"):
        pool.cancelTask(task_id, sender=pool_owner)


def test_reverts_a_lapsed_claim_until_it_is_released(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(CLAIM_WINDOW + 1)
    with reverts("NoAvailableTask()"):
        pool.cancelTask(task_id, sender=pool_owner)
    pool.releaseExpiredTasks([task_id])
    pool.cancelTask(task_id, sender=pool_owner)


def test_reverts_a_second_time(pool, pool_owner):
    task_id = add_task(pool)
    pool.cancelTask(task_id, sender=pool_owner)
    with reverts("NoAvailableTask()"):
        pool.cancelTask(task_id, sender=pool_owner)
    assert balance(pool) == REWARD


@pytest.mark.parametrize("task_id", [0, 1, 2**256 - 1])
def test_reverts_unknown_task(pool, pool_owner, task_id):
    with reverts("TaskNotFound()"):
        pool.cancelTask(task_id, sender=pool_owner)
