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
     (`progress`), and the long texts are code (`code_blob`). docs/design.md draws the words.

     Trusted: for the owner's own tasks the pool's verifier; for the registry's tasks the verifiers that it approves. The owner has no
     power over the registry's tasks. The router is trusted to let a worker claim only for himself.
"""

from contracts.interfaces import IModelRegistry
from contracts.interfaces import ITaskPool
from contracts.interfaces import ITaskPoolFactory
from contracts.interfaces import ITaskRouter
from contracts.pools import ranking
from contracts.pools import task_queues
from contracts.pools import task_rules
from contracts.pools import task_words
from contracts.shared import code_blob
from contracts.shared import errors
from contracts.shared import ownable
from contracts.shared import payments

initializes: ranking
initializes: task_queues[ranking := ranking]
initializes: ownable
initializes: payments

# acceptOwnership is not exported: the pool's own keeps the verifier where it was.
exports: (
    ownable.owner,
    ownable.pendingOwner,
    ownable.transferOwnership,
)

# One task in each field of `counters`.
ONE_AVAILABLE: constant(uint256) = 1
ONE_ACTIVE: constant(uint256) = 1 << 40
ONE_PENDING: constant(uint256) = 1 << 80
ONE_PROCESSED: constant(uint256) = 1 << 120
COUNT: constant(uint256) = 2**40 - 1

# What a call to router or registry may use, and what must be left before it, so that nobody can make it fail by sending too
# little gas. The dearest report fills new words at each level of the router's ranking; the dearest hand-over logs a
# result of 4,096 bytes.
REPORT_GAS: constant(uint256) = 200_000
REPORT_GAS_LEFT: constant(uint256) = 260_000
DELIVERY_GAS: constant(uint256) = 150_000
DELIVERY_GAS_LEFT: constant(uint256) = 210_000

# A claim passes this many expired tasks at most.
MAX_PASSED: constant(uint256) = 8
# This many of the best tasks are looked at for a worker who may not have the very best.
MAX_LOOK: constant(uint256) = 32


# core: router 0-159 | task counter 160-191 | blobs created 192-223 | slot in the router's ranking 224-247 | flags
ONE_TASK: constant(uint256) = 1 << 160
ONE_BLOB: constant(uint256) = 1 << 192
SLOT_AT: constant(uint256) = 224
IS_ACTIVE: constant(uint256) = 1 << 248
IS_APPROVED: constant(uint256) = 1 << 249
IS_UNREPORTED: constant(uint256) = 1 << 250

# terms: registry 0-159 | claim window 160-183 | verification window 184-207 | verifier's version 208-223
#        | max. attempts 224-231 | silence pays the worker 232
VERSION_AT: constant(uint256) = 208
TERMS_AT: constant(uint256) = 160

core: uint256
terms: uint256
counters: uint256  # available 0-39 | active 40-79 | pending 80-119 | processed 120-159 | rewarded 160-255, as in the router
reserved: uint256  # wei in escrow for tasks, and credits
unreported: uint256  # the change of `counters` that the router did not take
progress: HashMap[uint256, uint256]
verifiers: HashMap[uint256, address]  # by version; none for version 0: the owner
barred: HashMap[uint256, HashMap[address, bool]]  # task: workers who were rejected or let a claim lapse


@deploy
def __init__():
    self.core = max_value(uint256)  # a router that is no contract: the implementation can never be initialised


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
    if self.core != 0:
        errors._already_initialized()
    if _owner == empty(address) or _verifier == empty(address) or not _modelRegistry.is_contract:
        errors._invalid_input()
    router: address = staticcall IModelRegistry(_modelRegistry).taskRouter()
    if not router.is_contract:
        errors._invalid_input()
    if staticcall ITaskRouter(router).factory() != msg.sender:
        errors._unauthorized()
    self.core = convert(router, uint256) | IS_ACTIVE
    self.terms = (
        convert(_modelRegistry, uint256)
        | self._pack_terms(
            task_rules.CLAIM_WINDOW, task_rules.VERIFICATION_WINDOW, task_rules.MAX_ATTEMPTS, task_rules.SILENCE_PAYS_WORKER
        )
    )
    ownable.owner = _owner  # without an event: PoolCreated is the first log of createPool
    if _verifier != _owner:
        self.verifiers[0] = _verifier


@external
@payable
@reentrant
def __default__():
    """
    @notice Fund the pool. Plain transfers only.
    """
    if len(msg.data) != 0:
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
    @param deadlines Unix times from which a task that was not submitted has expired, at least 10 minutes ahead.
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
    before: uint256 = self.counters
    ids: DynArray[uint256, 16] = []
    for i: uint256 in range(count, bound=16):
        expiry: uint256 = deadlines[i]
        id_length: uint256 = len(modelIds[i])
        if (
            rewards[i] == 0
            or rewards[i] > task_rules.MAX_REWARD
            or id_length == 0
            or id_length > task_rules.MAX_MODEL_ID
            or len(inputData[i]) > task_rules.MAX_INPUT
            or expiry < block.timestamp + task_rules.MIN_LIFETIME
            or expiry > task_words.TIME
        ):
            errors._invalid_input()
        blob: address = code_blob._write(
            concat(
                0x00,
                convert(requestIds[i], bytes32),
                convert(convert(id_length, uint8), bytes1),
                convert(modelIds[i], Bytes[96]),
                convert(inputData[i], Bytes[4128]),
            )
        )
        self.core += ONE_BLOB
        ids.append(self._add_task(rewards[i], expiry, self._blob_count(), task_words.OWN))
    if self.balance < self.reserved:
        errors._insufficient_funds()
    log ITaskPool.TasksAdded(taskIds=ids)
    self._report(before, True)


@external
def setZKPVerifier(_verifier: address):
    """
    @notice Change who judges the results of the owner's own tasks that are submitted from now on. Takes the registry's
            approval from the pool: workers that trusted the old verifier shall not be led to the new one by the ranking.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for zero and for the present verifier.
    @param _verifier The new verifier.
    """
    ownable._only_owner()
    terms: uint256 = self.terms
    version: uint256 = (terms >> VERSION_AT) & task_words.VERSION
    old: address = self._verifier(version)
    if _verifier == empty(address) or _verifier == old or version == task_words.VERSION:
        errors._invalid_input()
    self.verifiers[version + 1] = _verifier
    self.terms = terms + (1 << VERSION_AT)
    log ITaskPool.ZKPVerifierUpdated(oldVerifier=old, newVerifier=_verifier)
    core: uint256 = self.core
    if core & IS_APPROVED != 0:
        self.core = core ^ IS_APPROVED
        log ITaskPool.ApprovalChanged(isApproved=False)
        extcall IModelRegistry(self._registry()).updatePoolListing(False, core & IS_ACTIVE != 0)
        self._report(self.counters, True)


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
    kept: uint256 = task_words.ADDRESS | task_words.VERSION << VERSION_AT
    self.terms = (
        self.terms & kept | self._pack_terms(claimWindow, verificationWindow, maxAttempts, silencePaysWorker)
    )
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
    if self.verifiers[0] == empty(address):
        self.verifiers[0] = ownable.owner
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
    before: uint256 = self.counters
    task_id: uint256 = self._add_task(msg.value, expiry, requestId, task_words.REGISTRY)
    log ITaskPool.TasksAdded(taskIds=[task_id])
    self._report(before, True)
    return task_id


@external
def setApproval(isApproved: bool):
    """
    @notice Let the owner's own tasks into the ranking, or take them out. The registry's tasks stay ranked.
    @dev Reverts with `Unauthorized()` for anyone but the registry.
    """
    self._only_registry()
    core: uint256 = self.core & ~IS_APPROVED
    if isApproved:
        core |= IS_APPROVED
        if (core >> SLOT_AT) & (2**24 - 1) == 0:
            core |= extcall ITaskRouter(self._router()).assignSlot() << SLOT_AT
    self.core = core
    log ITaskPool.ApprovalChanged(isApproved=isApproved)
    self._report(self.counters, True)


@external
def setActive(isActive: bool):
    """
    @notice Open or close the pool for new tasks and new claims. What is in it keeps all its exits.
    @dev Reverts with `Unauthorized()` for anyone but the factory.
    """
    if msg.sender != staticcall ITaskRouter(self._router()).factory():
        errors._unauthorized()
    core: uint256 = self.core & ~IS_ACTIVE
    if isActive:
        core |= IS_ACTIVE
    self.core = core
    if core & IS_APPROVED != 0:
        extcall IModelRegistry(self._registry()).updatePoolListing(True, isActive)
    if core >> SLOT_AT & (2**24 - 1) != 0:
        self._report(self.counters, True)


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
    self._only_router()
    self._only_active()
    before: uint256 = self.counters
    chosen: uint256 = taskId
    if chosen == 0:
        passed: uint256 = 0
        for _: uint256 in range(MAX_PASSED):
            chosen = self._best(True)
            if chosen == 0 or not self._is_expired(chosen):
                break
            self._take_out(chosen)
            passed += 1
            chosen = 0
        if chosen != 0 and self._is_barred(chosen, user):
            chosen = staticcall ITaskPool(self).getNextAvailableFor(user, False)
        if chosen == 0:
            if passed == 0:
                errors._no_available_task()
            self._report(before, True)
            return 0
    else:
        if ranking.keys[chosen] == 0:
            errors._task_not_found()
        if task_words._state(self.progress[chosen]) != task_words.AVAILABLE:
            errors._no_available_task()
        if self._is_expired(chosen):
            self._take_out(chosen)
            self._report(before, True)
            return 0
        if self._is_barred(chosen, user):
            return 0

    word: uint256 = ranking.keys[chosen]
    window: uint256 = task_rules.CLAIM_WINDOW
    if task_words._tree(word) == task_words.OWN:
        window = (self.terms >> TERMS_AT) & (2**24 - 1)
    deadline: uint256 = min(block.timestamp + window, task_words._expiry(word))
    self.progress[chosen] = task_words._claimed(self.progress[chosen], user, block.timestamp, deadline)
    self.counters = before - ONE_AVAILABLE + ONE_ACTIVE
    self._take_out(chosen)
    task_queues._set(chosen, task_words._tree(word), task_queues.ACTIVE)
    log ITaskPool.TaskClaimed(user=user, taskId=chosen, deadline=deadline)
    self._report(before, True)
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
    self._only_router()
    word: uint256 = self._existing(taskId)
    progress: uint256 = self.progress[taskId]
    if task_words._state(progress) != task_words.ACTIVE or progress & task_words.ADDRESS != convert(user, uint256):
        errors._not_assigned()
    if block.timestamp > task_words._deadline(progress):
        errors._task_deadline_passed()
    if len(zkpProof) > task_rules.MAX_PROOF or len(resultData) > task_rules.MAX_RESULT:
        errors._invalid_input()
    before: uint256 = self.counters
    blob: address = code_blob._write(
        concat(
            0x00,
            convert(convert(block.timestamp, uint40), bytes5),
            convert(zkpPublicInput, bytes32),
            convert(zkpPublicResult, bytes32),
            convert(convert(len(zkpProof), uint16), bytes2),
            zkpProof,
            convert(resultData, Bytes[4128]),
        )
    )
    self.core += ONE_BLOB
    terms: uint256 = self.terms
    window: uint256 = (terms >> TERMS_AT + 24) & (2**24 - 1)
    attempts: uint256 = (terms >> TERMS_AT + 64) & 255
    silence_pays: bool = (terms >> TERMS_AT + 72) & 1 == 1
    if task_words._tree(word) == task_words.REGISTRY:
        window = task_rules.VERIFICATION_WINDOW
        attempts = task_rules.MAX_ATTEMPTS
        silence_pays = task_rules.SILENCE_PAYS_WORKER
    self.progress[taskId] = task_words._submitted(
        progress,
        block.timestamp + window,
        self._blob_count(),
        (terms >> VERSION_AT) & task_words.VERSION,
        attempts,
        silence_pays,
    )
    self.counters = before - ONE_ACTIVE + ONE_PENDING
    task_queues._set(taskId, task_words._tree(word), task_queues.PENDING)
    log ITaskPool.TaskCompleted(
        user=user,
        taskId=taskId,
        zkpProof=zkpProof,
        zkpPublicInput=zkpPublicInput,
        zkpPublicResult=zkpPublicResult,
    )
    self._report(before, False)


@external
def releaseMyClaim(taskId: uint256):
    """
    @notice Give a claimed task back, in time. The worker may claim it again.
    @dev Reverts with `TaskNotFound()`, `NotAssigned()`, and `TaskDeadlinePassed()` once the claim has lapsed.
    @param taskId The task.
    """
    word: uint256 = self._existing(taskId)
    progress: uint256 = self.progress[taskId]
    if task_words._state(progress) != task_words.ACTIVE or progress & task_words.ADDRESS != convert(msg.sender, uint256):
        errors._not_assigned()
    if block.timestamp > task_words._deadline(progress):
        errors._task_deadline_passed()
    before: uint256 = self.counters
    self._release(taskId, word, progress, ONE_ACTIVE, False)
    self._report(before, True)


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
        if task_words._state(self.progress[taskId]) != task_words.PENDING:
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
    before: uint256 = self.counters
    log ITaskPool.TaskCancelled(taskId=taskId)
    self._refund(taskId, word, progress, ONE_AVAILABLE)
    self._report(before, True)


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
                before: uint256 = self.counters
                self._refund(task_id, word, progress, ONE_PENDING)
                self._report(before, False)


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
    self._report(self.counters, True)


@external
def withdrawCredit(to: address):
    """
    @notice Withdraw what was credited to the caller because a payment to him failed.
    @dev Reverts with `InvalidInput()` for zero, `InsufficientFunds()` without a credit, `TransferFailed()`.
    @param to Who receives it.
    """
    self.reserved -= payments._withdraw_credit(to)


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
    return self._registry()


@view
@external
@reentrant
def taskRouter() -> address:
    return self._router()


@view
@external
@reentrant
def isActive() -> bool:
    return self.core & IS_ACTIVE != 0


@view
@external
@reentrant
def isApproved() -> bool:
    return self.core & IS_APPROVED != 0


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
    return self._verifier((self.terms >> VERSION_AT) & task_words.VERSION)


@view
@external
@reentrant
def verifierOf(taskId: uint256) -> address:
    """
    @return Who judges one of the owner's own tasks: for a submitted one who was the verifier then. For the registry's tasks it is anyone
            whom the registry approves at that moment, and this is zero.
    """
    if task_words._tree(ranking.keys[taskId]) == task_words.REGISTRY:
        return empty(address)
    return self._task_verifier(self.progress[taskId])


@view
@external
@reentrant
def submittedAt(taskId: uint256) -> uint256:
    """
    @return The unix time at which the task's result was submitted, 0 without one.
    """
    blob: address = self._result_blob(self.progress[taskId])
    if blob == empty(address):
        return 0
    return code_blob._word(blob, 1) >> 216


@view
@external
@reentrant
def getTaskTerms() -> (uint256, uint256, uint256, bool):
    """
    @return Of the owner's own tasks: claim window and verification window in seconds, attempts, whether silence pays the worker.
    """
    terms: uint256 = self.terms >> TERMS_AT
    return terms & (2**24 - 1), (terms >> 24) & (2**24 - 1), (terms >> 64) & 255, (terms >> 72) & 1 == 1


@view
@external
@reentrant
def taskCounter() -> uint256:
    return self._task_count()


@view
@external
@reentrant
def totalProcessed() -> uint256:
    return (self.counters >> 120) & COUNT


@view
@external
@reentrant
def totalRewarded() -> uint256:
    return self.counters >> 160


@view
@external
@reentrant
def getQueueLengths() -> (uint256, uint256, uint256):
    """
    @return Tasks available, active, pending.
    """
    counters: uint256 = self.counters
    return counters & COUNT, (counters >> 40) & COUNT, (counters >> 80) & COUNT


@view
@external
@reentrant
def getPoolStats() -> (uint256, uint256, uint256, uint256, uint256, uint256):
    """
    @return Tasks available, active, pending, paid; wei paid to workers; balance in wei.
    """
    counters: uint256 = self.counters
    return (
        counters & COUNT,
        (counters >> 40) & COUNT,
        (counters >> 80) & COUNT,
        (counters >> 120) & COUNT,
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
    @return The task's id, 0 if none of the best 32 is for him.
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
def tasks(taskId: uint256) -> (
    uint256, uint256, address, bool, Bytes[1056], uint256, uint256, uint256, String[96], String[4128], String[4128]
):
    """
    @return reward, deadline (of the claim while active, else the expiry), assignedTo, exists, zkpProof, zkpPublicInput,
            zkpPublicResult, requestId, modelId, inputData, resultData; zeros for an unknown id.
    """
    word: uint256 = ranking.keys[taskId]
    progress: uint256 = self.progress[taskId]
    deadline: uint256 = task_words._expiry(word)
    if task_words._state(progress) == task_words.ACTIVE:
        deadline = task_words._deadline(progress)
    request_id: uint256 = 0
    model_id: String[96] = ""
    input_data: String[4128] = ""
    request_id, model_id, input_data = self._texts(word)
    blob: address = self._result_blob(progress)
    proof: Bytes[1056] = b""
    public_input: uint256 = 0
    public_result: uint256 = 0
    if blob != empty(address):
        public_input = code_blob._word(blob, 6)
        public_result = code_blob._word(blob, 38)
        proof = convert(code_blob._read(blob, 72, self._proof_length(blob)), Bytes[1056])
    return (
        task_words._reward(word),
        deadline,
        task_words._worker(progress),
        word != 0,
        proof,
        public_input,
        public_result,
        request_id,
        model_id,
        input_data,
        self._result(progress),
    )


@view
@external
@reentrant
def getAITaskData(taskId: uint256) -> (uint256, String[96], String[4128], String[4128], bool):
    """
    @return requestId, modelId, inputData, resultData, isCompleted (paid); zeros for an unknown id.
    """
    progress: uint256 = self.progress[taskId]
    request_id: uint256 = 0
    model_id: String[96] = ""
    input_data: String[4128] = ""
    request_id, model_id, input_data = self._texts(ranking.keys[taskId])
    return request_id, model_id, input_data, self._result(progress), task_words._state(progress) == task_words.PAID


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
    return task_queues._position(taskId, queueType)


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
        task_queues._page(queueType, self._task_count(), offset, limit),
        (self.counters >> (40 * (queueType - 1))) & COUNT,
    )


# ---------------------------------------------------------------- internal: who may


@internal
@view
def _only_router():
    if msg.sender != self._router():
        errors._unauthorized()


@internal
@view
def _only_registry():
    if msg.sender != self._registry():
        errors._unauthorized()


@internal
@view
def _only_active():
    if self.core & IS_ACTIVE == 0:
        errors._pool_inactive()


@internal
@view
def _is_verifier(word: uint256, progress: uint256) -> bool:
    if task_words._tree(word) == task_words.REGISTRY:
        return staticcall IModelRegistry(self._registry()).verifiers(msg.sender)
    return msg.sender == self._task_verifier(progress)


@internal
@view
def _task_verifier(progress: uint256) -> address:
    if task_words._state(progress) == task_words.PENDING:
        return self._verifier(task_words._version(progress))
    return self._verifier((self.terms >> VERSION_AT) & task_words.VERSION)


@internal
@view
def _verifier(version: uint256) -> address:
    verifier: address = self.verifiers[version]
    if verifier == empty(address):
        return ownable.owner
    return verifier


@internal
@view
def _payer(word: uint256) -> address:
    if task_words._tree(word) == task_words.REGISTRY:
        return self._registry()
    return ownable.owner


# ---------------------------------------------------------------- internal: a task's way


@internal
def _add_task(reward: uint256, expiry: uint256, reference: uint256, tree: uint256) -> uint256:
    task_id: uint256 = self._task_count() + 1
    levels: uint256 = ranking._levels(task_id)
    if task_id > ranking.MAX_LEAF:
        errors._invalid_input()
    if levels != ranking._levels(task_id - 1):
        ranking._grow(task_words.OWN, levels - 1)
        ranking._grow(task_words.REGISTRY, levels - 1)
    self.core += ONE_TASK
    ranking.keys[task_id] = task_words._word(reward, task_id, block.timestamp, expiry, reference, tree)
    self.counters += ONE_AVAILABLE
    self.reserved += reward
    task_queues._set(task_id, tree, task_queues.AVAILABLE)
    ranking._place(tree, task_id, True, levels)
    return task_id


@internal
def _take_out(task_id: uint256):
    ranking._place(ranking.keys[task_id] & 1, task_id, False, ranking._levels(self._task_count()))


@internal
def _release(task_id: uint256, word: uint256, progress: uint256, leaves: uint256, bar: bool):
    """
    @notice A claimed or submitted task is available again, or refunded if it has expired meanwhile.
    @param leaves ONE_ACTIVE or ONE_PENDING: the queue that it leaves.
    @param bar Whether its worker may not have it again.
    """
    kept: uint256 = progress & task_words.KEPT
    if bar:
        self.barred[task_id][task_words._worker(progress)] = True
        kept |= task_words.SOMEBODY_BARRED
    log ITaskPool.TaskReleased(taskId=task_id)
    if self._is_expired(task_id):
        self._refund(task_id, word, kept, leaves)
        return
    self.progress[task_id] = kept
    self.counters = self.counters - leaves + ONE_AVAILABLE
    task_queues._set(task_id, task_words._tree(word), task_queues.AVAILABLE)
    ranking._place(task_words._tree(word), task_id, True, ranking._levels(self._task_count()))


@internal
def _release_expired(task_ids: DynArray[uint256, 256]) -> uint256:
    count: uint256 = 0
    before: uint256 = self.counters
    for task_id: uint256 in task_ids:
        word: uint256 = self._existing(task_id)
        progress: uint256 = self.progress[task_id]
        state: uint256 = task_words._state(progress)
        if state == task_words.ACTIVE and block.timestamp > task_words._deadline(progress):
            self._release(task_id, word, progress, ONE_ACTIVE, True)
            count += 1
        elif state == task_words.AVAILABLE and self._is_expired(task_id):
            self._refund(task_id, word, progress, ONE_AVAILABLE)
            count += 1
    if count != 0:
        self._report(before, True)
    return count


@internal
def _verify(task_id: uint256, is_valid: bool) -> bool:
    """
    @return False if the task is not pending or past its window, and nothing was done.
    """
    word: uint256 = self._existing(task_id)
    progress: uint256 = self.progress[task_id]
    if not self._is_verifier(word, progress):
        errors._unauthorized()
    if task_words._state(progress) != task_words.PENDING or block.timestamp > task_words._deadline(progress):
        return False
    log ITaskPool.ZKPVerified(taskId=task_id, isValid=is_valid, verifier=msg.sender)
    if is_valid:
        self._accept(task_id, word, progress)
        return True
    before: uint256 = self.counters
    rejected: uint256 = progress + (task_words.ONE_REJECTION)
    if progress & task_words.LAST_ATTEMPT != 0:
        self._refund(task_id, word, rejected, ONE_PENDING)
    else:
        self._release(task_id, word, rejected, ONE_PENDING, True)
    self._report(before, True)
    return True


@internal
def _accept(task_id: uint256, word: uint256, progress: uint256):
    reward: uint256 = task_words._reward(word)
    worker: address = task_words._worker(progress)
    before: uint256 = self.counters
    ended: uint256 = task_words._with_state(progress, task_words.PAID)
    self.progress[task_id] = ended
    # `rewarded` is the highest field: it wraps at 2^96 wei and cannot touch the others
    self.counters = unsafe_add(before - ONE_PENDING + ONE_PROCESSED, reward << 160)
    self.reserved -= reward
    task_queues._set(task_id, task_words._tree(word), 0)
    log ITaskPool.RewardPaid(user=worker, taskId=task_id, amount=reward)
    if task_words._tree(word) == task_words.REGISTRY and not self._deliver(word, ended):
        self._set_undelivered(task_id, ended)
    self._report(before, False)
    if not payments._pay(worker, reward):
        self.reserved += reward


@internal
def _refund(task_id: uint256, word: uint256, progress: uint256, leaves: uint256):
    """
    @param leaves The queue that the task leaves.
    """
    reward: uint256 = task_words._reward(word)
    ended: uint256 = task_words._with_state(progress, task_words.REFUNDED)
    self.progress[task_id] = ended
    self.counters -= leaves
    task_queues._set(task_id, task_words._tree(word), 0)
    if leaves == ONE_AVAILABLE:
        self._take_out(task_id)
    log ITaskPool.TaskRefunded(taskId=task_id, payer=self._payer(word), amount=reward)
    if task_words._tree(word) == task_words.OWN:
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
            self._registry(),
            abi_encode(
                request_id, self._result(progress), method_id=method_id("updateInferenceResult(uint256,string)")
            ),
            gas=DELIVERY_GAS,
            revert_on_failure=False,
        )
    reward: uint256 = task_words._reward(word)
    self.reserved -= reward
    taken: bool = raw_call(
        self._registry(),
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


@internal
def _report(before: uint256, reranked: bool):
    """
    @notice Tell the router how the counters changed since `before`, and the pool's best task if that may have changed.
    @dev What the router does not take is kept for the next report. The fields of `counters` are summed as one number: their sums over
         all pools never leave their fields, so neither do the sums of the changes.
    """
    core: uint256 = self.core
    delta: uint256 = unsafe_sub(self.counters, before)
    if core & IS_UNREPORTED != 0:
        delta = unsafe_add(delta, self.unreported)
    slot: uint256 = (core >> SLOT_AT) & (2**24 - 1)
    if msg.gas < REPORT_GAS_LEFT:
        errors._insufficient_gas()
    key: uint256 = task_rules.KEY_UNCHANGED
    if reranked and slot != 0:
        key = self._rank_key()
    taken: bool = raw_call(
        self._router(),
        abi_encode(slot, delta, key, method_id=method_id("poolChanged(uint256,uint256,uint256)")),
        gas=REPORT_GAS,
        revert_on_failure=False,
    )
    if taken and core & IS_UNREPORTED != 0:
        self.unreported = 0
        self.core = core ^ IS_UNREPORTED
    elif not taken:
        self.unreported = delta
        self.core = core | IS_UNREPORTED


@internal
@view
def _rank_key() -> uint256:
    """
    @return What the router ranks the pool by: reward 160-255 | ~created 120-159 | task id 0-31; 0 if it has nothing to offer.
    """
    if self.core & IS_ACTIVE == 0:
        return 0
    best: uint256 = self._best(self.core & IS_APPROVED != 0)
    if best == 0:
        return 0
    word: uint256 = ranking.keys[best]
    return task_words._reward(word) << 160 | (task_words.TIME - task_words._created(word)) << 120 | best


@internal
@view
def _best(with_own: bool) -> uint256:
    """
    @return The best task in the trees, expired ones that no claim has met yet included; 0 if there is none.
    """
    levels: uint256 = ranking._levels(self._task_count())
    best: uint256 = ranking._best(task_words.REGISTRY, levels)
    if with_own:
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
    levels: uint256 = ranking._levels(self._task_count())
    for tree: uint256 in range(2):
        if tree == task_words.OWN and ranked and self.core & IS_APPROVED == 0:
            continue
        leaves: DynArray[uint256, 128] = ranking._top(tree, levels, MAX_LOOK)
        for task_id: uint256 in leaves:
            if not self._is_expired(task_id) and not self._is_barred(task_id, user):
                if ranking.keys[task_id] > ranking.keys[best]:
                    best = task_id
                break
    return best


@internal
@view
def _queue_at(queue: uint256, index: uint256) -> uint256:
    ids: DynArray[uint256, 256] = task_queues._page(queue, self._task_count(), index, 1)
    if len(ids) == 0:
        errors._invalid_input()
    return ids[0]


# ---------------------------------------------------------------- internal: words and blobs


@internal
@view
def _existing(task_id: uint256) -> uint256:
    word: uint256 = ranking.keys[task_id]
    if word == 0:
        errors._task_not_found()
    return word


@internal
@view
def _router() -> address:
    return convert(self.core & task_words.ADDRESS, address)


@internal
@view
def _registry() -> address:
    return convert(self.terms & task_words.ADDRESS, address)


@internal
@view
def _task_count() -> uint256:
    return (self.core >> 160) & (2**32 - 1)


@internal
@view
def _blob_count() -> uint256:
    return (self.core >> 192) & (2**32 - 1)








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
    pool, task_id = staticcall ITaskRouter(self._router()).activeTaskOf(user)
    if pool != self:
        return 0
    return task_id


@internal
@pure
def _pack_terms(claim_window: uint256, verification_window: uint256, max_attempts: uint256, silence_pays: bool) -> uint256:
    packed: uint256 = claim_window << TERMS_AT | verification_window << TERMS_AT + 24 | max_attempts << TERMS_AT + 64
    if silence_pays:
        packed |= 1 << TERMS_AT + 72
    return packed


@internal
@view
def _texts(word: uint256) -> (uint256, String[96], String[4128]):
    """
    @return The label or request id, the model's id, the input.
    """
    model_id: String[96] = ""
    input_data: String[4128] = ""
    if word == 0:
        return 0, model_id, input_data
    reference: uint256 = task_words._reference(word)
    if task_words._tree(word) == task_words.REGISTRY:
        model_id, input_data = staticcall IModelRegistry(self._registry()).requestText(reference)
        return reference, model_id, input_data
    blob: address = code_blob._address(self, reference)
    id_length: uint256 = code_blob._word(blob, 2) & 255
    model_id = convert(code_blob._read(blob, 34, id_length), String[96])
    start: uint256 = 34 + id_length
    input_data = convert(code_blob._read(blob, start, blob.codesize - start), String[4128])
    return code_blob._word(blob, 1), model_id, input_data


@internal
@view
def _result_blob(progress: uint256) -> address:
    nonce: uint256 = task_words._blob_nonce(progress)
    if nonce == 0:
        return empty(address)
    return code_blob._address(self, nonce)


@internal
@view
def _result(progress: uint256) -> String[4128]:
    blob: address = self._result_blob(progress)
    if blob == empty(address):
        return ""
    start: uint256 = 72 + self._proof_length(blob)
    length: uint256 = blob.codesize - start
    return convert(code_blob._read(blob, start, length), String[4128])


@internal
@view
def _proof_length(blob: address) -> uint256:
    return code_blob._word(blob, 40) & 65_535
