# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Pool ranking
@license MIT
@notice Which pools have the best tasks. Each pool that was approved once has a slot, ranked by the task that the
        pool reported.
@dev The tree has three levels from the start, with room for 13,599 pools. So a claim writes three words, whether there
     are ten pools or ten thousand.

     `ranking.keys[slot]`: reward 160-255 | ~created 120-159 | ~pool id 88-119 | USED_KEY | task id 0-31. The key of a
     pool without a claimable task is USED_KEY alone, so that the word stays in use.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskRouter
from ..pools import task_words
from ..shared import bits
from ..shared import errors
from ..shared import list_bounds
from ..shared import ranking

uses: ranking

LEVELS: constant(uint256) = 3
MAX_SLOT: constant(uint256) = 13_599
TREE: constant(uint256) = 0
# Keeps the lowest words of the ranking in use, so that an emptied one costs 5,000 gas to fill again.
USED: constant(uint256) = 1 << 255
# The most pools that are looked at for a worker who is barred from the best task.
MAX_LOOK: constant(uint256) = 32
# The most opportunities and recommendations that are returned.
MAX_OPPORTUNITIES: constant(uint256) = 120

# Fields of a key.
INVERSE_ID_AT: constant(uint256) = 88
USED_KEY: constant(uint256) = 1 << 32
# Field of a slot's word.
POOL_ID_AT: constant(uint256) = 160
MAX_POOL_ID: constant(uint256) = 2**32 - 1

slots: uint256  # slots given out, from 1
pool_at: HashMap[uint256, uint256]  # slot: pool 0-159 | pool id 160-191


@view
@external
@reentrant
def getBestTaskFor(user: address) -> (address, uint256):
    """
    @notice The task that `claimBestTask` would give a worker.
    @param user The worker.
    @return The pool and the task's id. Zeros if none of the best 32 pools has a task for this worker.
    """
    best: DynArray[ITaskRouter.TaskOpportunity, ranking.MAX_TOP] = self._ranked(user, 1)
    if len(best) == 0:
        return empty(address), 0
    return best[0].pool, best[0].taskId


@view
@external
@reentrant
def getBestAvailableTask() -> ITaskRouter.TaskOpportunity:
    """
    @notice The best claimable task of all approved active pools.
    @return The task. Rewards and balances are in wei. Zeros if there is none.
    """
    best: DynArray[ITaskRouter.TaskOpportunity, ranking.MAX_TOP] = self._ranked(empty(address), 1)
    if len(best) == 0:
        return empty(ITaskRouter.TaskOpportunity)
    return best[0]


@view
@external
@reentrant
def getTaskOpportunities(maxResults: uint256) -> DynArray[ITaskRouter.TaskOpportunity, ranking.MAX_TOP]:
    """
    @notice The best tasks, one for each approved active pool.
    @param maxResults The most tasks to return. A number above 120 counts as 120.
    @return The tasks, best first.
    """
    return self._ranked(empty(address), min(maxResults, MAX_OPPORTUNITIES))


@view
@external
@reentrant
def getRecommendedPools(user: address, count: uint256) -> DynArray[address, list_bounds.MAX_PAGE]:
    """
    @notice The approved active pools with the best tasks for a worker.
    @param user The worker.
    @param count The most pools to return. A number above 120 counts as 120.
    @return The pools, best first.
    """
    pools: DynArray[address, list_bounds.MAX_PAGE] = []
    ranked: DynArray[ITaskRouter.TaskOpportunity, ranking.MAX_TOP] = self._ranked(user, min(count, MAX_OPPORTUNITIES))
    for item: ITaskRouter.TaskOpportunity in ranked:
        pools.append(item.pool)
    return pools


@view
@external
@reentrant
def getAvailablePoolForTask() -> address:
    """
    @notice The pool of the best claimable task.
    @return The pool. Zero if there is no claimable task.
    """
    best: DynArray[ITaskRouter.TaskOpportunity, ranking.MAX_TOP] = self._ranked(empty(address), 1)
    if len(best) == 0:
        return empty(address)
    return best[0].pool


