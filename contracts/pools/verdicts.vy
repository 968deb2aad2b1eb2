# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Verdicts
@license MIT
@notice The doors of verifiers, and of anyone where the verifier is silent. Here a reward is decided.
"""

from ..interfaces import ITaskPool
from ..shared import errors
from ..shared import list_bounds
from ..shared import ranking
from . import best_task
from . import lifecycle
from . import pool_core
from . import pool_counters
from . import task_rules
from . import task_store
from . import task_words

uses: pool_core
uses: ranking
uses: task_store
uses: best_task
uses: lifecycle


@external
def verifyAndPay(taskId: uint256, isValid: bool):
    """
    @notice Accept a result and pay its worker, or reject it.
    @dev Reverts with `TaskNotFound()`, `Unauthorized()`, `TaskNotPending()`, `TaskDeadlinePassed()` once the
         verification window has passed and `settleUnverified` decides, `InsufficientGas()`.
    @param taskId The task.
    @param isValid Whether the result is accepted.
    """
    if not self._verify(taskId, isValid):
        progress: uint256 = task_store.progress[taskId]
        if not task_store._is_verifier(ranking.keys[taskId], progress):
            errors._unauthorized()
        if task_words._state(progress) != task_words.PENDING:
            errors._task_not_pending()
        errors._task_deadline_passed()


@external
def batchVerifyAndPay(
    taskIds: DynArray[uint256, list_bounds.MAX_PAGE], isValidResults: DynArray[bool, list_bounds.MAX_PAGE]
):
    """
    @notice `verifyAndPay` for many tasks; those that are not pending or past their window are skipped.
    @dev Reverts with `InvalidInput()` for lists of unequal length, `TaskNotFound()`, `Unauthorized()`,
         `InsufficientGas()`.
    @param taskIds The tasks, at most 256.
    @param isValidResults For each, whether the result is accepted.
    """
    if len(taskIds) != len(isValidResults):
        errors._invalid_input()
    for i: uint256 in range(len(taskIds), bound=list_bounds.MAX_PAGE):
        self._verify(taskIds[i], isValidResults[i])


@external
def settleUnverified(taskIds: DynArray[uint256, list_bounds.MAX_PAGE]):
    """
    @notice End tasks whose verifier was silent past the verification window: the worker is paid or the reward goes
            back, as the rule that held at submission says. Others are skipped.
    @dev Reverts with `TaskNotFound()`, `InsufficientGas()`.
    @param taskIds The tasks, at most 256.
    """
    for task_id: uint256 in taskIds:
        word: uint256 = task_store._existing(task_id)
        progress: uint256 = task_store.progress[task_id]
        if task_words._state(progress) == task_words.PENDING and block.timestamp > task_words._deadline(progress):
            if progress & task_words.SILENCE_PAYS != 0:
                lifecycle._accept(task_id, word, progress)
            else:
                pool_core._report(
                    lifecycle._refund(task_id, word, progress, pool_counters.ONE_PENDING), task_rules.KEY_UNCHANGED
                )


@internal
def _verify(task_id: uint256, is_valid: bool) -> bool:
    """
    @notice Accept or reject a result, as the caller's verdict.
    @dev Reverts with `TaskNotFound()`, `Unauthorized()`, `InsufficientGas()`.
    @param task_id The task.
    @param is_valid Whether the result is accepted.
    @return False if the task is not pending or past its window, and nothing was done.
    """
    word: uint256 = task_store._existing(task_id)
    progress: uint256 = task_store.progress[task_id]
    if task_words._state(progress) != task_words.PENDING or block.timestamp > task_words._deadline(progress):
        return False
    if not task_store._is_verifier(word, progress):
        errors._unauthorized()
    log ITaskPool.ZKPVerified(taskId=task_id, isValid=is_valid, verifier=msg.sender)
    if is_valid:
        lifecycle._accept(task_id, word, progress)
        return True
    rejected: uint256 = progress + task_words.ONE_REJECTION
    change: uint256 = 0
    if progress & task_words.LAST_ATTEMPT != 0:
        change = lifecycle._refund(task_id, word, rejected, pool_counters.ONE_PENDING)
    else:
        change = lifecycle._release(task_id, word, rejected, pool_counters.ONE_PENDING, True)
    best_task._report_ranked(change)
    return True
