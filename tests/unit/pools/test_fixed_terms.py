"""What holds for a submitted task is what held when it was submitted."""

import pytest

from tests.helpers.chain import DAY, balance, now, reverts, wait
from tests.helpers.flow import (
    AVAILABLE,
    ENDED,
    PENDING,
    REWARD,
    VERIFICATION_WINDOW,
    accept,
    add_task,
    new_account,
    reject,
    work,
)

SHORT = (300, 3_600, 1, True)
LONG = (604_800, 2_592_000, 10, True)


@pytest.fixture
def successor():
    return new_account("successor")


@pytest.fixture
def submitted(system, pool, pool_owner, worker, successor):
    """Submitted under the defaults; then the owner changes everything he can."""

    def make(terms):
        task_id = add_task(pool, lifetime=90 * DAY)
        work(system, pool, task_id, worker)
        pool.setZKPVerifier(successor, sender=pool_owner)
        pool.setTaskTerms(*terms, sender=pool_owner)
        return task_id

    return make


@pytest.mark.parametrize("terms", [SHORT, LONG])
def test_verifier(system, pool, pool_owner, successor, submitted, terms):
    task_id = submitted(terms)
    assert system.viewer.verifierOf(pool.address, task_id) == pool_owner
    for is_valid in (True, False):
        with reverts("Unauthorized()"):
            pool.verifyAndPay(task_id, is_valid, sender=successor)
    accept(pool, task_id, pool_owner)
    assert pool.getAITaskData(task_id)[4]


@pytest.mark.parametrize("terms", [SHORT, LONG])
def test_verification_window(pool, pool_owner, submitted, terms):
    task_id = submitted(terms)
    wait(VERIFICATION_WINDOW)
    pool.settleUnverified([task_id])
    assert pool.taskQueueType(task_id) == PENDING
    accept(pool, task_id, pool_owner)
    assert pool.taskQueueType(task_id) == ENDED


@pytest.mark.parametrize("terms", [SHORT, LONG])
def test_end_of_the_window_and_silence_rule(pool, pool_owner, worker, submitted, terms):
    task_id = submitted(terms)
    wait(VERIFICATION_WINDOW + 1)
    with reverts("TaskDeadlinePassed()"):
        accept(pool, task_id, pool_owner)
    before = balance(worker)
    pool.settleUnverified([task_id])
    assert pool.taskQueueType(task_id) == ENDED
    assert balance(worker) == before
    assert (balance(pool), pool.reservedBalance()) == (REWARD, 0)


def test_silence_that_pays_cannot_be_taken_back(system, pool, pool_owner, worker):
    pool.setTaskTerms(3_600, 7_200, 3, True, sender=pool_owner)
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    pool.setTaskTerms(3_600, 2_592_000, 3, False, sender=pool_owner)
    wait(7_201)
    before = balance(worker)
    pool.settleUnverified([task_id])
    assert balance(worker) == before + REWARD


def test_attempts_cannot_be_taken_away(pool, pool_owner, submitted):
    task_id = submitted(SHORT)
    reject(pool, task_id, pool_owner)
    assert pool.taskQueueType(task_id) == AVAILABLE


def test_attempts_cannot_be_added(system, pool, pool_owner, worker):
    pool.setTaskTerms(3_600, 3_600, 1, False, sender=pool_owner)
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    pool.setTaskTerms(*LONG, sender=pool_owner)
    reject(pool, task_id, pool_owner)
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.reservedBalance() == 0


def test_the_next_submission_has_the_new_terms(system, pool, pool_owner, successor, submitted, other_worker):
    task_id = submitted((300, 3_600, 5, True))
    reject(pool, task_id, pool_owner)
    system.router.claimTask(pool.address, task_id, sender=other_worker)
    assert pool.claimOf(task_id) == (other_worker, now() + 300)
    system.router.submitTask(pool.address, task_id, b"", 0, 0, "r", sender=other_worker)
    assert system.viewer.verifierOf(pool.address, task_id) == successor
    wait(3_601)
    before = balance(other_worker)
    pool.settleUnverified([task_id])
    assert balance(other_worker) == before + REWARD


def test_many_verifiers(system, pool, pool_owner):
    """Each of several pending tasks has the verifier of its submission."""
    verifiers = [pool_owner] + [new_account(f"verifier {i}") for i in range(4)]
    ids = []
    for i, account in enumerate(verifiers):
        if i:
            pool.setZKPVerifier(account, sender=pool_owner)
        ids.append(add_task(pool))
        work(system, pool, ids[-1], new_account(f"w {i}"))
    for task_id, account in zip(ids, verifiers, strict=False):
        assert system.viewer.verifierOf(pool.address, task_id) == account
        for other in verifiers:
            if other != account:
                with reverts("Unauthorized()"):
                    accept(pool, task_id, other)
        accept(pool, task_id, account)
    assert pool.totalProcessed() == 5
