"""TaskManager.cancelTask"""

import boa
import pytest

from tests.helpers.chain import balance, reverts
from tests.helpers.schedule import CANCELLED, EXPIRED, SCHEDULED, block, pack, roll_to, schedule, unpack
from tests.helpers.tasks import own_logs, own_names, refuses_payments, run


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def scheduled(system, owner, target, call, at):
    return schedule(system, system.minimal, target, call, at, sender=owner)


def test_default_behavior(manager, owner, executor, scheduled, at, target):
    task, cost = scheduled
    before = balance(owner)
    manager.cancelTask(task, sender=owner)
    assert balance(owner) == before + cost
    assert balance(manager) == 0
    assert manager.getTaskStatus(task) == CANCELLED
    assert manager.isTaskCancelled(task)
    assert not manager.isTaskExecuted(task)
    assert manager.getTaskPayment(task) == 0
    assert manager.getNextExecutionBlockInRange(100) == 0
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert manager.executeTasksById([task], executor, sender=executor) == 0
    assert target.total() == 0
    assert manager.getTaskStatus(task) == CANCELLED


@pytest.mark.parametrize("who", ["owner", "canceller of the task", "canceller of the environment"])
def test_emits_task_cancelled_with_the_owner(manager, owner, canceller, scheduled, who):
    task, cost = scheduled
    sender = owner if who == "owner" else canceller
    if who == "canceller of the task":
        manager.addTaskCanceller(task, canceller, sender=owner)
    if who == "canceller of the environment":
        manager.addEnvironmentCanceller(task, canceller, sender=owner)
    before, other = balance(owner), balance(canceller)
    manager.cancelTask(task, sender=sender)
    (log,) = own_logs(manager)
    assert (log.name, log.fields) == ("TaskCancelled", {"taskId": task, "owner": owner})
    assert balance(owner) == before + cost
    assert balance(canceller) == other


def test_reverts_unauthorized(system, manager, owner, executor, stranger, canceller, target, call, at, scheduled):
    """Neither strangers, nor cancellers of others' tasks, nor those whose right was taken back."""
    task, _ = scheduled
    of_stranger, _ = schedule(system, system.minimal, target, call, at, sender=stranger)
    manager.addTaskCanceller(of_stranger, canceller, sender=stranger)
    manager.addEnvironmentCanceller(of_stranger, canceller, sender=stranger)
    manager.addTaskCanceller(task, executor, sender=owner)
    manager.removeTaskCanceller(task, executor, sender=owner)
    manager.addEnvironmentCanceller(task, executor, sender=owner)
    manager.removeEnvironmentCanceller(task, executor, sender=owner)
    for sender in (stranger, canceller, executor, system.deployer):
        with reverts("Unauthorized(address,address)", sender, owner):
            manager.cancelTask(task, sender=sender)
    assert manager.getTaskStatus(task) == SCHEDULED


def test_cancellers_of_one_task_cannot_cancel_the_owners_next(
    system, manager, owner, canceller, target, call, at, scheduled
):
    other, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    manager.addTaskCanceller(scheduled[0], canceller, sender=owner)
    manager.addEnvironmentCanceller(scheduled[0], canceller, sender=owner)
    with reverts("Unauthorized(address,address)", canceller, owner):
        manager.cancelTask(other, sender=canceller)


def test_in_the_target_block_and_to_the_end_of_the_window(manager, owner, scheduled, at):
    for when in (at, at + manager.EXECUTION_WINDOW()):
        with boa.env.anchor():
            roll_to(when)
            manager.cancelTask(scheduled[0], sender=owner)
            assert manager.getTaskStatus(scheduled[0]) == CANCELLED


def test_refund_is_credited_to_an_owner_that_refuses_it(manager, owner, canceller, stranger, scheduled):
    task, cost = scheduled
    manager.addTaskCanceller(task, canceller, sender=owner)
    refuses_payments(owner)
    manager.cancelTask(task, sender=canceller)
    assert own_names(manager) == ["TaskCancelled", "PaymentCredited"]
    assert manager.creditOf(owner) == balance(manager) == cost
    assert manager.creditOf(canceller) == 0
    before = balance(stranger)
    manager.withdrawCredit(stranger, sender=owner)
    assert balance(stranger) == before + cost


def test_top_ups_are_refunded_to_the_owner(manager, owner, stranger, scheduled):
    task, cost = scheduled
    manager.topUpTask(task, value=1_001, sender=stranger)
    before = balance(owner)
    manager.cancelTask(task, sender=owner)
    assert balance(owner) == before + cost + 1_001
    assert balance(manager) == 0


