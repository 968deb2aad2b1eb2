# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Payments
@license MIT
@notice Pays an account, and credits it with the amount where it refuses: a payee that reverts, burns its gas or returns
        megabytes costs only itself. `credits` are part of what the importing contract owes.
"""

from . import errors

event PaymentCredited:
    account: indexed(address)
    amount: uint256

event CreditWithdrawn:
    account: indexed(address)
    to: indexed(address)
    amount: uint256


# Gas that a payee gets: a smart account's proxy and its bookkeeping need less than half of it.
PAYMENT_GAS: constant(uint256) = 50_000
# What must be left before a payment, so that the payee really gets PAYMENT_GAS and a refusal can still be credited:
# 9,000 for the value, 25,000 for a new account, 22,100 for the credit and its event. Without this check an estimate of the
# gas would settle on an amount at which every payee is starved and credited instead of paid.
PAYMENT_GAS_LEFT: constant(uint256) = 125_000

credits: HashMap[address, uint256]


@internal
def _pay(to: address, amount: uint256) -> bool:
    """
    @return True if the account took the payment, False if it was credited with it.
    """
    if msg.gas < PAYMENT_GAS_LEFT:
        errors._insufficient_gas()
    if raw_call(to, b"", value=amount, gas=PAYMENT_GAS, revert_on_failure=False):
        return True
    self.credits[to] += amount
    log PaymentCredited(account=to, amount=amount)
    return False


@internal
def _withdraw_credit(account: address, to: address):
    if to == empty(address):
        errors._invalid_input()
    amount: uint256 = self.credits[account]
    if amount == 0:
        errors._insufficient_funds()
    self.credits[account] = 0
    log CreditWithdrawn(account=account, to=to, amount=amount)
    self._send(to, amount)


@internal
def _send(to: address, amount: uint256):
    """
    @dev For withdrawals, where the caller chose the payee: all the gas is passed on and a refusal reverts.
    """
    if not raw_call(to, b"", value=amount, revert_on_failure=False):
        errors._transfer_failed()
