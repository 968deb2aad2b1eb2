# pragma version 0.4.3
"""
@title Ledger
@license MIT
@notice What the manager owes besides the payments of scheduled tasks: bonds, from which owners pay for tasks, and the credits of payments.vy,
        among them the shares of validators and of the protocol.
"""

from ..interfaces import ITaskManager
from ..shared import errors
from ..shared import payments
from . import manager_errors
from . import run_lock

uses: payments
uses: run_lock

BPS: constant(uint256) = 10_000
# Shares of a payment, in 1/10,000. Rounding goes to the executor.
VALIDATOR_SHARE_BPS: public(constant(uint256)) = 500
PROTOCOL_SHARE_BPS: public(constant(uint256)) = 500
EXECUTOR_SHARE_BPS: public(constant(uint256)) = BPS - VALIDATOR_SHARE_BPS - PROTOCOL_SHARE_BPS

TREASURY: public(immutable(address))
bonds: HashMap[address, uint256]


@deploy
def __init__(treasury: address):
    """
    @dev Reverts with `InvalidInput()` for zero.
    @param treasury Who is credited with the protocol's share.
    """
    if treasury == empty(address):
        errors._invalid_input()
    TREASURY = treasury


# ---------------------------------------------------------------- bonds


@external
@payable
def depositBond():
    """
    @notice Add the attached value to the caller's bond.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPaymentAmount(1, 0)`.
    """
    run_lock._only_free()
    self._deposit(msg.sender, msg.value)


@external
@payable
def depositBondFor(owner: address):
    """
    @notice Add the attached value to somebody's bond.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPayoutAddress(0)` for zero, `InvalidPaymentAmount(1, 0)`.
    """
    run_lock._only_free()
    if owner == empty(address):
        manager_errors._invalid_payout_address(owner)
    self._deposit(owner, msg.value)


@external
def withdrawBond(amount: uint256):
    """
    @notice Take from one's bond.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPaymentAmount(1, 0)` for nothing, `InsufficientBond(required, actual)`,
         `TransferFailed()`.
    @param amount In wei.
    """
    run_lock._enter()
    if amount == 0:
        manager_errors._invalid_payment_amount(1, 0)
    self._take_bond(msg.sender, amount)
    log ITaskManager.BondWithdrawn(owner=msg.sender, amount=amount)
    payments._send(msg.sender, amount)
    run_lock._leave()


@view
@external
def bondOf(owner: address) -> uint256:
    """
    @return In wei.
    """
    return self.bonds[owner]


@internal
def _deposit(owner: address, amount: uint256):
    if amount == 0:
        manager_errors._invalid_payment_amount(1, 0)
    self.bonds[owner] += amount
    log ITaskManager.BondDeposited(owner=owner, sender=msg.sender, amount=amount)


@internal
def _take_bond(owner: address, amount: uint256):
    """
    @dev Reverts with `InsufficientBond(required, actual)`.
    """
    bond: uint256 = self.bonds[owner]
    if bond < amount:
        manager_errors._insufficient_bond(amount, bond)
    self.bonds[owner] = unsafe_sub(bond, amount)


@internal
def _charge_bond(owner: address, amount: uint256):
    """
    @dev Reverts with `InsufficientBond(required, actual)`.
    """
    self._take_bond(owner, amount)
    log ITaskManager.BondCharged(owner=owner, amount=amount)


# ---------------------------------------------------------------- credits


@external
def withdrawCredit(to: address):
    """
    @notice Send the caller's credit to an account.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPayoutAddress(0)`, `InsufficientFunds()`, `TransferFailed()`.
    """
    self._withdraw_credit(msg.sender, to)


@external
def withdrawCreditFor(account: address):
    """
    @notice Send an account's credit to the account itself, for those that cannot call, such as a validator's contract; anyone may.
    @dev Reverts as `withdrawCredit` does.
    """
    self._withdraw_credit(account, account)


@view
@external
def creditOf(account: address) -> uint256:
    """
    @return In wei: shares of fees, and payments that the account refused.
    """
    return payments.credits[account]


@internal
def _withdraw_credit(account: address, to: address):
    run_lock._enter()
    if to == empty(address):
        manager_errors._invalid_payout_address(to)
    payments._withdraw_credit(account, to)
    run_lock._leave()


@internal
def _share_out(total: uint256, validator: address) -> uint256:
    """
    @notice Credits the validator and the protocol with their shares. Rounding goes to the executor.
    @param validator Zero where the chain names none; its share is the protocol's then.
    @return The executor's share.
    """
    validator_share: uint256 = total * VALIDATOR_SHARE_BPS // BPS
    protocol_share: uint256 = total * PROTOCOL_SHARE_BPS // BPS
    executor_share: uint256 = total - validator_share - protocol_share
    if validator == empty(address):
        protocol_share += validator_share
    else:
        payments.credits[validator] += validator_share
        log payments.PaymentCredited(account=validator, amount=validator_share)
    payments.credits[TREASURY] += protocol_share
    log ITaskManager.ProtocolFeeCollected(amount=protocol_share)
    return executor_share
