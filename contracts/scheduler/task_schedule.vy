# pragma version 0.4.3
"""
@title Task schedule
@license MIT
@notice The schedule: which tasks wait, and until when. Quotes prices, adds and removes tasks, and finds a task by its
        id.
@dev Three stores agree at the end of each call: a scheduled task is scheduled in its record, live in its bucket, and
     its bucket is marked in the calendar. There are two exceptions. A bucket that was executed to its end keeps its
     last head (buckets.vy). A bucket past its window keeps the tasks that nobody executed, until they are refunded.
"""

from ..interfaces import ITaskManager
from ..shared import bits
from ..shared import errors
from . import buckets
from . import calendar
from . import manager_errors
from . import pricing
from . import task_ids
from . import task_records

uses: calendar
uses: buckets
uses: task_records

# The largest gas limit of each size.
SMALL_GAS: public(constant(uint64)) = 100_000
MEDIUM_GAS: public(constant(uint64)) = 250_000
LARGE_GAS: public(constant(uint64)) = 750_000
# In blocks.
MAX_SCHEDULE_DISTANCE: public(constant(uint64)) = 2_097_152
# Sizes.
SMALL: constant(uint256) = 0
MEDIUM: constant(uint256) = 1
LARGE: constant(uint256) = 2
# Gas to add a task in the worst case: a new record, head and further word of the bucket, three new words of the
# calendar, the events.
ENLIST_GAS: constant(uint256) = 135_000
MAX_MINIMUM_GAS_PRICE: constant(uint256) = 2**64

EXECUTION_WINDOW: public(immutable(uint64))
MINIMUM_GAS_PRICE: public(immutable(uint256))


@deploy
def __init__(executionWindow: uint64, minimumGasPrice: uint256):
    """
    @dev Reverts with `InvalidInput()`.
    @param executionWindow For how many blocks after its target block a task can be executed, 1 to 2,097,152.
    @param minimumGasPrice In wei, 1 to 2^64.
    """
    if executionWindow == 0 or executionWindow > MAX_SCHEDULE_DISTANCE:
        errors._invalid_input()
    if minimumGasPrice == 0 or minimumGasPrice > MAX_MINIMUM_GAS_PRICE:
        errors._invalid_input()
    EXECUTION_WINDOW = executionWindow
    MINIMUM_GAS_PRICE = minimumGasPrice


# ---------------------------------------------------------------- places


@internal
@view
def _quote(
    target_block: uint64, gas_limit: uint256, size: uint256, gas_price: uint256
) -> (uint256, uint256, uint256):
    """
    @dev Reverts with `TaskValidation_TargetBlockInPast(targetBlock, currentBlock)`,
         `TaskValidation_TargetBlockTooFar(targetBlock, currentBlock)`.
    @return The price in wei, the bucket, and the bucket's head.
    """
    target: uint256 = convert(target_block, uint256)
    if target <= block.number:
        manager_errors._target_block_in_past(target_block, block.number)
    distance: uint256 = unsafe_sub(target, block.number)
    if distance > pricing.MAX_DISTANCE:
        manager_errors._target_block_too_far(target_block, block.number)
    bucket: uint256 = target * 4 + LARGE - size
    head: uint256 = buckets.heads[bucket]
    return pricing._price(gas_limit, gas_price, buckets._live(head), distance), bucket, head


@internal
@pure
def _size(gas_limit: uint256) -> uint256:
    """
    @dev Reverts with `TaskGasTooLarge(gasLimit)`.
    """
    if gas_limit <= convert(SMALL_GAS, uint256):
        return SMALL
    if gas_limit <= convert(MEDIUM_GAS, uint256):
        return MEDIUM
    if gas_limit > convert(LARGE_GAS, uint256):
        manager_errors._task_gas_too_large(gas_limit)
    return LARGE


@internal
@view
def _gas_price() -> uint256:
    """
    @return The gas price in wei that tasks are priced at and executors are paid at.
    """
    return max(block.basefee, MINIMUM_GAS_PRICE)


