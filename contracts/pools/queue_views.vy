# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Queue views
@license MIT
@notice Which tasks of a pool are available, active and pending, as callers ask for them.
"""

from ..shared import errors
from . import pool_core
from . import task_queues

uses: pool_core
uses: task_queues


@view
@external
@reentrant
def getQueueLengths() -> (uint256, uint256, uint256):
    """
    @return Tasks available, active, pending.
    """
    counters: uint256 = pool_core.counters
    return counters & pool_core.COUNT, (counters >> 40) & pool_core.COUNT, (counters >> 80) & pool_core.COUNT


@view
@external
@reentrant
def taskQueueType(taskId: uint256) -> uint8:
    """
    @return 0 none or ended, 1 available, 2 active, 3 pending.
    """
    return convert(task_queues._type_of(taskId), uint8)


@view
@external
@reentrant
def availableQueue(index: uint256) -> uint256:
    """
    @notice The queues list the ids of their tasks in ascending order.
    @dev Reverts with `InvalidInput()` past the end, as the other two do.
    """
    return self._queue_at(task_queues.AVAILABLE, index)


@view
@external
@reentrant
def activeQueue(index: uint256) -> uint256:
    return self._queue_at(task_queues.ACTIVE, index)


@view
@external
@reentrant
def pendingQueue(index: uint256) -> uint256:
    return self._queue_at(task_queues.PENDING, index)


@view
@external
@reentrant
def queueIndex(taskId: uint256) -> uint256:
    """
    @return The position of a task in its queue; 0 too for a task in none (see taskQueueType).
    """
    queue: uint256 = task_queues._type_of(taskId)
    if queue == 0:
        return 0
    return task_queues._position(taskId, queue)


@view
@external
@reentrant
def queuePosition(taskId: uint256, queueType: uint256) -> uint256:
    """
    @return How many tasks of a queue have a smaller id.
    """
    return task_queues._position(min(taskId, pool_core._tasks(pool_core.core) + 1), queueType)


@view
@external
@reentrant
def getQueue(queueType: uint256, offset: uint256, limit: uint256) -> (DynArray[uint256, 256], uint256):
    """
    @notice A page of a queue.
    @dev Reverts with `InvalidInput()`.
    @param queueType 1 available, 2 active, 3 pending.
    @param offset Tasks to skip.
    @param limit At most 256.
    @return Task ids in ascending order, and the length of the queue.
    """
    if queueType == 0 or queueType > 3 or limit > task_queues.MAX_PAGE:
        errors._invalid_input()
    return (
        task_queues._page(queueType, pool_core._tasks(pool_core.core), offset, limit),
        (pool_core.counters >> (40 * (queueType - 1))) & pool_core.COUNT,
    )


@internal
@view
def _queue_at(queue: uint256, index: uint256) -> uint256:
    ids: DynArray[uint256, 256] = task_queues._page(queue, pool_core._tasks(pool_core.core), index, 1)
    if len(ids) == 0:
        errors._invalid_input()
    return ids[0]
