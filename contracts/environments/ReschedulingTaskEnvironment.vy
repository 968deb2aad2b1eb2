# pragma version 0.4.3
"""
@title ReschedulingTaskEnvironment
@license MIT
@notice As BasicTaskEnvironment, but retries a target that fails: after 5 blocks, at most 3 times, paid from the
        owner's bond. A retry never costs more than twice the first price.
@dev Rescheduling takes about 60,000 of the task's gas. The calendar takes 22,000 more for the first task in 64
     blocks, as much again for the first in 16,384, and in four million. The environment keeps RETRY_GAS for that, if
     the target can still have TARGET_GAS: so a target that burns all the gas is retried too. A task with less gas
     leaves all of it to the target, and is retried if the failing target did not use the gas.
"""

from ..interfaces import ITaskEnvironment
from ..interfaces import ITaskManager
from . import task_execution_base as base

initializes: base
implements: ITaskEnvironment

exports: base.TASK_MANAGER

RETRY_DELAY: public(constant(uint64)) = 5
MAX_RETRIES: public(constant(uint8)) = 3
# The highest price of a retry, in per cent of the first price.
MAX_RETRY_PRICE: constant(uint256) = 200
RETRY_GAS: constant(uint256) = 135_000
# RETRY_GAS is kept only if the target can have this much gas.
TARGET_GAS: constant(uint256) = 100_000


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
    @notice Call the target, and reschedule the task if the target fails.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, with no data if `taskData` is not the
         encoding of (address, bytes), with `ZeroTargetAddress()`, and with `EmptyCalldata()`.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return Whether the call to the target succeeded.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = base._open(taskData)
    base._validate(target, call)
    log ITaskEnvironment.TaskStarted(target=target, data=call)
    task_id: bytes32 = empty(bytes32)
    owner: address = empty(address)
    attempt: uint256 = 0
    price: uint256 = 0
    first_price: uint256 = 0
    task_id, owner, attempt, price, first_price = staticcall ITaskManager(base.TASK_MANAGER).currentTask()
    last: bool = attempt > convert(MAX_RETRIES, uint256)

    kept: uint256 = base.END_GAS
    if not last and msg.gas >= TARGET_GAS + RETRY_GAS:
        kept = RETRY_GAS
    success: bool = base._call_keeping(target, call, kept)
    attempt_number: uint8 = convert(attempt, uint8)
    log ITaskEnvironment.ExecutionAttempt(attemptNumber=attempt_number, success=success)
    log ITaskEnvironment.TaskCompleted(target=target, success=success)
    if not success:
        if last:
            log ITaskEnvironment.RetriesExhausted(target=target, attempts=attempt_number)
        else:
            self._retry(target, first_price * MAX_RETRY_PRICE // 100)
    return success


@internal
def _retry(target: address, max_payment: uint256):
    target_block: uint64 = convert(block.number, uint64) + RETRY_DELAY
    done: bool = False
    reason: Bytes[base.MAX_REFUSAL] = b""
    done, reason = base._reschedule(target_block, max_payment)
    if done:
        log ITaskEnvironment.TaskRescheduled(target=target, newTargetBlock=target_block)
    else:
        log ITaskEnvironment.RetryRefused(target=target, reason=reason)
