"""The pure modules: bits, compact, pricing, task_ids, task_records; against Python's integers."""

import pytest
from eth_utils import to_checksum_address
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.helpers.modules import constant, harness
from tests.helpers.schedule import pack
from tests.helpers.tasks import price

FULL = 2**256 - 1
QUICK = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
WORDS = st.one_of(
    st.integers(0, FULL),
    st.builds(lambda bit, delta: (1 << bit) + delta & FULL, st.integers(0, 256), st.integers(-2, 2)),
)
ACCOUNT = to_checksum_address("0x" + "f1" * 20)
LARGEST = (2**40 - 1) << 63


@pytest.fixture(scope="module")
def numbers(deployed):
    return harness("NumbersHarness").deploy()


# ---- bits


@pytest.mark.parametrize("bit", range(256))
def test_each_bit(numbers, bit):
    """Alone, with all above it, with all below it."""
    word, above = 1 << bit, FULL >> bit << bit
    assert numbers.lowest(word) == numbers.lowest(above) == bit
    assert numbers.length(word) == numbers.length(2 * word - 1) == bit + 1
    assert numbers.count(word) == 1
    assert numbers.count(above) == 256 - bit


def test_no_bit(numbers):
    assert numbers.length(0) == numbers.count(0) == 0


@QUICK
@given(word=WORDS)
def test_bits_of_any_word(numbers, word):
    assert numbers.count(word) == word.bit_count()
    assert numbers.length(word) == word.bit_length()
    if word:
        assert numbers.lowest(word) == (word & -word).bit_length() - 1


