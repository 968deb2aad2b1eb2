"""Only pools of the router's own registry are ranked, whatever registry the factory's owner chooses later."""

import boa
import pytest

from taskpools.system import ROOT, deployer
from tests.helpers.chain import ETHER, reverts
from tests.helpers.flow import REWARD, add_task, new_pool

MOCK = str(ROOT / "tests" / "mocks" / "ForeignRegistry.vy")
NOTHING = (0, 0, 0)


@pytest.fixture
def foreign(system, registry):
    """A registry that names the system's router, set by the factory's owner."""
    made = boa.load(MOCK, system.router.address)
    system.factory.setModelRegistry(made.address)
    return made


@pytest.fixture
def foreign_pool(system, foreign, pool_owner):
    """A pool of that registry, approved by it, with a task of each kind that pays more than any other."""
    pool = new_pool(system, pool_owner)
    boa.env.set_balance(system.deployer, 4 * ETHER)
    foreign.approve(pool.address)
    add_task(pool, ETHER)
    foreign.add(pool.address, value=ETHER)
    return pool


def is_unranked(system, pool, worker) -> bool:
    router = system.router
    views = [router.getBestTaskFor(worker)[0], router.getAvailablePoolForTask(), router.getBestAvailableTask().pool]
    views += [item.pool for item in router.getTaskOpportunities(120)] + router.getRecommendedPools(worker, 120)
    return pool.address not in views


def test_router_keeps_the_registry_that_it_was_made_with(system, foreign):
    assert system.factory.modelRegistry() == foreign.address
    assert system.router.modelRegistry() == system.registry.address


def test_constructor_reverts_factory_without_registry(system):
    factory = deployer("TaskPoolFactory").deploy(system.implementation.address)
    with reverts("InvalidInput()"):
        deployer("TaskRouter").deploy(factory.address, system.viewer.address)


def test_foreign_pool_is_not_ranked(system, foreign_pool, worker):
    assert foreign_pool.isApproved()
    assert is_unranked(system, foreign_pool, worker)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)


def test_own_pool_is_claimed_before_a_foreign_one_that_pays_more(system, approved_pool, foreign_pool, worker):
    task_id = add_task(approved_pool, REWARD)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task_id)


@pytest.mark.parametrize("way", ["sync", "approve again", "close and open", "add", "next registry"])
def test_foreign_pool_never_gets_a_slot(system, foreign, foreign_pool, worker, way):
    if way == "sync":
        foreign_pool.sync()
    elif way == "approve again":
        foreign.approve(foreign_pool.address)
    elif way == "close and open":
        system.factory.deactivatePool(foreign_pool.address)
        system.factory.activatePool(foreign_pool.address)
    elif way == "add":
        foreign.add(foreign_pool.address, value=2 * ETHER)
    else:
        system.factory.setModelRegistry(system.registry.address)
        foreign.approve(foreign_pool.address)
    assert is_unranked(system, foreign_pool, worker)
    assert all(system.router.rankedPool(foreign_pool.address, slot) == NOTHING for slot in range(4))


def test_foreign_pool_cannot_report_under_the_slot_of_another(system, approved_pool, foreign_pool):
    add_task(approved_pool, REWARD)
    with reverts("Unauthorized()"):
        system.router.poolChanged(1, 0, 2**255, sender=foreign_pool.address)


def test_foreign_pool_takes_no_slot_from_others(system, foreign_pool, pool_owner):
    system.factory.setModelRegistry(system.registry.address)
    pool = new_pool(system, pool_owner, approved=True)
    task_id = add_task(pool, REWARD)
    assert system.router.rankedPool(pool.address, 1)[0::2] == (REWARD, task_id)


def test_foreign_pool_is_reached_by_choice_and_counted(system, foreign_pool, worker, other_worker):
    assert system.router.claimTaskFromPool(foreign_pool.address, sender=worker) == 1
    system.router.claimTask(foreign_pool.address, 2, sender=other_worker)
    assert system.router.getGlobalStats()[2:5] == (0, 2, 0)
