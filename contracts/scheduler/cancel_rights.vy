# pragma version 0.4.3
"""
@title Cancel rights
@license MIT
@notice Who besides the owner may cancel: for a task id, or for an environment, which outlives a reschedule. An environment is below 2^160
        and every id above, so that one mapping has both.
"""

from contracts.scheduler import manager_errors as errors

granted: HashMap[uint256, HashMap[address, bool]]  # task id or environment: canceller


@internal
def _set(subject: uint256, canceller: address, owner: address, may: bool):
    """
    @dev Reverts with `Unauthorized(caller, owner)` for anyone but the owner, and with `InvalidCancellerAddress()` for zero and the owner.
    """
    if msg.sender != owner:
        errors._unauthorized(msg.sender, owner)
    if canceller == empty(address) or canceller == owner:
        errors._invalid_canceller_address()
    self.granted[subject][canceller] = may
