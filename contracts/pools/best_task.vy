# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Best task
@license MIT
@notice Which of the pool's tasks is the best one, for the ranking of the router and for one worker.
"""

from . import pool_core
from ..shared import ranking
from . import task_store
from . import task_words

uses: pool_core
uses: ranking
uses: task_store

# This many of the best tasks are looked at first where the very best is expired or not for the worker; then 128.
FIRST_LOOK: constant(uint256) = 8


@external
def sync():
    """
    @notice Tell the router the pool's best task and counters again, if it did not take them when they changed.
    """
    self._report_ranked(pool_core.counters)


@view
@external
@reentrant
def getNextAvailable() -> uint256:
    """
    @return The available task with the highest reward, the oldest among equals; 0 if there is none.
    """
    return self._next_for(empty(address), False)


@view
@external
@reentrant
def getNextAvailableFor(user: address, ranked: bool) -> uint256:
    """
    @notice The best task for a worker who is barred from others.
    @param user The worker.
    @param ranked Only tasks that the router ranks.
    @return The task's id, 0 if none of the best 128 is for him.
    """
    return self._next_for(user, ranked)


@internal
def _report_ranked(before: uint256):
    """
    @notice Report to the router, with what the pool is ranked by: reward 160-255 | ~created 120-159 | task id 0-31 of its best task, 0
            if it has nothing to offer.
    """
    core: uint256 = pool_core.core
    key: uint256 = 0
    if core & pool_core.IS_ACTIVE != 0 and pool_core._slot(core) != 0:
        best: uint256 = self._best(core & pool_core.IS_APPROVED != 0)
        if best != 0:
            word: uint256 = ranking.keys[best]
            key = (word >> 160) << 160 | (task_words.TIME - task_words._created(word)) << 120 | best
    pool_core._report(before, key)


@internal
@view
def _best(with_own: bool) -> uint256:
    """
    @return The best task in the trees, expired ones that no claim has met yet included; 0 if there is none.
    """
    core: uint256 = pool_core.core
    levels: uint256 = ranking._levels(pool_core._tasks(core))
    best: uint256 = 0
    if core & pool_core.HAS_REGISTRY != 0:
        best = ranking._best(task_words.REGISTRY, levels)
    if with_own and core & pool_core.HAS_OWN != 0:
        own: uint256 = ranking._best(task_words.OWN, levels)
        if best == 0 or (own != 0 and ranking.keys[own - 1] > ranking.keys[best - 1]):
            best = own
    if best == 0:
        return 0
    return best - 1


@internal
@view
def _next_for(user: address, ranked: bool) -> uint256:
    best: uint256 = 0
    core: uint256 = pool_core.core
    levels: uint256 = ranking._levels(pool_core._tasks(core))
    for tree: uint256 in range(2):
        if tree == task_words.OWN and ranked and core & pool_core.IS_APPROVED == 0:
            continue
        for limit: uint256 in [FIRST_LOOK, ranking.MAX_TOP]:
            leaves: DynArray[uint256, 128] = ranking._top(tree, levels, limit)
            found: bool = len(leaves) < limit
            for task_id: uint256 in leaves:
                if not task_store._is_expired(task_id) and not task_store._is_barred(task_id, user):
                    found = True
                    if ranking.keys[task_id] > ranking.keys[best]:
                        best = task_id
                    break
            if found:
                break
    return best
