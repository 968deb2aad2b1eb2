# pragma version 0.4.3
"""
@title Task schedule
@license MIT
@notice Which tasks wait, and until when: quotes a place in a queue, enlists and delists, finds a task by its id.
@dev The three stores agree at the end of each call: a task is scheduled in its record, live in its queue, and its queue is marked in the
     calendar; but a queue that was executed to its end keeps its last word (due_queues.vy), and one that is past its window keeps what
     was not executed until it is refunded.
"""

from contracts.interfaces import ITaskManager
from contracts.scheduler import calendar
from contracts.scheduler import due_queues
from contracts.scheduler import manager_errors as errors
from contracts.scheduler import pricing
from contracts.scheduler import task_ids
from contracts.scheduler import task_records as records
from contracts.shared import errors as shared_errors

uses: calendar
uses: due_queues
uses: records

# The largest gas limit of each size.
SMALL_GAS: public(constant(uint64)) = 100_000
MEDIUM_GAS: public(constant(uint64)) = 250_000
LARGE_GAS: public(constant(uint64)) = 750_000
MAX_SCHEDULE_DISTANCE: public(constant(uint64)) = 2_097_152
SMALL: constant(uint256) = 0
MEDIUM: constant(uint256) = 1
LARGE: constant(uint256) = 2
# What enlisting takes at its worst: a new record, the queue's word, a word of its further indices, three new words of the calendar, the events.
ENLIST_GAS: constant(uint256) = 135_000
MAX_MINIMUM_GAS_PRICE: constant(uint256) = 2**64

EXECUTION_WINDOW: public(immutable(uint64))
MINIMUM_GAS_PRICE: public(immutable(uint256))


@deploy
def __init__(executionWindow: uint64, minimumGasPrice: uint256):
    """
    @dev Reverts with `InvalidInput()`.
    @param executionWindow In blocks, 1 to 2,097,152.
    @param minimumGasPrice In wei, 1 to 2^64.
    """
    if executionWindow == 0 or executionWindow > MAX_SCHEDULE_DISTANCE:
        shared_errors._invalid_input()
    if minimumGasPrice == 0 or minimumGasPrice > MAX_MINIMUM_GAS_PRICE:
        shared_errors._invalid_input()
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
    @return The price, the queue and its word.
    """
    target: uint256 = convert(target_block, uint256)
    if target <= block.number:
        errors._target_block_in_past(target_block, block.number)
    distance: uint256 = unsafe_sub(target, block.number)
    if distance > pricing.MAX_DISTANCE:
        errors._target_block_too_far(target_block, block.number)
    queue: uint256 = target * 4 + LARGE - size
    word: uint256 = due_queues.words[queue]
    return pricing._price(gas_limit, gas_price, due_queues._live(word), distance), queue, word


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
        errors._task_gas_too_large(gas_limit)
    return LARGE


@internal
@view
def _gas_price() -> uint256:
    """
    @return What tasks are priced and executors paid by, in wei.
    """
    return max(block.basefee, MINIMUM_GAS_PRICE)


@internal
@view
def _ask_for_gas(gas_after: uint256):
    """
    @notice Ask for what enlisting a task takes at its worst, so that an estimate of the gas does not depend on what others wait for.
    @dev Reverts with `InsufficientGas()`.
    @param gas_after What must be left afterwards, in gas.
    """
    if msg.gas < ENLIST_GAS + gas_after:
        shared_errors._insufficient_gas()


@internal
def _enlist(queue: uint256, queue_word: uint256, record: uint256, owner: address) -> uint256:
    """
    @dev Reverts with `TooManyTasksScheduled()`.
    @return The id of the new task.
    """
    if due_queues._live(queue_word) == 0:
        calendar._mark(queue)
    index: uint256 = due_queues._add(queue, queue_word)
    target_block: uint256 = queue >> 2
    environment: address = convert(record & records.ADDRESS, address)
    task_id: uint256 = task_ids._pack(environment, target_block, index, LARGE - (queue & 3))
    records.words[task_ids._slot(task_id)] = record
    log ITaskManager.TaskScheduled(
        taskId=convert(task_id, bytes32), owner=owner, nextBlock=convert(target_block, uint64)
    )
    return task_id


@internal
def _delist(task_id: uint256):
    queue: uint256 = task_ids._queue(task_id)
    word: uint256 = due_queues._clear(queue, due_queues.words[queue], task_ids._index(task_id))
    due_queues.words[queue] = word
    if due_queues._live(word) == 0:
        calendar._unmark(queue)


@internal
def _end_unexecuted(task_id: uint256, record: uint256, status: uint256) -> uint256:
    """
    @return What is to be refunded, in wei.
    """
    slot: uint256 = task_ids._slot(task_id)
    payment: uint256 = records._payment(slot, record)
    records._end(slot, record, status)
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
    record: uint256 = records.words[task_ids._slot(number)]
    if record == 0 or (record ^ number) & records.ADDRESS != 0:
        errors._task_not_found(task_id)
    return record


@internal
@view
def _scheduled_record(task_id: bytes32) -> uint256:
    """
    @dev Reverts with `TaskNotFound(taskId)`, `TaskAlreadyCancelled(taskId)`, `TaskAlreadyExecuted(taskId)`.
    """
    record: uint256 = self._record(task_id)
    status: uint256 = records._status(record)
    if status == records.CANCELLED:
        errors._task_already_cancelled(task_id)
    if status != records.SCHEDULED or self._is_past_window(convert(task_id, uint256)):
        errors._task_already_executed(task_id)
    return record


@internal
@view
def _status(task_id: bytes32) -> uint256:
    """
    @return A status of task_records.vy; NOTHING for what is no task's id.
    """
    number: uint256 = convert(task_id, uint256)
    record: uint256 = records.words[task_ids._slot(number)]
    if (record ^ number) & records.ADDRESS != 0:
        return records.NOTHING
    status: uint256 = records._status(record)
    if status == records.SCHEDULED and self._is_past_window(number):
        return records.EXPIRED
    return status


@internal
@view
def _is_past_window(task_id: uint256) -> bool:
    return block.number > task_ids._block(task_id) + convert(EXECUTION_WINDOW, uint256)


@internal
@view
def _first_due() -> uint256:
    """
    @return The number of the first queue that can still be executed.
    """
    window: uint256 = convert(EXECUTION_WINDOW, uint256)
    return (max(block.number, window) - window) * 4


@internal
@view
def _last_queue(lookahead: uint64) -> uint256:
    """
    @dev Reverts with `LookaheadExceedsMaxScheduleDistance(lookahead)`.
    """
    if lookahead > MAX_SCHEDULE_DISTANCE:
        errors._lookahead_exceeds_max_schedule_distance(lookahead)
    return (block.number + convert(lookahead, uint256)) * 4 + 3
