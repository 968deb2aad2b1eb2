# pragma version 0.4.3
"""
@title TaskPoolViewer
@license MIT
@notice Answers the questions of front ends and workers about pools and tasks, each in one call. The viewer keeps no
        state and trusts nobody. Anyone may deploy another one.
@dev Each function that takes a pool reverts with `PoolNotFound()` for an account without code. Only the factory knows
     whether a contract is a pool. A contract that is none is the caller's own risk.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..interfaces import ITaskPoolViewer
from ..interfaces import ITaskRouter
from ..interfaces import ITaskTexts
from ..pools import task_rules
from ..pools import task_words
from ..shared import list_bounds
from . import situations
from . import task_search

implements: ITaskPoolViewer

exports: (
    situations.getTaskRules,
    situations.submittedAt,
    situations.verifierOf,
    situations.whyStuck,
    task_search.findTasks,
)

# The most pages of a queue that a search for expired tasks reads.
MAX_PAGES: constant(uint256) = 1_024

# Queue types.
AVAILABLE: constant(uint256) = 1
ACTIVE: constant(uint256) = 2
PENDING: constant(uint256) = 3


# ---------------------------------------------------------------- pools


@view
@external
def getPoolData(pool: address) -> ITaskPoolViewer.PoolData:
    """
    @notice The figures of a pool.
    @dev Reverts with `PoolNotFound()`.
    @param pool The pool.
    @return The pool's counters, balance in wei, owner, and whether the pool takes new tasks and claims.
    """
    return self._pool_data(pool)


@view
@external
def getPoolStatistics(pool: address) -> ITaskPoolViewer.PoolData:
    """
    @notice The name that deployed clients use for `getPoolData`.
    @dev Reverts with `PoolNotFound()`.
    @param pool The pool.
    @return As `getPoolData`.
    """
    return self._pool_data(pool)


@view
@external
def getMultiplePoolsData(
    pools: DynArray[address, list_bounds.MAX_PAGE]
) -> DynArray[ITaskPoolViewer.PoolData, list_bounds.MAX_PAGE]:
    """
    @notice The figures of several pools.
    @dev Reverts with `PoolNotFound()`.
    @param pools Up to 256 pools.
    @return `getPoolData` of each, in the same order.
    """
    data: DynArray[ITaskPoolViewer.PoolData, list_bounds.MAX_PAGE] = []
    for pool: address in pools:
        data.append(self._pool_data(pool))
    return data


@view
@external
def getPoolsData(
    factory: address, offset: uint256, limit: uint256
) -> (DynArray[ITaskPoolViewer.PoolData, list_bounds.MAX_PAGE], uint256):
    """
    @notice The figures of a page of all pools, by ascending id.
    @dev Reverts, without data, for an address that is no factory.
    @param factory The factory of the pools.
    @param offset How many pools to skip.
    @param limit The most pools to return. A number above 256 counts as 256.
    @return `getPoolData` of each, and the number of all pools.
    """
    pools: DynArray[address, list_bounds.MAX_PAGE] = []
    total: uint256 = 0
    pools, total = staticcall ITaskPoolFactory(factory).getPools(offset, min(limit, list_bounds.MAX_PAGE))
    data: DynArray[ITaskPoolViewer.PoolData, list_bounds.MAX_PAGE] = []
    for pool: address in pools:
        data.append(self._pool_data(pool))
    return data, total


@view
@external
def getAggregatedStats(factory: address) -> (uint256, uint256, uint256, uint256, uint256, uint256, uint256):
    """
    @notice The numbers of pools, and of their tasks.
    @dev Reverts, without data, for an address that is no factory, and for a factory without a registry or a router.
    @param factory The factory of the pools.
    @return Pools, active pools, and over all pools: tasks available, active, pending, paid, and wei paid to workers.
    """
    registry: address = staticcall ITaskPoolFactory(factory).modelRegistry()
    return staticcall ITaskRouter(staticcall IModelRegistry(registry).taskRouter()).getGlobalStats()


@view
@external
def scanPoolsForTasks(
    pools: DynArray[address, list_bounds.MAX_PAGE]
) -> (
    DynArray[address, list_bounds.MAX_PAGE],
    DynArray[uint256, list_bounds.MAX_PAGE],
    DynArray[uint256, list_bounds.MAX_PAGE],
):
    """
    @notice The pools with available tasks, out of a list.
    @dev Reverts with `PoolNotFound()`.
    @param pools Up to 256 pools.
    @return Those of the pools with available tasks, how many tasks each has, and the average reward of the 256 oldest
            of them, in wei.
    """
    found: DynArray[address, list_bounds.MAX_PAGE] = []
    counts: DynArray[uint256, list_bounds.MAX_PAGE] = []
    averages: DynArray[uint256, list_bounds.MAX_PAGE] = []
    for pool: address in pools:
        situations._check(pool)
        ids: DynArray[uint256, list_bounds.MAX_PAGE] = []
        total: uint256 = 0
        ids, total = staticcall ITaskPool(pool).getQueue(AVAILABLE, 0, list_bounds.MAX_PAGE)
        if total == 0:
            continue
        rewards: uint256 = 0
        for task_id: uint256 in ids:
            rewards += task_words._reward((staticcall ITaskPool(pool).taskWords(task_id))[0])
        found.append(pool)
        counts.append(total)
        averages.append(rewards // len(ids))
    return found, counts, averages


# ---------------------------------------------------------------- tasks


@view
@external
def getAvailableTasks(
    pool: address, offset: uint256, limit: uint256
) -> DynArray[ITaskPoolViewer.TaskInfo, list_bounds.MAX_PAGE]:
    """
    @notice A page of the available tasks of a pool.
    @dev Reverts with `PoolNotFound()`.
    @param pool The pool.
    @param offset How many available tasks to skip.
    @param limit The most tasks to return. A number above 256 counts as 256.
    @return Tasks by ascending id. The deadline of an available task is its expiry.
    """
    return self._queue(pool, AVAILABLE, offset, limit)


@view
@external
def getActiveTasks(
    pool: address, offset: uint256, limit: uint256
) -> DynArray[ITaskPoolViewer.TaskInfo, list_bounds.MAX_PAGE]:
    """
    @notice A page of the active tasks of a pool.
    @dev Reverts with `PoolNotFound()`.
    @param pool The pool.
    @param offset How many active tasks to skip.
    @param limit The most tasks to return. A number above 256 counts as 256.
    @return Tasks by ascending id. The deadline of an active task is the end of its claim.
    """
    return self._queue(pool, ACTIVE, offset, limit)


@view
@external
def getPendingTasks(
    pool: address, offset: uint256, limit: uint256
) -> DynArray[ITaskPoolViewer.TaskInfo, list_bounds.MAX_PAGE]:
    """
    @notice A page of the pending tasks of a pool.
    @dev Reverts with `PoolNotFound()`.
    @param pool The pool.
    @param offset How many pending tasks to skip.
    @param limit The most tasks to return. A number above 256 counts as 256.
    @return Tasks by ascending id. The deadline of a pending task is its expiry.
    """
    return self._queue(pool, PENDING, offset, limit)


@view
@external
def getTaskDetails(pool: address, taskId: uint256) -> ITaskPoolViewer.TaskDetails:
    """
    @notice A task with the proof and the result of its last submission.
    @dev Reverts with `PoolNotFound()`.
    @param pool The task's pool.
    @param taskId The task.
    @return The task. `reward` is in wei, `deadline` is a unix time. Zeros for an unknown id.
    """
    details: ITaskPoolViewer.TaskDetails = empty(ITaskPoolViewer.TaskDetails)
    request_id: uint256 = 0
    model_id: String[task_rules.MODEL_ID_ROOM] = ""
    input_data: String[task_rules.INPUT_ROOM] = ""
    situations._check(pool)
    details.taskId = taskId
    (
        details.reward,
        details.deadline,
        details.assignedTo,
        details.exists,
        details.zkpProof,
        details.zkpPublicInput,
        details.zkpPublicResult,
        request_id,
        model_id,
        input_data,
        details.result,
    ) = staticcall ITaskTexts(pool).tasks(taskId)
    details.queueType = staticcall ITaskPool(pool).taskQueueType(taskId)
    return details


@view
@external
def getExpiredTasks(pool: address, limit: uint256) -> DynArray[uint256, list_bounds.MAX_PAGE]:
    """
    @notice The tasks of a pool that `releaseExpiredTasks` would release or refund now.
    @dev Reverts with `PoolNotFound()`.
    @param pool The pool.
    @param limit The most tasks to return. A number above 256 counts as 256.
    @return The ids of the tasks whose claim has lapsed, then of the available tasks that have expired.
    """
    return self._expired(pool, min(limit, list_bounds.MAX_PAGE))


@view
@external
def findExpiredTasks(
    pools: DynArray[address, list_bounds.MAX_POOLS]
) -> (
    DynArray[address, list_bounds.MAX_POOLS],
    DynArray[DynArray[uint256, list_bounds.MAX_PAGE], list_bounds.MAX_POOLS],
):
    """
    @notice The pools with tasks that `releaseExpiredTasks` would release or refund now, out of a list.
    @dev Reverts with `PoolNotFound()`.
    @param pools Up to 64 pools.
    @return Those pools, and up to 256 such tasks of each.
    """
    found: DynArray[address, list_bounds.MAX_POOLS] = []
    expired: DynArray[DynArray[uint256, list_bounds.MAX_PAGE], list_bounds.MAX_POOLS] = []
    for pool: address in pools:
        ids: DynArray[uint256, list_bounds.MAX_PAGE] = self._expired(pool, list_bounds.MAX_PAGE)
        if len(ids) != 0:
            found.append(pool)
            expired.append(ids)
    return found, expired


@view
@external
def findUserActiveTask(
    user: address, pools: DynArray[address, list_bounds.MAX_PAGE]
) -> (address, uint256, ITaskPoolViewer.TaskInfo):
    """
    @notice The active task of a worker, looked for in a list of pools. `activeTaskOf` of the router needs no list.
    @dev Reverts with `PoolNotFound()`.
    @param user The worker.
    @param pools Up to 256 pools.
    @return The pool, the task's id, and the task. Zeros if the worker has no active task in these pools.
    """
    for pool: address in pools:
        situations._check(pool)
        task_id: uint256 = staticcall ITaskPool(pool).userActiveTask(user)
        if task_id != 0:
            return pool, task_id, self._task_info(pool, task_id)
    return empty(address), 0, empty(ITaskPoolViewer.TaskInfo)


# ---------------------------------------------------------------- internal


@internal
@view
def _pool_data(pool: address) -> ITaskPoolViewer.PoolData:
    situations._check(pool)
    data: ITaskPoolViewer.PoolData = empty(ITaskPoolViewer.PoolData)
    data.poolAddress = pool
    (
        data.availableTasks, data.activeTasks, data.pendingTasks, data.totalProcessed, data.totalRewarded, data.balance
    ) = staticcall ITaskPool(pool).getPoolStats()
    data.owner = staticcall ITaskPool(pool).owner()
    data.isActive = staticcall ITaskPool(pool).isActive()
    return data


@internal
@view
def _task_info(pool: address, task_id: uint256) -> ITaskPoolViewer.TaskInfo:
    word: uint256 = 0
    progress: uint256 = 0
    word, progress = staticcall ITaskPool(pool).taskWords(task_id)
    return ITaskPoolViewer.TaskInfo(
        taskId=task_id,
        reward=task_words._reward(word),
        deadline=task_words._claim_deadline_or_expiry(word, progress),
        assignedTo=task_words._worker(progress),
        exists=word != 0,
    )


@internal
@view
def _queue(
    pool: address, queue: uint256, offset: uint256, limit: uint256
) -> DynArray[ITaskPoolViewer.TaskInfo, list_bounds.MAX_PAGE]:
    ids: DynArray[uint256, list_bounds.MAX_PAGE] = []
    total: uint256 = 0
    situations._check(pool)
    ids, total = staticcall ITaskPool(pool).getQueue(queue, offset, min(limit, list_bounds.MAX_PAGE))
    tasks: DynArray[ITaskPoolViewer.TaskInfo, list_bounds.MAX_PAGE] = []
    for task_id: uint256 in ids:
        tasks.append(self._task_info(pool, task_id))
    return tasks


@internal
@view
def _expired(pool: address, limit: uint256) -> DynArray[uint256, list_bounds.MAX_PAGE]:
    situations._check(pool)
    expired: DynArray[uint256, list_bounds.MAX_PAGE] = []
    for queue: uint256 in [ACTIVE, AVAILABLE]:
        offset: uint256 = 0
        for _: uint256 in range(MAX_PAGES):
            if len(expired) == limit:
                break
            ids: DynArray[uint256, list_bounds.MAX_PAGE] = []
            total: uint256 = 0
            ids, total = staticcall ITaskPool(pool).getQueue(queue, offset, list_bounds.MAX_PAGE)
            for task_id: uint256 in ids:
                if len(expired) < limit and block.timestamp > self._task_info(pool, task_id).deadline:
                    expired.append(task_id)
            offset += len(ids)
            if offset >= total:
                break
    return expired
