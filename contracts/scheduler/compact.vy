# pragma version 0.4.3
"""
@title Compact
@license MIT
@notice Packs amounts as mantissa * 2^exponent, as Bitcoin writes the difficulty of a block. A price fits into 46 bits
        of a word without a loss, because prices are rounded to few significant bits when they are made.
"""

from ..shared import bits


@internal
@pure
def _pack_down(amount: uint256, digits: uint256) -> uint256:
    """
    @param digits How many significant bits to keep.
    @return exponent << digits | mantissa, for the largest such amount that is not above `amount`.
    """
    length: uint256 = bits._length(amount)
    if length <= digits:
        return amount
    exponent: uint256 = length - digits
    return exponent << digits | amount >> exponent


@internal
@pure
def _round_up(amount: uint256, digits: uint256) -> uint256:
    """
    @param amount Below 2^255.
    @param digits How many significant bits to keep.
    @return The smallest amount with at most that many significant bits that is not below `amount`.
    """
    length: uint256 = bits._length(amount)
    if length <= digits:
        return amount
    exponent: uint256 = length - digits
    return ((amount + (1 << exponent) - 1) >> exponent) << exponent


@internal
@pure
def _unpack(packed: uint256, digits: uint256) -> uint256:
    return (packed & (1 << digits) - 1) << (packed >> digits)
