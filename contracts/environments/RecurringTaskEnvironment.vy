# pragma version 0.4.3
"""
@title RecurringTaskEnvironment
@license MIT
@notice An example of an environment of one's own, to copy: calls the target every INTERVAL blocks, as long as the
        target succeeds and the owner's bond pays. To end the series, cancel the next task: the owner and the
        cancellers of the environment may.
@dev Before the call, the environment validates the target. After the call, the environment reschedules the task,
     which takes up to 130,000 of the task's gas. The manager may refuse, because the bond or the gas is too small.
     Then the run still counts, the task does not run again, and RecurrenceRefused has the reason.
"""

from ..interfaces import ITaskEnvironment
from . import environment_errors
from . import task_execution_base as base

initializes: base
implements: ITaskEnvironment

exports: base.TASK_MANAGER

INTERVAL: public(immutable(uint64))


@deploy
def __init__(taskManager: address, interval: uint64):
    """
    @dev Reverts with `InvalidTarget()` if the manager has no code, with `InvalidValue()` for an interval of 0.
    @param taskManager The manager whose tasks this environment serves.
    @param interval In blocks, at least 1.
    """
    if interval == 0:
        environment_errors._invalid_value()
    base.__init__(taskManager)
    INTERVAL = interval


@external
def executeTask(taskData: Bytes[base.MAX_TASK_DATA]) -> bool:
    """
    @notice Call the target, and reschedule the task if the target succeeds.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, with no data if `taskData` is not the
         encoding of (address, bytes), with `ZeroTargetAddress()`, and with `EmptyCalldata()`.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return Whether the call to the target succeeded.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = base._open(taskData)
    self._before(target, call)
    success: bool = base._call_keeping(target, call, base.END_GAS)
    self._after(target, success)
    return success


@internal
def _before(target: address, call: Bytes[base.MAX_CALL]):
    base._validate(target, call)
    log ITaskEnvironment.TaskStarted(target=target, data=call)


@internal
def _after(target: address, success: bool):
    """
    @dev The next run may have any price: the owner's bond is the bound.
    """
    log ITaskEnvironment.TaskCompleted(target=target, success=success)
    if success:
        # An interval may overflow: the manager refuses a block in the past.
        target_block: uint64 = unsafe_add(convert(block.number, uint64), INTERVAL)
        done: bool = False
        reason: Bytes[base.MAX_REFUSAL] = b""
        done, reason = base._reschedule(target_block, max_value(uint256))
        if done:
            log ITaskEnvironment.TaskRescheduled(target=target, newTargetBlock=target_block)
        else:
            log ITaskEnvironment.RecurrenceRefused(target=target, reason=reason)
