# pragma version 0.4.3
"""
@title Task views
@license MIT
@notice The manager's views of its tasks, its prices and its calendar. Each view also answers while a task runs.
"""

from ..interfaces import ITaskManager
from ..shared import list_bounds
from . import buckets
from . import calendar
from . import execution
from . import manager_errors
from . import run_lock
from . import task_accounts
from . import task_ids
from . import task_records
from . import task_schedule

uses: calendar
uses: buckets
uses: execution
uses: task_records
uses: run_lock
uses: task_schedule

# Vyper wants a bound for a loop; gas is the real one.
MAX_STEPS: constant(uint256) = 2**64


# ---------------------------------------------------------------- a task


@view
@external
def getTaskStatus(taskId: bytes32) -> uint8:
    """
    @notice The state of a task. Never reverts.
    @param taskId Any number.
    @return 0 for an id that no task has, 1 scheduled, 2 succeeded, 3 failed, 4 cancelled, 5 rescheduled, 6 expired. A
            task expires when its window has passed, whether it was refunded or not.
    """
    return convert(task_schedule._status(taskId), uint8)


@view
@external
def isTaskCancelled(taskId: bytes32) -> bool:
    """
    @notice Whether a task was cancelled.
    @dev Reverts with `TaskNotFound(taskId)`.
    @param taskId The task, in any state.
    @return True for status 4.
    """
    task_schedule._record(taskId)
    return task_schedule._status(taskId) == task_records.CANCELLED


@view
@external
def isTaskExecuted(taskId: bytes32) -> bool:
    """
    @notice Whether a task ran, with any outcome.
    @dev Reverts with `TaskNotFound(taskId)`.
    @param taskId The task, in any state.
    @return True for the statuses 2, 3 and 5.
    """
    task_schedule._record(taskId)
    status: uint256 = task_schedule._status(taskId)
    return status == task_records.SUCCEEDED or status == task_records.FAILED or status == task_records.RESCHEDULED


@view
@external
def getTaskMetadata(taskId: bytes32) -> ITaskManager.TaskMetadata:
    """
    @notice The owner, the environment's nonce and the size of a task.
    @dev Reverts with `TaskNotFound(taskId)`.
    @param taskId The task, in any state.
    @return Owner, nonce and size. The sizes are 0 small, 1 medium, 2 large.
    """
    task_schedule._record(taskId)
    task_id: uint256 = convert(taskId, uint256)
    environment: address = task_ids._environment(task_id)
    return ITaskManager.TaskMetadata(
        owner=task_accounts._owner(environment),
        nonce=task_accounts._nonce(environment),
        size=convert(task_ids._size(task_id), uint8),
    )


@view
@external
def getTaskPayment(taskId: bytes32) -> uint256:
    """
    @notice The payment that the manager holds for a task, including top-ups.
    @dev Reverts with `TaskNotFound(taskId)`.
    @param taskId The task, in any state.
    @return In wei. 0 for a task that was executed, cancelled or refunded.
    """
    return task_records._payment(task_ids._place(convert(taskId, uint256)), task_schedule._record(taskId))


@view
@external
def whyStuck(taskId: bytes32) -> ITaskManager.TaskSituation:
    """
    @notice Why a task does not run yet, judged at this block's base fee.
    @dev Reverts with `TaskNotFound(taskId)`.
    @param taskId The task, in any state.
    @return The status, what keeps the task from running, the last block of that, who may act, and the function to call.
    """
    record: uint256 = task_schedule._record(taskId)
    task_id: uint256 = convert(taskId, uint256)
    target_block: uint64 = convert(task_ids._block(task_id), uint64)
    situation: ITaskManager.TaskSituation = empty(ITaskManager.TaskSituation)
    status: uint256 = task_schedule._status(taskId)
    situation.status = convert(status, uint8)
    if task_records._status(record) != task_records.SCHEDULED:
        return situation
    if status == task_records.EXPIRED:
        situation.canCall = "expireTasks"
        return situation
    if block.number < convert(target_block, uint256):
        situation.waitsFor = "time"
        situation.untilBlock = target_block
        situation.who = task_accounts._owner(task_ids._environment(task_id))
        situation.canCall = "cancelTask"
        return situation
    situation.untilBlock = target_block + task_schedule.EXECUTION_WINDOW
    situation.waitsFor = execution._obstacle(task_ids._place(task_id), record)
    if situation.waitsFor == "gas":
        situation.who = task_accounts._owner(task_ids._environment(task_id))
        situation.canCall = "cancelTask"
    elif situation.waitsFor == "price":
        situation.canCall = "topUpTask"
    else:
        situation.canCall = "executeTasks"
    return situation


