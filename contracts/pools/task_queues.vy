# pragma version 0.4.3
"""
@title Task queues
@license MIT
@notice Which tasks of a pool are available, active, pending: two bits a task, in the marks of the ranking's lowest
        words, which a claim writes anyway. A queue lists its tasks in ascending order of their ids.
"""

from ..shared import list_bounds
from ..shared import ranking
from . import task_words

uses: ranking

# Queue types.
NO_QUEUE: constant(uint256) = 0
AVAILABLE: constant(uint256) = 1
ACTIVE: constant(uint256) = 2
PENDING: constant(uint256) = 3

# The two bits of a task.
WIDTH: constant(uint256) = 2
MASK: constant(uint256) = 2**WIDTH - 1

# A group is the tasks whose bits are in one word.
GROUP: constant(uint256) = ranking.LEAVES_0
MAX_GROUPS: constant(uint256) = ranking.MAX_LEAF // GROUP + 1


@internal
def _set(task_id: uint256, tree: uint256, queue: uint256):
    """
    @param task_id The task.
    @param tree The tree of the task, task_words.OWN or task_words.REGISTRY.
    @param queue Its new queue, NO_QUEUE for none.
    """
    at: uint256 = ranking.MARKS_AT + WIDTH * (task_id % GROUP)
    ranking._mark(tree, task_id, MASK << at, queue << at)


@internal
@view
def _type_of(task_id: uint256) -> uint256:
    """
    @param task_id Any number.
    @return The queue of the task; NO_QUEUE for an ended task and an unknown id.
    """
    return (self._group(task_id // GROUP) >> (WIDTH * (task_id % GROUP))) & MASK


@internal
@view
def _position(task_id: uint256, queue: uint256) -> uint256:
    """
    @param task_id At most the highest task id plus one.
    @param queue A queue type.
    @return How many tasks of the queue have a lower id.
    """
    position: uint256 = 0
    for group: uint256 in range(task_id // GROUP + 1, bound=MAX_GROUPS):
        word: uint256 = self._group(group)
        for i: uint256 in range(GROUP):
            if word >> (WIDTH * i) == 0 or group * GROUP + i == task_id:
                break
            if (word >> (WIDTH * i)) & MASK == queue:
                position += 1
    return position


@internal
@view
def _page(
    queue: uint256, highest: uint256, offset: uint256, limit: uint256
) -> DynArray[uint256, list_bounds.MAX_PAGE]:
    """
    @param queue A queue type, not NO_QUEUE.
    @param highest The highest task id.
    @param offset Tasks of the queue to skip.
    @param limit At most MAX_PAGE.
    @return Task ids in ascending order.
    """
    ids: DynArray[uint256, list_bounds.MAX_PAGE] = []
    skip: uint256 = offset
    for group: uint256 in range(highest // GROUP + 1, bound=MAX_GROUPS):
        if len(ids) == limit:
            break
        word: uint256 = self._group(group)
        for i: uint256 in range(GROUP):
            if word >> (WIDTH * i) == 0 or len(ids) == limit:
                break
            if (word >> (WIDTH * i)) & MASK == queue:
                if skip == 0:
                    ids.append(group * GROUP + i)
                else:
                    skip -= 1
    return ids


@internal
@view
def _group(group: uint256) -> uint256:
    """
    @param group The tasks' ids over GROUP.
    @return The two bits of each of 32 tasks. A task's bits are in the word of its own tree.
    """
    return ranking._marks(task_words.OWN, group) | ranking._marks(task_words.REGISTRY, group)
