"""What holds for a claim, up to the verdict, is what held when the worker claimed."""

import boa
import pytest

from taskpools.system import deployer
from tests.helpers.chain import DAY, balance, now, reverts, wait
from tests.helpers.flow import (
    AVAILABLE,
    CLAIM_WINDOW,
    ENDED,
    PENDING,
    REWARD,
    VERIFICATION_WINDOW,
    accept,
    add_task,
    claim,
    new_account,
    reject,
    submit,
    work,
)

SHORT = (300, 3_600, 1, True)
LONG = (604_800, 2_592_000, 10, True)


@pytest.fixture
def successor():
    return new_account("successor")


@pytest.fixture(params=["claimed", "submitted"])
def submitted(request, system, pool, pool_owner, worker, successor):
    """Claimed under the defaults. Once it is claimed or submitted, the owner changes all that an owner can."""

    def make(terms):
        task_id = add_task(pool, lifetime=90 * DAY)
        claim(system, pool, task_id, worker)
        if request.param == "submitted":
            submit(system, pool, task_id, worker)
        pool.setZKPVerifier(successor, sender=pool_owner)
        pool.setTaskTerms(*terms, sender=pool_owner)
        if request.param == "claimed":
            submit(system, pool, task_id, worker)
        return task_id

    return make


@pytest.mark.parametrize("terms", [SHORT, LONG])
def test_claim_window(system, pool, pool_owner, worker, terms):
    task_id = add_task(pool, lifetime=90 * DAY)
    claim(system, pool, task_id, worker)
    deadline = now() + CLAIM_WINDOW
    pool.setTaskTerms(*terms, sender=pool_owner)
    assert pool.claimOf(task_id) == (worker, deadline)
    wait(CLAIM_WINDOW)
    pool.releaseExpiredTasks([task_id])
    with boa.env.anchor():
        submit(system, pool, task_id, worker)
    wait(1)
    with reverts("TaskDeadlinePassed()"):
        submit(system, pool, task_id, worker)
    pool.releaseExpiredTasks([task_id])
    assert pool.taskQueueType(task_id) == AVAILABLE


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


@pytest.mark.parametrize("moment", ["claimed", "submitted"])
def test_silence_that_pays_cannot_be_taken_back(system, pool, pool_owner, worker, moment):
    pool.setTaskTerms(3_600, 7_200, 3, True, sender=pool_owner)
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    if moment == "submitted":
        submit(system, pool, task_id, worker)
    pool.setTaskTerms(3_600, 2_592_000, 3, False, sender=pool_owner)
    if moment == "claimed":
        submit(system, pool, task_id, worker)
    wait(7_200)
    pool.settleUnverified([task_id])
    assert pool.taskQueueType(task_id) == PENDING
    wait(1)
    before = balance(worker)
    pool.settleUnverified([task_id])
    assert balance(worker) == before + REWARD


def test_attempts_cannot_be_taken_away(pool, pool_owner, submitted):
    task_id = submitted(SHORT)
    reject(pool, task_id, pool_owner)
    assert pool.taskQueueType(task_id) == AVAILABLE


@pytest.mark.parametrize("moment", ["claimed", "submitted"])
def test_attempts_cannot_be_added(system, pool, pool_owner, worker, moment):
    pool.setTaskTerms(3_600, 3_600, 1, False, sender=pool_owner)
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    if moment == "submitted":
        submit(system, pool, task_id, worker)
    pool.setTaskTerms(*LONG, sender=pool_owner)
    if moment == "claimed":
        submit(system, pool, task_id, worker)
    reject(pool, task_id, pool_owner)
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.reservedBalance() == 0


def test_the_next_claim_has_the_new_terms(system, pool, pool_owner, successor, submitted, other_worker):
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


@pytest.mark.parametrize("end", ["given back", "lapsed"])
def test_a_claim_that_ended_without_a_result_leaves_the_new_terms(
    system, pool, pool_owner, successor, worker, other_worker, end
):
    task_id = add_task(pool, lifetime=90 * DAY)
    claim(system, pool, task_id, worker)
    pool.setTaskTerms(300, 3_600, 1, True, sender=pool_owner)
    pool.setZKPVerifier(successor, sender=pool_owner)
    if end == "given back":
        pool.releaseMyClaim(task_id, sender=worker)
    else:
        wait(CLAIM_WINDOW + 1)
        pool.releaseExpiredTasks([task_id])
    assert system.viewer.verifierOf(pool.address, task_id) == successor
    claim(system, pool, task_id, other_worker)
    assert pool.claimOf(task_id) == (other_worker, now() + 300)
    submit(system, pool, task_id, other_worker)
    with reverts("Unauthorized()"):
        reject(pool, task_id, pool_owner)
    reject(pool, task_id, successor)
    assert pool.taskQueueType(task_id) == ENDED


