"""TaskManager.scheduleTask"""

import boa
import pytest

from tests.helpers.chain import ETHER, balance, reverts
from tests.helpers.flow import call_unbounded
from tests.helpers.schedule import (
    LARGE,
    MEDIUM,
    NO_MAXIMUM,
    SCHEDULED,
    SMALL,
    block,
    layered,
    schedule,
    set_base_fee,
    unpack,
)
from tests.helpers.tasks import (
    BURNS_GAS,
    NOBODY,
    RETURNS_A_MEGABYTE,
    environment_of,
    own_logs,
    price,
    refuses_payments,
    wrong_arguments,
)

SIGNATURE = "scheduleTask(address,uint256,uint64,uint256,bytes)"


@pytest.fixture
def arguments(system, target, call):
    """Of a task that may be scheduled: implementation, gas, block, maximum, data."""
    return [system.minimal.address, 100_000, block() + 5, NO_MAXIMUM, layered(target.address, call)]


def test_default_behavior(system, manager, owner, stranger, arguments):
    assert manager.nonces(owner) == 0
    before = balance(owner)
    scheduled, cost, task = manager.scheduleTask(*arguments, value=ETHER, sender=owner)
    assert scheduled is True
    assert cost == price(100_000, 5)
    assert balance(owner) == before - cost
    assert balance(manager) == cost
    assert manager.nonces(owner) == 1
    assert manager.nonces(stranger) == 0

    environment = environment_of(task)
    assert unpack(task) == (int(environment, 16), block() + 5, 0, SMALL, 0)
    assert manager.getTaskStatus(task) == SCHEDULED
    assert manager.getTaskPayment(task) == cost
    assert manager.getTaskMetadata(task) == (owner, 0, SMALL)
    assert balance(environment) == 0


def test_emits_environment_created_and_task_scheduled(system, manager, owner, arguments):
    for nonce in range(2):
        _, _, task = manager.scheduleTask(*arguments, value=ETHER, sender=owner)
        created, scheduled = own_logs(manager)
        assert (created.name, created.fields) == (
            "ExecutionEnvironmentCreated",
            {
                "owner": owner,
                "environment": environment_of(task),
                "implementation": system.minimal.address,
                "taskNonce": nonce,
            },
        )
        assert (scheduled.name, scheduled.fields) == (
            "TaskScheduled",
            {"taskId": task, "owner": owner, "nextBlock": block() + 5},
        )


def test_environment_is_predicted(system, manager, owner, stranger, arguments):
    implementation, *_, data = arguments
    addresses = set()
    for sender in (owner, stranger):
        for nonce in range(3):
            predicted = manager.getEnvironment(sender, nonce, implementation, data)
            assert not boa.env.get_code(predicted)
            _, _, task = manager.scheduleTask(*arguments, value=ETHER, sender=sender)
            assert environment_of(task) == predicted
            assert boa.env.get_code(predicted)
            addresses.add(predicted)
    assert len(addresses) == 6


def test_indices_count_up_in_a_block_and_size(manager, system, owner, stranger, target, call):
    at = block() + 5
    for index in range(3):
        for size, gas in ((SMALL, 1), (MEDIUM, 100_001), (LARGE, 250_001)):
            task, _ = schedule(system, system.minimal, target, call, at, gas, sender=(owner, stranger)[index % 2])
            assert unpack(task)[1:] == (at, index, size, 0)
    task, _ = schedule(system, system.minimal, target, call, at + 1, sender=owner)
    assert unpack(task)[1:] == (at + 1, 0, SMALL, 0)


@pytest.mark.parametrize(
    ("gas", "size"),
    [
        (0, SMALL),
        (1, SMALL),
        (99_999, SMALL),
        (100_000, SMALL),
        (100_001, MEDIUM),
        (249_999, MEDIUM),
        (250_000, MEDIUM),
        (250_001, LARGE),
        (749_999, LARGE),
        (750_000, LARGE),
    ],
)
def test_gas_limit_decides_the_size(manager, owner, arguments, gas, size):
    arguments[1] = gas
    _, cost, task = manager.scheduleTask(*arguments, value=ETHER, sender=owner)
    assert unpack(task)[3] == manager.getTaskMetadata(task)[2] == size
    assert cost == price(gas, 5)


def test_bounds_of_the_sizes(manager):
    assert (manager.SMALL_GAS(), manager.MEDIUM_GAS(), manager.LARGE_GAS()) == (100_000, 250_000, 750_000)
    assert manager.MAX_SCHEDULE_DISTANCE() == 2_097_152


@pytest.mark.parametrize("gas", [750_001, 2**20, 2**256 - 1])
def test_reverts_gas_too_large(manager, owner, arguments, gas):
    arguments[1] = gas
    with reverts("TaskGasTooLarge(uint256)", gas):
        manager.scheduleTask(*arguments, value=ETHER, sender=owner)


@pytest.mark.parametrize("distance", [1, 2, 2_097_151, 2_097_152])
def test_target_block_within_bounds(manager, owner, arguments, distance):
    arguments[2] = block() + distance
    _, cost, task = manager.scheduleTask(*arguments, value=ETHER, sender=owner)
    assert unpack(task)[1] == block() + distance
    assert cost == price(100_000, distance)


