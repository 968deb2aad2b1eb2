"""The factory's constructor, setModelRegistry, setPoolCategory, setPoolMetadata"""

import pytest

from taskpools.system import deployer
from tests.helpers.chain import reverts
from tests.helpers.logs import logged, logs
from tests.helpers.texts import text

NOBODY = "0x" + "00" * 20


def second_registry(system):
    registry = deployer("ModelRegistry").deploy()
    registry.setTaskRouter(system.router.address)
    return registry


# ---------------------------------------------------------------- constructor


def test_constructor_default_behavior(system, operator):
    factory = deployer("TaskPoolFactory").deploy(system.implementation.address, sender=operator)
    assert factory.implementation() == system.implementation.address
    assert factory.owner() == operator
    assert factory.pendingOwner() == NOBODY
    assert factory.modelRegistry() == NOBODY
    assert factory.getPoolCount() == (0, 0)
    assert factory.getAllPools() == factory.getActivePools() == []


def test_constructor_emits_ownership_transferred(system, operator):
    factory = deployer("TaskPoolFactory").deploy(system.implementation.address, sender=operator)
    assert logged(factory, "OwnershipTransferred") == [{"previousOwner": NOBODY, "newOwner": operator}]


@pytest.mark.parametrize("implementation", [NOBODY, "0x" + "11" * 20])
def test_constructor_reverts_implementation_without_code(implementation):
    with reverts("InvalidInput()"):
        deployer("TaskPoolFactory").deploy(implementation)


def test_implementation_can_never_be_initialized(system, stranger):
    for caller in (stranger, system.factory.address, system.registry.address, system.deployer):
        with reverts("AlreadyInitialized()"):
            system.implementation.initialize(stranger, stranger, system.registry.address, sender=caller)
    assert system.implementation.owner() == NOBODY


# ---------------------------------------------------------------- setModelRegistry


def test_set_model_registry_counts_for_pools_created_afterwards(system, operator, pool_owner):
    factory = system.factory
    earlier = system.pool(factory.createPool("AI Tasks", "", sender=pool_owner))
    registry = second_registry(system)
    factory.setModelRegistry(registry.address, sender=operator)
    later = system.pool(factory.createPool("AI Tasks", "", sender=pool_owner))

    assert factory.modelRegistry() == registry.address
    assert earlier.modelRegistry() == system.registry.address
    assert later.modelRegistry() == registry.address


def test_set_model_registry_emits_model_registry_updated(system):
    registry = second_registry(system)
    system.factory.setModelRegistry(registry.address)
    assert [(log.name, log.fields) for log in logs(system.factory)] == [
        ("ModelRegistryUpdated", {"oldRegistry": system.registry.address, "newRegistry": registry.address})
    ]
    factory = deployer("TaskPoolFactory").deploy(system.implementation.address)
    factory.setModelRegistry(registry.address)
    assert logged(factory, "ModelRegistryUpdated") == [{"oldRegistry": NOBODY, "newRegistry": registry.address}]


def test_set_model_registry_reverts_caller_is_not_the_owner(system, stranger):
    with reverts("Unauthorized()"):
        system.factory.setModelRegistry(second_registry(system).address, sender=stranger)
    assert system.factory.modelRegistry() == system.registry.address


def test_set_model_registry_reverts_address_without_code(system, stranger):
    for address in (NOBODY, stranger):
        with reverts("InvalidInput()"):
            system.factory.setModelRegistry(address)
    assert system.factory.modelRegistry() == system.registry.address


# ---------------------------------------------------------------- setPoolCategory


@pytest.fixture
def pools(system, pool_owner):
    return system.factory.createPools(["AI Tasks"] * 3, ["one", "two", "three"], sender=pool_owner)


def test_set_pool_category_default_behavior(system, operator, pool_owner, pools):
    factory = system.factory
    for caller, category in ((pool_owner, "Images"), (operator, text(64))):
        before = factory.poolInfo(pools[1])
        factory.setPoolCategory(pools[1], category, sender=caller)
        assert factory.poolCategory(pools[1]) == category
        assert factory.getPoolsByCategory(category) == [pools[1]]
        assert factory.getPoolsByCategory("AI Tasks") == [pools[0], pools[2]]
        assert factory.poolInfo(pools[1]) == before
        assert factory.poolIdOf(pools[1]) == 1
    assert factory.getPoolsByCategory("Images") == []

    factory.setPoolCategory(pools[1], "AI Tasks", sender=pool_owner)
    assert factory.getPoolsByCategory("AI Tasks") == pools
    assert factory.getPoolCount() == (3, 3)


def test_set_pool_category_to_the_same(system, pool_owner, pools):
    system.factory.setPoolCategory(pools[1], "AI Tasks", sender=pool_owner)
    assert system.factory.getPoolsByCategory("AI Tasks") == pools
    assert system.factory.poolCategory(pools[1]) == "AI Tasks"


def test_set_pool_category_of_an_inactive_pool(system, pool_owner, pools):
    system.factory.deactivatePool(pools[1])
    system.factory.setPoolCategory(pools[1], "Images", sender=pool_owner)
    assert system.factory.getPoolsByCategory("Images") == [pools[1]]
    assert not system.factory.isActivePool(pools[1])


