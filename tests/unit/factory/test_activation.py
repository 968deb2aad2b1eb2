"""TaskPoolFactory.activatePool, reactivatePool, deactivatePool and their batches"""

import pytest

from tests.helpers.chain import reverts
from tests.helpers.logs import logs

ACTIVATING = ["activatePool", "reactivatePool"]
SWITCHES = [*ACTIVATING, "deactivatePool"]
BATCHES = ["activatePools", "deactivatePools"]


@pytest.fixture
def pools(system, pool_owner):
    return system.factory.createPools(["AI Tasks"] * 3, [""] * 3, sender=pool_owner)


def test_deactivate_pool_default_behavior(system, operator, pools):
    factory = system.factory
    factory.deactivatePool(pools[1], sender=operator)

    assert factory.getPoolCount() == (3, 2)
    assert factory.getActivePools() == [pools[0], pools[2]]
    assert [factory.isActivePool(pool) for pool in pools] == [True, False, True]
    assert factory.poolInfo(pools[1])[2] is False
    assert factory.getPoolInfo(pools[1]).isActive is False
    assert [system.pool(pool).isActive() for pool in pools] == [True, False, True]
    # what it is and where it belongs stay
    assert factory.isRegisteredPool(pools[1])
    assert factory.getAllPools() == pools
    assert factory.getPoolsByCategory("AI Tasks") == pools
    assert factory.allPools(1) == pools[1]


def test_deactivate_pool_emits_pool_deactivated(system, pools):
    system.factory.deactivatePool(pools[1])
    assert [(log.name, log.fields) for log in logs(system.factory)] == [("PoolDeactivated", {"pool": pools[1]})]


@pytest.mark.parametrize("function", ACTIVATING)
def test_activate_pool_default_behavior(system, operator, pools, function):
    factory = system.factory
    factory.deactivatePool(pools[1])
    factory.deactivatePool(pools[2])
    getattr(factory, function)(pools[1], sender=operator)

    assert factory.getPoolCount() == (3, 2)
    assert factory.getActivePools() == [pools[0], pools[1]]
    assert factory.isActivePool(pools[1])
    assert factory.poolInfo(pools[1])[2] is True
    assert system.pool(pools[1]).isActive()


@pytest.mark.parametrize("function", ACTIVATING)
def test_activate_pool_emits_pool_activated(system, pools, function):
    system.factory.deactivatePool(pools[1])
    getattr(system.factory, function)(pools[1])
    assert [(log.name, log.fields) for log in logs(system.factory)] == [("PoolActivated", {"pool": pools[1]})]


@pytest.mark.parametrize("function", SWITCHES)
def test_reverts_caller_is_not_the_owner(system, pool_owner, pools, function):
    if function in ACTIVATING:
        system.factory.deactivatePool(pools[0])
    before = system.factory.getActivePools()
    with reverts("Unauthorized()"):
        getattr(system.factory, function)(pools[0], sender=pool_owner)
    assert system.factory.getActivePools() == before


@pytest.mark.parametrize("function", SWITCHES)
def test_reverts_unknown_pool(system, stranger, pools, function):
    for unknown in (stranger, system.implementation.address):
        with reverts("PoolNotFound()"):
            getattr(system.factory, function)(unknown)


@pytest.mark.parametrize("function", ACTIVATING)
def test_reverts_already_active(system, pools, function):
    with reverts("PoolAlreadyActive()"):
        getattr(system.factory, function)(pools[0])
    assert system.factory.getPoolCount() == (3, 3)


def test_reverts_already_inactive(system, pools):
    system.factory.deactivatePool(pools[0])
    with reverts("PoolAlreadyInactive()"):
        system.factory.deactivatePool(pools[0])
    assert system.factory.getPoolCount() == (3, 2)


def test_batches_default_behavior(system, operator, pools):
    factory = system.factory
    factory.deactivatePools([pools[2], pools[0]], sender=operator)
    assert [(log.name, log.fields) for log in logs(factory)] == [
        ("PoolDeactivated", {"pool": pools[2]}),
        ("PoolDeactivated", {"pool": pools[0]}),
    ]
    assert factory.getActivePools() == [pools[1]]
    assert [system.pool(pool).isActive() for pool in pools] == [False, True, False]

    factory.activatePools([pools[0], pools[2]], sender=operator)
    assert [(log.name, log.fields) for log in logs(factory)] == [
        ("PoolActivated", {"pool": pools[0]}),
        ("PoolActivated", {"pool": pools[2]}),
    ]
    assert factory.getActivePools() == pools
    assert all(system.pool(pool).isActive() for pool in pools)


@pytest.mark.parametrize("function", BATCHES)
def test_batches_revert_caller_is_not_the_owner(system, pool_owner, pools, function):
    for batch in ([pools[0]], []):
        with reverts("Unauthorized()"):
            getattr(system.factory, function)(batch, sender=pool_owner)
    assert system.factory.getActivePools() == pools


def test_batches_revert_all_for_an_unknown_pool(system, stranger, pools):
    with reverts("PoolNotFound()"):
        system.factory.deactivatePools([pools[0], pools[1], stranger])
    assert system.factory.getActivePools() == pools
    system.factory.deactivatePools(pools)
    with reverts("PoolNotFound()"):
        system.factory.activatePools([pools[0], stranger, pools[1]])
    assert system.factory.getActivePools() == []
    assert not system.pool(pools[0]).isActive()


def test_batches_revert_all_for_one_in_that_state(system, pools):
    system.factory.deactivatePool(pools[2])
    with reverts("PoolAlreadyInactive()"):
        system.factory.deactivatePools(pools)
    assert system.factory.getActivePools() == pools[:2]
    with reverts("PoolAlreadyActive()"):
        system.factory.activatePools([pools[2], pools[0]])
    assert system.factory.getActivePools() == pools[:2]


def test_batches_revert_a_pool_twice(system, pools):
    with reverts("PoolAlreadyInactive()"):
        system.factory.deactivatePools([pools[0], pools[0]])
    assert system.factory.getActivePools() == pools


def test_approved_pool_leaves_and_reenters_the_list_of_the_registry(system, registry, approved_pool):
    system.factory.deactivatePool(approved_pool.address)
    assert registry.getRequestPools(0, 256) == ([], 0)
    assert registry.isApprovedPool(approved_pool.address)
    system.factory.activatePool(approved_pool.address)
    assert registry.getRequestPools(0, 256) == ([approved_pool.address], 1)


def test_unapproved_pool_does_not_enter_the_list_of_the_registry(system, registry, pool):
    system.factory.deactivatePool(pool.address)
    system.factory.activatePool(pool.address)
    assert registry.getRequestPools(0, 256) == ([], 0)


def test_costs_the_same_however_many_pools(system, pools):
    factory = system.factory
    costs = []
    factory.deactivatePool(pools[0])  # touches the words: within a test all calls are one transaction
    for _ in range(2):
        factory.activatePool(pools[0])
        activating = factory._computation.get_gas_used()
        factory.deactivatePool(pools[0])
        costs.append((activating, factory._computation.get_gas_used()))
        factory.createPools(["AI Tasks"] * 16, [""] * 16)
    assert costs[0] == costs[1]
