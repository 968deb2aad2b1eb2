# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize codesize
"""
@title TaskPool
@license MIT
@notice Holds tasks and the money for them: a worker claims the best-paid task, submits a result with a proof, a verifier
        accepts, the worker is paid. The factory clones this contract (EIP-1167); the implementation itself is locked.

        Each task that is not ended has a deadline after which anyone can call its exit: `releaseExpiredTasks` for a task that
        nobody claimed or submitted in time, `settleUnverified` for one whose verifier is silent. No exit depends on the
        router, the registry or a payee: what they do not take is kept and can be handed over later (`sync`,
        `deliverOutcome`, `withdrawCredit`).
@dev Decide first: where a task's data lie. One word never changes (`ranking.keys`, which orders the tasks too), one does
     (`progress`), and the long texts are code. The layouts are in task_words, task_texts, task_queues, pool_core and pool_terms.

     Trusted: for the owner's own tasks the pool's verifier; for the registry's tasks the verifiers that it approves. The owner has no
     power over the registry's tasks. The router is trusted to let a worker claim only for himself.
"""

from contracts.interfaces import IModelRegistry
from contracts.interfaces import ITaskLens
from contracts.interfaces import ITaskPool
from contracts.interfaces import ITaskRouter
from contracts.pools import pool_core
from contracts.pools import pool_terms
from contracts.pools import ranking
from contracts.pools import task_queues
from contracts.pools import task_rules
from contracts.pools import task_texts
from contracts.pools import task_words
from contracts.shared import code_blob
from contracts.shared import errors
from contracts.shared import ownable
from contracts.shared import payments

initializes: ownable
initializes: payments
initializes: pool_core
initializes: pool_terms[ownable := ownable]
initializes: ranking
initializes: task_queues[ranking := ranking]

implements: ITaskPool

# acceptOwnership is not exported: the pool's own keeps the verifier where it was.
exports: (
    ownable.owner,
    ownable.pendingOwner,
    ownable.transferOwnership,
)

# What a call to the registry may use, and what must be left before it, so that nobody can make it fail by sending too little
# gas. The dearest one logs a result of 4,096 bytes.
DELIVERY_GAS: constant(uint256) = 150_000
DELIVERY_GAS_LEFT: constant(uint256) = 210_000
# The encoded answer to `tasks`: eleven words, and four texts with their lengths, each padded to words.
MAX_TEXTS: constant(uint256) = 11 * 32 + (32 + 1_056) + (32 + 96) + 2 * (32 + 4_128)
# A claim passes this many expired tasks at most.
MAX_PASSED: constant(uint256) = 8
# This many of the best tasks are looked at first where the very best is expired or not for the worker; then 128.
FIRST_LOOK: constant(uint256) = 8

lens: public(immutable(address))  # reads the texts of tasks

reserved: uint256  # wei in escrow for tasks, and credits
progress: HashMap[uint256, uint256]  # see task_words
barred: HashMap[uint256, HashMap[address, bool]]  # task: workers who were rejected or let a claim lapse


@deploy
def __init__(_lens: address):
    """
    @dev Reverts with `InvalidInput()` for a lens without code, or of another layout.
    @param _lens The TaskLens that reads the texts of the clones' tasks.
    """
    if not _lens.is_contract or staticcall ITaskLens(_lens).LAYOUT() != task_words.LAYOUT:
        errors._invalid_input()
    lens = _lens
    pool_core.core = max_value(uint256)  # not zero: the implementation can never be initialised


