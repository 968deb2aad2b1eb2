"""Property 4: an executor who simulates a call on the state that it lands on never loses."""

import random
from fractions import Fraction

import boa
import pytest
from eth_abi import decode

from tests.helpers.chain import ETHER, error_data, revert_data
from tests.helpers.schedule import GAS, SMALL, block, layered, roll_to, schedule_data, set_base_fee, set_coinbase
from tests.schedules.world import in_every_cell

pytestmark = pytest.mark.holds(4)

PROMISE = Fraction(11, 10)
BURNER = bytes.fromhex("fe")
LONG = b"\xff" * 4_096
SEEDS = 3


@pytest.fixture
def burner():
    """An implementation and target that takes all its gas and fails."""
    account = boa.env.generate_address("burner")
    boa.env.set_code(account, BURNER)
    return account


@pytest.fixture
def validator():
    """Nobody has been paid yet: the validator's and the treasury's credits are new words."""
    set_coinbase(boa.env.generate_address("validator"))


def cost(manager) -> int:
    """Of the latest transaction, in wei."""
    price = max(boa.env.evm.vm.state.execution_context.base_fee_per_gas, manager.MINIMUM_GAS_PRICE())
    return boa.env.used * price


@in_every_cell()
@pytest.mark.parametrize("gas", [0, GAS[SMALL], 750_000])
@pytest.mark.parametrize("data", [b"", LONG], ids=["no data", "long data"])
def test_burning_task_alone(world, manager, owner, executor, burner, validator, gas, data):
    """A call that runs it pays for itself."""
    at = block() + 5
    schedule_data(manager, owner, burner, gas, data, at)
    roll_to(at)
    fees = manager.executeTasks(executor, 0, sender=executor)
    assert fees == 0 or fees >= cost(manager)


@in_every_cell()
@pytest.mark.parametrize("gas", [0, GAS[SMALL], 750_000])
def test_named_task_alone(world, manager, owner, executor, burner, validator, gas):
    """The call pays for itself, or is refused and says what is missing."""
    at = block() + 5
    task = schedule_data(manager, owner, burner, gas, LONG, at)
    roll_to(at)
    refusal = None
    try:
        fees = manager.executeTasksById([task], executor, sender=executor)
    except boa.BoaError as error:
        refusal = revert_data(error)
    if refusal is None:
        assert fees >= cost(manager)
    else:
        assert refusal[:4] == error_data("ExecutionUnprofitable(uint256,uint256)", 0, 0)[:4]
        share, needed = decode(["uint256", "uint256"], refusal[4:])
        assert share < needed


@in_every_cell(calibrated_only=True)
@pytest.mark.parametrize("gas", [0, GAS[SMALL], 750_000])
@pytest.mark.parametrize("data", [b"", LONG], ids=["no data", "long data"])
def test_price_is_more_than_the_cost(world, manager, owner, executor, burner, validator, gas, data):
    """The price's promise where it was calibrated: 1.1 times the cost, for a task alone at its worst."""
    at = block() + 5
    task = schedule_data(manager, owner, burner, gas, data, at)
    manager.topUpTask(task, value=1, sender=owner)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) >= PROMISE * cost(manager)


@in_every_cell()
@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_mix(world, system, manager, owner, executor, target, burner, validator, seed):
    """Tasks of every kind, some topped up, at a base fee that rises: call after call, until a call does nothing."""
    luck = random.Random(seed)
    minimum = manager.MINIMUM_GAS_PRICE()
    manager.depositBond(value=20 * ETHER, sender=owner)
    set_base_fee(luck.choice([minimum // 2, 3 * minimum]))
    at = block() + 5
    for _ in range(luck.randrange(2, 14)):
        goal, call = luck.choice(
            [
                (target, target.poke.prepare_calldata(1)),
                (target, target.fail.prepare_calldata(b"x" * luck.randrange(200))),
                (burner, bytes(luck.randrange(1, 1_000))),
            ]
        )
        implementation = luck.choice([system.minimal, system.basic, system.rescheduling, burner])
        data = layered(getattr(goal, "address", goal), call)
        gas = luck.choice([0, *GAS.values(), luck.randrange(750_001)])
        task = schedule_data(
            manager, owner, getattr(implementation, "address", implementation), gas, data, at + luck.randrange(3)
        )
        if luck.random() < 0.4:
            manager.topUpTask(task, value=luck.choice([1, ETHER // 1_000]), sender=owner)
    roll_to(at + 3)
    set_base_fee(int(boa.env.evm.vm.state.execution_context.base_fee_per_gas * luck.choice([0.8, 1, 1.3])))
    for _ in range(20):
        gas = luck.choice([1_000_000, 3_000_000, 2**24])
        fees = manager.executeTasks(executor, luck.choice([0, 100_000]), sender=executor, gas=gas)
        assert fees == 0 or fees >= cost(manager)
        if fees == 0 and gas == 2**24:
            return
    raise AssertionError("each of 20 calls ran something")


@in_every_cell()
def test_what_a_payee_costs_is_the_executors_own(world, manager, owner, executor, burner, validator):
    """A payee without an account: the new account is not in the comparison, all else is."""
    at = block() + 5
    schedule_data(manager, owner, burner, GAS[SMALL], b"", at)
    roll_to(at)
    payee = boa.env.generate_address("payee")
    fees = manager.executeTasks(payee, 0, sender=executor)
    price = world.table.price
    own = (price.new_account + price.call_value + price.cold_account) * manager.MINIMUM_GAS_PRICE()
    assert fees == 0 or fees >= cost(manager) - own
    assert boa.env.get_balance(payee) == fees