@internal
@view
def _ask_for_gas(gas_after: uint256):
    """
    @notice Demand the gas that adding a task takes in the worst case. So an estimate of the gas does not depend on
            the tasks of others.
    @dev Reverts with `InsufficientGas()`.
    @param gas_after Gas that must be left afterwards.
    """
    if msg.gas < ENLIST_GAS + gas_after:
        errors._insufficient_gas()


@internal
def _enlist(bucket: uint256, head: uint256, record: uint256, owner: address) -> uint256:
    """
    @notice Add a task to the schedule.
    @dev Reverts with `TooManyTasksScheduled()`.
    @return The id of the new task.
    """
    if buckets._live(head) == 0:
        calendar._mark(bucket)
    index: uint256 = buckets._add(bucket, head)
    target_block: uint256 = bucket >> 2
    environment: address = convert(record & bits.ADDRESS, address)
    task_id: uint256 = task_ids._pack(environment, target_block, index, LARGE - (bucket & 3))
    task_records.records[task_ids._place(task_id)] = record
    log ITaskManager.TaskScheduled(
        taskId=convert(task_id, bytes32), owner=owner, nextBlock=convert(target_block, uint64)
    )
    return task_id


@internal
def _delist(task_id: uint256):
    """
    @notice Take a scheduled task out of bucket and calendar.
    """
    bucket: uint256 = task_ids._bucket(task_id)
    head: uint256 = buckets._clear(bucket, buckets.heads[bucket], task_ids._index(task_id))
    buckets.heads[bucket] = head
    if buckets._live(head) == 0:
        calendar._unmark(bucket)


@internal
def _end_unexecuted(task_id: uint256, record: uint256, status: uint256) -> uint256:
    """
    @notice Remove a task that will not run.
    @param status The new status, CANCELLED or EXPIRED.
    @return The refund in wei.
    """
    place: uint256 = task_ids._place(task_id)
    payment: uint256 = task_records._payment(place, record)
    task_records._end(place, record, status)
    self._delist(task_id)
    return payment


# ---------------------------------------------------------------- tasks


@internal
@view
def _record(task_id: bytes32) -> uint256:
    """
    @dev Reverts with `TaskNotFound(taskId)`.
    """
    number: uint256 = convert(task_id, uint256)
    record: uint256 = task_records.records[task_ids._place(number)]
    if record == 0 or (record ^ number) & bits.ADDRESS != 0:
        manager_errors._task_not_found(task_id)
    return record


@internal
@view
def _scheduled_record(task_id: bytes32) -> uint256:
    """
    @dev Reverts with `TaskNotFound(taskId)`, `TaskAlreadyCancelled(taskId)`, `TaskAlreadyExecuted(taskId)`.
    """
    record: uint256 = self._record(task_id)
    status: uint256 = task_records._status(record)
    if status == task_records.CANCELLED:
        manager_errors._task_already_cancelled(task_id)
    if status != task_records.SCHEDULED or self._is_past_window(convert(task_id, uint256)):
        manager_errors._task_already_executed(task_id)
    return record


@internal
@view
def _status(task_id: bytes32) -> uint256:
    """
    @return A status of task_records.vy. NO_TASK for an id that no task has.
    """
    number: uint256 = convert(task_id, uint256)
    record: uint256 = task_records.records[task_ids._place(number)]
    if (record ^ number) & bits.ADDRESS != 0:
        return task_records.NO_TASK
    status: uint256 = task_records._status(record)
    if status == task_records.SCHEDULED and self._is_past_window(number):
        return task_records.EXPIRED
    return status


@internal
@view
def _is_past_window(task_id: uint256) -> bool:
    return block.number > task_ids._block(task_id) + convert(EXECUTION_WINDOW, uint256)


@internal
@view
def _first_due() -> uint256:
    """
    @return The number of the first bucket that can still be executed.
    """
    window: uint256 = convert(EXECUTION_WINDOW, uint256)
    return (max(block.number, window) - window) * 4


@internal
@view
def _last_bucket(lookahead: uint64) -> uint256:
    """
    @dev Reverts with `LookaheadExceedsMaxScheduleDistance(lookahead)`.
    """
    if lookahead > MAX_SCHEDULE_DISTANCE:
        manager_errors._lookahead_exceeds_max_schedule_distance(lookahead)
    return (block.number + convert(lookahead, uint256)) * 4 + 3
