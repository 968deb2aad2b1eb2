# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Claims
@license MIT
@notice The doors of workers: claim, submit, give back.
"""

from ..interfaces import ITaskPool
from ..shared import errors
from ..shared import ranking
from . import best_task
from . import lifecycle
from . import pool_core
from . import pool_counters
from . import pool_terms
from . import task_queues
from . import task_rules
from . import task_store
from . import task_texts
from . import task_words

uses: pool_core
uses: pool_terms
uses: ranking
uses: task_store
uses: best_task
uses: lifecycle

# The most expired tasks that a claim takes out of the ranking: 23,000 gas each, part of task_rules.CLAIM_GAS.
MAX_PASSED: constant(uint256) = 8


@external
def claimTaskForUser(user: address, taskId: uint256 = 0) -> uint256:
    """
    @notice Claim the best task that the worker may have, or a chosen one.
    @dev Reverts with `Unauthorized()` for anyone but the router, `PoolInactive()`, `TaskNotFound()`,
         `NoAvailableTask()` where there is nothing for the worker, `InsufficientGas()`. Expired tasks that the search
         meets leave the ranking, at most 8 a call.
    @param user The worker.
    @param taskId The chosen task, 0 for the best.
    @return The task's id; 0 where only expired tasks were met, or the chosen one is expired or not for this worker.
    """
    core: uint256 = pool_core.core
    if msg.sender != pool_core._router(core):
        errors._unauthorized()
    if core & pool_core.IS_ACTIVE == 0:
        errors._pool_inactive()
    chosen: uint256 = taskId
    if chosen == 0:
        chosen = self._choose(user)
    if chosen == 0:
        best_task._report_ranked(0)
        return 0
    word: uint256 = task_store._existing(chosen)
    progress: uint256 = task_store.progress[chosen]
    if task_words._state(progress) != task_words.AVAILABLE:
        errors._no_available_task()
    if block.timestamp > task_words._expiry(word):
        lifecycle._rank(chosen, word, False)
        best_task._report_ranked(0)
        return 0
    if progress & task_words.SOMEBODY_BARRED != 0 and task_store.barred[chosen][user]:
        return 0
    window: uint256 = task_rules.CLAIM_WINDOW
    if task_words._tree(word) == task_words.OWN:
        window = pool_terms._claim_window()
    deadline: uint256 = min(block.timestamp + window, task_words._expiry(word))
    task_store.progress[chosen] = task_words._claimed(progress, user, block.timestamp, deadline)
    lifecycle._move(chosen, word, task_queues.ACTIVE, True)
    log ITaskPool.TaskClaimed(user=user, taskId=chosen, deadline=deadline)
    best_task._report_ranked(pool_counters.CLAIMED)
    return chosen


@external
def submitTaskForUser(
    user: address,
    taskId: uint256,
    zkpProof: Bytes[task_rules.PROOF_ROOM],
    zkpPublicInput: uint256,
    zkpPublicResult: uint256,
    resultData: String[task_rules.RESULT_ROOM],
):
    """
    @notice Submit a result. From here on no change of the pool's terms or verifier affects the task.
    @dev Reverts with `Unauthorized()` for anyone but the router, `TaskNotFound()`, `NotAssigned()`,
         `TaskDeadlinePassed()`, `InvalidInput()` for data over their bounds, `InsufficientGas()`.
    @param user The worker.
    @param taskId The task that the worker has claimed.
    @param zkpProof Up to 1,024 bytes.
    @param zkpPublicInput The proof's public input.
    @param zkpPublicResult The proof's public result.
    @param resultData Up to 4,096 bytes.
    """
    if msg.sender != pool_core._router(pool_core.core):
        errors._unauthorized()
    word: uint256 = task_store._existing(taskId)
    progress: uint256 = task_store._claim_of(user, taskId)
    if len(zkpProof) > task_rules.MAX_PROOF or len(resultData) > task_rules.MAX_RESULT:
        errors._invalid_input()
    blob_nonce: uint256 = pool_core._count_blob()
    task_texts._write_submission(zkpPublicInput, zkpPublicResult, zkpProof, resultData)
    claim_window: uint256 = 0
    window: uint256 = task_rules.VERIFICATION_WINDOW
    attempts: uint256 = task_rules.MAX_ATTEMPTS
    silence_pays: bool = task_rules.SILENCE_PAYS_WORKER
    version: uint256 = 0
    if task_words._tree(word) == task_words.OWN:
        claim_window, window, attempts, silence_pays = pool_terms._terms()
        version = pool_terms._version()
    task_store.progress[taskId] = task_words._submitted(
        progress, block.timestamp + window, blob_nonce, version, attempts, silence_pays
    )
    lifecycle._move(taskId, word, task_queues.PENDING, False)
    log ITaskPool.TaskCompleted(
        user=user,
        taskId=taskId,
        zkpProof=zkpProof,
        zkpPublicInput=zkpPublicInput,
        zkpPublicResult=zkpPublicResult,
    )
    pool_core._report(pool_counters.SUBMITTED, task_rules.KEY_UNCHANGED)


@external
def releaseMyClaim(taskId: uint256):
    """
    @notice Give a claimed task back, in time. The worker may claim it again.
    @dev Reverts with `TaskNotFound()`, `NotAssigned()`, `TaskDeadlinePassed()` once the claim has lapsed,
         `InsufficientGas()`.
    @param taskId The task that the caller has claimed.
    """
    word: uint256 = task_store._existing(taskId)
    progress: uint256 = task_store._claim_of(msg.sender, taskId)
    best_task._report_ranked(lifecycle._release(taskId, word, progress, pool_counters.ONE_ACTIVE, False))


@internal
def _choose(user: address) -> uint256:
    """
    @notice Take the expired tasks at the top out of the ranking. The caller reports the best task.
    @dev Reverts with `NoAvailableTask()`.
    @param user The worker.
    @return The best task for the worker; 0 if only expired ones were met.
    """
    passed: bool = False
    for _: uint256 in range(MAX_PASSED):
        best: uint256 = best_task._best(True)
        if best == 0:
            break
        if not task_store._is_expired(best):
            if task_store._is_barred(best, user):
                # an external call, so that only a barred worker pays for the memory of the search
                best = staticcall ITaskPool(self).getNextAvailableFor(user, False)
            if best == 0:
                break
            return best
        lifecycle._rank(best, ranking.keys[best], False)
        passed = True
    if not passed:
        errors._no_available_task()
    return 0
