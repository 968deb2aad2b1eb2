"""Scheduled tasks as the spec has them: what they call, what they cost, which of them can pay."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from tests.helpers.chain import error_data
from tests.helpers.schedule import layered

SMALL, MEDIUM, LARGE = range(3)
GAS_LIMITS = (100_000, 250_000, 750_000)
NO_TASK, SCHEDULED, SUCCEEDED, FAILED, CANCELLED, RESCHEDULED, EXPIRED = range(7)
MAX_DISTANCE = 2_097_152
MAX_LOOKAHEAD = 2_097_152
UNPAYABLE = 2**256 - 1
MAX_PRICE = (2**40 - 1) << 63
OVERHEAD_GAS = 222_000
MAX_PASSED = 64
RETRY_DELAY = 5
RETURN_GAS = 10_000
ATTEMPTS = 4
NOWHERE = (0, 0)

# What a task's target does.
WORK, FAIL, BURN, WAIT, NOTHING, LOCKED, AGAIN, GARBAGE = (
    "works",
    "fails",
    "burns its gas",
    "is ready later",
    "does nothing",
    "calls the manager",
    "comes again of itself",
    "is not called, for the data is garbage",
)


def size_of(gas: int) -> int:
    return next(size for size in (SMALL, MEDIUM, LARGE) if gas <= GAS_LIMITS[size])


def round_up(amount: int, digits: int) -> int:
    """To so many significant bits."""
    unit = 2 ** max(amount.bit_length() - digits, 0)
    return -(-amount // unit) * unit


def round_down(amount: int, digits: int) -> int:
    unit = 2 ** max(amount.bit_length() - digits, 0)
    return amount // unit * unit


def base_price(gas: int, gas_price: int) -> Fraction:
    """Of a task in an empty queue of this block."""
    return Fraction(gas_price * (gas + OVERHEAD_GAS) * 5, 4)


def price(gas: int, gas_price: int, live: int, distance: int) -> int:
    exact = base_price(gas, gas_price) * (1 + Fraction(live, 64)) * (1 + Fraction(distance, 2**21))
    rounded = round_up(ceil(exact), 40)
    return rounded if rounded <= MAX_PRICE else UNPAYABLE


def word(number: int) -> bytes:
    return int(number).to_bytes(32, "big")


@dataclass(frozen=True)
class Call:
    """What a task calls."""

    does: str
    target: str = "target"
    raw: bytes = b""
    amount: int = 0  # of WORK
    reason: bytes = b""  # of FAIL
    at: int = 0  # of AGAIN: the block
    most: int = 0  # of AGAIN: the highest payment
    has_code: bool = True

    def __repr__(self) -> str:
        """As source."""
        parts = [f"{name}={value!r}" for name, value in vars(self).items() if value != getattr(Call, name, None)]
        return f"Call({', '.join(parts)})"

    def __str__(self) -> str:
        """For people."""
        return f"a call that {self.does}"

    @property
    def data(self) -> bytes:
        if self.does == AGAIN:
            return error_data("rescheduleTask(uint64,uint256)", self.at, self.most)
        return self.raw

    def lowered(self, chain) -> bytes:
        """The task data; `chain` knows addresses."""
        return self.data if self.does == GARBAGE else layered(str(chain.address(self.target)), self.data)


@dataclass
class Task:
    name: str
    environment: str
    kind: str
    owner: str
    nonce: int
    call: Call
    gas: int
    block: int
    index: int
    size: int
    price: int
    first_price: int
    gas_price: int  # when it was scheduled
    attempt: int = 1
    topped_up: int = 0
    status: int = SCHEDULED

    @property
    def payment(self) -> int:
        return self.price + self.topped_up if self.status == SCHEDULED else 0

    @property
    def position(self) -> tuple[int, int]:
        """In the order of execution."""
        return self.block * 4 + LARGE - self.size, self.index

    def can_pay(self, gas_price: int) -> bool:
        """Whether the executor's share pays for the gas that it asked for alone."""
        return 9 * self.payment >= 11 * gas_price * self.gas

    def must_pay(self, gas_price: int) -> bool:
        """Whether it would be priced no higher today."""
        return self.payment >= base_price(self.gas, gas_price)

    def gas_needed(self) -> int:
        """More than what must be there for it to be executed: what it is granted, the proxies, the end of the call."""
        return self.gas * 4_096 // 3_969 + 4 * len(self.call.data) + 330_000


# Of gas: from here on ReschedulingTaskEnvironment keeps back what coming again may take; it needs some before it looks.
KEEPS_BACK = 250_000
