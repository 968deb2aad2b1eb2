# pragma version 0.4.3
"""
@title Bits
@license MIT
@notice Arithmetic on the bits of a word.
"""

# The lowest 160 bits, where packed words have an address.
ADDRESS: constant(uint256) = 2**160 - 1

EVERY_2ND: constant(uint256) = max_value(uint256) // 3  # 0x5555...
PAIRS: constant(uint256) = max_value(uint256) // 5  # 0x3333...
NIBBLES: constant(uint256) = max_value(uint256) // 17  # 0x0f0f...
BYTES: constant(uint256) = max_value(uint256) // 257  # 0x00ff00ff...
ONES: constant(uint256) = max_value(uint256) // 65_535  # 0x00010001...
WORDS_OF_32: constant(uint256) = max_value(uint256) // (2**32 + 1)  # 0x00000000ffffffff...
WORDS_OF_64: constant(uint256) = max_value(uint256) // (2**64 + 1)
WORDS_OF_16: constant(uint256) = max_value(uint256) // (2**16 + 1)


@internal
@pure
def _lowest(word: uint256) -> uint256:
    """
    @dev Each test halves the range where the bit can be. The masks have the lower halves.
    @param word Not 0.
    @return The position of the lowest set bit.
    """
    bit: uint256 = word & unsafe_sub(0, word)
    position: uint256 = 0
    if bit & (2**128 - 1) == 0:
        position = 128
    if bit & WORDS_OF_64 == 0:
        position |= 64
    if bit & WORDS_OF_32 == 0:
        position |= 32
    if bit & WORDS_OF_16 == 0:
        position |= 16
    if bit & BYTES == 0:
        position |= 8
    if bit & NIBBLES == 0:
        position |= 4
    if bit & PAIRS == 0:
        position |= 2
    if bit & EVERY_2ND == 0:
        position |= 1
    return position


@internal
@pure
def _length(word: uint256) -> uint256:
    """
    @return The number of bits without leading zeros: 0 for 0, 256 at most.
    """
    rest: uint256 = word
    length: uint256 = 0
    if rest >= 2**128:
        length = 128
        rest >>= 128
    if rest >= 2**64:
        length |= 64
        rest >>= 64
    if rest >= 2**32:
        length |= 32
        rest >>= 32
    if rest >= 2**16:
        length |= 16
        rest >>= 16
    if rest >= 2**8:
        length |= 8
        rest >>= 8
    if rest >= 2**4:
        length |= 4
        rest >>= 4
    if rest >= 2**2:
        length |= 2
        rest >>= 2
    # `rest` is 0, 1, 2 or 3.
    return length + min(rest, 2)


@internal
@pure
def _count(word: uint256) -> uint256:
    """
    @dev Adds bits side by side, in fields of 2, 4 and 8 bits. A product adds the fields of 16 bits: 256, the sum of a
         full word, does not fit into a byte. H. Warren, Hacker's Delight, 5-1.
    @return How many bits are set.
    """
    x: uint256 = word
    x = unsafe_sub(x, (x >> 1) & EVERY_2ND)
    x = unsafe_add(x & PAIRS, (x >> 2) & PAIRS)
    x = unsafe_add(x, x >> 4) & NIBBLES
    x = unsafe_add(x, x >> 8) & BYTES
    return unsafe_mul(x, ONES) >> 240
