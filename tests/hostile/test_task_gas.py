"""
Nobody can make a task fail by sending too little gas: at every amount it is not started, or has all that it asked for
(invariant 15).
"""

import boa
import pytest
from eth_abi import decode
from eth_utils import keccak

from tests.conftest import funded
from tests.helpers.chain import balance
from tests.helpers.hostile import Attempt, calldata
from tests.helpers.schedule import (
    FAILED,
    GAS,
    LARGE,
    MEDIUM,
    SCHEDULED,
    SMALL,
    SUCCEEDED,
    block,
    layered,
    roll_to,
    schedule,
    schedule_data,
    unpack,
)

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold")

TASK_EXECUTED = int.from_bytes(keccak(text="TaskExecuted(bytes32,address,bool,bytes)"), "big")
# GAS, and returns what it read: two less than there was at the entry.
TELLS_ITS_GAS = bytes.fromhex("5a5f5260205ff3")
READ = 2
COARSE = 20_000
NEAR = 5  # how far from each edge every single amount is tried

# Lengths of the call: none, around each power of two that the proxy reads in one piece, and the longest.
CALLS = [0, 1, 31, 32, 33, 63, 64, 100, 127, 128, 255, 256, 511, 512, 900, 1_023, 1_024, 2_047, 2_048, 3_000, 3_904]
# Task data that is not in three layers.
RAW = [0, 4, 31, 500, 1_023, 2_047, 4_095, 4_096]


@pytest.fixture
def meter():
    """An implementation that returns the gas that it was entered with, less READ."""
    implementation = boa.env.generate_address("meter")
    boa.env.set_code(implementation, TELLS_ITS_GAS)
    return implementation


def entered_with(attempt: Attempt) -> dict[bytes, int]:
    """Task id: gas at the entry, of what an attempt ran."""
    found = {}
    for _, topics, data in attempt.came_to[0]:
        if topics[0] == TASK_EXECUTED:
            success, returned = decode(["bool", "bytes"], data)
            assert success
            found[topics[1].to_bytes(32, "big")] = int.from_bytes(returned, "big") + READ
    return found


def execute(manager, executor, gas: int, look=None, reserve: int = 0) -> Attempt:
    data = calldata("executeTasks(address,uint256)", executor, reserve)
    attempt = Attempt(executor, manager.address, data, 0, gas, [executor, manager.address], look)
    assert attempt.succeeded, f"reverted with {gas} gas: 0x{attempt.revert_data.hex()}"
    return attempt


