"""contracts/scheduler/buckets.vy: indices and live bits against a Python set."""

import boa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.chain import reverts
from tests.helpers.modules import constant, harness

NO_INDEX = 2**256 - 1
MAX_TASKS = constant("scheduler/buckets.vy", "MAX_TASKS")
BORDERS = [
    0,
    1,
    93,
    94,
    95,
    255,
    256,
    257,
    511,
    512,
    513,
    767,
    768,
    1_023,
    1_024,
    32_768,
    65_024,
    65_280,
    65_534,
    65_535,
]
QUICK = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def buckets():
    return harness("BucketsHarness").deploy()


def first(live: set[int], start: int) -> int:
    return min((index for index in live if index >= start), default=NO_INDEX)


@QUICK
@given(
    border=st.sampled_from(BORDERS),
    count=st.integers(1, 12),
    cleared=st.lists(st.integers(0, 30), max_size=12),
    starts=st.lists(st.sampled_from([*BORDERS, 65_536]), max_size=6),
)
def test_next_is_that_of_a_set(buckets, border, count, cleared, starts):
    """Of indices around a border; those before it were given out and cleared."""
    with boa.env.anchor():
        buckets.give(9, border)
        live = set(range(border, min(border + count, MAX_TASKS)))
        assert {buckets.add(9) for _ in live} == live
        for number in cleared:
            if live:
                index = sorted(live)[number % len(live)]
                buckets.clear(9, index)
                live.remove(index)
            assert buckets.live(9) == len(live)
        for start in [*starts, *live, *(index + 1 for index in live)]:
            assert buckets.next(9, start) == first(live, start)
        assert buckets.summary(9) == sum({1 << (index >> 9) for index in live if index >= 94})
        assert buckets.live(8) == buckets.live(10) == 0


@pytest.mark.parametrize("index", BORDERS)
def test_one_index(buckets, index):
    buckets.give(3, index)
    assert buckets.add(3) == index
    assert buckets.live(3) == 1
    for start in {0, 1, 93, 94, index // 2, max(index - 1, 0), index}:
        assert buckets.next(3, start) == (index if start <= index else NO_INDEX)
    assert buckets.next(3, index + 1) == NO_INDEX
    assert buckets.summary(3) == (0 if index < 94 else 1 << index // 512)
    buckets.clear(3, index)
    assert buckets.live(3) == buckets.summary(3) == 0
    assert buckets.next(3, 0) == NO_INDEX


def test_from_the_first_to_600(buckets):
    """Each index in turn, across the borders of words; then thinned out and emptied."""
    for index in range(600):
        assert buckets.add(5) == index
    live = set(range(600))
    assert buckets.live(5) == 600
    for index in [*range(1, 600, 2), *range(90, 100), *range(250, 260), *range(500, 520)]:
        if index in live:
            buckets.clear(5, index)
            live.remove(index)
    for start in range(0, 601, 7):
        assert buckets.next(5, start) == first(live, start)
    for index in sorted(live, reverse=True):
        buckets.clear(5, index)
        live.remove(index)
        if index in (512, 510, 258, 94, 92):
            assert buckets.summary(5) == sum({1 << (each >> 9) for each in live if each >= 94})
            assert buckets.next(5, 0) == first(live, 0)
    assert buckets.live(5) == 0


@pytest.mark.parametrize(("one", "other"), [(100, 300), (600, 900), (511, 512), (255, 256), (65_279, 65_280)])
def test_summary_bit_stands_for_two_words(buckets, one, other):
    buckets.give(3, one)
    buckets.add(3)
    for index in range(one + 1, other + 1):
        assert buckets.add(3) == index
    for index in range(one + 1, other):
        buckets.clear(3, index)
    assert buckets.next(3, one + 1) == other
    buckets.clear(3, one)
    assert buckets.next(3, 0) == other
    assert buckets.summary(3) == 1 << other // 512
    buckets.clear(3, other)
    assert buckets.summary(3) == 0


@pytest.mark.parametrize("given_out", [65_535, 65_536])
def test_reverts_too_many_tasks(buckets, given_out):
    buckets.give(7, given_out)
    if given_out == 65_535:
        assert buckets.add(7) == 65_535
    with reverts("TooManyTasksScheduled()"):
        buckets.add(7)
    assert buckets.live(7) == 65_536 - given_out
    assert buckets.add(8) == 0


def test_buckets_are_apart(buckets):
    for bucket in (0, 1, 2**70):
        buckets.give(bucket, 94)
        assert buckets.add(bucket) == 94
    buckets.clear(1, 94)
    assert [buckets.next(bucket, 0) for bucket in (0, 1, 2**70)] == [94, NO_INDEX, 94]
