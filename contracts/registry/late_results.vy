# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Late results
@license MIT
@notice The results that verifiers give to requests whose task ended in a refund.
@dev A result is the code of a blob: STOP 0 | result | zeros, 32 bytes, so that the tail can be read as a word
"""

from ..interfaces import IModelRegistry
from ..pools import task_rules
from ..shared import code_blob
from ..shared import errors
from . import registry_settings
from . import requests
from . import verifier_rights

uses: registry_settings
uses: requests
uses: verifier_rights

blobs: HashMap[uint256, address]  # by request id


@external
def submitResult(requestId: uint256, resultData: String[task_rules.RESULT_ROOM]):
    """
    @notice Give a result to a request whose task ended in a refund. No money moves.
    @dev Reverts with `Unauthorized()` for anyone but a verifier, `RequestNotFound()`, `ResultAlreadySubmitted()`,
         `RequestOpen()` while the task can still bring a result, and `InvalidInput()` for a result above the bound.
    @param requestId The request.
    @param resultData Up to 4,096 bytes.
    """
    verifier_rights._only_verifier()
    requests._mark_submitted(requestId)
    if len(resultData) > task_rules.MAX_RESULT:
        errors._invalid_input()
    registry_settings._count_blob()
    self.blobs[requestId] = code_blob._write(
        concat(0x00, convert(resultData, Bytes[task_rules.RESULT_ROOM]), empty(bytes32))
    )
    log IModelRegistry.ResultSubmitted(requestId=requestId, resultData=resultData)


@internal
@view
def _result(request_id: uint256) -> String[task_rules.RESULT_ROOM]:
    """
    @param request_id A request that a verifier gave a result to.
    """
    blob: address = self.blobs[request_id]
    return convert(code_blob._read(blob, 1, blob.codesize - 33), String[task_rules.RESULT_ROOM])
