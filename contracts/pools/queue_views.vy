# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Queue views
@license MIT
@notice Which tasks of a pool are available, active and pending, as callers ask for them.
"""

from ..shared import errors
from ..shared import list_bounds
from . import pool_core
from . import pool_counters
from . import task_queues

uses: pool_core
uses: task_queues


@view
@external
@reentrant
def getQueueLengths() -> (uint256, uint256, uint256):
    """
    @notice How long the three queues are.
    @return Tasks available, active, pending.
    """
    counters: uint256 = pool_core.counters
    return pool_counters._available(counters), pool_counters._active(counters), pool_counters._pending(counters)


@view
@external
@reentrant
def taskQueueType(taskId: uint256) -> uint8:
    """
    @notice The queue that a task is in.
    @param taskId The task.
    @return 1 available, 2 active, 3 pending; 0 for an ended task and an unknown id.
    """
    return convert(task_queues._type_of(taskId), uint8)


@view
@external
@reentrant
def availableQueue(index: uint256) -> uint256:
    """
    @notice One of the available tasks.
    @dev Reverts with `InvalidInput()` past the end.
    @param index The position in the queue, from 0.
    @return The task's id. A queue lists its tasks in ascending order of their ids.
    """
    return self._queue_at(task_queues.AVAILABLE, index)


@view
@external
@reentrant
def activeQueue(index: uint256) -> uint256:
    """
    @notice One of the active tasks.
    @dev Reverts with `InvalidInput()` past the end.
    @param index The position in the queue, from 0.
    @return The task's id. A queue lists its tasks in ascending order of their ids.
    """
    return self._queue_at(task_queues.ACTIVE, index)


@view
@external
@reentrant
def pendingQueue(index: uint256) -> uint256:
    """
    @notice One of the pending tasks.
    @dev Reverts with `InvalidInput()` past the end.
    @param index The position in the queue, from 0.
    @return The task's id. A queue lists its tasks in ascending order of their ids.
    """
    return self._queue_at(task_queues.PENDING, index)


@view
@external
@reentrant
def queueIndex(taskId: uint256) -> uint256:
    """
    @notice The position of a task in its queue.
    @param taskId The task.
    @return From 0; also 0 for a task in no queue, see `taskQueueType`.
    """
    queue: uint256 = task_queues._type_of(taskId)
    if queue == task_queues.NO_QUEUE:
        return 0
    return task_queues._position(taskId, queue)


@view
@external
@reentrant
def queuePosition(taskId: uint256, queueType: uint256) -> uint256:
    """
    @notice How many tasks of a queue have a smaller id.
    @param taskId Any number, also above the highest task id.
    @param queueType 1 available, 2 active, 3 pending.
    @return The number of tasks.
    """
    return task_queues._position(min(taskId, pool_core._tasks(pool_core.core) + 1), queueType)


@view
@external
@reentrant
def getQueue(queueType: uint256, offset: uint256, limit: uint256) -> (DynArray[uint256, list_bounds.MAX_PAGE], uint256):
    """
    @notice A page of a queue.
    @dev Reverts with `InvalidInput()` for another queue type and for a limit above 256.
    @param queueType 1 available, 2 active, 3 pending.
    @param offset Tasks to skip.
    @param limit At most 256.
    @return Task ids in ascending order, and the length of the queue.
    """
    if queueType == task_queues.NO_QUEUE or queueType > task_queues.PENDING or limit > list_bounds.MAX_PAGE:
        errors._invalid_input()
    return (
        task_queues._page(queueType, pool_core._tasks(pool_core.core), offset, limit),
        pool_counters._queued(pool_core.counters, queueType),
    )


@internal
@view
def _queue_at(queue: uint256, index: uint256) -> uint256:
    """
    @dev Reverts with `InvalidInput()` past the end.
    @param queue A queue type, not NO_QUEUE.
    @param index The position in the queue, from 0.
    @return The task's id.
    """
    ids: DynArray[uint256, list_bounds.MAX_PAGE] = task_queues._page(queue, pool_core._tasks(pool_core.core), index, 1)
    if len(ids) == 0:
        errors._invalid_input()
    return ids[0]
