"""TaskPool.initialize"""

import boa
import pytest

from taskpools.system import deployer
from tests.helpers.chain import reverts
from tests.helpers.flow import CLAIM_WINDOW, VERIFICATION_WINDOW

ZERO = "0x" + "00" * 20


@pytest.fixture
def raw_clone(system):
    """A clone that nobody has set up yet: EIP-1167's code around the implementation."""
    code = bytes.fromhex("363d3d373d3d3d363d73" + system.implementation.address[2:] + "5af43d82803e903d91602b57fd5bf3")
    address = boa.env.generate_address("raw_clone")
    boa.env.set_code(address, code)
    return system.pool(address)


def test_default_behavior(system, raw_clone, pool_owner, verifier):
    raw_clone.initialize(pool_owner, verifier, system.registry.address, sender=system.factory.address)

    assert raw_clone.owner() == pool_owner
    assert raw_clone.pendingOwner() == ZERO
    assert raw_clone.zkpVerifier() == verifier
    assert raw_clone.modelRegistry() == system.registry.address
    assert raw_clone.taskRouter() == system.router.address
    assert raw_clone.isActive()
    assert not raw_clone.isApproved()
    assert raw_clone.getTaskTerms() == (CLAIM_WINDOW, VERIFICATION_WINDOW, 3, False)
    assert raw_clone.getPoolStats() == (0, 0, 0, 0, 0, 0)
    assert raw_clone.taskCounter() == 0
    assert raw_clone.reservedBalance() == 0
    assert raw_clone.get_logs() == []


def test_owner_can_be_the_verifier(system, raw_clone, pool_owner):
    raw_clone.initialize(pool_owner, pool_owner, system.registry.address, sender=system.factory.address)
    assert raw_clone.zkpVerifier() == pool_owner


def test_reverts_second_time(system, pool, pool_owner):
    for sender in (pool_owner, system.factory.address):
        with reverts("AlreadyInitialized()"):
            pool.initialize(pool_owner, pool_owner, system.registry.address, sender=sender)


def test_reverts_on_the_implementation(system, pool_owner):
    for sender in (pool_owner, system.factory.address, system.deployer):
        with reverts("AlreadyInitialized()"):
            system.implementation.initialize(pool_owner, pool_owner, system.registry.address, sender=sender)
    assert system.implementation.owner() == ZERO


def test_reverts_caller_is_not_the_factory(system, raw_clone, pool_owner, stranger):
    for sender in (pool_owner, stranger, system.deployer, system.registry.address):
        with reverts("Unauthorized()"):
            raw_clone.initialize(pool_owner, pool_owner, system.registry.address, sender=sender)
    assert raw_clone.owner() == ZERO


def test_reverts_zero_owner(system, raw_clone, pool_owner):
    with reverts("InvalidInput()"):
        raw_clone.initialize(ZERO, pool_owner, system.registry.address, sender=system.factory.address)


def test_reverts_zero_verifier(system, raw_clone, pool_owner):
    with reverts("InvalidInput()"):
        raw_clone.initialize(pool_owner, ZERO, system.registry.address, sender=system.factory.address)


def test_reverts_registry_without_code(system, raw_clone, pool_owner, stranger):
    with reverts("InvalidInput()"):
        raw_clone.initialize(pool_owner, pool_owner, stranger, sender=system.factory.address)


def test_reverts_registry_without_router(system, raw_clone, pool_owner):
    registry = deployer("ModelRegistry").deploy()
    with reverts("InvalidInput()"):
        raw_clone.initialize(pool_owner, pool_owner, registry.address, sender=system.factory.address)


def test_locked_implementation_does_nothing(system, stranger):
    implementation = system.implementation
    with reverts("Unauthorized()"):
        implementation.addAITasks([1], [0], ["m"], [""], [2**32], value=1, sender=stranger)
    with reverts("Unauthorized()"):
        implementation.addRegistryTask(1, 2**32, sender=system.registry.address)
    with reverts("Unauthorized()"):
        implementation.claimTaskForUser(stranger, sender=system.router.address)
    with reverts("Unauthorized()"):
        implementation.emergencyWithdraw(sender=stranger)
    with reverts("Unauthorized()"):
        implementation.setApproval(True, sender=system.registry.address)
