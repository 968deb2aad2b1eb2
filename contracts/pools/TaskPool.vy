# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize codesize
"""
@title TaskPool
@license MIT
@notice Holds tasks and the money for them: a worker claims the best-paid task, submits a result with a proof, a
        verifier accepts, the worker is paid. The factory clones this contract (EIP-1167); the implementation itself is
        locked.

        Each task that is not ended has a deadline after which anyone can call its exit: `releaseExpiredTasks` for a
        task that nobody claimed or submitted in time, `settleUnverified` for one whose verifier is silent. No exit
        depends on the router, the registry or a payee: the pool keeps what they do not take, to hand it over later
        (`sync`, `deliverOutcome`, `withdrawCredit`).
@dev The design decision to know first: where a task's data lie. One word never changes (`ranking.keys`, which orders
     the tasks too), one does (`progress`), and the long texts are code. The layouts are in task_words, task_texts,
     task_queues, pool_core, pool_counters and pool_terms.

     Trusted: for the owner's own tasks the pool's verifier; for the registry's tasks the verifiers that the registry
     approves. The owner has no power over the registry's tasks. The router is trusted to let workers claim and submit
     for themselves only.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskPool
from ..interfaces import ITaskRouter
from ..shared import errors
from ..shared import ownable
from ..shared import payments
from ..shared import ranking
from . import best_task
from . import claims
from . import escrow
from . import lifecycle
from . import outcome
from . import owner_desk
from . import pool_core
from . import pool_counters
from . import pool_terms
from . import pool_views
from . import queue_views
from . import task_queues
from . import task_store
from . import task_words
from . import verdicts

initializes: ownable
initializes: payments
initializes: pool_core
initializes: pool_terms[ownable := ownable]
initializes: ranking
initializes: task_queues[ranking := ranking]
initializes: task_store[ownable := ownable, pool_terms := pool_terms, ranking := ranking]
initializes: escrow[ownable := ownable, payments := payments]
initializes: best_task[pool_core := pool_core, ranking := ranking, task_store := task_store]
initializes: outcome[pool_terms := pool_terms, task_store := task_store, escrow := escrow]
initializes: lifecycle[
    payments := payments,
    pool_core := pool_core,
    ranking := ranking,
    task_queues := task_queues,
    task_store := task_store,
    escrow := escrow,
    best_task := best_task,
    outcome := outcome,
]
initializes: claims[
    pool_core := pool_core,
    pool_terms := pool_terms,
    ranking := ranking,
    task_store := task_store,
    best_task := best_task,
    lifecycle := lifecycle,
]
initializes: verdicts[
    pool_core := pool_core,
    ranking := ranking,
    task_store := task_store,
    best_task := best_task,
    lifecycle := lifecycle,
]
initializes: owner_desk[
    ownable := ownable,
    pool_core := pool_core,
    pool_terms := pool_terms,
    escrow := escrow,
    best_task := best_task,
    lifecycle := lifecycle,
]
initializes: queue_views[pool_core := pool_core, task_queues := task_queues]
initializes: pool_views[pool_core := pool_core, pool_terms := pool_terms, ranking := ranking, task_store := task_store]

implements: ITaskPool

# ownable.acceptOwnership is not exported: the pool's own keeps the verifier where it was.
exports: (
    best_task.getNextAvailable,
    best_task.getNextAvailableFor,
    best_task.sync,
    claims.claimTaskForUser,
    claims.releaseMyClaim,
    claims.submitTaskForUser,
    escrow.creditOf,
    escrow.emergencyWithdraw,
    escrow.reservedBalance,
    escrow.withdrawCredit,
    lifecycle.cancelTask,
    lifecycle.releaseExpired,
    lifecycle.releaseExpiredTasks,
    outcome.deliverOutcome,
    ownable.owner,
    ownable.pendingOwner,
    ownable.transferOwnership,
    owner_desk.acceptOwnership,
    owner_desk.addAITasks,
    owner_desk.setTaskTerms,
    owner_desk.setZKPVerifier,
    pool_views.claimOf,
    pool_views.getAITaskData,
    pool_views.getPoolStats,
    pool_views.getTaskTerms,
    pool_views.getUserActiveTask,
    pool_views.isActive,
    pool_views.isApproved,
    pool_views.lens,
    pool_views.modelRegistry,
    pool_views.taskCounter,
    pool_views.taskRouter,
    pool_views.taskWords,
    pool_views.tasks,
    pool_views.totalProcessed,
    pool_views.totalRewarded,
    pool_views.userActiveTask,
    pool_views.verifierOfVersion,
    pool_views.zkpVerifier,
    queue_views.activeQueue,
    queue_views.availableQueue,
    queue_views.getQueue,
    queue_views.getQueueLengths,
    queue_views.pendingQueue,
    queue_views.queueIndex,
    queue_views.queuePosition,
    queue_views.taskQueueType,
    verdicts.batchVerifyAndPay,
    verdicts.settleUnverified,
    verdicts.verifyAndPay,
)


@deploy
def __init__(_lens: address):
    """
    @dev Reverts with `InvalidInput()` for a lens without code, or of another layout.
    @param _lens The TaskLens that reads the texts of the clones' tasks.
    """
    pool_views.__init__(_lens)
    pool_core.core = pool_core.LOCKED


@external
def initialize(_owner: address, _verifier: address, _modelRegistry: address):
    """
    @notice Set up a clone, once, in the transaction that made it.
    @dev Reverts with `AlreadyInitialized()`, `InvalidInput()` for a zero account, a registry without code or without
         router, and `Unauthorized()` for anyone but the factory of that router.
    @param _owner The owner of the pool.
    @param _verifier Who judges the results of the owner's own tasks.
    @param _modelRegistry The registry of the pool, for good.
    """
    if pool_core.core != 0:
        errors._already_initialized()
    if _owner == empty(address) or _verifier == empty(address) or not _modelRegistry.is_contract:
        errors._invalid_input()
    router: address = staticcall IModelRegistry(_modelRegistry).taskRouter()
    if not router.is_contract:
        errors._invalid_input()
    if staticcall ITaskRouter(router).factory() != msg.sender:
        errors._unauthorized()
    pool_core.core = pool_core._initial(router)
    pool_terms.terms = pool_terms._initial(_modelRegistry)
    ownable.owner = _owner  # without an event: PoolCreated is the first log of createPool
    if _verifier != _owner:
        pool_terms.verifiers[0] = _verifier


@external
@payable
@reentrant
def __default__():
    """
    @notice Fund the pool. Plain transfers only.
    @dev Reverts with `InvalidInput()` for a call with data, and for any transfer to the implementation, which has no
         owner.
    """
    if len(msg.data) != 0 or pool_core.core == pool_core.LOCKED:
        errors._invalid_input()


@external
@payable
def addRegistryTask(requestId: uint256, expiry: uint256) -> uint256:
    """
    @notice Add the task of an inference request, the attached value being its reward. Its texts stay with the
            registry, which keeps the reward below 2^96.
    @dev Reverts with `Unauthorized()` for anyone but the registry, `PoolInactive()`, `InsufficientGas()`.
    @param requestId The request's id, below 2^47.
    @param expiry Unix time, below 2^40.
    @return The task's id.
    """
    self._only_registry()
    pool_core._only_active()
    task_id: uint256 = lifecycle._add_task(msg.value, expiry, requestId, task_words.REGISTRY)
    log ITaskPool.TasksAdded(taskIds=[task_id])
    best_task._report_ranked(pool_counters.ONE_AVAILABLE)
    return task_id


@external
def setApproval(isApproved: bool):
    """
    @notice Let the owner's own tasks into the ranking, or take them out. The registry's tasks stay ranked.
    @dev Reverts with `Unauthorized()` for anyone but the registry, `InsufficientGas()`.
    @param isApproved Whether the owner's own tasks are ranked.
    """
    self._only_registry()
    core: uint256 = pool_core.core & ~pool_core.IS_APPROVED
    if isApproved:
        core |= pool_core.IS_APPROVED
        if pool_core._slot(core) == 0:
            core = pool_core._with_slot(core, extcall ITaskRouter(pool_core._router(core)).assignSlot())
    pool_core.core = core
    log ITaskPool.ApprovalChanged(isApproved=isApproved)
    best_task._report_ranked(0)


@external
def setActive(isActive: bool):
    """
    @notice Open or close the pool for new tasks and new claims. The tasks in the pool keep all their exits.
    @dev Reverts with `Unauthorized()` for anyone but the factory, `InsufficientGas()`.
    @param isActive Whether the pool is open.
    """
    core: uint256 = pool_core.core
    if msg.sender != staticcall ITaskRouter(pool_core._router(core)).factory():
        errors._unauthorized()
    core &= ~pool_core.IS_ACTIVE
    if isActive:
        core |= pool_core.IS_ACTIVE
    pool_core.core = core
    if core & pool_core.IS_APPROVED != 0:
        extcall IModelRegistry(pool_terms._registry()).updatePoolListing(True, isActive)
    if core & pool_core.HAS_SLOT != 0:
        best_task._report_ranked(0)


@internal
@view
def _only_registry():
    """
    @dev Reverts with `Unauthorized()`.
    """
    if msg.sender != pool_terms._registry():
        errors._unauthorized()
