# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title TaskRouter
@license MIT
@notice Brings workers to tasks: `claimBestTask` claims the best-paid task of all approved pools, `claimTaskFromPool` and `claimTask` one
        of any pool, by choice. Keeps the running totals of all pools.
@dev Decide first: each pool reports its best task and its counters when they change, so that nothing here walks over pools. The ranking has
     three levels from the start (13,599 approved pools): a claim writes three of its words whether there are ten pools or ten thousand.

     Trusted: nobody; there is no owner. Pools are clones that the factory made. Only those of `modelRegistry` are ranked: the factory's
     owner can give later pools another registry, which would approve what it likes.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..interfaces import ITaskPoolViewer
from ..interfaces import ITaskRouter
from . import pool_ranking
from ..shared import ranking
from ..pools import task_rules
from ..pools import task_words
from ..shared import errors

initializes: ranking
initializes: pool_ranking[ranking := ranking]

implements: ITaskRouter

exports: (
    pool_ranking.getAvailablePoolForTask,
    pool_ranking.getBestAvailableTask,
    pool_ranking.getBestTaskFor,
    pool_ranking.getRecommendedPools,
    pool_ranking.getTaskOpportunities,
    pool_ranking.rankedPool,
)

# A claim meets this many expired tasks at most.
MAX_PASSED: constant(uint256) = 8
COUNT: constant(uint256) = 2**40 - 1
ADDRESS: constant(uint256) = 2**160 - 1

TASK: constant(uint256) = 2**32 - 1

factory: public(immutable(address))
viewer: public(immutable(address))
modelRegistry: public(immutable(address))

totals: uint256  # available 0-39 | active 40-79 | pending 80-119 | processed 120-159 | rewarded 160-255, the sum of the pools' counters
last_claim: HashMap[address, uint256]  # worker: pool 0-159 | task id 160-191; whether it is still active, the pool knows


@deploy
def __init__(_factory: address, _viewer: address):
    """
    @notice The registry whose pools are ranked is the factory's at this moment, and stays it for good.
    @dev Reverts with `InvalidInput()` for an address without code, and for a factory without a registry.
    @param _factory The factory whose pools are served.
    @param _viewer The viewer that front ends shall use.
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
    @notice Claim the best-paid task of all approved active pools; the older one among equals, then that of the smaller pool id. A worker
            is not offered again what he let lapse or was rejected for.
    @dev Reverts with `UserHasActiveTask()`, and with `NoAvailableTask()`. Expired tasks that it meets leave the ranking, at most 8 a call.
    @return The pool and the task's id; zeros if only expired tasks were met.
    """
    self._only_idle()
    for passed: uint256 in range(MAX_PASSED):
        best: uint256 = pool_ranking._best()
        if best == 0:
            if passed == 0:
                errors._no_available_task()
            break
        slot: uint256 = best - 1
        key: uint256 = pool_ranking._key(slot)
        pool: address = pool_ranking._pool(slot)
        task_id: uint256 = extcall ITaskPool(pool).claimTaskForUser(msg.sender, key & TASK)
        if task_id == 0 and pool_ranking._key(slot) == key:
            # Not expired, for then the pool would have reported another task: the worker is barred from it.
            pool, task_id = staticcall ITaskRouter(self).getBestTaskFor(msg.sender)
            if task_id == 0:
                if passed == 0:
                    errors._no_available_task()
                break
            task_id = extcall ITaskPool(pool).claimTaskForUser(msg.sender, task_id)
        if task_id != 0:
            self._claimed(pool, task_id)
            return pool, task_id
    return empty(address), 0


@external
def claimTaskFromPool(pool: address) -> uint256:
    """
    @notice Claim the best task of one pool. An unapproved pool's owner may see a result and reject it: look at its terms first.
    @dev Reverts with `PoolNotFound()`, `UserHasActiveTask()`, `PoolInactive()`, `NoAvailableTask()`.
    @param pool Any pool of the factory.
    @return The task's id, 0 if only expired tasks were met.
    """
    self._only_pool(pool)
    self._only_idle()
    task_id: uint256 = extcall ITaskPool(pool).claimTaskForUser(msg.sender)
    if task_id != 0:
        self._claimed(pool, task_id)
    return task_id


@external
def claimTask(pool: address, taskId: uint256):
    """
    @notice Claim a chosen task, for workers that run only some models.
    @dev Reverts with `PoolNotFound()`, `UserHasActiveTask()`, `PoolInactive()`, `TaskNotFound()`, and with `NoAvailableTask()` if the task
         is not available, expired, or not for this worker again.
    @param pool Any pool of the factory.
    @param taskId The task.
    """
    self._only_pool(pool)
    self._only_idle()
    if taskId == 0:
        errors._task_not_found()
    if extcall ITaskPool(pool).claimTaskForUser(msg.sender, taskId) == 0:
        errors._no_available_task()
    self._claimed(pool, taskId)


@external
def submitTask(
    pool: address,
    taskId: uint256,
    zkpProof: Bytes[1056],
    zkpPublicInput: uint256,
    zkpPublicResult: uint256,
    resultData: String[4128],
):
    """
    @notice Submit the result of the task that the caller has claimed.
    @dev Reverts with `NotAssigned()`, `TaskDeadlinePassed()`, and with `InvalidInput()` for data over their bounds.
    @param pool The task's pool.
    @param taskId The task.
    @param zkpProof Up to 1,024 bytes.
    @param zkpPublicInput The proof's public input.
    @param zkpPublicResult The proof's public result.
    @param resultData Up to 4,096 bytes.
    """
    if taskId > TASK or self.last_claim[msg.sender] != (convert(pool, uint256) | taskId << 160):
        errors._not_assigned()
    extcall ITaskPool(pool).submitTaskForUser(
        msg.sender, taskId, zkpProof, zkpPublicInput, zkpPublicResult, resultData
    )
    log ITaskRouter.TaskSubmittedViaRouter(user=msg.sender, pool=pool, taskId=taskId)


