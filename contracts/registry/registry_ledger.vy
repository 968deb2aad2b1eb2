# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Registry ledger
@license MIT
@notice The registry's debts: fees of open requests, earned fees, credits. The rewards of requests are not here, but
        in the pools. Whatever the balance exceeds the debts by came as plain transfers, and is the owner's to rescue.
"""

from ..interfaces import IModelRegistry
from ..shared import errors
from ..shared import ownable
from ..shared import payments

uses: ownable
uses: payments

earned_fees: uint256  # wei, the owner's
owed: uint256  # wei: fees, earned or not, and credits


# ---------------------------------------------------------------- requesters


@external
def withdrawRefund():
    """
    @notice Send the caller's credit to the caller.
    @dev Reverts with `InsufficientFunds()` without a credit, and with `TransferFailed()` if the caller refuses the
         payment.
    """
    self._withdraw_refund(msg.sender)


@external
def withdrawRefundTo(to: address):
    """
    @notice Send the caller's credit to another address, for a requester that cannot receive.
    @dev Reverts with `InvalidInput()` for zero, with `InsufficientFunds()` without a credit, and with
         `TransferFailed()` if the payee refuses the payment.
    @param to The payee.
    """
    self._withdraw_refund(to)


# ---------------------------------------------------------------- owner


@external
def withdrawTokens():
    """
    @notice Pay the owner the fees that are earned, and nothing else.
    @dev Reverts with `Unauthorized()` for anyone but the owner, with `InsufficientFunds()` without earned fees, and
         with `TransferFailed()` if the owner refuses the payment.
    """
    ownable._only_owner()
    amount: uint256 = self.earned_fees
    if amount == 0:
        errors._insufficient_funds()
    self.earned_fees = 0
    self.owed -= amount
    log IModelRegistry.TokensWithdrawn(owner=msg.sender, amount=amount)
    payments._send(msg.sender, amount)


@external
def rescueSurplus(to: address):
    """
    @notice Send on what nobody is owed: plain transfers to the registry.
    @dev Reverts with `Unauthorized()` for anyone but the owner, with `InvalidInput()` for zero, with
         `InsufficientFunds()` without a surplus, and with `TransferFailed()` if the payee refuses the payment.
    @param to The payee.
    """
    ownable._only_owner()
    if to == empty(address):
        errors._invalid_input()
    amount: uint256 = self.balance - self.owed
    if amount == 0:
        errors._insufficient_funds()
    log IModelRegistry.SurplusRescued(to=to, amount=amount)
    payments._send(to, amount)


# ---------------------------------------------------------------- views


@view
@external
@reentrant
def refundOf(user: address) -> uint256:
    """
    @notice The amount that `withdrawRefund` pays an account.
    @param user The account.
    @return The account's credit in wei.
    """
    return payments.credits[user]


@view
@external
@reentrant
def earnedFees() -> uint256:
    """
    @notice The amount that `withdrawTokens` pays the owner.
    @return In wei.
    """
    return self.earned_fees


@view
@external
@reentrant
def reservedBalance() -> uint256:
    """
    @notice The registry's debts: fees, earned or not, and credits.
    @return In wei.
    """
    return self.owed


@view
@external
@reentrant
def getContractBalance() -> uint256:
    """
    @notice The registry's balance. All above `reservedBalance` is surplus.
    @return In wei.
    """
    return self.balance


# ---------------------------------------------------------------- internal


@internal
def _owe(amount: uint256):
    """
    @param amount In wei: a fee that is not earned yet, or a surplus that became a credit.
    """
    self.owed += amount


@internal
def _earn(fee: uint256):
    """
    @notice A fee that the registry owed to a request is the owner's from now on.
    """
    self.earned_fees += fee


@internal
def _credit(account: address, amount: uint256, received: uint256):
    """
    @param amount The credit in wei.
    @param received What came with the call. The rest of the credit was owed before, as a fee.
    """
    payments.credits[account] += amount
    self.owed += received


@internal
def _withdraw_refund(to: address):
    amount: uint256 = payments.credits[msg.sender]
    self.owed -= amount
    log IModelRegistry.RefundWithdrawn(user=msg.sender, amount=amount)
    payments._withdraw_credit(msg.sender, to)
