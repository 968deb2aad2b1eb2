"""The factory's lists and switches beyond 256 pools"""

import boa
import pytest

from tests.helpers.chain import reverts

COUNT = 262
INACTIVE = [0, 7, 255, 256, 261]
PAGED = {
    "getPools": (),
    "getActivePoolsPaged": (),
    "getPoolsByCategoryPaged": ("Even",),
}


@pytest.fixture(scope="module")
def pools(deployed):
    with boa.env.anchor():
        created = []
        while len(created) < COUNT:
            part = min(16, COUNT - len(created))
            categories = ["Even" if (len(created) + i) % 2 == 0 else "Odd" for i in range(part)]
            created += deployed.factory.createPools(categories, [""] * part)
        deployed.factory.deactivatePools([created[pool_id] for pool_id in INACTIVE])
        yield created


@pytest.fixture
def lists(pools):
    """What the paged getters list."""
    return {
        "getPools": pools,
        "getActivePoolsPaged": [pool for pool_id, pool in enumerate(pools) if pool_id not in INACTIVE],
        "getPoolsByCategoryPaged": pools[::2],
    }


def page(system, getter, offset, limit):
    return getattr(system.factory, getter)(*PAGED[getter], offset, limit)


def test_whole_lists(system, lists):
    factory = system.factory
    assert factory.getAllPools() == lists["getPools"]
    assert factory.getActivePools() == lists["getActivePoolsPaged"]
    assert factory.getPoolsByCategory("Even") == lists["getPoolsByCategoryPaged"]
    assert factory.getPoolsByCategory("Odd") == lists["getPools"][1::2]
    assert factory.getPoolCount() == (COUNT, COUNT - len(INACTIVE))


@pytest.mark.parametrize("getter", PAGED)
@pytest.mark.parametrize(
    ("offset", "limit"),
    [(0, 256), (0, 255), (0, 1), (0, 0), (5, 10), (110, 40), (6, 256), (7, 256), (120, 20), (250, 10)],
)
def test_pages(system, lists, getter, offset, limit):
    items = lists[getter]
    assert page(system, getter, offset, limit) == (items[offset : offset + limit], len(items))


@pytest.mark.parametrize("getter", PAGED)
def test_pages_at_the_end_and_past_it(system, lists, getter):
    items = lists[getter]
    total = len(items)
    assert page(system, getter, total - 1, 256) == (items[-1:], total)
    for offset in (total, total + 1, 2**256 - 1):
        assert page(system, getter, offset, 256) == ([], total)


@pytest.mark.parametrize("getter", PAGED)
@pytest.mark.parametrize("limit", [257, 2**256 - 1])
def test_reverts_limit_above_256(system, pools, getter, limit):
    with reverts("InvalidInput()"):
        page(system, getter, 0, limit)


def test_reverts_limit_above_256_for_an_unknown_category(system):
    with reverts("InvalidInput()"):
        system.factory.getPoolsByCategoryPaged("Nothing", 0, 257)


@pytest.mark.parametrize("pool_id", [1, 254, 257, 260])
def test_active_pools_by_index(system, pools, lists, pool_id):
    active = lists["getActivePoolsPaged"]
    index = active.index(pools[pool_id])
    assert system.factory.activePools(index) == pools[pool_id]
    assert system.factory.activePoolIndex(pools[pool_id]) == index


@pytest.mark.parametrize("pool_id", [0, 254, 256, 260])
def test_pools_by_category_by_index(system, pools, pool_id):
    assert system.factory.poolsByCategory("Even", pool_id // 2) == pools[pool_id]


def test_batches_up_to_64(system, pools):
    system.factory.deactivatePools(pools[1:7] + pools[8:66])
    assert system.factory.getPoolCount() == (COUNT, COUNT - len(INACTIVE) - 64)
    system.factory.activatePools(pools[1:7] + pools[8:66])
    assert system.factory.getPoolCount() == (COUNT, COUNT - len(INACTIVE))
    for function in ("deactivatePools", "activatePools"):
        with reverts(""):
            getattr(system.factory, function)(pools[1:7] + pools[8:67])


def test_switching_costs_the_same_whatever_pool(system, pools):
    """The first word of the list and the last."""
    costs = set()
    for pool_id in (1, 260):
        system.factory.deactivatePool(pools[pool_id])  # touches the words
        system.factory.activatePool(pools[pool_id])
        system.factory.deactivatePool(pools[pool_id])
        costs.add(system.factory._computation.get_gas_used())
    assert max(costs) - min(costs) < 200