# ---------------------------------------------------------------- anyone


@external
def releaseExpiredTasks(pool: address, taskIds: DynArray[uint256, 256]):
    """
    @notice The pool's `releaseExpiredTasks`, counted in an event.
    @dev Reverts with `PoolNotFound()` and `TaskNotFound()`.
    """
    self._only_pool(pool)
    self._release(pool, taskIds)


@external
def releaseAllExpiredTasks(pools: DynArray[address, 64], maxPerPool: uint256):
    """
    @notice Find and release or refund the expired tasks of pools.
    @dev Reverts with `PoolNotFound()`.
    @param maxPerPool Of each pool so many at most; above 256 it is cut to 256.
    """
    for pool: address in pools:
        self._only_pool(pool)
        self._release(pool, staticcall ITaskPoolViewer(viewer).getExpiredTasks(pool, min(maxPerPool, 256)))


# ---------------------------------------------------------------- pools: callbacks, open while a call of this contract runs


@external
@reentrant
def assignSlot() -> uint256:
    """
    @notice Give a pool its place in the ranking, when it is approved for the first time.
    @dev Reverts with `Unauthorized()` for anyone but a pool of the factory, `InvalidInput()` when all 13,599 are given.
    @return The slot; 0 for a pool of another registry, which stays out of the ranking.
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
    @notice A pool reports how its counters changed, and its best task.
    @dev Reverts with `Unauthorized()` for anyone but a pool of the factory.
    @param slot The pool's slot in the ranking, 0 without one.
    @param delta What to add to the totals; the fields of `totals` are summed as one number.
    @param key The pool's best task: reward 160-255 | ~created 120-159 | task id 0-31; 0 for none; all ones if it has not changed.
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
def activeTaskOf(user: address) -> (address, uint256):
    """
    @return The pool and id of the task that a worker has claimed and that is still his to submit; zeros otherwise.
    """
    return self._active_task(user)


@view
@external
@reentrant
def getUserStatus(user: address) -> ITaskRouter.UserStatus:
    """
    @return The worker's active task; zeros without one, a lapsed claim being none. Never reverts.
    """
    status: ITaskRouter.UserStatus = empty(ITaskRouter.UserStatus)
    status.activePool, status.activeTaskId = self._active_task(user)
    if status.activePool != empty(address):
        status.hasActiveTask = True
        status.deadline = (staticcall ITaskPool(status.activePool).claimOf(status.activeTaskId))[1]
        status.reward = task_words._reward((staticcall ITaskPool(status.activePool).taskWords(status.activeTaskId))[0])
    return status


@view
@external
@reentrant
def findPoolsWithTasks(minAvailableTasks: uint256) -> DynArray[address, 16384]:
    """
    @return Active pools with at least so many available tasks, approved or not, by ascending id.
    """
    return staticcall ITaskPoolFactory(factory).getPoolsWithAvailableTasks(minAvailableTasks)


@view
@external
@reentrant
def getPoolsByCategory(category: String[128]) -> DynArray[address, 16384]:
    """
    @return The pools of a category, by ascending id.
    """
    return staticcall ITaskPoolFactory(factory).getPoolsByCategory(category)


@view
@external
@reentrant
def estimateClaimGas(pool: address) -> uint256:
    """
    @return A gas limit that suffices for a claim from this pool; 0 if it has no task to claim.
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
    @return Pools, active pools, and over all pools: tasks available, active, pending, paid, and wei paid to workers.
    """
    total: uint256 = 0
    active: uint256 = 0
    total, active = staticcall ITaskPoolFactory(factory).getPoolCount()
    totals: uint256 = self.totals
    return (
        total,
        active,
        totals & COUNT,
        (totals >> 40) & COUNT,
        (totals >> 80) & COUNT,
        (totals >> 120) & COUNT,
        totals >> 160,
    )


# ---------------------------------------------------------------- internal


@internal
@view
def _only_pool(pool: address):
    if not staticcall ITaskPoolFactory(factory).isRegisteredPool(pool):
        errors._pool_not_found()


@internal
@view
def _only_idle():
    pool: address = empty(address)
    task_id: uint256 = 0
    pool, task_id = self._active_task(msg.sender)
    if pool != empty(address):
        errors._user_has_active_task()


@internal
@view
def _active_task(user: address) -> (address, uint256):
    claim: uint256 = self.last_claim[user]
    if claim != 0:
        pool: address = convert(claim & ADDRESS, address)
        worker: address = empty(address)
        deadline: uint256 = 0
        worker, deadline = staticcall ITaskPool(pool).claimOf(claim >> 160)
        if worker == user and block.timestamp <= deadline:
            return pool, claim >> 160
    return empty(address), 0


@internal
def _claimed(pool: address, task_id: uint256):
    self.last_claim[msg.sender] = convert(pool, uint256) | task_id << 160
    log ITaskRouter.TaskClaimedViaRouter(user=msg.sender, pool=pool, taskId=task_id)


@internal
def _release(pool: address, task_ids: DynArray[uint256, 256]):
    count: uint256 = extcall ITaskPool(pool).releaseExpired(task_ids)
    log ITaskRouter.ExpiredTasksReleased(pool=pool, count=count)


