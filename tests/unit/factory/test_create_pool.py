"""TaskPoolFactory.createPool"""

import pytest

from tests.helpers.chain import events, now, reverts


def test_default_behavior(system, pool_owner):
    factory = system.factory
    pool = factory.createPool("AI Tasks", "Pool for AI inference tasks", sender=pool_owner)

    assert factory.allPools(0) == pool
    assert factory.getAllPools() == [pool]
    assert factory.getPoolCount() == (1, 1)
    assert factory.isRegisteredPool(pool)
    assert factory.poolCategory(pool) == "AI Tasks"
    assert factory.poolInfo(pool) == (pool_owner, now(), True, "Pool for AI inference tasks")
    assert system.pool(pool).owner() == pool_owner
    assert system.pool(pool).zkpVerifier() == pool_owner
    assert system.pool(pool).modelRegistry() == system.registry.address


def test_emits_pool_created_first(system, pool_owner):
    pool = system.factory.createPool("AI Tasks", "", sender=pool_owner)
    first = system.factory.get_logs()[0]
    assert type(first).__name__ == "PoolCreated"
    assert (first.pool, first.owner, first.poolId, first.category) == (pool, pool_owner, 0, "AI Tasks")
    assert len(events(system.factory, "PoolCreated")) == 1


@pytest.mark.parametrize("length", [1, 63, 64])
def test_category_within_bounds(system, length):
    pool = system.factory.createPool("c" * length, "")
    assert system.factory.poolCategory(pool) == "c" * length


@pytest.mark.parametrize("length", [0, 65])
def test_reverts_category_out_of_bounds(system, length):
    with reverts("InvalidCategory()"):
        system.factory.createPool("c" * length, "")
    assert system.factory.getPoolCount() == (0, 0)
