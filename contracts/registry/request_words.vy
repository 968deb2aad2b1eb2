# pragma version 0.4.3
"""
@title Request words
@license MIT
@notice The word and the blob of a request. Whatever never changes about a request is in the blob.
@dev word: pool 0-159 | task id 160-191 | nonce of the blob 192-223 | fee, 1/10,000, 224-239 | flags
     blob: STOP 0 | user 1-20 | unix time 21-25 | cost, wei, 26-37 | length of the model's id 38 | model's id | prompt
"""

from ..pools import task_rules
from ..shared import bits
from ..shared import code_blob

IS_COMPLETED: constant(uint256) = 1 << 240  # the pool delivered the result
IS_REFUNDED: constant(uint256) = 1 << 241
IS_SUBMITTED: constant(uint256) = 1 << 242  # refunded, and a verifier gave a result afterwards

TASK_AT: constant(uint256) = 160
BLOB_AT: constant(uint256) = 192
FEE_AT: constant(uint256) = 224
MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_40: constant(uint256) = 2**40 - 1
MASK_96: constant(uint256) = 2**96 - 1

BPS: constant(uint256) = 10_000

# Where a word of the blob starts that has the user first, that ends with the cost, that ends with the length.
USER_AT: constant(uint256) = 1
COST_WORD_AT: constant(uint256) = 6
LENGTH_WORD_AT: constant(uint256) = 7
MODEL_ID_AT: constant(uint256) = 39


# ---------------------------------------------------------------- the word


@internal
@pure
def _pack(pool: address, task_id: uint256, nonce: uint256, fee_bps: uint256) -> uint256:
    """
    @return The word of an open request.
    """
    return convert(pool, uint256) | task_id << TASK_AT | nonce << BLOB_AT | fee_bps << FEE_AT


@internal
@pure
def _pool(request: uint256) -> address:
    return convert(request & bits.ADDRESS, address)


@internal
@pure
def _task_id(request: uint256) -> uint256:
    return (request >> TASK_AT) & MASK_32


@internal
@pure
def _fee_of(cost: uint256, bps: uint256) -> uint256:
    return cost * bps // BPS


# ---------------------------------------------------------------- the blob


@internal
def _write(
    user: address, cost: uint256, model_id: String[task_rules.MODEL_ID_ROOM], prompt: String[task_rules.INPUT_ROOM]
):
    """
    @notice Create the blob of a request that is made now. Its nonce, in the word of the request, is its name.
    """
    code_blob._write(
        concat(
            0x00,
            convert(user, bytes20),
            convert(convert(block.timestamp, uint40), bytes5),
            convert(convert(cost, uint96), bytes12),
            convert(convert(len(model_id), uint8), bytes1),
            convert(model_id, Bytes[task_rules.MODEL_ID_ROOM]),
            convert(prompt, Bytes[task_rules.INPUT_ROOM]),
        )
    )


@internal
@view
def _blob(request: uint256) -> address:
    return code_blob._address(self, (request >> BLOB_AT) & MASK_32)


@internal
@view
def _user(request: uint256) -> address:
    return convert(code_blob._word(self._blob(request), USER_AT) >> 96, address)


@internal
@view
def _made_at(request: uint256) -> uint256:
    """
    @return Unix time.
    """
    return (code_blob._word(self._blob(request), USER_AT) >> 56) & MASK_40


@internal
@view
def _cost(request: uint256) -> uint256:
    return code_blob._word(self._blob(request), COST_WORD_AT) & MASK_96


@internal
@view
def _fee(request: uint256) -> uint256:
    """
    @return The protocol's part of the cost, in wei.
    """
    bps: uint256 = (request >> FEE_AT) & MASK_16
    if bps == 0:
        return 0
    return self._fee_of(self._cost(request), bps)


@internal
@view
def _texts(request: uint256) -> (String[task_rules.MAX_MODEL_ID], String[task_rules.INPUT_ROOM]):
    """
    @return The model's id, and the prompt.
    """
    blob: address = self._blob(request)
    id_length: uint256 = code_blob._word(blob, LENGTH_WORD_AT) & 255
    prompt_at: uint256 = MODEL_ID_AT + id_length
    return (
        convert(code_blob._read(blob, MODEL_ID_AT, id_length), String[task_rules.MAX_MODEL_ID]),
        convert(code_blob._read(blob, prompt_at, blob.codesize - prompt_at), String[task_rules.INPUT_ROOM]),
    )
