# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Task store
@license MIT
@notice The pool's memory of its tasks besides the first word, which the ranking has: the second word, and which
        workers are barred. Says who pays for a task and who judges one.
"""

from ..interfaces import IModelRegistry
from ..shared import code_blob
from ..shared import errors
from ..shared import ownable
from ..shared import ranking
from . import pool_terms
from . import task_rules
from . import task_texts
from . import task_words

uses: ownable
uses: pool_terms
uses: ranking

progress: HashMap[uint256, uint256]  # see task_words
barred: HashMap[uint256, HashMap[address, bool]]  # task: workers who were rejected or let a claim lapse


@internal
@view
def _is_verifier(word: uint256, progress: uint256) -> bool:
    """
    @param word The first word of the task.
    @param progress The second word of the task.
    @return Whether the caller may judge the task.
    """
    if task_words._tree(word) == task_words.REGISTRY:
        return staticcall IModelRegistry(pool_terms._registry()).verifiers(msg.sender)
    return msg.sender == pool_terms._verifier_of_task(progress)


@internal
@view
def _payer(word: uint256) -> address:
    """
    @param word The first word of the task.
    @return Who paid for the task, and may cancel the task: the registry or the pool's owner.
    """
    if task_words._tree(word) == task_words.REGISTRY:
        return pool_terms._registry()
    return ownable.owner


@internal
@view
def _existing(task_id: uint256) -> uint256:
    """
    @dev Reverts with `TaskNotFound()`.
    @param task_id Any number.
    @return The first word of the task.
    """
    word: uint256 = ranking.keys[task_id]
    if word == 0:
        errors._task_not_found()
    return word


@internal
@view
def _claim_of(user: address, task_id: uint256) -> uint256:
    """
    @dev Reverts with `NotAssigned()`, and with `TaskDeadlinePassed()` once the claim has lapsed.
    @param user The worker.
    @param task_id The task that the worker has claimed.
    @return The progress of the task.
    """
    progress: uint256 = self.progress[task_id]
    if task_words._state(progress) != task_words.ACTIVE or task_words._worker(progress) != user:
        errors._not_assigned()
    if block.timestamp > task_words._deadline(progress):
        errors._task_deadline_passed()
    return progress


@internal
@view
def _is_expired(task_id: uint256) -> bool:
    """
    @param task_id Any number.
    @return Whether the task's expiry has passed; true for an unknown id.
    """
    return block.timestamp > task_words._expiry(ranking.keys[task_id])


@internal
@view
def _is_barred(task_id: uint256, user: address) -> bool:
    """
    @param task_id The task.
    @param user The worker.
    @return Whether the worker may not claim the task again.
    """
    return self.progress[task_id] & task_words.SOMEBODY_BARRED != 0 and self.barred[task_id][user]


@internal
@view
def _submission(progress: uint256) -> address:
    """
    @param progress The second word of the task.
    @return The blob of the task's last submission, zero without one.
    """
    nonce: uint256 = task_words._blob_nonce(progress)
    if nonce == 0:
        return empty(address)
    return code_blob._address(self, nonce)


@internal
@view
def _result(progress: uint256) -> String[task_rules.RESULT_ROOM]:
    """
    @param progress The second word of the task.
    @return The result of the task's last submission, empty without one.
    """
    blob: address = self._submission(progress)
    if blob == empty(address):
        return ""
    return task_texts._read_result(blob)
