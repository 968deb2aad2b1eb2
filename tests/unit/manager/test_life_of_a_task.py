"""A task from its scheduling to its end"""

import boa
import pytest

from tests.helpers.chain import ETHER, balance, reverts
from tests.helpers.schedule import (
    CANCELLED,
    EXPIRED,
    FAILED,
    NO_MAXIMUM,
    NO_TASK,
    RESCHEDULED,
    SCHEDULED,
    SUCCEEDED,
    block,
    layered,
    pack,
    roll_to,
    schedule,
    unpack,
)


@pytest.fixture
def call(target):
    return target.poke.prepare_calldata(7)


def test_default_behavior(system, manager, owner, executor, target, call):
    before = balance(owner)
    at = block() + 5
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    assert balance(owner) == before - cost
    assert balance(manager) == manager.getTaskPayment(task) == cost
    data = layered(target.address, call)
    environment = manager.getEnvironment(owner, 0, system.minimal.address, data)
    assert unpack(task) == (int(environment, 16), at, 0, 0, 0)
    assert manager.encodeTask(target.address, call) == data
    assert manager.getTaskStatus(task) == SCHEDULED

    roll_to(at - 1)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    roll_to(at)
    paid = balance(executor)
    fees = manager.executeTasks(executor, 0, sender=executor)
    assert fees == cost - 2 * (cost // 20)
    assert balance(executor) == paid + fees
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert (target.total(), target.caller()) == (7, environment)
    assert balance(manager) == manager.creditOf(system.deployer) == cost - fees


def test_surplus_comes_back(system, manager, owner, target, call):
    before = balance(owner)
    arguments = (system.minimal.address, 100_000, block() + 5, NO_MAXIMUM, layered(target.address, call))
    _, cost, _ = manager.scheduleTask(*arguments, value=ETHER, sender=owner)
    assert balance(owner) == before - cost


def test_failure_is_told(system, manager, owner, executor, target):
    at = block() + 5
    for environment in (system.minimal, system.basic, system.validated):
        schedule(system, environment, target, target.burn.prepare_calldata(), at, sender=owner)
    task, _ = schedule(system, system.basic, target, target.fail.prepare_calldata(b"why"), at, sender=owner)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert manager.getTaskStatus(task) == FAILED
    assert manager.isTaskExecuted(task)


def test_cancel(system, manager, owner, canceller, stranger, target, call):
    task, cost = schedule(system, system.minimal, target, call, block() + 5, sender=owner)
    with reverts("Unauthorized(address,address)", canceller, owner):
        manager.cancelTask(task, sender=canceller)
    manager.addTaskCanceller(task, canceller, sender=owner)
    before = balance(owner)
    manager.cancelTask(task, sender=canceller)
    assert balance(owner) == before + cost
    assert balance(manager) == 0
    assert manager.getTaskStatus(task) == CANCELLED
    with reverts("TaskAlreadyCancelled(bytes32)", task):
        manager.cancelTask(task, sender=stranger)
    assert manager.getNextExecutionBlockInRange(100) == 0


def test_expire(system, manager, owner, executor, target, call):
    at = block() + 5
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at + manager.EXECUTION_WINDOW())
    assert manager.expireTasks([task]) == 0
    roll_to(at + manager.EXECUTION_WINDOW() + 1)
    assert manager.getTaskStatus(task) == EXPIRED
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    before = balance(owner)
    assert manager.expireTasks([task, task]) == 1
    assert balance(owner) == before + cost


def test_retries(system, manager, owner, executor, target):
    manager.depositBond(value=ETHER, sender=owner)
    at = block() + 5
    call = target.fail.prepare_calldata(b"")
    task, _ = schedule(system, system.rescheduling, target, call, at, gas=250_000, sender=owner, bond=True)
    for attempt in range(4):
        roll_to(at + 5 * attempt)
        assert manager.executeTasks(executor, 0, sender=executor) > 0
        assert manager.getTaskStatus(task) == (FAILED if attempt == 3 else RESCHEDULED)
        environment, _, index, size, flag = unpack(task)
        task = pack(environment, at + 5 * (attempt + 1), index, size, flag)
    assert manager.getTaskStatus(task) == NO_TASK
    assert balance(manager) == manager.bondOf(owner) + manager.creditOf(system.deployer)


def test_forged_ids(system, manager, owner, stranger, target, call):
    ours, _ = schedule(system, system.minimal, target, call, block() + 5, sender=stranger)
    theirs, _ = schedule(system, system.minimal, target, call, block() + 6, gas=250_000, sender=owner)
    mine, other = unpack(ours), unpack(theirs)
    for mask in range(1, 15):
        forged = pack(*(other[field] if mask >> field & 1 else mine[field] for field in range(4)))
        if forged in (ours, theirs):
            continue
        assert manager.getTaskStatus(forged) == NO_TASK
        with reverts("TaskNotFound(bytes32)", forged):
            manager.cancelTask(forged, sender=stranger)
    flagged = pack(*mine[:4], 1)
    with reverts("TaskNotFound(bytes32)", flagged):
        manager.cancelTask(flagged, sender=stranger)


def test_refusals(system, manager, owner, target, call):
    data = layered(target.address, call)
    now = block()
    good = [system.minimal.address, 100_000, now + 5, NO_MAXIMUM, data]

    def refused(position, argument, signature, *arguments):
        changed = [*good[:position], argument, *good[position + 1 :]]
        with reverts(signature, *arguments):
            manager.scheduleTask(*changed, value=ETHER, sender=owner)

    for implementation in (boa.env.generate_address(), manager.address, "0x" + "00" * 20):
        refused(0, implementation, "TaskValidation_InvalidTargetAddress()")
    refused(1, 750_001, "TaskGasTooLarge(uint256)", 750_001)
    refused(2, now, "TaskValidation_TargetBlockInPast(uint64,uint256)", now, now)
    far = now + manager.MAX_SCHEDULE_DISTANCE() + 1
    refused(2, far, "TaskValidation_TargetBlockTooFar(uint64,uint256)", far, now)
    cost = manager.estimateCost(now + 5, 100_000)
    refused(3, cost - 1, "TaskCostAboveMax(uint256,uint256)", cost, cost - 1)
    with reverts("InvalidPaymentAmount(uint256,uint256)", cost, cost - 1):
        manager.scheduleTask(*good, value=cost - 1, sender=owner)
    with reverts("InsufficientBond(uint256,uint256)", cost, 0):
        manager.scheduleWithBond(*good, sender=owner)
