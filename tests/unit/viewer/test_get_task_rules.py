"""TaskPoolViewer.getTaskRules: what a worker should know before he claims"""

import pytest

from tests.helpers.chain import DAY, now, reverts, wait
from tests.helpers.flow import add_task, claim, new_account, reject, request, submit, work

ZERO = "0x" + "00" * 20


@pytest.fixture
def rules(system):
    return lambda pool, task_id: system.viewer.getTaskRules(pool.address, task_id)


def test_own_task(rules, pool, pool_owner):
    task_id = add_task(pool)
    # from the registry, claim window, expiry, verification window, silence pays, attempts, rejections, last attempt,
    # verifier, fixed
    expected = (False, 3_600, now() + DAY, 86_400, False, 3, 0, False, pool_owner, False)
    assert rules(pool, task_id) == expected


def test_own_task_follows_the_terms_until_it_is_submitted(system, rules, pool, pool_owner, worker):
    task_id, successor = add_task(pool), new_account("successor")
    expiry = now() + DAY
    pool.setTaskTerms(300, 7_200, 1, True, sender=pool_owner)
    pool.setZKPVerifier(successor, sender=pool_owner)
    expected = (False, 300, expiry, 7_200, True, 1, 0, True, successor, False)
    assert rules(pool, task_id) == expected
    claim(system, pool, task_id, worker)
    assert rules(pool, task_id) == expected


def test_submitted_task_keeps_what_held(system, rules, pool, pool_owner, worker):
    task_id = add_task(pool)
    expiry = now() + DAY
    claim(system, pool, task_id, worker)
    wait(100)
    submit(system, pool, task_id, worker)
    pool.setTaskTerms(300, 7_200, 1, True, sender=pool_owner)
    pool.setZKPVerifier(new_account("successor"), sender=pool_owner)
    kept = rules(pool, task_id)
    assert (kept.fromRegistry, kept.expiry, kept.verificationWindow) == (False, expiry, 86_400)
    assert (kept.silencePaysWorker, kept.rejections, kept.isLastAttempt) == (False, 0, False)
    assert (kept.verifier, kept.isFixed) == (pool_owner, True)


def test_rejected_task_has_the_present_terms(system, rules, pool, pool_owner, worker, other_worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    pool.setTaskTerms(300, 7_200, 2, True, sender=pool_owner)
    reject(pool, task_id, pool_owner)
    assert rules(pool, task_id)[3:] == (7_200, True, 2, 1, True, pool_owner, False)
    work(system, pool, task_id, other_worker)
    assert rules(pool, task_id)[3:] == (7_200, True, 2, 1, True, pool_owner, True)


@pytest.mark.parametrize("rejections", [0, 1, 2])
def test_last_attempt(system, rules, pool, pool_owner, rejections):
    task_id = add_task(pool)
    for i in range(rejections):
        work(system, pool, task_id, new_account(f"w{i}"))
        reject(pool, task_id, pool_owner)
    assert (rules(pool, task_id).rejections, rules(pool, task_id).isLastAttempt) == (rejections, rejections == 2)
    work(system, pool, task_id, new_account("last"))
    assert (rules(pool, task_id).rejections, rules(pool, task_id).isLastAttempt) == (rejections, rejections == 2)


def test_request_whatever_the_owner_set(system, rules, approved_pool, pool_owner, requester, worker):
    approved_pool.setTaskTerms(300, 7_200, 1, True, sender=pool_owner)
    _, task_id = request(system, requester)
    approved_pool.setZKPVerifier(new_account("successor"), sender=pool_owner)
    expected = (True, 3_600, now() + DAY, 86_400, False, 3, 0, False, ZERO)
    assert rules(approved_pool, task_id) == (*expected, False)
    work(system, approved_pool, task_id, worker)
    assert rules(approved_pool, task_id) == (*expected, True)


@pytest.mark.parametrize("terms", [(300, 3_600, 1, True), (604_800, 2_592_000, 10, False)])
def test_claim_window_is_the_one_a_claim_gets(system, rules, pool, pool_owner, worker, terms):
    pool.setTaskTerms(*terms, sender=pool_owner)
    task_id = add_task(pool, lifetime=30 * DAY)
    window = rules(pool, task_id).claimWindow
    claim(system, pool, task_id, worker)
    assert pool.claimOf(task_id) == (worker, now() + window)


@pytest.mark.parametrize("task_id", [0, 1, 2**256 - 1])
def test_reverts_unknown_task(system, pool, task_id):
    with reverts("TaskNotFound()"):
        system.viewer.getTaskRules(pool.address, task_id)
