"""TaskPoolFactory.createPoolFor"""

import pytest

from tests.helpers.chain import now, reverts
from tests.helpers.logs import logs
from tests.helpers.texts import text

NOBODY = "0x" + "00" * 20


def test_default_behavior(system, operator, pool_owner):
    factory = system.factory
    pool = factory.createPoolFor(pool_owner, "AI Tasks", "Pool", sender=operator)

    assert factory.getAllPools() == [pool]
    assert factory.poolInfo(pool) == (pool_owner, now(), True, "Pool")
    assert factory.poolCategory(pool) == "AI Tasks"
    assert system.pool(pool).owner() == pool_owner
    assert system.pool(pool).zkpVerifier() == pool_owner


def test_emits_pool_created_first(system, operator, pool_owner):
    pool = system.factory.createPoolFor(pool_owner, "AI Tasks", "", sender=operator)
    (first,) = logs(system.factory)
    assert first.name == "PoolCreated"
    assert first.fields == {"pool": pool, "owner": pool_owner, "poolId": 0, "category": "AI Tasks"}


def test_reverts_caller_is_not_the_owner(system, pool_owner):
    with reverts("Unauthorized()"):
        system.factory.createPoolFor(pool_owner, "AI Tasks", "", sender=pool_owner)
    assert system.factory.getPoolCount() == (0, 0)


def test_reverts_user_is_zero(system):
    with reverts("InvalidInput()"):
        system.factory.createPoolFor(NOBODY, "AI Tasks", "")
    assert system.factory.getPoolCount() == (0, 0)


@pytest.mark.parametrize("length", [0, 65])
def test_reverts_category_out_of_bounds(system, pool_owner, length):
    with reverts("InvalidCategory()"):
        system.factory.createPoolFor(pool_owner, text(length), "")


def test_reverts_metadata_over_bound(system, pool_owner):
    with reverts("InvalidInput()"):
        system.factory.createPoolFor(pool_owner, "AI Tasks", text(1_025))
    pool = system.factory.createPoolFor(pool_owner, text(64), text(1_024))
    assert system.factory.poolInfo(pool)[3] == text(1_024)