@view
@external
def currentTask() -> (bytes32, address, uint256, uint256, uint256):
    """
    @notice The task that runs now. Environments ask this.
    @dev Reverts with `NoActiveTask()`.
    @return The id; the owner; the attempt, from 1 to at most 255; the payment for this attempt in wei, including
            top-ups; the price of the first attempt in wei, without top-ups, rounded down to 11 significant bits.
    """
    running: uint256 = run_lock.state
    if running <= run_lock.TAKEN:
        manager_errors._no_active_task()
    place: uint256 = task_ids._place(running)
    record: uint256 = task_records.records[place]
    return (
        convert(running, bytes32),
        task_accounts._owner(task_ids._environment(running)),
        task_records._attempt(record),
        task_records._payment(place, record),
        task_records._first_price(record),
    )


# ---------------------------------------------------------------- prices


@view
@external
def estimateCost(targetBlock: uint64, taskGasLimit: uint256) -> uint256:
    """
    @notice The cost that `scheduleTask` charges in this block (pricing.vy).
    @dev Reverts with `TaskGasTooLarge(gasLimit)`, `TaskValidation_TargetBlockInPast(targetBlock, currentBlock)`,
         `TaskValidation_TargetBlockTooFar(targetBlock, currentBlock)`.
    @param targetBlock At least the next block, at most 2,097,152 blocks ahead.
    @param taskGasLimit Gas for the implementation, at most 750,000.
    @return In wei, never 0. The largest uint256 if nobody can pay for the task.
    """
    gas_price: uint256 = task_schedule._gas_price()
    return task_schedule._quote(targetBlock, taskGasLimit, task_schedule._size(taskGasLimit), gas_price)[0]


@view
@external
def estimateCostAt(targetBlock: uint64, taskGasLimit: uint256, baseFee: uint256) -> uint256:
    """
    @notice As `estimateCost`, at a base fee that the caller names: many nodes show a base fee of 0 to a call.
    @dev Reverts as `estimateCost` does.
    @param targetBlock At least the next block, at most 2,097,152 blocks ahead.
    @param taskGasLimit Gas for the implementation, at most 750,000.
    @param baseFee In wei.
    @return In wei, never 0. The largest uint256 if nobody can pay for the task.
    """
    gas_price: uint256 = max(baseFee, task_schedule.MINIMUM_GAS_PRICE)
    return task_schedule._quote(targetBlock, taskGasLimit, task_schedule._size(taskGasLimit), gas_price)[0]


# ---------------------------------------------------------------- the calendar


@view
@external
def getNextExecutionBlockInRange(lookahead: uint64) -> uint64:
    """
    @notice The first block with a task to execute, including overdue blocks.
    @dev Reverts with `LookaheadExceedsMaxScheduleDistance(lookahead)`.
    @param lookahead How many blocks ahead to search, at most 2,097,152.
    @return The block's number, 0 if there is no such block.
    """
    bucket: uint256 = calendar._next(task_schedule._first_due(), task_schedule._last_bucket(lookahead))
    if bucket == calendar.NO_BUCKET:
        return 0
    return convert(bucket >> 2, uint64)


@view
@external
def getTaskScheduleInRange(
    lookahead: uint64, offset: uint256, limit: uint256
) -> (DynArray[ITaskManager.BlockSchedule, list_bounds.MAX_PAGE], uint256):
    """
    @notice How many tasks wait in each block, including overdue blocks. Reads every block with tasks, at about 4,000
            gas each.
    @dev Reverts with `LookaheadExceedsMaxScheduleDistance(lookahead)`.
    @param lookahead How many blocks ahead to search, at most 2,097,152.
    @param offset How many of the blocks to leave out at the start.
    @param limit How many blocks to return, at most 256. A higher limit counts as 256.
    @return The blocks in ascending order, and how many there are without offset and limit.
    """
    page: DynArray[ITaskManager.BlockSchedule, list_bounds.MAX_PAGE] = []
    total: uint256 = 0
    last_bucket: uint256 = task_schedule._last_bucket(lookahead)
    position: uint256 = task_schedule._first_due()
    for _: uint256 in range(MAX_STEPS):
        bucket: uint256 = calendar._next(position, last_bucket)
        if bucket == calendar.NO_BUCKET:
            break
        first: uint256 = bucket & ~convert(3, uint256)
        position = first + 4
        if total >= offset and len(page) < min(limit, list_bounds.MAX_PAGE):
            page.append(
                ITaskManager.BlockSchedule(
                    blockNumber=convert(bucket >> 2, uint64),
                    small=self._waiting(first + 2),
                    medium=self._waiting(first + 1),
                    large=self._waiting(first),
                )
            )
        total += 1
    return page, total


@internal
@view
def _waiting(bucket: uint256) -> uint256:
    """
    @dev A bucket that was executed to its end is not marked, and its head keeps the last value.
    """
    if not calendar._is_marked(bucket):
        return 0
    return buckets._live(buckets.heads[bucket])
