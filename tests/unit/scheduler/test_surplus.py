"""
TaskManager.scheduleTask: what is attached above the price stays with the task if returning it costs more than it is
worth.
"""

import pytest
from eth_abi import decode

from tests.helpers.chain import balance
from tests.helpers.schedule import NO_MAXIMUM, block, layered, roll_to, set_base_fee
from tests.helpers.tasks import GWEI, own, own_names, performance, performed, price, run, shares

GAS = 100_000
RETURN_GAS = 10_000
FEE = 20 * GWEI


@pytest.fixture
def at():
    return block() + 50


@pytest.fixture
def attach(system, manager, owner, target, call, at):
    """Schedule with this much attached. Returns the price, the task's id and what the owner spent."""
    set_base_fee(FEE)

    def schedule(wei: int, gas: int = GAS) -> tuple[int, bytes, int]:
        before = balance(owner)
        data = layered(target.address, call)
        _, cost, task = manager.scheduleTask(system.minimal.address, gas, at, NO_MAXIMUM, data, value=wei, sender=owner)
        return cost, task, before - balance(owner)

    return schedule


def unit(wei: int) -> int:
    """The distance of amounts that a task's record holds to the wei: 40 significant bits."""
    return 1 << max(wei.bit_length() - 40, 0)


@pytest.mark.parametrize("blocks", range(1, 6))
def test_default_behavior(manager, owner, attach, blocks):
    """
    What was the price some blocks ago is taken whole; the task is worth so much more, and its first price is that of
    today.
    """
    quoted = manager.estimateCost(block() + 50, GAS)
    roll_to(block() + blocks)
    cost, task, spent = attach(quoted)
    assert cost == price(GAS, 50 - blocks, gas_price=FEE) < quoted
    assert spent == quoted == manager.getTaskPayment(task) == balance(manager)


def test_emits_task_topped_up(manager, owner, attach):
    quoted = manager.estimateCost(block() + 50, GAS)
    roll_to(block() + 3)
    cost, task, _ = attach(quoted)
    assert own_names(manager) == ["ExecutionEnvironmentCreated", "TaskScheduled", "TaskToppedUp"]
    assert own(manager, "TaskToppedUp") == [{"taskId": task, "sender": owner, "amount": quoted - cost}]


def test_comes_back_when_the_task_is_cancelled(manager, owner, attach):
    cost = manager.estimateCost(block() + 50, GAS)
    _, task, _ = attach(cost + unit(cost))
    before = balance(owner)
    manager.cancelTask(task, sender=owner)
    assert balance(owner) == before + cost + unit(cost)
    assert balance(manager) == 0


def test_is_paid_to_who_executes(manager, executor, attach, at):
    cost = manager.estimateCost(at, GAS)
    _, _, spent = attach(cost + 5 * unit(cost))
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) == shares(spent)[0]
    assert balance(manager) == sum(shares(spent)[1:])


def test_bound(manager, attach, at):
    """Worth just less than the gas of returning it, and just as much."""
    cost = manager.estimateCost(at, GAS)
    most = (RETURN_GAS * FEE - 1) // unit(cost) * unit(cost)
    assert most < RETURN_GAS * FEE <= most + unit(cost)
    assert attach(cost + most)[2] == cost + most
    cost = manager.estimateCost(at, GAS)
    assert attach(cost + most + unit(cost))[2] == cost


@pytest.mark.parametrize("wei", [1, 2, 10**8 + 1])
def test_is_returned_where_the_record_cannot_hold_it(manager, attach, at, wei):
    """Nobody loses a wei to rounding."""
    cost = manager.estimateCost(at, GAS)
    assert wei % unit(cost) != 0
    charged, task, spent = attach(cost + wei)
    assert charged == spent == cost == manager.getTaskPayment(task) == balance(manager)


def test_first_price_is_without_it(system, manager, owner, executor, puppet, at):
    """What a retry may cost does not grow with what was attached."""
    set_base_fee(FEE)
    look = manager.currentTask.prepare_calldata()
    cost = manager.estimateCost(at, GAS)
    kept = (RETURN_GAS * FEE - 1) // unit(cost) * unit(cost)
    data = performance((manager, look))
    _, _, task = manager.scheduleTask(puppet.address, GAS, at, NO_MAXIMUM, data, value=cost + kept, sender=owner)
    run(manager, task, executor)
    ((done, told),) = performed(manager)
    first_price = cost >> (cost.bit_length() - 11) << (cost.bit_length() - 11)
    assert done
    assert decode(["bytes32", "address", "uint256", "uint256", "uint256"], told)[3:] == (
        cost + kept,
        first_price,
    )
