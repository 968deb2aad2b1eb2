"""RecurringTaskEnvironment: comes again as long as the target succeeds and the bond pays for it"""

import boa
import pytest

from taskpools.steps import RECURRING_INTERVAL
from taskpools.system import deployer
from tests.helpers.chain import ETHER, error_data, reverts
from tests.helpers.logs import logs
from tests.helpers.schedule import (
    CANCELLED,
    FAILED,
    NO_TASK,
    RESCHEDULED,
    SCHEDULED,
    SUCCEEDED,
    block,
    pack,
    roll_to,
    schedule,
    unpack,
)
from tests.helpers.tasks import NOBODY, environment_of, own, price, run

GAS = 250_000


@pytest.fixture
def at():
    return block() + 5


def logged(manager, task: bytes) -> list[tuple]:
    return [(log.name, log.fields) for log in logs(manager, of=environment_of(task))]


def later(task: bytes, blocks: int = RECURRING_INTERVAL) -> bytes:
    environment, at, *rest = unpack(task)
    return pack(environment, at + blocks, *rest)


def test_default_behavior(system, manager, owner, executor, target, call, at):
    assert system.recurring.INTERVAL() == RECURRING_INTERVAL
    manager.depositBond(value=ETHER, sender=owner)
    task, _ = schedule(system, system.recurring, target, call, at, GAS, sender=owner)
    for number in range(1, 7):
        run(manager, task, executor)
        assert logged(manager, task) == [
            ("TaskStarted", {"target": target.address, "data": call}),
            ("TaskCompleted", {"target": target.address, "success": True}),
            ("TaskRescheduled", {"target": target.address, "newTargetBlock": block() + RECURRING_INTERVAL}),
        ]
        assert manager.getTaskStatus(task) == RESCHEDULED
        assert target.total() == 7 * number
        assert target.caller() == environment_of(task)
        assert manager.bondOf(owner) == ETHER - number * price(GAS, RECURRING_INTERVAL)
        task = later(task)
        assert manager.getTaskStatus(task) == SCHEDULED


@pytest.mark.parametrize("times", [0, 1, 2])
def test_stops_when_the_bond_is_used_up(system, manager, owner, executor, target, call, at, times):
    """The last run counts: it was paid for."""
    cost = price(GAS, RECURRING_INTERVAL)
    if times:
        manager.depositBond(value=times * cost, sender=owner)
    task, _ = schedule(system, system.recurring, target, call, at, GAS, sender=owner)
    for _ in range(times):
        run(manager, task, executor)
        assert manager.getTaskStatus(task) == RESCHEDULED
        task = later(task)
    run(manager, task, executor)
    assert manager.getTaskStatus(task) == SUCCEEDED
    run(manager, later(task), executor)
    assert target.total() == 7 * (times + 1)
    assert manager.getTaskStatus(later(task)) == NO_TASK
    assert manager.getNextExecutionBlockInRange(10_000) == 0


def test_says_why_it_does_not_run_again(system, manager, owner, executor, target, call, at):
    task, _ = schedule(system, system.recurring, target, call, at, GAS, sender=owner)
    run(manager, task, executor)
    reason = error_data("InsufficientBond(uint256,uint256)", price(GAS, RECURRING_INTERVAL), 0)
    assert own(manager, "TaskExecuted")[0]["success"] is True
    assert logged(manager, task) == [
        ("TaskStarted", {"target": target.address, "data": call}),
        ("TaskCompleted", {"target": target.address, "success": True}),
        ("RecurrenceRefused", {"target": target.address, "reason": reason}),
    ]


