"""Task data arrives unchanged, in whichever form the environment keeps it; encodeTask makes its three layers"""

import random

import boa
import pytest
from eth_utils import keccak

from taskpools.system import deployer
from tests.helpers.chain import reverts
from tests.helpers.flow import call_unbounded
from tests.helpers.modules import harness
from tests.helpers.schedule import GAS, LARGE, block, layered
from tests.helpers.tasks import HASHES_CALLDATA, environment_of, own, run, schedule_data

# Around the powers of two in which the proxy reads.
LENGTHS = [*range(301), 510, 511, 512, 513, 1_022, 1_023, 1_024, 1_025, 2_046, 2_047, 2_048, 2_049]
MAX_DATA = 4_096
MAX_CALL = 3_904
CODE_BEFORE_CALL = 110


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def hashing():
    """An account that answers with the hash of its calldata."""
    account = boa.env.generate_address("hashing")
    boa.env.set_code(account, HASHES_CALLDATA)
    return account


@pytest.fixture
def recording():
    """A target that stores the hash of its calldata: CALLDATASIZE 0 0 CALLDATACOPY KECCAK256 0 SSTORE."""
    account = boa.env.generate_address("recording")
    boa.env.set_code(account, bytes.fromhex("365f5f37365f205f5500"))
    return account


def content(length: int) -> bytes:
    return random.Random(length).randbytes(length)


@pytest.fixture
def arrives(deployed, hashing):
    """Whether an implementation is called with exactly this data. Tells the length of the environment's code."""
    blueprint = deployer("TaskEnvironmentProxy").deploy_as_blueprint()
    carrier = harness("TaskAccountsHarness").deploy(blueprint.address)

    def check(data: bytes) -> int:
        digest, size = carrier.carry(hashing, data)
        assert digest == keccak(data)
        return size

    return check


@pytest.mark.parametrize("length", [0, 5, 300, 4_096])
def test_default_behavior(manager, owner, executor, hashing, target, at, length):
    """Through the manager, in either form."""
    for data in (content(length), layered(target.address, content(min(length, MAX_CALL)))):
        task, _ = schedule_data(manager, hashing, data, at, GAS[LARGE], sender=owner)
        with boa.env.anchor():
            run(manager, task, executor)
            assert [fields["returnData"] for fields in own(manager, "TaskExecuted")][-1] == keccak(data)


@pytest.mark.parametrize("first", range(0, 301, 43))
def test_data_of_any_length(arrives, first):
    """Of those above two words, each third: the calls below have every one, through the same code."""
    for length in range(first, min(first + 43, 301)):
        if length <= 64 or length % 3 == 0:
            assert arrives(content(length)) == CODE_BEFORE_CALL + length


@pytest.mark.parametrize("length", [*LENGTHS[301:], 4_064, 4_094, 4_095, 4_096])
def test_data_of_a_great_length(arrives, length):
    assert arrives(content(length)) == CODE_BEFORE_CALL + length


@pytest.mark.parametrize("first", range(0, 301, 43))
def test_call_of_any_length(arrives, target, first):
    """Layered data is kept short: the call alone, in the code."""
    for length in range(first, min(first + 43, 301)):
        assert arrives(layered(target.address, content(length))) == CODE_BEFORE_CALL + length


@pytest.mark.parametrize("length", [*LENGTHS[301:], 3_871, 3_872, 3_873, 3_902, 3_903, 3_904])
def test_call_of_a_great_length(arrives, target, length):
    data = layered(target.address, content(length))
    assert len(data) <= MAX_DATA
    assert arrives(data) == CODE_BEFORE_CALL + length


@pytest.mark.parametrize("length", [0, 1, 4, 31, 32, 33, 255, 256, 257, 1_023, 1_024, 3_904])
def test_target_gets_the_call(system, manager, owner, executor, recording, at, length):
    call = content(length)
    task, _ = schedule_data(manager, system.minimal, layered(recording, call), at, GAS[LARGE], sender=owner)
    run(manager, task, executor)
    assert own(manager, "TaskExecuted")[0]["success"]
    assert boa.env.get_storage(recording, 0) == int.from_bytes(keccak(call), "big")


ALTERED = [
    ("selector", 0, 0x01),
    ("selector", 3, 0x01),
    ("offset of the inner data", 4, 0x01),
    ("offset of the inner data", 35, 0x20),
    ("length of the inner data", 36, 0x01),
    ("length of the inner data", 67, 0x01),
    ("length of the inner data", 67, 0x20),
    ("above the target", 68, 0x80),
    ("above the target", 79, 0x01),
    ("offset of the call", 100, 0x01),
    ("offset of the call", 131, 0x20),
    ("offset of the call", 131, 0x01),
    ("length of the call", 132, 0x01),
    ("length of the call", 162, 0x01),
    ("length of the call", 163, 0x20),
    ("length of the call", 163, 0x40),
]


@pytest.mark.parametrize("length", [0, 1, 5, 31, 32, 33, 300])
def test_data_that_almost_looks_layered(arrives, target, length):
    """Each word of the layers altered by a bit: kept as it is, and it arrives as it is."""
    data = layered(target.address, content(length))
    for _, position, bits in ALTERED:
        altered = bytearray(data)
        altered[position] ^= bits
        assert arrives(bytes(altered)) == CODE_BEFORE_CALL + len(data)