def test_set_pool_category_emits_pool_category_updated(system, pool_owner, pools):
    system.factory.setPoolCategory(pools[1], "Images", sender=pool_owner)
    assert [(log.name, log.fields) for log in logs(system.factory)] == [
        ("PoolCategoryUpdated", {"pool": pools[1], "oldCategory": "AI Tasks", "newCategory": "Images"})
    ]


@pytest.mark.parametrize("length", [1, 63, 64])
def test_set_pool_category_within_bounds(system, pool_owner, pools, length):
    system.factory.setPoolCategory(pools[0], text(length), sender=pool_owner)
    assert system.factory.poolCategory(pools[0]) == text(length)


@pytest.mark.parametrize("length", [0, 65, 128])
def test_set_pool_category_reverts_out_of_bounds(system, pool_owner, pools, length):
    with reverts("InvalidCategory()"):
        system.factory.setPoolCategory(pools[0], text(length), sender=pool_owner)
    assert system.factory.poolCategory(pools[0]) == "AI Tasks"
    assert system.factory.getPoolsByCategory("AI Tasks") == pools


def test_set_pool_category_reverts_caller_owns_neither(system, stranger, pools):
    others = system.factory.createPool("AI Tasks", "", sender=stranger)
    assert system.pool(others).owner() == stranger
    with reverts("Unauthorized()"):
        system.factory.setPoolCategory(pools[0], "Images", sender=stranger)
    assert system.factory.poolCategory(pools[0]) == "AI Tasks"


def test_set_pool_category_reverts_unknown_pool(system, operator, stranger):
    with reverts("PoolNotFound()"):
        system.factory.setPoolCategory(stranger, "Images", sender=operator)


def test_set_pool_category_follows_the_ownership_of_the_pool(system, pool_owner, stranger, pools):
    pool = system.pool(pools[0])
    pool.transferOwnership(stranger, sender=pool_owner)
    pool.acceptOwnership(sender=stranger)
    assert system.factory.poolInfo(pools[0])[0] == stranger
    with reverts("Unauthorized()"):
        system.factory.setPoolCategory(pools[0], "Images", sender=pool_owner)
    system.factory.setPoolCategory(pools[0], "Images", sender=stranger)
    assert system.factory.poolCategory(pools[0]) == "Images"


# ---------------------------------------------------------------- setPoolMetadata


def test_set_pool_metadata_default_behavior(system, operator, pool_owner, pools):
    factory = system.factory
    for caller, metadata in ((pool_owner, "by the pool's owner"), (operator, "by the factory's owner")):
        before = factory.poolInfo(pools[1])
        factory.setPoolMetadata(pools[1], metadata, sender=caller)
        assert factory.poolInfo(pools[1]) == (*before[:3], metadata)
        assert factory.getPoolInfo(pools[1]).metadata == metadata
    assert factory.poolInfo(pools[0])[3] == "one"
    assert factory.poolInfo(pools[2])[3] == "three"
    assert factory.poolCategory(pools[1]) == "AI Tasks"


def test_set_pool_metadata_emits_pool_metadata_updated(system, pool_owner, pools):
    system.factory.setPoolMetadata(pools[1], text(1_024), sender=pool_owner)
    assert [(log.name, log.fields) for log in logs(system.factory)] == [
        ("PoolMetadataUpdated", {"pool": pools[1], "metadata": text(1_024)})
    ]


@pytest.mark.parametrize("lengths", [(0, 31, 32, 1_024), (1_023, 32, 0, 33), (31, 1, 64, 30)])
def test_set_pool_metadata_within_bounds(system, pool_owner, pools, lengths):
    """From any length to any other: nothing of the old one stays."""
    for length in lengths:
        system.factory.setPoolMetadata(pools[0], text(length), sender=pool_owner)
        assert system.factory.poolInfo(pools[0])[3] == text(length)


@pytest.mark.parametrize("length", [1_025, 1_056])
def test_set_pool_metadata_reverts_over_bound(system, pool_owner, pools, length):
    with reverts("InvalidInput()"):
        system.factory.setPoolMetadata(pools[0], text(length), sender=pool_owner)
    assert system.factory.poolInfo(pools[0])[3] == "one"


def test_set_pool_metadata_reverts_caller_owns_neither(system, stranger, pools):
    with reverts("Unauthorized()"):
        system.factory.setPoolMetadata(pools[0], "", sender=stranger)
    assert system.factory.poolInfo(pools[0])[3] == "one"


def test_set_pool_metadata_reverts_unknown_pool(system, operator, stranger):
    with reverts("PoolNotFound()"):
        system.factory.setPoolMetadata(stranger, "", sender=operator)


def test_set_model_registry_reverts_for_a_contract_that_is_no_registry(system, operator):
    for address in (system.viewer.address, system.router.address):
        with reverts("InvalidInput()"):
            system.factory.setModelRegistry(address, sender=operator)
    assert system.factory.modelRegistry() == system.registry.address
