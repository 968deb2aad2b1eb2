# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Escrow
@license MIT
@notice The money that the pool owes: rewards of tasks that are not ended, and credits. The rest of the balance is
        free, and the owner's.
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
    @notice Withdraw the caller's credit: payments that the caller's account refused.
    @dev Reverts with `InvalidInput()` for a payee of zero, `InsufficientFunds()` without a credit, `TransferFailed()`.
    @param to The payee.
    """
    self.reserved -= payments.credits[msg.sender]
    payments._withdraw_credit(msg.sender, to)


@view
@external
@reentrant
def creditOf(account: address) -> uint256:
    """
    @notice The payments that an account refused and has not withdrawn.
    @param account Any account.
    @return In wei.
    """
    return payments.credits[account]


@view
@external
@reentrant
def reservedBalance() -> uint256:
    """
    @notice The part of the balance that is not the owner's.
    @return Rewards in escrow for tasks, and credits, in wei.
    """
    return self.reserved
