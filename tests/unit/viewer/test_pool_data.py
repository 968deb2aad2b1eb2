"""TaskPoolViewer.getPoolData, getPoolStatistics, getMultiplePoolsData, getAggregatedStats, scanPoolsForTasks"""

import pytest

from tests.helpers.chain import balance, wait
from tests.helpers.flow import accept, add_task, add_tasks, claim, new_account, new_pool, send, work


@pytest.fixture
def busy_pool(system, pool, pool_owner, stranger):
    """Two available tasks, one active, one pending, one paid, and free balance."""
    ids = add_tasks(pool, [1, 2, 4, 8, 16])
    claim(system, pool, ids[2], new_account("active"))
    work(system, pool, ids[3], new_account("pending"))
    work(system, pool, ids[4], new_account("paid"))
    accept(pool, ids[4], pool_owner)
    send(pool, 100, stranger)
    return pool


def expected(pool, owner):
    return (pool.address, 2, 1, 1, 1, 16, 1 + 2 + 4 + 8 + 100, owner, True)


def test_pool_data(system, busy_pool, pool_owner):
    data = system.viewer.getPoolData(busy_pool.address)
    assert data == expected(busy_pool, pool_owner)
    assert data.balance == balance(busy_pool)
    assert system.viewer.getPoolStatistics(busy_pool.address) == data


def test_new_and_deactivated_pools(system, pool_owner):
    pool = new_pool(system, pool_owner)
    assert system.viewer.getPoolData(pool.address) == (pool.address, 0, 0, 0, 0, 0, 0, pool_owner, True)
    system.factory.deactivatePool(pool.address)
    assert system.viewer.getPoolData(pool.address) == (pool.address, 0, 0, 0, 0, 0, 0, pool_owner, False)


def test_owner_is_the_present_one(system, pool, pool_owner, stranger):
    pool.transferOwnership(stranger, sender=pool_owner)
    assert system.viewer.getPoolData(pool.address).owner == pool_owner
    pool.acceptOwnership(sender=stranger)
    assert system.viewer.getPoolData(pool.address).owner == stranger


def test_multiple_pools_in_the_order_asked(system, busy_pool, pool_owner):
    empty = new_pool(system, pool_owner)
    asked = [empty.address, busy_pool.address, empty.address]
    one = system.viewer.getPoolData(empty.address)
    assert system.viewer.getMultiplePoolsData(asked) == [one, expected(busy_pool, pool_owner), one]
    assert system.viewer.getMultiplePoolsData([]) == []


def test_256_pools_at_once(system, pool):
    assert len(system.viewer.getMultiplePoolsData([pool.address] * 256)) == 256


def test_aggregated_stats(system, busy_pool, pool_owner):
    other = new_pool(system, pool_owner)
    add_task(other, 7)
    system.factory.deactivatePool(other.address)
    assert system.viewer.getAggregatedStats(system.factory.address) == (2, 1, 3, 1, 1, 1, 16)


def test_scan_pools_for_tasks(system, busy_pool, pool_owner):
    empty, other = new_pool(system, pool_owner), new_pool(system, pool_owner)
    add_tasks(other, [10, 10, 11])
    asked = [other.address, empty.address, busy_pool.address]
    assert system.viewer.scanPoolsForTasks(asked) == ([other.address, busy_pool.address], [3, 2], [10, 1])
    assert system.viewer.scanPoolsForTasks([empty.address]) == ([], [], [])
    assert system.viewer.scanPoolsForTasks([]) == ([], [], [])


def test_scan_counts_available_tasks_only(system, pool, worker):
    first, _ = add_tasks(pool, [100, 4])
    work(system, pool, first, worker)
    assert system.viewer.scanPoolsForTasks([pool.address]) == ([pool.address], [1], [4])
    wait(1)
    claim(system, pool, 2, worker)
    assert system.viewer.scanPoolsForTasks([pool.address]) == ([], [], [])