@external
def initialize(_owner: address, _verifier: address, _modelRegistry: address):
    """
    @notice Set up a clone, once, in the transaction that made it.
    @dev Reverts with `AlreadyInitialized()`, `InvalidInput()` for a zero account, a registry without code or without router, and
         `Unauthorized()` for anyone but the factory of that router.
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
    pool_core.core = convert(router, uint256) | pool_core.IS_ACTIVE
    pool_terms.terms = convert(_modelRegistry, uint256) | pool_terms.DEFAULTS
    ownable.owner = _owner  # without an event: PoolCreated is the first log of createPool
    if _verifier != _owner:
        pool_terms.verifiers[0] = _verifier


@external
@payable
@reentrant
def __default__():
    """
    @notice Fund the pool. Plain transfers only.
    """
    if len(msg.data) != 0 or pool_core.core == max_value(uint256):  # the implementation has no owner
        errors._invalid_input()


# ---------------------------------------------------------------- owner


@external
@payable
def addAITasks(
    rewards: DynArray[uint256, 16],
    requestIds: DynArray[uint256, 16],
    modelIds: DynArray[String[96], 16],
    inputData: DynArray[String[4128], 16],
    deadlines: DynArray[uint256, 16],
):
    """
    @notice Add the owner's own tasks. Their rewards are taken from the attached value, then from the free balance; attached value that
            is left over becomes free balance.
    @dev Reverts with `Unauthorized()`, `PoolInactive()`, `InvalidInput()` and `InsufficientFunds()`.
    @param rewards In wei, 1 to 2^96 - 1.
    @param requestIds Labels of the owner's; they never reach the registry.
    @param modelIds 1 to 64 bytes.
    @param inputData Up to 4,096 bytes.
    @param deadlines Unix times after which a task that was not submitted has expired, at least 10 minutes ahead.
    """
    ownable._only_owner()
    self._only_active()
    count: uint256 = len(rewards)
    if (
        count == 0
        or len(requestIds) != count
        or len(modelIds) != count
        or len(inputData) != count
        or len(deadlines) != count
    ):
        errors._invalid_input()
    before: uint256 = pool_core.counters
    ids: DynArray[uint256, 16] = []
    for i: uint256 in range(count, bound=16):
        if (
            rewards[i] == 0
            or rewards[i] > task_rules.MAX_REWARD
            or len(modelIds[i]) == 0
            or len(modelIds[i]) > task_rules.MAX_MODEL_ID
            or len(inputData[i]) > task_rules.MAX_INPUT
            or deadlines[i] < block.timestamp + task_rules.MIN_LIFETIME
            or deadlines[i] > task_words.TIME
        ):
            errors._invalid_input()
        pool_core.core += pool_core.ONE_BLOB
        task_texts._write_own_task(requestIds[i], modelIds[i], inputData[i])
        ids.append(self._add_task(rewards[i], deadlines[i], pool_core._blobs(pool_core.core), task_words.OWN))
    if self.balance < self.reserved:
        errors._insufficient_funds()
    log ITaskPool.TasksAdded(taskIds=ids)
    self._report_ranked(before)


@external
def setZKPVerifier(_verifier: address):
    """
    @notice Change who judges the results of the owner's own tasks that are submitted from now on. Takes the registry's
            approval from the pool: workers that trusted the old verifier shall not be led to the new one by the ranking.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for zero, for the present verifier, and after 65,535 changes.
    @param _verifier The new verifier.
    """
    ownable._only_owner()
    version: uint256 = pool_terms._version()
    old: address = pool_terms._verifier(version)
    if _verifier == empty(address) or _verifier == old or version == task_words.VERSION:
        errors._invalid_input()
    pool_terms.verifiers[version + 1] = _verifier
    pool_terms.terms += pool_terms.ONE_VERSION
    log ITaskPool.ZKPVerifierUpdated(oldVerifier=old, newVerifier=_verifier)
    core: uint256 = pool_core.core
    if core & pool_core.IS_APPROVED != 0:
        pool_core.core = core ^ pool_core.IS_APPROVED
        log ITaskPool.ApprovalChanged(isApproved=False)
        extcall IModelRegistry(pool_terms._registry()).updatePoolListing(False, core & pool_core.IS_ACTIVE != 0)
        self._report_ranked(pool_core.counters)


@external
def setTaskTerms(claimWindow: uint256, verificationWindow: uint256, maxAttempts: uint256, silencePaysWorker: bool):
    """
    @notice Change the terms of the owner's own tasks. A task that was submitted keeps its terms, a claim its deadline.
    @dev Reverts with `Unauthorized()` and `InvalidInput()`.
    @param claimWindow Seconds from claim to submission, 300 to 604,800.
    @param verificationWindow Seconds from submission until silence is settled, 3,600 to 2,592,000.
    @param maxAttempts Rejections after which a task is refunded, 1 to 10.
    @param silencePaysWorker Whether a silent verifier means that the worker is paid, or that the reward goes back.
    """
    ownable._only_owner()
    if (
        claimWindow < task_rules.MIN_CLAIM_WINDOW
        or claimWindow > task_rules.MAX_CLAIM_WINDOW
        or verificationWindow < task_rules.MIN_VERIFICATION_WINDOW
        or verificationWindow > task_rules.MAX_VERIFICATION_WINDOW
        or maxAttempts == 0
        or maxAttempts > task_rules.MAX_MAX_ATTEMPTS
    ):
        errors._invalid_input()
    pool_terms._set_terms(claimWindow, verificationWindow, maxAttempts, silencePaysWorker)
    log ITaskPool.TaskTermsUpdated(
        claimWindow=claimWindow,
        verificationWindow=verificationWindow,
        maxAttempts=maxAttempts,
        silencePaysWorker=silencePaysWorker,
    )


@external
def emergencyWithdraw():
    """
    @notice Pay the free balance to the owner: what is not in escrow and not credited to somebody.
    @dev Reverts with `Unauthorized()`, `InsufficientFunds()` where nothing is free, `TransferFailed()`.
    """
    ownable._only_owner()
    amount: uint256 = self.balance - self.reserved
    if amount == 0:
        errors._insufficient_funds()
    log ITaskPool.EmergencyWithdrawal(owner=msg.sender, amount=amount)
    payments._send(msg.sender, amount)


@external
def acceptOwnership():
    """
    @notice Become the owner, as the address that the present owner proposed. The verifier stays who it is.
    @dev Reverts with `Unauthorized()`.
    """
    if pool_terms.verifiers[0] == empty(address):
        pool_terms.verifiers[0] = ownable.owner
    ownable._accept_ownership()


# ---------------------------------------------------------------- registry and factory


@external
@payable
def addRegistryTask(requestId: uint256, expiry: uint256) -> uint256:
    """
    @notice Add the task of an inference request, the attached value being its reward. Its texts stay with the registry.
    @dev Reverts with `Unauthorized()` for anyone but the registry, and with `PoolInactive()`.
    @param requestId The request's id, below 2^47.
    @param expiry Unix time.
    @return The task's id.
    """
    self._only_registry()
    self._only_active()
    before: uint256 = pool_core.counters
    task_id: uint256 = self._add_task(msg.value, expiry, requestId, task_words.REGISTRY)
    log ITaskPool.TasksAdded(taskIds=[task_id])
    self._report_ranked(before)
    return task_id


@external
def setApproval(isApproved: bool):
    """
    @notice Let the owner's own tasks into the ranking, or take them out. The registry's tasks stay ranked.
    @dev Reverts with `Unauthorized()` for anyone but the registry.
    """
    self._only_registry()
    core: uint256 = pool_core.core & ~pool_core.IS_APPROVED
    if isApproved:
        core |= pool_core.IS_APPROVED
        if pool_core._slot(core) == 0:
            core += extcall ITaskRouter(pool_core._router(core)).assignSlot() * pool_core.ONE_SLOT
    pool_core.core = core
    log ITaskPool.ApprovalChanged(isApproved=isApproved)
    self._report_ranked(pool_core.counters)


@external
def setActive(isActive: bool):
    """
    @notice Open or close the pool for new tasks and new claims. What is in it keeps all its exits.
    @dev Reverts with `Unauthorized()` for anyone but the factory.
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
        self._report_ranked(pool_core.counters)


