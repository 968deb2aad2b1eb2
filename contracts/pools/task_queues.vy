# pragma version 0.4.3
"""
@title Task queues
@license MIT
@notice Which tasks of a pool are available, active, pending: two bits a task, in the top 64 bits of the ranking's lowest words,
        which a claim writes anyway. A queue lists its tasks in ascending order of their ids.
"""

from ..shared import ranking
from . import task_words

uses: ranking

# Queue types.
AVAILABLE: constant(uint256) = 1
ACTIVE: constant(uint256) = 2
PENDING: constant(uint256) = 3

MAX_PAGE: constant(uint256) = 256
MAX_GROUPS: constant(uint256) = 2**20


@internal
def _set(task_id: uint256, tree: uint256, queue: uint256):
    """
    @param queue A queue type, 0 for none.
    """
    node: uint256 = tree << 40 | task_id // 32
    at: uint256 = 192 + 2 * (task_id % 32)
    ranking.nodes[node] = ranking.nodes[node] & ~(3 << at) | queue << at


@internal
@view
def _type_of(task_id: uint256) -> uint256:
    return (self._group(task_id // 32) >> (2 * (task_id % 32))) & 3


@internal
@view
def _position(task_id: uint256, queue: uint256) -> uint256:
    """
    @return How many tasks of the queue have a lower id.
    """
    position: uint256 = 0
    for group: uint256 in range(task_id // 32 + 1, bound=MAX_GROUPS):
        word: uint256 = self._group(group)
        for i: uint256 in range(32):
            if word >> (2 * i) == 0 or group * 32 + i == task_id:
                break
            if (word >> (2 * i)) & 3 == queue:
                position += 1
    return position


@internal
@view
def _page(queue: uint256, highest: uint256, offset: uint256, limit: uint256) -> DynArray[uint256, MAX_PAGE]:
    """
    @param highest The highest task id.
    @param offset Tasks of the queue to skip.
    @param limit At most MAX_PAGE.
    """
    ids: DynArray[uint256, MAX_PAGE] = []
    skip: uint256 = offset
    for group: uint256 in range(highest // 32 + 1, bound=MAX_GROUPS):
        if len(ids) == limit:
            break
        word: uint256 = self._group(group)
        for i: uint256 in range(32):
            if word >> (2 * i) == 0 or len(ids) == limit:
                break
            if (word >> (2 * i)) & 3 == queue:
                if skip == 0:
                    ids.append(group * 32 + i)
                else:
                    skip -= 1
    return ids


@internal
@view
def _group(group: uint256) -> uint256:
    """
    @return The two bits of each of 32 tasks. A task's bits are in the word of its own tree.
    """
    return (
        ranking.nodes[task_words.OWN << 40 | group] | ranking.nodes[task_words.REGISTRY << 40 | group]
    ) >> 192
