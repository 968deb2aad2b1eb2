"""TaskPool.setZKPVerifier"""

import pytest

from tests.helpers.chain import reverts
from tests.helpers.flow import (
    REWARD,
    accept,
    add_task,
    log_names,
    new_account,
    only_event,
    request,
    work,
)

ZERO = "0x" + "00" * 20


@pytest.fixture
def new_verifier():
    return new_account("new_verifier")


def test_default_behavior(pool, pool_owner, new_verifier):
    pool.setZKPVerifier(new_verifier, sender=pool_owner)
    assert log_names(pool) == ["ZKPVerifierUpdated"]
    assert only_event(pool, "ZKPVerifierUpdated") == {"oldVerifier": pool_owner, "newVerifier": new_verifier}
    assert pool.zkpVerifier() == new_verifier

    pool.setZKPVerifier(pool_owner, sender=pool_owner)
    assert only_event(pool, "ZKPVerifierUpdated") == {"oldVerifier": new_verifier, "newVerifier": pool_owner}
    assert pool.zkpVerifier() == pool_owner


def test_judges_tasks_submitted_from_now_on(system, pool, pool_owner, worker, new_verifier):
    task_id = add_task(pool)
    pool.setZKPVerifier(new_verifier, sender=pool_owner)
    assert system.viewer.verifierOf(pool.address, task_id) == new_verifier
    work(system, pool, task_id, worker)
    with reverts("Unauthorized()"):
        accept(pool, task_id, pool_owner)
    accept(pool, task_id, new_verifier)
    assert pool.getAITaskData(task_id)[4]


def test_revokes_the_approval(system, approved_pool, pool_owner, new_verifier):
    pool, registry = approved_pool, system.registry
    pool.setZKPVerifier(new_verifier, sender=pool_owner)
    assert log_names(pool) == ["ZKPVerifierUpdated", "ApprovalChanged", "PoolRevoked"]
    assert only_event(pool, "PoolRevoked") == {"pool": pool.address}

    assert not pool.isApproved()
    assert not registry.isApprovedPool(pool.address)
    assert registry.getRequestPools(0, 10) == ([], 0)


def test_emits_approval_changed(approved_pool, pool_owner, new_verifier):
    approved_pool.setZKPVerifier(new_verifier, sender=pool_owner)
    assert only_event(approved_pool, "ApprovalChanged") == {"isApproved": False}


def test_own_tasks_leave_the_ranking_and_the_registrys_stay(
    system, approved_pool, requester, worker, pool_owner, new_verifier
):
    pool = approved_pool
    own = add_task(pool, 10**18)
    _, registry_task = request(system, requester)
    assert system.router.getBestAvailableTask().taskId == own

    pool.setZKPVerifier(new_verifier, sender=pool_owner)
    assert system.router.getBestAvailableTask()[:2] == (pool.address, registry_task)
    assert system.router.claimBestTask(sender=worker) == (pool.address, registry_task)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=new_verifier)
    assert system.router.claimTaskFromPool(pool.address, sender=new_verifier) == own


def test_deactivated_approved_pool_is_revoked_and_stays_unlisted(system, approved_pool, pool_owner, new_verifier):
    pool = approved_pool
    system.factory.deactivatePool(pool.address)
    pool.setZKPVerifier(new_verifier, sender=pool_owner)
    assert not system.registry.isApprovedPool(pool.address)
    system.factory.activatePool(pool.address)
    assert system.registry.getRequestPools(0, 10) == ([], 0)
    assert not pool.isApproved()


def test_can_be_approved_again(system, approved_pool, pool_owner, new_verifier, worker):
    pool = approved_pool
    own = add_task(pool)
    pool.setZKPVerifier(new_verifier, sender=pool_owner)
    system.registry.approvePool(pool.address)
    assert pool.isApproved()
    assert system.router.claimBestTask(sender=worker) == (pool.address, own)
    assert system.router.getUserStatus(worker).reward == REWARD


def test_reverts_zero(pool, pool_owner):
    with reverts("InvalidInput()"):
        pool.setZKPVerifier(ZERO, sender=pool_owner)


def test_reverts_present_verifier(system, approved_pool, pool_owner, new_verifier):
    with reverts("InvalidInput()"):
        approved_pool.setZKPVerifier(pool_owner, sender=pool_owner)
    assert approved_pool.isApproved()
    approved_pool.setZKPVerifier(new_verifier, sender=pool_owner)
    with reverts("InvalidInput()"):
        approved_pool.setZKPVerifier(new_verifier, sender=pool_owner)


def test_reverts_caller_is_not_the_owner(pool, pool_owner, operator, new_verifier):
    pool.setZKPVerifier(new_verifier, sender=pool_owner)
    for sender in (operator, new_verifier):
        with reverts("Unauthorized()"):
            pool.setZKPVerifier(sender, sender=sender)
