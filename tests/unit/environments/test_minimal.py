"""MinimalTaskEnvironment: calls the target and returns whether it succeeded"""

import boa
import pytest
from eth_abi import encode

from tests.helpers.schedule import FAILED, SUCCEEDED, block, schedule
from tests.helpers.tasks import NOBODY, environment_of, own, run, schedule_data

NO, YES = bytes(32), bytes(31) + b"\x01"


@pytest.fixture
def at():
    return block() + 5


def returned(manager) -> bytes:
    (fields,) = own(manager, "TaskExecuted")
    return fields["returnData"]


def test_default_behavior(system, manager, owner, executor, target, call, at):
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    run(manager, task, executor)
    assert returned(manager) == YES
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert (target.total(), target.caller()) == (7, environment_of(task))


def test_target_that_fails(system, manager, owner, executor, target, at):
    """What it reverted with is not handed on."""
    task, _ = schedule(system, system.minimal, target, target.fail.prepare_calldata(b"why"), at, sender=owner)
    run(manager, task, executor)
    assert returned(manager) == NO
    assert manager.getTaskStatus(task) == FAILED


@pytest.mark.parametrize("name", ["return_bomb", "revert_bomb", "burn"])
def test_target_without_measure(system, manager, owner, executor, target, at, name):
    data = getattr(target, name).prepare_calldata()
    task, _ = schedule(system, system.minimal, target, data, at, 750_000, sender=owner)
    run(manager, task, executor)
    assert manager.getTaskStatus(task) == FAILED


def test_answer_of_the_target_is_not_copied(system, manager, owner, executor, target, at):
    """A target that answers 0 has succeeded."""
    task, _ = schedule(system, system.minimal, target, target.answer.prepare_calldata(bytes(64)), at, sender=owner)
    run(manager, task, executor)
    assert returned(manager) == YES


def test_plain_calls(system, manager, owner, executor, target, at):
    """It validates nothing: a call without data, and an account without code, are called."""
    for account in (target.address, boa.env.generate_address(), NOBODY):
        with boa.env.anchor():
            task, _ = schedule(system, system.minimal, account, b"", at, sender=owner)
            run(manager, task, executor)
            assert manager.getTaskStatus(task) == SUCCEEDED


def test_acts_as_the_caller_when_called_by_anyone(system, target, call, stranger):
    """It is no account of anybody's: outside a task it can do nothing that its caller cannot."""
    assert system.minimal.executeTask(encode(["address", "bytes"], [target.address, call]), sender=stranger)
    assert target.caller() == system.minimal.address


def test_reverts_task_data_that_is_no_address_and_call(system, manager, owner, executor, at):
    for data in (b"", b"\1\2\3\4", system.minimal.executeTask.prepare_calldata(b"\1" * 64)):
        with boa.env.anchor():
            task, _ = schedule_data(manager, system.minimal, data, at, sender=owner)
            run(manager, task, executor)
            assert returned(manager) == b""
            assert manager.getTaskStatus(task) == FAILED
