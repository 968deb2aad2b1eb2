"""The factory's getters: flat and nested shapes, lists, unknown pools and indices"""

import pytest

from taskpools.system import deployer
from tests.helpers.chain import now, reverts, wait
from tests.helpers.flow import add_task, add_tasks, claim, new_pool, work

NOBODY = "0x" + "00" * 20


@pytest.fixture
def pools(system, pool_owner):
    return system.factory.createPools(
        ["AI Tasks", "Images", "AI Tasks", "Images"], ["one", "", "three", ""], sender=pool_owner
    )


def test_pool_info_is_flat_and_get_pool_info_nested(system, pool_owner, pools):
    created = now()
    wait(100)
    system.factory.deactivatePool(pools[2])
    expected = (pool_owner, created, False, "three")
    assert system.factory.poolInfo(pools[2]) == expected
    info = system.factory.getPoolInfo(pools[2])
    assert (info.owner, info.createdAt, info.isActive, info.metadata) == expected


def test_unknown_pool(system, stranger, pools):
    factory = system.factory
    for unknown in (stranger, NOBODY, system.implementation.address):
        assert factory.poolInfo(unknown) == (NOBODY, 0, False, "")
        assert factory.poolCategory(unknown) == ""
        assert factory.activePoolIndex(unknown) == 0
        assert not factory.isRegisteredPool(unknown)
        assert not factory.isActivePool(unknown)
        with reverts("PoolNotFound()"):
            factory.getPoolInfo(unknown)
        with reverts("PoolNotFound()"):
            factory.poolIdOf(unknown)


def test_unknown_category(system, pools):
    assert system.factory.getPoolsByCategory("ai tasks") == []
    assert system.factory.getPoolsByCategory("") == []
    assert system.factory.getPoolsByCategoryPaged("ai tasks", 0, 256) == ([], 0)
    with reverts("InvalidInput()"):
        system.factory.poolsByCategory("ai tasks", 0)


def test_lists_by_index(system, pools):
    factory = system.factory
    factory.deactivatePool(pools[0])
    assert [factory.allPools(i) for i in range(4)] == pools
    assert [factory.activePools(i) for i in range(3)] == pools[1:]
    assert [factory.activePoolIndex(pool) for pool in pools] == [0, 0, 1, 2]
    assert [factory.poolsByCategory("AI Tasks", i) for i in range(2)] == [pools[0], pools[2]]
    assert [factory.poolsByCategory("Images", i) for i in range(2)] == [pools[1], pools[3]]


@pytest.mark.parametrize("index", [4, 2**32, 2**256 - 1])
def test_all_pools_reverts_past_the_end(system, pools, index):
    with reverts("InvalidInput()"):
        system.factory.allPools(index)


@pytest.mark.parametrize("index", [4, 2**256 - 1])
def test_active_pools_reverts_past_the_end(system, pools, index):
    with reverts("InvalidInput()"):
        system.factory.activePools(index)


@pytest.mark.parametrize("index", [2, 2**256 - 1])
def test_pools_by_category_reverts_past_the_end(system, pools, index):
    with reverts("InvalidInput()"):
        system.factory.poolsByCategory("Images", index)


def test_get_pools_by_category_lists_inactive_pools_too(system, pools):
    system.factory.deactivatePool(pools[1])
    assert system.factory.getPoolsByCategory("Images") == [pools[1], pools[3]]
    assert system.factory.getPoolsByCategoryPaged("Images", 0, 256) == ([pools[1], pools[3]], 2)


# ---------------------------------------------------------------- what the pools hold


def test_get_pools_with_available_tasks(system, pool_owner):
    pools = [new_pool(system, pool_owner) for _ in range(4)]
    add_tasks(pools[0], [1])
    add_tasks(pools[2], [1, 1, 1])
    add_tasks(pools[3], [1, 1])
    addresses = [pool.address for pool in pools]
    found = system.factory.getPoolsWithAvailableTasks
    assert found(0) == addresses
    assert found(1) == [addresses[0], addresses[2], addresses[3]]
    assert found(2) == [addresses[2], addresses[3]]
    assert found(3) == [addresses[2]]
    assert found(4) == []
    system.factory.deactivatePool(addresses[2])
    assert found(2) == [addresses[3]]


def test_get_best_available_pool_is_that_of_the_ranking(system, registry, pool_owner):
    poor, rich, unapproved = (new_pool(system, pool_owner, approved=approved) for approved in (True, True, False))
    assert system.factory.getBestAvailablePool() == NOBODY
    add_task(poor, 100)
    add_task(rich, 200)
    add_task(unapproved, 300)
    assert system.factory.getBestAvailablePool() == rich.address
    system.factory.deactivatePool(rich.address)
    assert system.factory.getBestAvailablePool() == poor.address


def test_get_recommended_pool_is_where_the_worker_would_be_served(system, registry, pool_owner, worker, other_worker):
    poor, rich = (new_pool(system, pool_owner, approved=True) for _ in range(2))
    assert system.factory.getRecommendedPool(worker) == NOBODY
    add_task(poor, 100)
    task_id = add_task(rich, 200)
    assert system.factory.getRecommendedPool(worker) == rich.address
    # the worker lets it lapse and does not get that task again
    claim(system, rich, task_id, worker)
    wait(3_601)
    rich.releaseExpiredTasks([task_id])
    assert system.factory.getRecommendedPool(worker) == poor.address
    assert system.factory.getRecommendedPool(other_worker) == rich.address
    assert system.router.claimBestTask(sender=worker) == (poor.address, 1)


def test_get_global_stats(system, pool_owner, worker, other_worker):
    pools = [new_pool(system, pool_owner) for _ in range(3)]
    add_tasks(pools[0], [5, 4, 3])
    add_tasks(pools[1], [2, 1])
    claim(system, pools[0], 1, worker)
    work(system, pools[1], 1, other_worker)
    system.factory.deactivatePool(pools[2].address)
    assert system.factory.getGlobalStats() == (3, 2, 3, 1, 1)


@pytest.mark.parametrize("view", ["getGlobalStats", "getBestAvailablePool"])
def test_reverts_without_a_registry(system, view):
    factory = deployer("TaskPoolFactory").deploy(system.implementation.address)
    with reverts("InvalidInput()"):
        getattr(factory, view)()


def test_get_recommended_pool_reverts_without_a_registry(system, worker):
    factory = deployer("TaskPoolFactory").deploy(system.implementation.address)
    with reverts("InvalidInput()"):
        factory.getRecommendedPool(worker)


@pytest.mark.parametrize("view", ["getGlobalStats", "getBestAvailablePool"])
def test_reverts_while_the_registry_has_no_router(system, view):
    factory = deployer("TaskPoolFactory").deploy(system.implementation.address)
    factory.setModelRegistry(deployer("ModelRegistry").deploy().address)
    with reverts("InvalidInput()"):
        getattr(factory, view)()