def test_each_claim_has_its_own_terms(system, pool, pool_owner):
    """Claims of several versions at once, submitted in the other order, after the last change."""
    versions = [(600 + i, 3_600 + i, 1 + i % 2, bool(i % 3)) for i in range(6)]
    claims = []
    for i, terms in enumerate(versions):
        pool.setTaskTerms(*terms, sender=pool_owner)
        task_id, account = add_task(pool, lifetime=90 * DAY), new_account(f"w {i}")
        claim(system, pool, task_id, account)
        claims.append((task_id, account, terms))
    pool.setTaskTerms(*LONG, sender=pool_owner)
    claimed = now()
    for task_id, account, terms in claims:
        rules = system.viewer.getTaskRules(pool.address, task_id)
        assert (rules.claimWindow, rules.verificationWindow) == terms[:2]
        assert (rules.maxAttempts, rules.silencePaysWorker, rules.isFixed) == (*terms[2:], True)
        assert pool.claimOf(task_id) == (account, claimed + terms[0])
    for task_id, account, _ in reversed(claims):
        submit(system, pool, task_id, account)
    submitted = now()
    for task_id, account, terms in claims:
        wait(submitted + terms[1] - now())
        pool.settleUnverified([task_id])
        assert pool.taskQueueType(task_id) == PENDING
        with boa.env.anchor():
            reject(pool, task_id, pool_owner)
            assert pool.taskQueueType(task_id) == (ENDED if terms[2] == 1 else AVAILABLE)
        wait(1)
        before = balance(account)
        pool.settleUnverified([task_id])
        assert balance(account) == before + REWARD * terms[3]


# ---------------------------------------------------------------- the last version


def at_version(pool, version: int):
    """As if the owner had changed the terms so often."""
    slot = deployer("TaskPool").compiler_data.storage_layout["storage_layout"]["pool_terms"]["present"]["slot"]
    present = boa.env.get_storage(pool.address, slot)
    assert pool.modelRegistry()[2:].lower() == f"{present & (2**160 - 1):040x}"
    boa.env.set_storage(pool.address, slot, present & ~(0xFFFF << 208) | version << 208)


@pytest.mark.parametrize("last", ["terms", "verifier"])
def test_reverts_after_65_535_changes(pool, pool_owner, successor, last):
    at_version(pool, 65_534)
    if last == "terms":
        pool.setTaskTerms(*SHORT, sender=pool_owner)
    else:
        pool.setZKPVerifier(successor, sender=pool_owner)
    kept = pool.getTaskTerms(), pool.zkpVerifier(), pool.termsOfVersion(65_535), pool.verifierOfVersion(65_535)
    assert kept[:2] == kept[2:]
    with reverts("InvalidInput()"):
        pool.setTaskTerms(*LONG, sender=pool_owner)
    with reverts("InvalidInput()"):
        pool.setZKPVerifier(new_account("another"), sender=pool_owner)
    assert (pool.getTaskTerms(), pool.zkpVerifier()) == kept[:2]


def test_a_claim_of_the_last_version(system, pool, pool_owner, worker, other_worker, successor):
    """The version's bits touch neither the rejections nor the blob beside them."""
    at_version(pool, 65_534)
    pool.setZKPVerifier(successor, sender=pool_owner)
    task_id = add_task(pool, lifetime=90 * DAY)
    claim(system, pool, task_id, worker)
    claimed = now()
    wait(100)
    assert system.viewer.whyStuck(pool.address, task_id).since == claimed
    assert system.viewer.getTaskRules(pool.address, task_id).rejections == 0
    submit(system, pool, task_id, worker, result="first")
    assert pool.getAITaskData(task_id)[3] == "first"
    reject(pool, task_id, successor)
    released = now()
    wait(100)
    assert system.viewer.whyStuck(pool.address, task_id).since == released
    assert system.viewer.getTaskRules(pool.address, task_id).rejections == 1
    work(system, pool, task_id, other_worker, result="second")
    assert pool.getAITaskData(task_id)[3] == "second"
    accept(pool, task_id, successor)
    assert pool.getAITaskData(task_id)[3:] == ("second", True)


def test_new_owner_finds_the_first_version_as_it_was(system, pool, pool_owner, worker, successor):
    """Claimed before the pool had a second owner: its verifier is still the first one."""
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    pool.transferOwnership(successor, sender=pool_owner)
    pool.acceptOwnership(sender=successor)
    pool.setZKPVerifier(successor, sender=successor)
    submit(system, pool, task_id, worker)
    with reverts("Unauthorized()"):
        accept(pool, task_id, successor)
    accept(pool, task_id, pool_owner)
