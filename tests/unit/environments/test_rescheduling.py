"""ReschedulingTaskEnvironment: a target that fails is called again after 5 blocks, at most 3 times"""

import boa
import pytest

from tests.helpers.chain import ETHER, balance, error_data
from tests.helpers.logs import logs
from tests.helpers.schedule import (
    FAILED,
    NO_TASK,
    RESCHEDULED,
    SCHEDULED,
    SUCCEEDED,
    block,
    pack,
    roll_to,
    schedule,
    set_base_fee,
    unpack,
)
from tests.helpers.tasks import GWEI, NOBODY, environment_of, own, price, run

GAS = 250_000


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def bond(manager, owner):
    manager.depositBond(value=ETHER, sender=owner)
    return ETHER


def logged(manager, task: bytes) -> list[tuple]:
    """What the environment logged in the last call."""
    return [(log.name, log.fields) for log in logs(manager, of=environment_of(task))]


def later(task: bytes, blocks: int = 5) -> bytes:
    environment, at, *rest = unpack(task)
    return pack(environment, at + blocks, *rest)


def attempt_logs(target, call: bytes, attempt: int, success: bool) -> list[tuple]:
    return [
        ("TaskStarted", {"target": target.address, "data": call}),
        ("ExecutionAttempt", {"attemptNumber": attempt, "success": success}),
        ("TaskCompleted", {"target": target.address, "success": success}),
    ]


def test_bounds(system):
    assert (system.rescheduling.RETRY_DELAY(), system.rescheduling.MAX_RETRIES()) == (5, 3)


def test_default_behavior(system, manager, owner, executor, target, call, at):
    """One that works is not called again, and needs no bond."""
    task, _ = schedule(system, system.rescheduling, target, call, at, GAS, sender=owner)
    run(manager, task, executor)
    assert logged(manager, task) == attempt_logs(target, call, 1, True)
    assert own(manager, "TaskExecuted")[0]["returnData"] == bytes(31) + b"\x01"
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert (target.total(), target.caller()) == (7, environment_of(task))
    assert manager.getNextExecutionBlockInRange(100) == 0


def test_four_attempts(system, manager, owner, executor, target, at, bond):
    """Always failing: counted 1 to 4, 5 blocks apart, then the end is told."""
    call = target.fail.prepare_calldata(b"why")
    task, _ = schedule(system, system.rescheduling, target, call, at, GAS, sender=owner)
    left = bond
    for attempt in range(1, 5):
        assert run(manager, task, executor) > 0
        expected = attempt_logs(target, call, attempt, False)
        if attempt < 4:
            expected.append(("TaskRescheduled", {"target": target.address, "newTargetBlock": at + 5 * attempt}))
            left -= price(GAS, 5)
        else:
            expected.append(("RetriesExhausted", {"target": target.address, "attempts": 4}))
        assert logged(manager, task) == expected
        assert own(manager, "TaskExecuted")[0]["success"] is False
        assert own(manager, "TasksExecuted") == [{"executed": 1, "failed": 1}]
        assert manager.getTaskStatus(task) == (RESCHEDULED if attempt < 4 else FAILED)
        assert manager.bondOf(owner) == left
        assert manager.isTaskExecuted(task)
        task = later(task)
        assert manager.getTaskStatus(task) == (SCHEDULED if attempt < 4 else NO_TASK)
    assert manager.getNextExecutionBlockInRange(1_000) == 0
    assert balance(manager) == left + manager.creditOf(system.deployer)


def test_works_the_third_time(system, manager, owner, executor, target, at, bond):
    target.get_ready(at + 10)
    call = target.when_ready.prepare_calldata()
    task, _ = schedule(system, system.rescheduling, target, call, at, GAS, sender=owner)
    for attempt, success in ((1, False), (2, False), (3, True)):
        run(manager, task, executor)
        assert logged(manager, task)[:3] == attempt_logs(target, call, attempt, success)
        assert manager.getTaskStatus(task) == (SUCCEEDED if success else RESCHEDULED)
        task = later(task)
    assert target.total() == 1
    assert manager.getTaskStatus(task) == NO_TASK
    assert manager.bondOf(owner) == bond - 2 * price(GAS, 5)


def test_late_execution_delays_the_retry(system, manager, owner, executor, target, at, bond):
    """5 blocks from when it ran."""
    task, _ = schedule(system, system.rescheduling, target, target.fail.prepare_calldata(b""), at, GAS, sender=owner)
    roll_to(at + 100)
    run(manager, task, executor)
    assert manager.getTaskStatus(later(task, 105)) == SCHEDULED


