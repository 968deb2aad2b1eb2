"""What is logged of a run: the first 128 bytes of the reason, through each environment and from one of one's own"""

import boa
import pytest
from eth_abi import encode

from tests.helpers.chain import ETHER
from tests.helpers.schedule import FAILED, RESCHEDULED, SUCCEEDED, block, schedule
from tests.helpers.tasks import own, run, schedule_data

MAX_OUTCOME = 128
MAX_RESPONSE = 224
LENGTHS = [0, 1, 3, 4, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 223, 224, 225, 255, 256, 257, 1_000]
WORD = bytes(32)
HANDS_BACK = {"returns": "3d", "reverts": "fd"}


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def ran(manager, executor):
    """Runs a task. Returns its status, and success and data of the event."""

    def run_one(task: bytes) -> tuple[int, bool, bytes]:
        assert run(manager, task, executor) > 0
        (told,) = own(manager, "TaskExecuted")
        assert own(manager, "TasksExecuted") == [{"executed": 1, "failed": int(not told["success"])}]
        return manager.getTaskStatus(task), told["success"], told["returnData"]

    return run_one


def content(length: int) -> bytes:
    return bytes(byte % 251 + 1 for byte in range(length))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("kind", ["minimal", "basic", "validated", "rescheduling", "recurring", "template"])
def test_reason_of_the_target(system, manager, owner, target, at, ran, kind, length):
    manager.depositBond(value=ETHER, sender=owner)
    environment = system.environment_proxy if kind == "template" else getattr(system, kind)
    fails = target.fail.prepare_calldata(content(length))
    task, _ = schedule(system, environment, target, fails, at, 250_000, sender=owner)
    status = RESCHEDULED if kind == "rescheduling" else FAILED
    assert ran(task) == (status, False, content(length)[:MAX_OUTCOME])


@pytest.mark.parametrize("word", [WORD, (1).to_bytes(32, "big"), b"\xff" * 32], ids=["0", "1", "ones"])
@pytest.mark.parametrize("kind", ["minimal", "basic", "validated", "rescheduling", "recurring"])
def test_reason_that_looks_like_an_answer(system, manager, owner, target, at, ran, kind, word):
    """A target that reverts with what a success looks like has failed."""
    manager.depositBond(value=ETHER, sender=owner)
    fails = target.fail.prepare_calldata(word)
    task, _ = schedule(system, getattr(system, kind), target, fails, at, 250_000, sender=owner)
    assert ran(task) == (RESCHEDULED if kind == "rescheduling" else FAILED, False, word)


@pytest.mark.parametrize("kind", ["validated", "rescheduling", "recurring"])
def test_reason_that_looks_like_an_outcome(system, manager, owner, target, at, ran, kind):
    """The bytes of (false, bytes) within (false, bytes) are not opened a second time."""
    manager.depositBond(value=ETHER, sender=owner)
    inner = encode(["bool", "bytes"], [False, b"why"])
    task, _ = schedule(
        system, getattr(system, kind), target, target.fail.prepare_calldata(inner), at, 250_000, sender=owner
    )
    assert ran(task) == (RESCHEDULED if kind == "rescheduling" else FAILED, False, inner)


# ---- environments of one's own


@pytest.fixture
def own_environment(manager, owner, at, ran):
    """
    Runs a task whose implementation returns, or reverts with, exactly these bytes: they are the task data, behind which
    the data says nothing.
    """

    def run_one(data: bytes, how: str = "returns") -> tuple[int, bool, bytes]:
        implementation = boa.env.generate_address()
        end = {"returns": "f3", "reverts": "fd"}[how]
        boa.env.set_code(implementation, bytes.fromhex("365f5f37365f" + end))
        task, _ = schedule_data(manager, implementation, data, at, sender=owner)
        return ran(task)

    return run_one


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("how", ["returns", "reverts"])
def test_any_answer(own_environment, length, how):
    """Whatever its length, one word of 0 apart: nobody takes it for a run that was not started."""
    data = content(length)
    status = SUCCEEDED if how == "returns" else FAILED
    assert own_environment(data, how) == (status, how == "returns", data[:MAX_OUTCOME])


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("how", ["returns", "reverts"])
def test_zeros(own_environment, length, how):
    """Only a single word of 0 is no success."""
    success = how == "returns" and length != 32
    expected = (SUCCEEDED if success else FAILED, success, bytes(min(length, MAX_OUTCOME)))
    assert own_environment(bytes(length), how) == expected


