# pragma version 0.4.3
"""
@title TaskPoolViewer
@license MIT
@notice What a front end or a worker wants to see of pools and tasks, in one call each. It keeps no state and trusts nobody; anyone may
        deploy another one.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..interfaces import ITaskPoolViewer
from ..interfaces import ITaskRouter
from ..interfaces import ITaskTexts
from ..pools import task_words
from . import situations

implements: ITaskPoolViewer

exports: (
    situations.getTaskRules,
    situations.submittedAt,
    situations.verifierOf,
    situations.whyStuck,
)

MAX_PAGE: constant(uint256) = 256
MAX_POOLS: constant(uint256) = 64
# findTasks looks at so many available tasks in a call at most.
MAX_SCAN: constant(uint256) = 1_024

AVAILABLE: constant(uint256) = 1
ACTIVE: constant(uint256) = 2
PENDING: constant(uint256) = 3


# ---------------------------------------------------------------- pools


@view
@external
def getPoolData(pool: address) -> ITaskPoolViewer.PoolData:
    """
    @return The pool's counters, balance in wei, owner, and whether it takes new tasks and claims.
    """
    return self._pool_data(pool)


@view
@external
def getPoolStatistics(pool: address) -> ITaskPoolViewer.PoolData:
    """
    @return The same as getPoolData.
    """
    return self._pool_data(pool)


@view
@external
def getMultiplePoolsData(pools: DynArray[address, MAX_PAGE]) -> DynArray[ITaskPoolViewer.PoolData, MAX_PAGE]:
    """
    @return getPoolData of each, in the same order.
    """
    data: DynArray[ITaskPoolViewer.PoolData, MAX_PAGE] = []
    for pool: address in pools:
        data.append(self._pool_data(pool))
    return data


@view
@external
def getPoolsData(factory: address, offset: uint256, limit: uint256) -> (DynArray[ITaskPoolViewer.PoolData, MAX_PAGE], uint256):
    """
    @notice A page of all pools, by ascending id.
    @param limit Above 256 it is cut to 256.
    @return getPoolData of each, and the number of pools.
    """
    pools: DynArray[address, MAX_PAGE] = []
    total: uint256 = 0
    pools, total = staticcall ITaskPoolFactory(factory).getPools(offset, min(limit, MAX_PAGE))
    data: DynArray[ITaskPoolViewer.PoolData, MAX_PAGE] = []
    for pool: address in pools:
        data.append(self._pool_data(pool))
    return data, total


@view
@external
def getAggregatedStats(factory: address) -> (uint256, uint256, uint256, uint256, uint256, uint256, uint256):
    """
    @return Pools, active pools, and over all pools: tasks available, active, pending, paid, and wei paid to workers.
    """
    registry: address = staticcall ITaskPoolFactory(factory).modelRegistry()
    return staticcall ITaskRouter(staticcall IModelRegistry(registry).taskRouter()).getGlobalStats()


@view
@external
def scanPoolsForTasks(
    pools: DynArray[address, MAX_PAGE]
) -> (DynArray[address, MAX_PAGE], DynArray[uint256, MAX_PAGE], DynArray[uint256, MAX_PAGE]):
    """
    @return Those of the pools that have available tasks; how many; their average reward in wei, over the oldest 256 of each.
    """
    found: DynArray[address, MAX_PAGE] = []
    counts: DynArray[uint256, MAX_PAGE] = []
    averages: DynArray[uint256, MAX_PAGE] = []
    for pool: address in pools:
        situations._check(pool)
        ids: DynArray[uint256, MAX_PAGE] = []
        total: uint256 = 0
        ids, total = staticcall ITaskPool(pool).getQueue(AVAILABLE, 0, MAX_PAGE)
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
def getAvailableTasks(pool: address, offset: uint256, limit: uint256) -> DynArray[ITaskPoolViewer.TaskInfo, MAX_PAGE]:
    """
    @param offset Tasks of the queue to skip.
    @param limit Above 256 it is cut to 256.
    @return Tasks by ascending id.
    """
    return self._queue(pool, AVAILABLE, offset, limit)


@view
@external
def getActiveTasks(pool: address, offset: uint256, limit: uint256) -> DynArray[ITaskPoolViewer.TaskInfo, MAX_PAGE]:
    """
    @notice As getAvailableTasks, of claimed tasks.
    """
    return self._queue(pool, ACTIVE, offset, limit)


@view
@external
def getPendingTasks(pool: address, offset: uint256, limit: uint256) -> DynArray[ITaskPoolViewer.TaskInfo, MAX_PAGE]:
    """
    @notice As getAvailableTasks, of submitted tasks.
    """
    return self._queue(pool, PENDING, offset, limit)


@view
@external
def getTaskDetails(pool: address, taskId: uint256) -> ITaskPoolViewer.TaskDetails:
    """
    @return The task with its proof and result; zeros for an unknown id.
    """
    details: ITaskPoolViewer.TaskDetails = empty(ITaskPoolViewer.TaskDetails)
    request_id: uint256 = 0
    model_id: String[96] = ""
    input_data: String[4128] = ""
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
def getExpiredTasks(pool: address, limit: uint256) -> DynArray[uint256, MAX_PAGE]:
    """
    @param limit Above 256 it is cut to 256.
    @return Tasks that `releaseExpiredTasks` would release or refund now: lapsed claims, then expired available ones.
    """
    return self._expired(pool, min(limit, MAX_PAGE))


@view
@external
def findExpiredTasks(
    pools: DynArray[address, MAX_POOLS]
) -> (DynArray[address, MAX_POOLS], DynArray[DynArray[uint256, MAX_PAGE], MAX_POOLS]):
    """
    @return Those of the pools that have such tasks, and up to 256 of each.
    """
    found: DynArray[address, MAX_POOLS] = []
    expired: DynArray[DynArray[uint256, MAX_PAGE], MAX_POOLS] = []
    for pool: address in pools:
        ids: DynArray[uint256, MAX_PAGE] = self._expired(pool, MAX_PAGE)
        if len(ids) != 0:
            found.append(pool)
            expired.append(ids)
    return found, expired


@view
@external
def findUserActiveTask(user: address, pools: DynArray[address, MAX_PAGE]) -> (address, uint256, ITaskPoolViewer.TaskInfo):
    """
    @return The pool, id and data of the worker's active task, if it is in one of the pools; zeros otherwise.
    """
    for pool: address in pools:
        situations._check(pool)
        task_id: uint256 = staticcall ITaskPool(pool).userActiveTask(user)
        if task_id != 0:
            return pool, task_id, self._task_info(pool, task_id)
    return empty(address), 0, empty(ITaskPoolViewer.TaskInfo)


@view
@external
def findTasks(
    factory: address, modelIds: DynArray[String[96], 16], minReward: uint256, offset: uint256, limit: uint256
) -> (DynArray[ITaskPoolViewer.FoundTask, MAX_PAGE], uint256):
    """
    @notice Claimable tasks of all active pools, approved or not, for workers that run only some models.
    @param modelIds The models; any model if empty.
    @param minReward In wei.
    @param offset Where to go on: 0 at first, then what the call before returned.
    @param limit Above 256 it is cut to 256.
    @return Tasks by pool and id, and the next offset: 0 at the end. A call looks at 1,024 available tasks at most, so that a page can be
            short and the next offset not 0. The offset is the pool's id in bits 32 and up, the task's id below.
    """
    items: DynArray[ITaskPoolViewer.FoundTask, MAX_PAGE] = []
    wanted: DynArray[bytes32, 16] = []
    for model_id: String[96] in modelIds:
        wanted.append(keccak256(model_id))
    size: uint256 = min(limit, MAX_PAGE)
    pool_id: uint256 = offset >> 32
    after: uint256 = offset & (2**32 - 1)
    pools: uint256 = (staticcall ITaskPoolFactory(factory).getPoolCount())[0]
    scanned: uint256 = 0
    for _: uint256 in range(MAX_SCAN):
        if pool_id >= pools:
            return items, 0
        pool: address = staticcall ITaskPoolFactory(factory).allPools(pool_id)
        scanned += 1
        if staticcall ITaskPool(pool).isActive():
            skip: uint256 = 0
            if after != 0:
                skip = staticcall ITaskPool(pool).queuePosition(after, AVAILABLE)
            ids: DynArray[uint256, MAX_PAGE] = []
            total: uint256 = 0
            ids, total = staticcall ITaskPool(pool).getQueue(AVAILABLE, skip, MAX_PAGE)
            for task_id: uint256 in ids:
                if len(items) == size or scanned >= MAX_SCAN:
                    return items, pool_id << 32 | task_id
                scanned += 1
                word: uint256 = (staticcall ITaskPool(pool).taskWords(task_id))[0]
                if task_words._reward(word) < minReward or block.timestamp > task_words._expiry(word):
                    continue
                model_id: String[96] = (staticcall ITaskTexts(pool).getAITaskData(task_id))[1]
                if len(wanted) != 0 and keccak256(model_id) not in wanted:
                    continue
                items.append(
                    ITaskPoolViewer.FoundTask(
                        pool=pool,
                        taskId=task_id,
                        reward=task_words._reward(word),
                        expiry=task_words._expiry(word),
                        modelId=model_id,
                    )
                )
            if skip + len(ids) < total:
                after = ids[len(ids) - 1] + 1
                continue
        after = 0
        pool_id += 1
        if scanned >= MAX_SCAN:
            break
    if pool_id >= pools:
        return items, 0
    return items, pool_id << 32 | after


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
def _queue(pool: address, queue: uint256, offset: uint256, limit: uint256) -> DynArray[ITaskPoolViewer.TaskInfo, MAX_PAGE]:
    ids: DynArray[uint256, MAX_PAGE] = []
    total: uint256 = 0
    situations._check(pool)
    ids, total = staticcall ITaskPool(pool).getQueue(queue, offset, min(limit, MAX_PAGE))
    tasks: DynArray[ITaskPoolViewer.TaskInfo, MAX_PAGE] = []
    for task_id: uint256 in ids:
        tasks.append(self._task_info(pool, task_id))
    return tasks


@internal
@view
def _expired(pool: address, limit: uint256) -> DynArray[uint256, MAX_PAGE]:
    situations._check(pool)
    expired: DynArray[uint256, MAX_PAGE] = []
    for queue: uint256 in [ACTIVE, AVAILABLE]:
        offset: uint256 = 0
        for _: uint256 in range(1_024):
            if len(expired) == limit:
                break
            ids: DynArray[uint256, MAX_PAGE] = []
            total: uint256 = 0
            ids, total = staticcall ITaskPool(pool).getQueue(queue, offset, MAX_PAGE)
            for task_id: uint256 in ids:
                if len(expired) < limit and block.timestamp > self._task_info(pool, task_id).deadline:
                    expired.append(task_id)
            offset += len(ids)
            if offset >= total:
                break
    return expired
