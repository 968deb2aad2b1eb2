"""TaskRouter.releaseExpiredTasks, releaseAllExpiredTasks"""

import pytest

from tests.helpers.chain import events, reverts, wait
from tests.helpers.flow import (
    CLAIM_WINDOW,
    ENDED,
    add_task,
    add_tasks,
    claim,
    event_fields,
    log_names,
    new_account,
    new_pool,
    only_event,
)


def test_of_one_pool(system, pool, worker, stranger):
    lapsed, expired, fresh = add_task(pool), add_task(pool, lifetime=600), add_task(pool)
    claim(system, pool, lapsed, worker)
    wait(CLAIM_WINDOW + 1)
    system.router.releaseExpiredTasks(pool.address, [lapsed, expired, fresh], sender=stranger)
    assert log_names(system.router) == ["TaskReleased", "TaskRefunded", "ExpiredTasksReleased"]
    assert only_event(system.router, "ExpiredTasksReleased") == {"pool": pool.address, "count": 2}
    assert pool.getQueueLengths() == (2, 0, 0)
    assert pool.taskQueueType(expired) == ENDED


def test_of_one_pool_nothing_expired(system, pool):
    task_id = add_task(pool)
    system.router.releaseExpiredTasks(pool.address, [task_id])
    assert only_event(system.router, "ExpiredTasksReleased") == {"pool": pool.address, "count": 0}
    assert pool.getQueueLengths() == (1, 0, 0)


@pytest.mark.parametrize("unknown", [0, 2, 2**256 - 1])
def test_reverts_unknown_task(system, pool, unknown):
    task_id = add_task(pool, lifetime=600)
    wait(601)
    with reverts("TaskNotFound()"):
        system.router.releaseExpiredTasks(pool.address, [task_id, unknown])


def test_of_several_pools(system, pool, pool_owner, stranger):
    second, empty = new_pool(system, pool_owner), new_pool(system, pool_owner)
    add_tasks(pool, [1, 2], lifetime=600)
    add_task(second, lifetime=600)
    lapsed = add_task(second)
    claim(system, second, lapsed, new_account("w"))
    wait(CLAIM_WINDOW + 1)
    system.router.releaseAllExpiredTasks([pool.address, empty.address, second.address], 256, sender=stranger)
    released = [event_fields(event) for event in events(system.router, "ExpiredTasksReleased")]
    assert released == [
        {"pool": pool.address, "count": 2},
        {"pool": empty.address, "count": 0},
        {"pool": second.address, "count": 2},
    ]
    assert pool.getQueueLengths() == (0, 0, 0)
    assert second.getQueueLengths() == (1, 0, 0)
    assert system.router.getGlobalStats()[2:5] == (1, 0, 0)


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_at_most_so_many_of_each_pool(system, pool, limit):
    add_tasks(pool, [1] * 5, lifetime=600)
    wait(601)
    system.router.releaseAllExpiredTasks([pool.address], limit)
    assert pool.getQueueLengths() == (5 - limit, 0, 0)


@pytest.mark.parametrize("limit", [256, 257, 2**256 - 1])
def test_limit_is_cut_to_256(system, pool, limit):
    add_tasks(pool, [1] * 3, lifetime=600)
    wait(601)
    system.router.releaseAllExpiredTasks([pool.address], limit)
    assert pool.getQueueLengths() == (0, 0, 0)


def test_of_a_deactivated_pool(system, pool):
    task_id = add_task(pool, lifetime=600)
    system.factory.deactivatePool(pool.address)
    wait(601)
    system.router.releaseAllExpiredTasks([pool.address], 9)
    assert pool.taskQueueType(task_id) == ENDED


def test_no_pools(system):
    system.router.releaseAllExpiredTasks([], 9)
    assert system.router.get_logs() == []


def test_reverts_unknown_pool(system, pool, stranger):
    for address in (stranger, system.implementation.address):
        with reverts("PoolNotFound()"):
            system.router.releaseExpiredTasks(address, [])
        with reverts("PoolNotFound()"):
            system.router.releaseAllExpiredTasks([pool.address, address], 9)