@pytest.mark.parametrize("length", [length for length in LENGTHS if length <= 1_000])
def test_false_and_a_reason(own_environment, length):
    assert own_environment(encode(["bool", "bytes"], [False, content(length)])) == (
        FAILED,
        False,
        content(length)[:MAX_OUTCOME],
    )


def test_true_and_bytes(own_environment):
    """Is a success, logged as it was returned."""
    data = encode(["bool", "bytes"], [True, content(10)])
    assert own_environment(data) == (SUCCEEDED, True, data[:MAX_OUTCOME])


def words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in numbers)


@pytest.mark.parametrize("declared", [0, 1, 5, 31, 32, 33, 127, 128, 129, 224, 256, 2**64, 2**255, 2**256 - 1])
@pytest.mark.parametrize("there", [0, 1, 5, 32, 127, 128, 129, 200])
def test_length_that_is_not_there(own_environment, declared, there):
    """The reason ends where the data ends, and where its length says."""
    data = words(0, 64, declared) + content(there)
    assert own_environment(data) == (FAILED, False, content(there)[: min(declared, MAX_OUTCOME)])


@pytest.mark.parametrize("offset", [0, 1, 32, 63, 65, 96, 2**64 + 64, 2**255 + 64, 2**256 - 1])
def test_offset_that_abi_encoders_do_not_make(own_environment, offset):
    """Is not (false, bytes), but an answer of the environment's own."""
    data = words(0, offset, 5) + content(32)
    assert own_environment(data) == (SUCCEEDED, True, data[:MAX_OUTCOME])


@pytest.mark.parametrize("length", [64, 65, 95, 96, 97])
def test_cut_outcome(own_environment, length):
    """Under three words is not (false, bytes)."""
    data = (words(0, 64, 5) + content(32))[:length]
    expected = (FAILED, False, data[96:]) if length >= 96 else (SUCCEEDED, True, data)
    assert own_environment(data) == expected


@pytest.mark.parametrize("first", [1, 2, 2**255, 2**256 - 1])
def test_first_word_that_is_not_false(own_environment, first):
    data = words(first, 64, 5) + content(32)
    assert own_environment(data) == (SUCCEEDED, True, data[:MAX_OUTCOME])


@pytest.mark.parametrize("length", [96, 128, 224])
def test_outcome_that_is_reverted_with(own_environment, length):
    """Is a reason as it is."""
    data = (words(0, 64, 5) + content(256))[:length]
    assert own_environment(data, "reverts") == (FAILED, False, data[:MAX_OUTCOME])


@pytest.mark.parametrize("how", ["f3", "fd"])
def test_megabyte(manager, owner, at, ran, how):
    implementation = boa.env.generate_address()
    boa.env.set_code(implementation, bytes.fromhex("620f42405f" + how))
    # Three million gas would be needed.
    task, _ = schedule_data(manager, implementation, b"", at, 750_000, sender=owner)
    assert ran(task) == (FAILED, False, b"")
    # 64 kilobytes are within the gas.
    implementation = boa.env.generate_address()
    boa.env.set_code(implementation, bytes.fromhex("620100005f" + how))
    task, _ = schedule_data(manager, implementation, b"", block() + 5, 750_000, sender=owner)
    success = how == "f3"
    assert ran(task) == (SUCCEEDED if success else FAILED, success, bytes(MAX_OUTCOME))


def test_environment_whose_code_is_gone(manager, owner, at, ran):
    implementation = boa.env.generate_address()
    boa.env.set_code(implementation, b"\0")
    task, _ = schedule_data(manager, implementation, b"", at, sender=owner)
    boa.env.set_code(implementation, b"")
    assert ran(task) == (FAILED, False, b"")
