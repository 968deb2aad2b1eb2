"""getTaskStatus, isTaskCancelled, isTaskExecuted, getTaskMetadata, getTaskPayment, whyStuck"""

import boa
import pytest

from tests.helpers.chain import ETHER, reverts
from tests.helpers.schedule import (
    CANCELLED,
    EXPIRED,
    FAILED,
    GAS,
    LARGE,
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
from tests.helpers.tasks import GWEI, NOBODY, performance, performed, run, schedule_data


@pytest.fixture
def at():
    return block() + 5


def situation(status: int, waits_for: str = "", until: int = 0, who: str = NOBODY, can_call: str = "") -> tuple:
    return (status, waits_for, until, who, can_call)


@pytest.fixture
def in_status(system, manager, owner, executor, target, call, at):
    """Brings a task into a status."""

    def bring(status: int) -> bytes:
        manager.depositBond(value=ETHER, sender=owner)
        fails = target.fail.prepare_calldata(b"")
        environment = system.rescheduling if status == RESCHEDULED else system.minimal
        data = fails if status in (FAILED, RESCHEDULED) else call
        task, _ = schedule(system, environment, target, data, at, 250_000, sender=owner)
        if status == CANCELLED:
            manager.cancelTask(task, sender=owner)
        elif status == EXPIRED:
            roll_to(at + manager.EXECUTION_WINDOW() + 1)
        elif status != SCHEDULED:
            run(manager, task, executor)
        return task

    return bring


@pytest.mark.parametrize("status", [SCHEDULED, SUCCEEDED, FAILED, CANCELLED, RESCHEDULED, EXPIRED])
def test_every_status(manager, owner, in_status, status):
    task = in_status(status)
    for refunded in (False, True):
        if refunded:
            manager.expireTasks([task])
        assert manager.getTaskStatus(task) == status
        assert manager.isTaskCancelled(task) == (status == CANCELLED)
        assert manager.isTaskExecuted(task) == (status in (SUCCEEDED, FAILED, RESCHEDULED))
        assert manager.getTaskMetadata(task) == (owner, 0, 1)
        holds = status == SCHEDULED or (status == EXPIRED and not refunded)
        assert (manager.getTaskPayment(task) > 0) == holds


@pytest.mark.parametrize("status", [SUCCEEDED, FAILED, CANCELLED, RESCHEDULED])
def test_status_does_not_change_after_the_window(manager, in_status, status):
    task = in_status(status)
    roll_to(block() + manager.EXECUTION_WINDOW() + 10)
    assert manager.getTaskStatus(task) == status


def test_status_never_reverts(system, manager, owner, target, call, at):
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    fields = unpack(task)
    garbage = [bytes(32), b"\xff" * 32, bytes(31) + b"\x01", b"\x80" + bytes(31), task[::-1]]
    garbage += [pack(*fields[:4], flag) for flag in (1, 128, 255)]
    garbage += [(int.from_bytes(task, "big") ^ 1 << bit).to_bytes(32, "big") for bit in range(256)]
    # With no environment, what is no task's at all.
    garbage += [pack(0, *fields[1:]), pack(0, at, 1, 0)]
    for number in garbage:
        assert manager.getTaskStatus(number) == NO_TASK
    assert manager.getTaskStatus(task) == SCHEDULED


def test_metadata(system, manager, owner, stranger, target, call, at):
    for nonce, gas in enumerate((100_000, 250_000, 750_000, 1)):
        task, _ = schedule(system, system.minimal, target, call, at, gas, sender=owner)
        metadata = manager.getTaskMetadata(task)
        assert (metadata.owner, metadata.nonce, metadata.size) == (owner, nonce, (0, 1, 2, 0)[nonce])
    task, _ = schedule(system, system.minimal, target, call, at, sender=stranger)
    assert manager.getTaskMetadata(task) == (stranger, 0, 0)


# ---- whyStuck


def test_waits_for_its_time(system, manager, owner, target, call, at):
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    for when in (block(), at - 1):
        roll_to(when)
        assert manager.whyStuck(task) == situation(SCHEDULED, "time", at, owner, "cancelTask")


def test_waits_for_anyone(system, manager, owner, target, call, at):
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    until = at + manager.EXECUTION_WINDOW()
    for when in (at, until):
        roll_to(when)
        assert manager.whyStuck(task) == situation(SCHEDULED, "", until, NOBODY, "executeTasks")


def test_waits_for_a_price(system, manager, owner, executor, target, call, at):
    """What it says is what executeTasks does."""
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at)
    until = at + manager.EXECUTION_WINDOW()
    told = set()
    for percent in (100, 102, 120, 150, 1_000):
        set_base_fee(GWEI * percent // 100)
        state = manager.whyStuck(task)
        told.add(state.waitsFor)
        if state.waitsFor == "price":
            assert state == situation(SCHEDULED, "price", until, NOBODY, "topUpTask")
        else:
            assert state == situation(SCHEDULED, "", until, NOBODY, "executeTasks")
            with boa.env.anchor():
                assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert told == {"", "price"}
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    manager.topUpTask(task, value=10 * cost, sender=owner)
    assert manager.whyStuck(task) == situation(SCHEDULED, "", until, NOBODY, "executeTasks")
    assert manager.executeTasks(executor, 0, sender=executor) > 0


@pytest.mark.py_evm("the gas limit of the block changes")
def test_waits_for_gas(system, manager, owner, executor, target, call, at):
    """The block has too little for it, whoever calls."""
    task, _ = schedule(system, system.minimal, target, call, at, GAS[LARGE], sender=owner)
    roll_to(at)
    until = at + manager.EXECUTION_WINDOW()
    boa.env.evm.patch.gas_limit = 900_000
    assert manager.whyStuck(task) == situation(SCHEDULED, "gas", until, owner, "cancelTask")
    assert manager.executeTasks(executor, 0, sender=executor, gas=900_000) == 0
    boa.env.evm.patch.gas_limit = 2_000_000
    assert manager.whyStuck(task) == situation(SCHEDULED, "", until, NOBODY, "executeTasks")
    assert manager.executeTasks(executor, 0, sender=executor, gas=2_000_000) > 0


@pytest.mark.parametrize("status", [SUCCEEDED, FAILED, CANCELLED, RESCHEDULED])
def test_ended(manager, in_status, status):
    assert manager.whyStuck(in_status(status)) == situation(status)


def test_expired(manager, in_status):
    task = in_status(EXPIRED)
    assert manager.whyStuck(task) == situation(EXPIRED, can_call="expireTasks")
    manager.expireTasks([task])
    assert manager.whyStuck(task) == situation(EXPIRED)


def test_views_answer_during_a_run(system, manager, owner, executor, puppet, at):
    other, _ = schedule(system, system.minimal, puppet, b"", at + 5, sender=owner)
    asked = [
        manager.getTaskStatus.prepare_calldata(other),
        manager.whyStuck.prepare_calldata(other),
        manager.getNextExecutionBlockInRange.prepare_calldata(100),
        manager.estimateCost.prepare_calldata(at + 5, 100_000),
        manager.getTaskScheduleInRange.prepare_calldata(10, 0, 10),
        manager.bondOf.prepare_calldata(owner),
        manager.nonces.prepare_calldata(owner),
        manager.currentTask.prepare_calldata(),
    ]
    task, _ = schedule_data(
        manager, puppet, performance(*((manager, data) for data in asked)), at, 750_000, sender=owner
    )
    run(manager, task, executor)
    answers = performed(manager)
    assert [success for success, _ in answers] == [True] * len(asked)
    assert int.from_bytes(answers[0][1], "big") == SCHEDULED
    with reverts("NoActiveTask()"):
        manager.currentTask()
