# pragma version 0.4.3
"""
@title TaskPoolViewer
@license MIT
@notice What a front end or a worker wants to see of pools and tasks, in one call each. It keeps no state and trusts nobody; anyone may
        deploy another one.
"""

from contracts.interfaces import IModelRegistry
from contracts.interfaces import ITaskPool
from contracts.interfaces import ITaskPoolFactory
from contracts.interfaces import ITaskPoolViewer
from contracts.interfaces import ITaskRouter
from contracts.interfaces import ITaskTexts
from contracts.pools import task_rules
from contracts.pools import task_texts
from contracts.pools import task_words
from contracts.shared import code_blob
from contracts.shared import errors

implements: ITaskPoolViewer

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
        self._check(pool)
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
    self._check(pool)
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
def submittedAt(pool: address, taskId: uint256) -> uint256:
    """
    @notice When a task's result was submitted.
    @param pool The task's pool; reverts with `PoolNotFound()` for an account without code.
    @param taskId The task.
    @return Unix time; 0 without a result, which a rejected one is, and for an unknown id.
    """
    self._check(pool)
    return self._submitted_at(pool, (staticcall ITaskPool(pool).taskWords(taskId))[1])


@view
@external
def verifierOf(pool: address, taskId: uint256) -> address:
    """
    @notice Who judges the result of one of the pool owner's own tasks: of a submitted one who was the verifier then.
    @param pool The task's pool; reverts with `PoolNotFound()` for an account without code.
    @param taskId The task.
    @return The verifier; zero for a task of the registry's, which anyone judges whom the registry approves at that moment.
    """
    self._check(pool)
    word: uint256 = 0
    progress: uint256 = 0
    word, progress = staticcall ITaskPool(pool).taskWords(taskId)
    return self._verifier(pool, word, progress)


@view
@external
def getTaskRules(pool: address, taskId: uint256) -> ITaskPoolViewer.TaskRules:
    """
    @notice The rules that hold for a task: what a worker should know before he claims it.
    @dev Reverts with `TaskNotFound()`.
    """
    word: uint256 = 0
    progress: uint256 = 0
    word, progress = self._words(pool, taskId)
    rules: ITaskPoolViewer.TaskRules = empty(ITaskPoolViewer.TaskRules)
    rules.fromRegistry = task_words._tree(word) == task_words.REGISTRY
    if rules.fromRegistry:
        rules.claimWindow = task_rules.CLAIM_WINDOW
        rules.verificationWindow = task_rules.VERIFICATION_WINDOW
        rules.maxAttempts = task_rules.MAX_ATTEMPTS
        rules.silencePaysWorker = task_rules.SILENCE_PAYS_WORKER
    else:
        (
            rules.claimWindow, rules.verificationWindow, rules.maxAttempts, rules.silencePaysWorker
        ) = staticcall ITaskPool(pool).getTaskTerms()
        rules.verifier = self._verifier(pool, word, progress)
    if task_words._state(progress) == task_words.PENDING:
        rules.isFixed = True
        rules.silencePaysWorker = progress & task_words.SILENCE_PAYS != 0
        rules.isLastAttempt = progress & task_words.LAST_ATTEMPT != 0
        rules.verificationWindow = task_words._deadline(progress) - self._submitted_at(pool, progress)
    else:
        rules.isLastAttempt = task_words._rejections(progress) + 1 >= rules.maxAttempts
    rules.rejections = task_words._rejections(progress)
    rules.expiry = task_words._expiry(word)
    return rules


@view
@external
def whyStuck(pool: address, taskId: uint256) -> ITaskPoolViewer.TaskSituation:
    """
    @notice What a task waits for.
    @dev Reverts with `TaskNotFound()`.
    """
    word: uint256 = 0
    progress: uint256 = 0
    word, progress = self._words(pool, taskId)
    state: uint256 = task_words._state(progress)
    situation: ITaskPoolViewer.TaskSituation = empty(ITaskPoolViewer.TaskSituation)
    if state == task_words.AVAILABLE:
        situation.state = "available"
        situation.since = max(task_words._created(word), task_words._moved_at(progress))
        situation.until = task_words._expiry(word)
        situation.waitsFor = "a worker"
        if not staticcall ITaskPool(pool).isActive():
            situation.waitsFor = "the pool to be activated"
        if block.timestamp > situation.until:
            situation.waitsFor = "anyone"
            situation.anyoneCanCall = "releaseExpiredTasks"
    elif state == task_words.ACTIVE:
        situation.state = "active"
        situation.since = task_words._moved_at(progress)
        situation.until = task_words._deadline(progress)
        situation.waitsFor = "its worker"
        situation.who = task_words._worker(progress)
        if block.timestamp > situation.until:
            situation.waitsFor = "anyone"
            situation.who = empty(address)
            situation.anyoneCanCall = "releaseExpiredTasks"
    elif state == task_words.PENDING:
        situation.state = "pending"
        situation.since = self._submitted_at(pool, progress)
        situation.until = task_words._deadline(progress)
        situation.waitsFor = "the pool's verifier"
        situation.who = self._verifier(pool, word, progress)
        if task_words._tree(word) == task_words.REGISTRY:
            situation.waitsFor = "a verifier of the registry"
        if block.timestamp > situation.until:
            situation.waitsFor = "anyone"
            situation.who = empty(address)
            situation.anyoneCanCall = "settleUnverified"
    else:
        situation.state = "paid"
        if state == task_words.REFUNDED:
            situation.state = "refunded"
        situation.waitsFor = "nobody"
        if progress & task_words.IS_UNDELIVERED != 0:
            situation.waitsFor = "anyone"
            situation.anyoneCanCall = "deliverOutcome"
    return situation


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
        self._check(pool)
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
def _check(pool: address):
    """
    @dev An account without code is refused by name; that a contract is a pool the factory knows.
    """
    if not pool.is_contract:
        errors._pool_not_found()


@internal
@view
def _words(pool: address, task_id: uint256) -> (uint256, uint256):
    self._check(pool)
    word: uint256 = 0
    progress: uint256 = 0
    word, progress = staticcall ITaskPool(pool).taskWords(task_id)
    if word == 0:
        errors._task_not_found()
    return word, progress


@internal
@view
def _submitted_at(pool: address, progress: uint256) -> uint256:
    nonce: uint256 = task_words._blob_nonce(progress)
    if nonce == 0:
        return 0
    return task_texts._submitted_at(code_blob._address(pool, nonce))


@internal
@view
def _verifier(pool: address, word: uint256, progress: uint256) -> address:
    if task_words._tree(word) == task_words.REGISTRY:
        return empty(address)
    if task_words._state(progress) == task_words.PENDING:
        return staticcall ITaskPool(pool).verifierOfVersion(task_words._version(progress))
    return staticcall ITaskPool(pool).zkpVerifier()


@internal
@view
def _pool_data(pool: address) -> ITaskPoolViewer.PoolData:
    self._check(pool)
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
    self._check(pool)
    ids, total = staticcall ITaskPool(pool).getQueue(queue, offset, min(limit, MAX_PAGE))
    tasks: DynArray[ITaskPoolViewer.TaskInfo, MAX_PAGE] = []
    for task_id: uint256 in ids:
        tasks.append(self._task_info(pool, task_id))
    return tasks


@internal
@view
def _expired(pool: address, limit: uint256) -> DynArray[uint256, MAX_PAGE]:
    self._check(pool)
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
