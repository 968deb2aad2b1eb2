"""Property 1: the whole life. Nothing is stuck, old tasks end, new ones can be made to pay."""

import io

import boa
import pytest
from rich.console import Console

from taskpools.demo import life_cycle
from taskpools.demo.life_cycle import LifeCycle
from tests.conftest import funded
from tests.helpers.chain import ETHER, balance
from tests.helpers.schedule import CANCELLED, EXPIRED, SUCCEEDED, block, roll_to, schedule
from tests.schedules.engine import PricedEnv
from tests.schedules.world import calibrated_system, in_every_cell

pytestmark = pytest.mark.holds(1)


@pytest.mark.long("the whole main job")
@in_every_cell()
def test_main_job(world, monkeypatch):
    """deploy.py's own run, which accounts for each wei."""

    class Run(LifeCycle):
        def _deploy(self):
            boa.env.table = world.cell.calibrated_on
            super()._deploy()
            boa.env.table = world.table

    monkeypatch.setattr(life_cycle, "deploy", lambda: calibrated_system(world.cell.calibrated_on))
    run = Run(Console(file=io.StringIO()))
    # A chain of the run's own: boa anchors a test's.
    assert run.run(PricedEnv()), [check for check, ok in run.checks if not ok]


@pytest.fixture
def old_tasks(world, manager, owner, target):
    """Four tasks that were paid for before the fork, and what each cost."""
    boa.env.table = world.cell.calibrated_on
    at = block() + 5
    call = target.poke.prepare_calldata(1)
    tasks = [schedule(world.system, world.system.minimal, target, call, at, 250_000, sender=owner) for _ in range(4)]
    boa.env.table = world.table
    return at, tasks


@in_every_cell()
def test_old_tasks_end(world, manager, owner, executor, target, old_tasks):
    """By running, after a top-up if need be; by being cancelled; by expiring."""
    at, ((runs, _), (topped_up, _), (cancelled, cost), (expired, other_cost)) = old_tasks
    before = balance(owner)
    manager.cancelTask(cancelled, sender=owner)
    assert manager.getTaskStatus(cancelled) == CANCELLED
    assert balance(owner) == before + cost
    roll_to(at)
    manager.topUpTask(topped_up, value=ETHER, sender=owner)
    manager.executeTasksById([topped_up], executor, sender=executor)
    assert manager.getTaskStatus(topped_up) == SUCCEEDED
    manager.topUpTask(runs, value=ETHER, sender=owner)
    while manager.executeTasks(executor, 0, sender=executor):
        pass
    assert manager.getTaskStatus(runs) == SUCCEEDED
    if manager.getTaskStatus(expired) == SUCCEEDED:
        return  # it paid as it was
    roll_to(at + manager.EXECUTION_WINDOW() + 1)
    before = balance(owner)
    assert manager.expireTasks([expired], sender=executor) == 1
    assert manager.getTaskStatus(expired) == EXPIRED
    assert balance(owner) == before + other_cost


@in_every_cell()
def test_new_task_can_be_made_to_pay(world, manager, owner, executor, target):
    """A top-up suffices for executeTasks to run it, whatever the price says."""
    at = block() + 5
    call = target.poke.prepare_calldata(1)
    task, _ = schedule(world.system, world.system.basic, target, call, at, 250_000, sender=owner)
    manager.topUpTask(task, value=ETHER, sender=funded("anybody"))
    roll_to(at)
    before = balance(executor)
    fees = manager.executeTasks(executor, 0, sender=executor)
    assert fees > 0
    assert balance(executor) == before + fees
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert target.total() == 1
