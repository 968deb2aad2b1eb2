# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Pool ranking
@license MIT
@notice Which pools have the best tasks: a slot for each pool that was approved once, ranked by what the pool reported.
@dev The tree has three levels from the start, room for 13,599 pools, so that a claim writes three words whether there are
     ten pools or ten thousand.

     `ranking.keys[slot]`: reward 160-255 | ~created 120-159 | ~pool id 88-119 | USED_KEY | task id 0-31. A pool with
     nothing to offer has no reward. USED_KEY keeps the word from zero.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskRouter
from ..shared import bits
from ..shared import errors
from ..shared import ranking
from ..pools import task_words

uses: ranking

LEVELS: constant(uint256) = 3
MAX_SLOT: constant(uint256) = 13_599
TREE: constant(uint256) = 0
# Keeps the lowest words of the ranking in use, so that an emptied one costs 5,000 gas to fill again.
USED: constant(uint256) = 1 << 255
# So many of the best pools are looked at for a worker who is barred from the best task.
MAX_LOOK: constant(uint256) = 32
# The most opportunities and recommendations that are returned.
MAX_OPPORTUNITIES: constant(uint256) = 120
USED_KEY: constant(uint256) = 1 << 32
TASK: constant(uint256) = 2**32 - 1

slots: uint256  # slots given out, from 1
pool_at: HashMap[uint256, uint256]  # slot: pool 0-159 | pool id 160-191


@view
@external
@reentrant
def getBestTaskFor(user: address) -> (address, uint256):
    """
    @return The pool and id of the task that claimBestTask would give this worker; zeros if none of the best 32 pools has one for him.
    """
    best: DynArray[ITaskRouter.TaskOpportunity, 128] = self._ranked(user, 1)
    if len(best) == 0:
        return empty(address), 0
    return best[0].pool, best[0].taskId


@view
@external
@reentrant
def getBestAvailableTask() -> ITaskRouter.TaskOpportunity:
    """
    @return The best claimable task of all approved active pools; zeros if there is none.
    """
    best: DynArray[ITaskRouter.TaskOpportunity, 128] = self._ranked(empty(address), 1)
    if len(best) == 0:
        return empty(ITaskRouter.TaskOpportunity)
    return best[0]


@view
@external
@reentrant
def getTaskOpportunities(maxResults: uint256) -> DynArray[ITaskRouter.TaskOpportunity, 128]:
    """
    @return The best task of each of the best approved active pools, best first; at most 120.
    """
    return self._ranked(empty(address), min(maxResults, MAX_OPPORTUNITIES))


@view
@external
@reentrant
def getRecommendedPools(user: address, count: uint256) -> DynArray[address, 256]:
    """
    @return The approved active pools with the best tasks for this worker, best first; at most 120.
    """
    pools: DynArray[address, 256] = []
    ranked: DynArray[ITaskRouter.TaskOpportunity, 128] = self._ranked(user, min(count, MAX_OPPORTUNITIES))
    for item: ITaskRouter.TaskOpportunity in ranked:
        pools.append(item.pool)
    return pools


@view
@external
@reentrant
def getAvailablePoolForTask() -> address:
    """
    @return The pool of the best claimable task, zero if there is none.
    """
    best: DynArray[ITaskRouter.TaskOpportunity, 128] = self._ranked(empty(address), 1)
    if len(best) == 0:
        return empty(address)
    return best[0].pool


@view
@external
@reentrant
def rankedPool(pool: address, slot: uint256) -> (uint256, uint256, uint256):
    """
    @notice What the ranking holds for a pool.
    @return Reward in wei, creation time and id of its best task; zeros if it has none or the slot is not its own.
    """
    key: uint256 = ranking.keys[slot]
    if self._pool(slot) != pool or key >> 160 == 0:
        return 0, 0, 0
    return key >> 160, task_words.TIME - ((key >> 120) & task_words.TIME), key & TASK


@internal
def _assign(pool: address, pool_id: uint256) -> uint256:
    """
    @notice Give a pool a place in the ranking.
    @return The slot.
    """
    slot: uint256 = self.slots + 1
    if slot > MAX_SLOT:
        errors._invalid_input()
    self.slots = slot
    self.pool_at[slot] = convert(pool, uint256) | pool_id << 160
    ranking.keys[slot] = USED_KEY
    ranking._mark(TREE, slot, USED)
    return slot


@internal
def _rank(slot: uint256, key: uint256):
    """
    @param key What the pool reported: reward 160-255 | ~created 120-159 | task id 0-31; 0 for a pool with nothing to offer.
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
    @return The slot of the pool with the best task, plus one; 0 if no pool has one.
    """
    return ranking._best(TREE, LEVELS)


@internal
@view
def _key(slot: uint256) -> uint256:
    return ranking.keys[slot]


@internal
@pure
def _task_of(key: uint256) -> uint256:
    return key & TASK


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
    return (2**32 - 1 - (self.pool_at[slot] >> 160)) << 88


@internal
@view
def _ranked(user: address, count: uint256) -> DynArray[ITaskRouter.TaskOpportunity, 128]:
    """
    @notice The pools with the best tasks for a worker, best first, each with its best task for him.
    @dev Pools are visited by their best task. One whose best task is expired or not for this worker counts with the next: it is sorted in
         behind, and the visit goes on until no pool that is left can have a better task.
    """
    found: DynArray[ITaskRouter.TaskOpportunity, 128] = []
    found_keys: DynArray[uint256, 128] = []
    slots: DynArray[uint256, 128] = ranking._top(TREE, LEVELS, min(count + MAX_LOOK, 128))
    for slot: uint256 in slots:
        if len(found) >= count:
            if count == 0 or found_keys[count - 1] > ranking.keys[slot]:
                break
        pool: address = self._pool(slot)
        task_id: uint256 = staticcall ITaskPool(pool).getNextAvailableFor(user, True)
        if task_id == 0:
            continue
        word: uint256 = (staticcall ITaskPool(pool).taskWords(task_id))[0]
        key: uint256 = (
            task_words._reward(word) << 160
            | (task_words.TIME - task_words._created(word)) << 120
            | self._inverse_id(slot)
            | task_id
        )
        item: ITaskRouter.TaskOpportunity = ITaskRouter.TaskOpportunity(
            pool=pool,
            taskId=task_id,
            reward=task_words._reward(word),
            availableCount=(staticcall ITaskPool(pool).getPoolStats())[0],
            poolBalance=pool.balance,
        )
        found.append(item)
        found_keys.append(key)
        for back: uint256 in range(127):
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
