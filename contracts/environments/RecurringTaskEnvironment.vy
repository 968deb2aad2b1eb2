# pragma version 0.4.3
"""
@title RecurringTaskEnvironment
@license MIT
@notice A worked example of an environment of one's own: calls the target every INTERVAL blocks, as long as the target succeeds and the owner's
        bond pays for it. To stop it, cancel the next one; cancellers of the environment can.
@dev Before: the target is looked at. After: the task is rescheduled, which takes up to 130,000 of its gas. If the manager refuses that,
     for want of bond or gas say, the run counts all the same, RecurrenceRefused says why, and the task does not run again.
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
    @param taskManager The manager whose tasks this serves.
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
    @dev Reverts with `CallerNotOwnerOrTaskManager()`, `ZeroTargetAddress()`, `EmptyCalldata()`.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return Whether the target succeeded.
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
    @dev The price of the next one may be any: it is bounded by the owner's bond.
    """
    log ITaskEnvironment.TaskCompleted(target=target, success=success)
    if success:
        target_block: uint64 = unsafe_add(convert(block.number, uint64), INTERVAL)  # a block before this one is refused
        done: bool = False
        reason: Bytes[base.MAX_REFUSAL] = b""
        done, reason = base._reschedule(target_block, max_value(uint256))
        if done:
            log ITaskEnvironment.TaskRescheduled(target=target, newTargetBlock=target_block)
        else:
            log ITaskEnvironment.RecurrenceRefused(target=target, reason=reason)
