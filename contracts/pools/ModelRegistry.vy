# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title ModelRegistry
@license MIT
@notice Models and their prices, inference requests, verifiers, and the pools that requests go to. A request is paid exactly, becomes a
        task in the same transaction, and ends with one result or with the whole cost as a credit for the requester.
@dev Decide first: what never changes about a request (user, cost, time, model, prompt) is the code of a blob, and one word holds the rest. The
     money of a request lies in the pool, its fee here.

     Trusted: the owner, to name prices, verifiers and pools; he cannot touch a requester's money. Approved verifiers judge results. Approved
     pools are clones of the implementation, which call back with the outcome of their own tasks.
"""

from contracts.interfaces import IModelRegistry
from contracts.interfaces import ITaskPool
from contracts.interfaces import ITaskPoolFactory
from contracts.interfaces import ITaskRouter
from contracts.pools import task_rules
from contracts.shared import code_blob
from contracts.shared import errors
from contracts.shared import ownable
from contracts.shared import payments
from contracts.shared import probe

initializes: ownable
initializes: payments

implements: IModelRegistry

exports: (
    ownable.owner,
    ownable.pendingOwner,
    ownable.transferOwnership,
    ownable.acceptOwnership,
)

BYTES_PER_TOKEN: public(constant(uint256)) = 4
MAX_FEE_BPS: public(constant(uint256)) = 1_000
# What must be left once a request's texts are stored. At worst: 220,000 for a fee and the first task of a pool, 123,000 for its report to the
# router, 22,100 for the request's word, 125,000 for a refund, and the 64ths that calls hold back.
REQUEST_GAS_LEFT: constant(uint256) = 520_000
BPS: constant(uint256) = 10_000
MAX_NAME: constant(uint256) = 128
MAX_DESCRIPTION: constant(uint256) = 1_024
MAX_MODELS: constant(uint256) = 1_024
ALL_MODELS: constant(uint256) = 0
ACTIVE_MODELS: constant(uint256) = 1
MODELS_OF_TYPE: constant(uint256) = 2
FIXED: constant(uint8) = 0
FLEXIBLE: constant(uint8) = 1
ADDRESS: constant(uint256) = 2**160 - 1
TIME: constant(uint256) = 2**40 - 1

# settings: requests made 0-47 | blobs created 48-79 | pools listed 80-111 | fee, 1/10,000, 112-127 | lifetime of a request 128-159
ONE_BLOB: constant(uint256) = 1 << 48
ONE_POOL: constant(uint256) = 1 << 80
FEE_AT: constant(uint256) = 112
LIFETIME_AT: constant(uint256) = 128

# models[keccak256(modelId)]: price 160-255 | registered, unix time, 120-159 | pricing type 112-119 | active 111 | position + 1 in 0-31
IS_MODEL_ACTIVE: constant(uint256) = 1 << 111

# requests[requestId]: pool 0-159 | task id 160-191 | nonce of the blob 192-223 | fee, 1/10,000, 224-239 | flags
IS_COMPLETED: constant(uint256) = 1 << 240  # the pool delivered the result
IS_REFUNDED: constant(uint256) = 1 << 241
IS_SUBMITTED: constant(uint256) = 1 << 242  # refunded, and a verifier gave a result all the same

# blob of a request: STOP 0 | user 1-20 | unix time 21-25 | cost 26-37 | length of the model's id 38 | model's id | prompt
# blob of a model: STOP 0 | length of the id 1 | length of the name 2 | id | name | description

taskRouter: public(reentrant(address))
verifiers: public(reentrant(HashMap[address, bool]))
settings: uint256
models_by_id: HashMap[bytes32, uint256]
model_blobs: HashMap[uint256, address]  # by position
model_count: uint256
requests: HashMap[uint256, uint256]
submitted_results: HashMap[uint256, address]  # blobs of `submitResult`
pool_states: HashMap[address, uint256]  # approved 0 | position in the list + 1 above
listed_pools: HashMap[uint256, address]  # the approved active pools, without gaps
earned_fees: uint256  # wei, the owner's
owed: uint256  # wei: fees, earned or not, and credits


@deploy
def __init__():
    ownable._set_owner(msg.sender)
    self.settings = task_rules.REQUEST_LIFETIME << LIFETIME_AT


@external
@payable
@reentrant
def __default__():
    """
    @notice Accept plain transfers. Nobody is owed them: the owner may take them with `rescueSurplus`.
    """
    if len(msg.data) != 0:
        errors._invalid_input()


# ---------------------------------------------------------------- requesters


@external
@payable
def requestInference(modelId: String[96], prompt: String[4128]) -> uint256:
    """
    @notice Pay for an inference. Charges exactly the cost and returns the surplus of the attached value; the task is in a pool when the
            call ends.
    @dev Reverts with `ModelNotFound()`, `ModelInactive()`, `InvalidInput()` for a prompt or cost over its bound, `InsufficientPayment()`,
         `NoPoolAvailable()`, `InsufficientGas()`. An estimate of the gas suffices some blocks later too, whatever others request meanwhile.
    @param modelId The model.
    @param prompt Up to 4,096 bytes. It becomes public.
    @return The request's id.
    """
    return self._request(modelId, prompt, max_value(uint256))


@external
@payable
def requestInferenceWithMax(modelId: String[96], prompt: String[4128], maxCost: uint256) -> uint256:
    """
    @notice The same, refusing a price that was raised in the meantime.
    @dev Reverts as requestInference does, and with `CostAboveMax()`.
    @param maxCost In wei.
    @return The request's id.
    """
    return self._request(modelId, prompt, maxCost)


@external
def cancelRequest(requestId: uint256):
    """
    @notice Take back a request that nobody has claimed. The whole cost becomes a credit.
    @dev Reverts with `RequestNotFound()`, `Unauthorized()` for anyone but the requester, `NoAvailableTask()` once it is claimed or ended.
    """
    request: uint256 = self._existing(requestId)
    if msg.sender != self._user(request):
        errors._unauthorized()
    extcall ITaskPool(self._pool(request)).cancelTask(self._task_id(request))


@external
def withdrawRefund():
    """
    @notice Withdraw the caller's credit.
    @dev Reverts with `InsufficientFunds()` without one, `TransferFailed()`.
    """
    self._withdraw_refund(msg.sender)


@external
def withdrawRefundTo(to: address):
    """
    @notice Withdraw the caller's credit to another address, for a requester that cannot receive.
    @dev Reverts with `InvalidInput()` for zero, `InsufficientFunds()`, `TransferFailed()`.
    """
    self._withdraw_refund(to)


# ---------------------------------------------------------------- verifiers


@external
def submitResult(requestId: uint256, resultData: String[4128]):
    """
    @notice Give a result to a request whose task ended in a refund. No money moves.
    @dev Reverts with `Unauthorized()`, `RequestNotFound()`, `ResultAlreadySubmitted()`, `RequestOpen()` while its task can still bring a result,
         and `InvalidInput()` for a result over the bound.
    @param resultData Up to 4,096 bytes.
    """
    if not self.verifiers[msg.sender]:
        errors._unauthorized()
    request: uint256 = self._existing(requestId)
    if request & (IS_COMPLETED | IS_SUBMITTED) != 0:
        errors._result_already_submitted()
    if request & IS_REFUNDED == 0:
        errors._request_open()
    if len(resultData) > task_rules.MAX_RESULT:
        errors._invalid_input()
    self.requests[requestId] = request | IS_SUBMITTED
    self.settings += ONE_BLOB
    self.submitted_results[requestId] = code_blob._write(
        concat(0x00, convert(resultData, Bytes[4128]), empty(bytes32))
    )
    log IModelRegistry.ResultSubmitted(requestId=requestId, resultData=resultData)


# ---------------------------------------------------------------- pools: callbacks, open while a call of this contract runs


@external
@reentrant
def updateInferenceResult(requestId: uint256, resultData: String[4128]):
    """
    @notice The pool hands over the accepted result of a request's task. The request's fee is earned.
    @dev Reverts with `RequestNotFound()`, `Unauthorized()` for anyone but the pool of the request's task, `ResultAlreadySubmitted()`.
    """
    request: uint256 = self._open_request_of_sender(requestId)
    self.requests[requestId] = request | IS_COMPLETED
    fee: uint256 = self._fee(request)
    if fee != 0:
        self.earned_fees += fee
    log IModelRegistry.InferenceCompleted(requestId=requestId, resultData=resultData)


@external
@payable
@reentrant
def creditRefund(requestId: uint256):
    """
    @notice The pool hands back the reward of a request's task; the requester is credited with the whole cost, the fee included.
    @dev Reverts with `RequestNotFound()`, `Unauthorized()` for anyone but the pool of the request's task, `ResultAlreadySubmitted()`.
    """
    request: uint256 = self._open_request_of_sender(requestId)
    self.requests[requestId] = request | IS_REFUNDED
    user: address = self._user(request)
    amount: uint256 = msg.value + self._fee(request)
    payments.credits[user] += amount
    self.owed += msg.value
    log IModelRegistry.RequestRefunded(requestId=requestId, user=user, amount=amount)


@external
@reentrant
def updatePoolListing(approved: bool, active: bool):
    """
    @notice An approved pool lost its approval, or was activated or deactivated.
    @dev Reverts with `Unauthorized()` for anyone but an approved pool.
    """
    if self.pool_states[msg.sender] & 1 == 0:
        errors._unauthorized()
    self._unlist(msg.sender)
    if not approved:
        self.pool_states[msg.sender] = 0
        log IModelRegistry.PoolRevoked(pool=msg.sender)
    elif active:
        self._list(msg.sender)


# ---------------------------------------------------------------- owner


@external
def registerModel(modelId: String[96], name: String[160], description: String[1056], modelPricingType: uint8, tokenPrice: uint256):
    """
    @notice Add a model, active.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for a known id and anything out of bounds.
    @param modelId 1 to 64 bytes.
    @param name Up to 128 bytes.
    @param description Up to 1,024 bytes.
    @param modelPricingType 0 fixed: a request is one token; 1 flexible: a token for each 4 bytes of the prompt.
    @param tokenPrice In wei, 1 to 2^96 - 1.
    """
    ownable._only_owner()
    digest: bytes32 = keccak256(modelId)
    if (
        len(modelId) == 0
        or len(modelId) > task_rules.MAX_MODEL_ID
        or modelPricingType > FLEXIBLE
        or self.models_by_id[digest] != 0
        or self.model_count == MAX_MODELS
    ):
        errors._invalid_input()
    position: uint256 = self.model_count
    self.model_count = position + 1
    self.models_by_id[digest] = (
        block.timestamp << 120 | convert(modelPricingType, uint256) << 112 | IS_MODEL_ACTIVE | position + 1
    )
    self._describe(digest, modelId, name, description, tokenPrice)
    log IModelRegistry.ModelRegistered(
        modelId=convert(modelId, String[64]), modelPricingType=modelPricingType, tokenPrice=tokenPrice
    )


@external
def updateModel(modelId: String[96], name: String[160], description: String[1056], tokenPrice: uint256):
    """
    @notice Change a model's name, description and price, for requests made from now on.
    @dev Reverts with `Unauthorized()`, `ModelNotFound()`, `InvalidInput()`. Bounds as in registerModel.
    """
    ownable._only_owner()
    digest: bytes32 = keccak256(modelId)
    model: uint256 = self._model(modelId)
    self._describe(digest, modelId, name, description, tokenPrice)
    log IModelRegistry.ModelUpdated(modelId=convert(modelId, String[64]), isActive=model & IS_MODEL_ACTIVE != 0)


@external
def setModelActive(modelId: String[96], isActive: bool):
    """
    @notice Open or close a model for new requests.
    @dev Reverts with `Unauthorized()` and `ModelNotFound()`.
    """
    ownable._only_owner()
    model: uint256 = self._model(modelId) & ~IS_MODEL_ACTIVE
    if isActive:
        model |= IS_MODEL_ACTIVE
    self.models_by_id[keccak256(modelId)] = model
    log IModelRegistry.ModelUpdated(modelId=convert(modelId, String[64]), isActive=isActive)


@external
def addVerifier(verifier: address):
    """
    @notice Trust an account to judge the results of requests.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for zero and for a verifier.
    """
    ownable._only_owner()
    if verifier == empty(address) or self.verifiers[verifier]:
        errors._invalid_input()
    self.verifiers[verifier] = True
    log IModelRegistry.VerifierAdded(verifier=verifier)


@external
def removeVerifier(verifier: address):
    """
    @notice Trust it no longer, in tasks that are pending either.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for an account that is no verifier.
    """
    ownable._only_owner()
    if not self.verifiers[verifier]:
        errors._invalid_input()
    self.verifiers[verifier] = False
    log IModelRegistry.VerifierRemoved(verifier=verifier)


@external
def approvePool(pool: address):
    """
    @notice Let requests go to a pool, and its owner's own tasks into the ranking of `claimBestTask`.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for an approved pool and one that is not of the router's factory and this registry.
    """
    ownable._only_owner()
    if self.pool_states[pool] & 1 == 1 or self.taskRouter == empty(address):
        errors._invalid_input()
    factory: address = staticcall ITaskRouter(self.taskRouter).factory()
    if not staticcall ITaskPoolFactory(factory).isRegisteredPool(pool):
        errors._invalid_input()
    if staticcall ITaskPool(pool).modelRegistry() != self:
        errors._invalid_input()
    self.pool_states[pool] = 1
    if staticcall ITaskPool(pool).isActive():
        self._list(pool)
    extcall ITaskPool(pool).setApproval(True)
    log IModelRegistry.PoolApproved(pool=pool)


@external
def revokePool(pool: address):
    """
    @notice Send no more requests to a pool, and take its owner's own tasks out of the ranking. Requests that are in it stay ranked.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for a pool that is not approved.
    """
    ownable._only_owner()
    if self.pool_states[pool] & 1 == 0:
        errors._invalid_input()
    self._unlist(pool)
    self.pool_states[pool] = 0
    extcall ITaskPool(pool).setApproval(False)
    log IModelRegistry.PoolRevoked(pool=pool)


@external
def setTaskRouter(_taskRouter: address):
    """
    @notice Set the router, once and for good: pools ask for it when they are made. Only a router that was made while this was the factory's
            registry ranks the pools.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for an address that is no router and a second time.
    """
    ownable._only_owner()
    if self.taskRouter != empty(address) or not probe._answers(
        _taskRouter, method_id("factory()", output_type=bytes4)
    ):
        errors._invalid_input()
    self.taskRouter = _taskRouter
    log IModelRegistry.TaskRouterUpdated(oldRouter=empty(address), newRouter=_taskRouter)


@external
def setProtocolFeeBps(bps: uint256):
    """
    @notice Set the protocol's part of the cost of requests made from now on.
    @dev Reverts with `Unauthorized()` and `InvalidInput()`.
    @param bps In 1/10,000, at most 1,000.
    """
    ownable._only_owner()
    if bps > MAX_FEE_BPS:
        errors._invalid_input()
    log IModelRegistry.ProtocolFeeUpdated(oldBps=self._fee_bps(), newBps=bps)
    self.settings = self.settings & ~(65_535 << FEE_AT) | bps << FEE_AT


@external
def setRequestLifetime(lifetime: uint256):
    """
    @notice Set how long a request made from now on can be submitted.
    @dev Reverts with `Unauthorized()` and `InvalidInput()`.
    @param lifetime Seconds, 600 to 2,592,000.
    """
    ownable._only_owner()
    if lifetime < task_rules.MIN_LIFETIME or lifetime > task_rules.MAX_REQUEST_LIFETIME:
        errors._invalid_input()
    log IModelRegistry.RequestLifetimeUpdated(oldLifetime=self._lifetime(), newLifetime=lifetime)
    self.settings = self.settings & ~((2**32 - 1) << LIFETIME_AT) | lifetime << LIFETIME_AT


@external
def withdrawTokens():
    """
    @notice Pay the owner the fees that are earned, and nothing else.
    @dev Reverts with `Unauthorized()`, `InsufficientFunds()` without any, `TransferFailed()`.
    """
    ownable._only_owner()
    amount: uint256 = self.earned_fees
    if amount == 0:
        errors._insufficient_funds()
    self.earned_fees = 0
    self.owed -= amount
    log IModelRegistry.TokensWithdrawn(owner=msg.sender, amount=amount)
    payments._send(msg.sender, amount)


@external
def rescueSurplus(to: address):
    """
    @notice Send on what nobody is owed: plain transfers to this contract.
    @dev Reverts with `Unauthorized()`, `InvalidInput()` for zero, `InsufficientFunds()`, `TransferFailed()`.
    """
    ownable._only_owner()
    if to == empty(address):
        errors._invalid_input()
    amount: uint256 = self.balance - self.owed
    if amount == 0:
        errors._insufficient_funds()
    log IModelRegistry.SurplusRescued(to=to, amount=amount)
    payments._send(to, amount)


# ---------------------------------------------------------------- views


@pure
@external
@reentrant
def calculateTokenCount(prompt: String[4128]) -> uint256:
    """
    @return Tokens of a prompt under flexible pricing: its bytes / 4, rounded up, at least 1.
    """
    return self._tokens(len(prompt))


@view
@external
@reentrant
def calculateInferenceCost(modelId: String[96], prompt: String[4128]) -> (uint256, uint256):
    """
    @dev Reverts with `ModelNotFound()`.
    @return Tokens, and the cost in wei that requestInference charges.
    """
    model: uint256 = self._model(modelId)
    tokens: uint256 = self._model_tokens(model, len(prompt))
    return tokens, tokens * (model >> 160)


@view
@external
@reentrant
def models(modelId: String[96]) -> (String[128], String[1024], uint8, bool, uint256, uint256):
    """
    @return name, description, modelPricingType, isActive, createdAt, tokenPrice; zeros for an unknown id.
    """
    model: uint256 = self.models_by_id[keccak256(modelId)]
    if model == 0:
        return "", "", 0, False, 0, 0
    result: IModelRegistry.Model = self._unpack_model(model)
    return result.name, result.description, result.modelPricingType, result.isActive, result.createdAt, result.tokenPrice


@view
@external
@reentrant
def getModel(modelId: String[96]) -> IModelRegistry.Model:
    """
    @dev Reverts with `ModelNotFound()`.
    """
    return self._unpack_model(self._model(modelId))


@view
@external
@reentrant
def modelIds(index: uint256) -> String[64]:
    """
    @dev Reverts with `InvalidInput()` past the end.
    """
    if index >= self.model_count:
        errors._invalid_input()
    return self._model_id(index)


@view
@external
@reentrant
def getAllModelIds() -> DynArray[String[64], MAX_MODELS]:
    return self._model_ids(0, MAX_MODELS, ALL_MODELS)


@view
@external
@reentrant
def getModelIds(offset: uint256, limit: uint256) -> (DynArray[String[64], MAX_MODELS], uint256):
    """
    @notice A page of all model ids, in order of registration.
    @dev Reverts with `InvalidInput()` for a limit above 256, as the other paged getters do.
    @return Ids, and their total number.
    """
    return self._model_page(offset, limit, ALL_MODELS)


@view
@external
@reentrant
def getActiveModels() -> DynArray[String[64], MAX_MODELS]:
    return self._model_ids(0, MAX_MODELS, ACTIVE_MODELS)


@view
@external
@reentrant
def getActiveModelsPaged(offset: uint256, limit: uint256) -> (DynArray[String[64], MAX_MODELS], uint256):
    return self._model_page(offset, limit, ACTIVE_MODELS)


@view
@external
@reentrant
def getModelsByPricingType(pricingType: uint8) -> DynArray[String[64], MAX_MODELS]:
    return self._model_ids(0, MAX_MODELS, MODELS_OF_TYPE + convert(pricingType, uint256))


@view
@external
@reentrant
def getModelsByPricingTypePaged(
    pricingType: uint8, offset: uint256, limit: uint256
) -> (DynArray[String[64], MAX_MODELS], uint256):
    return self._model_page(offset, limit, MODELS_OF_TYPE + convert(pricingType, uint256))


@view
@external
@reentrant
def requestCounter() -> uint256:
    """
    @return The number of requests so far, and the id of the last.
    """
    return self._request_count()


@view
@external
@reentrant
def requestTask(requestId: uint256) -> (address, uint256):
    """
    @return The pool and id of a request's task; zeros for an unknown request.
    """
    request: uint256 = self.requests[requestId]
    return self._pool(request), self._task_id(request)


@view
@external
@reentrant
def requestText(requestId: uint256) -> (String[64], String[4128]):
    """
    @dev Reverts with `RequestNotFound()`.
    @return The model's id, and the prompt.
    """
    return self._text(self._existing(requestId))


@view
@external
@reentrant
def getInferenceRequest(requestId: uint256) -> IModelRegistry.InferenceRequest:
    """
    @dev Reverts with `RequestNotFound()`.
    """
    return self._unpack_request(requestId, self._existing(requestId))


@view
@external
@reentrant
def inferenceRequests(
    requestId: uint256
) -> (address, String[64], String[4128], uint256, uint256, uint256, String[4128], bool):
    """
    @return user, modelId, prompt, tokenCount, totalCost, timestamp, resultData, hasResult; zeros for an unknown request.
    """
    request: uint256 = self.requests[requestId]
    if request == 0:
        return empty(address), "", "", 0, 0, 0, "", False
    result: IModelRegistry.InferenceRequest = self._unpack_request(requestId, request)
    return (
        result.user,
        result.modelId,
        result.prompt,
        result.tokenCount,
        result.totalCost,
        result.timestamp,
        result.resultData,
        result.hasResult,
    )


@view
@external
@reentrant
def refundOf(user: address) -> uint256:
    """
    @return The account's credit in wei.
    """
    return payments.credits[user]


@view
@external
@reentrant
def protocolFeeBps() -> uint256:
    """
    @return The protocol's part of the cost of new requests, in 1/10,000.
    """
    return self._fee_bps()


@view
@external
@reentrant
def requestLifetime() -> uint256:
    """
    @return How long a new request can be submitted, in seconds.
    """
    return self._lifetime()


@view
@external
@reentrant
def earnedFees() -> uint256:
    """
    @return The wei that withdrawTokens would pay.
    """
    return self.earned_fees


@view
@external
@reentrant
def reservedBalance() -> uint256:
    """
    @return The wei that are owed: fees, earned or not, and credits.
    """
    return self.owed


@view
@external
@reentrant
def getContractBalance() -> uint256:
    return self.balance


@view
@external
@reentrant
def isApprovedPool(pool: address) -> bool:
    return self.pool_states[pool] & 1 == 1


@view
@external
@reentrant
def getRequestPools(offset: uint256, limit: uint256) -> (DynArray[address, 256], uint256):
    """
    @notice A page of the pools that requests go to: approved and active.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @return Pools in no order, and their total number.
    """
    if limit > 256:
        errors._invalid_input()
    total: uint256 = self._listed_count()
    pools: DynArray[address, 256] = []
    for i: uint256 in range(limit, bound=256):
        if offset >= total or i >= total - offset:
            break
        pools.append(self.listed_pools[offset + i])
    return pools, total


# ---------------------------------------------------------------- internal: requests


@internal
@payable
def _request(model_id: String[96], prompt: String[4128], max_cost: uint256) -> uint256:
    model: uint256 = self._model(model_id)
    if model & IS_MODEL_ACTIVE == 0:
        errors._model_inactive()
    if len(prompt) > task_rules.MAX_INPUT:
        errors._invalid_input()
    tokens: uint256 = self._model_tokens(model, len(prompt))
    cost: uint256 = tokens * (model >> 160)
    if cost > max_cost:
        errors._cost_above_max()
    if cost > task_rules.MAX_REWARD:
        errors._invalid_input()
    if msg.value < cost:
        errors._insufficient_payment()
    settings: uint256 = self.settings
    pools: uint256 = self._listed_count()
    if pools == 0:
        errors._no_pool_available()

    request_id: uint256 = self._request_count() + 1
    self.settings = settings + 1 + ONE_BLOB
    blob: address = code_blob._write(
        concat(
            0x00,
            convert(msg.sender, bytes20),
            convert(convert(block.timestamp, uint40), bytes5),
            convert(convert(cost, uint96), bytes12),
            convert(convert(len(model_id), uint8), bytes1),
            convert(model_id, Bytes[96]),
            convert(prompt, Bytes[4128]),
        )
    )
    # What the next pool writes depends on the requests before: an estimate of the gas has the worst in it, and a refund of the surplus.
    if msg.gas < REQUEST_GAS_LEFT:
        errors._insufficient_gas()
    fee_bps: uint256 = self._fee_bps()
    fee: uint256 = cost * fee_bps // BPS
    if fee != 0:
        self.owed += fee
    # One pool after the other. The pool is a clone of ours and calls nobody but the router.
    pool: address = self.listed_pools[request_id % pools]
    task_id: uint256 = extcall ITaskPool(pool).addRegistryTask(
        request_id, block.timestamp + self._lifetime(), value=cost - fee
    )
    self.requests[request_id] = (
        convert(pool, uint256) | task_id << 160 | self._blob_count() << 192 | fee_bps << 224
    )
    log IModelRegistry.InferenceRequested(
        requestId=request_id, user=msg.sender, modelId=convert(model_id, String[64]), tokenCount=tokens, totalCost=cost
    )
    surplus: uint256 = msg.value - cost
    if surplus != 0 and not payments._pay(msg.sender, surplus):
        self.owed += surplus
    return request_id


@internal
def _withdraw_refund(to: address):
    amount: uint256 = payments.credits[msg.sender]
    self.owed -= amount
    log IModelRegistry.RefundWithdrawn(user=msg.sender, amount=amount)
    payments._withdraw_credit(msg.sender, to)


@internal
@view
def _open_request_of_sender(request_id: uint256) -> uint256:
    request: uint256 = self._existing(request_id)
    if msg.sender != self._pool(request):
        errors._unauthorized()
    if request & (IS_COMPLETED | IS_REFUNDED) != 0:
        errors._result_already_submitted()
    return request


@internal
@view
def _existing(request_id: uint256) -> uint256:
    request: uint256 = self.requests[request_id]
    if request == 0:
        errors._request_not_found()
    return request


@internal
@pure
def _pool(request: uint256) -> address:
    return convert(request & ADDRESS, address)


@internal
@pure
def _task_id(request: uint256) -> uint256:
    return (request >> 160) & (2**32 - 1)


@internal
@view
def _blob(request: uint256) -> address:
    return code_blob._address(self, (request >> 192) & (2**32 - 1))


@internal
@view
def _user(request: uint256) -> address:
    return convert(code_blob._word(self._blob(request), 1) >> 96, address)


@internal
@view
def _cost(request: uint256) -> uint256:
    return code_blob._word(self._blob(request), 6) & (2**96 - 1)


@internal
@view
def _fee(request: uint256) -> uint256:
    bps: uint256 = (request >> 224) & 65_535
    if bps == 0:
        return 0
    return self._cost(request) * bps // BPS


@internal
@view
def _text(request: uint256) -> (String[64], String[4128]):
    blob: address = self._blob(request)
    id_length: uint256 = code_blob._word(blob, 7) & 255
    start: uint256 = 39 + id_length
    return (
        convert(code_blob._read(blob, 39, id_length), String[64]),
        convert(code_blob._read(blob, start, blob.codesize - start), String[4128]),
    )


@internal
@view
def _unpack_request(request_id: uint256, request: uint256) -> IModelRegistry.InferenceRequest:
    result: IModelRegistry.InferenceRequest = empty(IModelRegistry.InferenceRequest)
    result.user = self._user(request)
    result.modelId, result.prompt = self._text(request)
    result.tokenCount = self._model_tokens(self.models_by_id[keccak256(result.modelId)], len(result.prompt))
    result.totalCost = self._cost(request)
    result.timestamp = (code_blob._word(self._blob(request), 1) >> 56) & TIME
    result.hasResult = request & (IS_COMPLETED | IS_SUBMITTED) != 0
    if request & IS_COMPLETED != 0:
        result.resultData = (staticcall ITaskPool(self._pool(request)).tasks(self._task_id(request)))[10]
    elif request & IS_SUBMITTED != 0:
        blob: address = self.submitted_results[request_id]
        result.resultData = convert(code_blob._read(blob, 1, blob.codesize - 33), String[4128])
    return result


# ---------------------------------------------------------------- internal: models


@internal
def _describe(digest: bytes32, model_id: String[96], name: String[160], description: String[1056], price: uint256):
    if (
        price == 0
        or price > task_rules.MAX_REWARD
        or len(name) > MAX_NAME
        or len(description) > MAX_DESCRIPTION
    ):
        errors._invalid_input()
    model: uint256 = self.models_by_id[digest]
    self.models_by_id[digest] = model & ADDRESS | price << 160
    self.settings += ONE_BLOB
    self.model_blobs[(model & (2**32 - 1)) - 1] = code_blob._write(
        concat(
            0x00,
            convert(convert(len(model_id), uint8), bytes1),
            convert(convert(len(name), uint8), bytes1),
            convert(model_id, Bytes[96]),
            convert(name, Bytes[160]),
            convert(description, Bytes[1056]),
            empty(bytes32),  # so that the tail of any part can be read as a word
        )
    )


@internal
@view
def _model(model_id: String[96]) -> uint256:
    model: uint256 = self.models_by_id[keccak256(model_id)]
    if model == 0:
        errors._model_not_found()
    return model


@internal
@view
def _unpack_model(model: uint256) -> IModelRegistry.Model:
    blob: address = self.model_blobs[(model & (2**32 - 1)) - 1]
    lengths: uint256 = convert(slice(blob.code, 0, 32), uint256) >> 232
    name_at: uint256 = 3 + ((lengths >> 8) & 255)
    description_at: uint256 = name_at + (lengths & 255)
    return IModelRegistry.Model(
        name=convert(code_blob._read(blob, name_at, lengths & 255), String[128]),
        description=convert(
            code_blob._read(blob, description_at, blob.codesize - 32 - description_at), String[1024]
        ),
        modelPricingType=convert((model >> 112) & 255, uint8),
        isActive=model & IS_MODEL_ACTIVE != 0,
        createdAt=(model >> 120) & TIME,
        tokenPrice=model >> 160,
    )


@internal
@view
def _model_id(position: uint256) -> String[64]:
    blob: address = self.model_blobs[position]
    lengths: uint256 = convert(slice(blob.code, 0, 32), uint256) >> 232
    return convert(code_blob._read(blob, 3, (lengths >> 8) & 255), String[64])


@internal
@view
def _model_page(offset: uint256, limit: uint256, kind: uint256) -> (DynArray[String[64], MAX_MODELS], uint256):
    if limit > 256:
        errors._invalid_input()
    total: uint256 = 0
    for position: uint256 in range(self.model_count, bound=MAX_MODELS):
        if self._is_of_kind(self._model_id(position), kind):
            total += 1
    return self._model_ids(offset, limit, kind), total


@internal
@view
def _model_ids(offset: uint256, limit: uint256, kind: uint256) -> DynArray[String[64], MAX_MODELS]:
    """
    @param offset Models of the kind to skip.
    """
    ids: DynArray[String[64], MAX_MODELS] = []
    skip: uint256 = offset
    for position: uint256 in range(self.model_count, bound=MAX_MODELS):
        if len(ids) == limit:
            break
        model_id: String[64] = self._model_id(position)
        if self._is_of_kind(model_id, kind):
            if skip == 0:
                ids.append(model_id)
            else:
                skip -= 1
    return ids


@internal
@view
def _is_of_kind(model_id: String[64], kind: uint256) -> bool:
    """
    @param kind ALL_MODELS, ACTIVE_MODELS, or MODELS_OF_TYPE plus a pricing type.
    """
    model: uint256 = self.models_by_id[keccak256(model_id)]
    if kind == ACTIVE_MODELS:
        return model & IS_MODEL_ACTIVE != 0
    return kind == ALL_MODELS or (model >> 112) & 255 == kind - MODELS_OF_TYPE


@internal
@pure
def _tokens(length: uint256) -> uint256:
    return max((length + BYTES_PER_TOKEN - 1) // BYTES_PER_TOKEN, 1)


@internal
@pure
def _model_tokens(model: uint256, length: uint256) -> uint256:
    if (model >> 112) & 255 == convert(FIXED, uint256):
        return 1
    return self._tokens(length)


# ---------------------------------------------------------------- internal: settings and the list of pools


@internal
@view
def _request_count() -> uint256:
    return self.settings & (2**48 - 1)


@internal
@view
def _blob_count() -> uint256:
    return (self.settings >> 48) & (2**32 - 1)


@internal
@view
def _listed_count() -> uint256:
    return (self.settings >> 80) & (2**32 - 1)


@internal
@view
def _fee_bps() -> uint256:
    return (self.settings >> FEE_AT) & 65_535


@internal
@view
def _lifetime() -> uint256:
    return (self.settings >> LIFETIME_AT) & (2**32 - 1)


@internal
def _list(pool: address):
    count: uint256 = self._listed_count()
    self.listed_pools[count] = pool
    self.pool_states[pool] = (count + 1) << 1 | 1
    self.settings += ONE_POOL


@internal
def _unlist(pool: address):
    """
    @dev The last pool of the list takes the place. Does nothing for a pool that is not in it.
    """
    position: uint256 = self.pool_states[pool] >> 1
    if position == 0:
        return
    last: uint256 = self._listed_count()
    if position != last:
        moved: address = self.listed_pools[last - 1]
        self.listed_pools[position - 1] = moved
        self.pool_states[moved] = position << 1 | 1
    self.listed_pools[last - 1] = empty(address)
    self.pool_states[pool] = 1
    self.settings -= ONE_POOL
