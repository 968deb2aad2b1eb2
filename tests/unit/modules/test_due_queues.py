"""contracts/scheduler/due_queues.vy: indices and live bits against a Python set."""

import boa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.chain import reverts
from tests.helpers.modules import constant, harness

NOTHING = 2**256 - 1
MAX_TASKS = constant("scheduler/due_queues.vy", "MAX_TASKS")
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
def queues():
    return harness("DueQueuesHarness").deploy()


def first(live: set[int], start: int) -> int:
    return min((index for index in live if index >= start), default=NOTHING)


@QUICK
@given(
    border=st.sampled_from(BORDERS),
    count=st.integers(1, 12),
    cleared=st.lists(st.integers(0, 30), max_size=12),
    starts=st.lists(st.sampled_from([*BORDERS, 65_536]), max_size=6),
)
def test_next_is_that_of_a_set(queues, border, count, cleared, starts):
    """Of indices around a border; those before it were given out and cleared."""
    with boa.env.anchor():
        queues.give(9, border)
        live = set(range(border, min(border + count, MAX_TASKS)))
        assert {queues.add(9) for _ in live} == live
        for number in cleared:
            if live:
                index = sorted(live)[number % len(live)]
                queues.clear(9, index)
                live.remove(index)
            assert queues.live(9) == len(live)
        for start in [*starts, *live, *(index + 1 for index in live)]:
            assert queues.next(9, start) == first(live, start)
        assert queues.summary(9) == sum({1 << (index >> 9) for index in live if index >= 94})
        assert queues.live(8) == queues.live(10) == 0


@pytest.mark.parametrize("index", BORDERS)
def test_one_index(queues, index):
    queues.give(3, index)
    assert queues.add(3) == index
    assert queues.live(3) == 1
    for start in {0, 1, 93, 94, index // 2, max(index - 1, 0), index}:
        assert queues.next(3, start) == (index if start <= index else NOTHING)
    assert queues.next(3, index + 1) == NOTHING
    assert queues.summary(3) == (0 if index < 94 else 1 << index // 512)
    queues.clear(3, index)
    assert queues.live(3) == queues.summary(3) == 0
    assert queues.next(3, 0) == NOTHING


def test_from_the_first_to_600(queues):
    """Each index in turn, across the borders of words; then thinned out and emptied."""
    for index in range(600):
        assert queues.add(5) == index
    live = set(range(600))
    assert queues.live(5) == 600
    for index in [*range(1, 600, 2), *range(90, 100), *range(250, 260), *range(500, 520)]:
        if index in live:
            queues.clear(5, index)
            live.remove(index)
    for start in range(0, 601, 7):
        assert queues.next(5, start) == first(live, start)
    for index in sorted(live, reverse=True):
        queues.clear(5, index)
        live.remove(index)
        if index in (512, 510, 258, 94, 92):
            assert queues.summary(5) == sum({1 << (each >> 9) for each in live if each >= 94})
            assert queues.next(5, 0) == first(live, 0)
    assert queues.live(5) == 0


@pytest.mark.parametrize(("one", "other"), [(100, 300), (600, 900), (511, 512), (255, 256), (65_279, 65_280)])
def test_summary_bit_stands_for_two_words(queues, one, other):
    queues.give(3, one)
    queues.add(3)
    for index in range(one + 1, other + 1):
        assert queues.add(3) == index
    for index in range(one + 1, other):
        queues.clear(3, index)
    assert queues.next(3, one + 1) == other
    queues.clear(3, one)
    assert queues.next(3, 0) == other
    assert queues.summary(3) == 1 << other // 512
    queues.clear(3, other)
    assert queues.summary(3) == 0


@pytest.mark.parametrize("given_out", [65_535, 65_536])
def test_reverts_too_many_tasks(queues, given_out):
    queues.give(7, given_out)
    if given_out == 65_535:
        assert queues.add(7) == 65_535
    with reverts("TooManyTasksScheduled()"):
        queues.add(7)
    assert queues.live(7) == 65_536 - given_out
    assert queues.add(8) == 0


def test_queues_are_apart(queues):
    for queue in (0, 1, 2**70):
        queues.give(queue, 94)
        assert queues.add(queue) == 94
    queues.clear(1, 94)
    assert [queues.next(queue, 0) for queue in (0, 1, 2**70)] == [94, NOTHING, 94]
