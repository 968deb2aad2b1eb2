# pragma version 0.4.3
"""
@title Ledger
@license MIT
@notice The manager's debts besides the payments of scheduled tasks: bonds and credits. Owners pay for tasks from
        their bonds. The credits of payments.vy include the shares of validators and of the protocol.
"""

from ..interfaces import ITaskManager
from ..shared import errors
from ..shared import payments
from . import manager_errors
from . import run_lock

uses: payments
uses: run_lock

BPS: constant(uint256) = 10_000
# Shares of a payment, in 1/10,000. The executor gets what rounding leaves.
VALIDATOR_SHARE_BPS: public(constant(uint256)) = 500
PROTOCOL_SHARE_BPS: public(constant(uint256)) = 500
EXECUTOR_SHARE_BPS: public(constant(uint256)) = BPS - VALIDATOR_SHARE_BPS - PROTOCOL_SHARE_BPS

TREASURY: public(immutable(address))
bonds: HashMap[address, uint256]


@deploy
def __init__(treasury: address):
    """
    @dev Reverts with `InvalidInput()` for zero.
    @param treasury The account that is credited with the protocol's share.
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
    @dev Reverts with `TaskManagerLocked()`, and with `InvalidPaymentAmount(1, 0)` if no value is attached.
    """
    run_lock._only_free()
    self._deposit(msg.sender, msg.value)


@external
@payable
def depositBondFor(owner: address):
    """
    @notice Add the attached value to the bond of any account.
    @dev Reverts with `TaskManagerLocked()`, with `InvalidPayoutAddress(0)` for the zero account, and with
         `InvalidPaymentAmount(1, 0)` if no value is attached.
    @param owner The account whose bond grows.
    """
    run_lock._only_free()
    if owner == empty(address):
        manager_errors._invalid_payout_address(owner)
    self._deposit(owner, msg.value)


@external
def withdrawBond(amount: uint256):
    """
    @notice Send a part of the caller's bond to the caller.
    @dev Reverts with `TaskManagerLocked()`, with `InvalidPaymentAmount(1, 0)` for an amount of 0, with
         `InsufficientBond(required, actual)`, and with `TransferFailed()` if the caller refuses the payment.
    @param amount In wei, from 1 to the whole bond.
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
    @notice The bond of an account.
    @param owner Any account.
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
    @notice Send the caller's whole credit to an account.
    @dev Reverts with `TaskManagerLocked()`, with `InvalidPayoutAddress(0)` for the zero account, with
         `InsufficientFunds()` if there is no credit, and with `TransferFailed()` if the account refuses the payment.
    @param to The account that is paid.
    """
    self._withdraw_credit(msg.sender, to)


@external
def withdrawCreditFor(account: address):
    """
    @notice Send an account's whole credit to that account. Anyone may call this, for accounts that cannot call, such
            as a validator's contract.
    @dev Reverts as `withdrawCredit` does.
    @param account The account that is paid.
    """
    self._withdraw_credit(account, account)


@view
@external
def creditOf(account: address) -> uint256:
    """
    @notice The credit of an account: shares of fees, and payments that the account refused.
    @param account Any account.
    @return In wei.
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
    @notice Credit the validator and the protocol with their shares.
    @param total In wei.
    @param validator Zero if the chain names none: the protocol gets the validator's share then.
    @return The executor's share in wei, with what rounding leaves.
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
