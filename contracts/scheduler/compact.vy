# pragma version 0.4.3
"""
@title Compact
@license MIT
@notice Amounts with few significant bits: mantissa * 2^exponent, as the difficulty of Bitcoin's blocks is written. Keeps a price of
        any size in 46 bits of a word, exactly, because prices are rounded when they are made.
"""

from ..shared import bits


@internal
@pure
def _pack_down(amount: uint256, digits: uint256) -> uint256:
    """
    @param digits Significant bits that are kept.
    @return exponent << digits | mantissa, of the largest such amount that is not above `amount`.
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
    @return The smallest amount with so many significant bits that is not below `amount`, which is below 2^255.
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