@pytest.mark.parametrize("short", [0, 1])
def test_bond_at_the_price(system, manager, owner, executor, target, at, short):
    """Otherwise it says why it does not come again."""
    cost = price(GAS, 5)
    manager.depositBond(value=cost - short, sender=owner)
    call = target.fail.prepare_calldata(b"")
    task, _ = schedule(system, system.rescheduling, target, call, at, GAS, sender=owner)
    run(manager, task, executor)
    last = ("TaskRescheduled", {"target": target.address, "newTargetBlock": at + 5})
    if short:
        reason = error_data("InsufficientBond(uint256,uint256)", cost, cost - 1)
        last = ("RetryRefused", {"target": target.address, "reason": reason})
    assert logged(manager, task) == [*attempt_logs(target, call, 1, False), last]
    assert manager.getTaskStatus(task) == (FAILED if short else RESCHEDULED)
    assert manager.bondOf(owner) == (cost - 1 if short else 0)


@pytest.mark.parametrize("attempt", [1, 3])
def test_retry_costs_at_most_twice_the_first_price(system, manager, owner, executor, target, at, bond, attempt):
    """Twice the first price, not the last: that of the record, with 11 significant bits, rounded down."""
    call = target.fail.prepare_calldata(b"")
    task, first = schedule(system, system.rescheduling, target, call, at, GAS, sender=owner)
    for number in range(1, attempt):
        # Each costs somewhat more than the one before.
        set_base_fee(GWEI * (10 + 4 * number) // 10)
        manager.topUpTask(task, value=10 * first, sender=owner)
        run(manager, task, executor)
        task = later(task)
        assert manager.getTaskStatus(task) == SCHEDULED
    manager.topUpTask(task, value=10 * first, sender=owner)
    maximum = 2 * (first >> (first.bit_length() - 11) << (first.bit_length() - 11))
    assert maximum > 2 * first * (1 - 2**-10)
    distance = 5
    # The highest gas price at which a retry is not too dear.
    low, high = GWEI, 3 * GWEI
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if price(GAS, distance, 0, middle) <= maximum else (low, middle)
    with boa.env.anchor():
        set_base_fee(low)
        run(manager, task, executor)
        assert manager.getTaskStatus(task) == RESCHEDULED
    set_base_fee(high)
    run(manager, task, executor)
    (told,) = [fields for name, fields in logged(manager, task) if name == "RetryRefused"]
    assert manager.getTaskStatus(task) == FAILED
    reason = error_data("TaskCostAboveMax(uint256,uint256)", price(GAS, distance, 0, high), maximum)
    assert told == {"target": target.address, "reason": reason}


@pytest.mark.parametrize("gas", [250_000, 750_000])
def test_target_that_burns_all_its_gas_is_called_again(system, manager, owner, executor, target, at, bond, gas):
    call = target.burn.prepare_calldata()
    task, _ = schedule(system, system.rescheduling, target, call, at, gas, sender=owner)
    for attempt in range(1, 5):
        run(manager, task, executor)
        told = logged(manager, task)
        assert told[:3] == attempt_logs(target, call, attempt, False)
        assert told[3][0] == ("TaskRescheduled" if attempt < 4 else "RetriesExhausted")
        assert manager.getTaskStatus(task) == (RESCHEDULED if attempt < 4 else FAILED)
        task = later(task)


def test_small_task_leaves_the_target_its_gas(system, manager, owner, executor, target, call, at, bond):
    """One that fails without using it comes again."""
    fails = target.fail.prepare_calldata(b"")
    good, _ = schedule(system, system.rescheduling, target, call, at, 100_000, sender=owner)
    bad, _ = schedule(system, system.rescheduling, target, fails, at, 100_000, sender=owner)
    run(manager, good, executor)
    assert [manager.getTaskStatus(task) for task in (good, bad)] == [SUCCEEDED, RESCHEDULED]


@pytest.mark.parametrize("name", ["return_bomb", "revert_bomb"])
def test_target_that_answers_with_a_megabyte(system, manager, owner, executor, target, at, bond, name):
    call = getattr(target, name).prepare_calldata()
    task, _ = schedule(system, system.rescheduling, target, call, at, 750_000, sender=owner)
    run(manager, task, executor)
    assert manager.getTaskStatus(task) == RESCHEDULED


def test_reverts_zero_target_address_and_empty_calldata(system, manager, owner, executor, target, at, bond):
    """What can never work does not come again."""
    for to, call, error in (
        (NOBODY, b"\1", "ZeroTargetAddress()"),
        (NOBODY, b"", "ZeroTargetAddress()"),
        (target, b"", "EmptyCalldata()"),
    ):
        with boa.env.anchor():
            task, _ = schedule(system, system.rescheduling, to, call, at, GAS, sender=owner)
            run(manager, task, executor)
            assert own(manager, "TaskExecuted")[0]["returnData"] == error_data(error)
            assert logged(manager, task) == []
            assert manager.getTaskStatus(task) == FAILED
            assert manager.bondOf(owner) == bond


def test_expired_retry_is_refunded(system, manager, owner, executor, target, at, bond):
    task, _ = schedule(system, system.rescheduling, target, target.fail.prepare_calldata(b""), at, GAS, sender=owner)
    run(manager, task, executor)
    again = later(task)
    roll_to(at + 5 + manager.EXECUTION_WINDOW() + 1)
    before = balance(owner)
    assert manager.expireTasks([again]) == 1
    assert balance(owner) == before + price(GAS, 5)
