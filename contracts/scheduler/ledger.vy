# pragma version 0.4.3
"""
@title Ledger
@license MIT
@notice What the manager owes besides the payments of scheduled tasks: bonds, from which owners pay for tasks, and the credits of payments.vy,
        among them the shares of validators and of the protocol.
"""

from contracts.interfaces import ITaskManager
from contracts.scheduler import manager_errors as errors
from contracts.shared import payments

uses: payments

BPS: constant(uint256) = 10_000
VALIDATOR_SHARE_BPS: constant(uint256) = 500
PROTOCOL_SHARE_BPS: constant(uint256) = 500
EXECUTOR_SHARE_BPS: constant(uint256) = BPS - VALIDATOR_SHARE_BPS - PROTOCOL_SHARE_BPS

treasury: immutable(address)
bonds: HashMap[address, uint256]


@deploy
def __init__(_treasury: address):
    treasury = _treasury


@internal
def _deposit(owner: address, amount: uint256):
    if amount == 0:
        errors._invalid_payment_amount(1, 0)
    self.bonds[owner] += amount
    log ITaskManager.BondDeposited(owner=owner, sender=msg.sender, amount=amount)


@internal
def _take_bond(owner: address, amount: uint256):
    """
    @dev Reverts with `InsufficientBond(required, actual)`.
    """
    bond: uint256 = self.bonds[owner]
    if bond < amount:
        errors._insufficient_bond(amount, bond)
    self.bonds[owner] = unsafe_sub(bond, amount)


@internal
def _charge_bond(owner: address, amount: uint256):
    """
    @dev Reverts with `InsufficientBond(required, actual)`.
    """
    self._take_bond(owner, amount)
    log ITaskManager.BondCharged(owner=owner, amount=amount)


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
    payments.credits[treasury] += protocol_share
    log ITaskManager.ProtocolFeeCollected(amount=protocol_share)
    return executor_share
