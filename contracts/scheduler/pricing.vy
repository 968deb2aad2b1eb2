# pragma version 0.4.3
"""
@title Pricing
@license MIT
@notice What scheduling a task costs, in one place:

            gas price   = the block's base fee, at least the chain's minimum gas price
            gas         = gas limit + OVERHEAD_GAS
            price       = gas price * gas * MARGIN * (1 + live / 64) * (1 + distance / 2^21)

        - OVERHEAD_GAS is what a call that executes a single task needs besides it, at its worst; a task is priced as if it were
          executed alone, so that an executor may execute any of them in any mix.
        - MARGIN is 5/4: the executor's share, 9/10, is 1.125 times what the gas costs.
        - `live` counts the tasks of the same block and size: a block is a scarce thing, so that a bucket of 100 costs 2.56 times as much as an
          empty one, and falls again when tasks are cancelled.
        - `distance` is how many blocks ahead: the base fee of today says less and less, so that the farthest task pays twice.

        The price is rounded up to 40 significant bits, for it is kept in 46 bits (compact.vy): by less than a part in 5 * 10^11.
"""

from . import compact

# Measured at the worst: see docs/design.md, "What an executor spends".
OVERHEAD_GAS: constant(uint256) = 222_000
# What sending a surplus back takes: 9,000 for the value, less the stipend, and the checks around.
RETURN_GAS: constant(uint256) = 10_000
LOAD_UNIT: constant(uint256) = 64
MAX_DISTANCE: constant(uint256) = 2_097_152
MANTISSA: constant(uint256) = 40
# The largest that is kept: 40 bits and an exponent of 63.
MAX_PRICE: constant(uint256) = (2**40 - 1) << 63
# Above this nothing is worth computing, and below it nothing overflows.
MAX_GAS_PRICE: constant(uint256) = 2**128


@internal
@pure
def _keeps_surplus(price: uint256, attached: uint256, gas_price: uint256) -> bool:
    """
    @param price In wei, at most `attached`.
    @param gas_price In wei, at most 2^128.
    @return Whether what is attached above the price stays with the task: returning it costs more gas than it is worth, and the task's
            record can hold the sum to the wei. What was a price a moment ago always can.
    """
    surplus: uint256 = unsafe_sub(attached, price)
    if surplus == 0 or surplus >= gas_price * RETURN_GAS or attached > MAX_PRICE:
        return False
    return compact._round_up(attached, MANTISSA) == attached


@internal
@pure
def _price(gas_limit: uint256, gas_price: uint256, live: uint256, distance: uint256) -> uint256:
    """
    @param gas_price In wei, not 0.
    @param live Tasks of the bucket that are scheduled.
    @param distance Blocks from now, at most 2^21.
    @return In wei; the largest uint256, which nobody can pay, where the price is above 2^103.
    """
    if gas_price > MAX_GAS_PRICE:
        return max_value(uint256)
    dividend: uint256 = gas_price * (gas_limit + OVERHEAD_GAS) * 5 * (LOAD_UNIT + live) * (MAX_DISTANCE + distance)
    divisor: uint256 = 4 * LOAD_UNIT * MAX_DISTANCE
    price: uint256 = compact._round_up((dividend + divisor - 1) // divisor, MANTISSA)
    if price > MAX_PRICE:
        return max_value(uint256)
    return price
