"""contracts/scheduler/calendar.vy: three levels of bitmaps against a Python set."""

from bisect import bisect_left

import boa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.modules import harness

NO_BUCKET = 2**256 - 1
SPAN = 2_097_152 * 4  # buckets that tasks can be scheduled ahead
BASES = [0, 2**8, 2**16, 2**24, 2**24 * 5, 2**40 + 2**24 * 3]
# Around the borders of words of each level.
QUEUES = st.builds(
    lambda base, step, offset: max(base + step + offset, 0),
    st.sampled_from(BASES),
    st.sampled_from([0, 2**8, 2**9, 2**16, 2**17, 255 * 2**16, 2**24]),
    st.sampled_from([-2, -1, 0, 1, 2, 3, 100, 255]),
)
QUICK = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def calendar():
    return harness("CalendarHarness").deploy()


def first(marked: set[int], start: int, end: int) -> int:
    ordered = sorted(marked)
    position = bisect_left(ordered, start)
    return ordered[position] if position < len(ordered) and ordered[position] <= end else NO_BUCKET


@QUICK
@given(
    changes=st.lists(QUEUES, max_size=14),
    asked=st.lists(st.tuples(QUEUES, st.sampled_from([0, 1, 255, 2**16, 2**22, SPAN, SPAN + 50_400 * 4])), max_size=8),
)
def test_next_is_that_of_a_set(calendar, changes, asked):
    with boa.env.anchor():
        marked = set()
        for bucket in changes:
            if bucket in marked:
                calendar.unmark(bucket)
                marked.remove(bucket)
            else:
                calendar.mark(bucket)
                marked.add(bucket)
            assert calendar.isMarked(bucket) == (bucket in marked)
        for start, distance in asked:
            assert calendar.next(start, start + distance) == first(marked, start, start + distance)
        for bucket in marked:
            for start in (bucket - 1, bucket, bucket + 1, bucket & ~255, bucket & ~65_535, (bucket >> 24) << 24):
                start = max(start, 0)
                assert calendar.next(start, start + SPAN) == first(marked, start, start + SPAN)
        for bucket in list(marked):
            calendar.unmark(bucket)
        for bucket in changes:
            # Nothing is left at any level.
            assert [calendar.bitmap(level, bucket >> 8 * (level + 1)) for level in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("bucket", [0, 1, 255, 256, 65_535, 65_536, 2**24 - 1, 2**24, 2**64 + 12_345])
def test_marks_a_bit_of_each_level(calendar, bucket):
    calendar.mark(bucket)
    for level in range(3):
        index, bit = divmod(bucket >> 8 * level, 256)
        assert calendar.bitmap(level, index) == 1 << bit
    calendar.mark(bucket)
    assert calendar.isMarked(bucket)
    assert [calendar.isMarked(bucket ^ 1 << bit) for bit in range(30)] == [False] * 30
    calendar.unmark(bucket)
    assert [calendar.bitmap(level, bucket >> 8 * (level + 1)) for level in range(3)] == [0, 0, 0]
    assert not calendar.isMarked(bucket)


@pytest.mark.parametrize("bit", [0, 1, 7, 8, 254, 255])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_word_with_neighbours_keeps_its_bit_above(calendar, level, bit):
    """The summary bit goes with the last of the word."""
    unit = 1 << 8 * level
    mine, other = bit * unit, (255 - bit) * unit
    calendar.mark(mine)
    calendar.mark(other)
    calendar.unmark(mine)
    assert calendar.next(0, SPAN * 4) == other
    assert calendar.bitmap(2, 0) != 0
    calendar.unmark(other)
    assert calendar.bitmap(2, 0) == calendar.bitmap(level, 0) == 0


@pytest.mark.parametrize("distance", [0, 1, 255, 256, 2**16, 2**23 - 1, SPAN - 1, SPAN])
@pytest.mark.parametrize("start", [1, 255, 2**24 - 1, 2**24, 2**24 - SPAN // 2, 2**30 + 77])
def test_end_is_included(calendar, start, distance):
    calendar.mark(start + distance)
    assert calendar.next(start, start + distance) == start + distance
    assert calendar.next(start + distance, start + distance) == start + distance
    assert calendar.next(start, start + distance - 1) == NO_BUCKET
    assert calendar.next(start + distance + 1, start + SPAN + 1) == NO_BUCKET


def test_dead_ends_at_every_level(calendar):
    """
    At each level the word of `start` has bits before it only: the search turns back three times and still finds it.
    """
    start = 2**24 - 2**16 - 2**8 - 1
    for behind in (start - 1, start - 2**8, start - 2**16):
        calendar.mark(behind)
    for distance in (2**8, 2**16, 2**20, SPAN):
        with boa.env.anchor():
            calendar.mark(start + distance)
            assert calendar.next(start, start + SPAN + 50_400 * 4) == start + distance
    assert calendar.next(start, start + SPAN) == NO_BUCKET
