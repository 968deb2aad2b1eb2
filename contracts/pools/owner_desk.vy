# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Owner desk
@license MIT
@notice The doors of the pool's owner: add tasks, choose verifier and terms, hand the pool over.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskPool
from ..shared import errors
from ..shared import ownable
from . import best_task
from . import escrow
from . import lifecycle
from . import pool_core
from . import pool_counters
from . import pool_terms
from . import task_rules
from . import task_texts
from . import task_words

uses: ownable
uses: pool_core
uses: pool_terms
uses: escrow
uses: best_task
uses: lifecycle


@external
@payable
def addAITasks(
    rewards: DynArray[uint256, task_rules.MAX_ADDED],
    requestIds: DynArray[uint256, task_rules.MAX_ADDED],
    modelIds: DynArray[String[task_rules.MODEL_ID_ROOM], task_rules.MAX_ADDED],
    inputData: DynArray[String[task_rules.INPUT_ROOM], task_rules.MAX_ADDED],
    deadlines: DynArray[uint256, task_rules.MAX_ADDED],
):
    """
    @notice Add 1 to 16 tasks of the owner's own. Their rewards are taken from the attached value, then from the free
            balance. Attached value that is left over becomes free balance.
    @dev Reverts with `Unauthorized()`, `PoolInactive()`, `InvalidInput()` for no tasks, lists of unequal length and
         what is out of bounds, `InsufficientFunds()`, `InsufficientGas()`.
    @param rewards In wei, 1 to 2^96 - 1.
    @param requestIds Labels of the owner's; they never reach the registry.
    @param modelIds 1 to 64 bytes each.
    @param inputData Up to 4,096 bytes each.
    @param deadlines Unix times after which a task that was not submitted has expired, at least 10 minutes ahead and
           below 2^40.
    """
    ownable._only_owner()
    pool_core._only_active()
    count: uint256 = len(rewards)
    if (
        count == 0
        or len(requestIds) != count
        or len(modelIds) != count
        or len(inputData) != count
        or len(deadlines) != count
    ):
        errors._invalid_input()
    ids: DynArray[uint256, task_rules.MAX_ADDED] = []
    for i: uint256 in range(count, bound=task_rules.MAX_ADDED):
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
        blob_nonce: uint256 = pool_core._count_blob()
        task_texts._write_own_task(requestIds[i], modelIds[i], inputData[i])
        ids.append(lifecycle._add_task(rewards[i], deadlines[i], blob_nonce, task_words.OWN))
    if self.balance < escrow.reserved:
        errors._insufficient_funds()
    log ITaskPool.TasksAdded(taskIds=ids)
    best_task._report_ranked(count * pool_counters.ONE_AVAILABLE)


@external
def setZKPVerifier(_verifier: address):
    """
    @notice Change who judges the results of the owner's own tasks that are submitted from now on. Takes the registry's
            approval from the pool: the ranking shall not lead workers who trusted the old verifier to the new one.
    @dev Reverts with `Unauthorized()`, with `InvalidInput()` for zero, for the present verifier and after 65,535
         changes, and with `InsufficientGas()`.
    @param _verifier The new verifier.
    """
    ownable._only_owner()
    version: uint256 = pool_terms._version()
    old: address = pool_terms._verifier(version)
    if _verifier == empty(address) or _verifier == old or version == task_words.VERSION:
        errors._invalid_input()
    pool_terms._set_verifier(version + 1, _verifier)
    log ITaskPool.ZKPVerifierUpdated(oldVerifier=old, newVerifier=_verifier)
    core: uint256 = pool_core.core
    if core & pool_core.IS_APPROVED != 0:
        pool_core.core = core ^ pool_core.IS_APPROVED
        log ITaskPool.ApprovalChanged(isApproved=False)
        extcall IModelRegistry(pool_terms._registry()).updatePoolListing(False, core & pool_core.IS_ACTIVE != 0)
        best_task._report_ranked(0)


@external
def setTaskTerms(claimWindow: uint256, verificationWindow: uint256, maxAttempts: uint256, silencePaysWorker: bool):
    """
    @notice Change the terms of the owner's own tasks. A task that was submitted keeps its terms, a claim its deadline.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for a term out of its bounds.
    @param claimWindow Seconds from claim to submission, 300 to 604,800.
    @param verificationWindow Seconds from submission until silence is settled, 3,600 to 2,592,000.
    @param maxAttempts Rejections after which a task is refunded, 1 to 10.
    @param silencePaysWorker Whether the worker is paid if the verifier is silent, or the reward goes back.
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
def acceptOwnership():
    """
    @notice Become the owner, as the account that the present owner proposed. The verifier stays the same account.
    @dev Reverts with `Unauthorized()` for any other account.
    """
    if pool_terms.verifiers[0] == empty(address):
        pool_terms.verifiers[0] = ownable.owner
    ownable._accept_ownership()
