"""ValidatedTaskEnvironment: refuses a target without code and a call without a selector, logs the first argument"""

import boa
import pytest

from tests.helpers.chain import error_data
from tests.helpers.logs import logs
from tests.helpers.schedule import FAILED, SUCCEEDED, block, schedule
from tests.helpers.tasks import NOBODY, environment_of, own, run


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def execute(system, manager, owner, executor, at):
    def schedule_and_run(to, call: bytes, gas: int = 250_000):
        task, _ = schedule(system, system.validated, to, call, at, gas, sender=owner)
        run(manager, task, executor)
        (told,) = own(manager, "TaskExecuted")
        return task, told, [(log.name, log.fields) for log in logs(manager, of=environment_of(task))]

    return schedule_and_run


def test_default_behavior(manager, execute, target, call):
    task, told, logged = execute(target, call)
    assert logged == [("TaskValidated", {"target": target.address, "value": 7})]
    assert (told["success"], told["returnData"]) == (True, bytes(31) + b"\x01")
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert (target.total(), target.caller()) == (7, environment_of(task))


@pytest.mark.parametrize("value", [0, 1, 2**255, 2**256 - 1])
@pytest.mark.parametrize("more", [b"", b"\xff", b"\xff" * 64])
def test_first_argument(execute, target, value, more):
    selector = target.get_ready.prepare_calldata(0)[:4]
    _, told, logged = execute(target, selector + value.to_bytes(32, "big") + more)
    assert told["success"]
    assert logged == [("TaskValidated", {"target": target.address, "value": value})]


@pytest.mark.parametrize("length", [4, 5, 34, 35])
def test_without_a_first_argument(execute, target, length):
    """Less than a word is none."""
    _, _, logged = execute(target, b"\xff" * length)
    assert logged == [("TaskValidated", {"target": target.address, "value": 0})]


def test_word_at_its_bound(execute, target):
    _, _, logged = execute(target, b"\xff" * 36)
    assert logged == [("TaskValidated", {"target": target.address, "value": 2**256 - 1})]


def test_reverts_invalid_target(execute, stranger):
    """Zero and without code, before the call is looked at."""
    for to in (NOBODY, stranger):
        for call in (b"\1" * 36, b""):
            with boa.env.anchor():
                _, told, logged = execute(to, call)
            assert (told["success"], told["returnData"]) == (False, error_data("InvalidTarget()"))
            assert logged == []


@pytest.mark.parametrize("length", [0, 1, 3])
def test_reverts_invalid_value(manager, execute, target, length):
    task, told, logged = execute(target, b"\1" * length)
    assert (told["success"], told["returnData"]) == (False, error_data("InvalidValue()"))
    assert logged == []
    assert manager.getTaskStatus(task) == FAILED


def test_target_that_fails(manager, execute, target):
    """It was validated all the same; what it reverted with is not handed on."""
    call = target.fail.prepare_calldata(b"why")
    task, told, logged = execute(target, call)
    assert (told["success"], told["returnData"]) == (False, bytes(32))
    assert logged == [("TaskValidated", {"target": target.address, "value": 32})]
    assert manager.getTaskStatus(task) == FAILED
