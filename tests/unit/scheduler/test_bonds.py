"""Bonds of the task manager: depositBond, depositBondFor, withdrawBond, bondOf; and withdrawals of credits"""

import boa
import pytest

from tests.helpers.chain import ETHER, balance, reverts
from tests.helpers.schedule import NO_MAXIMUM, block, layered
from tests.helpers.tasks import NOBODY, REFUSES, own_logs, refuses_payments


def test_default_behavior(manager, owner, stranger):
    before = balance(owner)
    manager.depositBond(value=5, sender=owner)
    manager.depositBond(value=7, sender=owner)
    assert manager.bondOf(owner) == balance(manager) == 12
    assert manager.bondOf(stranger) == 0
    manager.withdrawBond(4, sender=owner)
    assert manager.bondOf(owner) == balance(manager) == 8
    assert balance(owner) == before - 8
    manager.withdrawBond(8, sender=owner)
    assert (manager.bondOf(owner), balance(manager), balance(owner)) == (0, 0, before)


def test_deposit_for_somebody(manager, owner, stranger):
    before = balance(owner)
    manager.depositBondFor(owner, value=9, sender=stranger)
    assert (manager.bondOf(owner), manager.bondOf(stranger)) == (9, 0)
    with reverts("InsufficientBond(uint256,uint256)", 1, 0):
        manager.withdrawBond(1, sender=stranger)
    manager.withdrawBond(9, sender=owner)
    assert balance(owner) == before + 9


def test_emits_bond_deposited(manager, owner, stranger):
    manager.depositBond(value=5, sender=owner)
    (log,) = own_logs(manager)
    assert (log.name, log.fields) == ("BondDeposited", {"owner": owner, "sender": owner, "amount": 5})
    manager.depositBondFor(owner, value=6, sender=stranger)
    (log,) = own_logs(manager)
    assert (log.name, log.fields) == ("BondDeposited", {"owner": owner, "sender": stranger, "amount": 6})


def test_emits_bond_withdrawn(manager, owner):
    manager.depositBond(value=5, sender=owner)
    manager.withdrawBond(3, sender=owner)
    (log,) = own_logs(manager)
    assert (log.name, log.fields) == ("BondWithdrawn", {"owner": owner, "amount": 3})


def test_reverts_nothing(manager, owner):
    manager.depositBond(value=5, sender=owner)
    for change in (manager.depositBond, lambda sender: manager.depositBondFor(owner, sender=sender)):
        with reverts("InvalidPaymentAmount(uint256,uint256)", 1, 0):
            change(sender=owner)
    with reverts("InvalidPaymentAmount(uint256,uint256)", 1, 0):
        manager.withdrawBond(0, sender=owner)


def test_reverts_deposit_for_nobody(manager, stranger):
    with reverts("InvalidPayoutAddress(address)", NOBODY):
        manager.depositBondFor(NOBODY, value=5, sender=stranger)


def test_reverts_insufficient_bond(manager, owner):
    manager.depositBond(value=5, sender=owner)
    for amount in (6, 2**256 - 1):
        with reverts("InsufficientBond(uint256,uint256)", amount, 5):
            manager.withdrawBond(amount, sender=owner)
    assert manager.bondOf(owner) == 5


def test_reverts_owner_refuses(manager, owner):
    manager.depositBond(value=5, sender=owner)
    refuses_payments(owner)
    with reverts("TransferFailed()"):
        manager.withdrawBond(5, sender=owner)
    assert manager.bondOf(owner) == balance(manager) == 5


# ---- credits


@pytest.fixture
def credited(system, manager, owner, target, call):
    """An owner with a credit of 7: he refused the surplus."""
    boa.env.set_code(owner, REFUSES)
    manager.depositBond(value=11, sender=owner)
    arguments = (system.minimal.address, 1, block() + 5, NO_MAXIMUM, layered(target.address, call))
    cost = manager.estimateCost(block() + 5, 1)
    manager.scheduleTask(*arguments, value=cost + 7, sender=owner)
    assert manager.creditOf(owner) == 7
    return owner


def test_withdraw_credit(manager, credited, stranger):
    before, held = balance(stranger), balance(manager)
    manager.withdrawCredit(stranger, sender=credited)
    (log,) = own_logs(manager)
    assert (log.name, log.fields) == ("CreditWithdrawn", {"account": credited, "to": stranger, "amount": 7})
    assert balance(stranger) == before + 7
    assert balance(manager) == held - 7
    assert manager.creditOf(credited) == 0
    assert manager.bondOf(credited) == 11
    with reverts("InsufficientFunds()"):
        manager.withdrawCredit(stranger, sender=credited)


def test_withdraw_credit_for_somebody(manager, credited, stranger):
    boa.env.set_code(credited, b"")
    before = balance(credited)
    manager.withdrawCreditFor(credited, sender=stranger)
    (log,) = own_logs(manager)
    assert (log.name, log.fields) == ("CreditWithdrawn", {"account": credited, "to": credited, "amount": 7})
    assert balance(credited) == before + 7
    assert manager.creditOf(credited) == 0


def test_reverts_withdrawal_to_who_refuses(manager, credited, stranger):
    with reverts("TransferFailed()"):
        manager.withdrawCredit(credited, sender=credited)
    with reverts("TransferFailed()"):
        manager.withdrawCreditFor(credited, sender=stranger)
    assert manager.creditOf(credited) == 7


def test_reverts_withdrawal_to_nobody(manager, credited):
    with reverts("InvalidPayoutAddress(address)", NOBODY):
        manager.withdrawCredit(NOBODY, sender=credited)
    with reverts("InvalidPayoutAddress(address)", NOBODY):
        manager.withdrawCreditFor(NOBODY, sender=credited)


def test_reverts_withdrawal_of_nothing(manager, credited, stranger):
    for withdraw in (manager.withdrawCredit, manager.withdrawCreditFor):
        with reverts("InsufficientFunds()"):
            withdraw(stranger, sender=stranger)


def test_no_other_ether_is_taken(manager, stranger):
    """A plain transfer would be nobody's."""
    before = balance(manager)
    result = boa.env.execute_code(manager.address, sender=stranger, value=ETHER, data=b"")
    assert result.is_error
    assert balance(manager) == before
