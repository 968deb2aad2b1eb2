# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title TaskRouter
@license MIT
@notice Brings workers to tasks. `claimBestTask` claims the best-paid task of all approved pools. `claimTaskFromPool`
        and `claimTask` claim a task of any pool, by choice. The router also keeps the totals of all pools.
@dev The design decision to know first: pools report, the router never walks over pools. Each pool reports its best
     task and its counters when they change. The ranking has three levels from the start (pool_ranking.vy). A claim
     writes three of the ranking's words, whether there are ten pools or ten thousand.

     Trusted: nobody. There is no owner. Pools are clones that the factory made. Only those of `modelRegistry` are
     ranked. The factory's owner can give later pools another registry, which could approve any pool.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..interfaces import ITaskPoolViewer
from ..interfaces import ITaskRouter
from ..factory import category_names
from ..pools import pool_counters
from ..pools import task_rules
from ..shared import errors
from ..shared import list_bounds
from ..shared import ranking
from . import last_claims
from . import pool_ranking

initializes: last_claims
initializes: ranking
initializes: pool_ranking[ranking := ranking]

implements: ITaskRouter

exports: (
    last_claims.activeTaskOf,
    last_claims.getUserStatus,
    pool_ranking.getAvailablePoolForTask,
    pool_ranking.getBestAvailableTask,
    pool_ranking.getBestTaskFor,
    pool_ranking.getRecommendedPools,
    pool_ranking.getTaskOpportunities,
    pool_ranking.rankedPool,
)

# The most expired tasks that one claim takes out of the ranking.
MAX_PASSED: constant(uint256) = 8

factory: public(immutable(address))
viewer: public(immutable(address))
modelRegistry: public(immutable(address))

totals: uint256  # the sum of the pools' counters, packed as pool_counters.vy says


@deploy
def __init__(_factory: address, _viewer: address):
    """
    @notice The router ranks the pools of the registry that the factory has at this moment, for good.
    @dev Reverts with `InvalidInput()` for an address without code, and for a factory without a registry.
    @param _factory The factory whose pools are served.
    @param _viewer The viewer that finds expired tasks for `releaseAllExpiredTasks`, and that front ends may use.
    """
    if not _factory.is_contract or not _viewer.is_contract:
        errors._invalid_input()
    factory = _factory
    viewer = _viewer
    modelRegistry = staticcall ITaskPoolFactory(_factory).modelRegistry()
    if modelRegistry == empty(address):
        errors._invalid_input()


# ---------------------------------------------------------------- workers


@external
def claimBestTask() -> (address, uint256):
    """
    @notice Claim the best-paid task of all approved active pools. Among equal rewards the older task is better, then
            the task of the smaller pool id. A worker is not offered a task again after a lapse or a rejection.
    @dev Reverts with `UserHasActiveTask()`, and with `NoAvailableTask()`. Expired tasks that the call meets leave the
         ranking, 8 at most.
    @return The pool and the task's id. Zeros if the call met only expired tasks.
    """
    last_claims._only_idle()
    for passed: uint256 in range(MAX_PASSED):
        best: uint256 = pool_ranking._best()
        if best == 0:
            if passed == 0:
                errors._no_available_task()
            break
        slot: uint256 = best - 1
        key: uint256 = pool_ranking._key(slot)
        pool: address = pool_ranking._pool(slot)
        task_id: uint256 = extcall ITaskPool(pool).claimTaskForUser(msg.sender, pool_ranking._task_of(key))
        if task_id == 0 and pool_ranking._key(slot) == key:
            # The worker is barred from the task. For an expired task the pool would have reported another one.
            pool, task_id = staticcall ITaskRouter(self).getBestTaskFor(msg.sender)
            if task_id == 0:
                if passed == 0:
                    errors._no_available_task()
                break
            task_id = extcall ITaskPool(pool).claimTaskForUser(msg.sender, task_id)
        if task_id != 0:
            last_claims._record(pool, task_id)
            return pool, task_id
    return empty(address), 0


