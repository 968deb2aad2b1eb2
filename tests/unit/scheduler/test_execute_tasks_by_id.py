"""TaskManager.executeTasksById"""

import boa
import pytest

from tests.helpers.chain import balance, reverts
from tests.helpers.flow import call_unbounded
from tests.helpers.schedule import (
    CANCELLED,
    EXPIRED,
    FAILED,
    GAS,
    LARGE,
    MEDIUM,
    SCHEDULED,
    SUCCEEDED,
    block,
    roll_to,
    schedule,
    set_base_fee,
    set_coinbase,
)
from tests.helpers.tasks import GWEI, own, own_logs, own_names, shares


@pytest.fixture
def at():
    return block() + 5


def executed(manager) -> list[bytes]:
    return [fields["taskId"] for fields in own(manager, "TaskExecuted")]


def test_default_behavior(system, manager, owner, executor, stranger, target, call, at):
    validator = boa.env.generate_address("validator")
    set_coinbase(validator)
    good, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    bad, other = schedule(system, system.minimal, target, target.fail.prepare_calldata(b""), at, sender=owner)
    roll_to(at)
    before = balance(stranger)
    fees = manager.executeTasksById([good, bad], stranger, sender=executor)
    for_executor, for_validator, for_protocol = shares(cost + other)
    assert [(log.name, log.fields) for log in own_logs(manager)] == [
        (
            "TaskExecuted",
            {"taskId": good, "executor": executor, "success": True, "returnData": bytes(31) + b"\x01"},
        ),
        ("TaskExecuted", {"taskId": bad, "executor": executor, "success": False, "returnData": bytes(32)}),
        ("PaymentCredited", {"account": validator, "amount": for_validator}),
        ("ProtocolFeeCollected", {"amount": for_protocol}),
        ("ExecutorReimbursed", {"executor": stranger, "amount": for_executor}),
        ("TasksExecuted", {"executed": 2, "failed": 1}),
    ]
    assert fees == for_executor == balance(stranger) - before
    assert [manager.getTaskStatus(task) for task in (good, bad)] == [SUCCEEDED, FAILED]
    assert manager.getNextExecutionBlockInRange(100) == 0


def test_order_is_the_callers(system, manager, owner, executor, target, call, at):
    tasks = [
        schedule(system, system.minimal, target, call, at + number % 2, gas, sender=owner)[0]
        for number, gas in enumerate((100_000, 250_000, 750_000, 100_000))
    ]
    roll_to(at + 1)
    chosen = [tasks[3], tasks[0], tasks[2]]
    manager.executeTasksById(chosen, executor, sender=executor)
    assert executed(manager) == chosen
    assert manager.getTaskStatus(tasks[1]) == SCHEDULED
    manager.executeTasks(executor, 0, sender=executor)
    assert executed(manager) == [tasks[1]]


def test_what_cannot_run_is_left_out(system, manager, owner, executor, target, call, at):
    window = manager.EXECUTION_WINDOW()
    expired, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    last, cost = schedule(system, system.minimal, target, call, at + 1, sender=owner)
    cancelled, _ = schedule(system, system.minimal, target, call, at + 1, sender=owner)
    done, _ = schedule(system, system.minimal, target, call, at + 1, sender=owner)
    early, _ = schedule(system, system.minimal, target, call, at + window + 2, sender=owner)
    manager.cancelTask(cancelled, sender=owner)
    roll_to(at + 1)
    manager.executeTasksById([done], executor, sender=executor)
    roll_to(at + window + 1)
    tasks = [expired, cancelled, done, early, last, last]
    fees = manager.executeTasksById(tasks, executor, sender=executor)
    assert executed(manager) == [last]
    assert own(manager, "TasksExecuted") == [{"executed": 1, "failed": 0}]
    assert fees == shares(cost)[0]
    assert [manager.getTaskStatus(task) for task in tasks[:5]] == [EXPIRED, CANCELLED, SUCCEEDED, SCHEDULED, SUCCEEDED]
    assert manager.executeTasksById(tasks, executor, sender=executor) == 0
    assert own_names(manager) == []
    assert target.total() == 14


def test_reverts_task_not_found(system, manager, owner, executor, target, call, at):
    """Nothing of the call stays."""
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at)
    for unknown in (bytes(32), b"\x01" + task[1:]):
        for ids in ([unknown], [task, unknown], [unknown, task]):
            with reverts("TaskNotFound(bytes32)", unknown):
                manager.executeTasksById(ids, executor, sender=executor)
    assert manager.getTaskStatus(task) == SCHEDULED
    assert (target.total(), balance(manager)) == (0, cost)


