"""
executeTasks when the base fee has risen: what does not pay is passed over, 64 a call, and the next call goes on from
there.
"""

import boa
import pytest

from tests.helpers.chain import ETHER
from tests.helpers.schedule import GAS, LARGE, SCHEDULED, SUCCEEDED, block, roll_to, schedule, set_base_fee
from tests.helpers.tasks import GWEI, own, own_names, schedule_data, shares

MAX_PASSED = 64


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def idle():
    """An implementation that does nothing: STOP."""
    account = boa.env.generate_address("idle")
    boa.env.set_code(account, b"\0")
    return account


def executed(manager) -> list[bytes]:
    return [fields["taskId"] for fields in own(manager, "TaskExecuted")]


def poor(manager, idle, at, owner, count: int) -> list[bytes]:
    """Tasks that do not pay at 20 times the base fee."""
    manager.depositBond(value=ETHER, sender=owner)
    return [schedule_data(manager, idle, b"", at, 1_000, sender=owner, bond=True)[0] for _ in range(count)]


def test_default_behavior(system, manager, owner, executor, target, call, at):
    """It neither runs at the executor's loss nor holds up others, and runs when the base fee falls."""
    large, _ = schedule(system, system.minimal, target, call, at, GAS[LARGE], sender=owner)
    first, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    set_base_fee(3 * GWEI)
    second, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    third, other = schedule(system, system.minimal, target, call, at + 1, sender=owner)
    roll_to(at + 1)
    fees = manager.executeTasks(executor, 0, sender=executor)
    assert executed(manager) == [second, third]
    assert fees == shares(cost + other)[0]
    assert [manager.getTaskStatus(task) for task in (large, first)] == [SCHEDULED, SCHEDULED]
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert own_names(manager) == []
    set_base_fee(GWEI)
    manager.executeTasks(executor, 0, sender=executor)
    assert executed(manager) == [large, first]


@pytest.mark.parametrize("factor", [100, 103, 106, 110, 120, 150])
def test_pays_for_itself_or_is_passed_over(system, manager, owner, executor, target, at, factor):
    """In each case the executor's share is at least 1.1 times what the call's gas costs, or nothing runs."""
    burn = target.burn.prepare_calldata()
    task, cost = schedule(system, system.minimal, target, burn, at, sender=owner)
    set_base_fee(GWEI * factor // 100)
    roll_to(at)
    fees = manager.executeTasks(executor, 0, sender=executor)
    used = manager._computation.get_gas_used() + 21_000 + 68 * 16
    if fees:
        assert 10 * fees >= 11 * used * (GWEI * factor // 100)
    assert (manager.getTaskStatus(task) == SCHEDULED) == (fees == 0)
    if factor in (100, 150):
        assert fees == (shares(cost)[0] if factor == 100 else 0)


@pytest.mark.parametrize(("count", "calls"), [(62, 1), (63, 1), (65, 2), (66, 2)])
def test_at_most_64_a_call(system, manager, owner, executor, target, call, idle, at, count, calls):
    """One that pays well waits behind those that do not."""
    tasks = poor(manager, idle, at, owner, count)
    rich, cost = schedule(system, system.minimal, target, call, at + 1, sender=owner)
    manager.topUpTask(rich, value=ETHER, sender=owner)
    set_base_fee(20 * GWEI)
    roll_to(at + 1)
    for number in range(calls):
        assert manager.getTaskStatus(rich) == SCHEDULED
        fees = manager.executeTasks(executor, 0, sender=executor)
        assert (number == calls - 1) == (fees > 0)
        if not fees:
            assert own_names(manager) == []
    assert executed(manager) == [rich]
    assert fees == shares(cost + ETHER)[0]
    assert {manager.getTaskStatus(task) for task in tasks} == {SCHEDULED}


def test_exactly_64(system, manager, owner, executor, target, call, idle, at):
    """The one behind them runs in the next call at the latest."""
    poor(manager, idle, at, owner, MAX_PASSED)
    rich, _ = schedule(system, system.minimal, target, call, at + 1, sender=owner)
    manager.topUpTask(rich, value=ETHER, sender=owner)
    set_base_fee(20 * GWEI)
    roll_to(at + 1)
    assert sum(manager.executeTasks(executor, 0, sender=executor) > 0 for _ in range(2)) == 1
    assert manager.getTaskStatus(rich) == SUCCEEDED


def test_next_call_goes_on_and_wraps_around(manager, owner, executor, idle, at):
    tasks = poor(manager, idle, at, owner, 66)
    set_base_fee(20 * GWEI)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    # The call stopped behind the 64th: one before and one after it now pay.
    for index in (3, 65):
        manager.topUpTask(tasks[index], value=ETHER, sender=owner)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert executed(manager) == [tasks[65], tasks[3]]


def test_place_where_it_stopped_may_be_gone(manager, owner, executor, idle, at):
    tasks = poor(manager, idle, at, owner, 66)
    set_base_fee(20 * GWEI)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    for task in tasks[1:]:
        manager.cancelTask(task, sender=owner)
    manager.topUpTask(tasks[0], value=ETHER, sender=owner)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert executed(manager) == [tasks[0]]


def test_place_where_it_stopped_may_be_past_its_window(manager, owner, executor, idle, at):
    poor(manager, idle, at, owner, 65)
    later = at + manager.EXECUTION_WINDOW() + 100
    (task,) = poor(manager, idle, later, owner, 1)
    set_base_fee(20 * GWEI)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    set_base_fee(GWEI)
    roll_to(later)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert executed(manager) == [task]


def test_one_that_this_call_cannot_earn_with_begins_the_next(manager, system, owner, executor, target, at, idle):
    """Passing over many costs more than one that pays for itself alone brings."""
    poor(manager, idle, at, owner, 60)
    set_base_fee(20 * GWEI)
    burn = target.burn.prepare_calldata()
    task, cost = schedule(system, system.minimal, target, burn, at + 1, sender=owner)
    roll_to(at + 1)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert manager.executeTasks(executor, 0, sender=executor) == shares(cost)[0]
    assert executed(manager) == [task]


def test_earns_at_a_huge_base_fee_nothing(system, manager, owner, executor, target, call, at):
    schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at)
    for base_fee in (2**128, 2**128 + 1, 2**255, 2**256 - 1):
        set_base_fee(base_fee)
        assert manager.executeTasks(executor, 0, sender=executor) == 0