@external
def claimTaskFromPool(pool: address) -> uint256:
    """
    @notice Claim the best task of one pool. The owner of an unapproved pool may see a result and reject it: look at
            the task's rules first, `getTaskRules` of the viewer.
    @dev Reverts with `PoolNotFound()`, `UserHasActiveTask()`, `PoolInactive()`, `NoAvailableTask()`.
    @param pool Any pool of the factory.
    @return The task's id. 0 if the call met only expired tasks.
    """
    self._only_pool(pool)
    last_claims._only_idle()
    task_id: uint256 = extcall ITaskPool(pool).claimTaskForUser(msg.sender)
    if task_id != 0:
        last_claims._record(pool, task_id)
    return task_id


@external
def claimTask(pool: address, taskId: uint256):
    """
    @notice Claim a chosen task, for workers that run only some models.
    @dev Reverts with `PoolNotFound()`, `UserHasActiveTask()`, `PoolInactive()`, `TaskNotFound()`, and with
         `NoAvailableTask()` for a task that is not available, has expired, or is barred for this worker.
    @param pool Any pool of the factory.
    @param taskId The task.
    """
    self._only_pool(pool)
    last_claims._only_idle()
    if taskId == 0:
        errors._task_not_found()
    if extcall ITaskPool(pool).claimTaskForUser(msg.sender, taskId) == 0:
        errors._no_available_task()
    last_claims._record(pool, taskId)


@external
def submitTask(
    pool: address,
    taskId: uint256,
    zkpProof: Bytes[task_rules.PROOF_ROOM],
    zkpPublicInput: uint256,
    zkpPublicResult: uint256,
    resultData: String[task_rules.RESULT_ROOM],
):
    """
    @notice Submit the result of the task that the caller has claimed.
    @dev Reverts with `NotAssigned()`, with `TaskDeadlinePassed()`, and with `InvalidInput()` for data above the bounds.
    @param pool The task's pool.
    @param taskId The task.
    @param zkpProof Up to 1,024 bytes.
    @param zkpPublicInput The proof's public input.
    @param zkpPublicResult The proof's public result.
    @param resultData Up to 4,096 bytes. The result becomes public.
    """
    last_claims._only_last(pool, taskId)
    extcall ITaskPool(pool).submitTaskForUser(
        msg.sender, taskId, zkpProof, zkpPublicInput, zkpPublicResult, resultData
    )
    log ITaskRouter.TaskSubmittedViaRouter(user=msg.sender, pool=pool, taskId=taskId)


# ---------------------------------------------------------------- anyone


@external
def releaseExpiredTasks(pool: address, taskIds: DynArray[uint256, list_bounds.MAX_PAGE]):
    """
    @notice Release lapsed claims and refund expired tasks of a pool. An event has the number.
    @dev Reverts with `PoolNotFound()` and `TaskNotFound()`.
    @param pool Any pool of the factory.
    @param taskIds Up to 256 tasks of the pool. Those that are not expired stay as they are.
    """
    self._only_pool(pool)
    self._release(pool, taskIds)


@external
def releaseAllExpiredTasks(pools: DynArray[address, list_bounds.MAX_POOLS], maxPerPool: uint256):
    """
    @notice Find the expired tasks of pools, and release or refund them.
    @dev Reverts with `PoolNotFound()`.
    @param pools Up to 64 pools of the factory.
    @param maxPerPool The most tasks of each pool. A number above 256 counts as 256.
    """
    limit: uint256 = min(maxPerPool, list_bounds.MAX_PAGE)
    for pool: address in pools:
        self._only_pool(pool)
        self._release(pool, staticcall ITaskPoolViewer(viewer).getExpiredTasks(pool, limit))


# ---------------------------------------------------------------- pools: callbacks, open during other calls


@external
@reentrant
def assignSlot() -> uint256:
    """
    @notice Give the calling pool a place in the ranking, at its first approval.
    @dev Reverts with `Unauthorized()` for anyone but a pool of the factory, and with `InvalidInput()` once all 13,599
         slots are given.
    @return The slot. 0 for a pool of another registry, which stays out of the ranking.
    """
    if not staticcall ITaskPoolFactory(factory).isRegisteredPool(msg.sender):
        errors._unauthorized()
    if staticcall ITaskPool(msg.sender).modelRegistry() != modelRegistry:
        return 0
    return pool_ranking._assign(msg.sender, staticcall ITaskPoolFactory(factory).poolIdOf(msg.sender))


