# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Ownable
@license MIT
@notice A contract has one owner. A new owner takes over in two steps, so that a mistyped address cannot become the
        owner.
"""

from . import errors

event OwnershipTransferStarted:
    previousOwner: indexed(address)
    newOwner: indexed(address)

event OwnershipTransferred:
    previousOwner: indexed(address)
    newOwner: indexed(address)


owner: public(reentrant(address))
pendingOwner: public(reentrant(address))


@external
def transferOwnership(newOwner: address):
    """
    @notice Propose a new owner. The proposed account becomes the owner when it calls `acceptOwnership`.
    @dev Reverts with `Unauthorized()` for anyone but the owner.
    @param newOwner The proposed owner. Zero withdraws the present proposal.
    """
    self._only_owner()
    self.pendingOwner = newOwner
    log OwnershipTransferStarted(previousOwner=self.owner, newOwner=newOwner)


@external
def acceptOwnership():
    """
    @notice Become the owner.
    @dev Reverts with `Unauthorized()` for anyone but the account that the owner proposed.
    """
    self._accept_ownership()


@internal
def _accept_ownership():
    if msg.sender != self.pendingOwner:
        errors._unauthorized()
    self.pendingOwner = empty(address)
    self._set_owner(msg.sender)


@internal
def _set_owner(new_owner: address):
    previous_owner: address = self.owner
    self.owner = new_owner
    log OwnershipTransferred(previousOwner=previous_owner, newOwner=new_owner)


@internal
@view
def _only_owner():
    if msg.sender != self.owner:
        errors._unauthorized()
