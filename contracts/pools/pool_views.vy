# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Pool views
@license MIT
@notice The views of a pool and its tasks.
"""

from ..interfaces import ITaskLens
from ..interfaces import ITaskRouter
from ..shared import errors
from ..shared import ranking
from . import pool_core
from . import pool_counters
from . import pool_terms
from . import task_rules
from . import task_store
from . import task_words

uses: pool_core
uses: pool_terms
uses: ranking
uses: task_store

# The longest answer to `tasks`: a word for each of the eleven values, and four texts with their lengths. The rooms of
# the texts are whole words.
MAX_TEXTS: constant(uint256) = (
    11 * 32
    + 4 * 32
    + task_rules.PROOF_ROOM
    + task_rules.MODEL_ID_ROOM
    + task_rules.INPUT_ROOM
    + task_rules.RESULT_ROOM
)

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
    """
    @notice The registry of the pool, for good.
    @return The registry.
    """
    return pool_terms._registry()


@view
@external
@reentrant
def taskRouter() -> address:
    """
    @notice The router of the pool, for good.
    @return The router.
    """
    return pool_core._router(pool_core.core)


@view
@external
@reentrant
def isActive() -> bool:
    """
    @notice Whether the factory has the pool open for new tasks and claims.
    @return True if the pool is open.
    """
    return pool_core.core & pool_core.IS_ACTIVE != 0


@view
@external
@reentrant
def isApproved() -> bool:
    """
    @notice Whether the registry lets the owner's own tasks into the ranking.
    @return True if the pool is approved.
    """
    return pool_core.core & pool_core.IS_APPROVED != 0


@view
@external
@reentrant
def zkpVerifier() -> address:
    """
    @notice Who judges the results of the owner's own tasks that are submitted now.
    @return The verifier.
    """
    return pool_terms._verifier(pool_terms._version())


@view
@external
@reentrant
def verifierOfVersion(version: uint256) -> address:
    """
    @notice Who judges the results of the owner's own tasks that were submitted at a version.
    @dev Reverts with `InvalidInput()` for a version that was not reached yet.
    @param version How often the verifier had been changed.
    @return The verifier of that version.
    """
    if version > pool_terms._version():
        errors._invalid_input()
    return pool_terms._verifier(version)


@view
@external
@reentrant
def getTaskTerms() -> (uint256, uint256, uint256, bool):
    """
    @notice The terms of the owner's own tasks.
    @return Claim window and verification window in seconds, attempts, whether silence pays the worker.
    """
    return pool_terms._terms()


@view
@external
@reentrant
def taskCounter() -> uint256:
    """
    @notice How many tasks the pool has had. Ids go from 1 to this number.
    @return The highest task id.
    """
    return pool_core._tasks(pool_core.core)


@view
@external
@reentrant
def totalProcessed() -> uint256:
    """
    @notice How many tasks were paid.
    @return The number of tasks.
    """
    return pool_counters._paid(pool_core.counters)


@view
@external
@reentrant
def totalRewarded() -> uint256:
    """
    @notice How much workers got.
    @return In wei.
    """
    return pool_counters._rewarded(pool_core.counters)


@view
@external
@reentrant
def getPoolStats() -> (uint256, uint256, uint256, uint256, uint256, uint256):
    """
    @notice The pool in numbers.
    @return Tasks available, active, pending, paid; wei paid to workers; balance in wei.
    """
    counters: uint256 = pool_core.counters
    # Not the accessors of pool_counters: their five calls would be 5% of this view, which viewers ask of each pool.
    return (
        counters & pool_counters.COUNT,
        (counters >> pool_counters.ACTIVE_AT) & pool_counters.COUNT,
        (counters >> pool_counters.PENDING_AT) & pool_counters.COUNT,
        (counters >> pool_counters.PAID_AT) & pool_counters.COUNT,
        counters >> pool_counters.REWARDED_AT,
        self.balance,
    )


@view
@external
@reentrant
def claimOf(taskId: uint256) -> (address, uint256):
    """
    @notice Who has claimed a task.
    @param taskId The task.
    @return The worker and the unix time of the claim's deadline of a task that is active; zeros otherwise.
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
    @notice The task of this pool that a worker has claimed.
    @param user The worker.
    @return The task's id, 0 if there is none or the claim has lapsed.
    """
    return self._active_task_of(user)


@view
@external
@reentrant
def getUserActiveTask(user: address) -> (uint256, uint256, uint256):
    """
    @notice The task of this pool that a worker has claimed, with what matters to the worker.
    @param user The worker.
    @return Task id, reward in wei, unix time of the claim's deadline; zeros without an active task.
    """
    task_id: uint256 = self._active_task_of(user)
    if task_id == 0:
        return 0, 0, 0
    return (
        task_id,
        task_words._reward(ranking.keys[task_id]),
        task_words._deadline(task_store.progress[task_id]),
    )


@view
@external
@reentrant
def taskWords(taskId: uint256) -> (uint256, uint256):
    """
    @notice The two words of a task, which the module task_words unpacks.
    @param taskId The task.
    @return The word that never changes and the one that does; zeros for an unknown id.
    """
    return ranking.keys[taskId], task_store.progress[taskId]


@view
@external
@reentrant
@raw_return
def tasks(taskId: uint256) -> Bytes[MAX_TEXTS]:
    """
    @notice All that a task holds. ITaskTexts has the types: the answer is the lens's, undecoded.
    @param taskId The task.
    @return reward in wei, deadline in unix time (of the claim while active, otherwise the expiry), assignedTo, exists,
            zkpProof, zkpPublicInput, zkpPublicResult, requestId, modelId, inputData, resultData; zeros for an unknown
            id.
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
    @notice The texts of a task. ITaskTexts has the types: the answer is the lens's, undecoded.
    @param taskId The task.
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
    """
    @param user The worker.
    @return The task of this pool that the worker has claimed, 0 if there is none or the claim has lapsed.
    """
    pool: address = empty(address)
    task_id: uint256 = 0
    pool, task_id = staticcall ITaskRouter(pool_core._router(pool_core.core)).activeTaskOf(user)
    if pool != self:
        return 0
    return task_id
