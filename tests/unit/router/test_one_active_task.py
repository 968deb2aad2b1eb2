"""One active task a worker, across all pools; a lapsed claim and a submitted task do not count."""

import pytest

from tests.helpers.chain import reverts, wait
from tests.helpers.flow import CLAIM_WINDOW, accept, add_task, add_tasks, claim, new_pool, reject, submit


@pytest.fixture
def elsewhere(system, approved_pool, pool_owner):
    """Another pool, unapproved, with a task."""
    pool = new_pool(system, pool_owner)
    add_tasks(pool, [3, 2])
    return pool


@pytest.fixture
def claimed(system, approved_pool, worker):
    first = add_tasks(approved_pool, [9, 8])[0]
    claim(system, approved_pool, first, worker)
    return first


def test_reverts_a_second_claim_by_each_function(system, approved_pool, elsewhere, claimed, worker):
    router = system.router
    with reverts("UserHasActiveTask()"):
        router.claimBestTask(sender=worker)
    for pool in (approved_pool, elsewhere):
        with reverts("UserHasActiveTask()"):
            router.claimTaskFromPool(pool.address, sender=worker)
        with reverts("UserHasActiveTask()"):
            router.claimTask(pool.address, 2, sender=worker)
    assert router.getUserStatus(worker).activeTaskId == claimed


def test_reverts_until_the_deadline_itself(system, elsewhere, claimed, worker):
    wait(CLAIM_WINDOW)
    with reverts("UserHasActiveTask()"):
        claim(system, elsewhere, 1, worker)


def test_a_lapsed_claim_does_not_count(system, approved_pool, elsewhere, claimed, worker):
    """Before anybody released it."""
    wait(CLAIM_WINDOW + 1)
    assert not system.router.getUserStatus(worker).hasActiveTask
    claim(system, elsewhere, 1, worker)
    assert system.router.activeTaskOf(worker) == (elsewhere.address, 1)
    assert approved_pool.userActiveTask(worker) == 0
    assert elsewhere.userActiveTask(worker) == 1


def test_a_submitted_task_does_not_count(system, approved_pool, elsewhere, claimed, worker):
    submit(system, approved_pool, claimed, worker)
    claim(system, elsewhere, 1, worker)
    submit(system, elsewhere, 1, worker)
    claim(system, elsewhere, 2, worker)
    assert system.router.getGlobalStats()[2:5] == (1, 1, 2)


def test_a_claim_given_back_does_not_count(system, approved_pool, elsewhere, claimed, worker):
    approved_pool.releaseMyClaim(claimed, sender=worker)
    claim(system, elsewhere, 1, worker)


def test_an_accepted_or_rejected_task_does_not_count(system, approved_pool, pool_owner, elsewhere, claimed, worker):
    submit(system, approved_pool, claimed, worker)
    reject(approved_pool, claimed, pool_owner)
    claim(system, elsewhere, 1, worker)
    submit(system, elsewhere, 1, worker)
    accept(elsewhere, 1, pool_owner)
    claim(system, elsewhere, 2, worker)


def test_the_task_of_a_former_claim_does_not_count(system, approved_pool, elsewhere, claimed, worker, other_worker):
    """It was released and another worker has it now."""
    wait(CLAIM_WINDOW + 1)
    approved_pool.releaseExpiredTasks([claimed])
    claim(system, approved_pool, claimed, other_worker)
    assert system.router.activeTaskOf(worker) == ("0x" + "00" * 20, 0)
    claim(system, elsewhere, 1, worker)


def test_workers_do_not_disturb_each_other(system, approved_pool, claimed, worker, other_worker):
    claim(system, approved_pool, 2, other_worker)
    assert system.router.activeTaskOf(worker) == (approved_pool.address, 1)
    assert system.router.activeTaskOf(other_worker) == (approved_pool.address, 2)


def test_a_late_worker_cannot_submit_the_former_task_after_a_new_claim(
    system, approved_pool, elsewhere, claimed, worker
):
    wait(CLAIM_WINDOW + 1)
    claim(system, elsewhere, 1, worker)
    with reverts("NotAssigned()"):
        submit(system, approved_pool, claimed, worker)
    submit(system, elsewhere, 1, worker)


def test_a_task_in_a_deactivated_pool_counts(system, approved_pool, elsewhere, claimed, worker):
    """It can still be submitted."""
    system.factory.deactivatePool(approved_pool.address)
    with reverts("UserHasActiveTask()"):
        claim(system, elsewhere, 1, worker)
    submit(system, approved_pool, claimed, worker)
    claim(system, elsewhere, 1, worker)


def test_no_task_at_all(system, worker):
    assert system.router.activeTaskOf(worker) == ("0x" + "00" * 20, 0)


def test_many_tasks_one_after_the_other(system, pool, worker):
    for reward in (1, 2, 3):
        task_id = add_task(pool, reward)
        claim(system, pool, task_id, worker)
        submit(system, pool, task_id, worker)
    assert pool.getQueueLengths() == (0, 0, 3)
