"""TaskRouter.submitTask"""

import pytest

from tests.helpers.chain import reverts, wait
from tests.helpers.flow import CLAIM_WINDOW, PENDING, add_task, claim, log_names, only_event, reject, submit, work


def test_default_behavior(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    submit(system, pool, task_id, worker)
    assert log_names(system.router) == ["TaskCompleted", "TaskSubmittedViaRouter"]
    assert only_event(system.router, "TaskSubmittedViaRouter") == {
        "user": worker,
        "pool": pool.address,
        "taskId": task_id,
    }
    assert pool.taskQueueType(task_id) == PENDING
    assert system.router.getGlobalStats()[2:5] == (0, 0, 1)
    assert not system.router.getUserStatus(worker).hasActiveTask


def test_reverts_nothing_claimed(system, pool, worker):
    task_id = add_task(pool)
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, worker)


def test_reverts_task_of_another(system, pool, worker, other_worker):
    task_id, other = add_task(pool), add_task(pool)
    claim(system, pool, task_id, worker)
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, other_worker)
    claim(system, pool, other, other_worker)
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, other_worker)


def test_reverts_second_submission(system, pool, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, worker)


def test_reverts_after_rejection_release_or_reclaim(system, pool, pool_owner, worker, other_worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    reject(pool, task_id, pool_owner)
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, worker)
    claim(system, pool, task_id, other_worker)
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, worker)
    pool.releaseMyClaim(task_id, sender=other_worker)
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, other_worker)


def test_reverts_late(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(CLAIM_WINDOW + 1)
    with reverts("TaskDeadlinePassed()"):
        submit(system, pool, task_id, worker)
    pool.releaseExpiredTasks([task_id])
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, worker)


def test_reverts_wrong_pool(system, pool, worker, stranger):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    for address in (stranger, system.registry.address, "0x" + "00" * 20):
        with reverts("NotAssigned()"):
            system.router.submitTask(address, task_id, b"", 0, 0, "", sender=worker)


@pytest.mark.parametrize("task_id", [0, 2, 2**32 + 1])
def test_reverts_wrong_task(system, pool, worker, task_id):
    claim(system, pool, add_task(pool), worker)
    with reverts("NotAssigned()"):
        submit(system, pool, task_id, worker)


def test_reverts_task_id_that_only_looks_alike(system, pool, worker):
    """Its lowest 96 bits are those of the claimed task."""
    claim(system, pool, add_task(pool), worker)
    with reverts("NotAssigned()"):
        submit(system, pool, 2**96 + 1, worker)
