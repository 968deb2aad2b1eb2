"""contracts/shared/payments.vy: a payee that refuses costs only itself."""

import boa
import pytest

from tests.helpers.chain import balance, events, reverts
from tests.helpers.modules import harness

# Payees by their code: revert, burn all gas, revert with 100,000 bytes.
REFUSING = {"reverts": "60006000fd", "burns_gas": "fe", "reverts_with_much_data": "620186a06000fd"}
# Payees that take the money: an account that logs nothing, one that returns 100,000 bytes.
TAKING = {"stops": "00", "returns_much_data": "620186a06000f3"}
# Stores 1 where the gas left on entry is at least 50,000 (GAS PUSH2 49,990 LT PUSH1 0 SSTORE), what a payment forwards.
SEES_GAS = "5a61c346106000" + "55"
GAS_LEFT = 125_000


@pytest.fixture
def payer():
    contract = harness("PaymentsHarness").deploy()
    boa.env.set_balance(contract.address, 10**18)
    return contract


@pytest.fixture
def payee():
    return boa.env.generate_address("payee")


def test_default_behavior(payer, payee):
    assert payer.pay(payee, 7) is True
    assert balance(payee) == 7
    assert payer.creditOf(payee) == 0
    assert events(payer, "PaymentCredited") == []


def test_pays_from_the_attached_value(payer, payee, requester):
    assert payer.pay(payee, 9, value=9, sender=requester) is True
    assert balance(payee) == 9
    assert balance(payer) == 10**18


@pytest.mark.parametrize("code", TAKING.values(), ids=TAKING)
def test_pays_contracts(payer, payee, code):
    boa.env.set_code(payee, bytes.fromhex(code))
    assert payer.pay(payee, 7) is True
    assert balance(payee) == 7
    assert payer.creditOf(payee) == 0


@pytest.mark.parametrize("code", REFUSING.values(), ids=REFUSING)
def test_credits_a_payee_that_refuses(payer, payee, code):
    boa.env.set_code(payee, bytes.fromhex(code))
    assert payer.pay(payee, 7) is False
    (event,) = events(payer, "PaymentCredited")
    assert (event.account, event.amount) == (payee, 7)
    assert payer.pay(payee, 5) is False
    assert payer.creditOf(payee) == 12
    assert balance(payee) == 0
    assert balance(payer) == 10**18


def test_payee_gets_its_gas_however_little_is_left(payer, payee):
    """Whoever sends the transaction cannot starve a payee: it gets its 50,000 gas or the call reverts."""
    boa.env.set_code(payee, bytes.fromhex(SEES_GAS))
    outcomes = set()
    for gas in range(GAS_LEFT - 10_000, GAS_LEFT + 12_000, 1_000):
        with boa.env.anchor():
            computation = boa.env.execute_code(
                payer.address, data=payer.pay.prepare_calldata(payee, 7), gas=gas, override_bytecode=payer.bytecode
            )
            outcomes.add(computation.is_success)
            if computation.is_success:
                assert balance(payee) == 7
                assert boa.env.get_storage(payee, 0) == 1
                assert payer.creditOf(payee) == 0
    assert outcomes == {True, False}


def test_payee_cannot_burn_more_than_its_gas(payer, payee):
    """A payee that burns all it gets leaves enough to credit it."""
    boa.env.set_code(payee, bytes.fromhex(REFUSING["burns_gas"]))
    assert payer.pay(payee, 7, gas=200_000) is False
    assert payer.creditOf(payee) == 7


def test_reverts_with_too_little_gas(payer, payee):
    with reverts("InsufficientGas()"):
        payer.pay(payee, 7, gas=GAS_LEFT)
    assert balance(payee) == 0


def test_withdraw_credit_pays_another_account(payer, payee, stranger):
    boa.env.set_code(payee, bytes.fromhex(REFUSING["reverts"]))
    payer.pay(payee, 7)
    before = balance(stranger)
    payer.withdrawCredit(stranger, sender=payee)
    (event,) = events(payer, "CreditWithdrawn")
    assert (event.account, event.to, event.amount) == (payee, stranger, 7)
    assert balance(stranger) == before + 7
    assert balance(payer) == 10**18 - 7
    assert payer.creditOf(payee) == 0
    with reverts("InsufficientFunds()"):
        payer.withdrawCredit(stranger, sender=payee)


def test_reverts_withdrawal_without_credit(payer, stranger):
    with reverts("InsufficientFunds()"):
        payer.withdrawCredit(stranger, sender=stranger)


def test_reverts_withdrawal_to_zero(payer, payee):
    boa.env.set_code(payee, bytes.fromhex(REFUSING["reverts"]))
    payer.pay(payee, 7)
    with reverts("InvalidInput()"):
        payer.withdrawCredit("0x" + "00" * 20, sender=payee)
    assert payer.creditOf(payee) == 7


@pytest.mark.parametrize("code", ["60006000fd", "620186a06000fd"], ids=["reverts", "reverts_with_much_data"])
def test_reverts_withdrawal_to_a_payee_that_refuses(payer, payee, code):
    boa.env.set_code(payee, bytes.fromhex(code))
    payer.pay(payee, 7)
    with reverts("TransferFailed()"):
        payer.withdrawCredit(payee, sender=payee)
    assert payer.creditOf(payee) == 7


def test_withdrawal_cannot_be_repeated_while_it_runs(payer):
    payee = harness("ReentrantPayee").deploy()
    code = boa.env.get_code(payee.address)
    boa.env.set_code(payee.address, bytes.fromhex(REFUSING["reverts"]))
    payer.pay(payee.address, 7)
    boa.env.set_code(payee.address, code)
    payee.withdraw(payer.address)
    assert payee.wasRefused()
    assert balance(payee) == 7
    assert payer.creditOf(payee.address) == 0


def test_send(payer, payee):
    payer.send(payee, 7)
    assert balance(payee) == 7


def test_reverts_send_without_the_money(payer, payee):
    with reverts("TransferFailed()"):
        payer.send(payee, 10**18 + 1)
    assert balance(payee) == 0
