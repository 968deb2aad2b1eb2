"""
The task manager as its tests use it: prices and shares computed here, tasks that do what a test says, what the manager
logged.
"""

import boa
from eth_abi import decode, encode
from eth_utils import keccak, to_checksum_address

from tests.helpers.chain import ETHER, error_data
from tests.helpers.logs import Log, logs
from tests.helpers.modules import constant
from tests.helpers.schedule import GAS, NO_MAXIMUM, SMALL, block, roll_to

NOBODY = "0x" + "00" * 20
GWEI = 10**9
WORD_OF_ZEROS = bytes(32)
OVERHEAD_GAS = constant("scheduler/pricing.vy", "OVERHEAD_GAS")
# Code of accounts.
REFUSES = bytes.fromhex("5f5ffd")
BURNS_GAS = bytes.fromhex("5b5f56")
RETURNS_A_MEGABYTE = bytes.fromhex("620f42405ff3")
# Returns the hash of its calldata: CALLDATASIZE 0 0 CALLDATACOPY, KECCAK256 of it, RETURN.
HASHES_CALLDATA = bytes.fromhex("365f5f37365f205f5260205ff3")

CALLED = keccak(text="Called(bool,bytes)")
PERFORM = keccak(text="perform((address,uint256,bytes)[],bytes,bool)")[:4]


def price(gas: int, distance: int, live: int = 0, gas_price: int = GWEI) -> int:
    """What pricing.vy says, rounded up to 40 significant bits."""
    dividend = gas_price * (gas + OVERHEAD_GAS) * 5 * (64 + live) * (2**21 + distance)
    exact = -(-dividend // (4 * 64 * 2**21))
    unit = 1 << max(exact.bit_length() - 40, 0)
    return -(-exact // unit) * unit


def shares(paid: int) -> tuple[int, int, int]:
    """Of executor, validator and protocol; rounding goes to the executor."""
    validator = paid * constant("scheduler/ledger.vy", "VALIDATOR_SHARE_BPS") // 10_000
    protocol = paid * constant("scheduler/ledger.vy", "PROTOCOL_SHARE_BPS") // 10_000
    return paid - validator - protocol, validator, protocol


# ---- tasks that do what a test says


def performance(*calls: tuple, response: bytes = b"", fails: bool = False) -> bytes:
    """Calldata of mocks/scheduler/Puppet.vy; each call is (account, data) or (account, data, amount)."""
    listed = [(str(getattr(call[0], "address", call[0])), call[2] if len(call) > 2 else 0, call[1]) for call in calls]
    return PERFORM + encode(["(address,uint256,bytes)[]", "bytes", "bool"], [listed, response, fails])


def schedule_data(manager, implementation, data: bytes, at: int, gas: int = GAS[SMALL], *, sender, bond: bool = False):
    """Schedule with this task data. Returns the task's id and its cost."""
    address = str(getattr(implementation, "address", implementation))
    if bond:
        _, cost, task = manager.scheduleWithBond(address, gas, at, NO_MAXIMUM, data, sender=sender)
        return task, cost
    cost = manager.estimateCost(at, gas)
    _, charged, task = manager.scheduleTask(address, gas, at, NO_MAXIMUM, data, value=cost, sender=sender)
    assert charged == cost
    return task, cost


def environment_of(task: bytes) -> str:
    return to_checksum_address(task[12:])


def run(manager, task: bytes, executor, implementation=None):
    """Go to the task's block and execute what is due."""
    roll_to(max(block(), int.from_bytes(task[4:12], "big")))
    return manager.executeTasks(executor, 0, sender=executor)


def refuses_payments(account):
    """From now on the account reverts when it is paid; it can still send."""
    boa.env.set_code(str(account), REFUSES)


# ---- what came of it


def own_logs(contract) -> list[Log]:
    """What the last call of `contract` logged itself, in order."""
    return [log for log in logs(contract, of=contract.address)]


def own_names(contract) -> list[str]:
    return [log.name for log in own_logs(contract)]


def own(contract, name: str) -> list[dict]:
    """The fields of the events of this name that `contract` logged itself in its last call."""
    return [log.fields for log in own_logs(contract) if log.name == name]


def performed(contract) -> list[tuple[bool, bytes]]:
    """Success and response of each call that a puppet made in the last call of `contract`."""
    return [
        decode(["bool", "bytes"], data)
        for _, _, topics, data in sorted(contract._computation.get_raw_log_entries())
        if topics[0].to_bytes(32, "big") == CALLED
    ]


def refused(signature: str, *arguments) -> tuple[bool, bytes]:
    """What `performed` has of a call that was refused with this error."""
    return False, error_data(signature, *arguments)


def fund(account, amount: int = ETHER):
    boa.env.set_balance(str(account), amount)


def wrong_arguments(arguments: list, wrong: int) -> tuple[set[int], int, list[tuple]]:
    """
    Make the arguments of a scheduling wrong in the ways whose bits are set, by the order in which they are refused; bit
    5 is the payment's. Returns the positions, the cost, and the errors by position but for the payment's.
    """
    wrongs = {position for position in range(6) if wrong >> position & 1}
    too_far, in_past = block() + 2_097_153, block()
    if 0 in wrongs:
        arguments[0] = NOBODY
    if 1 in wrongs:
        arguments[1] = 750_001
    if 3 in wrongs:
        arguments[2] = too_far
    if 2 in wrongs:
        arguments[2] = in_past
    cost = price(arguments[1], arguments[2] - block())
    if 4 in wrongs:
        arguments[3] = cost - 1
    errors = [
        ("TaskValidation_InvalidTargetAddress()",),
        ("TaskGasTooLarge(uint256)", 750_001),
        ("TaskValidation_TargetBlockInPast(uint64,uint256)", in_past, block()),
        ("TaskValidation_TargetBlockTooFar(uint64,uint256)", too_far, block()),
        ("TaskCostAboveMax(uint256,uint256)", cost, cost - 1),
    ]
    return wrongs, cost, errors
