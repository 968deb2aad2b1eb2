"""The registry's constructor, verifiers, setTaskRouter, setRequestLifetime"""

import pytest

from taskpools.system import deployer
from tests.helpers.chain import reverts
from tests.helpers.flow import accept, request, work
from tests.helpers.logs import logged, logs

NOBODY = "0x" + "00" * 20


@pytest.fixture
def fresh(operator):
    """A registry as it is deployed."""
    return deployer("ModelRegistry").deploy(sender=operator)


def test_constructor_default_behavior(fresh, operator):
    assert logged(fresh, "OwnershipTransferred") == [{"previousOwner": NOBODY, "newOwner": operator}]
    assert (fresh.owner(), fresh.pendingOwner(), fresh.taskRouter()) == (operator, NOBODY, NOBODY)
    assert fresh.requestLifetime() == 86_400
    assert fresh.requestCounter() == fresh.protocolFeeBps() == fresh.earnedFees() == fresh.reservedBalance() == 0
    assert fresh.getAllModelIds() == fresh.getActiveModels() == []
    assert fresh.getModelIds(0, 256) == ([], 0)
    assert fresh.getRequestPools(0, 256) == ([], 0)


# ---------------------------------------------------------------- verifiers


def test_add_verifier_default_behavior(fresh, operator, verifier, stranger):
    assert not fresh.verifiers(verifier)
    fresh.addVerifier(verifier, sender=operator)
    assert [(log.name, log.fields) for log in logs(fresh)] == [("VerifierAdded", {"verifier": verifier})]
    assert fresh.verifiers(verifier)
    assert not fresh.verifiers(stranger)


def test_add_verifier_reverts_zero_and_a_verifier(fresh, verifier):
    fresh.addVerifier(verifier)
    for account in (NOBODY, verifier):
        with reverts("InvalidInput()"):
            fresh.addVerifier(account)
    assert not fresh.verifiers(NOBODY)


def test_add_verifier_reverts_caller_is_not_the_owner(fresh, stranger):
    with reverts("Unauthorized()"):
        fresh.addVerifier(stranger, sender=stranger)
    assert not fresh.verifiers(stranger)


def test_remove_verifier_default_behavior(fresh, operator, verifier, stranger):
    fresh.addVerifier(verifier)
    fresh.addVerifier(stranger)
    fresh.removeVerifier(verifier, sender=operator)
    assert [(log.name, log.fields) for log in logs(fresh)] == [("VerifierRemoved", {"verifier": verifier})]
    assert not fresh.verifiers(verifier)
    assert fresh.verifiers(stranger)
    fresh.addVerifier(verifier)
    assert fresh.verifiers(verifier)


def test_remove_verifier_reverts_who_is_none(fresh, verifier):
    for account in (NOBODY, verifier):
        with reverts("InvalidInput()"):
            fresh.removeVerifier(account)


def test_remove_verifier_reverts_caller_is_not_the_owner(fresh, verifier):
    fresh.addVerifier(verifier)
    with reverts("Unauthorized()"):
        fresh.removeVerifier(verifier, sender=verifier)
    assert fresh.verifiers(verifier)


def test_verifiers_are_those_of_the_moment(system, registry, approved_pool, requester, worker, verifier, stranger):
    request(system, requester)
    work(system, approved_pool, 1, worker)
    registry.removeVerifier(verifier)
    registry.addVerifier(stranger)
    with reverts("Unauthorized()"):
        accept(approved_pool, 1, verifier)
    accept(approved_pool, 1, stranger)
    assert registry.getInferenceRequest(1).hasResult


# ---------------------------------------------------------------- setTaskRouter


def test_set_task_router_default_behavior(system, fresh, operator):
    fresh.setTaskRouter(system.router.address, sender=operator)
    assert [(log.name, log.fields) for log in logs(fresh)] == [
        ("TaskRouterUpdated", {"oldRouter": NOBODY, "newRouter": system.router.address})
    ]
    assert fresh.taskRouter() == system.router.address


def test_set_task_router_reverts_a_second_time(system, fresh):
    other = deployer("TaskRouter").deploy(system.factory.address, system.viewer.address)
    fresh.setTaskRouter(system.router.address)
    for router in (other.address, system.router.address):
        with reverts("InvalidInput()"):
            fresh.setTaskRouter(router)
    assert fresh.taskRouter() == system.router.address


def test_set_task_router_reverts_address_without_code(fresh, stranger):
    for address in (NOBODY, stranger):
        with reverts("InvalidInput()"):
            fresh.setTaskRouter(address)
    assert fresh.taskRouter() == NOBODY


def test_set_task_router_reverts_caller_is_not_the_owner(system, fresh, stranger):
    with reverts("Unauthorized()"):
        fresh.setTaskRouter(system.router.address, sender=stranger)
    assert fresh.taskRouter() == NOBODY


# ---------------------------------------------------------------- setRequestLifetime


@pytest.mark.parametrize("lifetime", [600, 601, 2_591_999, 2_592_000])
def test_set_request_lifetime_default_behavior(registry, operator, lifetime):
    registry.setProtocolFeeBps(1_000)
    registry.setRequestLifetime(lifetime, sender=operator)
    assert [(log.name, log.fields) for log in logs(registry)] == [
        ("RequestLifetimeUpdated", {"oldLifetime": 86_400, "newLifetime": lifetime})
    ]
    assert registry.requestLifetime() == lifetime
    assert registry.protocolFeeBps() == 1_000


@pytest.mark.parametrize("lifetime", [0, 599, 2_592_001, 2**256 - 1])
def test_set_request_lifetime_reverts_out_of_bounds(registry, lifetime):
    with reverts("InvalidInput()"):
        registry.setRequestLifetime(lifetime)
    assert registry.requestLifetime() == 86_400


def test_set_request_lifetime_reverts_caller_is_not_the_owner(registry, stranger):
    with reverts("Unauthorized()"):
        registry.setRequestLifetime(600, sender=stranger)
    assert registry.requestLifetime() == 86_400


def test_set_task_router_reverts_for_a_contract_that_is_no_router(system, operator):
    fresh = deployer("ModelRegistry").deploy(sender=operator)
    for address in (system.viewer.address, system.factory.address, fresh.address):
        with reverts("InvalidInput()"):
            fresh.setTaskRouter(address, sender=operator)
    assert int(fresh.taskRouter(), 16) == 0
