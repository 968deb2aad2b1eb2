"""contracts/factory/pool_set.vy: bitmaps against Python sets."""

import boa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.modules import harness

FULL = 2**256 - 1
POOL_IDS = st.one_of(st.sampled_from([0, 1, 254, 255, 256, 257, 511, 512, 767, 768]), st.integers(0, 800))
QUICK = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def sets():
    return harness("PoolSetHarness").deploy()


@QUICK
@given(
    changes=st.lists(st.tuples(st.booleans(), POOL_IDS), max_size=25),
    end=st.sampled_from([0, 1, 255, 256, 257, 511, 512, 513, 801]),
    offset=st.integers(0, 12),
    limit=st.sampled_from([0, 1, 2, 5, 256]),
)
def test_count_and_page_are_those_of_a_set(sets, changes, end, offset, limit):
    with boa.env.anchor():
        members = set()
        for is_added, pool_id in changes:
            (sets.add if is_added else sets.remove)(3, pool_id)
            (members.add if is_added else members.discard)(pool_id)
            assert sets.contains(3, pool_id) == is_added
        assert sets.count(3, end) == len([member for member in members if member < end])
        assert sets.page(3, 801, offset, limit) == sorted(members)[offset : offset + limit]
        assert sets.count(4, 801) == 0
        assert sets.page(4, 801, 0, 256) == []


@pytest.mark.parametrize("pool_id", [0, 254, 255, 256, 257, 2**32 - 1])
def test_adding_and_removing_touch_one_bit(sets, pool_id):
    index, bit = divmod(pool_id, 256)
    sets.add(0, pool_id)
    assert sets.wordOf(0, index) == 1 << bit
    sets.add(0, pool_id)
    assert sets.wordOf(0, index) == 1 << bit

    sets.setWord(0, index, FULL)
    sets.remove(0, pool_id)
    assert sets.wordOf(0, index) == FULL ^ (1 << bit)
    assert not sets.contains(0, pool_id)
    sets.remove(0, pool_id)
    assert sets.wordOf(0, index) == FULL ^ (1 << bit)


@pytest.mark.parametrize("end", [0, 1, 254, 255, 256, 257, 511, 512, 513, 1_024])
def test_count_of_full_words(sets, end):
    for index in range(3):
        sets.setWord(0, index, FULL)
    assert sets.count(0, end) == min(end, 768)


@pytest.mark.parametrize(
    ("offset", "limit"),
    [(0, 256), (0, 255), (1, 256), (255, 2), (256, 256), (300, 256), (600, 256), (767, 1), (768, 1)],
)
def test_page_of_full_words(sets, offset, limit):
    for index in range(3):
        sets.setWord(0, index, FULL)
    assert sets.page(0, 768, offset, limit) == list(range(768))[offset : offset + limit]


@pytest.mark.parametrize("members", [[], [256], [511], [256, 300, 511], list(range(256, 512))])
def test_in_word_are_the_members_of_one_word(sets, members):
    for pool_id in (255, 512):
        sets.add(7, pool_id)
    sets.add(8, 300)
    for pool_id in members:
        sets.add(7, pool_id)
    assert sets.inWord(7, 1) == members
