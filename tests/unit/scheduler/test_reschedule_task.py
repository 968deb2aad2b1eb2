"""TaskManager.rescheduleTask and currentTask"""

import boa
import pytest
from eth_abi import decode

from tests.helpers.chain import ETHER, balance, reverts
from tests.helpers.schedule import (
    FAILED,
    LARGE,
    MEDIUM,
    NO_MAXIMUM,
    NO_TASK,
    RESCHEDULED,
    SCHEDULED,
    SMALL,
    SUCCEEDED,
    block,
    pack,
    roll_to,
    schedule,
    unpack,
)
from tests.helpers.tasks import (
    environment_of,
    fund,
    own,
    own_names,
    performance,
    performed,
    price,
    refused,
    run,
    schedule_data,
    shares,
)

GAS = 250_000


@pytest.fixture
def at():
    return block() + 5


def again(manager, to: int, maximum: int = NO_MAXIMUM) -> bytes:
    """The call that comes again at this block."""
    return manager.rescheduleTask.prepare_calldata(to, maximum)


def answers(responses) -> list[tuple]:
    """What accepted calls of rescheduleTask returned."""
    assert all(success for success, _ in responses)
    return [decode(["bool", "uint256", "bytes32"], response) for _, response in responses]


def moved(task: bytes, to: int, index: int = 0) -> bytes:
    environment, _, _, size, flag = unpack(task)
    return pack(environment, to, index, size, flag)


def test_default_behavior(system, manager, owner, executor, puppet, at):
    """Paid from the bond of the owner; the run is 5 whatever it returned."""
    manager.depositBond(value=ETHER, sender=owner)
    to = at + 10
    data = performance((manager, again(manager, to)))
    task, cost = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    fees = run(manager, task, executor)
    expected = price(GAS, 10)
    assert own_names(manager) == [
        "BondCharged",
        "TaskScheduled",
        "TaskExecuted",
        "ProtocolFeeCollected",
        "ExecutorReimbursed",
        "TasksExecuted",
    ]
    new = moved(task, to)
    assert answers(performed(manager)) == [(True, expected, new)]
    assert own(manager, "BondCharged") == [{"owner": owner, "amount": expected}]
    assert own(manager, "TaskScheduled") == [{"taskId": new, "owner": owner, "nextBlock": to}]
    assert own(manager, "TasksExecuted") == [{"executed": 1, "failed": 0}]
    assert fees == shares(cost)[0]
    assert manager.bondOf(owner) == ETHER - expected
    assert manager.getTaskStatus(task) == RESCHEDULED
    assert manager.isTaskExecuted(task)
    assert manager.getTaskPayment(task) == 0
    assert manager.getTaskStatus(new) == SCHEDULED
    assert manager.getTaskPayment(new) == expected
    assert manager.getTaskMetadata(new) == (owner, 0, MEDIUM)
    assert manager.nonces(owner) == 1
    assert balance(manager) == ETHER + cost - fees


@pytest.mark.parametrize(("gas", "size"), [(99_999, SMALL), (100_001, MEDIUM), (250_001, LARGE)])
def test_keeps_environment_size_gas_and_owner(system, manager, owner, stranger, executor, target, at, gas, size):
    """The new index is the next of its block and size."""
    manager.depositBond(value=ETHER, sender=owner)
    call = target.fail.prepare_calldata(b"")
    for _number in range(2):
        schedule(system, system.minimal, target, call, at + 5, gas, sender=stranger)
    task, _ = schedule(system, system.rescheduling, target, call, at, gas, sender=owner)
    run(manager, task, executor)
    new = moved(task, at + 5, 2)
    assert manager.getTaskStatus(new) == SCHEDULED
    assert unpack(new)[3] == size
    assert manager.getTaskMetadata(new) == (owner, 0, size)
    assert manager.getTaskPayment(new) == price(gas, 5, 2)


@pytest.mark.parametrize("response", [b"", bytes(32), b"\x01" * 32, bytes(33)])
def test_run_that_rescheduled_is_5_whatever_it_returned(manager, owner, executor, puppet, at, response):
    manager.depositBond(value=ETHER, sender=owner)
    data = performance((manager, again(manager, at + 1)), response=response)
    task, _ = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    run(manager, task, executor)
    is_success = response != bytes(32)
    assert own(manager, "TaskExecuted")[0]["success"] == is_success
    assert own(manager, "TasksExecuted") == [{"executed": 1, "failed": int(not is_success)}]
    assert manager.getTaskStatus(task) == RESCHEDULED


