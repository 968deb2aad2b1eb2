"""Scheduled tasks as the spec has them: what they call, what they cost, which of them can pay."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from eth_utils import keccak

from taskpools.steps import GAS_COSTS
from tests.helpers.chain import error_data
from tests.helpers.schedule import layered
from tests.stateful.engine.interfaces import error_types

SMALL, MEDIUM, LARGE = range(3)
SMALL_GAS, MEDIUM_GAS = 100_000, 250_000  # the largest gas limits of these sizes
MAX_TASK_GAS = 1_500_000  # of the manager under test
NO_TASK, SCHEDULED, SUCCEEDED, FAILED, CANCELLED, RESCHEDULED, EXPIRED = range(7)
MAX_DISTANCE = 2_097_152
MAX_LOOKAHEAD = 2_097_152
UNPAYABLE = 2**256 - 1
MAX_PRICE = (2**40 - 1) << 63
MAX_GAS_PRICE = 2**128  # that a gas is worth
INTRINSIC_GAS, CALL_GAS, TASK_GAS, _ = GAS_COSTS
OVERHEAD_GAS = INTRINSIC_GAS + CALL_GAS + TASK_GAS
CALLDATA_GAS = 16  # a byte
LONE_GAS = OVERHEAD_GAS - CALL_GAS // 4  # of a call that runs a single task, without what a payee uses
FIRST_PRICE_DIGITS = 7
RETRY_DELAY = 5
RETURN_GAS = 10_000
ATTEMPTS = 4
NOWHERE = (0, 0)
EXECUTE_TASK = keccak(text="executeTask(bytes)")[:4]

# What a task's target does.
WORK, FAIL, BURN, WAIT, NOTHING, LOCKED, AGAIN, GARBAGE, ANSWER = (
    "works",
    "fails",
    "burns its gas",
    "is ready later",
    "does nothing",
    "calls the manager",
    "comes again of itself",
    "is not called, for the data is garbage",
    "is not called, for the implementation answers",
)


def size_of(gas: int) -> int:
    return SMALL if gas <= SMALL_GAS else MEDIUM if gas <= MEDIUM_GAS else LARGE


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
    reason: bytes = b""  # of FAIL, and of ANSWER
    fails: bool = False  # of ANSWER
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
        return layered(str(chain.address(self.target)), self.data) if self.is_encoded else self.data

    @property
    def is_encoded(self) -> bool:
        """Whether the manager's `encodeTask` makes the data."""
        return self.does not in (GARBAGE, ANSWER)


@dataclass(frozen=True)
class Message:
    """A call by names. No signature: no data."""

    signature: str = ""
    arguments: tuple = ()

    def lowered(self, chain) -> bytes:
        if not self.signature:
            return b""
        selector, types = error_types(self.signature)
        return selector + types.pack(self.arguments, chain.lower)


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

    def pays(self, gas_price: int, besides: int, hundredths: int = 100) -> bool:
        """Whether the executor's share is worth so much of its gas limit and this gas besides."""
        return 90 * self.payment >= hundredths * gas_price * (self.gas + besides)

    def must_pay(self, gas_price: int) -> bool:
        """Whether it would be priced no higher today."""
        return self.payment >= base_price(self.gas, gas_price)

    def gas_needed(self) -> int:
        """So much left is worth a try: its limit, what calls withhold, the proxies, the end of the call."""
        return self.gas + self.gas // 16 + 2 * TASK_GAS + GAS_KEPT


# Of gas: for the end of a call and for what a payee may burn.
GAS_KEPT = CALL_GAS + 100_000
# Of gas: from here on ReschedulingTaskEnvironment keeps back what coming again may take.
KEEPS_BACK = 250_000
