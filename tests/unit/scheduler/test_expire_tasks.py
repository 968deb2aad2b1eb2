"""TaskManager.expireTasks"""

import boa
import pytest

from tests.helpers.chain import balance, reverts
from tests.helpers.flow import call_unbounded
from tests.helpers.schedule import CANCELLED, EXPIRED, SCHEDULED, SUCCEEDED, block, roll_to, schedule
from tests.helpers.tasks import own_logs, own_names, refuses_payments, run


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def scheduled(system, owner, target, call, at):
    return schedule(system, system.minimal, target, call, at, sender=owner)


def test_default_behavior(manager, owner, stranger, executor, scheduled, at, target):
    task, cost = scheduled
    window = manager.EXECUTION_WINDOW()
    roll_to(at + window + 1)
    assert manager.getTaskStatus(task) == EXPIRED
    assert manager.getTaskPayment(task) == cost
    assert not manager.isTaskExecuted(task)
    assert not manager.isTaskCancelled(task)
    before = balance(owner)
    assert manager.expireTasks([task], sender=stranger) == 1
    (log,) = own_logs(manager)
    assert (log.name, log.fields) == ("TaskExpired", {"taskId": task, "owner": owner})
    assert balance(owner) == before + cost
    assert balance(manager) == 0
    assert manager.getTaskStatus(task) == EXPIRED
    assert manager.getTaskPayment(task) == 0
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert target.total() == 0


def test_not_before_the_window_has_passed(manager, owner, stranger, scheduled, at):
    task, cost = scheduled
    for when in (block(), at, at + manager.EXECUTION_WINDOW()):
        roll_to(when)
        assert manager.expireTasks([task], sender=stranger) == 0
        assert own_names(manager) == []
        assert manager.getTaskStatus(task) == SCHEDULED
    assert balance(manager) == cost


def test_once(manager, owner, scheduled, at):
    task, cost = scheduled
    roll_to(at + manager.EXECUTION_WINDOW() + 1)
    before = balance(owner)
    assert manager.expireTasks([task, task]) == 1
    assert manager.expireTasks([task]) == 0
    assert balance(owner) == before + cost


def test_mixture(system, manager, owner, stranger, executor, target, call, at):
    """Those that cannot expire are left out."""
    cancelled, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    executed, _ = schedule(system, system.minimal, target, call, at, 250_000, sender=owner)
    manager.cancelTask(cancelled, sender=owner)
    run(manager, executed, executor)
    late = at + 10
    of_owner, cost = schedule(system, system.minimal, target, call, late, sender=owner)
    of_stranger, other_cost = schedule(system, system.minimal, target, call, late, sender=stranger)
    waiting, _ = schedule(system, system.minimal, target, call, late + 1, sender=owner)
    roll_to(late + manager.EXECUTION_WINDOW() + 1)
    before, other_before = balance(owner), balance(stranger)
    tasks = [cancelled, of_owner, executed, waiting, of_stranger]
    assert manager.expireTasks(tasks, sender=executor) == 2
    assert [log.fields for log in own_logs(manager)] == [
        {"taskId": of_owner, "owner": owner},
        {"taskId": of_stranger, "owner": stranger},
    ]
    assert (balance(owner), balance(stranger)) == (before + cost, other_before + other_cost)
    assert [manager.getTaskStatus(task) for task in tasks] == [CANCELLED, EXPIRED, SUCCEEDED, SCHEDULED, EXPIRED]
    run(manager, waiting, executor)
    assert manager.getTaskStatus(waiting) == SUCCEEDED


def test_refund_is_credited_to_an_owner_that_refuses_it(system, manager, owner, stranger, target, call, at, scheduled):
    task, cost = scheduled
    other, other_cost = schedule(system, system.minimal, target, call, at, sender=stranger)
    refuses_payments(owner)
    roll_to(at + manager.EXECUTION_WINDOW() + 1)
    before = balance(stranger)
    assert manager.expireTasks([task, other]) == 2
    assert own_names(manager) == ["TaskExpired", "PaymentCredited", "TaskExpired"]
    assert manager.creditOf(owner) == balance(manager) == cost
    assert balance(stranger) == before + other_cost


def test_reverts_task_not_found(manager, owner, scheduled, at):
    """Nothing of the call stays."""
    task, cost = scheduled
    roll_to(at + manager.EXECUTION_WINDOW() + 1)
    for ids in ([bytes(32)], [task, bytes(32)], [bytes(32), task]):
        with reverts("TaskNotFound(bytes32)", bytes(32)):
            manager.expireTasks(ids)
    assert balance(manager) == manager.getTaskPayment(task) == cost


def test_none(manager, stranger):
    assert manager.expireTasks([], sender=stranger) == 0


@pytest.mark.parametrize(("count", "is_refused"), [(256, False), (257, True)])
def test_at_most_256(manager, stranger, scheduled, at, count, is_refused):
    task, _ = scheduled
    roll_to(at + manager.EXECUTION_WINDOW() + 1)
    result = call_unbounded(manager, "expireTasks(bytes32[])", [task] * count, sender=stranger)
    assert (result.is_error, manager.getTaskPayment(task) == 0) == (is_refused, not is_refused)


def test_reverts_insufficient_gas(manager, owner, scheduled, at):
    """An owner cannot be starved of his refund."""
    roll_to(at + manager.EXECUTION_WINDOW() + 1)
    before = balance(owner)
    outcomes = set()
    for gas in range(100_000, 260_000, 10_000):
        with boa.env.anchor():
            computation = boa.env.execute_code(
                manager.address, data=manager.expireTasks.prepare_calldata([scheduled[0]]), gas=gas
            )
            outcomes.add(computation.is_success)
            assert balance(owner) == before + (scheduled[1] if computation.is_success else 0)
            assert manager.creditOf(owner) == 0
    assert outcomes == {True, False}