# ---------------------------------------------------------------- workers, through the router


@external
def claimTaskForUser(user: address, taskId: uint256 = 0) -> uint256:
    """
    @notice Claim the best task that the worker may have, or a chosen one.
    @dev Reverts with `Unauthorized()` for anyone but the router, `PoolInactive()`, `TaskNotFound()`, and with `NoAvailableTask()`
         where there is nothing for him. Expired tasks that it meets leave the ranking, at most 8 a call.
    @param user The worker.
    @param taskId The chosen task, 0 for the best.
    @return The task's id; 0 where only expired tasks were met, or the chosen one is expired or not for this worker.
    """
    core: uint256 = pool_core.core
    if msg.sender != pool_core._router(core):
        errors._unauthorized()
    if core & pool_core.IS_ACTIVE == 0:
        errors._pool_inactive()
    before: uint256 = pool_core.counters
    chosen: uint256 = taskId
    if chosen == 0:
        chosen = self._choose(user)
    if chosen == 0:
        self._report_ranked(before)
        return 0
    word: uint256 = self._existing(chosen)
    progress: uint256 = self.progress[chosen]
    if task_words._state(progress) != task_words.AVAILABLE:
        errors._no_available_task()
    if block.timestamp > task_words._expiry(word):
        self._rank(chosen, word, False)
        self._report_ranked(before)
        return 0
    if progress & task_words.SOMEBODY_BARRED != 0 and self.barred[chosen][user]:
        return 0
    window: uint256 = task_rules.CLAIM_WINDOW
    if word & 1 == task_words.OWN:
        window = pool_terms._claim_window()
    deadline: uint256 = min(block.timestamp + window, task_words._expiry(word))
    self.progress[chosen] = task_words._claimed(progress, user, block.timestamp, deadline)
    pool_core.counters = before - pool_core.ONE_AVAILABLE + pool_core.ONE_ACTIVE
    self._move(chosen, word, task_queues.ACTIVE, True)
    log ITaskPool.TaskClaimed(user=user, taskId=chosen, deadline=deadline)
    self._report_ranked(before)
    return chosen


