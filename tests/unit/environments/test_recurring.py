"""RecurringTaskEnvironment: comes again as long as the target succeeds and the bond pays for it"""

import boa
import pytest

from scripts.steps import RECURRING_INTERVAL
from scripts.system import deployer
from tests.helpers.chain import ETHER, error_data, reverts
from tests.helpers.logs import logs
from tests.helpers.schedule import (
    CANCELLED,
    FAILED,
    NO_TASK,
    RESCHEDULED,
    SCHEDULED,
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
    """The last run is undone and says why."""
    cost = price(GAS, RECURRING_INTERVAL)
    if times:
        manager.depositBond(value=times * cost, sender=owner)
    task, _ = schedule(system, system.recurring, target, call, at, GAS, sender=owner)
    for _ in range(times):
        run(manager, task, executor)
        assert manager.getTaskStatus(task) == RESCHEDULED
        task = later(task)
    run(manager, task, executor)
    assert manager.getTaskStatus(task) == FAILED
    run(manager, later(task), executor)
    assert target.total() == 7 * times
    assert manager.getTaskStatus(later(task)) == NO_TASK
    assert manager.getNextExecutionBlockInRange(10_000) == 0


def test_reason_of_the_last_run(system, manager, owner, executor, target, call, at):
    task, _ = schedule(system, system.recurring, target, call, at, GAS, sender=owner)
    run(manager, task, executor)
    reason = error_data("InsufficientBond(uint256,uint256)", price(GAS, RECURRING_INTERVAL), 0)
    assert own(manager, "TaskExecuted")[0]["returnData"] == reason
    assert logged(manager, task) == []


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
