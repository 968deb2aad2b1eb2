# pragma version 0.4.3
"""
@title Pricing
@license MIT
@notice The price of scheduling a task, in one place:

            gas price   = the block's base fee, at least the chain's minimum gas price
            gas         = gas limit + OVERHEAD_GAS
            price       = gas price * gas * 5/4 * (1 + live / 64) * (1 + distance / 2^21)

        - OVERHEAD_GAS is what a call that executes a single task needs besides that task, in the worst case. Each
          task is priced as if it were executed alone, so that an executor may execute any mix of tasks.
        - 5/4 is the margin: the executor's share, 9/10, pays 1.125 times the cost of the gas.
        - `live` counts the scheduled tasks of the same block and size, because a block is scarce. A bucket of 100
          costs 2.56 times as much as an empty bucket. The price falls when tasks are cancelled.
        - `distance` is the number of blocks ahead. Today's base fee says less about a later block, so the farthest task
          pays twice as much.

        The price is rounded up to 40 significant bits, by less than a part in 5 * 10^11. So a price fits into 46 bits
        of a word (compact.vy).
"""

from . import compact

# Measured in the worst case: see docs/design.md, "What an executor spends".
OVERHEAD_GAS: constant(uint256) = 222_000
# Gas to send a surplus back: 9,000 for the value, less the stipend, and the checks around.
RETURN_GAS: constant(uint256) = 10_000
# As many live tasks double the price.
LOAD_UNIT: constant(uint256) = 64
# In blocks. The price doubles at this distance.
MAX_DISTANCE: constant(uint256) = 2_097_152
# Significant bits of a price.
DIGITS: constant(uint256) = 40
# The largest price that fits into a record: 40 bits and an exponent of 63.
MAX_PRICE: constant(uint256) = (2**40 - 1) << 63
# No product overflows up to this gas price, and nobody pays a higher one.
MAX_GAS_PRICE: constant(uint256) = 2**128


@internal
@pure
def _keeps_surplus(price: uint256, attached: uint256, gas_price: uint256) -> bool:
    """
    @param price In wei, at most `attached`.
    @param attached In wei.
    @param gas_price In wei, at most 2^128.
    @return Whether the surplus stays with the task: the gas of returning the surplus costs more than the surplus, and
            the task's record can hold the attached value to the wei. An earlier price always fits.
    """
    surplus: uint256 = unsafe_sub(attached, price)
    if surplus == 0 or surplus >= gas_price * RETURN_GAS or attached > MAX_PRICE:
        return False
    return compact._round_up(attached, DIGITS) == attached


@internal
@pure
def _price(gas_limit: uint256, gas_price: uint256, live: uint256, distance: uint256) -> uint256:
    """
    @param gas_limit Gas of the task, at most 750,000.
    @param gas_price In wei, not 0.
    @param live How many tasks of the bucket are scheduled.
    @param distance Blocks from now, at most 2^21.
    @return In wei. The largest uint256, which nobody can pay, if the price is above MAX_PRICE.
    """
    if gas_price > MAX_GAS_PRICE:
        return max_value(uint256)
    dividend: uint256 = gas_price * (gas_limit + OVERHEAD_GAS) * 5 * (LOAD_UNIT + live) * (MAX_DISTANCE + distance)
    divisor: uint256 = 4 * LOAD_UNIT * MAX_DISTANCE
    price: uint256 = compact._round_up((dividend + divisor - 1) // divisor, DIGITS)
    if price > MAX_PRICE:
        return max_value(uint256)
    return price
