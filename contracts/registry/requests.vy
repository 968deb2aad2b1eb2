# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Requests
@license MIT
@notice A request is paid exactly, becomes a task in the same transaction, and ends once: with the result that the
        task's pool delivers, or with the whole cost as a credit for the requester.
@dev The reward of a request is in the pool of its task, the fee is here.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskPool
from ..pools import task_rules
from ..shared import errors
from ..shared import payments
from . import model_words
from . import model_records
from . import registry_ledger
from . import registry_settings
from . import request_pools
from . import request_words

uses: model_records
uses: payments
uses: registry_ledger
uses: registry_settings
uses: request_pools

# Gas that must be left once a request's texts are stored. At worst: 220,000 for a fee and the first task of a pool,
# 123,000 for the pool's report to the router, 22,100 for the request's word, 125,000 for the payment of the surplus,
# and the 64ths that calls hold back.
REQUEST_GAS_LEFT: constant(uint256) = 520_000

words: HashMap[uint256, uint256]  # by request id, see request_words.vy


# ---------------------------------------------------------------- requesters


@external
@payable
def requestInference(
    modelId: String[task_rules.MODEL_ID_ROOM], prompt: String[task_rules.INPUT_ROOM]
) -> uint256:
    """
    @notice Pay for an inference. Charges exactly the cost, and returns the surplus of the attached value. The task is
            in a pool when the call ends.
    @dev An estimate of the gas also suffices some blocks later, whatever others request meanwhile. Reverts with, in
         this order, `ModelNotFound()`, `ModelInactive()`, `InvalidInput()` for a prompt or a cost above its bound,
         `InsufficientPayment()`, `NoPoolAvailable()`, `InsufficientGas()`.
    @param modelId A registered model.
    @param prompt Up to 4,096 bytes. The prompt becomes public.
    @return The request's id.
    """
    return self._request(modelId, prompt, max_value(uint256))


@external
@payable
def requestInferenceWithMax(
    modelId: String[task_rules.MODEL_ID_ROOM], prompt: String[task_rules.INPUT_ROOM], maxCost: uint256
) -> uint256:
    """
    @notice As `requestInference`, for a requester that refuses a price which was raised meanwhile.
    @dev Reverts as `requestInference` does, and with `CostAboveMax()`.
    @param modelId A registered model.
    @param prompt Up to 4,096 bytes. The prompt becomes public.
    @param maxCost The highest cost that the requester accepts, in wei.
    @return The request's id.
    """
    return self._request(modelId, prompt, maxCost)


@external
def cancelRequest(requestId: uint256):
    """
    @notice Take back a request that nobody has claimed. The whole cost becomes a credit of the requester.
    @dev Reverts with `RequestNotFound()`, with `Unauthorized()` for anyone but the requester, and with
         `NoAvailableTask()` once the request is claimed or has ended.
    @param requestId The caller's request.
    """
    request: uint256 = self._existing(requestId)
    if msg.sender != request_words._user(request):
        errors._unauthorized()
    extcall ITaskPool(request_words._pool(request)).cancelTask(request_words._task_id(request))


# ---------------------------------------------------------------- pools: callbacks, open during other calls


@external
@reentrant
def updateInferenceResult(requestId: uint256, resultData: String[task_rules.RESULT_ROOM]):
    """
    @notice The pool hands over the accepted result of a request's task. The request's fee is earned.
    @dev Reverts with `RequestNotFound()`, with `Unauthorized()` for anyone but the pool of the request's task, and
         with `ResultAlreadySubmitted()` if the request has ended.
    @param requestId The request of the task.
    @param resultData Up to 4,096 bytes.
    """
    request: uint256 = self._open_request_of_sender(requestId)
    self.words[requestId] = request | request_words.IS_COMPLETED
    fee: uint256 = request_words._fee(request)
    if fee != 0:
        registry_ledger._earn(fee)
    log IModelRegistry.InferenceCompleted(requestId=requestId, resultData=resultData)


