"""TaskPoolFactory.createPool"""

import boa
import pytest

from taskpools.system import deployer
from tests.helpers.chain import now, reverts
from tests.helpers.logs import logs
from tests.helpers.texts import text


def test_default_behavior(system, pool_owner):
    factory = system.factory
    pool = factory.createPool("AI Tasks", "Pool for AI inference tasks", sender=pool_owner)

    assert factory.allPools(0) == pool
    assert factory.getAllPools() == [pool]
    assert factory.getPoolCount() == (1, 1)
    assert factory.poolIdOf(pool) == 0
    assert factory.isRegisteredPool(pool)
    assert factory.isActivePool(pool)
    assert factory.poolCategory(pool) == "AI Tasks"
    assert factory.getPoolsByCategory("AI Tasks") == [pool]
    assert factory.poolInfo(pool) == (pool_owner, now(), True, "Pool for AI inference tasks")
    assert system.pool(pool).owner() == pool_owner
    assert system.pool(pool).zkpVerifier() == pool_owner
    assert system.pool(pool).modelRegistry() == system.registry.address
    assert system.pool(pool).taskRouter() == system.router.address
    assert system.pool(pool).isActive()
    assert not system.pool(pool).isApproved()


def test_emits_pool_created_first(system, pool_owner):
    pool = system.factory.createPool("AI Tasks", "m" * 32, sender=pool_owner)
    (first,) = logs(system.factory)
    assert (first.emitter, first.name) == (system.factory.address, "PoolCreated")
    assert first.fields == {"pool": pool, "owner": pool_owner, "poolId": 0, "category": "AI Tasks"}


def test_pool_is_a_minimal_proxy_of_the_implementation(system):
    pool = system.factory.createPool("AI Tasks", "")
    implementation = bytes.fromhex(system.implementation.address[2:])
    eip1167 = bytes.fromhex("363d3d373d3d3d363d73") + implementation + bytes.fromhex("5af43d82803e903d91602b57fd5bf3")
    assert boa.env.get_code(pool) == eip1167


def test_pool_cannot_be_initialized_again(system, pool_owner, stranger):
    pool = system.pool(system.factory.createPool("AI Tasks", "", sender=pool_owner))
    for caller in (stranger, pool_owner, system.factory.address):
        with reverts("AlreadyInitialized()"):
            pool.initialize(stranger, stranger, system.registry.address, sender=caller)
    assert pool.owner() == pool_owner


def test_ids_ascend_from_zero(system, pool_owner, stranger):
    factory = system.factory
    pools = [factory.createPool("AI Tasks", "", sender=creator) for creator in (pool_owner, stranger, pool_owner)]
    assert [log.fields["poolId"] for log in logs(factory)] == [2]
    assert len(set(pools)) == 3
    assert [factory.poolIdOf(pool) for pool in pools] == [0, 1, 2]
    assert [factory.allPools(pool_id) for pool_id in range(3)] == pools
    assert factory.poolInfo(pools[1])[0] == stranger


@pytest.mark.parametrize("length", [1, 63, 64])
def test_category_within_bounds(system, length):
    pool = system.factory.createPool(text(length), "")
    assert logs(system.factory)[0].fields["category"] == text(length)
    assert system.factory.poolCategory(pool) == text(length)


@pytest.mark.parametrize("length", [0, 65, 128])
def test_reverts_category_out_of_bounds(system, length):
    with reverts("InvalidCategory()"):
        system.factory.createPool(text(length), "")
    assert system.factory.getPoolCount() == (0, 0)


def test_category_is_counted_in_bytes(system):
    assert system.factory.poolCategory(system.factory.createPool("é" * 32, "")) == "é" * 32
    with reverts("InvalidCategory()"):
        system.factory.createPool("é" * 32 + "e", "")


def test_reverts_category_wider_than_its_type(system):
    with reverts(""):
        system.factory.createPool(text(129), "")


@pytest.mark.parametrize("length", [0, 1, 30, 31, 32, 33, 63, 64, 255, 256, 257, 1_023, 1_024])
def test_metadata_within_bounds(system, length):
    pool = system.factory.createPool("AI Tasks", text(length))
    assert system.factory.poolInfo(pool)[3] == text(length)
    assert system.factory.getPoolInfo(pool).metadata == text(length)


@pytest.mark.parametrize("length", [1_025, 1_056])
def test_reverts_metadata_over_bound(system, length):
    with reverts("InvalidInput()"):
        system.factory.createPool("AI Tasks", text(length))
    assert system.factory.getPoolCount() == (0, 0)


def test_reverts_metadata_wider_than_its_type(system):
    with reverts(""):
        system.factory.createPool("AI Tasks", text(1_057))


@pytest.fixture
def bare_factory(system):
    """A factory without a registry."""
    return deployer("TaskPoolFactory").deploy(system.implementation.address)


def test_reverts_before_there_is_a_registry(bare_factory):
    with reverts("InvalidInput()"):
        bare_factory.createPool("AI Tasks", "")
    assert bare_factory.getPoolCount() == (0, 0)


def test_reverts_while_the_registry_has_no_router(bare_factory):
    bare_factory.setModelRegistry(deployer("ModelRegistry").deploy().address)
    with reverts("InvalidInput()"):
        bare_factory.createPool("AI Tasks", "")
    assert bare_factory.getPoolCount() == (0, 0)


def test_reverts_where_the_router_serves_another_factory(system, bare_factory):
    bare_factory.setModelRegistry(system.registry.address)
    with reverts("Unauthorized()"):
        bare_factory.createPool("AI Tasks", "")
    assert bare_factory.getPoolCount() == (0, 0)
