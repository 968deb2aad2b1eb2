# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Outcome
@license MIT
@notice Hands the outcome of a request to the registry: the result, or the money for the requester. An outcome that
        the registry did not take is handed over later, by anyone.
"""

from ..interfaces import ITaskPool
from ..shared import errors
from . import escrow
from . import pool_terms
from . import task_store
from . import task_words

uses: pool_terms
uses: task_store
uses: escrow

# A call to the registry may use the first, and the second must be left before the call, so that nobody can make the
# call fail with too little gas. The dearest call logs a result of 4,096 bytes.
DELIVERY_GAS: constant(uint256) = 150_000
DELIVERY_GAS_LEFT: constant(uint256) = 210_000


@external
def deliverOutcome(taskId: uint256):
    """
    @notice Hand the outcome of a request to the registry, if the registry did not take it when the task ended.
    @dev Reverts with `TaskNotFound()`, `InvalidInput()` if nothing is undelivered, `InsufficientGas()`,
         `DeliveryFailed()`.
    @param taskId The request's task.
    """
    word: uint256 = task_store._existing(taskId)
    progress: uint256 = task_store.progress[taskId]
    if progress & task_words.IS_UNDELIVERED == 0:
        errors._invalid_input()
    task_store.progress[taskId] = progress ^ task_words.IS_UNDELIVERED
    if not self._deliver(word, progress):
        errors._delivery_failed()
    log ITaskPool.OutcomeDelivered(taskId=taskId)


@internal
def _deliver(word: uint256, progress: uint256) -> bool:
    """
    @notice Hand the outcome of a request to the registry: the result, or the money for the requester.
    @dev Reverts with `InsufficientGas()`.
    @param word The first word of a task that has ended.
    @param progress The second word of the task.
    @return False if the registry did not take the outcome.
    """
    if msg.gas < DELIVERY_GAS_LEFT:
        errors._insufficient_gas()
    request_id: uint256 = task_words._reference(word)
    if task_words._state(progress) == task_words.PAID:
        return raw_call(
            pool_terms._registry(),
            abi_encode(
                request_id, task_store._result(progress), method_id=method_id("updateInferenceResult(uint256,string)")
            ),
            gas=DELIVERY_GAS,
            revert_on_failure=False,
        )
    reward: uint256 = task_words._reward(word)
    escrow.reserved -= reward
    taken: bool = raw_call(
        pool_terms._registry(),
        abi_encode(request_id, method_id=method_id("creditRefund(uint256)")),
        value=reward,
        gas=DELIVERY_GAS,
        revert_on_failure=False,
    )
    if not taken:
        escrow.reserved += reward
    return taken


@internal
def _set_undelivered(task_id: uint256, progress: uint256):
    """
    @notice Keep an outcome for `deliverOutcome`, as the registry did not take it.
    @param task_id The task.
    @param progress The second word of the task.
    """
    task_store.progress[task_id] = progress | task_words.IS_UNDELIVERED
    log ITaskPool.OutcomeUndelivered(taskId=task_id)
