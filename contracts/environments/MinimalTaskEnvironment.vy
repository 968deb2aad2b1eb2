# pragma version 0.4.3
"""
@title MinimalTaskEnvironment
@license MIT
@notice Calls the target, and reverts with the target's own error if the target fails.
@dev There is no guard: a task's proxy admits the manager only, and this contract has nothing of its own to protect.
"""

from ..interfaces import ITaskEnvironment
from ..shared import task_data
from . import environment_errors
from . import task_execution_base as base

implements: ITaskEnvironment

# Gas for decoding, and for a byte of the call that is copied: about 2,000 and 2 (EIP-150, EIP-2929), five times that.
OWN_GAS: constant(uint256) = 10_000
BYTE_GAS: constant(uint256) = 10


@external
def executeTask(taskData: Bytes[base.MAX_TASK_DATA]) -> bool:
    """
    @notice Call the target.
    @dev Reverts with no data if `taskData` is not the encoding of (address, bytes), and with the first 128 bytes of
         what the target reverted with.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return True.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = abi_decode(taskData, (address, Bytes[base.MAX_CALL]))
    success: bool = False
    reason: Bytes[task_data.MAX_OUTCOME] = b""
    success, reason = raw_call(target, call, max_outsize=task_data.MAX_OUTCOME, revert_on_failure=False)
    if not success:
        raw_revert(reason)
    return True


@external
def __default__():
    """
    @notice Refuse task data that is no call of `executeTask(bytes)`, such as a bare call to the target.
    @dev Reverts with `TaskDataNotEncoded()`: `encodeTask` of the manager makes the data.
    """
    environment_errors._task_data_not_encoded()


@view
@external
def gasBesidesTarget(callLength: uint256) -> uint256:
    """
    @notice The gas that a task needs besides what its target is to have, in the worst case.
    @param callLength Bytes of the call to the target. A longer call than 4,000 bytes counts as that.
    @return Gas. The call to the target also withholds 1/64 of what is left.
    """
    return OWN_GAS + BYTE_GAS * min(callLength, base.MAX_CALL)
