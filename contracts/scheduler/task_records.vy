# pragma version 0.4.3
"""
@title Task records
@license MIT
@notice What changes about a task, in one word; what never changes is in the code of its environment.
@dev    environment 0-159 | gas limit 160-179 | status 180-182 | topped up 183 | attempt 184-191 | first price 192-209 | payment 210-255

     The payment is mantissa 40 bits, exponent 6 (compact.vy), exact, and 0 once the task is not scheduled any more. The first price is that
     of the first attempt, 11 bits and 7, rounded down: it only serves to bound what a retry may cost. The attempt stops counting at 255.
     Top-ups can be any amount and are rare: they lie in a mapping of their own, which is read only if the flag is set.
"""

from . import compact

NO_TASK: constant(uint256) = 0
SCHEDULED: constant(uint256) = 1
SUCCEEDED: constant(uint256) = 2
FAILED: constant(uint256) = 3
CANCELLED: constant(uint256) = 4
RESCHEDULED: constant(uint256) = 5
EXPIRED: constant(uint256) = 6

ADDRESS: constant(uint256) = 2**160 - 1
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
PAYMENT_DIGITS: constant(uint256) = 40
PAYMENT_MANTISSA: constant(uint256) = 2**40 - 1
PAYMENT_EXPONENT_AT: constant(uint256) = 250
# Environment, gas limit, attempt and first price outlive the task.
LASTING: constant(uint256) = (2**210 - 1) ^ (15 << 180)

records: HashMap[uint256, uint256]  # place of the task (task_ids.vy)
top_ups: HashMap[uint256, uint256]  # place: wei


@internal
@pure
def _new(environment: address, gas_limit: uint256, price: uint256, payment: uint256) -> uint256:
    """
    @param price With at most 40 significant bits, in wei.
    @param payment The price and what is kept of a surplus, with at most 40 significant bits, in wei.
    """
    return (
        compact._pack_down(payment, PAYMENT_DIGITS) << PAYMENT_AT
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
    @return The next attempt of a task that runs.
    """
    attempt: uint256 = min(((record >> ATTEMPT_AT) & MAX_ATTEMPT) + 1, MAX_ATTEMPT)
    return (
        compact._pack_down(price, PAYMENT_DIGITS) << PAYMENT_AT
        | record & FIRST_PRICE << FIRST_PRICE_AT
        | attempt << ATTEMPT_AT
        | SCHEDULED << STATUS_AT
        | record & (GAS << GAS_AT | ADDRESS)
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
    return compact._unpack((record >> FIRST_PRICE_AT) & FIRST_PRICE, FIRST_PRICE_DIGITS)


@internal
@view
def _payment(place: uint256, record: uint256) -> uint256:
    """
    @return What was paid for the task, top-ups included, in wei; 0 once it is not scheduled any more.
    """
    payment: uint256 = ((record >> PAYMENT_AT) & PAYMENT_MANTISSA) << (record >> PAYMENT_EXPONENT_AT)
    if record & TOPPED_UP != 0:
        payment += self.top_ups[place]
    return payment


@internal
def _end(place: uint256, record: uint256, status: uint256):
    self.records[place] = record & LASTING | status << STATUS_AT
    if record & TOPPED_UP != 0:
        self.top_ups[place] = 0


@internal
def _top_up(place: uint256, record: uint256, amount: uint256):
    self.top_ups[place] += amount
    self.records[place] = record | TOPPED_UP
