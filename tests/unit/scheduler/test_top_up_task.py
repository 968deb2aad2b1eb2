"""TaskManager.topUpTask"""

import pytest

from tests.helpers.chain import balance, reverts
from tests.helpers.schedule import SCHEDULED, SUCCEEDED, block, pack, roll_to, schedule, set_base_fee, unpack
from tests.helpers.tasks import GWEI, own_logs, run, shares


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def scheduled(system, owner, target, call, at):
    return schedule(system, system.minimal, target, call, at, sender=owner)


def test_default_behavior(manager, owner, stranger, executor, scheduled):
    task, cost = scheduled
    before = balance(owner)
    manager.topUpTask(task, value=1, sender=stranger)
    manager.topUpTask(task, value=10**17 + 1, sender=owner)
    total = cost + 10**17 + 2
    assert manager.getTaskPayment(task) == balance(manager) == total
    assert manager.getTaskStatus(task) == SCHEDULED
    assert balance(owner) == before - 10**17 - 1
    fees = run(manager, task, executor)
    assert fees == shares(total)[0]
    assert manager.getTaskPayment(task) == 0


def test_emits_task_topped_up(manager, owner, stranger, scheduled):
    manager.topUpTask(scheduled[0], value=3, sender=stranger)
    (log,) = own_logs(manager)
    assert (log.name, log.fields) == ("TaskToppedUp", {"taskId": scheduled[0], "sender": stranger, "amount": 3})


def test_reverts_nothing(manager, owner, scheduled):
    """Before the task is looked at."""
    for task in (scheduled[0], bytes(32)):
        with reverts("InvalidPaymentAmount(uint256,uint256)", 1, 0):
            manager.topUpTask(task, sender=owner)


def test_reverts_task_already_cancelled(manager, owner, scheduled):
    manager.cancelTask(scheduled[0], sender=owner)
    with reverts("TaskAlreadyCancelled(bytes32)", scheduled[0]):
        manager.topUpTask(scheduled[0], value=1, sender=owner)


def test_makes_a_task_worth_executing(manager, owner, stranger, executor, scheduled, target):
    """At ten times the base fee it needs about ten times the payment."""
    task, cost = scheduled
    set_base_fee(10 * GWEI)
    assert run(manager, task, executor) == 0
    assert manager.getTaskStatus(task) == SCHEDULED
    manager.topUpTask(task, value=9 * cost, sender=stranger)
    assert run(manager, task, executor) == shares(10 * cost)[0]
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert target.total() == 7


def test_belongs_to_one_attempt(system, manager, owner, executor, target, at):
    """The next attempt has a payment of its own, and the first price of the first."""
    manager.depositBond(value=10**18, sender=owner)
    fails = target.fail.prepare_calldata(b"")
    task, cost = schedule(system, system.rescheduling, target, fails, at, 250_000, sender=owner)
    manager.topUpTask(task, value=10**17, sender=owner)
    roll_to(at)
    cost_again = manager.estimateCost(at + 5, 250_000)
    assert run(manager, task, executor) == shares(cost + 10**17)[0]
    environment, _, *rest = unpack(task)
    again = pack(environment, at + 5, *rest)
    assert manager.getTaskPayment(again) == cost_again
    manager.topUpTask(again, value=5, sender=owner)
    assert manager.getTaskPayment(again) == cost_again + 5


def test_of_an_expired_task_is_refunded(manager, owner, stranger, scheduled, at):
    task, cost = scheduled
    manager.topUpTask(task, value=77, sender=stranger)
    roll_to(at + manager.EXECUTION_WINDOW() + 1)
    before = balance(owner)
    assert manager.expireTasks([task]) == 1
    assert balance(owner) == before + cost + 77
    assert balance(manager) == 0
