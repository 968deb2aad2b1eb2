"""TaskRouter.assignSlot, poolChanged: what pools call, and nobody else may"""

import pytest

from tests.helpers.chain import reverts
from tests.helpers.flow import add_task, new_pool


def test_slots_are_given_at_the_first_approval(system, registry, pool_owner):
    first, second = new_pool(system, pool_owner), new_pool(system, pool_owner)
    add_task(first, 3)
    add_task(second, 4)
    for pool, slot in ((second, 1), (first, 2)):
        registry.approvePool(pool.address)
        assert system.router.rankedPool(pool.address, slot)[0] == pool.tasks(1)[0]


def test_a_slot_is_kept_through_revocation(system, registry, pool_owner, pool):
    other = new_pool(system, pool_owner)
    registry.approvePool(pool.address)
    registry.revokePool(pool.address)
    registry.approvePool(other.address)
    registry.approvePool(pool.address)
    add_task(pool, 5)
    add_task(other, 6)
    assert system.router.rankedPool(pool.address, 1)[0] == 5
    assert system.router.rankedPool(other.address, 2)[0] == 6


def test_ranked_pool(system, approved_pool):
    task_id = add_task(approved_pool, 5)
    created = approved_pool.tasks(task_id)[1] - 86_400
    assert system.router.rankedPool(approved_pool.address, 1) == (5, created, task_id)


def test_ranked_pool_without_tasks(system, approved_pool, stranger):
    assert system.router.rankedPool(approved_pool.address, 1) == (0, 0, 0)
    for slot in (0, 2, 2**256 - 1):
        assert system.router.rankedPool(approved_pool.address, slot) == (0, 0, 0)
    add_task(approved_pool)
    assert system.router.rankedPool(stranger, 1) == (0, 0, 0)


def test_reverts_assign_slot_by_others(system, stranger, operator, worker):
    for sender in (stranger, operator, system.registry.address, system.factory.address, system.implementation.address):
        with reverts("Unauthorized()"):
            system.router.assignSlot(sender=sender)


@pytest.mark.parametrize("slot", [0, 1, 2, 2**256 - 1])
def test_reverts_pool_changed_by_others(system, approved_pool, operator, stranger, slot):
    add_task(approved_pool, 5)
    before = system.router.getGlobalStats()
    for sender in (stranger, operator, system.registry.address, system.implementation.address):
        with reverts("Unauthorized()"):
            system.router.poolChanged(slot, 1, 0, sender=sender)
    assert system.router.getGlobalStats() == before
    assert system.router.getBestAvailableTask().reward == 5


def test_reverts_pool_changed_for_the_slot_of_another_pool(system, approved_pool, pool_owner):
    other = new_pool(system, pool_owner)
    for slot in (1, 2, 2**256 - 1):
        with reverts("Unauthorized()"):
            system.router.poolChanged(slot, 0, 0, sender=other.address)
