# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Task store
@license MIT
@notice What a pool keeps of its tasks besides the first word, which the ranking has: the second word, and which
        workers are barred. Says who pays for a task and who judges one.
"""

from ..interfaces import IModelRegistry
from ..shared import code_blob
from ..shared import errors
from ..shared import ownable
from . import pool_terms
from ..shared import ranking
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
