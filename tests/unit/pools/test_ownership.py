"""TaskPool.transferOwnership, acceptOwnership"""

import pytest

from tests.helpers.chain import reverts
from tests.helpers.flow import accept, add_task, log_names, new_account, only_event, work

ZERO = "0x" + "00" * 20


@pytest.fixture
def new_owner():
    return new_account("new_owner")


def test_default_behavior(pool, pool_owner, new_owner):
    pool.transferOwnership(new_owner, sender=pool_owner)
    assert log_names(pool) == ["OwnershipTransferStarted"]
    assert only_event(pool, "OwnershipTransferStarted") == {"previousOwner": pool_owner, "newOwner": new_owner}
    assert (pool.owner(), pool.pendingOwner()) == (pool_owner, new_owner)

    pool.acceptOwnership(sender=new_owner)
    assert log_names(pool) == ["OwnershipTransferred"]
    assert only_event(pool, "OwnershipTransferred") == {"previousOwner": pool_owner, "newOwner": new_owner}
    assert (pool.owner(), pool.pendingOwner()) == (new_owner, ZERO)


def test_verifier_stays(system, approved_pool, pool_owner, new_owner, worker, other_worker):
    pool = approved_pool
    before, after = add_task(pool), add_task(pool)
    work(system, pool, before, worker)
    pool.transferOwnership(new_owner, sender=pool_owner)
    pool.acceptOwnership(sender=new_owner)
    assert pool.isApproved()
    assert pool.zkpVerifier() == pool_owner
    assert system.viewer.verifierOf(pool.address, before) == system.viewer.verifierOf(pool.address, after) == pool_owner
    work(system, pool, after, other_worker)
    for task_id in (before, after):
        with reverts("Unauthorized()"):
            accept(pool, task_id, new_owner)
        accept(pool, task_id, pool_owner)
    assert pool.totalProcessed() == 2


def test_verifier_of_a_submitted_task_stays_through_both_changes(system, pool, pool_owner, new_owner, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    pool.transferOwnership(new_owner, sender=pool_owner)
    pool.acceptOwnership(sender=new_owner)
    pool.setZKPVerifier(new_owner, sender=new_owner)
    assert system.viewer.verifierOf(pool.address, task_id) == pool_owner
    assert pool.zkpVerifier() == new_owner
    accept(pool, task_id, pool_owner)


def test_new_owner_has_the_tasks(pool, pool_owner, new_owner):
    task_id = add_task(pool)
    pool.transferOwnership(new_owner, sender=pool_owner)
    pool.acceptOwnership(sender=new_owner)
    with reverts("Unauthorized()"):
        pool.cancelTask(task_id, sender=pool_owner)
    pool.cancelTask(task_id, sender=new_owner)
    assert only_event(pool, "TaskRefunded")["payer"] == new_owner


def test_zero_takes_the_proposal_back(pool, pool_owner, new_owner):
    pool.transferOwnership(new_owner, sender=pool_owner)
    pool.transferOwnership(ZERO, sender=pool_owner)
    with reverts("Unauthorized()"):
        pool.acceptOwnership(sender=new_owner)
    assert pool.owner() == pool_owner


def test_reverts_caller_is_not_the_owner(pool, operator, new_owner):
    for sender in (operator, new_owner):
        with reverts("Unauthorized()"):
            pool.transferOwnership(sender, sender=sender)


def test_reverts_caller_is_not_proposed(pool, pool_owner, new_owner, stranger):
    for sender in (stranger, pool_owner):
        with reverts("Unauthorized()"):
            pool.acceptOwnership(sender=sender)
    pool.transferOwnership(new_owner, sender=pool_owner)
    for sender in (stranger, pool_owner):
        with reverts("Unauthorized()"):
            pool.acceptOwnership(sender=sender)
    assert pool.zkpVerifier() == pool_owner
