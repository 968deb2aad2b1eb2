"""Property 8: retries and recurring tasks come again in an empty calendar, and environments say what they need."""

import pytest

from tests.helpers.chain import ETHER, events
from tests.helpers.schedule import RESCHEDULED, SCHEDULED, block, roll_to, schedule
from tests.schedules.world import in_every_cell

pytestmark = pytest.mark.holds(8)

TARGET_GAS = 110_000  # a target that can have less is not retried if it burns that
LARGEST_CLASS = 750_000


def gas_for(world, environment) -> int:
    """
    What a client asks for: the environment's own need and the target's.

    After a fork the environment still says what it needed before; the client takes the largest class.
    """
    if world.cell.is_calibrated:
        return (environment.gasBesidesTarget(100) + TARGET_GAS) * 65 // 64
    return LARGEST_CLASS


@pytest.fixture
def comes_again(world, system, manager, owner, executor):
    """Schedule from the bond, in an empty calendar, and run. Returns the next id, None if there is none."""

    def run(environment, target, call: bytes) -> bytes | None:
        manager.depositBond(value=10 * ETHER, sender=owner)
        at = block() + 3
        task, _ = schedule(system, environment, target, call, at, gas_for(world, environment), sender=owner, bond=True)
        manager.topUpTask(task, value=ETHER, sender=owner)
        roll_to(at)
        manager.executeTasksById([task], executor, sender=executor)
        again = [event.taskId for event in events(manager, "TaskScheduled")]
        assert (manager.getTaskStatus(task) == RESCHEDULED) == bool(again)
        assert (manager.getNextExecutionBlockInRange(10_000) > at) == bool(again)
        return again[0] if again else None

    return run


@in_every_cell()
def test_retry(world, system, target, comes_again):
    target.get_ready(2**255)
    assert comes_again(system.rescheduling, target, target.when_ready.prepare_calldata())


@in_every_cell()
def test_retry_of_a_target_that_burns_its_gas(world, system, target, comes_again):
    assert comes_again(system.rescheduling, target, target.burn.prepare_calldata())


@in_every_cell()
def test_recurring(world, system, target, comes_again):
    target.poke(1)
    assert comes_again(system.recurring, target, target.poke.prepare_calldata(1))


@in_every_cell()
def test_next_retry_is_scheduled_and_runs(world, system, manager, owner, executor, target, comes_again):
    """The second attempt is a task as any other: found by its block, topped up, run."""
    target.poke(1)
    target.get_ready(block() + 6)
    task = comes_again(system.rescheduling, target, target.when_ready.prepare_calldata())
    at = manager.getNextExecutionBlockInRange(10_000)
    assert manager.getTaskStatus(task) == SCHEDULED
    manager.topUpTask(task, value=ETHER, sender=owner)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert target.total() == 2
