"""BasicTaskEnvironment: validates, logs start and end, hands on the target's revert"""

import pytest
from eth_abi import encode

from taskpools.system import deployer
from tests.helpers.chain import error_data, reverts
from tests.helpers.logs import logs
from tests.helpers.schedule import FAILED, SUCCEEDED, block, schedule
from tests.helpers.tasks import NOBODY, environment_of, own, run

TRUE = bytes(31) + b"\x01"


@pytest.fixture
def execute(system, manager, owner, executor):
    """Runs a task; returns its id, what the manager tells of the run, and what the environment logged."""

    def schedule_and_run(to, call: bytes, gas: int = 250_000):
        task, _ = schedule(system, system.basic, to, call, block() + 5, gas, sender=owner)
        run(manager, task, executor)
        (told,) = own(manager, "TaskExecuted")
        return task, told, [(log.name, log.fields) for log in logs(manager, of=environment_of(task))]

    return schedule_and_run


def test_default_behavior(manager, execute, target, call):
    task, told, logged = execute(target, call)
    assert logged == [
        ("TaskStarted", {"target": target.address, "data": call}),
        ("TaskCompleted", {"target": target.address, "success": True}),
    ]
    assert (told["success"], told["returnData"]) == (True, TRUE)
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert (target.total(), target.caller()) == (7, environment_of(task))


@pytest.mark.parametrize("length", [0, 1, 4, 31, 32, 33, 127, 128, 129, 1_000])
def test_hands_on_what_the_target_reverted_with(manager, execute, target, length):
    """Its first 128 bytes; its own logs are undone."""
    reason = bytes(byte % 251 + 1 for byte in range(length))
    task, told, logged = execute(target, target.fail.prepare_calldata(reason))
    assert (told["success"], told["returnData"]) == (False, reason[:128])
    assert logged == []
    assert manager.getTaskStatus(task) == FAILED


def test_answer_of_the_target_is_not_its_own(execute, target):
    _, told, _ = execute(target, target.answer.prepare_calldata(bytes(32)))
    assert (told["success"], told["returnData"]) == (True, TRUE)


@pytest.mark.parametrize("name", ["burn", "return_bomb", "revert_bomb"])
def test_target_without_measure(manager, execute, target, name):
    task, told, logged = execute(target, getattr(target, name).prepare_calldata())
    assert not told["success"]
    assert logged == []
    assert manager.getTaskStatus(task) == FAILED


def test_reverts_zero_target_address(execute):
    """First, whatever the call is."""
    for call in (b"\1", b""):
        _, told, logged = execute(NOBODY, call)
        assert (told["success"], told["returnData"]) == (False, error_data("ZeroTargetAddress()"))
        assert logged == []


def test_reverts_empty_calldata(execute, target):
    _, told, logged = execute(target, b"")
    assert (told["success"], told["returnData"]) == (False, error_data("EmptyCalldata()"))
    assert logged == []


def test_one_byte_is_a_call(execute, target, stranger):
    for to in (target, stranger):
        _, told, logged = execute(to, b"\1")
        assert told["success"]
        assert logged[0][1]["data"] == b"\1"


@pytest.mark.parametrize("name", ["basic", "rescheduling", "validated", "recurring"])
def test_reverts_caller_not_owner_or_task_manager(system, name, owner, stranger, target, call):
    """Nobody but the manager, through an environment of a task."""
    environment = getattr(system, name)
    assert environment.TASK_MANAGER() == system.manager.address
    data = encode(["address", "bytes"], [target.address, call])
    for sender in (owner, stranger, environment.address):
        for task_data in (data, b""):
            with reverts("CallerNotOwnerOrTaskManager()"):
                environment.executeTask(task_data, sender=sender)
    assert target.total() == 0
    with reverts(""):
        environment.executeTask(b"", sender=system.manager.address)


@pytest.mark.parametrize("name", ["BasicTaskEnvironment", "ReschedulingTaskEnvironment", "ValidatedTaskEnvironment"])
def test_reverts_manager_without_code(name, stranger):
    for account in (stranger, NOBODY):
        with reverts("InvalidTarget()"):
            deployer(name).deploy(account)
