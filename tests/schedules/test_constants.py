"""Properties 6 and 7: what depends on the chain is calibrated, and gas classes fit the chain."""

import boa
import pytest

from tests.helpers.chain import ETHER, reverts
from tests.helpers.flow import IMAGE_PRICE, new_pool, request
from tests.helpers.hostile import Attempt
from tests.helpers.schedule import NO_MAXIMUM, SUCCEEDED, block, layered, roll_to, schedule
from tests.hostile.test_task_gas import least
from tests.schedules.tables import TX_GAS_LIMIT
from tests.schedules.world import gas_costs, in_every_cell


def estimate(sender: str, to, data: bytes, value: int) -> int:
    """The least gas limit with which a transaction succeeds, as a node finds it by bisection."""
    return least(lambda gas: Attempt(sender, to.address, data, value, gas, []).succeeded, 100_000, TX_GAS_LIMIT)


@pytest.mark.holds(6)
@in_every_cell(calibrated_only=True)
def test_deployment_has_its_own_numbers(world, manager):
    assert manager.gasCosts() == gas_costs(world.table)


@pytest.mark.holds(6)
@in_every_cell(calibrated_only=True)
def test_estimate_of_scheduling_suffices_later(world, system, manager, owner, target):
    """Estimated where the calendar is in use, sent when it is empty: six new words more."""
    at = block() + 1_000_000
    data = layered(target.address, b"\xff" * 100)
    cost = manager.estimateCost(at, 100_000)
    call = manager.scheduleTask.prepare_calldata(system.minimal.address, 100_000, at, NO_MAXIMUM, data)
    with boa.env.anchor():
        for _ in range(2):
            schedule(system, system.minimal, target, b"\xff", at, sender=owner)
        gas = estimate(owner, manager, call, 2 * cost)
    schedule(system, system.minimal, target, b"\xff", block() + 1, sender=owner)
    assert Attempt(owner, manager.address, call, 2 * cost, gas, []).succeeded


@pytest.mark.holds(6)
@in_every_cell(calibrated_only=True)
def test_estimate_of_a_request_suffices_later(world, system, registry, approved_pool, pool_owner, requester):
    """Estimated where the next pool's words are in use, sent when the turn is that of a new pool."""
    for _ in range(2):
        request(system, requester)
    call = registry.requestInference.prepare_calldata("image-v1", "a cat")
    gas = estimate(requester, registry, call, 2 * IMAGE_PRICE)
    registry.setProtocolFeeBps(100)
    registry.revokePool(approved_pool.address)
    new_pool(system, pool_owner, approved=True)
    assert Attempt(requester, registry.address, call, 2 * IMAGE_PRICE, gas, []).succeeded


@pytest.mark.holds(7)
@in_every_cell()
def test_published_classes(world, system, manager, owner, target):
    assert (manager.SMALL_GAS(), manager.MEDIUM_GAS(), manager.LARGE_GAS()) == (100_000, 250_000, 750_000)
    largest = manager.MAX_TASK_GAS()
    assert 750_000 <= largest < TX_GAS_LIMIT
    at = block() + 5
    schedule(system, system.minimal, target, b"\xff", at, largest, sender=owner)
    with reverts("TaskGasTooLarge(uint256)", largest + 1):
        manager.scheduleTask(system.minimal.address, largest + 1, at, NO_MAXIMUM, b"", value=ETHER, sender=owner)


@pytest.mark.holds(7)
@in_every_cell()
def test_task_that_writes_a_new_word_has_a_way(world, system, manager, owner, executor):
    """With the smallest class that suffices, or with the largest limit of this deployment."""
    target = boa.env.generate_address("writer")
    boa.env.set_code(target, bytes.fromhex("60015f5500"))
    at = block() + 5
    tasks = []
    for gas in (100_000, 250_000, 750_000):
        task, _ = schedule(system, system.minimal, target, b"\xff", at, gas, sender=owner)
        manager.topUpTask(task, value=ETHER, sender=owner)
        tasks.append(task)
    roll_to(at)
    results = []
    for task in tasks:
        with boa.env.anchor():
            manager.executeTasksById([task], executor, sender=executor)
            results.append(manager.getTaskStatus(task) == SUCCEEDED)
    assert any(results), results
    assert results[-1]
