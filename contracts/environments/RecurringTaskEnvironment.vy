# pragma version 0.4.3
"""
@title RecurringTaskEnvironment
@license MIT
@notice An example of an environment of one's own, to copy: calls the target every INTERVAL blocks, as long as the
        target succeeds and the owner's bond pays. To end the series, cancel the next task: the owner and the
        cancellers of the environment may.
@dev Before the call, the environment validates the target. After the call, the environment reschedules the task,
     which is paid from the task's gas: `gasBesidesTarget` says how much. The manager may refuse, because the bond or
     the gas is too small. Then the run still counts, the task does not run again, and RecurrenceRefused has the reason.
"""

from ..interfaces import IReportingTaskEnvironment
from ..interfaces import ITaskEnvironment
from ..shared import task_data
from . import environment_errors
from . import task_execution_base as base

initializes: base
implements: IReportingTaskEnvironment

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
@raw_return
def executeTask(taskData: Bytes[base.MAX_TASK_DATA]) -> Bytes[task_data.MAX_RESPONSE]:
    """
    @notice Call the target, and reschedule the task if the target succeeds.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, with no data if `taskData` is not the
         encoding of (address, bytes), with `ZeroTargetAddress()`, and with `EmptyCalldata()`.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return True, or false and the first 128 bytes of what the target reverted with.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = base._open(taskData)
    gas_before: uint256 = msg.gas
    self._before(target, call)
    end_gas: uint256 = base._end_gas(gas_before - msg.gas)
    success: bool = False
    outcome: Bytes[task_data.MAX_OUTCOME] = b""
    success, outcome = base._call_keeping(target, call, end_gas)
    self._after(target, success, end_gas // 2)
    return base._outcome(success, outcome)


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
    @notice The gas that a task needs besides what its target is to have, in the worst case, so that the task runs
            again.
    @param callLength Bytes of the call to the target. A longer call than 4,000 bytes counts as that.
    @return Gas. The call to the target also withholds 1/64 of what is left.
    """
    return base._own_gas(callLength) + base.RESCHEDULE_GAS


@internal
def _before(target: address, call: Bytes[base.MAX_CALL]):
    base._validate(target, call)
    log ITaskEnvironment.TaskStarted(target=target, data=call)


@internal
def _after(target: address, success: bool, kept: uint256):
    """
    @dev The next run may have any price: the owner's bond is the bound.
    @param kept The gas of the last log.
    """
    log ITaskEnvironment.TaskCompleted(target=target, success=success)
    if success:
        # An interval may overflow: the manager refuses a block in the past.
        target_block: uint64 = unsafe_add(convert(block.number, uint64), INTERVAL)
        done: bool = False
        reason: Bytes[base.MAX_REFUSAL] = b""
        done, reason = base._reschedule(target_block, max_value(uint256), kept)
        if done:
            log ITaskEnvironment.TaskRescheduled(target=target, newTargetBlock=target_block)
        else:
            log ITaskEnvironment.RecurrenceRefused(target=target, reason=reason)
