"""transferOwnership and acceptOwnership of every contract that has an owner"""

import pytest

from tests.helpers.chain import reverts
from tests.helpers.logs import logs

NOBODY = "0x" + "00" * 20
OWNED = ["factory", "registry", "pool"]


@pytest.fixture(params=OWNED)
def owned(request, system, pool):
    return {"factory": system.factory, "registry": system.registry, "pool": pool}[request.param]


@pytest.fixture
def owner(owned):
    return owned.owner()


@pytest.fixture
def heir(stranger):
    return stranger


def owner_may(owned, caller):
    """An owner's call, which changes nothing but a proposal."""
    owned.transferOwnership(NOBODY, sender=caller)


def test_deployed_owner(system, pool, operator, pool_owner):
    assert system.factory.owner() == system.registry.owner() == operator
    assert pool.owner() == pool_owner
    assert system.factory.pendingOwner() == system.registry.pendingOwner() == pool.pendingOwner() == NOBODY


def test_transfer_ownership_proposes(owned, owner, heir):
    owned.transferOwnership(heir, sender=owner)
    assert [(log.emitter, log.name, log.fields) for log in logs(owned)] == [
        (owned.address, "OwnershipTransferStarted", {"previousOwner": owner, "newOwner": heir})
    ]
    assert owned.owner() == owner
    assert owned.pendingOwner() == heir
    owner_may(owned, owner)


def test_transfer_ownership_gives_the_heir_no_power_yet(owned, owner, heir):
    owned.transferOwnership(heir, sender=owner)
    with reverts("Unauthorized()"):
        owner_may(owned, heir)
    assert owned.pendingOwner() == heir


def test_accept_ownership_completes(owned, owner, heir):
    owned.transferOwnership(heir, sender=owner)
    owned.acceptOwnership(sender=heir)
    assert [(log.emitter, log.name, log.fields) for log in logs(owned)] == [
        (owned.address, "OwnershipTransferred", {"previousOwner": owner, "newOwner": heir})
    ]
    assert owned.owner() == heir
    assert owned.pendingOwner() == NOBODY
    with reverts("Unauthorized()"):
        owner_may(owned, owner)
    owner_may(owned, heir)


def test_transfer_ownership_reverts_caller_is_not_the_owner(owned, heir):
    with reverts("Unauthorized()"):
        owned.transferOwnership(heir, sender=heir)
    assert owned.pendingOwner() == NOBODY


def test_accept_ownership_reverts_caller_is_not_the_heir(owned, owner, heir, worker):
    with reverts("Unauthorized()"):
        owned.acceptOwnership(sender=heir)
    owned.transferOwnership(heir, sender=owner)
    for caller in (worker, owner):
        with reverts("Unauthorized()"):
            owned.acceptOwnership(sender=caller)
    assert owned.owner() == owner


def test_accept_ownership_reverts_a_second_time(owned, owner, heir):
    owned.transferOwnership(heir, sender=owner)
    owned.acceptOwnership(sender=heir)
    with reverts("Unauthorized()"):
        owned.acceptOwnership(sender=heir)
    assert owned.owner() == heir


def test_zero_takes_a_proposal_back(owned, owner, heir):
    owned.transferOwnership(heir, sender=owner)
    owned.transferOwnership(NOBODY, sender=owner)
    assert owned.pendingOwner() == NOBODY
    with reverts("Unauthorized()"):
        owned.acceptOwnership(sender=heir)
    assert owned.owner() == owner


def test_the_last_proposal_counts(owned, owner, heir, worker):
    owned.transferOwnership(heir, sender=owner)
    owned.transferOwnership(worker, sender=owner)
    with reverts("Unauthorized()"):
        owned.acceptOwnership(sender=heir)
    owned.acceptOwnership(sender=worker)
    assert owned.owner() == worker


def test_ownership_can_be_proposed_to_oneself(owned, owner):
    owned.transferOwnership(owner, sender=owner)
    owned.acceptOwnership(sender=owner)
    assert owned.owner() == owner
    assert owned.pendingOwner() == NOBODY


# ---------------------------------------------------------------- what goes with a pool


def test_pool_keeps_its_verifier(system, pool, pool_owner, heir):
    assert pool.zkpVerifier() == pool_owner
    pool.transferOwnership(heir, sender=pool_owner)
    pool.acceptOwnership(sender=heir)
    assert pool.zkpVerifier() == pool_owner
    assert system.factory.poolInfo(pool.address)[0] == heir
    assert system.factory.getPoolInfo(pool.address).owner == heir


def test_pool_keeps_its_verifier_through_a_second_handover(pool, pool_owner, heir, worker):
    for previous, next_ in ((pool_owner, heir), (heir, worker)):
        pool.transferOwnership(next_, sender=previous)
        pool.acceptOwnership(sender=next_)
        assert pool.zkpVerifier() == pool_owner
    pool.setZKPVerifier(worker, sender=worker)
    assert pool.zkpVerifier() == worker
