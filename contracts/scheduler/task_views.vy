# pragma version 0.4.3
"""
@title Task views
@license MIT
@notice What the manager tells of its tasks and of its calendar. Every view answers during a call too.
"""

from contracts.interfaces import ITaskManager
from contracts.scheduler import calendar
from contracts.scheduler import due_queues
from contracts.scheduler import environments
from contracts.scheduler import execution
from contracts.scheduler import manager_errors as errors
from contracts.scheduler import run_lock
from contracts.scheduler import task_ids
from contracts.scheduler import task_records as records
from contracts.scheduler import task_schedule as schedule

uses: calendar
uses: due_queues
uses: execution
uses: records
uses: run_lock
uses: schedule

MAX_PAGE: constant(uint256) = 256
MAX_STEPS: constant(uint256) = 2**64


# ---------------------------------------------------------------- a task


@view
@external
def getTaskStatus(taskId: bytes32) -> uint8:
    """
    @return 0 none, 1 scheduled, 2 succeeded, 3 failed, 4 cancelled, 5 rescheduled, 6 expired: past its window, refunded or not. Never
            reverts: an id that is no task's is 0.
    """
    return convert(schedule._status(taskId), uint8)


@view
@external
def isTaskCancelled(taskId: bytes32) -> bool:
    """
    @dev Reverts with `TaskNotFound(taskId)`.
    """
    schedule._record(taskId)
    return schedule._status(taskId) == records.CANCELLED


@view
@external
def isTaskExecuted(taskId: bytes32) -> bool:
    """
    @notice Whether it ran, with whatever outcome.
    @dev Reverts with `TaskNotFound(taskId)`.
    """
    schedule._record(taskId)
    status: uint256 = schedule._status(taskId)
    return status == records.SUCCEEDED or status == records.FAILED or status == records.RESCHEDULED


@view
@external
def getTaskMetadata(taskId: bytes32) -> ITaskManager.TaskMetadata:
    """
    @dev Reverts with `TaskNotFound(taskId)`.
    @return Owner, the nonce of the environment, size 0 to 2.
    """
    schedule._record(taskId)
    task_id: uint256 = convert(taskId, uint256)
    environment: address = task_ids._environment(task_id)
    return ITaskManager.TaskMetadata(
        owner=environments._owner(environment),
        nonce=environments._nonce(environment),
        size=convert(task_ids._size(task_id), uint8),
    )


@view
@external
def getTaskPayment(taskId: bytes32) -> uint256:
    """
    @notice What is held for a task, top-ups included.
    @dev Reverts with `TaskNotFound(taskId)`.
    @return In wei, 0 once it was executed, cancelled or refunded.
    """
    return records._payment(task_ids._slot(convert(taskId, uint256)), schedule._record(taskId))


@view
@external
def whyStuck(taskId: bytes32) -> ITaskManager.TaskSituation:
    """
    @notice What a task waits for.
    @dev Reverts with `TaskNotFound(taskId)`. Judges the price by this block's base fee.
    """
    record: uint256 = schedule._record(taskId)
    task_id: uint256 = convert(taskId, uint256)
    target_block: uint64 = convert(task_ids._block(task_id), uint64)
    situation: ITaskManager.TaskSituation = empty(ITaskManager.TaskSituation)
    status: uint256 = schedule._status(taskId)
    situation.status = convert(status, uint8)
    if records._status(record) != records.SCHEDULED:
        return situation
    if status == records.EXPIRED:
        situation.canCall = "expireTasks"
        return situation
    if block.number < convert(target_block, uint256):
        situation.waitsFor = "time"
        situation.untilBlock = target_block
        situation.who = environments._owner(task_ids._environment(task_id))
        situation.canCall = "cancelTask"
        return situation
    situation.untilBlock = target_block + schedule.EXECUTION_WINDOW
    situation.waitsFor = execution._obstacle(task_ids._slot(task_id), record)
    if situation.waitsFor == "gas":
        situation.who = environments._owner(task_ids._environment(task_id))
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
    @notice The task that runs now, for its environment.
    @dev Reverts with `NoActiveTask()`.
    @return Its id, its owner, the attempt (from 1, at most 255), what was paid for it in wei, the price of the first attempt in wei
            (without top-ups, rounded down to 11 significant bits).
    """
    running: uint256 = run_lock.state
    if running <= run_lock.TAKEN:
        errors._no_active_task()
    slot: uint256 = task_ids._slot(running)
    record: uint256 = records.words[slot]
    return (
        convert(running, bytes32),
        environments._owner(task_ids._environment(running)),
        records._attempt(record),
        records._payment(slot, record),
        records._first_price(record),
    )


# ---------------------------------------------------------------- the calendar


@view
@external
def getNextExecutionBlockInRange(lookahead: uint64) -> uint64:
    """
    @notice The first block with a task to execute, overdue ones included.
    @dev Reverts with `LookaheadExceedsMaxScheduleDistance(lookahead)`.
    @param lookahead How many blocks ahead, up to 2,097,152.
    @return The block, 0 if there is none.
    """
    queue: uint256 = calendar._next(schedule._first_due(), schedule._last_queue(lookahead))
    if queue == calendar.NOTHING:
        return 0
    return convert(queue >> 2, uint64)


@view
@external
def getTaskScheduleInRange(
    lookahead: uint64, offset: uint256, limit: uint256
) -> (DynArray[ITaskManager.BlockSchedule, MAX_PAGE], uint256):
    """
    @notice How many tasks wait in each block, overdue ones included. Looks at each block with tasks: about 4,000 gas each.
    @dev Reverts with `LookaheadExceedsMaxScheduleDistance(lookahead)`.
    @param lookahead How many blocks ahead, up to 2,097,152.
    @param limit At most 256 are returned.
    @return The blocks from the offset-th on, and how many there are.
    """
    page: DynArray[ITaskManager.BlockSchedule, MAX_PAGE] = []
    total: uint256 = 0
    last_queue: uint256 = schedule._last_queue(lookahead)
    position: uint256 = schedule._first_due()
    for _: uint256 in range(MAX_STEPS):
        queue: uint256 = calendar._next(position, last_queue)
        if queue == calendar.NOTHING:
            break
        first: uint256 = queue & ~convert(3, uint256)
        position = first + 4
        if total >= offset and len(page) < min(limit, MAX_PAGE):
            page.append(
                ITaskManager.BlockSchedule(
                    blockNumber=convert(queue >> 2, uint64),
                    small=self._waiting(first + 2),
                    medium=self._waiting(first + 1),
                    large=self._waiting(first),
                )
            )
        total += 1
    return page, total


@internal
@view
def _waiting(queue: uint256) -> uint256:
    """
    @dev A queue that was executed to its end is not marked and keeps its last word.
    """
    if not calendar._is_marked(queue):
        return 0
    return due_queues._live(due_queues.words[queue])
