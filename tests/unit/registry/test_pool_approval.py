"""ModelRegistry.approvePool, revokePool and the pool's callback updatePoolListing"""

import pytest

from taskpools.system import deployer
from tests.helpers.chain import reverts
from tests.helpers.flow import add_task, new_pool, request
from tests.helpers.logs import logged, logs

NOBODY = "0x" + "00" * 20


def listed(registry) -> list[str]:
    pools, total = registry.getRequestPools(0, 256)
    assert len(pools) == total
    return pools


# ---------------------------------------------------------------- approvePool


def test_approve_pool_default_behavior(system, registry, operator, pool):
    registry.approvePool(pool.address, sender=operator)
    assert registry.isApprovedPool(pool.address)
    assert pool.isApproved()
    assert listed(registry) == [pool.address]


def test_approve_pool_emits_pool_approved(registry, pool):
    registry.approvePool(pool.address)
    assert logged(registry, "PoolApproved") == [{"pool": pool.address}]


def test_approve_pool_ranks_what_is_in_it(system, registry, pool, worker):
    add_task(pool)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
    registry.approvePool(pool.address)
    assert system.router.claimBestTask(sender=worker) == (pool.address, 1)


def test_approve_pool_that_is_inactive(system, registry, pool):
    system.factory.deactivatePool(pool.address)
    registry.approvePool(pool.address)
    assert registry.isApprovedPool(pool.address)
    assert listed(registry) == []
    system.factory.activatePool(pool.address)
    assert listed(registry) == [pool.address]


def test_approve_pool_reverts_approved(registry, approved_pool):
    with reverts("InvalidInput()"):
        registry.approvePool(approved_pool.address)
    assert listed(registry) == [approved_pool.address]


def test_approve_pool_reverts_what_is_no_pool_of_the_factory(system, registry, stranger):
    for address in (stranger, NOBODY, system.implementation.address, registry.address):
        with reverts("InvalidInput()"):
            registry.approvePool(address)
        assert not registry.isApprovedPool(address)


def test_approve_pool_reverts_pool_of_another_registry(system, registry, pool_owner):
    other = deployer("ModelRegistry").deploy()
    other.setTaskRouter(system.router.address)
    system.factory.setModelRegistry(other.address)
    foreign = new_pool(system, pool_owner)
    with reverts("InvalidInput()"):
        registry.approvePool(foreign.address)
    other.approvePool(foreign.address)
    assert other.isApprovedPool(foreign.address)
    assert not registry.isApprovedPool(foreign.address)


def test_approve_pool_reverts_without_a_router(pool):
    with reverts("InvalidInput()"):
        deployer("ModelRegistry").deploy().approvePool(pool.address)


def test_approve_pool_reverts_caller_is_not_the_owner(registry, pool, pool_owner):
    with reverts("Unauthorized()"):
        registry.approvePool(pool.address, sender=pool_owner)
    assert not registry.isApprovedPool(pool.address)
    assert not pool.isApproved()


# ---------------------------------------------------------------- revokePool


def test_revoke_pool_default_behavior(registry, operator, approved_pool):
    registry.revokePool(approved_pool.address, sender=operator)
    assert logged(registry, "PoolRevoked") == [{"pool": approved_pool.address}]
    assert not registry.isApprovedPool(approved_pool.address)
    assert not approved_pool.isApproved()
    assert listed(registry) == []


def test_revoke_pool_unranks_the_owners_tasks_and_keeps_the_requests(
    system, registry, approved_pool, requester, worker
):
    own = add_task(approved_pool, 10**18)
    _, requested = request(system, requester)
    assert system.router.getBestAvailableTask().taskId == own
    registry.revokePool(approved_pool.address)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, requested)


def test_revoke_pool_and_approve_it_again(registry, approved_pool):
    registry.revokePool(approved_pool.address)
    registry.approvePool(approved_pool.address)
    assert registry.isApprovedPool(approved_pool.address)
    assert listed(registry) == [approved_pool.address]


@pytest.mark.parametrize("gone", [(0,), (1,), (2,), (0, 1), (1, 0), (0, 2), (2, 0), (2, 1), (0, 1, 2), (1, 2, 0)])
def test_revoke_pool_leaves_no_gap(system, registry, pool_owner, gone):
    pools = [new_pool(system, pool_owner, approved=True).address for _ in range(3)]
    for index in gone:
        registry.revokePool(pools[index])
        assert pools[index] not in listed(registry)
    left = [pool for index, pool in enumerate(pools) if index not in gone]
    assert sorted(listed(registry)) == sorted(left)
    for pool in pools:
        assert registry.isApprovedPool(pool) is (pool in left)
    for index in gone:
        registry.approvePool(pools[index])
    assert sorted(listed(registry)) == sorted(pools)


def test_revoke_pool_that_is_inactive(system, registry, approved_pool):
    system.factory.deactivatePool(approved_pool.address)
    registry.revokePool(approved_pool.address)
    assert not registry.isApprovedPool(approved_pool.address)
    system.factory.activatePool(approved_pool.address)
    assert listed(registry) == []


def test_revoke_pool_reverts_unapproved(registry, pool, stranger):
    for address in (pool.address, stranger, NOBODY):
        with reverts("InvalidInput()"):
            registry.revokePool(address)


def test_revoke_pool_reverts_caller_is_not_the_owner(registry, approved_pool, pool_owner):
    with reverts("Unauthorized()"):
        registry.revokePool(approved_pool.address, sender=pool_owner)
    assert registry.isApprovedPool(approved_pool.address)


# ---------------------------------------------------------------- updatePoolListing


def test_new_verifier_revokes_the_approval(registry, approved_pool, pool_owner, stranger):
    approved_pool.setZKPVerifier(stranger, sender=pool_owner)
    assert logged(approved_pool, "PoolRevoked") == [{"pool": approved_pool.address}]
    assert not registry.isApprovedPool(approved_pool.address)
    assert not approved_pool.isApproved()
    assert listed(registry) == []
    registry.approvePool(approved_pool.address)
    assert listed(registry) == [approved_pool.address]


def test_new_verifier_of_an_inactive_pool_revokes_the_approval(system, registry, approved_pool, pool_owner, stranger):
    system.factory.deactivatePool(approved_pool.address)
    approved_pool.setZKPVerifier(stranger, sender=pool_owner)
    assert not registry.isApprovedPool(approved_pool.address)
    system.factory.activatePool(approved_pool.address)
    assert listed(registry) == []


def test_update_pool_listing_emits_pool_revoked_without_approval_alone(registry, approved_pool):
    registry.updatePoolListing(True, True, sender=approved_pool.address)
    assert logs(registry) == []
    assert listed(registry) == [approved_pool.address]
    registry.updatePoolListing(True, False, sender=approved_pool.address)
    assert logs(registry) == []
    assert listed(registry) == []
    registry.updatePoolListing(False, True, sender=approved_pool.address)
    assert [(log.name, log.fields) for log in logs(registry)] == [("PoolRevoked", {"pool": approved_pool.address})]


@pytest.mark.parametrize("approved", [True, False])
def test_update_pool_listing_reverts_who_is_no_approved_pool(system, registry, pool, operator, stranger, approved):
    for caller in (pool.address, stranger, operator, system.factory.address, system.router.address):
        with reverts("Unauthorized()"):
            registry.updatePoolListing(approved, True, sender=caller)
    assert listed(registry) == []