@view
@external
@reentrant
def rankedPool(pool: address, slot: uint256) -> (uint256, uint256, uint256):
    """
    @notice The task by which a pool is ranked.
    @param pool Any address.
    @param slot The pool's slot in the ranking.
    @return Reward in wei, creation in unix time, and id of the task. Zeros if the pool has no claimable task, or if the
            slot belongs to another pool.
    """
    key: uint256 = ranking.keys[slot]
    if self._pool(slot) != pool or task_words._key_reward(key) == 0:
        return 0, 0, 0
    return task_words._key_reward(key), task_words._key_created(key), self._task_of(key)


@internal
def _assign(pool: address, pool_id: uint256) -> uint256:
    """
    @notice Give a pool a place in the ranking.
    @dev Reverts with `InvalidInput()` once all slots are given.
    @param pool The pool.
    @param pool_id The pool's id in the factory.
    @return The slot.
    """
    slot: uint256 = self.slots + 1
    if slot > MAX_SLOT:
        errors._invalid_input()
    self.slots = slot
    self.pool_at[slot] = convert(pool, uint256) | pool_id << POOL_ID_AT
    ranking.keys[slot] = USED_KEY
    ranking._mark(TREE, slot, USED, USED)
    return slot


@internal
def _rank(slot: uint256, key: uint256):
    """
    @notice Rank a pool anew.
    @param slot The pool's slot.
    @param key The key that the pool reported, 0 for a pool without a claimable task.
    """
    ranked: uint256 = USED_KEY
    if key != 0:
        ranked |= key | self._inverse_id(slot)
    if ranked != ranking.keys[slot]:
        ranking.keys[slot] = ranked
        ranking._place(TREE, slot, key != 0, LEVELS)


@internal
@view
def _best() -> uint256:
    """
    @return The slot of the pool with the best task, plus one. 0 if no pool has a claimable task.
    """
    return ranking._best(TREE, LEVELS)


@internal
@view
def _key(slot: uint256) -> uint256:
    return ranking.keys[slot]


@internal
@pure
def _task_of(key: uint256) -> uint256:
    return key & task_words.MAX_ID


@internal
@view
def _pool(slot: uint256) -> address:
    return convert(self.pool_at[slot] & bits.ADDRESS, address)


@internal
@view
def _inverse_id(slot: uint256) -> uint256:
    """
    @return The part of a key that prefers the smaller pool id.
    """
    return (MAX_POOL_ID - (self.pool_at[slot] >> POOL_ID_AT)) << INVERSE_ID_AT


@internal
@view
def _ranked(user: address, count: uint256) -> DynArray[ITaskRouter.TaskOpportunity, ranking.MAX_TOP]:
    """
    @notice The pools with the best tasks for a worker, best first, each with its best task for this worker.
    @dev Visits the pools in the order of the ranking. A pool's best task can be expired or barred for the worker. Such
         a pool counts with its next task, which may belong further back in the list. The visit ends once no pool that
         is left can have a better task.
    @param user The worker, zero for none.
    @param count The most pools to return.
    @return The tasks.
    """
    found: DynArray[ITaskRouter.TaskOpportunity, ranking.MAX_TOP] = []
    found_keys: DynArray[uint256, ranking.MAX_TOP] = []
    slots: DynArray[uint256, ranking.MAX_TOP] = ranking._top(TREE, LEVELS, min(count + MAX_LOOK, ranking.MAX_TOP))
    for slot: uint256 in slots:
        if len(found) >= count:
            if count == 0 or found_keys[count - 1] > ranking.keys[slot]:
                break
        pool: address = self._pool(slot)
        task_id: uint256 = staticcall ITaskPool(pool).getNextAvailableFor(user, True)
        if task_id == 0:
            continue
        word: uint256 = (staticcall ITaskPool(pool).taskWords(task_id))[0]
        key: uint256 = task_words._key(word, task_id) | self._inverse_id(slot)
        item: ITaskRouter.TaskOpportunity = ITaskRouter.TaskOpportunity(
            pool=pool,
            taskId=task_id,
            reward=task_words._reward(word),
            availableCount=(staticcall ITaskPool(pool).getPoolStats())[0],
            poolBalance=pool.balance,
        )
        found.append(item)
        found_keys.append(key)
        for back: uint256 in range(ranking.MAX_TOP - 1):
            at: uint256 = len(found) - 1 - back
            if at == 0 or found_keys[at - 1] > key:
                break
            found[at] = found[at - 1]
            found_keys[at] = found_keys[at - 1]
            found[at - 1] = item
            found_keys[at - 1] = key
        if len(found) > count:
            found.pop()
            found_keys.pop()
    return found