@external
def submitTaskForUser(
    user: address,
    taskId: uint256,
    zkpProof: Bytes[1056],
    zkpPublicInput: uint256,
    zkpPublicResult: uint256,
    resultData: String[4128],
):
    """
    @notice Submit a result. From here on no change of the pool's terms or verifier affects the task.
    @dev Reverts with `Unauthorized()` for anyone but the router, `TaskNotFound()`, `NotAssigned()`, `TaskDeadlinePassed()`, and with
         `InvalidInput()` for data over their bounds.
    @param user The worker.
    @param taskId The task he claimed.
    @param zkpProof Up to 1,024 bytes.
    @param zkpPublicInput The proof's public input.
    @param zkpPublicResult The proof's public result.
    @param resultData Up to 4,096 bytes.
    """
    if msg.sender != pool_core._router(pool_core.core):
        errors._unauthorized()
    word: uint256 = self._existing(taskId)
    progress: uint256 = self._claim_of(user, taskId)
    if len(zkpProof) > task_rules.MAX_PROOF or len(resultData) > task_rules.MAX_RESULT:
        errors._invalid_input()
    before: uint256 = pool_core.counters
    pool_core.core += pool_core.ONE_BLOB
    task_texts._write_submission(zkpPublicInput, zkpPublicResult, zkpProof, resultData)
    claim_window: uint256 = 0
    window: uint256 = task_rules.VERIFICATION_WINDOW
    attempts: uint256 = task_rules.MAX_ATTEMPTS
    silence_pays: bool = task_rules.SILENCE_PAYS_WORKER
    version: uint256 = 0
    if word & 1 == task_words.OWN:
        claim_window, window, attempts, silence_pays = pool_terms._terms()
        version = pool_terms._version()
    self.progress[taskId] = task_words._submitted(
        progress, block.timestamp + window, pool_core._blobs(pool_core.core), version, attempts, silence_pays
    )
    pool_core.counters = before - pool_core.ONE_ACTIVE + pool_core.ONE_PENDING
    self._move(taskId, word, task_queues.PENDING, False)
    log ITaskPool.TaskCompleted(
        user=user,
        taskId=taskId,
        zkpProof=zkpProof,
        zkpPublicInput=zkpPublicInput,
        zkpPublicResult=zkpPublicResult,
    )
    pool_core._report(before, task_rules.KEY_UNCHANGED)


@external
def releaseMyClaim(taskId: uint256):
    """
    @notice Give a claimed task back, in time. The worker may claim it again.
    @dev Reverts with `TaskNotFound()`, `NotAssigned()`, and `TaskDeadlinePassed()` once the claim has lapsed.
    @param taskId The task.
    """
    word: uint256 = self._existing(taskId)
    progress: uint256 = self._claim_of(msg.sender, taskId)
    before: uint256 = pool_core.counters
    self._release(taskId, word, progress, pool_core.ONE_ACTIVE, False)
    self._report_ranked(before)


# ---------------------------------------------------------------- verifiers


@external
def verifyAndPay(taskId: uint256, isValid: bool):
    """
    @notice Accept a result and pay its worker, or reject it.
    @dev Reverts with `TaskNotFound()`, `Unauthorized()`, `TaskNotPending()`, and `TaskDeadlinePassed()` once the verification window
         has passed: then `settleUnverified` decides.
    @param taskId The task.
    @param isValid Whether the result is accepted.
    """
    if not self._verify(taskId, isValid):
        progress: uint256 = self.progress[taskId]
        if not self._is_verifier(ranking.keys[taskId], progress):
            errors._unauthorized()
        if task_words._state(progress) != task_words.PENDING:
            errors._task_not_pending()
        errors._task_deadline_passed()


@external
def batchVerifyAndPay(taskIds: DynArray[uint256, 256], isValidResults: DynArray[bool, 256]):
    """
    @notice `verifyAndPay` for many tasks; those that are not pending or past their window are skipped.
    @dev Reverts with `InvalidInput()` for lists of unequal length, `TaskNotFound()`, `Unauthorized()`.
    @param taskIds The tasks, at most 256.
    @param isValidResults For each, whether the result is accepted.
    """
    if len(taskIds) != len(isValidResults):
        errors._invalid_input()
    for i: uint256 in range(len(taskIds), bound=256):
        self._verify(taskIds[i], isValidResults[i])


# ---------------------------------------------------------------- who paid for a task


@external
def cancelTask(taskId: uint256):
    """
    @notice Take back a task that nobody has claimed. The owner for his own tasks, the registry for a requester.
    @dev Reverts with `TaskNotFound()`, `Unauthorized()`, and `NoAvailableTask()` once it is claimed or ended.
    @param taskId The task.
    """
    word: uint256 = self._existing(taskId)
    if msg.sender != self._payer(word):
        errors._unauthorized()
    progress: uint256 = self.progress[taskId]
    if task_words._state(progress) != task_words.AVAILABLE:
        errors._no_available_task()
    before: uint256 = pool_core.counters
    log ITaskPool.TaskCancelled(taskId=taskId)
    self._refund(taskId, word, progress, pool_core.ONE_AVAILABLE)
    self._report_ranked(before)


# ---------------------------------------------------------------- anyone


@external
def releaseExpiredTasks(taskIds: DynArray[uint256, 256]):
    """
    @notice Make tasks whose claim has lapsed available again, and refund those that have expired. Others are skipped.
    @dev Reverts with `TaskNotFound()`.
    @param taskIds The tasks, at most 256.
    """
    self._release_expired(taskIds)


