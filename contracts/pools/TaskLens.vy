# pragma version 0.4.3
"""
@title TaskLens
@license MIT
@notice Reads the texts of a task for its pool, which has no room for the code: model, input, proof, result. Pools ask
        the lens; clients ask the pool.
@dev The design decision to know first: texts are code at addresses that follow from the pool and a nonce, so anybody
     can read them from outside. The pool hands its two words of the task over, and the version of their layout.

     Trusted: nobody. The lens has no state, and reads what the caller names.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskLens
from ..shared import code_blob
from ..shared import errors
from . import task_rules
from . import task_texts
from . import task_words

implements: ITaskLens

# The layout of words and blobs that this lens reads.
LAYOUT: public(constant(uint256)) = task_words.LAYOUT


@view
@external
def tasks(layout: uint256, pool: address, registry: address, word: uint256, progress: uint256) -> (
    uint256,
    uint256,
    address,
    bool,
    Bytes[task_rules.PROOF_ROOM],
    uint256,
    uint256,
    uint256,
    String[task_rules.MODEL_ID_ROOM],
    String[task_rules.INPUT_ROOM],
    String[task_rules.RESULT_ROOM],
):
    """
    @notice The answer of a pool to `tasks(taskId)`.
    @dev Reverts with `InvalidInput()` for words of another layout.
    @param layout The version of the layout of the words and the blobs.
    @param pool The task's pool.
    @param registry The pool's registry, which has the texts of its own tasks.
    @param word The first word of the task, zero for an unknown id.
    @param progress The second word of the task.
    @return reward in wei, deadline in unix time (of the claim while active, otherwise the expiry), assignedTo, exists,
            zkpProof, zkpPublicInput, zkpPublicResult, requestId, modelId, inputData, resultData; zeros for an unknown
            id.
    """
    self._check(layout)
    request_id: uint256 = 0
    model_id: String[task_rules.MODEL_ID_ROOM] = ""
    input_data: String[task_rules.INPUT_ROOM] = ""
    request_id, model_id, input_data = self._texts(pool, registry, word)
    proof: Bytes[task_rules.PROOF_ROOM] = b""
    public_input: uint256 = 0
    public_result: uint256 = 0
    result: String[task_rules.RESULT_ROOM] = ""
    nonce: uint256 = task_words._blob_nonce(progress)
    if nonce != 0:
        blob: address = code_blob._address(pool, nonce)
        proof, public_input, public_result = task_texts._read_proof(blob)
        result = task_texts._read_result(blob)
    return (
        task_words._reward(word),
        task_words._claim_deadline_or_expiry(word, progress),
        task_words._worker(progress),
        word != 0,
        proof,
        public_input,
        public_result,
        request_id,
        model_id,
        input_data,
        result,
    )


@view
@external
def getAITaskData(layout: uint256, pool: address, registry: address, word: uint256, progress: uint256) -> (
    uint256, String[task_rules.MODEL_ID_ROOM], String[task_rules.INPUT_ROOM], String[task_rules.RESULT_ROOM], bool
):
    """
    @notice The answer of a pool to `getAITaskData(taskId)`.
    @dev Reverts with `InvalidInput()` for words of another layout.
    @param layout The version of the layout of the words and the blobs.
    @param pool The task's pool.
    @param registry The pool's registry, which has the texts of its own tasks.
    @param word The first word of the task, zero for an unknown id.
    @param progress The second word of the task.
    @return requestId, modelId, inputData, resultData, isCompleted (paid); zeros for an unknown id.
    """
    self._check(layout)
    request_id: uint256 = 0
    model_id: String[task_rules.MODEL_ID_ROOM] = ""
    input_data: String[task_rules.INPUT_ROOM] = ""
    request_id, model_id, input_data = self._texts(pool, registry, word)
    result: String[task_rules.RESULT_ROOM] = ""
    nonce: uint256 = task_words._blob_nonce(progress)
    if nonce != 0:
        result = task_texts._read_result(code_blob._address(pool, nonce))
    return request_id, model_id, input_data, result, task_words._state(progress) == task_words.PAID


@internal
@pure
def _check(layout: uint256):
    """
    @dev Reverts with `InvalidInput()` for words of another layout.
    @param layout The layout of the caller's words.
    """
    if layout != LAYOUT:
        errors._invalid_input()


@internal
@view
def _texts(
    pool: address, registry: address, word: uint256
) -> (uint256, String[task_rules.MODEL_ID_ROOM], String[task_rules.INPUT_ROOM]):
    """
    @param pool The task's pool.
    @param registry The pool's registry.
    @param word The first word of the task, zero for an unknown id.
    @return The label or request id, the model's id, the input; empty for an unknown id.
    """
    reference: uint256 = task_words._reference(word)
    model_id: String[task_rules.MODEL_ID_ROOM] = ""
    input_data: String[task_rules.INPUT_ROOM] = ""
    if word == 0:
        return 0, model_id, input_data
    if task_words._tree(word) == task_words.REGISTRY:
        model_id, input_data = staticcall IModelRegistry(registry).requestText(reference)
        return reference, model_id, input_data
    return task_texts._read_own_task(code_blob._address(pool, reference))
