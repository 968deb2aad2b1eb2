# pragma version 0.4.3
"""
@title MinimalTaskEnvironment
@license MIT
@notice Calls the target and returns whether the call succeeded.
@dev There is no guard: a task's proxy admits the manager only, and this contract has nothing of its own to protect.
"""

from ..interfaces import ITaskEnvironment
from . import task_execution_base as base

implements: ITaskEnvironment


@external
def executeTask(taskData: Bytes[base.MAX_TASK_DATA]) -> bool:
    """
    @notice Call the target.
    @dev Reverts with no data if `taskData` is not the encoding of (address, bytes).
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return Whether the call succeeded.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = abi_decode(taskData, (address, Bytes[base.MAX_CALL]))
    return raw_call(target, call, revert_on_failure=False)