@external
def releaseExpired(taskIds: DynArray[uint256, 256]) -> uint256:
    """
    @notice The same, counted.
    @return How many of the tasks were released or refunded.
    """
    return self._release_expired(taskIds)


@external
def settleUnverified(taskIds: DynArray[uint256, 256]):
    """
    @notice End tasks whose verifier was silent past the verification window: the worker is paid or the reward goes back, as the rule
            that held at submission says. Others are skipped.
    @dev Reverts with `TaskNotFound()`.
    @param taskIds The tasks, at most 256.
    """
    for task_id: uint256 in taskIds:
        word: uint256 = self._existing(task_id)
        progress: uint256 = self.progress[task_id]
        if task_words._state(progress) == task_words.PENDING and block.timestamp > task_words._deadline(progress):
            if progress & task_words.SILENCE_PAYS != 0:
                self._accept(task_id, word, progress)
            else:
                before: uint256 = pool_core.counters
                self._refund(task_id, word, progress, pool_core.ONE_PENDING)
                pool_core._report(before, task_rules.KEY_UNCHANGED)


@external
def deliverOutcome(taskId: uint256):
    """
    @notice Hand the outcome of a request to the registry, if it did not take it when the task ended.
    @dev Reverts with `TaskNotFound()`, `InvalidInput()` if nothing is undelivered, `DeliveryFailed()`.
    @param taskId The task.
    """
    word: uint256 = self._existing(taskId)
    progress: uint256 = self.progress[taskId]
    if progress & task_words.IS_UNDELIVERED == 0:
        errors._invalid_input()
    self.progress[taskId] = progress ^ task_words.IS_UNDELIVERED
    if not self._deliver(word, progress):
        errors._delivery_failed()
    log ITaskPool.OutcomeDelivered(taskId=taskId)


@external
def sync():
    """
    @notice Tell the router the pool's best task and counters again, if it did not take them when they changed.
    """
    self._report_ranked(pool_core.counters)


@external
def withdrawCredit(to: address):
    """
    @notice Withdraw what was credited to the caller because a payment to him failed.
    @dev Reverts with `InvalidInput()` for zero, `InsufficientFunds()` without a credit, `TransferFailed()`.
    @param to Who receives it.
    """
    self.reserved -= payments.credits[msg.sender]
    payments._withdraw_credit(msg.sender, to)


# ---------------------------------------------------------------- views


@view
@external
@reentrant
def creditOf(account: address) -> uint256:
    return payments.credits[account]


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
def reservedBalance() -> uint256:
    """
    @return The wei in escrow for tasks, and credits.
    """
    return self.reserved


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
def getQueueLengths() -> (uint256, uint256, uint256):
    """
    @return Tasks available, active, pending.
    """
    counters: uint256 = pool_core.counters
    return counters & pool_core.COUNT, (counters >> 40) & pool_core.COUNT, (counters >> 80) & pool_core.COUNT


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
def getNextAvailable() -> uint256:
    """
    @return The available task with the highest reward, the oldest among equals; 0 if there is none.
    """
    return self._next_for(empty(address), False)


@view
@external
@reentrant
def getNextAvailableFor(user: address, ranked: bool) -> uint256:
    """
    @notice The best task for a worker who is barred from others.
    @param user The worker.
    @param ranked Only tasks that the router ranks.
    @return The task's id, 0 if none of the best 128 is for him.
    """
    return self._next_for(user, ranked)


@view
@external
@reentrant
def claimOf(taskId: uint256) -> (address, uint256):
    """
    @return The worker and the unix time of the deadline of a task that is active; zeros otherwise.
    """
    progress: uint256 = self.progress[taskId]
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
    return task_id, ranking.keys[task_id] >> 160, task_words._deadline(self.progress[task_id])


@view
@external
@reentrant
def taskWords(taskId: uint256) -> (uint256, uint256):
    """
    @return The two words of a task, which the module task_words unpacks; zeros for an unknown id.
    """
    return ranking.keys[taskId], self.progress[taskId]


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
            self.progress[taskId],
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
            self.progress[taskId],
            method_id=method_id("getAITaskData(uint256,address,address,uint256,uint256)"),
        ),
        max_outsize=MAX_TEXTS,
        is_static_call=True,
    )


@view
@external
@reentrant
def taskQueueType(taskId: uint256) -> uint8:
    """
    @return 0 none or ended, 1 available, 2 active, 3 pending.
    """
    return convert(task_queues._type_of(taskId), uint8)


@view
@external
@reentrant
def availableQueue(index: uint256) -> uint256:
    """
    @notice The queues list the ids of their tasks in ascending order.
    @dev Reverts with `InvalidInput()` past the end, as the other two do.
    """
    return self._queue_at(task_queues.AVAILABLE, index)


