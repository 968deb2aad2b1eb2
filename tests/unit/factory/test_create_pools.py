"""TaskPoolFactory.createPools"""

import pytest

from tests.helpers.chain import now, reverts
from tests.helpers.logs import logs
from tests.helpers.texts import text


def test_default_behavior(system, pool_owner):
    factory = system.factory
    pools = factory.createPools(["AI Tasks", "Images", "AI Tasks"], ["one", text(32), ""], sender=pool_owner)

    assert len(set(pools)) == 3
    assert factory.getAllPools() == pools
    assert factory.getPoolCount() == (3, 3)
    assert factory.getPoolsByCategory("AI Tasks") == [pools[0], pools[2]]
    assert factory.getPoolsByCategory("Images") == [pools[1]]
    assert [factory.poolInfo(pool) for pool in pools] == [
        (pool_owner, now(), True, "one"),
        (pool_owner, now(), True, text(32)),
        (pool_owner, now(), True, ""),
    ]
    assert all(system.pool(pool).owner() == pool_owner for pool in pools)


def test_emits_pool_created_for_each(system, pool_owner):
    pools = system.factory.createPools(["AI Tasks", "Images"], ["", ""], sender=pool_owner)
    assert [(log.name, log.fields) for log in logs(system.factory)] == [
        ("PoolCreated", {"pool": pools[0], "owner": pool_owner, "poolId": 0, "category": "AI Tasks"}),
        ("PoolCreated", {"pool": pools[1], "owner": pool_owner, "poolId": 1, "category": "Images"}),
    ]


@pytest.mark.parametrize("count", [1, 15, 16])
def test_number_within_bounds(system, count):
    assert len(system.factory.createPools(["AI Tasks"] * count, [""] * count)) == count
    assert system.factory.getPoolCount() == (count, count)


def test_reverts_too_many(system):
    with reverts(""):
        system.factory.createPools(["AI Tasks"] * 17, [""] * 17)


@pytest.mark.parametrize(("categories", "metadatas"), [(0, 0), (1, 0), (0, 1), (2, 1), (1, 2)])
def test_reverts_empty_or_unequal_lists(system, categories, metadatas):
    with reverts("InvalidInput()"):
        system.factory.createPools(["AI Tasks"] * categories, [""] * metadatas)
    assert system.factory.getPoolCount() == (0, 0)


@pytest.mark.parametrize(
    ("categories", "metadatas", "error"),
    [
        (["AI Tasks", "Images", ""], ["", "", ""], "InvalidCategory()"),
        (["AI Tasks", "Images", text(65)], ["", "", ""], "InvalidCategory()"),
        (["AI Tasks", "Images", "Images"], ["", "", text(1_025)], "InvalidInput()"),
    ],
)
def test_reverts_all_for_one(system, categories, metadatas, error):
    with reverts(error):
        system.factory.createPools(categories, metadatas)
    assert system.factory.getPoolCount() == (0, 0)
    assert system.factory.getPoolsByCategory("AI Tasks") == []
    assert system.factory.getPoolsByCategory("Images") == []
