# pragma version 0.4.3
"""
@title Pool metadata
@license MIT
@notice A text of up to 1,024 bytes for each pool.
@dev words[pool]: up to 31 bytes are in the word itself, left-aligned, with twice their number in the lowest byte, as
     Solidity does it. A longer text is the code of a blob. The blob's address is in 8-167, and the lowest bit is 1.
"""

from ..shared import code_blob
from ..shared import errors

MAX_METADATA: constant(uint256) = 1_024
# How long metadata can be as an argument, for the reason that category_names.vy says.
METADATA_ROOM: constant(uint256) = MAX_METADATA + 32
MAX_INLINE: constant(uint256) = 31

words: HashMap[address, uint256]


@internal
def _store(pool: address, metadata: String[METADATA_ROOM]):
    """
    @dev Reverts with `InvalidInput()` for a text above the bound.
    """
    length: uint256 = len(metadata)
    if length > MAX_METADATA:
        errors._invalid_input()
    if length <= MAX_INLINE:
        word: uint256 = 0
        if length != 0:
            padded: Bytes[METADATA_ROOM + 32] = concat(convert(metadata, Bytes[METADATA_ROOM]), empty(bytes32))
            word = convert(slice(padded, 0, 32), uint256) | length << 1
        self.words[pool] = word
    else:
        blob: address = code_blob._write(concat(0x00, convert(metadata, Bytes[METADATA_ROOM])))
        self.words[pool] = convert(blob, uint256) << 8 | 1


@internal
@view
def _of(pool: address) -> String[MAX_METADATA]:
    word: uint256 = self.words[pool]
    if word & 1 == 0:
        return convert(slice(convert(word, bytes32), 0, (word & 255) >> 1), String[MAX_METADATA])
    blob: address = convert(word >> 8, address)
    return convert(code_blob._read(blob, 1, blob.codesize - 1), String[MAX_METADATA])
