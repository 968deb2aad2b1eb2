# pragma version 0.4.3
"""
@title ReschedulingTaskEnvironment
@license MIT
@notice As BasicTaskEnvironment, but retries a target that fails: after 5 blocks, at most 3 times, paid from the
        owner's bond. A retry never costs more than twice the first price.
@dev Rescheduling is paid from the task's gas. The environment keeps the gas of that in the worst case, if the target
     can still have TARGET_GAS: so a target that burns all the gas is retried too. A task with less gas leaves all of
     the gas to the target, and is retried if the failing target did not use the gas. `gasBesidesTarget` says how much a
     retry needs.
"""

from ..interfaces import IReportingTaskEnvironment
from ..interfaces import ITaskEnvironment
from ..interfaces import ITaskManager
from ..shared import task_data
from . import environment_errors
from . import task_execution_base as base

initializes: base
implements: IReportingTaskEnvironment

exports: base.TASK_MANAGER

RETRY_DELAY: public(constant(uint64)) = 5
MAX_RETRIES: public(constant(uint8)) = 3
# The highest price of a retry, in per cent of the first price.
MAX_RETRY_PRICE: constant(uint256) = 200
# The gas of a retry is kept only if the target can have this much gas.
TARGET_GAS: constant(uint256) = 100_000


@deploy
def __init__(taskManager: address):
    """
    @dev Reverts with `InvalidTarget()` if the manager has no code.
    @param taskManager The manager whose tasks this environment serves.
    """
    base.__init__(taskManager)


@external
@raw_return
def executeTask(taskData: Bytes[base.MAX_TASK_DATA]) -> Bytes[task_data.MAX_RESPONSE]:
    """
    @notice Call the target, and reschedule the task if the target fails.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, with no data if `taskData` is not the
         encoding of (address, bytes), with `ZeroTargetAddress()`, and with `EmptyCalldata()`.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return True, or false and the first 128 bytes of what the target reverted with.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = base._open(taskData)
    base._validate(target, call)
    gas_before: uint256 = msg.gas
    log ITaskEnvironment.TaskStarted(target=target, data=call)
    end_gas: uint256 = base._end_gas(gas_before - msg.gas)
    task_id: bytes32 = empty(bytes32)
    owner: address = empty(address)
    attempt: uint256 = 0
    price: uint256 = 0
    first_price: uint256 = 0
    task_id, owner, attempt, price, first_price = staticcall ITaskManager(base.TASK_MANAGER).currentTask()
    last: bool = attempt > convert(MAX_RETRIES, uint256)

    kept: uint256 = end_gas
    if not last and msg.gas >= TARGET_GAS + base.RESCHEDULE_GAS + end_gas:
        kept += base.RESCHEDULE_GAS
    success: bool = False
    outcome: Bytes[task_data.MAX_OUTCOME] = b""
    success, outcome = base._call_keeping(target, call, kept)
    attempt_number: uint8 = convert(attempt, uint8)
    log ITaskEnvironment.ExecutionAttempt(attemptNumber=attempt_number, success=success)
    log ITaskEnvironment.TaskCompleted(target=target, success=success)
    if not success:
        if last:
            log ITaskEnvironment.RetriesExhausted(target=target, attempts=attempt_number)
        else:
            self._retry(target, first_price * MAX_RETRY_PRICE // 100, end_gas // 2)
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
    @notice The gas that a task needs besides what its target is to have, in the worst case, so that the task can be
            retried.
    @param callLength Bytes of the call to the target. A longer call than 4,000 bytes counts as that.
    @return Gas. The call to the target also withholds 1/64 of what is left.
    """
    return base._own_gas(callLength) + base.RESCHEDULE_GAS


@internal
def _retry(target: address, max_payment: uint256, kept: uint256):
    target_block: uint64 = convert(block.number, uint64) + RETRY_DELAY
    done: bool = False
    reason: Bytes[base.MAX_REFUSAL] = b""
    done, reason = base._reschedule(target_block, max_payment, kept)
    if done:
        log ITaskEnvironment.TaskRescheduled(target=target, newTargetBlock=target_block)
    else:
        log ITaskEnvironment.RetryRefused(target=target, reason=reason)