@view
@external
@reentrant
def activeQueue(index: uint256) -> uint256:
    return self._queue_at(task_queues.ACTIVE, index)


@view
@external
@reentrant
def pendingQueue(index: uint256) -> uint256:
    return self._queue_at(task_queues.PENDING, index)


@view
@external
@reentrant
def queueIndex(taskId: uint256) -> uint256:
    """
    @return The position of a task in its queue; 0 too for a task in none (see taskQueueType).
    """
    queue: uint256 = task_queues._type_of(taskId)
    if queue == 0:
        return 0
    return task_queues._position(taskId, queue)


@view
@external
@reentrant
def queuePosition(taskId: uint256, queueType: uint256) -> uint256:
    """
    @return How many tasks of a queue have a smaller id.
    """
    return task_queues._position(min(taskId, pool_core._tasks(pool_core.core) + 1), queueType)


@view
@external
@reentrant
def getQueue(queueType: uint256, offset: uint256, limit: uint256) -> (DynArray[uint256, 256], uint256):
    """
    @notice A page of a queue.
    @dev Reverts with `InvalidInput()`.
    @param queueType 1 available, 2 active, 3 pending.
    @param offset Tasks to skip.
    @param limit At most 256.
    @return Task ids in ascending order, and the length of the queue.
    """
    if queueType == 0 or queueType > 3 or limit > task_queues.MAX_PAGE:
        errors._invalid_input()
    return (
        task_queues._page(queueType, pool_core._tasks(pool_core.core), offset, limit),
        (pool_core.counters >> (40 * (queueType - 1))) & pool_core.COUNT,
    )


# ---------------------------------------------------------------- internal: who may


@internal
@view
def _only_registry():
    if msg.sender != pool_terms._registry():
        errors._unauthorized()


@internal
@view
def _only_active():
    if pool_core.core & pool_core.IS_ACTIVE == 0:
        errors._pool_inactive()


@internal
@view
def _is_verifier(word: uint256, progress: uint256) -> bool:
    if word & 1 == task_words.REGISTRY:
        return staticcall IModelRegistry(pool_terms._registry()).verifiers(msg.sender)
    return msg.sender == pool_terms._verifier_of_task(progress)


@internal
@view
def _payer(word: uint256) -> address:
    if word & 1 == task_words.REGISTRY:
        return pool_terms._registry()
    return ownable.owner


@internal
@view
def _existing(task_id: uint256) -> uint256:
    word: uint256 = ranking.keys[task_id]
    if word == 0:
        errors._task_not_found()
    return word


@internal
@view
def _claim_of(user: address, task_id: uint256) -> uint256:
    """
    @return The progress of a task that the worker has claimed, in time.
    """
    progress: uint256 = self.progress[task_id]
    if task_words._state(progress) != task_words.ACTIVE or task_words._worker(progress) != user:
        errors._not_assigned()
    if block.timestamp > task_words._deadline(progress):
        errors._task_deadline_passed()
    return progress


# ---------------------------------------------------------------- internal: a task's way


@internal
def _add_task(reward: uint256, expiry: uint256, reference: uint256, tree: uint256) -> uint256:
    core: uint256 = pool_core.core
    task_id: uint256 = pool_core._tasks(core) + 1
    if task_id > ranking.MAX_LEAF:
        errors._invalid_input()
    levels: uint256 = ranking._levels(task_id)
    if levels != ranking._levels(task_id - 1):
        ranking._grow(task_words.OWN, levels - 1)
        ranking._grow(task_words.REGISTRY, levels - 1)
    pool_core.core = (core + pool_core.ONE_TASK) | pool_core.HAS_OWN << tree
    word: uint256 = task_words._word(reward, task_id, block.timestamp, expiry, reference, tree)
    ranking.keys[task_id] = word
    pool_core.counters += pool_core.ONE_AVAILABLE
    self.reserved += reward
    self._move(task_id, word, task_queues.AVAILABLE, True)
    return task_id


@internal
def _choose(user: address) -> uint256:
    """
    @notice Take the expired tasks at the top out of the ranking.
    @return The best task for the worker; 0 if only expired ones were met.
    """
    passed: bool = False
    for _: uint256 in range(MAX_PASSED):
        best: uint256 = self._best(True)
        if best == 0:
            break
        if not self._is_expired(best):
            if self._is_barred(best, user):
                # an external call, so that only a barred worker pays for the memory of the search
                best = staticcall ITaskPool(self).getNextAvailableFor(user, False)
            if best == 0:
                break
            return best
        self._rank(best, ranking.keys[best], False)
        passed = True
    if not passed:
        errors._no_available_task()
    return 0


@internal
def _move(task_id: uint256, word: uint256, queue: uint256, reranks: bool):
    """
    @param queue The task's new queue, 0 for none.
    @param reranks Whether the task thereby enters or leaves the ranking, which holds the available ones.
    """
    task_queues._set(task_id, word & 1, queue)
    if reranks:
        self._rank(task_id, word, queue == task_queues.AVAILABLE)