def test_counts_though_the_next_block_is_too_far(system, manager, owner, executor, target, call, at):
    """An interval that nobody can schedule by, one that overflows included: the run is not undone."""
    manager.depositBond(value=ETHER, sender=owner)
    for number, interval in enumerate((manager.MAX_SCHEDULE_DISTANCE() + 1, 2**64 - 1)):
        environment = deployer("RecurringTaskEnvironment").deploy(manager.address, interval)
        task, _ = schedule(system, environment, target, call, at + number, GAS, sender=owner)
        run(manager, task, executor)
        name = ("TaskValidation_TargetBlockTooFar", "TaskValidation_TargetBlockInPast")[number]
        goal = (block() + interval) % 2**64
        reason = error_data(f"{name}(uint64,uint256)", goal, block())
        assert logged(manager, task)[-1] == ("RecurrenceRefused", {"target": target.address, "reason": reason})
        assert (manager.getTaskStatus(task), target.total()) == (SUCCEEDED, 7 * (number + 1))


def test_counts_though_too_little_gas_is_left(system, manager, owner, executor, target, call, at):
    """Whatever the target leaves: its work counts, and an event says whether the task runs again."""
    manager.depositBond(value=100 * ETHER, sender=owner)
    outcomes = set()
    for number, gas in enumerate(range(60_000, 250_000, 2_500)):
        task, _ = schedule(system, system.recurring, target, call, at + number, gas, sender=owner)
        before = target.total()
        run(manager, task, executor)
        names = [name for name, _ in logged(manager, task)]
        if target.total() == before:
            assert manager.getTaskStatus(task) == FAILED
            outcomes.add("target failed")
        elif names[-1] == "TaskRescheduled":
            assert manager.getTaskStatus(task) == RESCHEDULED
            manager.cancelTask(later(task), sender=owner)
            outcomes.add("again")
        else:
            assert (names[-1], manager.getTaskStatus(task)) == ("RecurrenceRefused", SUCCEEDED)
            outcomes.add("not again")
    assert {"again", "not again"} <= outcomes


@pytest.mark.parametrize("by", ["owner", "canceller"])
def test_stops_when_cancelled(system, manager, owner, canceller, executor, target, call, at, by):
    manager.depositBond(value=ETHER, sender=owner)
    task, _ = schedule(system, system.recurring, target, call, at, GAS, sender=owner)
    manager.addEnvironmentCanceller(task, canceller, sender=owner)
    run(manager, task, executor)
    manager.cancelTask(later(task), sender=owner if by == "owner" else canceller)
    assert manager.getTaskStatus(later(task)) == CANCELLED
    roll_to(at + RECURRING_INTERVAL)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert target.total() == 7


def test_stops_when_the_target_fails(system, manager, owner, executor, target, at):
    manager.depositBond(value=ETHER, sender=owner)
    call = target.fail.prepare_calldata(b"")
    task, _ = schedule(system, system.recurring, target, call, at, GAS, sender=owner)
    run(manager, task, executor)
    assert logged(manager, task)[1:] == [("TaskCompleted", {"target": target.address, "success": False})]
    assert manager.getTaskStatus(task) == FAILED
    assert manager.bondOf(owner) == ETHER


def test_reverts_zero_target_address_and_empty_calldata(system, manager, owner, executor, target, at):
    for to, call, error in ((NOBODY, b"", "ZeroTargetAddress()"), (target, b"", "EmptyCalldata()")):
        with boa.env.anchor():
            task, _ = schedule(system, system.recurring, to, call, at, GAS, sender=owner)
            run(manager, task, executor)
            assert own(manager, "TaskExecuted")[0]["returnData"] == error_data(error)


@pytest.mark.parametrize("interval", [1, 2**64 - 1])
def test_interval_within_bounds(manager, interval):
    assert deployer("RecurringTaskEnvironment").deploy(manager.address, interval).INTERVAL() == interval


def test_reverts_interval_of_0(manager, stranger):
    for account in (manager.address, stranger):
        with reverts("InvalidValue()"):
            deployer("RecurringTaskEnvironment").deploy(account, 0)
    for account in (stranger, NOBODY):
        with reverts("InvalidTarget()"):
            deployer("RecurringTaskEnvironment").deploy(account, 1)