def test_run_that_reverts_is_undone(manager, owner, executor, puppet, at):
    manager.depositBond(value=ETHER, sender=owner)
    data = performance((manager, again(manager, at + 1)), response=b"no", fails=True)
    task, _ = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    run(manager, task, executor)
    assert own(manager, "TaskScheduled") == own(manager, "BondCharged") == []
    assert own(manager, "TaskExecuted")[0]["returnData"] == b"no"
    assert manager.getTaskStatus(task) == FAILED
    assert manager.getTaskStatus(moved(task, at + 1)) == NO_TASK
    assert manager.bondOf(owner) == ETHER
    assert manager.getNextExecutionBlockInRange(100) == 0


def test_next_task_of_the_call_is_not_taken_for_rescheduled(system, manager, owner, executor, puppet, target, call, at):
    """Neither after a run that came again nor after one that was undone."""
    manager.depositBond(value=ETHER, sender=owner)
    tasks = []
    for fails in (False, True):
        data = performance((manager, again(manager, at + 1)), fails=fails)
        tasks.append(schedule_data(manager, puppet, data, at, GAS, sender=owner)[0])
        tasks.append(schedule(system, system.minimal, target, call, at, GAS, sender=owner)[0])
    run(manager, tasks[0], executor)
    statuses = [manager.getTaskStatus(task) for task in tasks]
    assert statuses == [RESCHEDULED, SUCCEEDED, FAILED, SUCCEEDED]


# ---- paid from the attached value


@pytest.mark.parametrize("surplus", [0, 1, 10**17])
def test_paid_from_the_attached_value(manager, owner, executor, puppet, at, surplus):
    """The rest goes back to the environment; the bond stays."""
    manager.depositBond(value=ETHER, sender=owner)
    cost = price(GAS, 3)
    data = performance((manager, again(manager, at + 3), cost + surplus))
    task, _ = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    environment = environment_of(task)
    fund(environment)
    run(manager, task, executor)
    assert answers(performed(manager)) == [(True, cost, moved(task, at + 3))]
    assert own(manager, "BondCharged") == []
    assert balance(environment) == ETHER - cost
    assert manager.bondOf(owner) == ETHER
    assert manager.getTaskPayment(moved(task, at + 3)) == cost


def test_reverts_invalid_payment_amount(manager, owner, executor, puppet, at):
    """A bond does not make up for what is missing."""
    manager.depositBond(value=ETHER, sender=owner)
    cost = price(GAS, 3)
    data = performance(
        (manager, again(manager, at + 3), cost - 1),
        (manager, again(manager, at + 3), 1),
    )
    task, _ = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    fund(environment_of(task))
    run(manager, task, executor)
    signature = "InvalidPaymentAmount(uint256,uint256)"
    assert performed(manager) == [refused(signature, cost, cost - 1), refused(signature, cost, 1)]
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert balance(environment_of(task)) == ETHER


@pytest.mark.parametrize("short", [0, 1])
def test_bond_at_the_cost(manager, owner, executor, puppet, at, short):
    cost = price(GAS, 3)
    manager.depositBond(value=cost - short, sender=owner)
    task, _ = schedule_data(manager, puppet, performance((manager, again(manager, at + 3))), at, GAS, sender=owner)
    run(manager, task, executor)
    if short:
        assert performed(manager) == [refused("InsufficientBond(uint256,uint256)", cost, cost - 1)]
    assert manager.bondOf(owner) == (cost - 1 if short else 0)
    assert manager.getTaskStatus(task) == (SUCCEEDED if short else RESCHEDULED)


# ---- refusals


def test_reverts_no_active_task(system, manager, owner, target, call, at):
    with reverts("NoActiveTask()"):
        manager.rescheduleTask(at, NO_MAXIMUM, sender=owner)
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    with reverts("NoActiveTask()"):
        manager.rescheduleTask(at + 5, NO_MAXIMUM, sender=environment_of(task))
    with reverts("NoActiveTask()"):
        manager.currentTask()


def test_reverts_task_must_reschedule_self(manager, owner, executor, puppet, at):
    """A contract that the task calls is somebody else, and so is the owner's other environment."""
    manager.depositBond(value=ETHER, sender=owner)
    foreign = performance((manager, again(manager, at + 1)))
    task, _ = schedule_data(manager, puppet, performance((puppet, foreign)), at, GAS, sender=owner)
    run(manager, task, executor)
    inner, outer = performed(manager)
    assert inner == refused("TaskMustRescheduleSelf()")
    assert outer[0] is True
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert manager.bondOf(owner) == ETHER


def test_reverts_task_already_rescheduled(manager, owner, executor, puppet, at):
    manager.depositBond(value=ETHER, sender=owner)
    data = performance(
        (manager, again(manager, at + 1)), (manager, again(manager, at + 2)), (manager, again(manager, 0))
    )
    task, _ = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    run(manager, task, executor)
    first, second, third = performed(manager)
    assert first[0]
    assert second == third == refused("TaskAlreadyRescheduled(bytes32)", task)
    assert len(own(manager, "TaskScheduled")) == 1
    assert manager.bondOf(owner) == ETHER - price(GAS, 1)


