"""Requests go in turn to the pools that are approved and active"""

import pytest

from tests.helpers.chain import reverts
from tests.helpers.flow import IMAGE_PRICE, new_pool, request


@pytest.fixture
def pools(system, registry, pool_owner):
    return [new_pool(system, pool_owner, approved=True) for _ in range(3)]


def serve(system, requester, count) -> dict[str, int]:
    """Requests by pool."""
    served = {}
    for _ in range(count):
        request_id, _ = request(system, requester)
        pool = system.registry.requestTask(request_id)[0]
        served[pool] = served.get(pool, 0) + 1
    return served


def test_each_pool_gets_the_same(system, pools, requester):
    assert serve(system, requester, 6) == {pool.address: 2 for pool in pools}
    assert [pool.taskCounter() for pool in pools] == [2, 2, 2]


def test_one_after_the_other(system, pools, requester):
    served = [system.registry.requestTask(request(system, requester)[0])[0] for _ in range(6)]
    assert served[:3] == served[3:]
    assert len(set(served[:3])) == 3


def test_unapproved_pools_get_none(system, pools, pool_owner, requester):
    new_pool(system, pool_owner)
    assert serve(system, requester, 8).keys() == {pool.address for pool in pools}


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_inactive_pools_get_none(system, pools, requester, gone):
    system.factory.deactivatePool(pools[gone].address)
    left = {pool.address: 3 for pool in pools if pool is not pools[gone]}
    assert serve(system, requester, 6) == left
    system.factory.activatePool(pools[gone].address)
    assert serve(system, requester, 6) == {pool.address: 2 for pool in pools}


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_revoked_pools_get_none(system, pools, requester, gone):
    system.registry.revokePool(pools[gone].address)
    assert serve(system, requester, 6) == {pool.address: 3 for pool in pools if pool is not pools[gone]}


def test_pool_that_changed_its_verifier_gets_none(system, pools, pool_owner, verifier, requester):
    pools[1].setZKPVerifier(verifier, sender=pool_owner)
    assert serve(system, requester, 4) == {pools[0].address: 2, pools[2].address: 2}


def test_cost_does_not_grow_with_the_number_of_pools(system, registry, pools, pool_owner, requester):
    def gas_of_a_request():
        # the same pool twice: its second time touches the same words
        by_pool = {}
        while True:
            registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE, sender=requester)
            gas = registry._computation.get_gas_used()
            pool, task_id = registry.requestTask(registry.requestCounter())
            by_pool.setdefault(pool, []).append(gas)
            if pool == pools[0].address and task_id > 3:
                return gas

    few = gas_of_a_request()
    for _ in range(12):
        new_pool(system, pool_owner, approved=True)
    many = gas_of_a_request()
    assert abs(many - few) < 3_000


# ---------------------------------------------------------------- getRequestPools


def test_get_request_pools(system, registry, pools, pool_owner):
    new_pool(system, pool_owner)
    addresses = {pool.address for pool in pools}
    items, total = registry.getRequestPools(0, 256)
    assert (set(items), len(items), total) == (addresses, 3, 3)
    assert registry.getRequestPools(0, 2) == (items[:2], 3)
    assert registry.getRequestPools(1, 1) == (items[1:2], 3)
    assert registry.getRequestPools(2, 256) == (items[2:], 3)
    assert registry.getRequestPools(0, 0) == ([], 3)
    for offset in (3, 4, 2**256 - 1):
        assert registry.getRequestPools(offset, 256) == ([], 3)


@pytest.mark.parametrize("limit", [257, 2**256 - 1])
def test_get_request_pools_reverts_limit_above_256(registry, limit):
    with reverts("InvalidInput()"):
        registry.getRequestPools(0, limit)