@internal
def _rank(task_id: uint256, word: uint256, present: bool):
    ranking._place(word & 1, task_id, present, ranking._levels(pool_core._tasks(pool_core.core)))


@internal
def _release(task_id: uint256, word: uint256, progress: uint256, leaves: uint256, bar: bool):
    """
    @notice A claimed or submitted task is available again, or refunded if it has expired meanwhile.
    @param leaves ONE_ACTIVE or ONE_PENDING: the queue that it leaves.
    @param bar Whether its worker may not have it again.
    """
    if bar:
        self.barred[task_id][task_words._worker(progress)] = True
    log ITaskPool.TaskReleased(taskId=task_id)
    if block.timestamp > task_words._expiry(word):
        self._refund(task_id, word, progress, leaves)
        return
    released: uint256 = task_words._released(progress, block.timestamp)
    if bar:
        released |= task_words.SOMEBODY_BARRED
    self.progress[task_id] = released
    pool_core.counters = pool_core.counters - leaves + pool_core.ONE_AVAILABLE
    self._move(task_id, word, task_queues.AVAILABLE, True)


@internal
def _release_expired(task_ids: DynArray[uint256, 256]) -> uint256:
    count: uint256 = 0
    before: uint256 = pool_core.counters
    for task_id: uint256 in task_ids:
        word: uint256 = self._existing(task_id)
        progress: uint256 = self.progress[task_id]
        state: uint256 = task_words._state(progress)
        if state == task_words.ACTIVE and block.timestamp > task_words._deadline(progress):
            self._release(task_id, word, progress, pool_core.ONE_ACTIVE, True)
            count += 1
        elif state == task_words.AVAILABLE and block.timestamp > task_words._expiry(word):
            self._refund(task_id, word, progress, pool_core.ONE_AVAILABLE)
            count += 1
    if count != 0:
        self._report_ranked(before)
    return count


@internal
def _verify(task_id: uint256, is_valid: bool) -> bool:
    """
    @return False if the task is not pending or past its window, and nothing was done.
    """
    word: uint256 = self._existing(task_id)
    progress: uint256 = self.progress[task_id]
    if task_words._state(progress) != task_words.PENDING or block.timestamp > task_words._deadline(progress):
        return False
    if not self._is_verifier(word, progress):
        errors._unauthorized()
    log ITaskPool.ZKPVerified(taskId=task_id, isValid=is_valid, verifier=msg.sender)
    if is_valid:
        self._accept(task_id, word, progress)
        return True
    before: uint256 = pool_core.counters
    rejected: uint256 = progress + task_words.ONE_REJECTION
    if progress & task_words.LAST_ATTEMPT != 0:
        self._refund(task_id, word, rejected, pool_core.ONE_PENDING)
    else:
        self._release(task_id, word, rejected, pool_core.ONE_PENDING, True)
    self._report_ranked(before)
    return True


@internal
def _accept(task_id: uint256, word: uint256, progress: uint256):
    reward: uint256 = word >> 160
    worker: address = task_words._worker(progress)
    before: uint256 = pool_core.counters
    ended: uint256 = task_words._with_state(progress, task_words.PAID)
    self.progress[task_id] = ended
    pool_core.counters = unsafe_add(before - pool_core.ONE_PENDING + pool_core.ONE_PAID, reward << 160)
    self.reserved -= reward
    self._move(task_id, word, 0, False)
    log ITaskPool.RewardPaid(user=worker, taskId=task_id, amount=reward)
    if word & 1 == task_words.REGISTRY and not self._deliver(word, ended):
        self._set_undelivered(task_id, ended)
    pool_core._report(before, task_rules.KEY_UNCHANGED)
    if not payments._pay(worker, reward):
        self.reserved += reward


@internal
def _refund(task_id: uint256, word: uint256, progress: uint256, leaves: uint256):
    """
    @param leaves The queue that the task leaves.
    """
    reward: uint256 = word >> 160
    ended: uint256 = task_words._with_state(progress, task_words.REFUNDED)
    if leaves != pool_core.ONE_PENDING:
        ended &= ~task_words.SUBMISSION  # there is none: the bits held a time
    self.progress[task_id] = ended
    pool_core.counters -= leaves
    self._move(task_id, word, 0, leaves == pool_core.ONE_AVAILABLE)
    log ITaskPool.TaskRefunded(taskId=task_id, payer=self._payer(word), amount=reward)
    if word & 1 == task_words.OWN:
        self.reserved -= reward  # the pool's free balance again
    elif not self._deliver(word, ended):
        self._set_undelivered(task_id, ended)


