# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title ModelRegistry
@license MIT
@notice Models and their prices, inference requests, verifiers, and the pools that requests go to. A request is paid
        exactly, becomes a task in the same transaction, and ends with one result or with the whole cost as a credit
        for the requester.
@dev The design decision to know first: where a request is kept. Whatever never changes about a request (user, cost,
     time, model, prompt) is the code of a blob, and one word has the rest (request_words.vy). The reward of a request
     is in the pool of its task, the fee is here (registry_ledger.vy).

     Trusted: the owner, to set prices and to choose verifiers and pools. The owner cannot touch a requester's money.
     Verifiers judge results. Approved pools are clones of the implementation, which call back with the outcome of
     their own tasks.
"""

from ..interfaces import IModelRegistry
from ..shared import errors
from ..shared import ownable
from ..shared import payments
from . import late_results
from . import model_lists
from . import model_words
from . import model_records
from . import registry_ledger
from . import registry_settings
from . import request_pools
from . import request_views
from . import requests
from . import verifier_rights

initializes: ownable
initializes: payments
initializes: registry_settings[ownable := ownable]
initializes: registry_ledger[ownable := ownable, payments := payments]
initializes: verifier_rights[ownable := ownable]
initializes: model_records[ownable := ownable, registry_settings := registry_settings]
initializes: model_lists[model_records := model_records]
initializes: request_pools[ownable := ownable, registry_settings := registry_settings]
initializes: requests[
    model_records := model_records,
    payments := payments,
    registry_ledger := registry_ledger,
    registry_settings := registry_settings,
    request_pools := request_pools,
]
initializes: late_results[
    registry_settings := registry_settings,
    requests := requests,
    verifier_rights := verifier_rights,
]
initializes: request_views[late_results := late_results, model_records := model_records, requests := requests]

implements: IModelRegistry

exports: (
    late_results.submitResult,
    model_lists.getActiveModels,
    model_lists.getActiveModelsPaged,
    model_lists.getAllModelIds,
    model_lists.getModelIds,
    model_lists.getModelsByPricingType,
    model_lists.getModelsByPricingTypePaged,
    model_words.BYTES_PER_TOKEN,
    model_records.calculateInferenceCost,
    model_records.calculateTokenCount,
    model_records.getModel,
    model_records.modelIds,
    model_records.models,
    model_records.registerModel,
    model_records.setModelActive,
    model_records.updateModel,
    ownable.acceptOwnership,
    ownable.owner,
    ownable.pendingOwner,
    ownable.transferOwnership,
    registry_ledger.earnedFees,
    registry_ledger.getContractBalance,
    registry_ledger.refundOf,
    registry_ledger.rescueSurplus,
    registry_ledger.reservedBalance,
    registry_ledger.withdrawRefund,
    registry_ledger.withdrawRefundTo,
    registry_ledger.withdrawTokens,
    registry_settings.MAX_FEE_BPS,
    registry_settings.protocolFeeBps,
    registry_settings.requestCounter,
    registry_settings.requestLifetime,
    registry_settings.setProtocolFeeBps,
    registry_settings.setRequestLifetime,
    registry_settings.setTaskRouter,
    registry_settings.taskRouter,
    request_pools.approvePool,
    request_pools.getRequestPools,
    request_pools.isApprovedPool,
    request_pools.revokePool,
    request_pools.updatePoolListing,
    request_views.getInferenceRequest,
    request_views.inferenceRequests,
    request_views.requestTask,
    request_views.requestText,
    requests.cancelRequest,
    requests.creditRefund,
    requests.requestInference,
    requests.requestInferenceWithMax,
    requests.updateInferenceResult,
    verifier_rights.addVerifier,
    verifier_rights.removeVerifier,
    verifier_rights.verifiers,
)


@deploy
def __init__():
    """
    @notice The deployer becomes the owner. Models, verifiers, router and pools follow.
    """
    ownable._set_owner(msg.sender)
    registry_settings.__init__()


@external
@payable
@reentrant
def __default__():
    """
    @notice Accept plain transfers. Nobody is owed them: the owner may take them with `rescueSurplus`.
    @dev Reverts with `InvalidInput()` for a call with data.
    """
    if len(msg.data) != 0:
        errors._invalid_input()
