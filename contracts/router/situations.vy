# pragma version 0.4.3
"""
@title Situations
@license MIT
@notice The situation of one task: the account that has to act next, the rules of the task, and its judge.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolViewer
from ..pools import task_rules
from ..pools import task_texts
from ..pools import task_words
from ..shared import code_blob
from ..shared import errors


@view
@external
def submittedAt(pool: address, taskId: uint256) -> uint256:
    """
    @notice When a task's result was submitted.
    @dev Reverts with `PoolNotFound()` for an account without code.
    @param pool The task's pool.
    @param taskId The task.
    @return Unix time. 0 for a task without a result, after a rejection, and for an unknown id.
    """
    self._check(pool)
    return self._submitted_at(pool, (staticcall ITaskPool(pool).taskWords(taskId))[1])


@view
@external
def verifierOf(pool: address, taskId: uint256) -> address:
    """
    @notice The account that judges the result of one of the pool owner's own tasks. A submitted task keeps the verifier
            that the pool had at the submission.
    @dev Reverts with `PoolNotFound()` for an account without code.
    @param pool The task's pool.
    @param taskId The task.
    @return The verifier. Zero for a task of the registry: any verifier of the registry judges those.
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
    @notice The rules of a task, for workers to read before a claim.
    @dev Reverts with `PoolNotFound()` for an account without code, and with `TaskNotFound()`.
    @param pool The task's pool.
    @param taskId The task.
    @return The rules. Windows are in seconds, `expiry` is a unix time.
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
    @notice Why a task does not move: its state, the account that has to act, and the function that anyone may call.
    @dev Reverts with `PoolNotFound()` for an account without code, and with `TaskNotFound()`.
    @param pool The task's pool.
    @param taskId The task.
    @return The situation. `since` and `until` are unix times, 0 for a task that has ended.
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


@internal
@view
def _check(pool: address):
    """
    @dev Reverts with `PoolNotFound()` for an account without code. Only the factory knows whether a contract is a pool.
    """
    if not pool.is_contract:
        errors._pool_not_found()


@internal
@view
def _words(pool: address, task_id: uint256) -> (uint256, uint256):
    """
    @dev Reverts with `PoolNotFound()` and `TaskNotFound()`.
    @return The task's word and progress, see task_words.vy.
    """
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
