# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Payments
@license MIT
@notice Pays an account, or credits the account with the amount if it refuses the payment. A payee that reverts, burns
        its gas or returns megabytes harms only itself. The importing contract owes the `credits`.
"""

from . import errors

event PaymentCredited:
    account: indexed(address)
    amount: uint256

event CreditWithdrawn:
    account: indexed(address)
    to: indexed(address)
    amount: uint256


# Gas for a payee. A smart account, with its proxy and its bookkeeping, needs less than half of that.
PAYMENT_GAS: constant(uint256) = 50_000
# Gas that must be left before a payment: PAYMENT_GAS, 9,000 for the value, 25,000 for a new account, 22,100 for the
# credit and the event. Without this check an estimate of the gas would find an amount that starves the payee: the
# payee would be credited instead of paid.
PAYMENT_GAS_LEFT: constant(uint256) = 125_000

credits: HashMap[address, uint256]


@internal
def _pay(to: address, amount: uint256) -> bool:
    """
    @dev Reverts with `InsufficientGas()` if there is too little gas to pay and to credit.
    @param amount In wei.
    @return True if the account took the payment, False if the account was credited.
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
    """
    @notice Send the whole credit of an account.
    @dev Reverts with `InvalidInput()` for a payee of zero, `InsufficientFunds()`, `TransferFailed()`.
    """
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
    @dev For withdrawals, where the caller chose the payee: passes all gas on. Reverts with `TransferFailed()`.
    """
    if not raw_call(to, b"", value=amount, revert_on_failure=False):
        errors._transfer_failed()