@internal
def _deliver(word: uint256, progress: uint256) -> bool:
    """
    @notice Hand the outcome of a request to the registry: the result, or the money for the requester.
    @return False if the registry did not take it.
    """
    if msg.gas < DELIVERY_GAS_LEFT:
        errors._insufficient_gas()
    request_id: uint256 = task_words._reference(word)
    if task_words._state(progress) == task_words.PAID:
        return raw_call(
            pool_terms._registry(),
            abi_encode(
                request_id, self._result(progress), method_id=method_id("updateInferenceResult(uint256,string)")
            ),
            gas=DELIVERY_GAS,
            revert_on_failure=False,
        )
    reward: uint256 = word >> 160
    self.reserved -= reward
    taken: bool = raw_call(
        pool_terms._registry(),
        abi_encode(request_id, method_id=method_id("creditRefund(uint256)")),
        value=reward,
        gas=DELIVERY_GAS,
        revert_on_failure=False,
    )
    if not taken:
        self.reserved += reward
    return taken


@internal
def _set_undelivered(task_id: uint256, progress: uint256):
    self.progress[task_id] = progress | task_words.IS_UNDELIVERED
    log ITaskPool.OutcomeUndelivered(taskId=task_id)


# ---------------------------------------------------------------- internal: which task is best


@internal
def _report_ranked(before: uint256):
    """
    @notice Report to the router, with what the pool is ranked by: reward 160-255 | ~created 120-159 | task id 0-31 of its best task, 0
            if it has nothing to offer.
    """
    core: uint256 = pool_core.core
    key: uint256 = 0
    if core & pool_core.IS_ACTIVE != 0 and pool_core._slot(core) != 0:
        best: uint256 = self._best(core & pool_core.IS_APPROVED != 0)
        if best != 0:
            word: uint256 = ranking.keys[best]
            key = (word >> 160) << 160 | (task_words.TIME - task_words._created(word)) << 120 | best
    pool_core._report(before, key)


@internal
@view
def _best(with_own: bool) -> uint256:
    """
    @return The best task in the trees, expired ones that no claim has met yet included; 0 if there is none.
    """
    core: uint256 = pool_core.core
    levels: uint256 = ranking._levels(pool_core._tasks(core))
    best: uint256 = 0
    if core & pool_core.HAS_REGISTRY != 0:
        best = ranking._best(task_words.REGISTRY, levels)
    if with_own and core & pool_core.HAS_OWN != 0:
        own: uint256 = ranking._best(task_words.OWN, levels)
        if best == 0 or (own != 0 and ranking.keys[own - 1] > ranking.keys[best - 1]):
            best = own
    if best == 0:
        return 0
    return best - 1


@internal
@view
def _next_for(user: address, ranked: bool) -> uint256:
    best: uint256 = 0
    core: uint256 = pool_core.core
    levels: uint256 = ranking._levels(pool_core._tasks(core))
    for tree: uint256 in range(2):
        if tree == task_words.OWN and ranked and core & pool_core.IS_APPROVED == 0:
            continue
        for limit: uint256 in [FIRST_LOOK, ranking.MAX_TOP]:
            leaves: DynArray[uint256, 128] = ranking._top(tree, levels, limit)
            found: bool = len(leaves) < limit
            for task_id: uint256 in leaves:
                if not self._is_expired(task_id) and not self._is_barred(task_id, user):
                    found = True
                    if ranking.keys[task_id] > ranking.keys[best]:
                        best = task_id
                    break
            if found:
                break
    return best


@internal
@view
def _is_expired(task_id: uint256) -> bool:
    return block.timestamp > task_words._expiry(ranking.keys[task_id])


@internal
@view
def _is_barred(task_id: uint256, user: address) -> bool:
    return self.progress[task_id] & task_words.SOMEBODY_BARRED != 0 and self.barred[task_id][user]


@internal
@view
def _active_task_of(user: address) -> uint256:
    pool: address = empty(address)
    task_id: uint256 = 0
    pool, task_id = staticcall ITaskRouter(pool_core._router(pool_core.core)).activeTaskOf(user)
    if pool != self:
        return 0
    return task_id


@internal
@view
def _queue_at(queue: uint256, index: uint256) -> uint256:
    ids: DynArray[uint256, 256] = task_queues._page(queue, pool_core._tasks(pool_core.core), index, 1)
    if len(ids) == 0:
        errors._invalid_input()
    return ids[0]


# ---------------------------------------------------------------- internal: texts


@internal
@view
def _submission(progress: uint256) -> address:
    """
    @return The blob of the task's last submission, zero without one.
    """
    nonce: uint256 = task_words._blob_nonce(progress)
    if nonce == 0:
        return empty(address)
    return code_blob._address(self, nonce)


@internal
@view
def _result(progress: uint256) -> String[4128]:
    blob: address = self._submission(progress)
    if blob == empty(address):
        return ""
    return task_texts._read_result(blob)