@external
@payable
@reentrant
def creditRefund(requestId: uint256):
    """
    @notice The pool hands back the reward of a request's task. The requester is credited with the whole cost, the fee
            included.
    @dev Reverts with `RequestNotFound()`, with `Unauthorized()` for anyone but the pool of the request's task, and
         with `ResultAlreadySubmitted()` if the request has ended.
    @param requestId The request of the task.
    """
    request: uint256 = self._open_request_of_sender(requestId)
    self.words[requestId] = request | request_words.IS_REFUNDED
    user: address = request_words._user(request)
    amount: uint256 = msg.value + request_words._fee(request)
    registry_ledger._credit(user, amount, msg.value)
    log IModelRegistry.RequestRefunded(requestId=requestId, user=user, amount=amount)


# ---------------------------------------------------------------- internal


@internal
@payable
def _request(
    model_id: String[task_rules.MODEL_ID_ROOM], prompt: String[task_rules.INPUT_ROOM], max_cost: uint256
) -> uint256:
    model: uint256 = model_records._model(model_id)
    if not model_words._is_active(model):
        errors._model_inactive()
    if len(prompt) > task_rules.MAX_INPUT:
        errors._invalid_input()
    tokens: uint256 = model_words._tokens(model, len(prompt))
    cost: uint256 = tokens * model_words._price(model)
    if cost > max_cost:
        errors._cost_above_max()
    if cost > task_rules.MAX_REWARD:
        errors._invalid_input()
    if msg.value < cost:
        errors._insufficient_payment()
    request_id: uint256 = registry_settings._request_count() + 1
    pool: address = request_pools._pool_for(request_id)

    registry_settings._count_request()
    request_words._write(msg.sender, cost, model_id, prompt)
    # The words that the pool writes next depend on earlier requests. So an estimate of the gas includes the worst case.
    if msg.gas < REQUEST_GAS_LEFT:
        errors._insufficient_gas()
    fee_bps: uint256 = registry_settings._fee_bps()
    fee: uint256 = request_words._fee_of(cost, fee_bps)
    if fee != 0:
        registry_ledger._owe(fee)
    # The word follows the call: the pool is a clone of ours, which calls nobody but the router.
    task_id: uint256 = extcall ITaskPool(pool).addRegistryTask(
        request_id, block.timestamp + registry_settings._lifetime(), value=cost - fee
    )
    self.words[request_id] = request_words._pack(pool, task_id, registry_settings._blob_count(), fee_bps)
    log IModelRegistry.InferenceRequested(
        requestId=request_id,
        user=msg.sender,
        modelId=convert(model_id, String[task_rules.MAX_MODEL_ID]),
        tokenCount=tokens,
        totalCost=cost,
    )
    surplus: uint256 = msg.value - cost
    if surplus != 0 and not payments._pay(msg.sender, surplus):
        registry_ledger._owe(surplus)
    return request_id


@internal
@view
def _open_request_of_sender(request_id: uint256) -> uint256:
    """
    @return The word of a request that has not ended, for the pool of its task.
    """
    request: uint256 = self._existing(request_id)
    if msg.sender != request_words._pool(request):
        errors._unauthorized()
    if request & (request_words.IS_COMPLETED | request_words.IS_REFUNDED) != 0:
        errors._result_already_submitted()
    return request


@internal
@view
def _word(request_id: uint256) -> uint256:
    """
    @return The request's word, 0 for an unknown id.
    """
    return self.words[request_id]


@internal
@view
def _existing(request_id: uint256) -> uint256:
    """
    @dev Reverts with `RequestNotFound()`.
    @return The request's word.
    """
    request: uint256 = self.words[request_id]
    if request == 0:
        errors._request_not_found()
    return request


@internal
def _mark_submitted(request_id: uint256):
    """
    @notice A verifier gives a result to a refunded request.
    @dev Reverts with `RequestNotFound()`, `ResultAlreadySubmitted()`, `RequestOpen()`.
    """
    request: uint256 = self._existing(request_id)
    if request & (request_words.IS_COMPLETED | request_words.IS_SUBMITTED) != 0:
        errors._result_already_submitted()
    if request & request_words.IS_REFUNDED == 0:
        errors._request_open()
    self.words[request_id] = request | request_words.IS_SUBMITTED
