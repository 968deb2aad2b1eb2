"""TaskPoolViewer.getExpiredTasks, findExpiredTasks: what releaseExpiredTasks would release or refund now"""

import pytest

from tests.helpers.chain import DAY, wait
from tests.helpers.flow import CLAIM_WINDOW, add_task, add_tasks, claim, new_account, new_pool, work


@pytest.fixture
def mixed(system, pool):
    """1: lapses; 2 and 3: expire; 4: claimed, then lapsed and expired; 5: pending; 6: stays available."""
    lapsing = add_task(pool)
    add_tasks(pool, [1, 1, 1], lifetime=600)
    add_tasks(pool, [1, 1], lifetime=9 * DAY)
    claim(system, pool, lapsing, new_account("w1"))
    claim(system, pool, 4, new_account("w4"))
    work(system, pool, 5, new_account("w5"))
    return pool


def test_lapsed_claims_first(system, mixed):
    wait(CLAIM_WINDOW + 1)
    assert system.viewer.getExpiredTasks(mixed.address, 256) == [1, 4, 2, 3]
    assert mixed.releaseExpired([1, 4, 2, 3]) == 4
    assert system.viewer.getExpiredTasks(mixed.address, 256) == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [(600, []), (601, [4, 2, 3]), (CLAIM_WINDOW, [4, 2, 3]), (CLAIM_WINDOW + 1, [1, 4, 2, 3])],
)
def test_at_the_deadlines(system, mixed, after, expected):
    wait(after)
    found = system.viewer.getExpiredTasks(mixed.address, 256)
    assert found == expected
    assert mixed.releaseExpired([1, 2, 3, 4, 5, 6]) == len(found)


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 4, 257, 2**256 - 1])
def test_limit(system, mixed, limit):
    wait(CLAIM_WINDOW + 1)
    assert system.viewer.getExpiredTasks(mixed.address, limit) == [1, 4, 2, 3][:limit]


def test_find_in_several_pools(system, mixed, pool_owner):
    fresh, other = new_pool(system, pool_owner), new_pool(system, pool_owner)
    add_task(fresh)
    add_task(other, lifetime=600)
    wait(CLAIM_WINDOW + 1)
    asked = [fresh.address, other.address, mixed.address]
    assert system.viewer.findExpiredTasks(asked) == ([other.address, mixed.address], [[1], [1, 4, 2, 3]])
    assert system.viewer.findExpiredTasks([fresh.address]) == ([], [])
    assert system.viewer.findExpiredTasks([]) == ([], [])