@external
@reentrant
def poolChanged(slot: uint256, delta: uint256, key: uint256):
    """
    @notice The calling pool reports how its counters changed, and its best task.
    @dev Reverts with `Unauthorized()` for anyone but a pool of the factory.
    @param slot The pool's slot in the ranking, 0 without one.
    @param delta The change of the pool's counters. The fields of the word are added as one number.
    @param key The pool's best task: reward 160-255 | ~created 120-159 | task id 0-31. 0 for none, all ones for the
           same task as before.
    """
    if slot == 0:
        if not staticcall ITaskPoolFactory(factory).isRegisteredPool(msg.sender):
            errors._unauthorized()
    elif pool_ranking._pool(slot) != msg.sender:
        errors._unauthorized()
    if delta != 0:
        self.totals = unsafe_add(self.totals, delta)
    if slot != 0 and key != task_rules.KEY_UNCHANGED:
        pool_ranking._rank(slot, key)


# ---------------------------------------------------------------- views


@view
@external
@reentrant
def findPoolsWithTasks(minAvailableTasks: uint256) -> DynArray[address, list_bounds.MAX_LIST]:
    """
    @notice The active pools with available tasks, approved or not, out of the first 16,384 active pools.
    @param minAvailableTasks How many available tasks a pool must have.
    @return Those pools, by ascending id.
    """
    return staticcall ITaskPoolFactory(factory).getPoolsWithAvailableTasks(minAvailableTasks)


@view
@external
@reentrant
def getPoolsByCategory(
    category: String[category_names.CATEGORY_ROOM]
) -> DynArray[address, list_bounds.MAX_LIST]:
    """
    @notice The pools of a category, active or not.
    @param category The category.
    @return The pools, by ascending id. The first 16,384 if there are more, none for an unknown category.
    """
    return staticcall ITaskPoolFactory(factory).getPoolsByCategory(category)


@view
@external
@reentrant
def estimateClaimGas(pool: address) -> uint256:
    """
    @notice A gas limit that suffices for a claim from a pool.
    @param pool Any address.
    @return In gas. 0 for a pool without a task to claim, and for what is no pool.
    """
    if not staticcall ITaskPoolFactory(factory).isRegisteredPool(pool):
        return 0
    if not staticcall ITaskPool(pool).isActive() or staticcall ITaskPool(pool).getNextAvailable() == 0:
        return 0
    return task_rules.CLAIM_GAS


@view
@external
@reentrant
def getGlobalStats() -> (uint256, uint256, uint256, uint256, uint256, uint256, uint256):
    """
    @notice The numbers of pools, and of their tasks. Never reverts.
    @return Pools, active pools, and over all pools: tasks available, active, pending, paid, and wei paid to workers.
    """
    total: uint256 = 0
    active: uint256 = 0
    total, active = staticcall ITaskPoolFactory(factory).getPoolCount()
    totals: uint256 = self.totals
    # As in getPoolStats of the pools: calls of the accessors would be 3% of this view.
    return (
        total,
        active,
        totals & pool_counters.COUNT,
        (totals >> pool_counters.ACTIVE_AT) & pool_counters.COUNT,
        (totals >> pool_counters.PENDING_AT) & pool_counters.COUNT,
        (totals >> pool_counters.PAID_AT) & pool_counters.COUNT,
        totals >> pool_counters.REWARDED_AT,
    )


# ---------------------------------------------------------------- internal


@internal
@view
def _only_pool(pool: address):
    """
    @dev Reverts with `PoolNotFound()` for what is no pool of the factory.
    """
    if not staticcall ITaskPoolFactory(factory).isRegisteredPool(pool):
        errors._pool_not_found()


@internal
def _release(pool: address, task_ids: DynArray[uint256, list_bounds.MAX_PAGE]):
    count: uint256 = extcall ITaskPool(pool).releaseExpired(task_ids)
    log ITaskRouter.ExpiredTasksReleased(pool=pool, count=count)
