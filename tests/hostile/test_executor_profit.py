"""
An executor never loses: what a call pays is at least 1.1 times the gas of its transaction, at a base fee not above the
lowest at which what it ran was scheduled (invariant 16).
"""

import itertools
import random
from fractions import Fraction

import boa
import pytest

from taskpools.receipts import receipt_gas
from tests.conftest import funded
from tests.helpers.chain import ETHER, balance
from tests.helpers.hostile import calldata, transaction
from tests.helpers.schedule import (
    GAS,
    SUCCEEDED,
    block,
    layered,
    roll_to,
    schedule_data,
    set_base_fee,
    set_coinbase,
)

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold")

GWEI = 10**9
PROMISE = Fraction(11, 10)
BURNER = bytes.fromhex("fe")
REFUSING = bytes.fromhex("5f5ffd")
NOBODY = "0x" + "00" * 20
MIXES = 24


@pytest.fixture
def burner():
    """An implementation and target that takes all its gas and fails."""
    account = boa.env.generate_address("burner")
    boa.env.set_code(account, BURNER)
    return account


def execute(manager, executor, data: bytes, gas: int) -> tuple[int, int]:
    """A transaction of its own. Returns what it paid and the gas of its receipt."""
    with transaction(executor, manager.address):
        computation = boa.env.execute_code(manager.address, sender=executor, gas=gas, data=data)
    assert computation.is_success, computation.output.hex()
    used = receipt_gas(data, computation, creates=False)
    assert used <= gas + 25_000
    return int.from_bytes(computation.output, "big"), used


def due(payee: str, reserve: int = 0) -> bytes:
    return calldata("executeTasks(address,uint256)", payee, reserve)


LONG = b"\xff" * 4_096
# Of what makes a single task dear: gas limit, data, whether its index is in a further word, what the payee is, whether
# a validator is named.
WORST = [
    *itertools.product([0, 100_000, 100_001, 750_000], [b"", LONG], [False], ["new", "refusing"], [True]),
    *itertools.product([0, 750_000], [LONG], [True], ["new"], [True, False]),
]


@pytest.mark.parametrize(("gas", "data", "crowded", "payee_kind", "validator"), WORST)
def test_single_task_at_its_worst(manager, owner, executor, burner, gas, data, crowded, payee_kind, validator):
    """
    The cheapest task that costs the most: alone, it burns all its gas, the first to be paid for are the treasury, the
    validator and a payee that does not exist or refuses, its index is in a further word, and a wei was added to its
    payment.
    """
    at = block() + 1
    if crowded:
        for _ in range(94):
            manager.cancelTask(schedule_data(manager, owner, burner, gas, b"", at), sender=owner)
    task = schedule_data(manager, owner, burner, gas, data, at)
    manager.topUpTask(task, value=1, sender=owner)
    roll_to(at)
    payee = boa.env.generate_address(payee_kind)
    if payee_kind == "refusing":
        boa.env.set_code(payee, REFUSING)
    set_coinbase(boa.env.generate_address("validator") if validator else NOBODY)

    fees, used = execute(manager, executor, due(payee), 2_000_000)

    assert fees >= PROMISE * used * manager.MINIMUM_GAS_PRICE()
    assert (manager.creditOf(payee) if payee_kind == "refusing" else balance(payee)) == fees


@pytest.mark.parametrize("seed", range(MIXES))
def test_random_mix(system, manager, owner, executor, target, burner, seed):
    """
    Tasks of every kind, size and data, in several blocks, scheduled at different base fees, some cancelled, some topped
    up, executed at a base fee not above the lowest: by call after call with some limit of gas, due ones and named ones,
    until nothing is left.
    """
    luck = random.Random(seed)
    manager.depositBond(value=20 * ETHER, sender=owner)
    start = block() + 5
    minimum = manager.MINIMUM_GAS_PRICE()
    lowest = 2**256
    tasks = {}
    for _ in range(luck.randrange(1, 40)):
        base_fee = luck.choice([minimum // 2, minimum, luck.randrange(minimum, 300 * minimum)])
        set_base_fee(base_fee)
        gas = luck.choice([0, *GAS.values(), luck.randrange(750_001)])
        goal, call = luck.choice(
            [
                (target, target.poke.prepare_calldata(1)),
                (target, target.fail.prepare_calldata(b"x" * luck.randrange(200))),
                (target, target.return_bomb.prepare_calldata()),
                (target, target.answer.prepare_calldata(bytes(luck.randrange(300)))),
                (burner, bytes(luck.randrange(1_000))),
            ]
        )
        implementation = luck.choice(
            [system.minimal, system.basic, system.rescheduling, system.validated, burner, burner]
        )
        data = layered(getattr(goal, "address", goal), call)
        at = start + luck.randrange(luck.choice([1, 6]))
        task = schedule_data(manager, owner, getattr(implementation, "address", implementation), gas, data, at)
        if luck.random() < 0.15:
            manager.cancelTask(task, sender=owner)
            continue
        if luck.random() < 0.2:
            manager.topUpTask(task, value=luck.choice([1, ETHER // 1_000]), sender=owner)
        tasks[task] = base_fee
        lowest = min(lowest, base_fee)
    roll_to(start + 6)
    if not tasks:
        return
    now = luck.choice([lowest, min(lowest, minimum), lowest * 3 // 4])
    set_base_fee(now)
    set_coinbase(luck.choice([NOBODY, funded("validator")]))
    for _ in range(100):
        waiting = [task for task in tasks if manager.getTaskPayment(task)]
        if not waiting:
            break
        if luck.random() < 0.3:
            named = luck.sample(waiting, luck.randrange(1, min(len(waiting), 5) + 1))
            data = calldata("executeTasksById(bytes32[],address)", named, executor)
        else:
            data = due(luck.choice([executor, boa.env.generate_address()]), luck.choice([0, 100_000]))
        fees, used = execute(manager, executor, data, luck.choice([600_000, 1_600_000, 16_000_000]))
        assert fees == 0 or fees >= PROMISE * used * max(now, minimum)
    else:
        raise AssertionError("tasks that were paid for are not executed")
    assert all(manager.isTaskExecuted(task) for task in tasks)


def test_call_that_passes_over_many_still_pays(system, manager, owner, executor, target):
    """
    Tasks from a time of lower fees stand before one that pays: a call runs it only if it pays for the search too, else
    the next call begins with it.
    """
    at = block() + 5
    call = layered(target.address, target.poke.prepare_calldata(1))
    for _ in range(40):
        schedule_data(manager, owner, system.minimal.address, 100_000, call, at)
    set_base_fee(30 * GWEI)
    task = schedule_data(manager, owner, system.minimal.address, 100_000, call, at + 1)
    roll_to(at + 1)
    calls = 0
    while not manager.isTaskExecuted(task):
        fees, used = execute(manager, executor, due(executor), 5_000_000)
        assert fees == 0 or fees >= PROMISE * used * 30 * GWEI
        calls += 1
        assert calls <= 2
    assert manager.getTaskStatus(task) == SUCCEEDED
