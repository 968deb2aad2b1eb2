# pragma version 0.4.3
"""
@title UTF-8
@license MIT
@notice Whether bytes are valid UTF-8. Clients cannot read events and answers whose strings are not.
@dev Looks at 32 bytes at once, by bits (after J. Keiser and D. Lemire, "Validating UTF-8 in less than one instruction
     per byte"): `word << k & HIGH` has, in the highest bit of each byte, bit 7 - k of that byte. Windows overlap by the
     three bytes that a character can reach back. Plain ASCII costs 245 gas a window, other text 1,000.
"""

# The longest text.
MAX: constant(uint256) = 1_056
# The highest bit of each byte.
HIGH: constant(uint256) = max_value(uint256) // 255 * 128
# A window is three bytes that were checked already, and so many new ones.
LOOK_BACK: constant(uint256) = 3
STEP: constant(uint256) = 32 - LOOK_BACK
NEW: constant(uint256) = max_value(uint256) >> 8 * LOOK_BACK


@internal
@pure
def _is_valid(text: Bytes[MAX]) -> bool:
    """
    @param text Any bytes.
    @return Whether each character is complete, as short as can be, no surrogate, and at most U+10FFFF.
    """
    # The zeros at the end are characters of their own, so a text that ends within a character is found.
    padded: Bytes[LOOK_BACK + MAX + 32] = concat(b"\x00\x00\x00", text, empty(bytes32))
    for window: uint256 in range(MAX // STEP + 1):
        at: uint256 = window * STEP
        if at > len(text):
            break
        word: uint256 = convert(extract32(padded, at), uint256)
        bit7: uint256 = word & HIGH
        if bit7 == 0:
            continue
        bit6: uint256 = word << 1 & HIGH
        bit5: uint256 = word << 2 & HIGH
        bit4: uint256 = word << 3 & HIGH
        bit3: uint256 = word << 4 & HIGH
        bit2: uint256 = word << 5 & HIGH
        low: uint256 = (word << 6 | word << 7) & HIGH  # bit 1 or bit 0
        # First bytes of characters of two, three or four bytes, and what has to follow them.
        first: uint256 = bit7 & bit6
        three: uint256 = first & bit5
        four: uint256 = three & bit4
        follows: uint256 = first >> 8 | three >> 16 | four >> 24
        if (bit7 & ~bit6 ^ follows) & NEW != 0:
            return False
        # C0, C1: too long a form. F5 to FF: above U+10FFFF.
        bad: uint256 = first & ~(bit5 | bit4 | bit3 | bit2 | word << 6) | four & (bit3 | bit2 & low)
        # E0 80 to E0 9F, F0 80 to F0 8F: too long a form. ED A0 to ED BF: surrogates. F4 90 to F4 BF: above U+10FFFF.
        e0: uint256 = three & ~(bit4 | bit3 | bit2 | low)
        ed: uint256 = three & ~bit4 & bit3 & bit2 & ~(word << 6) & word << 7
        f0: uint256 = four & ~(bit2 | low)
        f4: uint256 = four & bit2
        bad |= e0 >> 8 & ~bit5 | ed >> 8 & bit5 | f0 >> 8 & ~(bit5 | bit4) | f4 >> 8 & (bit5 | bit4)
        if bad & NEW != 0:
            return False
    return True