@pytest.mark.parametrize("length", [1, 5, 30, 31, 33, 300])
def test_padding_that_is_not_zero(arrives, target, length):
    data = layered(target.address, content(length))
    padding = -length % 32
    for position in {1, padding // 2 or 1, padding}:
        altered = bytearray(data)
        altered[-position] = 1
        assert arrives(bytes(altered)) == CODE_BEFORE_CALL + len(data)


@pytest.mark.parametrize("length", [0, 4, 31, 32, 33])
def test_longer_and_shorter_than_layered(arrives, target, length):
    data = layered(target.address, content(length))
    for changed in (data[:-1], data[:-32], data + b"\0", data + bytes(32), data[:4], data[:163]):
        assert arrives(changed) == CODE_BEFORE_CALL + len(changed)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 64])
def test_other_lengths_with_the_same_padding(arrives, target, length):
    """
    A length of the call that differs by less than the padding: that is layered data of another call, if its padding is
    0.
    """
    data = bytearray(layered(target.address, b"\1" * length))
    around = {length - 31, length - 2, length - 1, length + 1, length + 2, length + 31, 31, 32, 33, 64}
    for other in (other for other in around if other >= 0):
        data[163] = other
        call = bytes(data[164 : 164 + other])
        is_layered = bytes(data) == layered(target.address, call)
        assert arrives(bytes(data)) == CODE_BEFORE_CALL + (other if is_layered else len(data))


def test_any_target_and_any_content(arrives):
    for account in ("0x" + "00" * 20, "0x" + "ff" * 20, "0x" + "01" * 20):
        for byte in (b"\0", b"\xff"):
            for length in (0, 32, 45):
                assert arrives(layered(account, byte * length)) == CODE_BEFORE_CALL + length


def test_layered_data_within_layered_data(arrives, target):
    data = layered(target.address, layered(target.address, content(40)))
    assert arrives(data) == CODE_BEFORE_CALL + len(layered(target.address, content(40)))


# ---- encodeTask


@pytest.mark.parametrize("length", [0, 1, 4, 31, 32, 33, 64, 255, 256, 1_000, 3_872, 3_903, 3_904])
def test_encode_task(manager, target, length):
    """The three layers, as eth_abi makes them."""
    for account in (target.address, "0x" + "00" * 20, "0x" + "fF" * 20):
        assert manager.encodeTask(account, content(length)) == layered(account, content(length))


def test_longest_call_fits(manager, target):
    assert len(manager.encodeTask(target.address, bytes(MAX_CALL))) <= MAX_DATA
    assert len(layered(target.address, bytes(MAX_CALL + 1))) > MAX_DATA - 32


def test_reverts_call_too_long(manager, target, stranger):
    result = call_unbounded(manager, "encodeTask(address,bytes)", target.address, bytes(MAX_CALL + 1), sender=stranger)
    assert result.is_error
    assert result.output == b""


# ---- the address


def test_address_is_that_of_owner_nonce_implementation_and_data(system, manager, owner, stranger, target, call):
    data = layered(target.address, call)
    addresses = {
        manager.getEnvironment(account, nonce, implementation, each)
        for account in (owner, stranger)
        for nonce in (0, 1, 2**38, 2**39 - 1)
        for implementation in (system.minimal.address, system.basic.address)
        for each in (data, data + b"\0", b"", call)
    }
    assert len(addresses) == 2 * 4 * 2 * 4


def test_address_is_that_of_create2(system, manager, owner, target, call):
    """EIP-1014, of the code that task_accounts.vy describes."""
    implementation, nonce = system.minimal.address, 3
    for data, flag, rest in ((layered(target.address, call), 1 << 39, call), (b"\1\2\3", 0, b"\1\2\3")):
        to = bytes.fromhex(target.address[2:]) if flag else bytes(20)
        code = (
            bytes.fromhex(
                "363d3d373d3d3d363d73" + manager.EXECUTION_ENV_TEMPLATE()[2:] + "5af43d82803e903d91602b57fd5bf3"
            )
            + bytes.fromhex(owner[2:])
            + (flag | nonce).to_bytes(5, "big")
            + bytes.fromhex(implementation[2:])
            + to
            + rest
        )
        creation = b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("3d81600a3d39f3") + code
        digest = keccak(b"\xff" + bytes.fromhex(manager.address[2:]) + nonce.to_bytes(32, "big") + keccak(creation))
        predicted = manager.getEnvironment(owner, nonce, implementation, data)
        assert predicted == boa.util.abi.Address(digest[12:])


def test_code_of_an_environment(system, manager, owner, target, call, at):
    task, _ = schedule_data(manager, system.minimal, layered(target.address, call), at, sender=owner)
    code = boa.env.get_code(environment_of(task))
    assert code[45:65] == bytes.fromhex(owner[2:])
    assert code[65:70] == (1 << 39).to_bytes(5, "big")
    assert code[70:90] == bytes.fromhex(system.minimal.address[2:])
    assert code[90:110] == bytes.fromhex(target.address[2:])
    assert code[110:] == call
    with reverts("CallerNotOwnerOrTaskManager()"):
        system.environment_proxy.run(0, sender=owner)
