# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Request views
@license MIT
@notice The registry's views of a request.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskTexts
from ..pools import task_rules
from . import late_results
from . import model_words
from . import model_records
from . import request_words
from . import requests

uses: late_results
uses: model_records
uses: requests


@view
@external
@reentrant
def requestTask(requestId: uint256) -> (address, uint256):
    """
    @notice The task of a request.
    @param requestId Any id.
    @return The pool, and the task's id in the pool. Zeros for an unknown request.
    """
    request: uint256 = requests._word(requestId)
    return request_words._pool(request), request_words._task_id(request)


@view
@external
@reentrant
def requestText(requestId: uint256) -> (String[task_rules.MAX_MODEL_ID], String[task_rules.INPUT_ROOM]):
    """
    @notice The texts of a request, which are the texts of its task.
    @dev Reverts with `RequestNotFound()`.
    @param requestId The request.
    @return The model's id, and the prompt.
    """
    return request_words._texts(requests._existing(requestId))


@view
@external
@reentrant
def getInferenceRequest(requestId: uint256) -> IModelRegistry.InferenceRequest:
    """
    @notice All about a request.
    @dev Reverts with `RequestNotFound()`.
    @param requestId The request.
    @return The request. `totalCost` is in wei, `timestamp` is a unix time.
    """
    return self._unpack(requestId, requests._existing(requestId))


@view
@external
@reentrant
def inferenceRequests(
    requestId: uint256
) -> (
    address,
    String[task_rules.MAX_MODEL_ID],
    String[task_rules.INPUT_ROOM],
    uint256,
    uint256,
    uint256,
    String[task_rules.RESULT_ROOM],
    bool,
):
    """
    @notice All about a request, if there is one.
    @param requestId Any id.
    @return user, modelId, prompt, tokenCount, totalCost, timestamp, resultData, hasResult. Zeros for an unknown
            request.
    """
    request: uint256 = requests._word(requestId)
    if request == 0:
        return empty(address), "", "", 0, 0, 0, "", False
    result: IModelRegistry.InferenceRequest = self._unpack(requestId, request)
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


@internal
@view
def _unpack(request_id: uint256, request: uint256) -> IModelRegistry.InferenceRequest:
    result: IModelRegistry.InferenceRequest = empty(IModelRegistry.InferenceRequest)
    result.user = request_words._user(request)
    result.modelId, result.prompt = request_words._texts(request)
    result.tokenCount = model_words._tokens(model_records._word(result.modelId), len(result.prompt))
    result.totalCost = request_words._cost(request)
    result.timestamp = request_words._made_at(request)
    result.hasResult = request & (request_words.IS_COMPLETED | request_words.IS_SUBMITTED) != 0
    if request & request_words.IS_COMPLETED != 0:
        pool: address = request_words._pool(request)
        result.resultData = (staticcall ITaskTexts(pool).tasks(request_words._task_id(request)))[10]
    elif request & request_words.IS_SUBMITTED != 0:
        result.resultData = late_results._result(request_id)
    return result
