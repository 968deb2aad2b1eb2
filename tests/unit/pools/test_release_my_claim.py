"""TaskPool.releaseMyClaim"""

import pytest

from tests.helpers.chain import balance, now, reverts, wait
from tests.helpers.flow import (
    AVAILABLE,
    CLAIM_WINDOW,
    REWARD,
    add_task,
    claim,
    log_names,
    only_event,
    request,
    work,
)


@pytest.mark.parametrize("after", [0, CLAIM_WINDOW - 1, CLAIM_WINDOW])
def test_default_behavior(system, approved_pool, worker, after):
    pool = approved_pool
    task_id = add_task(pool)
    expiry = pool.tasks(task_id)[1]
    claim(system, pool, task_id, worker)
    wait(after)
    pool.releaseMyClaim(task_id, sender=worker)
    assert log_names(pool) == ["TaskReleased"]
    assert only_event(pool, "TaskReleased") == {"taskId": task_id}

    assert pool.taskQueueType(task_id) == AVAILABLE
    assert pool.getQueueLengths() == (1, 0, 0)
    assert pool.tasks(task_id)[:3] == (REWARD, expiry, "0x" + "00" * 20)
    assert pool.getNextAvailable() == task_id
    assert system.router.getBestAvailableTask().taskId == task_id
    assert not system.router.getUserStatus(worker).hasActiveTask
    assert pool.reservedBalance() == balance(pool) == REWARD


def test_the_worker_may_claim_it_again(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    pool.releaseMyClaim(task_id, sender=worker)
    assert system.router.claimTaskFromPool(pool.address, sender=worker) == task_id
    assert pool.claimOf(task_id) == (worker, now() + CLAIM_WINDOW)


def test_a_registry_task(system, approved_pool, requester, worker):
    _, task_id = request(system, requester)
    claim(system, approved_pool, task_id, worker)
    approved_pool.releaseMyClaim(task_id, sender=worker)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task_id)


def test_works_when_deactivated(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    system.factory.deactivatePool(pool.address)
    pool.releaseMyClaim(task_id, sender=worker)
    assert pool.taskQueueType(task_id) == AVAILABLE


def test_reverts_one_second_late(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(CLAIM_WINDOW + 1)
    with reverts("TaskDeadlinePassed()"):
        pool.releaseMyClaim(task_id, sender=worker)


def test_reverts_another_worker(system, pool, pool_owner, worker, other_worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    for sender in (other_worker, pool_owner, system.router.address):
        with reverts("NotAssigned()"):
            pool.releaseMyClaim(task_id, sender=sender)


def test_reverts_not_claimed(system, pool, worker):
    task_id = add_task(pool)
    with reverts("NotAssigned()"):
        pool.releaseMyClaim(task_id, sender=worker)
    work(system, pool, task_id, worker)
    with reverts("NotAssigned()"):
        pool.releaseMyClaim(task_id, sender=worker)


@pytest.mark.parametrize("task_id", [0, 1, 2**256 - 1])
def test_reverts_unknown_task(pool, worker, task_id):
    with reverts("TaskNotFound()"):
        pool.releaseMyClaim(task_id, sender=worker)
