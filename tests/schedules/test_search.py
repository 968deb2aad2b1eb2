"""Property 5: a task that pays is found."""

import boa
import pytest

from tests.helpers.schedule import GAS, SMALL, SUCCEEDED, block, roll_to, schedule, set_base_fee
from tests.schedules.world import in_every_cell

pytestmark = pytest.mark.holds(5)

GWEI = 10**9


@pytest.fixture
def poke(system, target, owner):
    """Schedule so many small tasks that do little, for this block."""

    def schedule_some(count: int, at: int) -> list[bytes]:
        call = target.poke.prepare_calldata(1)
        target.poke(1)  # its words are in use
        return [schedule(system, system.minimal, target, call, at, GAS[SMALL], sender=owner)[0] for _ in range(count)]

    return schedule_some


def by_name(manager, tasks: list[bytes], executor) -> tuple[int, int]:
    """What a call pays that names these tasks at any price, and what it costs. Nothing of it stays."""
    with boa.env.anchor():
        fees = manager.executeTasksById(tasks, executor, 0, True, sender=executor)
        fee = boa.env.evm.vm.state.execution_context.base_fee_per_gas
        return fees, boa.env.used * max(fee, manager.MINIMUM_GAS_PRICE())


def top_up_until_they_pay(manager, tasks: list[bytes], executor, owner):
    """So that a call with all of them pays half as much again as it costs; nothing if it does."""
    paid, costs = by_name(manager, tasks, executor)
    if 2 * paid < 3 * costs:
        for task in tasks:
            manager.topUpTask(task, value=2 * costs // len(tasks), sender=owner)


@in_every_cell()
@pytest.mark.parametrize("count", [1, 20])
def test_base_fee_has_risen_by_a_fifth(world, manager, executor, owner, poke, count):
    at = block() + 5
    tasks = poke(count, at)
    roll_to(at)
    set_base_fee(GWEI * 12 // 10)
    top_up_until_they_pay(manager, tasks, executor, owner)
    paid, costs = by_name(manager, tasks, executor)
    assert paid > costs
    while manager.executeTasks(executor, 0, sender=executor):
        pass
    assert [manager.getTaskStatus(task) for task in tasks] == [SUCCEEDED] * count


@in_every_cell()
def test_task_behind_forty_that_do_not_pay(world, manager, executor, owner, poke):
    at = block() + 5
    poke(40, at)
    (task,) = poke(1, at + 1)
    roll_to(at + 1)
    set_base_fee(1_000 * GWEI)
    manager.topUpTask(task, value=10**18, sender=owner)
    calls = 0
    while manager.getTaskStatus(task) != SUCCEEDED:
        manager.executeTasks(executor, 0, sender=executor)
        calls += 1
        assert calls <= 2
