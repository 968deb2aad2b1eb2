# pragma version 0.4.3
"""
@title Task records
@license MIT
@notice The record of a task is one word with everything that changes about that task. The fixed data is in the code
        of the task's environment.
@dev The record:

         environment 0-159 | gas limit 160-179 | status 180-182 | topped up 183
             | attempt 184-191 | first price 192-209 | payment 210-255

     The payment is exact, a mantissa of 40 bits and an exponent of 6 (compact.vy). It is 0 once the task has ended.
     The first price is the price of the first attempt, 11 bits and 7, rounded down: it only bounds the cost of a
     retry. The attempt stops counting at 255. A top-up can be any amount, and is rare. So top-ups have a mapping of
     their own, which is only read if the flag is set.
"""

from ..shared import bits
from . import compact
from . import pricing

# Statuses.
NO_TASK: constant(uint256) = 0
SCHEDULED: constant(uint256) = 1
SUCCEEDED: constant(uint256) = 2
FAILED: constant(uint256) = 3
CANCELLED: constant(uint256) = 4
RESCHEDULED: constant(uint256) = 5
EXPIRED: constant(uint256) = 6

GAS_AT: constant(uint256) = 160
GAS: constant(uint256) = 2**20 - 1
STATUS_AT: constant(uint256) = 180
TOPPED_UP: constant(uint256) = 1 << 183
ATTEMPT_AT: constant(uint256) = 184
MAX_ATTEMPT: constant(uint256) = 255
FIRST_PRICE_AT: constant(uint256) = 192
FIRST_PRICE: constant(uint256) = 2**18 - 1
FIRST_PRICE_DIGITS: constant(uint256) = 11
PAYMENT_AT: constant(uint256) = 210
PAYMENT_MANTISSA: constant(uint256) = 2**pricing.DIGITS - 1
PAYMENT_EXPONENT_AT: constant(uint256) = 250
# These fields stay when a task ends: environment, gas limit, attempt and first price.
LASTING: constant(uint256) = (2**210 - 1) ^ (15 << 180)

records: HashMap[uint256, uint256]  # place (task_ids.vy): record
top_ups: HashMap[uint256, uint256]  # place: wei


@internal
@pure
def _new(environment: address, gas_limit: uint256, price: uint256, payment: uint256) -> uint256:
    """
    @param price In wei, with at most 40 significant bits.
    @param payment The price and what is kept of a surplus, in wei, with at most 40 significant bits.
    @return The record of a task's first attempt.
    """
    return (
        compact._pack_down(payment, pricing.DIGITS) << PAYMENT_AT
        | compact._pack_down(price, FIRST_PRICE_DIGITS) << FIRST_PRICE_AT
        | 1 << ATTEMPT_AT
        | SCHEDULED << STATUS_AT
        | gas_limit << GAS_AT
        | convert(environment, uint256)
    )


@internal
@pure
def _again(record: uint256, price: uint256) -> uint256:
    """
    @param price In wei, with at most 40 significant bits.
    @return The record of the next attempt of this task.
    """
    attempt: uint256 = min(((record >> ATTEMPT_AT) & MAX_ATTEMPT) + 1, MAX_ATTEMPT)
    return (
        compact._pack_down(price, pricing.DIGITS) << PAYMENT_AT
        | record & FIRST_PRICE << FIRST_PRICE_AT
        | attempt << ATTEMPT_AT
        | SCHEDULED << STATUS_AT
        | record & (GAS << GAS_AT | bits.ADDRESS)
    )


@internal
@pure
def _status(record: uint256) -> uint256:
    return (record >> STATUS_AT) & 7


@internal
@pure
def _gas_limit(record: uint256) -> uint256:
    return (record >> GAS_AT) & GAS


@internal
@pure
def _attempt(record: uint256) -> uint256:
    return (record >> ATTEMPT_AT) & MAX_ATTEMPT


@internal
@pure
def _first_price(record: uint256) -> uint256:
    """
    @return In wei, rounded down to 11 significant bits.
    """
    return compact._unpack((record >> FIRST_PRICE_AT) & FIRST_PRICE, FIRST_PRICE_DIGITS)


@internal
@view
def _payment(place: uint256, record: uint256) -> uint256:
    """
    @return The payment for the task in wei, including top-ups. 0 once the task has ended.
    """
    payment: uint256 = ((record >> PAYMENT_AT) & PAYMENT_MANTISSA) << (record >> PAYMENT_EXPONENT_AT)
    if record & TOPPED_UP != 0:
        payment += self.top_ups[place]
    return payment


@internal
def _end(place: uint256, record: uint256, status: uint256):
    """
    @notice Write the record of a task that is not scheduled any more.
    """
    self.records[place] = record & LASTING | status << STATUS_AT
    if record & TOPPED_UP != 0:
        self.top_ups[place] = 0


@internal
def _top_up(place: uint256, record: uint256, amount: uint256):
    self.top_ups[place] += amount
    self.records[place] = record | TOPPED_UP
