"""TaskPool.submitTaskForUser: what a submission does to the pool"""

import pytest

from tests.helpers.chain import DAY, balance, now, reverts, wait
from tests.helpers.flow import (
    CLAIM_WINDOW,
    MODEL,
    PENDING,
    PROOF,
    PUBLIC_INPUT,
    PUBLIC_RESULT,
    RESULT,
    REWARD,
    VERIFICATION_WINDOW,
    accept,
    add_task,
    call_unbounded,
    claim,
    log_names,
    only_event,
    reject,
    submit,
    work,
)


def test_default_behavior(system, pool, worker):
    task_id = add_task(pool, label=9)
    claim(system, pool, task_id, worker)
    wait(100)
    submit(system, pool, task_id, worker)
    assert log_names(system.router) == ["TaskCompleted", "TaskSubmittedViaRouter"]

    assert pool.taskQueueType(task_id) == PENDING
    assert pool.getQueueLengths() == (0, 0, 1)
    assert pool.tasks(task_id) == (
        REWARD,
        now() - 100 + DAY,
        worker,
        True,
        PROOF,
        PUBLIC_INPUT,
        PUBLIC_RESULT,
        9,
        MODEL,
        "an input",
        RESULT,
    )
    assert pool.getAITaskData(task_id) == (9, MODEL, "an input", RESULT, False)
    assert system.viewer.submittedAt(pool.address, task_id) == now()
    assert pool.claimOf(task_id) == ("0x" + "00" * 20, 0)
    assert pool.userActiveTask(worker) == 0
    assert pool.reservedBalance() == balance(pool) == REWARD


def test_emits_task_completed(system, pool, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    assert only_event(system.router, "TaskCompleted") == {
        "user": worker,
        "taskId": task_id,
        "zkpProof": PROOF,
        "zkpPublicInput": PUBLIC_INPUT,
        "zkpPublicResult": PUBLIC_RESULT,
    }


@pytest.mark.parametrize("after", [0, CLAIM_WINDOW - 1, CLAIM_WINDOW])
def test_in_time(system, pool, worker, after):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(after)
    submit(system, pool, task_id, worker)
    assert pool.taskQueueType(task_id) == PENDING


def test_reverts_one_second_late(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(CLAIM_WINDOW + 1)
    with reverts("TaskDeadlinePassed()"):
        submit(system, pool, task_id, worker)


def test_last_second_before_the_expiry(system, pool, worker):
    task_id = add_task(pool, lifetime=600)
    claim(system, pool, task_id, worker)
    wait(600)
    submit(system, pool, task_id, worker)
    # From here on the expiry no longer matters.
    wait(VERIFICATION_WINDOW)
    accept(pool, task_id, pool.owner())
    assert pool.getAITaskData(task_id)[4]


def test_reverts_one_second_past_the_expiry(system, pool, worker):
    task_id = add_task(pool, lifetime=600)
    claim(system, pool, task_id, worker)
    wait(601)
    with reverts("TaskDeadlinePassed()"):
        submit(system, pool, task_id, worker)


@pytest.mark.parametrize("length", [0, 1, 1_023, 1_024])
def test_proof_within_bounds(system, pool, worker, length):
    task_id = add_task(pool)
    work(system, pool, task_id, worker, proof=b"\xff" * length)
    assert pool.tasks(task_id)[4] == b"\xff" * length
    assert pool.tasks(task_id)[10] == RESULT


@pytest.mark.parametrize("length", [1_025, 1_056])
def test_reverts_proof_too_long(system, pool, worker, length):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    with reverts("InvalidInput()"):
        submit(system, pool, task_id, worker, proof=b"\xff" * length)


@pytest.mark.parametrize("length", [0, 1, 4_095, 4_096])
def test_result_within_bounds(system, pool, worker, length):
    task_id = add_task(pool)
    work(system, pool, task_id, worker, result="r" * length)
    assert pool.tasks(task_id)[10] == pool.getAITaskData(task_id)[3] == "r" * length
    assert pool.tasks(task_id)[4] == PROOF


@pytest.mark.parametrize("length", [4_097, 4_128])
def test_reverts_result_too_long(system, pool, worker, length):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    with reverts("InvalidInput()"):
        submit(system, pool, task_id, worker, result="r" * length)


@pytest.mark.parametrize(("lengths", "is_refused"), [((1_024, 4_096), False), ((1_057, 0), True), ((0, 4_129), True)])
def test_reverts_data_wider_than_the_types(system, pool, worker, lengths, is_refused):
    """The compiler's own decoding refuses them, without data."""
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    result = call_unbounded(
        system.router,
        "submitTask(address,uint256,bytes,uint256,uint256,string)",
        pool.address,
        task_id,
        b"p" * lengths[0],
        0,
        0,
        "r" * lengths[1],
        sender=worker,
    )
    assert (result.is_error, result.output) == (is_refused, b"")
    assert (pool.taskQueueType(task_id) == PENDING) is not is_refused


@pytest.mark.parametrize("public", [0, 1, 2**256 - 1])
def test_public_values_of_any_size(system, pool, worker, public):
    task_id = add_task(pool)
    work(system, pool, task_id, worker, public_input=public, public_result=2**256 - 1 - public)
    assert pool.tasks(task_id)[5:7] == (public, 2**256 - 1 - public)


def test_a_new_submission_replaces_a_rejected_one(system, pool, pool_owner, worker, other_worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker, proof=b"old proof", result="old")
    first = now()
    reject(pool, task_id, pool_owner)
    assert pool.tasks(task_id)[4:7] == (b"", 0, 0)
    assert pool.tasks(task_id)[10] == ""
    assert system.viewer.submittedAt(pool.address, task_id) == 0
    wait(50)
    work(system, pool, task_id, other_worker, proof=b"new", result="new")
    assert pool.tasks(task_id)[4] == b"new"
    assert pool.tasks(task_id)[10] == "new"
    assert system.viewer.submittedAt(pool.address, task_id) == first + 50


def test_reverts_caller_is_not_the_router(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    for sender in (worker, pool_owner, system.factory.address):
        with reverts("Unauthorized()"):
            pool.submitTaskForUser(worker, task_id, PROOF, 0, 0, RESULT, sender=sender)


def test_reverts_unknown_task(system, pool, worker):
    with reverts("TaskNotFound()"):
        pool.submitTaskForUser(worker, 1, PROOF, 0, 0, RESULT, sender=system.router.address)


def test_reverts_task_of_another_worker(system, pool, worker, other_worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    with reverts("NotAssigned()"):
        pool.submitTaskForUser(other_worker, task_id, PROOF, 0, 0, RESULT, sender=system.router.address)


def test_reverts_task_that_is_not_active(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    router = system.router.address
    with reverts("NotAssigned()"):
        pool.submitTaskForUser(worker, task_id, PROOF, 0, 0, RESULT, sender=router)
    work(system, pool, task_id, worker)
    with reverts("NotAssigned()"):
        pool.submitTaskForUser(worker, task_id, PROOF, 0, 0, RESULT, sender=router)
    accept(pool, task_id, pool_owner)
    with reverts("NotAssigned()"):
        pool.submitTaskForUser(worker, task_id, PROOF, 0, 0, RESULT, sender=router)
