"""TaskPool.emergencyWithdraw"""

import boa

from tests.helpers.chain import DAY, ETHER, balance, reverts, wait
from tests.helpers.flow import (
    REFUSES,
    REWARD,
    accept,
    add_task,
    add_tasks,
    claim,
    log_names,
    new_account,
    only_event,
    request,
    send,
    work,
)


def test_default_behavior(pool, pool_owner, stranger):
    send(pool, ETHER, stranger)
    before = balance(pool_owner)
    pool.emergencyWithdraw(sender=pool_owner)
    assert log_names(pool) == ["EmergencyWithdrawal"]
    assert only_event(pool, "EmergencyWithdrawal") == {"owner": pool_owner, "amount": ETHER}
    assert balance(pool_owner) == before + ETHER
    assert balance(pool) == 0


def test_never_touches_escrow_or_credits(system, approved_pool, pool_owner, requester, worker, verifier, stranger):
    """One task in each state, a credit, and one wei that is free."""
    pool = approved_pool
    add_task(pool, 3)
    active, pending, credited = add_tasks(pool, [5, 7, 11])
    request(system, requester)
    claim(system, pool, active, worker)
    work(system, pool, pending, new_account("submitter"))
    refuser = new_account("refuser")
    work(system, pool, credited, refuser)
    boa.env.set_code(refuser, REFUSES)
    accept(pool, credited, pool_owner)
    owed = 3 + 5 + 7 + 11 + 5 * 10**15
    assert pool.creditOf(refuser) == 11
    assert pool.reservedBalance() == balance(pool) == owed

    with reverts("InsufficientFunds()"):
        pool.emergencyWithdraw(sender=pool_owner)

    send(pool, 1, stranger)
    before = balance(pool_owner)
    pool.emergencyWithdraw(sender=pool_owner)
    assert balance(pool_owner) == before + 1
    assert pool.reservedBalance() == balance(pool) == owed


def test_refunds_become_free(system, pool, pool_owner):
    task_id = add_task(pool)
    wait(DAY + 1)
    pool.releaseExpiredTasks([task_id])
    before = balance(pool_owner)
    pool.emergencyWithdraw(sender=pool_owner)
    assert balance(pool_owner) == before + REWARD


def test_works_when_deactivated(system, pool, pool_owner, stranger):
    send(pool, 9, stranger)
    system.factory.deactivatePool(pool.address)
    pool.emergencyWithdraw(sender=pool_owner)
    assert balance(pool) == 0


def test_reverts_nothing_free(pool, pool_owner):
    with reverts("InsufficientFunds()"):
        pool.emergencyWithdraw(sender=pool_owner)


def test_reverts_owner_refuses(pool, pool_owner, stranger):
    send(pool, 9, stranger)
    boa.env.set_code(pool_owner, REFUSES)
    with reverts("TransferFailed()"):
        pool.emergencyWithdraw(sender=pool_owner)
    assert balance(pool) == 9


def test_reverts_caller_is_not_the_owner(pool, operator, stranger):
    send(pool, 9, stranger)
    for sender in (operator, stranger):
        with reverts("Unauthorized()"):
            pool.emergencyWithdraw(sender=sender)
