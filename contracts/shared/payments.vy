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
# Gas that must have been left before a payment that failed: PAYMENT_GAS, 9,000 for the value, the access, and the 1/64
# that the call withholds. Without this check a caller could starve the payee, who would be credited instead of paid. A
# payment that succeeded needs no check.
PAYMENT_GAS_LEFT: constant(uint256) = 125_000

credits: HashMap[address, uint256]


@internal
def _pay(to: address, amount: uint256) -> bool:
    """
    @dev Reverts with `InsufficientGas()` if the payment failed and the payee did not have PAYMENT_GAS.
    @param amount In wei.
    @return True if the account took the payment, False if the account was credited.
    """
    gas_before: uint256 = msg.gas
    if raw_call(to, b"", value=amount, gas=PAYMENT_GAS, revert_on_failure=False):
        return True
    if gas_before < PAYMENT_GAS_LEFT:
        errors._insufficient_gas()
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
