# pragma version 0.4.3
"""
@title BasicTaskEnvironment
@license MIT
@notice Validates the task, logs the start and the end, and reverts with the target's own error if the target fails.
"""

from ..interfaces import ITaskEnvironment
from ..shared import task_data
from . import task_execution_base as base

initializes: base
implements: ITaskEnvironment

exports: base.TASK_MANAGER


@deploy
def __init__(taskManager: address):
    """
    @dev Reverts with `InvalidTarget()` if the manager has no code.
    @param taskManager The manager whose tasks this environment serves.
    """
    base.__init__(taskManager)


@external
def executeTask(taskData: Bytes[base.MAX_TASK_DATA]) -> bool:
    """
    @notice Call the target.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, with no data if `taskData` is not
         the encoding of (address, bytes), with `ZeroTargetAddress()`, with `EmptyCalldata()`, and with the first 128
         bytes of what the target reverted with. A revert undoes the logs too.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return True.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = base._open(taskData)
    base._validate(target, call)
    log ITaskEnvironment.TaskStarted(target=target, data=call)
    success: bool = False
    reason: Bytes[task_data.MAX_OUTCOME] = b""
    success, reason = raw_call(target, call, max_outsize=task_data.MAX_OUTCOME, revert_on_failure=False)
    if not success:
        raw_revert(reason)
    log ITaskEnvironment.TaskCompleted(target=target, success=True)
    return True
