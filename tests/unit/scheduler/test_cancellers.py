"""addTaskCanceller, addEnvironmentCanceller, removeTaskCanceller, removeEnvironmentCanceller"""

import pytest

from tests.helpers.chain import ETHER, reverts
from tests.helpers.schedule import CANCELLED, RESCHEDULED, SCHEDULED, block, pack, schedule, unpack
from tests.helpers.tasks import NOBODY, environment_of, own, own_logs, run

ALL = ["addTaskCanceller", "addEnvironmentCanceller", "removeTaskCanceller", "removeEnvironmentCanceller"]
EVENTS = {
    "addTaskCanceller": "TaskCancellerAuthorized",
    "addEnvironmentCanceller": "TaskEnvironmentCancellerAuthorized",
    "removeTaskCanceller": "TaskCancellerRevoked",
    "removeEnvironmentCanceller": "TaskEnvironmentCancellerRevoked",
}


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def task(system, owner, target, call, at):
    return schedule(system, system.minimal, target, call, at, sender=owner)[0]


@pytest.mark.parametrize("kind", ["Task", "Environment"])
def test_default_behavior(manager, owner, canceller, task, kind):
    add, remove = getattr(manager, f"add{kind}Canceller"), getattr(manager, f"remove{kind}Canceller")
    add(task, canceller, sender=owner)
    remove(task, canceller, sender=owner)
    with reverts("Unauthorized(address,address)", canceller, owner):
        manager.cancelTask(task, sender=canceller)
    add(task, canceller, sender=owner)
    add(task, canceller, sender=owner)
    manager.cancelTask(task, sender=canceller)
    assert manager.getTaskStatus(task) == CANCELLED


@pytest.mark.parametrize("name", EVENTS)
def test_emits_its_event(manager, owner, canceller, task, name):
    getattr(manager, name)(task, canceller, sender=owner)
    (log,) = own_logs(manager)
    about = {"environment": environment_of(task)} if "Environment" in name else {"taskId": task}
    assert (log.name, log.fields) == (EVENTS[name], {**about, "owner": owner, "canceller": canceller})


@pytest.mark.parametrize("name", ALL)
def test_reverts_unauthorized(manager, owner, stranger, canceller, task, name):
    """A canceller cannot hand on what he may."""
    manager.addTaskCanceller(task, canceller, sender=owner)
    manager.addEnvironmentCanceller(task, canceller, sender=owner)
    for sender in (stranger, canceller):
        with reverts("Unauthorized(address,address)", sender, owner):
            getattr(manager, name)(task, stranger, sender=sender)
        with reverts("Unauthorized(address,address)", sender, owner):
            getattr(manager, name)(task, NOBODY, sender=sender)


@pytest.mark.parametrize("name", ALL)
def test_reverts_invalid_canceller_address(manager, owner, task, name):
    for account in (NOBODY, owner):
        with reverts("InvalidCancellerAddress()"):
            getattr(manager, name)(task, account, sender=owner)


def test_several_cancellers(manager, owner, canceller, stranger, task):
    manager.addTaskCanceller(task, canceller, sender=owner)
    manager.addTaskCanceller(task, stranger, sender=owner)
    manager.removeTaskCanceller(task, canceller, sender=owner)
    with reverts("Unauthorized(address,address)", canceller, owner):
        manager.cancelTask(task, sender=canceller)
    manager.cancelTask(task, sender=stranger)


def test_rights_are_apart(manager, owner, canceller, task):
    """Taking one right back leaves the other."""
    manager.addTaskCanceller(task, canceller, sender=owner)
    manager.addEnvironmentCanceller(task, canceller, sender=owner)
    manager.removeTaskCanceller(task, canceller, sender=owner)
    manager.cancelTask(task, sender=canceller)


def test_right_over_an_environment_outlives_a_reschedule(
    system, manager, owner, canceller, stranger, executor, target, at
):
    manager.depositBond(value=ETHER, sender=owner)
    fails = target.fail.prepare_calldata(b"")
    task, _ = schedule(system, system.rescheduling, target, fails, at, 250_000, sender=owner)
    manager.addTaskCanceller(task, stranger, sender=owner)
    manager.addEnvironmentCanceller(task, canceller, sender=owner)
    run(manager, task, executor)
    (again,) = [fields["taskId"] for fields in own(manager, "TaskScheduled")]
    assert manager.getTaskStatus(task) == RESCHEDULED
    environment, _, *rest = unpack(task)
    assert again == pack(environment, at + 5, *rest)

    with reverts("Unauthorized(address,address)", stranger, owner):
        manager.cancelTask(again, sender=stranger)
    assert manager.getTaskStatus(again) == SCHEDULED
    manager.cancelTask(again, sender=canceller)
    assert manager.getTaskStatus(again) == CANCELLED


@pytest.mark.parametrize("name", ALL)
def test_of_a_task_that_ended(manager, owner, canceller, executor, task, name):
    """Rights over an environment are of use as long as it can come again."""
    run(manager, task, executor)
    getattr(manager, name)(task, canceller, sender=owner)
    assert [log.name for log in own_logs(manager)] == [EVENTS[name]]
