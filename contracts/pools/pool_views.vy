# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Pool views
@license MIT
@notice What a pool tells about itself and its tasks.
"""

from ..interfaces import ITaskLens
from ..interfaces import ITaskRouter
from ..shared import errors
from . import pool_core
from . import pool_terms
from ..shared import ranking
from . import task_store
from . import task_words

uses: pool_core
uses: pool_terms
uses: ranking
uses: task_store

# The encoded answer to `tasks`: eleven words, and four texts with their lengths, each padded to words.
MAX_TEXTS: constant(uint256) = 11 * 32 + (32 + 1_056) + (32 + 96) + 2 * (32 + 4_128)

lens: public(immutable(address))  # reads the texts of tasks


@deploy
def __init__(_lens: address):
    """
    @dev Reverts with `InvalidInput()` for a lens without code, or of another layout.
    @param _lens The TaskLens that reads the texts of the pool's tasks.
    """
    if not _lens.is_contract or staticcall ITaskLens(_lens).LAYOUT() != task_words.LAYOUT:
        errors._invalid_input()
    lens = _lens


@view
@external
@reentrant
def modelRegistry() -> address:
    return pool_terms._registry()


@view
@external
@reentrant
def taskRouter() -> address:
    return pool_core._router(pool_core.core)


@view
@external
@reentrant
def isActive() -> bool:
    return pool_core.core & pool_core.IS_ACTIVE != 0


@view
@external
@reentrant
def isApproved() -> bool:
    return pool_core.core & pool_core.IS_APPROVED != 0


@view
@external
@reentrant
def zkpVerifier() -> address:
    return pool_terms._verifier(pool_terms._version())


@view
@external
@reentrant
def verifierOfVersion(version: uint256) -> address:
    """
    @dev Reverts with `InvalidInput()` for a version that was not reached yet.
    @param version How often the verifier had been changed.
    @return Who judged the owner's own tasks then.
    """
    if version > pool_terms._version():
        errors._invalid_input()
    return pool_terms._verifier(version)


@view
@external
@reentrant
def getTaskTerms() -> (uint256, uint256, uint256, bool):
    """
    @return Of the owner's own tasks: claim window and verification window in seconds, attempts, whether silence pays the worker.
    """
    return pool_terms._terms()


@view
@external
@reentrant
def taskCounter() -> uint256:
    return pool_core._tasks(pool_core.core)


@view
@external
@reentrant
def totalProcessed() -> uint256:
    return (pool_core.counters >> 120) & pool_core.COUNT


@view
@external
@reentrant
def totalRewarded() -> uint256:
    return pool_core.counters >> 160


@view
@external
@reentrant
def getPoolStats() -> (uint256, uint256, uint256, uint256, uint256, uint256):
    """
    @return Tasks available, active, pending, paid; wei paid to workers; balance in wei.
    """
    counters: uint256 = pool_core.counters
    return (
        counters & pool_core.COUNT,
        (counters >> 40) & pool_core.COUNT,
        (counters >> 80) & pool_core.COUNT,
        (counters >> 120) & pool_core.COUNT,
        counters >> 160,
        self.balance,
    )


@view
@external
@reentrant
def claimOf(taskId: uint256) -> (address, uint256):
    """
    @return The worker and the unix time of the deadline of a task that is active; zeros otherwise.
    """
    progress: uint256 = task_store.progress[taskId]
    if task_words._state(progress) != task_words.ACTIVE:
        return empty(address), 0
    return task_words._worker(progress), task_words._deadline(progress)


@view
@external
@reentrant
def userActiveTask(user: address) -> uint256:
    """
    @return The task of this pool that the worker has claimed, 0 if there is none or the claim has lapsed.
    """
    return self._active_task_of(user)


@view
@external
@reentrant
def getUserActiveTask(user: address) -> (uint256, uint256, uint256):
    """
    @return Task id, reward in wei, unix time of the claim's deadline; zeros without an active task.
    """
    task_id: uint256 = self._active_task_of(user)
    if task_id == 0:
        return 0, 0, 0
    return task_id, ranking.keys[task_id] >> 160, task_words._deadline(task_store.progress[task_id])


@view
@external
@reentrant
def taskWords(taskId: uint256) -> (uint256, uint256):
    """
    @return The two words of a task, which the module task_words unpacks; zeros for an unknown id.
    """
    return ranking.keys[taskId], task_store.progress[taskId]


@view
@external
@reentrant
@raw_return
def tasks(taskId: uint256) -> Bytes[MAX_TEXTS]:
    """
    @return reward, deadline (of the claim while active, otherwise the expiry), assignedTo, exists, zkpProof,
            zkpPublicInput, zkpPublicResult, requestId, modelId, inputData, resultData; zeros for an unknown id.
    """
    return raw_call(
        lens,
        abi_encode(
            task_words.LAYOUT,
            self,
            pool_terms._registry(),
            ranking.keys[taskId],
            task_store.progress[taskId],
            method_id=method_id("tasks(uint256,address,address,uint256,uint256)"),
        ),
        max_outsize=MAX_TEXTS,
        is_static_call=True,
    )


@view
@external
@reentrant
@raw_return
def getAITaskData(taskId: uint256) -> Bytes[MAX_TEXTS]:
    """
    @return requestId, modelId, inputData, resultData, isCompleted (paid); zeros for an unknown id.
    """
    return raw_call(
        lens,
        abi_encode(
            task_words.LAYOUT,
            self,
            pool_terms._registry(),
            ranking.keys[taskId],
            task_store.progress[taskId],
            method_id=method_id("getAITaskData(uint256,address,address,uint256,uint256)"),
        ),
        max_outsize=MAX_TEXTS,
        is_static_call=True,
    )


@internal
@view
def _active_task_of(user: address) -> uint256:
    pool: address = empty(address)
    task_id: uint256 = 0
    pool, task_id = staticcall ITaskRouter(pool_core._router(pool_core.core)).activeTaskOf(user)
    if pool != self:
        return 0
    return task_id
