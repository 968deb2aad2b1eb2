"""The engine charges what the table says; and Osaka's prices are py-evm's own."""

import boa
import pytest

from deploy import deploy
from taskpools.receipts import Receipts
from tests.helpers.schedule import NO_MAXIMUM, layered
from tests.schedules.engine import PricedEnv
from tests.schedules.programs import CREATION, PROGRAMS, SOMEBODY
from tests.schedules.tables import OSAKA, PUBLISHED, TABLES

SENDER = "0x" + "5e" * 20
TABLE_CASES = [
    pytest.param(table, id=name, marks=[] if name in PUBLISHED else [pytest.mark.long("each price list")])
    for name, table in TABLES.items()
]
NAMES = [program.name for program in PROGRAMS]


@pytest.fixture(autouse=True)
def isolated():
    """In place of the anchor around other tests: each test has a chain of its own."""
    return


def set_up(program):
    boa.env.set_balance(SENDER, 10**21)
    boa.env.set_balance(SOMEBODY, 1)
    boa.env.set_code(program.address, program.code)
    boa.env.set_balance(program.address, 10**18)
    for slot, value in program.storage.items():
        boa.env.set_storage(program.address, slot, value)


def run(program):
    return boa.env.execute_code(program.address, sender=SENDER, data=program.data, value=program.value)


@pytest.fixture(scope="module")
def chain():
    with boa.swap_env(PricedEnv()):
        yield boa.env


@pytest.mark.parametrize("table", TABLE_CASES)
@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_program_costs_what_the_table_says(chain, table, program):
    chain.table = table
    with chain.anchor():
        set_up(program)
        computation = run(program)
        assert computation.is_success
        assert chain.used == program.receipt(table)


@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_osaka_is_plain_py_evm(program):
    with boa.swap_env(boa.Env()):
        receipts = Receipts(boa.env)
        set_up(program)
        assert run(program).is_success
        assert receipts.last == program.receipt(OSAKA)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_creating_a_contract_costs_what_the_table_says(chain, table):
    chain.table = table
    price = table.price
    code = bytes.fromhex(CREATION)
    with chain.anchor():
        chain.set_balance(SENDER, 10**21)
        _, computation = chain.deploy(sender=SENDER, bytecode=code)
        assert computation.is_success
        run_gas = price.very_low + price.base + table.memory(1) + 32 * price.code_byte + price.code_word
        least = table.floor(code, creates=True)
        assert chain.used == max(table.intrinsic(code, creates=True) + price.initcode_word + run_gas, least)


def test_a_transaction_has_its_limit_and_begins_cold(chain):
    chain.table = OSAKA
    program = next(program for program in PROGRAMS if program.name == "writes a new word")
    needed = program.receipt(OSAKA)
    with chain.anchor():
        set_up(program)
        for gas, succeeds in [(needed - 1, False), (needed, True), (needed, True)]:
            computation = boa.env.execute_code(program.address, sender=SENDER, gas=gas)
            assert computation.is_success == succeeds


def steps(system, base) -> list[int]:
    """Gas of transactions of both halves; `base` tells the gas of the latest."""
    used = []
    manager = system.manager
    owner = boa.env.generate_address("owner")
    boa.env.set_balance(owner, 10**21)
    target = boa.env.generate_address("target")
    boa.env.set_code(target, b"\x00")
    at = boa.env.evm.patch.block_number + 5
    data = layered(target, b"\xff" * 100)
    cost = manager.estimateCost(at, 100_000)
    arguments = (system.rescheduling.address, 100_000, at, NO_MAXIMUM, data)
    for _ in range(2):
        manager.scheduleTask(*arguments, value=cost * 2, sender=owner)
        used.append(base())
    boa.env.evm.patch.block_number = at
    assert manager.executeTasks(owner, 0, sender=owner) > 0
    used.append(base())
    pool = system.factory.createPool("AI Tasks", "x" * 100, sender=owner)
    used.append(base())
    system.registry.registerModel("m", "n", "d", 0, 10**15)
    system.registry.approvePool(pool)
    for _ in range(2):
        system.registry.requestInference("m", "a cat" * 30, value=10**15, sender=owner)
        used.append(base())
    system.router.claimBestTask(sender=owner)
    used.append(base())
    return used


def test_osaka_is_plain_py_evm_for_both_halves():
    seen = []
    for priced in (True, False):
        env = PricedEnv() if priced else boa.Env()
        env.set_random_seed(1)
        env.eoa = env.generate_address("eoa")
        with boa.swap_env(env):
            env.evm.patch.timestamp = 1_800_000_000
            if priced:
                seen.append(steps(deploy(), lambda env=env: env.used))
            else:
                receipts = Receipts(env)
                seen.append(steps(deploy(), lambda receipts=receipts: receipts.last))
    assert seen[0] == seen[1]
