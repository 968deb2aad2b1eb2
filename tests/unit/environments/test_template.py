"""EXECUTION_ENV_TEMPLATE as an implementation: makes the call as MinimalTaskEnvironment does, for the manager only"""

import boa
import pytest
from eth_abi import encode

from tests.helpers.chain import error_data, reverts
from tests.helpers.flow import raw_logs
from tests.helpers.hostile import calldata, topic
from tests.helpers.schedule import FAILED, SUCCEEDED, block, layered
from tests.helpers.tasks import NOBODY, environment_of, fund, own, own_names, run, schedule_data

CALLS = {
    "works": lambda target: target.poke.prepare_calldata(7),
    "answers 0": lambda target: target.answer.prepare_calldata(bytes(64)),
    "answers nothing": lambda target: b"",
    "answers a megabyte": lambda target: target.return_bomb.prepare_calldata(),
    "burns": lambda target: target.burn.prepare_calldata(),
    "reverts with a megabyte": lambda target: target.revert_bomb.prepare_calldata(),
    "reverts": lambda target: target.fail.prepare_calldata(b""),
    "reverts with 32 bytes": lambda target: target.fail.prepare_calldata(bytes(32)),
    "reverts with 128 bytes": lambda target: target.fail.prepare_calldata(b"\1" * 128),
    "reverts with 129 bytes": lambda target: target.fail.prepare_calldata(b"\2" * 129),
    "reverts with 256 bytes": lambda target: target.fail.prepare_calldata(b"\3" * 256),
}
# A megabyte takes more gas than a task can have.
FAILING = ["answers a megabyte", "burns"]


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def template(manager):
    return manager.EXECUTION_ENV_TEMPLATE()


@pytest.fixture
def outcome(manager, owner, executor, target, at):
    """What comes of a task in this implementation: status, event and the target's state, from the same start."""

    def run_one(implementation, data: bytes) -> tuple:
        with boa.env.anchor():
            task, _ = schedule_data(manager, implementation, data, at, 750_000, sender=owner)
            fees = run(manager, task, executor)
            told = [{**fields, "taskId": 0} for fields in own(manager, "TaskExecuted")]
            caller = "the environment" if target.caller() == environment_of(task) else target.caller()
            by_others = [
                int.from_bytes(first, "big") for emitter, first, _ in raw_logs(manager) if emitter != manager.address
            ]
            return manager.getTaskStatus(task), fees, told, own_names(manager), by_others, target.total(), caller

    return run_one


@pytest.mark.parametrize("name", CALLS)
def test_default_behavior(system, target, template, outcome, name):
    data = layered(target.address, CALLS[name](target))
    by_template = outcome(template, data)
    assert by_template == outcome(system.minimal, data)
    assert by_template[0] == (FAILED if name in FAILING or name.startswith("reverts") else SUCCEEDED)
    if name == "works":
        assert by_template[4:] == ([topic("Poked(address,uint256)")], 7, "the environment")


@pytest.mark.parametrize("length", [0, 1, 32, 33, 255, 256, 1_000, 3_904])
def test_call_of_any_length(system, template, outcome, length):
    recording = boa.env.generate_address("recording")
    # Reverts with the hash of its calldata.
    boa.env.set_code(recording, bytes.fromhex("365f5f37365f205f5260205ffd"))
    data = layered(recording, bytes(byte % 251 for byte in range(length)))
    assert outcome(template, data) == outcome(system.minimal, data)


@pytest.mark.parametrize("account", ["without code", "zero"])
def test_plain_calls(system, template, outcome, stranger, account):
    data = layered(stranger if account == "without code" else NOBODY, b"\1\2\3\4")
    assert outcome(template, data) == outcome(system.minimal, data)
    assert outcome(template, data)[0] == SUCCEEDED


def test_data_that_is_no_address_and_call(manager, template, outcome):
    """As Minimal has it: no data."""
    for inner in (b"", b"\1" * 64, b"\xff" * 96):
        status, _, told, *_ = outcome(template, calldata("executeTask(bytes)", inner))
        assert (status, told[0]["success"], told[0]["returnData"]) == (FAILED, False, b"")


def test_bare_call(manager, template, outcome, call):
    """Task data that encodeTask did not make, and that is no function of the template."""
    status, _, told, *_ = outcome(template, call)
    assert (status, told[0]["returnData"]) == (FAILED, error_data("CallerNotOwnerOrTaskManager()"))


def test_reverts_caller_not_owner_or_task_manager(
    system, manager, owner, stranger, executor, target, call, at, template
):
    """The template itself and an environment, called by anyone."""
    task, _ = schedule_data(manager, template, layered(target.address, call), at, sender=owner)
    inner = encode(["address", "bytes"], [target.address, call])
    for to in (template, environment_of(task)):
        for sender in (owner, stranger, executor, template, environment_of(task)):
            for data in (inner, b""):
                order = calldata("executeTask(bytes)", data)
                result = boa.env.execute_code(to, sender=sender, data=order)
                assert (result.is_error, result.output) == (True, error_data("CallerNotOwnerOrTaskManager()"))
    with reverts("CallerNotOwnerOrTaskManager()"):
        system.environment_proxy.executeTask(inner, sender=stranger)
    assert target.total() == 0


def test_other_functions_of_the_template_as_task_data(manager, owner, stranger, template, outcome, at):
    """They do to the task's own account what its owner may order, and nothing to another."""
    data = calldata("callFrom(address,uint256,bytes)", stranger, 0, b"")
    assert outcome(template, data)[0] == SUCCEEDED
    data = calldata("callFrom(address,uint256,bytes)", stranger, 1, b"")
    status, _, told, *_ = outcome(template, data)
    assert (status, told[0]["returnData"]) == (FAILED, error_data("InsufficientFunds()"))
    data = calldata("sweep(address)", stranger)
    task, _ = schedule_data(manager, template, data, at, sender=owner)
    fund(environment_of(task), 7)
    before = boa.env.get_balance(stranger)
    run(manager, task, owner)
    assert (manager.getTaskStatus(task), boa.env.get_balance(stranger) - before) == (SUCCEEDED, 7)
