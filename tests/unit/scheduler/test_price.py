"""estimateCost, estimateCostAt: what scheduling charges"""

import boa
import pytest

from tests.helpers.chain import ETHER, reverts
from tests.helpers.schedule import NO_MAXIMUM, block, layered, schedule, set_base_fee
from tests.helpers.tasks import GWEI, fund, price, schedule_data

UNPAYABLE = 2**256 - 1


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def idle():
    account = boa.env.generate_address("idle")
    boa.env.set_code(account, b"\0")
    return account


@pytest.mark.parametrize("gas", [0, 1, 21_000, 100_000, 100_001, 250_000, 250_001, 750_000])
@pytest.mark.parametrize("distance", [1, 2, 1_000, 2**20, 2**21])
def test_default_behavior(manager, gas, distance):
    assert manager.estimateCost(block() + distance, gas) == price(gas, distance) > 0


def test_is_what_scheduling_charges(system, manager, owner, target, call, at):
    data = layered(target.address, call)
    for base_fee in (0, GWEI - 1, GWEI, 3 * GWEI + 1, 10**11):
        set_base_fee(base_fee)
        for gas in (10, 100_000, 250_000, 700_001):
            cost = manager.estimateCost(at, gas)
            assert cost == manager.estimateCostAt(at, gas, base_fee)
            assert cost == price(gas, 5, live_of(manager, at, gas), max(base_fee, GWEI))
            charged = manager.scheduleTask(
                system.minimal.address, gas, at, NO_MAXIMUM, data, value=ETHER, sender=owner
            )[1]
            assert charged == cost


def live_of(manager, at: int, gas: int) -> int:
    """How many tasks of that size wait in the block."""
    page, _ = manager.getTaskScheduleInRange(at - block(), 0, 256)
    for number, small, medium, large in page:
        if number == at:
            return small if gas <= 100_000 else medium if gas <= 250_000 else large
    return 0


def test_at_a_base_fee_that_is_named(manager, at):
    """The block's own does not matter; one under the minimum gas price counts as that."""
    minimum = manager.MINIMUM_GAS_PRICE()
    assert minimum == GWEI
    for own_base_fee in (0, 50 * GWEI):
        set_base_fee(own_base_fee)
        for base_fee in (0, 1, minimum - 1, minimum):
            assert manager.estimateCostAt(at, 100_000, base_fee) == price(100_000, 5)
        assert manager.estimateCostAt(at, 100_000, minimum + 1) == price(100_000, 5, 0, minimum + 1)
        assert manager.estimateCostAt(at, 100_000, 70 * GWEI) == price(100_000, 5, 0, 70 * GWEI)


def test_grows_with_gas_and_distance(manager):
    costs = [manager.estimateCost(block() + 9, gas) for gas in range(0, 750_001, 50_000)]
    assert costs == sorted(set(costs))
    costs = [manager.estimateCost(block() + 2**power, 100_000) for power in range(22)]
    assert costs == sorted(costs)
    assert costs[-1] > costs[0]


def test_doubles_by_100_tasks_and_falls_when_they_are_cancelled(manager, owner, idle, at):
    empty = manager.estimateCost(at, 1_000)
    others = [manager.estimateCost(at, 200_000), manager.estimateCost(at + 1, 1_000)]
    costs, tasks = [empty], []
    for number in range(100):
        task, cost = schedule_data(manager, idle, b"", at, 1_000, sender=owner)
        assert cost == costs[-1] == price(1_000, 5, number)
        tasks.append(task)
        costs.append(manager.estimateCost(at, 1_000))
    assert costs == sorted(set(costs))
    assert costs[100] >= 2 * empty
    assert costs[64] >= 2 * empty > costs[63]
    # Other sizes and other blocks are not dearer.
    assert others == [manager.estimateCost(at, 200_000), manager.estimateCost(at + 1, 1_000)]

    for number in range(99, -1, -9):
        manager.cancelTask(tasks[number], sender=owner)
    assert manager.estimateCost(at, 1_000) == price(1_000, 5, 88)


def test_charges_the_class_by_its_gas(manager, at):
    """Not by the class's largest."""
    assert (
        manager.estimateCost(at, 100_001) - manager.estimateCost(at, 100_000)
        < manager.estimateCost(at, 100_000) // 1_000
    )


def test_reverts_as_scheduling_does(manager):
    now = block()
    far = now + 2_097_153
    for estimate, *more in ((manager.estimateCost,), (manager.estimateCostAt, GWEI)):
        with reverts("TaskGasTooLarge(uint256)", 750_001):
            estimate(now, 750_001, *more)
        for back in (now, now - 1):
            with reverts("TaskValidation_TargetBlockInPast(uint64,uint256)", back, now):
                estimate(back, 100_000, *more)
        with reverts("TaskValidation_TargetBlockTooFar(uint64,uint256)", far, now):
            estimate(far, 100_000, *more)
        assert estimate(far - 1, 750_000, *more) > 0
        assert estimate(now + 1, 750_000, *more) > 0


# ---- saturation


@pytest.mark.parametrize("base_fee", [2**90, 2**128, 2**128 + 1, 2**200, 2**256 - 1])
@pytest.mark.parametrize("gas", [0, 750_000])
def test_saturates(manager, base_fee, gas):
    for distance in (1, 2**21):
        assert manager.estimateCostAt(block() + distance, gas, base_fee) == UNPAYABLE
        set_base_fee(base_fee)
        assert manager.estimateCost(block() + distance, gas) == UNPAYABLE


def test_up_to_what_a_record_can_keep(manager, at):
    """40 bits and an exponent of 63."""
    largest = (2**40 - 1) << 63
    low, high = 2**80, 2**90
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if price(100_000, 5, 0, middle) <= largest else (low, middle)
    assert manager.estimateCostAt(at, 100_000, low) == price(100_000, 5, 0, low) <= largest
    assert manager.estimateCostAt(at, 100_000, high) == UNPAYABLE


def test_reverts_scheduling_that_nobody_can_pay(system, manager, owner, target, call, at):
    set_base_fee(2**200)
    fund(owner, 2**255)
    arguments = (system.minimal.address, 100_000, at)
    data = layered(target.address, call)
    with reverts("TaskCostAboveMax(uint256,uint256)", UNPAYABLE, 2**255):
        manager.scheduleTask(*arguments, 2**255, data, value=2**255, sender=owner)
    with reverts("InvalidPaymentAmount(uint256,uint256)", UNPAYABLE, 2**255):
        manager.scheduleTask(*arguments, NO_MAXIMUM, data, value=2**255, sender=owner)
    with reverts("InsufficientBond(uint256,uint256)", UNPAYABLE, 0):
        manager.scheduleWithBond(*arguments, NO_MAXIMUM, data, sender=owner)


@pytest.mark.parametrize("base_fee", [GWEI, 10**13, 2**70, 2**82])
def test_every_price_is_kept_exactly(system, manager, owner, target, call, at, base_fee):
    set_base_fee(base_fee)
    fund(owner, 2**110)
    task, cost = schedule(system, system.minimal, target, call, at, 750_000, sender=owner)
    assert manager.getTaskPayment(task) == cost == price(750_000, 5, 0, base_fee)