def test_may_try_again_after_a_refusal(manager, owner, executor, puppet, at):
    manager.depositBond(value=ETHER, sender=owner)
    data = performance((manager, again(manager, at)), (manager, again(manager, at + 2)))
    task, _ = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    run(manager, task, executor)
    assert performed(manager)[0] == refused("TaskValidation_TargetBlockInPast(uint64,uint256)", at, at)
    assert manager.getTaskStatus(task) == RESCHEDULED


def test_bounds_of_block_and_price(manager, owner, executor, puppet, at):
    manager.depositBond(value=ETHER, sender=owner)
    cost = price(GAS, 2)
    far = at + 2_097_152
    data = performance(
        (manager, again(manager, at)),
        (manager, again(manager, at - 1)),
        (manager, again(manager, far + 1)),
        (manager, again(manager, far + 1, 0)),
        (manager, again(manager, at + 2, cost - 1)),
        (manager, again(manager, at + 2, cost)),
    )
    task, _ = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    run(manager, task, executor)
    *refusals, accepted = performed(manager)
    assert refusals == [
        refused("TaskValidation_TargetBlockInPast(uint64,uint256)", at, at),
        refused("TaskValidation_TargetBlockInPast(uint64,uint256)", at - 1, at),
        refused("TaskValidation_TargetBlockTooFar(uint64,uint256)", far + 1, at),
        refused("TaskValidation_TargetBlockTooFar(uint64,uint256)", far + 1, at),
        refused("TaskCostAboveMax(uint256,uint256)", cost, cost - 1),
    ]
    assert answers([accepted]) == [(True, cost, moved(task, at + 2))]


def test_as_far_as_scheduling(manager, owner, executor, puppet, at):
    manager.depositBond(value=ETHER, sender=owner)
    far = at + 2_097_152
    task, _ = schedule_data(manager, puppet, performance((manager, again(manager, far))), at, GAS, sender=owner)
    run(manager, task, executor)
    assert manager.getTaskStatus(moved(task, far)) == SCHEDULED
    assert manager.getTaskPayment(moved(task, far)) == price(GAS, 2**21)


def test_into_the_bucket_that_runs_is_refused(manager, owner, executor, puppet, at):
    """A block that is executed takes no more tasks, so that a call ends."""
    manager.depositBond(value=ETHER, sender=owner)
    task, _ = schedule_data(manager, puppet, performance((manager, again(manager, at))), at, GAS, sender=owner)
    run(manager, task, executor)
    assert performed(manager) == [refused("TaskValidation_TargetBlockInPast(uint64,uint256)", at, at)]


# ---- currentTask


def test_current_task(manager, owner, executor, puppet, at):
    """Id, owner, attempt, payment with top-ups, first price: for each attempt."""
    manager.depositBond(value=ETHER, sender=owner)
    look = manager.currentTask.prepare_calldata()
    # It does the same in each run: the second time the block is not ahead any more.
    data = performance((manager, look), (manager, again(manager, at + 10)), (manager, look))
    task, first = schedule_data(manager, puppet, data, at, GAS, sender=owner)
    manager.topUpTask(task, value=123, sender=owner)
    first_price = first >> (first.bit_length() - 11) << (first.bit_length() - 11)
    types = ["bytes32", "address", "uint256", "uint256", "uint256"]

    run(manager, task, executor)
    before, _, after = performed(manager)
    told = decode(types, before[1])
    assert told == (task, owner.lower(), 1, first + 123, first_price)
    assert decode(types, after[1]) == told

    new = moved(task, at + 10)
    second = manager.getTaskPayment(new)
    run(manager, new, executor)
    before, refusal, _ = performed(manager)
    assert decode(types, before[1]) == (new, owner.lower(), 2, second, first_price)
    assert refusal == refused("TaskValidation_TargetBlockInPast(uint64,uint256)", at + 10, at + 10)
    assert first_price <= first < first_price * (1 + 2**-10)
    with reverts("NoActiveTask()"):
        manager.currentTask()


def test_no_task_is_current_while_fees_are_paid(manager, owner, executor, puppet, stranger, at, system, target, call):
    """The payee is called after the last run."""
    payee = boa.env.generate_address("payee")
    schedule(system, system.minimal, target, call, at, sender=owner)
    # Calls currentTask() of its caller and reverts if that succeeds: selector at the highest bytes of word 0.
    selector = manager.currentTask.prepare_calldata()[:4].hex()
    code = f"63{selector}60e01b5f525f5f60045f335afa601657005b5f5ffd"
    boa.env.set_code(payee, bytes.fromhex(code))
    roll_to(at)
    fees = manager.executeTasks(payee, 0, sender=executor)
    assert balance(payee) == fees > 0
    assert manager.creditOf(payee) == 0
