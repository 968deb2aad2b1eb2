# pragma version 0.4.3
"""
@title Task views
@license MIT
@notice What the manager tells of its tasks and of its calendar. Every view answers during a call too.
"""

from ..interfaces import ITaskManager
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
    return convert(task_schedule._status(taskId), uint8)


@view
@external
def isTaskCancelled(taskId: bytes32) -> bool:
    """
    @dev Reverts with `TaskNotFound(taskId)`.
    """
    task_schedule._record(taskId)
    return task_schedule._status(taskId) == task_records.CANCELLED


@view
@external
def isTaskExecuted(taskId: bytes32) -> bool:
    """
    @notice Whether it ran, with whatever outcome.
    @dev Reverts with `TaskNotFound(taskId)`.
    """
    task_schedule._record(taskId)
    status: uint256 = task_schedule._status(taskId)
    return status == task_records.SUCCEEDED or status == task_records.FAILED or status == task_records.RESCHEDULED


@view
@external
def getTaskMetadata(taskId: bytes32) -> ITaskManager.TaskMetadata:
    """
    @dev Reverts with `TaskNotFound(taskId)`.
    @return Owner, the nonce of the environment, size 0 to 2.
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
    @notice What is held for a task, top-ups included.
    @dev Reverts with `TaskNotFound(taskId)`.
    @return In wei, 0 once it was executed, cancelled or refunded.
    """
    return task_records._payment(task_ids._place(convert(taskId, uint256)), task_schedule._record(taskId))


@view
@external
def whyStuck(taskId: bytes32) -> ITaskManager.TaskSituation:
    """
    @notice What a task waits for.
    @dev Reverts with `TaskNotFound(taskId)`. Judges the price by this block's base fee.
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
    @notice The task that runs now, for its environment.
    @dev Reverts with `NoActiveTask()`.
    @return Its id, its owner, the attempt (from 1, at most 255), what was paid for it in wei, the price of the first attempt in wei
            (without top-ups, rounded down to 11 significant bits).
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
    bucket: uint256 = calendar._next(task_schedule._first_due(), task_schedule._last_bucket(lookahead))
    if bucket == calendar.NO_BUCKET:
        return 0
    return convert(bucket >> 2, uint64)


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
    last_bucket: uint256 = task_schedule._last_bucket(lookahead)
    position: uint256 = task_schedule._first_due()
    for _: uint256 in range(MAX_STEPS):
        bucket: uint256 = calendar._next(position, last_bucket)
        if bucket == calendar.NO_BUCKET:
            break
        first: uint256 = bucket & ~convert(3, uint256)
        position = first + 4
        if total >= offset and len(page) < min(limit, MAX_PAGE):
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
    @dev A bucket that was executed to its end is not marked and keeps its last word.
    """
    if not calendar._is_marked(bucket):
        return 0
    return buckets._live(buckets.heads[bucket])
