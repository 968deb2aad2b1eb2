# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Escrow
@license MIT
@notice The money that the pool owes: rewards of tasks that are not ended, and credits. Whatever is above is the
        owner's free balance.
"""

from ..interfaces import ITaskPool
from ..shared import errors
from ..shared import ownable
from ..shared import payments

uses: ownable
uses: payments

reserved: uint256  # wei in escrow for tasks, and credits


@external
def emergencyWithdraw():
    """
    @notice Pay the free balance to the owner: what is not in escrow and not credited to somebody.
    @dev Reverts with `Unauthorized()`, `InsufficientFunds()` where nothing is free, `TransferFailed()`.
    """
    ownable._only_owner()
    amount: uint256 = self.balance - self.reserved
    if amount == 0:
        errors._insufficient_funds()
    log ITaskPool.EmergencyWithdrawal(owner=msg.sender, amount=amount)
    payments._send(msg.sender, amount)


@external
def withdrawCredit(to: address):
    """
    @notice Withdraw what was credited to the caller because a payment to him failed.
    @dev Reverts with `InvalidInput()` for zero, `InsufficientFunds()` without a credit, `TransferFailed()`.
    @param to Who receives it.
    """
    self.reserved -= payments.credits[msg.sender]
    payments._withdraw_credit(msg.sender, to)


@view
@external
@reentrant
def creditOf(account: address) -> uint256:
    return payments.credits[account]


@view
@external
@reentrant
def reservedBalance() -> uint256:
    """
    @return The wei in escrow for tasks, and credits.
    """
    return self.reserved