# ---- order of refusals


def test_reverts_task_already_cancelled(manager, owner, stranger, scheduled, at):
    """Before the authority is looked at, and past the window too."""
    task, _ = scheduled
    manager.cancelTask(task, sender=owner)
    for when in (at, at + manager.EXECUTION_WINDOW() + 1):
        roll_to(when)
        for sender in (owner, stranger):
            with reverts("TaskAlreadyCancelled(bytes32)", task):
                manager.cancelTask(task, sender=sender)


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "rescheduled", "expired", "refunded"])
def test_reverts_task_already_executed(system, manager, owner, stranger, executor, target, at, outcome):
    works = target.poke.prepare_calldata(1)
    fails = target.fail.prepare_calldata(b"")
    manager.depositBond(value=10**18, sender=owner)
    environment, call = {
        "succeeded": (system.minimal, works),
        "failed": (system.minimal, fails),
        "rescheduled": (system.rescheduling, fails),
        "expired": (system.minimal, works),
        "refunded": (system.minimal, works),
    }[outcome]
    task, _ = schedule(system, environment, target, call, at, 250_000, sender=owner)
    if outcome in ("expired", "refunded"):
        roll_to(at + manager.EXECUTION_WINDOW() + 1)
        if outcome == "refunded":
            assert manager.expireTasks([task]) == 1
    else:
        run(manager, task, executor)
    expected = {"succeeded": 2, "failed": 3, "rescheduled": 5, "expired": EXPIRED, "refunded": EXPIRED}
    assert manager.getTaskStatus(task) == expected[outcome]
    for sender in (owner, stranger):
        with reverts("TaskAlreadyExecuted(bytes32)", task):
            manager.cancelTask(task, sender=sender)
        with reverts("TaskAlreadyExecuted(bytes32)", task):
            manager.topUpTask(task, value=1, sender=sender)


def test_reverts_task_not_found(system, manager, owner, stranger, target, call, at):
    """An id with one field of another task, or with the flag set, reaches nobody's task."""
    ours, _ = schedule(system, system.minimal, target, call, at, sender=stranger)
    theirs, _ = schedule(system, system.minimal, target, call, at + 1, gas=250_000, sender=owner)
    mine, other = unpack(ours), unpack(theirs)
    forged = {pack(*(other[i] if mask >> i & 1 else mine[i] for i in range(4))) for mask in range(1, 15)}
    forged |= {pack(*mine[:2], 1, *mine[3:]), pack(*mine[:3], 3), pack(*mine[:4], 1), pack(*mine[:4], 255)}
    forged |= {bytes(32), b"\xff" * 32, pack(mine[0] ^ 1, *mine[1:]), pack(0, *mine[1:])}
    for task in forged - {ours, theirs}:
        assert manager.getTaskStatus(task) == 0
        for function, *arguments in (
            (manager.cancelTask,),
            (manager.topUpTask,),
            (manager.addTaskCanceller, owner),
            (manager.addEnvironmentCanceller, owner),
            (manager.removeTaskCanceller, owner),
            (manager.removeEnvironmentCanceller, owner),
            (manager.sweepEnvironment, stranger),
            (manager.sweepEnvironmentToken, target.address, stranger),
            (manager.isTaskCancelled,),
            (manager.isTaskExecuted,),
            (manager.getTaskMetadata,),
            (manager.getTaskPayment,),
            (manager.whyStuck,),
        ):
            value = {"value": 1} if function is manager.topUpTask else {}
            with reverts("TaskNotFound(bytes32)", task):
                function(task, *arguments, sender=stranger, **value)
        with reverts("TaskNotFound(bytes32)", task):
            manager.executeTasksById([task], stranger, sender=stranger)
        with reverts("TaskNotFound(bytes32)", task):
            manager.expireTasks([task], sender=stranger)
    for task in (ours, theirs):
        assert manager.getTaskStatus(task) == SCHEDULED


def test_cancelling_one_leaves_the_others(system, manager, owner, executor, target, call, at):
    tasks = [schedule(system, system.minimal, target, call, at, sender=owner)[0] for _ in range(4)]
    for task in (tasks[0], tasks[2]):
        manager.cancelTask(task, sender=owner)
    run(manager, tasks[1], executor)
    assert [manager.getTaskStatus(task) for task in tasks] == [4, 2, 4, 2]
    assert target.total() == 14
