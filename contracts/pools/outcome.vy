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

# A call to the registry may use the first, 13 times what the dearest needs on Osaka: two new words, or the log of a
# result of 4,096 bytes. A call that failed was refused if the second was left before. Otherwise the call may have had
# too little gas, and the whole call reverts. The difference pays for the escrow's word, the result's encoding, the
# access to the registry, the value, and the 1/64 that the call withholds.
DELIVERY_GAS: constant(uint256) = 2_000_000
DELIVERY_GAS_LEFT: constant(uint256) = 2_200_000


@external
def deliverOutcome(taskId: uint256):
    """
    @notice Hand the outcome of a request to the registry, if the registry did not take it when the task ended. The
            registry gets all the gas but a 64th.
    @dev Reverts with `TaskNotFound()`, `InvalidInput()` if nothing is undelivered, `InsufficientGas()`,
         `DeliveryFailed()`.
    @param taskId The request's task.
    """
    word: uint256 = task_store._existing(taskId)
    progress: uint256 = task_store.progress[taskId]
    if progress & task_words.IS_UNDELIVERED == 0:
        errors._invalid_input()
    task_store.progress[taskId] = progress ^ task_words.IS_UNDELIVERED
    if not self._deliver(word, progress, max_value(uint256)):
        errors._delivery_failed()
    log ITaskPool.OutcomeDelivered(taskId=taskId)


@internal
def _deliver(word: uint256, progress: uint256, allowance: uint256 = DELIVERY_GAS) -> bool:
    """
    @notice Hand the outcome of a request to the registry: the result, or the money for the requester.
    @dev Reverts with `InsufficientGas()` if the call failed and the registry did not have its allowance.
    @param word The first word of a task that has ended.
    @param progress The second word of the task.
    @param allowance The most gas that the registry gets. With all ones the registry gets all but a 64th.
    @return False if the registry did not take the outcome.
    """
    request_id: uint256 = task_words._reference(word)
    taken: bool = False
    gas_before: uint256 = msg.gas
    if task_words._state(progress) == task_words.PAID:
        taken = raw_call(
            pool_terms._registry(),
            abi_encode(
                request_id, task_store._result(progress), method_id=method_id("updateInferenceResult(uint256,string)")
            ),
            gas=allowance,
            revert_on_failure=False,
        )
    else:
        reward: uint256 = task_words._reward(word)
        escrow.reserved -= reward
        taken = raw_call(
            pool_terms._registry(),
            abi_encode(request_id, method_id=method_id("creditRefund(uint256)")),
            value=reward,
            gas=allowance,
            revert_on_failure=False,
        )
        if not taken:
            escrow.reserved += reward
    if not taken and gas_before < DELIVERY_GAS_LEFT:
        errors._insufficient_gas()
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
