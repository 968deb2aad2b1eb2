"""TaskPool.setTaskTerms, getTaskTerms"""

import pytest

from tests.helpers.chain import now, reverts
from tests.helpers.flow import add_task, claim, log_names, only_event

DEFAULTS = (3_600, 86_400, 3, False)
LOWEST = (300, 3_600, 1, False)
HIGHEST = (604_800, 2_592_000, 10, True)


def test_defaults(pool):
    assert pool.getTaskTerms() == DEFAULTS


@pytest.mark.parametrize("terms", [LOWEST, HIGHEST, (301, 3_601, 2, True), (604_799, 2_591_999, 9, False)])
def test_within_bounds(system, pool, pool_owner, terms):
    pool.setTaskTerms(*terms, sender=pool_owner)
    assert log_names(pool) == ["TaskTermsUpdated"]
    assert only_event(pool, "TaskTermsUpdated") == {
        "claimWindow": terms[0],
        "verificationWindow": terms[1],
        "maxAttempts": terms[2],
        "silencePaysWorker": terms[3],
    }
    assert pool.getTaskTerms() == terms
    assert pool.zkpVerifier() == pool_owner
    assert pool.modelRegistry() == system.registry.address


@pytest.mark.parametrize("terms", [LOWEST, HIGHEST])
def test_claim_window_holds_for_new_claims(system, pool, pool_owner, worker, terms):
    pool.setTaskTerms(*terms, sender=pool_owner)
    task_id = add_task(pool, lifetime=700_000)
    claim(system, pool, task_id, worker)
    assert pool.claimOf(task_id) == (worker, now() + terms[0])


def test_changes_back(pool, pool_owner):
    for terms in (HIGHEST, LOWEST, DEFAULTS):
        pool.setTaskTerms(*terms, sender=pool_owner)
        assert pool.getTaskTerms() == terms


@pytest.mark.parametrize(
    "terms",
    [
        (299, 3_600, 1, False),
        (0, 3_600, 1, False),
        (604_801, 3_600, 1, False),
        (2**256 - 1, 3_600, 1, False),
        (300, 3_599, 1, False),
        (300, 0, 1, False),
        (300, 2_592_001, 1, False),
        (300, 2**256 - 1, 1, False),
        (300, 3_600, 0, False),
        (300, 3_600, 11, False),
        (300, 3_600, 2**256 - 1, False),
    ],
)
def test_reverts_out_of_bounds(pool, pool_owner, terms):
    with reverts("InvalidInput()"):
        pool.setTaskTerms(*terms, sender=pool_owner)
    assert pool.getTaskTerms() == DEFAULTS


def test_reverts_caller_is_not_the_owner(pool, operator, worker):
    for sender in (operator, worker):
        with reverts("Unauthorized()"):
            pool.setTaskTerms(*LOWEST, sender=sender)