def least(holds, low: int, high: int) -> int:
    """The least amount for which `holds` is true, by bisection."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


@pytest.mark.parametrize("gas", [*GAS.values(), 5_000])
@pytest.mark.parametrize(
    "data",
    [*(layered("0x" + "11" * 20, b"\xff" * length) for length in CALLS), *(b"\xee" * length for length in RAW)],
    ids=[*(f"call of {length}" for length in CALLS), *(f"data of {length}" for length in RAW)],
)
def test_just_enough_gas_is_exactly_the_limit(manager, owner, executor, meter, gas, data):
    """
    With the least gas of the transaction that starts it, a task has what it asked for, to the unit; with one less it is
    not started.
    """
    at = block() + 5
    task = schedule_data(manager, owner, meter, gas, data, at)
    roll_to(at)
    enough = least(lambda limit: entered_with(execute(manager, executor, limit)), 60_000, 2_000_000)
    assert entered_with(execute(manager, executor, enough)) == {task: gas}
    assert entered_with(execute(manager, executor, enough - 1)) == {}
    data = calldata("executeTasksById(bytes32[],address)", [task], executor)

    def by_id(limit):
        attempt = Attempt(executor, manager.address, data, 0, limit, [])
        return entered_with(attempt) if attempt.succeeded else {}

    enough = least(by_id, 60_000, 2_000_000)
    assert by_id(enough) == {task: gas}
    assert by_id(enough - 1) == {}


@pytest.fixture(params=[1, pytest.param(2, marks=pytest.mark.long("six hundred calls on py-evm"))])
def crowd(request, system, manager, owner, target, meter):
    """
    Tasks of every kind and size in so many blocks, in the order of execution, and what each comes to when it has all
    its gas.
    """
    burner = boa.env.generate_address("burner")
    boa.env.set_code(burner, b"\xfe")
    at = block() + 5
    expected = []
    for offset in range(request.param):
        for size in (LARGE, MEDIUM, SMALL):
            data = layered(target.address, b"\xff" * 100)
            expected.append((schedule_data(manager, owner, meter, GAS[size], data, at + offset), SUCCEEDED))
        for environment, goal, call, status in [
            (system.basic, target, target.fail.prepare_calldata(b"why"), FAILED),
            (system.validated, burner, bytes(4), FAILED),
            (system.basic, target, target.poke.prepare_calldata(1), SUCCEEDED),
        ]:
            task, _ = schedule(system, environment, goal, call, at + offset, sender=owner)
            expected.append((task, status))
    roll_to(at + 1)
    return dict(expected)


def test_sweep(system, manager, owner, executor, crowd):
    """
    Every amount of gas near each edge, and amounts between: what ran came to what it comes to with gas in plenty, what
    did not is scheduled, larger ones do not stop smaller ones, and the money is all there.
    """

    def look():
        statuses = {task: manager.getTaskStatus(task) for task in crowd}
        waiting = sum(manager.getTaskPayment(task) for task in crowd)
        assert balance(manager) == waiting + manager.creditOf(system.deployer)
        assert all(status in (SCHEDULED, crowd[task]) for task, status in statuses.items())
        ran = [task for task, status in statuses.items() if status != SCHEDULED]
        for size in GAS:
            in_order = [task for task in crowd if unpack(task)[3] == size]
            done = [task for task in in_order if task in ran]
            assert done == in_order[: len(done)]
        assert (manager.getNextExecutionBlockInRange(0) == 0) == (len(ran) == len(crowd))
        return tuple(ran)

    seen = {}

    def ran(gas: int) -> tuple:
        if gas not in seen:
            attempt = execute(manager, executor, gas, look)
            for task, entered in entered_with_meters(attempt).items():
                assert entered == GAS[unpack(task)[3]]
            seen[gas] = attempt.seen
        return seen[gas]

    assert len(ran(5_000_000)) == len(crowd)
    edges = 0
    previous = 60_000
    for gas in range(previous + COARSE, 2_500_000, COARSE):
        low = previous
        while ran(low) != ran(gas):
            edge = least(lambda limit, low=low: ran(limit) != ran(low), low, gas)
            edges += 1
            for limit in range(edge - NEAR, edge + NEAR):
                assert ran(limit) in (ran(edge - 1), ran(edge))
            low = edge
        previous = gas
    assert len(ran(previous)) == len(crowd)
    assert edges >= len(crowd)
    large = next(iter(crowd))
    assert any(done and large not in done for done in seen.values()), "a large task stopped the small ones"


def entered_with_meters(attempt: Attempt) -> dict[bytes, int]:
    """As `entered_with`, of the tasks that returned one word above 1."""
    found = {}
    for _, topics, data in attempt.came_to[0]:
        if topics[0] == TASK_EXECUTED:
            success, returned = decode(["bool", "bytes"], data)
            number = int.from_bytes(returned, "big") if success and len(returned) == 32 else 0
            if number > 1:
                found[topics[1].to_bytes(32, "big")] = number + READ
    return found


def test_reserve_is_left(manager, owner, executor, meter):
    """A higher reserve moves every edge by as much."""
    at = block() + 5
    task = schedule_data(manager, owner, meter, 100_000, b"", at)
    roll_to(at)
    enough = least(lambda limit: entered_with(execute(manager, executor, limit)), 60_000, 2_000_000)
    reserve = 300_000
    with_reserve = least(
        lambda limit: entered_with(execute(manager, executor, limit, reserve=reserve)), 60_000, 2_000_000
    )
    assert 0 <= with_reserve - enough - reserve < 100  # the longer calldata is copied
    assert entered_with(execute(manager, executor, 30_000_000, reserve=2**256 - 1)) == {}
    assert entered_with(execute(manager, executor, with_reserve, reserve=reserve)) == {task: 100_000}


def test_gas_that_is_far_too_little_reverts_or_does_nothing(manager, owner, executor, meter):
    at = block() + 5
    schedule_data(manager, owner, meter, 100_000, b"", at)
    roll_to(at)
    stranger = funded("poor executor")
    data = calldata("executeTasks(address,uint256)", stranger, 0)
    for gas in [*range(0, 40_000, 400), *range(40_000, 300_000, 5_000)]:
        attempt = Attempt(stranger, manager.address, data, 0, gas, [manager.address])
        assert not attempt.succeeded or not attempt.came_to[0]
        assert attempt.succeeded or attempt.revert_data == b""
