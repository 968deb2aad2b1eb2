"""TaskPool.claimTaskForUser: what a claim does to the pool. Which task it is, tests/unit/router tells."""

import pytest

from tests.helpers.chain import DAY, balance, now, reverts, wait
from tests.helpers.flow import (
    ACTIVE,
    CLAIM_WINDOW,
    REWARD,
    add_task,
    claim,
    log_names,
    new_account,
    only_event,
    request,
)


def test_default_behavior(system, pool, worker):
    task_id = add_task(pool)
    assert system.router.claimTaskFromPool(pool.address, sender=worker) == task_id
    assert log_names(system.router) == ["TaskClaimed", "TaskClaimedViaRouter"]

    deadline = now() + CLAIM_WINDOW
    assert pool.taskQueueType(task_id) == ACTIVE
    assert pool.getQueueLengths() == (0, 1, 0)
    assert pool.claimOf(task_id) == (worker, deadline)
    assert pool.tasks(task_id)[:4] == (REWARD, deadline, worker, True)
    assert pool.userActiveTask(worker) == task_id
    assert pool.getUserActiveTask(worker) == (task_id, REWARD, deadline)
    assert pool.getNextAvailable() == 0
    assert pool.reservedBalance() == balance(pool) == REWARD


def test_emits_task_claimed(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    assert only_event(system.router, "TaskClaimed") == {
        "user": worker,
        "taskId": task_id,
        "deadline": now() + CLAIM_WINDOW,
    }


@pytest.mark.parametrize("left", [CLAIM_WINDOW - 1, CLAIM_WINDOW, CLAIM_WINDOW + 1])
def test_deadline_not_past_the_expiry(system, pool, worker, left):
    task_id = add_task(pool, lifetime=DAY)
    wait(DAY - left)
    claim(system, pool, task_id, worker)
    assert pool.claimOf(task_id) == (worker, now() + min(left, CLAIM_WINDOW))


def test_at_the_expiry_itself(system, pool, worker):
    task_id = add_task(pool, lifetime=600)
    wait(600)
    claim(system, pool, task_id, worker)
    assert pool.claimOf(task_id) == (worker, now())
    assert pool.userActiveTask(worker) == task_id
    wait(1)
    assert pool.userActiveTask(worker) == 0


def test_reverts_one_second_past_the_expiry(system, pool, worker):
    task_id = add_task(pool, lifetime=600)
    wait(601)
    with reverts("NoAvailableTask()"):
        claim(system, pool, task_id, worker)


def test_lapses_after_its_deadline(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(CLAIM_WINDOW)
    assert pool.getUserActiveTask(worker) == (task_id, REWARD, now())
    wait(1)
    assert pool.userActiveTask(worker) == 0
    assert pool.getUserActiveTask(worker) == (0, 0, 0)
    assert pool.claimOf(task_id) == (worker, now() - 1)  # until it is released
    assert pool.taskQueueType(task_id) == ACTIVE


def test_registry_task_has_the_registrys_window(system, approved_pool, pool_owner, requester, worker):
    approved_pool.setTaskTerms(300, 3_600, 1, True, sender=pool_owner)
    _, task_id = request(system, requester)
    claim(system, approved_pool, task_id, worker)
    assert approved_pool.claimOf(task_id) == (worker, now() + CLAIM_WINDOW)


def test_claim_of_nothing(pool):
    assert pool.claimOf(0) == pool.claimOf(1) == ("0x" + "00" * 20, 0)
    assert pool.claimOf(2**256 - 1) == ("0x" + "00" * 20, 0)
    task_id = add_task(pool)
    assert pool.claimOf(task_id) == ("0x" + "00" * 20, 0)


def test_a_running_claim_keeps_its_deadline(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    deadline = now() + CLAIM_WINDOW
    pool.setTaskTerms(300, 3_600, 1, False, sender=pool_owner)
    assert pool.claimOf(task_id) == (worker, deadline)
    pool.setTaskTerms(604_800, 3_600, 1, False, sender=pool_owner)
    assert pool.claimOf(task_id) == (worker, deadline)


def test_reverts_caller_is_not_the_router(system, pool, pool_owner, worker, operator):
    task_id = add_task(pool)
    for sender in (worker, pool_owner, operator, system.factory.address, system.registry.address):
        with reverts("Unauthorized()"):
            pool.claimTaskForUser(worker, sender=sender)
        with reverts("Unauthorized()"):
            pool.claimTaskForUser(worker, task_id, sender=sender)
    assert pool.getQueueLengths() == (1, 0, 0)


def test_both_arities_by_the_router(system, pool, worker, other_worker):
    first, second = add_task(pool), add_task(pool)
    assert pool.claimTaskForUser(worker, second, sender=system.router.address) == second
    assert pool.claimTaskForUser(other_worker, sender=system.router.address) == first
    assert pool.getQueueLengths() == (0, 2, 0)


def test_reverts_nothing_available(system, pool, worker):
    with reverts("NoAvailableTask()"):
        system.router.claimTaskFromPool(pool.address, sender=worker)
    claim(system, pool, add_task(pool), worker)
    with reverts("NoAvailableTask()"):
        system.router.claimTaskFromPool(pool.address, sender=new_account("late"))
