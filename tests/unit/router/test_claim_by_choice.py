"""TaskRouter.claimTaskFromPool, claimTask: any pool of the factory, by choice"""

import pytest

from tests.helpers.chain import now, reverts
from tests.helpers.flow import (
    ACTIVE,
    CLAIM_WINDOW,
    accept,
    add_task,
    add_tasks,
    claim,
    log_names,
    new_account,
    only_event,
    request,
    work,
)


def test_from_pool(system, pool, worker):
    add_tasks(pool, [3, 5, 4])
    assert system.router.claimTaskFromPool(pool.address, sender=worker) == 2
    assert log_names(system.router) == ["TaskClaimed", "TaskClaimedViaRouter"]
    assert only_event(system.router, "TaskClaimedViaRouter") == {"user": worker, "pool": pool.address, "taskId": 2}
    assert pool.claimOf(2) == (worker, now() + CLAIM_WINDOW)
    assert system.router.activeTaskOf(worker) == (pool.address, 2)


def test_from_pool_takes_requests_of_an_unapproved_pool(system, approved_pool, requester, worker):
    _, task_id = request(system, requester)
    system.registry.revokePool(approved_pool.address)
    assert system.router.claimTaskFromPool(approved_pool.address, sender=worker) == task_id


def test_chosen(system, pool, worker):
    add_tasks(pool, [3, 5, 4])
    claim(system, pool, 3, worker)
    assert log_names(system.router) == ["TaskClaimed", "TaskClaimedViaRouter"]
    assert only_event(system.router, "TaskClaimed") == {"user": worker, "taskId": 3, "deadline": now() + CLAIM_WINDOW}
    assert pool.taskQueueType(3) == ACTIVE
    assert pool.getNextAvailable() == 2


def test_chosen_best_leaves_the_ranking(system, approved_pool, worker, other_worker):
    add_tasks(approved_pool, [3, 5])
    claim(system, approved_pool, 2, worker)
    assert system.router.claimBestTask(sender=other_worker) == (approved_pool.address, 1)


def test_chosen_worse_one_leaves_the_ranking(system, approved_pool):
    add_tasks(approved_pool, [3, 5, 4])
    claim(system, approved_pool, 3, new_account("w0"))
    assert system.router.claimBestTask(sender=new_account("w1"))[1] == 2
    assert system.router.claimBestTask(sender=new_account("w2"))[1] == 1


def test_reverts_unknown_pool(system, worker, stranger):
    for address in (stranger, "0x" + "00" * 20, system.implementation.address, system.registry.address):
        with reverts("PoolNotFound()"):
            system.router.claimTaskFromPool(address, sender=worker)
        with reverts("PoolNotFound()"):
            system.router.claimTask(address, 1, sender=worker)


@pytest.mark.parametrize("task_id", [0, 2, 2**32 + 1, 2**160 + 1, 2**256 - 1])
def test_reverts_unknown_task(system, pool, worker, task_id):
    add_task(pool)
    with reverts("TaskNotFound()"):
        claim(system, pool, task_id, worker)


def test_reverts_task_not_available(system, pool, pool_owner, worker, other_worker):
    task_id, cancelled = add_task(pool), add_task(pool)
    pool.cancelTask(cancelled, sender=pool_owner)
    with reverts("NoAvailableTask()"):
        claim(system, pool, cancelled, other_worker)
    work(system, pool, task_id, worker)
    with reverts("NoAvailableTask()"):
        claim(system, pool, task_id, other_worker)
    accept(pool, task_id, pool_owner)
    with reverts("NoAvailableTask()"):
        claim(system, pool, task_id, other_worker)


def test_reverts_claimed_by_another(system, pool, worker, other_worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    with reverts("NoAvailableTask()"):
        claim(system, pool, task_id, other_worker)


def test_reverts_pool_inactive(system, pool, worker):
    add_task(pool)
    system.factory.deactivatePool(pool.address)
    with reverts("PoolInactive()"):
        system.router.claimTaskFromPool(pool.address, sender=worker)
    with reverts("PoolInactive()"):
        claim(system, pool, 1, worker)


def test_reverts_empty_pool(system, pool, worker):
    with reverts("NoAvailableTask()"):
        system.router.claimTaskFromPool(pool.address, sender=worker)