def test_runs_at_a_loss(system, manager, owner, executor, target, call, at):
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at)
    set_base_fee(1_000 * GWEI)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert manager.executeTasksById([task], executor, sender=executor) == shares(cost)[0]
    assert manager.getTaskStatus(task) == SUCCEEDED


def test_none(manager, executor):
    assert manager.executeTasksById([], executor, sender=executor) == 0
    assert own_names(manager) == []


@pytest.mark.parametrize(("count", "is_refused"), [(256, False), (257, True)])
def test_at_most_256(system, manager, owner, executor, target, call, at, count, is_refused):
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at)
    signature = "executeTasksById(bytes32[],address)"
    result = call_unbounded(manager, signature, [task] * count, executor, sender=executor)
    assert result.is_error == is_refused
    assert manager.getTaskStatus(task) == (SCHEDULED if is_refused else SUCCEEDED)


def test_what_does_not_fit_into_the_gas_is_left_out(system, manager, owner, executor, target, call, at):
    large, _ = schedule(system, system.minimal, target, call, at, GAS[LARGE], sender=owner)
    medium, cost = schedule(system, system.minimal, target, call, at, GAS[MEDIUM], sender=owner)
    roll_to(at)
    assert manager.executeTasksById([large, medium], executor, sender=executor, gas=800_000) == shares(cost)[0]
    assert executed(manager) == [medium]
    assert manager.executeTasksById([large], executor, sender=executor, gas=100_000) == 0
    assert manager.getTaskStatus(large) == SCHEDULED


def test_gas_that_a_task_asked_for_is_there(system, manager, owner, executor, target, at):
    """A task that needs nearly all its gas never fails for what the transaction brought."""
    task, _ = schedule(system, system.minimal, target, target.poke.prepare_calldata(1), at, 60_000, sender=owner)
    roll_to(at)
    outcomes = []
    for gas in range(200_000, 420_000, 10_000):
        with boa.env.anchor():
            manager.executeTasksById([task], executor, sender=executor, gas=gas)
            outcomes.append(manager.getTaskStatus(task))
    assert set(outcomes) == {SCHEDULED, SUCCEEDED}
    assert outcomes == sorted(outcomes)


# ---- whatever the gas


@pytest.mark.parametrize("ids", [1, 2, 60, 256])
@pytest.mark.parametrize("gas", [100_000, 300_000, 600_000, 1_000_000, 2_000_000, 2**24])
def test_what_does_not_fit_is_left_out_at_every_limit(system, manager, owner, executor, target, call, at, gas, ids):
    """
    Some burn all their gas, some do little, some are named in vain: what was begun is paid, and the call never fails.
    """
    burns = target.burn.prepare_calldata()
    tasks = [schedule(system, system.minimal, target, (call, burns)[n % 3 == 1], at, sender=owner) for n in range(8)]
    roll_to(at)
    named = [tasks[number % len(tasks)][0] for number in range(ids)]
    before = balance(executor)
    fees = manager.executeTasksById(named, executor, sender=executor, gas=gas)
    ran = executed(manager)
    paid = sum(cost for task, cost in tasks if task in ran)
    assert fees == balance(executor) - before == (shares(paid)[0] if ran else 0)
    assert [manager.getTaskStatus(task) for task, _ in tasks] == [
        (SUCCEEDED, FAILED)[number % 3 == 1] if task in ran else SCHEDULED for number, (task, _) in enumerate(tasks)
    ]
    assert bool(ran) == (gas >= 600_000)


def test_many_ids_that_are_looked_at_in_vain(system, manager, owner, executor, target, call, at):
    """Each look costs gas. The last task that fits is paid at every limit, however many ids follow it."""
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    vain = [schedule(system, system.minimal, target, call, at + 1, sender=owner)[0] for _ in range(60)]
    roll_to(at)
    for gas in range(400_000, 800_000, 7_500):
        with boa.env.anchor():
            fees = manager.executeTasksById([task, *vain], executor, sender=executor, gas=gas)
            assert (executed(manager), fees) == ([task], shares(cost)[0])


@pytest.mark.parametrize("reserve", [0, 1, 50_000, 400_000, 2**256 - 1])
def test_reserve_is_left(system, manager, owner, executor, target, at, reserve):
    """
    The caller has at least the reserve at the end, of as many runs as fit; a reserve that nobody can have runs nothing.
    """
    burns = target.burn.prepare_calldata()
    tasks = [schedule(system, system.minimal, target, burns, at, sender=owner)[0] for _ in range(10)]
    roll_to(at)
    gas = 1_500_000
    manager.executeTasksById(tasks, executor, reserve, sender=executor, gas=gas)
    ran = executed(manager)
    assert gas - manager._computation.get_gas_used() >= min(reserve, gas - 100_000)
    assert bool(ran) == (reserve < gas)
    assert ran == tasks[: len(ran)]
