# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Best task
@license MIT
@notice Which of the pool's tasks is the best one, for the ranking of the router and for one worker.
"""

from ..shared import ranking
from . import pool_core
from . import task_store
from . import task_words

uses: pool_core
uses: ranking
uses: task_store

# Where the very best task is expired or not for the worker, so many of the best are looked at first. Next comes
# ranking.MAX_TOP.
FIRST_LOOK: constant(uint256) = 8


@external
def sync():
    """
    @notice Tell the router the pool's best task again, and the changes of the counters that the router did not take.
    @dev Reverts with `InsufficientGas()`.
    """
    self._report_ranked(0)


@view
@external
@reentrant
def getNextAvailable() -> uint256:
    """
    @notice The best task that a worker can claim.
    @return The id of the available task with the highest reward, the oldest among equals; 0 if there is none.
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
    @return The task's id, 0 if none of the best 128 is for this worker.
    """
    return self._next_for(user, ranked)


@internal
def _report_ranked(change: uint256):
    """
    @notice Add to the counters, and report to the router with the key of the pool's best task (task_words).
    @dev Reverts with `InsufficientGas()`.
    @param change As pool_counters says.
    """
    core: uint256 = pool_core.core
    key: uint256 = 0
    if core & pool_core.IS_ACTIVE != 0 and pool_core._slot(core) != 0:
        best: uint256 = self._best(core & pool_core.IS_APPROVED != 0)
        if best != 0:
            key = task_words._key(ranking.keys[best], best)
    pool_core._report(change, key)


@internal
@view
def _best(with_own: bool) -> uint256:
    """
    @param with_own Whether the owner's own tasks count.
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
    """
    @param user The worker, zero for none.
    @param ranked Only tasks that the router ranks.
    @return The best task that is not expired and not barred for the worker; 0 if none of the best 128 is.
    """
    best: uint256 = 0
    core: uint256 = pool_core.core
    levels: uint256 = ranking._levels(pool_core._tasks(core))
    for tree: uint256 in range(2):
        if tree == task_words.OWN and ranked and core & pool_core.IS_APPROVED == 0:
            continue
        for limit: uint256 in [FIRST_LOOK, ranking.MAX_TOP]:
            leaves: DynArray[uint256, ranking.MAX_TOP] = ranking._top(tree, levels, limit)
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
