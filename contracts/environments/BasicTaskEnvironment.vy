# pragma version 0.4.3
"""
@title BasicTaskEnvironment
@license MIT
@notice Validates the task, logs its start and its end, and hands on what the target reverted with.
"""

from ..interfaces import ITaskEnvironment
from . import task_execution_base as base

initializes: base
implements: ITaskEnvironment

exports: base.TASK_MANAGER

# What the manager records of it.
MAX_REASON: constant(uint256) = 128


@deploy
def __init__(taskManager: address):
    """
    @param taskManager The manager whose tasks this serves.
    """
    base.__init__(taskManager)


@external
def executeTask(taskData: Bytes[base.MAX_TASK_DATA]) -> bool:
    """
    @notice Call the target.
    @dev Reverts with `CallerNotOwnerOrTaskManager()`, `ZeroTargetAddress()`, `EmptyCalldata()`, and with the first 128 bytes of what the
         target reverted with; its logs are undone then.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return True.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = base._open(taskData)
    base._validate(target, call)
    log ITaskEnvironment.TaskStarted(target=target, data=call)
    success: bool = False
    reason: Bytes[MAX_REASON] = b""
    success, reason = raw_call(target, call, max_outsize=MAX_REASON, revert_on_failure=False)
    if not success:
        raw_revert(reason)
    log ITaskEnvironment.TaskCompleted(target=target, success=True)
    return True