@pytest.mark.parametrize("word", [FULL, FULL // 3, FULL // 5, FULL // 17, FULL // 257, FULL - FULL // 3, FULL - 1])
def test_count_of_patterns(numbers, word):
    assert numbers.count(word) == word.bit_count()


# ---- compact


@QUICK
@given(amount=st.one_of(st.integers(0, 2**104), st.integers(0, 2**13)), digits=st.sampled_from([11, 40]))
def test_compact(numbers, amount, digits):
    """
    Down: the largest amount with so many bits that is not above it. Up: the smallest not below it, which is kept
    exactly.
    """
    unit = 1 << max(amount.bit_length() - digits, 0)
    assert numbers.unpack(numbers.packDown(amount, digits), digits) == amount // unit * unit
    up = numbers.roundUp(amount, digits)
    assert up == -(-amount // unit) * unit
    assert numbers.unpack(numbers.packDown(up, digits), digits) == up


@pytest.mark.parametrize("digits", [11, 40])
@pytest.mark.parametrize("exponent", [0, 1, 2, 30, 62, 63])
def test_compact_at_the_borders(numbers, digits, exponent):
    top = (2**digits - 1) << exponent
    assert numbers.packDown(top, digits) == exponent << digits | 2**digits - 1
    assert numbers.roundUp(top, digits) == top
    assert numbers.roundUp(top + 1, digits) == 2**digits << exponent
    assert numbers.unpack(numbers.packDown(2**digits << exponent, digits), digits) == 2**digits << exponent


# ---- pricing


@QUICK
@given(
    gas=st.integers(0, 750_000),
    gas_price=st.one_of(st.integers(1, 10**13), st.integers(1, 2**83)),
    live=st.integers(0, 65_536),
    distance=st.integers(1, 2**21),
)
def test_price(numbers, gas, gas_price, live, distance):
    expected = price(gas, distance, live, gas_price)
    assert numbers.price(gas, gas_price, live, distance) == (expected if expected <= LARGEST else FULL)


@pytest.mark.parametrize("gas_price", [2**128, 2**128 + 1, 2**200, FULL])
def test_price_saturates(numbers, gas_price):
    assert numbers.price(0, gas_price, 0, 1) == numbers.price(750_000, gas_price, 65_536, 2**21) == FULL


def test_price_is_never_0(numbers):
    assert numbers.price(0, 1, 0, 1) == price(0, 1, 0, 1) > 0


@QUICK
@given(
    gas=st.integers(0, 750_000),
    gas_price=st.integers(1, 2**70),
    live=st.integers(0, 65_436),
    distance=st.integers(1, 2**21),
)
def test_price_grows(numbers, gas, gas_price, live, distance):
    own = numbers.price(gas, gas_price, live, distance)
    assert numbers.price(gas, gas_price, live + 1, distance) >= own
    assert numbers.price(gas, gas_price, live + 100, distance) > own
    assert numbers.price(gas, gas_price, live, distance + 1) >= own
    assert numbers.price(min(gas + 1, 750_000), gas_price, live, distance) >= own
    assert numbers.price(gas, gas_price + 1, live, distance) >= own
    assert numbers.price(gas, gas_price, 100, distance) >= 2 * numbers.price(gas, gas_price, 0, distance) * (1 - 2**-39)


# ---- ids


@QUICK
@given(
    environment=st.integers(0, 2**160 - 1),
    target=st.integers(0, 2**62),
    index=st.integers(0, 65_535),
    size=st.integers(0, 2),
)
@example(environment=2**160 - 1, target=2**62, index=65_535, size=2)
def test_task_id(numbers, environment, target, index, size):
    address = to_checksum_address(environment.to_bytes(20, "big"))
    task = numbers.packId(address, target, index, size)
    assert task.to_bytes(32, "big") == pack(environment, target, index, size)
    assert numbers.idFields(task) == (address, target, index, size, task >> 160, target * 4 + 2 - size)
    flagged = task | 1 << 248
    assert numbers.idFields(flagged)[:4] == (address, target, index, size)
    assert numbers.idFields(flagged)[4] != task >> 160


# ---- records


@QUICK
@given(gas=st.integers(0, 750_000), amount=st.one_of(st.integers(1, LARGEST), st.integers(1, 10**18)))
def test_record(numbers, gas, amount):
    unit = 1 << max(amount.bit_length() - 40, 0)
    exact = amount // unit * unit
    kept = exact >> max(exact.bit_length() - 11, 0) << max(exact.bit_length() - 11, 0)
    word = numbers.newRecord(ACCOUNT, gas, exact, exact)
    assert numbers.recordFields(5, word) == (ACCOUNT, gas, 1, 1, kept, exact)
    again = numbers.again(word, 2**30)
    assert numbers.recordFields(5, again) == (ACCOUNT, gas, 1, 2, kept, 2**30)


def test_attempt_stops_counting_at_255(numbers):
    word = numbers.newRecord(ACCOUNT, 750_000, LARGEST, LARGEST)
    for attempt in range(2, 259):
        word = numbers.again(word, LARGEST)
        assert numbers.recordFields(5, word)[1:4] == (750_000, 1, min(attempt, 255))
    assert numbers.recordFields(5, word)[4:] == (
        numbers.recordFields(5, numbers.newRecord(ACCOUNT, 1, LARGEST, LARGEST))[4],
        LARGEST,
    )


@pytest.mark.parametrize("status", range(2, 7))
def test_end_keeps_what_lasts(numbers, status):
    numbers.put(5, numbers.newRecord(ACCOUNT, 123_456, 10**12, 10**12))
    numbers.topUp(5, 2**200)
    numbers.topUp(5, 7)
    word, added = numbers.recordOf(5)
    first_price = 10**12 >> 29 << 29
    assert added == 2**200 + 7
    assert numbers.recordFields(5, word) == (ACCOUNT, 123_456, 1, 1, first_price, 10**12 + added)
    numbers.end(5, status)
    word, added = numbers.recordOf(5)
    assert added == 0
    assert numbers.recordFields(5, word) == (ACCOUNT, 123_456, status, 1, first_price, 0)
    # The next attempt of a task that was topped up begins without.
    assert numbers.recordFields(5, numbers.again(word, 10**12))[5] == 10**12


def test_overhead_is_that_of_the_contract(numbers):
    overhead = constant("scheduler/pricing.vy", "OVERHEAD_GAS")
    assert numbers.price(0, 4 * 2**21 * 64, 0, 0) == price(0, 0, 0, 4 * 2**21 * 64)
    assert price(0, 0, 0, 4) == overhead * 5
