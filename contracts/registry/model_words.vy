# pragma version 0.4.3
"""
@title Model words
@license MIT
@notice The word and the blob of a model, and what a request costs by them.
@dev word: price, wei, 160-255 | registered, unix time, 120-159 | pricing type 112-119 | active 111 | position + 1 in
     0-31
     blob: STOP 0 | length of the id 1 | length of the name 2 | id | name | description | zeros, 32 bytes, so that the
     tail of any part can be read as a word
"""

from ..pools import task_rules
from ..shared import code_blob

MAX_NAME: constant(uint256) = 128
MAX_DESCRIPTION: constant(uint256) = 1_024
# Why there is a word more: task_rules.vy.
NAME_ROOM: constant(uint256) = MAX_NAME + 32
DESCRIPTION_ROOM: constant(uint256) = MAX_DESCRIPTION + 32

BYTES_PER_TOKEN: public(constant(uint256)) = 4
# Pricing types. Fixed: a request is one token. Flexible: a token for each 4 bytes of the prompt.
FIXED: constant(uint256) = 0
FLEXIBLE: constant(uint256) = 1

IS_ACTIVE: constant(uint256) = 1 << 111
TYPE_AT: constant(uint256) = 112
TIME_AT: constant(uint256) = 120
PRICE_AT: constant(uint256) = 160
MASK_32: constant(uint256) = 2**32 - 1
MASK_40: constant(uint256) = 2**40 - 1

ID_AT: constant(uint256) = 3  # in the blob


# ---------------------------------------------------------------- the word


@internal
@view
def _new(position: uint256, pricing_type: uint8) -> uint256:
    """
    @return The word of a model that is registered now, active, without a price.
    """
    return block.timestamp << TIME_AT | convert(pricing_type, uint256) << TYPE_AT | IS_ACTIVE | position + 1


@internal
@pure
def _with_price(word: uint256, price: uint256) -> uint256:
    return word & (2**PRICE_AT - 1) | price << PRICE_AT


@internal
@pure
def _position(word: uint256) -> uint256:
    return (word & MASK_32) - 1


@internal
@pure
def _is_active(word: uint256) -> bool:
    return word & IS_ACTIVE != 0


@internal
@pure
def _pricing_type(word: uint256) -> uint256:
    return (word >> TYPE_AT) & 255


@internal
@pure
def _created_at(word: uint256) -> uint256:
    return (word >> TIME_AT) & MASK_40


@internal
@pure
def _price(word: uint256) -> uint256:
    return word >> PRICE_AT


@internal
@pure
def _tokens(word: uint256, length: uint256) -> uint256:
    """
    @param length Of the prompt, in bytes.
    @return The tokens that a request is charged for.
    """
    if self._pricing_type(word) == FIXED:
        return 1
    return self._flexible_tokens(length)


@internal
@pure
def _flexible_tokens(length: uint256) -> uint256:
    return max((length + BYTES_PER_TOKEN - 1) // BYTES_PER_TOKEN, 1)


# ---------------------------------------------------------------- the blob


@internal
def _write(
    model_id: String[task_rules.MODEL_ID_ROOM], name: String[NAME_ROOM], description: String[DESCRIPTION_ROOM]
) -> address:
    """
    @return The blob.
    """
    return code_blob._write(
        concat(
            0x00,
            convert(convert(len(model_id), uint8), bytes1),
            convert(convert(len(name), uint8), bytes1),
            convert(model_id, Bytes[task_rules.MODEL_ID_ROOM]),
            convert(name, Bytes[NAME_ROOM]),
            convert(description, Bytes[DESCRIPTION_ROOM]),
            empty(bytes32),
        )
    )


@internal
@view
def _id(blob: address) -> String[task_rules.MAX_MODEL_ID]:
    return convert(code_blob._read(blob, ID_AT, self._lengths(blob) >> 8), String[task_rules.MAX_MODEL_ID])


@internal
@view
def _name(blob: address) -> String[MAX_NAME]:
    lengths: uint256 = self._lengths(blob)
    return convert(code_blob._read(blob, ID_AT + (lengths >> 8), lengths & 255), String[MAX_NAME])


@internal
@view
def _description(blob: address) -> String[MAX_DESCRIPTION]:
    lengths: uint256 = self._lengths(blob)
    start: uint256 = ID_AT + (lengths >> 8) + (lengths & 255)
    return convert(code_blob._read(blob, start, blob.codesize - 32 - start), String[MAX_DESCRIPTION])


@internal
@view
def _lengths(blob: address) -> uint256:
    """
    @return The length of the id in 8-15, of the name in 0-7.
    """
    return (code_blob._word(blob, 0) >> 232) & (2**16 - 1)
