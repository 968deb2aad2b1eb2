# pragma version 0.4.3
"""
@title Task search
@license MIT
@notice Finds claimable tasks over all pools of a factory, a page at a time.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..interfaces import ITaskPoolViewer
from ..interfaces import ITaskTexts
from ..pools import task_queues
from ..pools import task_rules
from ..pools import task_words
from ..shared import list_bounds

# The most models that a search names.
MAX_MODELS: constant(uint256) = 16
# The most pools and available tasks that one call looks at.
MAX_SCAN: constant(uint256) = 1_024

# An offset: pool id from bit 32 on | task id 0-31.
POOL_AT: constant(uint256) = 32


@view
@external
def findTasks(
    factory: address,
    modelIds: DynArray[String[task_rules.MODEL_ID_ROOM], MAX_MODELS],
    minReward: uint256,
    offset: uint256,
    limit: uint256,
) -> (DynArray[ITaskPoolViewer.FoundTask, list_bounds.MAX_PAGE], uint256):
    """
    @notice The claimable tasks of all active pools, approved or not, for workers that run only some models.
    @dev A call looks at 1,024 pools and available tasks at most. So a page can be short although more tasks follow.
         Reverts, without data, for an address that is no factory.
    @param factory The factory of the pools.
    @param modelIds Up to 16 models. Any model if empty.
    @param minReward The lowest reward, in wei.
    @param offset 0 at first, then the offset that the call before returned.
    @param limit The most tasks to return. A number above 256 counts as 256.
    @return Tasks by ascending pool and id, and the next offset, 0 at the end.
    """
    items: DynArray[ITaskPoolViewer.FoundTask, list_bounds.MAX_PAGE] = []
    wanted: DynArray[bytes32, MAX_MODELS] = []
    for model_id: String[task_rules.MODEL_ID_ROOM] in modelIds:
        wanted.append(keccak256(model_id))
    size: uint256 = min(limit, list_bounds.MAX_PAGE)
    pool_id: uint256 = offset >> POOL_AT
    after: uint256 = offset & task_words.MAX_ID
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
                skip = staticcall ITaskPool(pool).queuePosition(after, task_queues.AVAILABLE)
            ids: DynArray[uint256, list_bounds.MAX_PAGE] = []
            total: uint256 = 0
            ids, total = staticcall ITaskPool(pool).getQueue(task_queues.AVAILABLE, skip, list_bounds.MAX_PAGE)
            for task_id: uint256 in ids:
                if len(items) == size or scanned >= MAX_SCAN:
                    return items, pool_id << POOL_AT | task_id
                scanned += 1
                word: uint256 = (staticcall ITaskPool(pool).taskWords(task_id))[0]
                if task_words._reward(word) < minReward or block.timestamp > task_words._expiry(word):
                    continue
                model_id: String[task_rules.MODEL_ID_ROOM] = (staticcall ITaskTexts(pool).getAITaskData(task_id))[1]
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
    return items, pool_id << POOL_AT | after
