"""TaskPoolFactory.createPoolDeterministic and predictPoolAddress"""

import pytest
from eth_utils import keccak, to_checksum_address

from taskpools.system import deployer
from tests.helpers.chain import now, reverts
from tests.helpers.logs import logs
from tests.helpers.texts import text

SALT = keccak(text="salt")


def create2(factory, implementation, creator, salt) -> str:
    """EIP-1014, for the EIP-1167 proxy, the salt being bound to the creator."""
    code = (
        bytes.fromhex("602d3d8160093d39f3363d3d373d3d3d363d73")
        + bytes.fromhex(implementation.address[2:])
        + bytes.fromhex("5af43d82803e903d91602b57fd5bf3")
    )
    bound = keccak(bytes.fromhex(creator[2:]) + salt)
    digest = keccak(b"\xff" + bytes.fromhex(factory.address[2:]) + bound + keccak(code))
    return to_checksum_address(digest[12:])


def test_default_behavior(system, pool_owner):
    factory = system.factory
    predicted = factory.predictPoolAddress(pool_owner, SALT)
    pool = factory.createPoolDeterministic("AI Tasks", "Pool", SALT, sender=pool_owner)

    assert pool == predicted
    assert pool == create2(factory, system.implementation, pool_owner, SALT)
    assert factory.allPools(0) == pool
    assert factory.poolInfo(pool) == (pool_owner, now(), True, "Pool")
    assert factory.poolCategory(pool) == "AI Tasks"
    assert factory.getPoolCount() == (1, 1)
    assert system.pool(pool).owner() == pool_owner
    assert system.pool(pool).modelRegistry() == system.registry.address


def test_emits_pool_created_first(system, pool_owner):
    pool = system.factory.createPoolDeterministic("AI Tasks", "", SALT, sender=pool_owner)
    (first,) = logs(system.factory)
    assert first.name == "PoolCreated"
    assert first.fields == {"pool": pool, "owner": pool_owner, "poolId": 0, "category": "AI Tasks"}


def test_prediction_depends_on_creator_and_salt_alone(system, pool_owner, stranger):
    factory = system.factory
    predicted = factory.predictPoolAddress(pool_owner, SALT)
    factory.createPool("AI Tasks", "", sender=pool_owner)
    factory.setModelRegistry(system.registry.address)
    assert factory.predictPoolAddress(pool_owner, SALT, sender=stranger) == predicted
    assert factory.predictPoolAddress(stranger, SALT) != predicted
    assert factory.predictPoolAddress(pool_owner, keccak(SALT)) != predicted
    assert factory.createPoolDeterministic("Other", "other", SALT, sender=pool_owner) == predicted


def test_nobody_can_take_anothers_address(system, pool_owner, stranger):
    factory = system.factory
    wanted = factory.predictPoolAddress(pool_owner, SALT)
    taken = factory.createPoolDeterministic("AI Tasks", "", SALT, sender=stranger)
    assert taken == factory.predictPoolAddress(stranger, SALT) != wanted
    assert factory.createPoolDeterministic("AI Tasks", "", SALT, sender=pool_owner) == wanted
    assert system.pool(wanted).owner() == pool_owner
    assert system.pool(taken).owner() == stranger


@pytest.mark.parametrize("salt", [bytes(32), b"\xff" * 32])
def test_any_salt(system, pool_owner, salt):
    predicted = create2(system.factory, system.implementation, pool_owner, salt)
    assert system.factory.createPoolDeterministic("AI Tasks", "", salt, sender=pool_owner) == predicted


def test_reverts_salt_used(system, pool_owner):
    system.factory.createPoolDeterministic("AI Tasks", "", SALT, sender=pool_owner)
    with reverts("InvalidInput()"):
        system.factory.createPoolDeterministic("Images", "", SALT, sender=pool_owner)
    assert system.factory.getPoolCount() == (1, 1)
    assert system.factory.getPoolsByCategory("Images") == []


def test_reverts_category_out_of_bounds(system):
    for length in (0, 65):
        with reverts("InvalidCategory()"):
            system.factory.createPoolDeterministic(text(length), "", SALT)


def test_reverts_metadata_over_bound(system):
    with reverts("InvalidInput()"):
        system.factory.createPoolDeterministic("AI Tasks", text(1_025), SALT)
    pool = system.factory.createPoolDeterministic("AI Tasks", text(1_024), SALT)
    assert system.factory.poolInfo(pool)[3] == text(1_024)


def test_reverts_before_there_is_a_registry(system):
    factory = deployer("TaskPoolFactory").deploy(system.implementation.address)
    with reverts("InvalidInput()"):
        factory.createPoolDeterministic("AI Tasks", "", SALT)