@pytest.mark.parametrize("back", [0, 1])
def test_reverts_target_block_in_past(manager, owner, arguments, back):
    arguments[2] = block() - back
    with reverts("TaskValidation_TargetBlockInPast(uint64,uint256)", block() - back, block()):
        manager.scheduleTask(*arguments, value=ETHER, sender=owner)


@pytest.mark.parametrize("target_block", [1 + 2_097_153, 2**64 - 1])
def test_reverts_target_block_too_far(manager, owner, arguments, target_block):
    assert block() == 1
    arguments[2] = target_block
    with reverts("TaskValidation_TargetBlockTooFar(uint64,uint256)", target_block, block()):
        manager.scheduleTask(*arguments, value=ETHER, sender=owner)


def test_reverts_invalid_target_address(system, manager, owner, arguments):
    for implementation in (NOBODY, manager.address, boa.env.generate_address(), owner):
        arguments[0] = implementation
        with reverts("TaskValidation_InvalidTargetAddress()"):
            manager.scheduleTask(*arguments, value=ETHER, sender=owner)


def test_maximum_at_the_cost(manager, owner, arguments):
    cost = price(100_000, 5)
    for maximum in (cost, cost + 1):
        arguments[3] = maximum
        with boa.env.anchor():
            assert manager.scheduleTask(*arguments, value=cost, sender=owner)[1] == cost
    arguments[3] = cost - 1
    with reverts("TaskCostAboveMax(uint256,uint256)", cost, cost - 1):
        manager.scheduleTask(*arguments, value=cost, sender=owner)


def test_value_at_the_cost(manager, owner, arguments):
    cost = price(100_000, 5)
    for value in (cost, cost + 1):
        with boa.env.anchor():
            before = balance(owner)
            assert manager.scheduleTask(*arguments, value=value, sender=owner)[1] == cost
            assert balance(owner) == before - cost
    for value in (cost - 1, 0):
        with reverts("InvalidPaymentAmount(uint256,uint256)", cost, value):
            manager.scheduleTask(*arguments, value=value, sender=owner)
    assert manager.nonces(owner) == balance(manager) == 0


@pytest.mark.parametrize("wrong", range(1, 64))
def test_order_of_refusals(manager, owner, arguments, wrong):
    """A call that is wrong in several ways gets the first error of the list."""
    wrongs, cost, errors = wrong_arguments(arguments, wrong)
    value = cost - 1 if 5 in wrongs else cost
    errors.append(("InvalidPaymentAmount(uint256,uint256)", cost, cost - 1))
    with reverts(*errors[min(wrongs)]):
        manager.scheduleTask(*arguments, value=value, sender=owner)


@pytest.mark.parametrize("code", ["reverts", "burns gas"])
def test_surplus_is_credited_to_a_caller_that_refuses_it(manager, owner, stranger, arguments, code):
    cost = price(100_000, 5)
    if code == "reverts":
        refuses_payments(owner)
    else:
        boa.env.set_code(owner, BURNS_GAS)
    _, charged, task = manager.scheduleTask(*arguments, value=cost + 7, sender=owner)
    last = own_logs(manager)[-1]
    assert charged == cost == manager.getTaskPayment(task)
    assert manager.creditOf(owner) == 7
    assert balance(manager) == cost + 7
    assert (last.name, last.fields) == ("PaymentCredited", {"account": owner, "amount": 7})
    before = balance(stranger)
    manager.withdrawCredit(stranger, sender=owner)
    assert balance(stranger) == before + 7


def test_exact_value_pays_nobody(manager, owner, arguments):
    """A caller that takes nothing can schedule."""
    refuses_payments(owner)
    manager.scheduleTask(*arguments, value=price(100_000, 5), sender=owner)
    assert manager.creditOf(owner) == 0


def test_implementation_may_behave_badly(manager, owner, arguments):
    """All that is asked of it is code."""
    arguments[0] = boa.env.generate_address()
    boa.env.set_code(arguments[0], RETURNS_A_MEGABYTE)
    assert manager.scheduleTask(*arguments, value=ETHER, sender=owner)[0]


@pytest.mark.parametrize("length", [0, 4_095, 4_096])
def test_data_within_bounds(manager, owner, arguments, length):
    arguments[4] = b"\x01" * length
    _, _, task = manager.scheduleTask(*arguments, value=ETHER, sender=owner)
    assert boa.env.get_code(environment_of(task))[-length:] == b"\x01" * length or length == 0


def test_reverts_data_too_long(manager, owner, arguments):
    """The compiler's own decoding refuses it, without data."""
    arguments[4] = b"\x01" * 4_097
    result = call_unbounded(manager, SIGNATURE, *arguments, value=ETHER, sender=owner)
    assert result.is_error
    assert result.output == b""


def test_price_follows_the_base_fee(manager, owner, arguments):
    for gas_price in (10**9, 7 * 10**9 + 3):
        set_base_fee(gas_price)
        _, cost, _ = manager.scheduleTask(*arguments, value=ETHER, sender=owner)
        assert cost == price(100_000, 5, gas_price > 10**9, gas_price)


def test_no_refusal_leaves_a_trace(manager, owner, arguments):
    before = balance(owner)
    arguments[1] = 750_001
    with reverts("TaskGasTooLarge(uint256)", 750_001):
        manager.scheduleTask(*arguments, value=ETHER, sender=owner)
    assert (balance(owner), balance(manager), manager.nonces(owner)) == (before, 0, 0)
    assert manager.getNextExecutionBlockInRange(100) == 0
