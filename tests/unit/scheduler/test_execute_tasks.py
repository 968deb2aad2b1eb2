"""TaskManager.executeTasks"""

import boa
import pytest

from tests.helpers.chain import balance, reverts
from tests.helpers.schedule import (
    FAILED,
    GAS,
    LARGE,
    MEDIUM,
    SCHEDULED,
    SMALL,
    SUCCEEDED,
    block,
    mock,
    roll_to,
    schedule,
    set_coinbase,
)
from tests.helpers.tasks import (
    BURNS_GAS,
    NOBODY,
    own,
    own_logs,
    own_names,
    performance,
    refuses_payments,
    run,
    schedule_data,
    shares,
)


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def validator():
    account = boa.env.generate_address("validator")
    set_coinbase(account)
    return account


def executed(manager) -> list[bytes]:
    """The ids that the last call executed, in order."""
    return [fields["taskId"] for fields in own(manager, "TaskExecuted")]


def test_default_behavior(system, manager, owner, executor, stranger, validator, target, call, at):
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at)
    before = balance(stranger)
    fees = manager.executeTasks(stranger, 0, sender=executor)
    for_executor, for_validator, for_protocol = shares(cost)
    assert fees == for_executor
    assert balance(stranger) == before + fees
    assert manager.creditOf(validator) == for_validator
    assert manager.creditOf(system.deployer) == for_protocol
    assert balance(manager) == for_validator + for_protocol
    assert manager.getTaskStatus(task) == SUCCEEDED
    assert manager.isTaskExecuted(task)
    assert manager.getTaskPayment(task) == 0
    assert target.total() == 7
    assert manager.executeTasks(stranger, 0, sender=executor) == 0
    assert target.total() == 7


def test_emits_executions_shares_and_totals(system, manager, owner, executor, stranger, validator, target, call, at):
    good, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    bad, other = schedule(system, system.basic, target, target.fail.prepare_calldata(b"why"), at, sender=owner)
    roll_to(at)
    manager.executeTasks(stranger, 0, sender=executor)
    for_executor, for_validator, for_protocol = shares(cost + other)
    assert [(log.name, log.fields) for log in own_logs(manager)] == [
        (
            "TaskExecuted",
            {"taskId": good, "executor": executor, "success": True, "returnData": (1).to_bytes(32, "big")},
        ),
        ("TaskExecuted", {"taskId": bad, "executor": executor, "success": False, "returnData": b"why"}),
        ("PaymentCredited", {"account": validator, "amount": for_validator}),
        ("ProtocolFeeCollected", {"amount": for_protocol}),
        ("ExecutorReimbursed", {"executor": stranger, "amount": for_executor}),
        ("TasksExecuted", {"executed": 2, "failed": 1}),
    ]


def test_shares_add_up(manager):
    parts = (manager.EXECUTOR_SHARE_BPS(), manager.VALIDATOR_SHARE_BPS(), manager.PROTOCOL_SHARE_BPS())
    assert sum(parts) == 10_000
    assert all(parts)


@pytest.mark.parametrize("extra", range(21))
def test_shares_to_the_wei(system, manager, owner, executor, validator, target, call, at, extra):
    """Rounding goes to the executor, whatever the rest of the division is."""
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    if extra:
        manager.topUpTask(task, value=extra, sender=owner)
    paid = cost + extra
    fees = run(manager, task, executor)
    assert (fees, manager.creditOf(validator), manager.creditOf(system.deployer)) == (
        paid - 2 * (paid // 20),
        paid // 20,
        paid // 20,
    )


def test_share_of_a_zero_coinbase_is_the_protocols(system, manager, owner, executor, target, call, at):
    set_coinbase(NOBODY)
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    run(manager, task, executor)
    assert own(manager, "ProtocolFeeCollected") == [{"amount": 2 * (cost // 20)}]
    assert own(manager, "PaymentCredited") == []
    assert manager.creditOf(system.deployer) == 2 * (cost // 20)
    assert manager.creditOf(NOBODY) == 0


def test_validator_may_be_the_treasury(system, manager, owner, executor, target, call, at):
    set_coinbase(system.deployer)
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    run(manager, task, executor)
    assert manager.creditOf(system.deployer) == 2 * (cost // 20)


@pytest.mark.parametrize("code", ["reverts", "burns gas"])
def test_fees_are_credited_to_a_payee_that_refuses_them(
    system, manager, owner, executor, stranger, target, call, at, code
):
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    refuses_payments(stranger)
    if code == "burns gas":
        boa.env.set_code(stranger, BURNS_GAS)
    before = balance(stranger)
    roll_to(at)
    fees = manager.executeTasks(stranger, 0, sender=executor)
    assert own(manager, "ExecutorReimbursed") == [{"executor": stranger, "amount": fees}]
    assert own_logs(manager)[-1].fields == {"account": stranger, "amount": fees}
    assert fees == shares(cost)[0] == manager.creditOf(stranger)
    assert balance(stranger) == before
    assert balance(manager) == cost
    assert manager.getTaskStatus(task) == SUCCEEDED


def test_reverts_invalid_payout_address(system, manager, owner, executor, target, call, at):
    with reverts("InvalidPayoutAddress(address)", NOBODY):
        manager.executeTasks(NOBODY, 0, sender=executor)
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at)
    with reverts("InvalidPayoutAddress(address)", NOBODY):
        manager.executeTasks(NOBODY, 0, sender=executor)
    with reverts("InvalidPayoutAddress(address)", NOBODY):
        manager.executeTasksById([task], NOBODY, sender=executor)


def test_nothing_due_logs_nothing(system, manager, owner, executor, target, call, at):
    before = balance(executor)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert own_names(manager) == []
    schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at - 1)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert own_names(manager) == []
    assert balance(executor) == before


# ---- when


@pytest.mark.parametrize("early", [1, 60_000])
def test_window(system, manager, owner, executor, target, call, early):
    """From the target block to the last of the window, both included; near the first block and far from it."""
    roll_to(early)
    at, window = block() + 5, manager.EXECUTION_WINDOW()
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    for when, runs in ((at - 1, 0), (at, 1), (at + 1, 1), (at + window, 1), (at + window + 1, 0)):
        with boa.env.anchor():
            roll_to(when)
            fees = manager.executeTasks(executor, 0, sender=executor)
            assert len(executed(manager)) == runs == (fees > 0)
        with boa.env.anchor():
            roll_to(when)
            fees = manager.executeTasksById([task], executor, sender=executor)
            assert len(executed(manager)) == runs == (fees > 0)


# ---- in what order


def test_order(system, manager, owner, stranger, executor, target, call, at):
    """The earliest block first, in a block large, medium, small, in a size by index."""
    expected = {}
    for block_number in (at + 1, at, at + 4_000, at + 2):
        for size in (SMALL, LARGE, MEDIUM, SMALL, LARGE, MEDIUM):
            sender = (owner, stranger)[len(expected) % 2]
            task, _ = schedule(system, system.minimal, target, call, block_number, GAS[size], sender=sender)
            index = sum(key[:2] == (block_number, -size) for key in expected)
            expected[block_number, -size, index] = task
    roll_to(at + 4_000)
    manager.executeTasks(executor, 0, sender=executor)
    assert executed(manager) == [expected[key] for key in sorted(expected)]


def test_cancelled_tasks_are_passed(system, manager, owner, executor, target, call, at):
    tasks = [schedule(system, system.minimal, target, call, at, sender=owner)[0] for _ in range(6)]
    for index in (0, 2, 3, 5):
        manager.cancelTask(tasks[index], sender=owner)
    roll_to(at)
    manager.executeTasks(executor, 0, sender=executor)
    assert executed(manager) == [tasks[1], tasks[4]]
    assert manager.getNextExecutionBlockInRange(0) == 0


def test_more_than_a_bucket_keeps_in_its_own_word(manager, owner, executor, at):
    """Indices 0 to 93 are in the bucket's word."""
    implementation = boa.env.generate_address("implementation")
    boa.env.set_code(implementation, b"\0")  # STOP
    tasks = [schedule_data(manager, implementation, b"", at, 1_000, sender=owner)[0] for _ in range(97)]
    for index in range(2, 97, 3):
        manager.cancelTask(tasks[index], sender=owner)
    roll_to(at)
    manager.executeTasks(executor, 0, sender=executor)
    assert executed(manager) == [task for index, task in enumerate(tasks) if index % 3 != 2]
    assert manager.getTaskScheduleInRange(100, 0, 10) == ([], 0)


# ---- with how much gas


@pytest.fixture
def burning(system, owner, target, at):
    """Twelve tasks that burn all their gas."""
    burn = target.burn.prepare_calldata()
    return [schedule(system, system.minimal, target, burn, at, sender=owner)[0] for _ in range(12)]


def test_as_many_as_the_gas_allows(manager, executor, at, burning):
    roll_to(at)
    runs = []
    for gas in (50_000, 250_000, 450_000, 650_000, 850_000, 1_050_000, 5_000_000):
        with boa.env.anchor():
            fees = manager.executeTasks(executor, 0, sender=executor, gas=gas)
            done = executed(manager)
            assert done == burning[: len(done)]
            assert (fees > 0) == bool(done)
            if not done:
                assert own_names(manager) == []
            runs.append(len(done))
    assert runs == sorted(runs)
    assert runs[0] == 0
    assert runs[-1] == 12
    assert len(set(runs)) >= 5


def test_goes_on_where_the_gas_ended(manager, executor, at, burning):
    roll_to(at)
    done, calls = [], 0
    while len(done) < 12:
        assert manager.executeTasks(executor, 0, sender=executor, gas=1_000_000) > 0
        assert executed(manager)
        done += executed(manager)
        calls += 1
    assert done == burning
    assert calls > 1


def test_large_task_does_not_stop_smaller_ones(system, manager, owner, executor, target, call, at):
    large, _ = schedule(system, system.minimal, target, call, at, GAS[LARGE], sender=owner)
    medium, _ = schedule(system, system.minimal, target, call, at, GAS[MEDIUM], sender=owner)
    small, _ = schedule(system, system.minimal, target, call, at, GAS[SMALL], sender=owner)
    later, _ = schedule(system, system.minimal, target, call, at + 1, GAS[MEDIUM], sender=owner)
    roll_to(at + 1)
    manager.executeTasks(executor, 0, sender=executor, gas=850_000)
    assert executed(manager) == [medium, small, later]
    assert manager.getTaskStatus(large) == SCHEDULED
    manager.executeTasks(executor, 0, sender=executor, gas=1_500_000)
    assert executed(manager) == [large]


def test_gas_that_a_task_asked_for_is_there(system, manager, owner, executor, at):
    """Whatever gas the call has: the task runs with its own, or does not run."""
    # Fails if less than 99,000 gas are left at its start: GAS PUSH3 GT PUSH1 JUMPI; STOP; JUMPDEST 0 0 REVERT.
    gauge = boa.env.generate_address("gauge")
    boa.env.set_code(gauge, bytes.fromhex("5a620182b811600957005b5f5ffd"))
    assert int("0182b8", 16) == 99_000
    task, _ = schedule_data(manager, gauge, b"", at, 99_002, sender=owner)
    roll_to(at)
    outcomes = []
    for gas in range(200_000, 440_000, 10_000):
        with boa.env.anchor():
            manager.executeTasks(executor, 0, sender=executor, gas=gas)
            outcomes.append(manager.getTaskStatus(task))
    assert set(outcomes) == {SCHEDULED, SUCCEEDED}
    assert outcomes == sorted(outcomes)


def test_no_more_gas_than_a_task_asked_for(system, manager, owner, executor, at):
    # Fails unless more than 99,000 gas are left at its start.
    gauge = boa.env.generate_address("gauge")
    boa.env.set_code(gauge, bytes.fromhex("5a620182b811600957005b5f5ffd"))
    enough, _ = schedule_data(manager, gauge, b"", at, 99_003, sender=owner)
    short, _ = schedule_data(manager, gauge, b"", at, 99_001, sender=owner)
    roll_to(at)
    manager.executeTasks(executor, 0, sender=executor)
    assert [manager.getTaskStatus(task) for task in (enough, short)] == [SUCCEEDED, FAILED]


@pytest.mark.parametrize("reserve", [0, 100_000, 1_000_000, 2_500_000])
def test_reserve_is_left_for_the_caller(manager, at, burning, reserve):
    """Executed through a contract, which looks at what it has left."""
    caller = mock("Executor").deploy()
    roll_to(at)
    counts = []
    for gas in (450_000, 750_000, 1_050_000):
        with boa.env.anchor():
            fees, left = caller.execute(manager.address, reserve, gas=reserve + gas)
            assert left >= reserve
            assert balance(caller) == fees
            counts.append(sum(manager.getTaskStatus(task) == FAILED for task in burning))
    assert 0 < counts[0] < counts[1] < counts[2] < 12


@pytest.mark.parametrize("reserve", [2**64, 2**256 - 1])
def test_reserve_that_no_call_can_have(system, manager, owner, executor, target, call, at, reserve):
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    roll_to(at)
    assert manager.executeTasks(executor, reserve, sender=executor) == 0
    assert manager.getTaskStatus(task) == SCHEDULED


# ---- what is a success


@pytest.mark.parametrize(
    ("response", "succeeds"),
    [
        (b"", True),
        (bytes(31), True),
        (bytes(32), False),
        (bytes(33), True),
        (bytes(64), True),
        (bytes(31) + b"\x01", True),
        (b"\x80" + bytes(31), True),
        (b"\xff" * 32, True),
        (bytes(127), True),
        (b"\xab" * 128, True),
        (b"\xab" * 129, True),
        (bytes(range(250)), True),
    ],
    ids=lambda value: f"{len(value)} bytes {value[:1].hex()}{value[-1:].hex()}" if isinstance(value, bytes) else None,
)
def test_what_the_environment_returned(manager, owner, executor, puppet, at, response, succeeds):
    task, _ = schedule_data(manager, puppet, performance(response=response), at, sender=owner)
    run(manager, task, executor)
    (fields,) = own(manager, "TaskExecuted")
    assert fields == {"taskId": task, "executor": executor, "success": succeeds, "returnData": response[:128]}
    assert own(manager, "TasksExecuted") == [{"executed": 1, "failed": int(not succeeds)}]
    assert manager.getTaskStatus(task) == (SUCCEEDED if succeeds else FAILED)
    assert manager.isTaskExecuted(task)


@pytest.mark.parametrize("length", [0, 1, 4, 31, 32, 33, 64, 127, 128, 129, 256])
def test_what_the_environment_reverted_with(manager, owner, executor, puppet, at, length):
    """A word of 1 too is no success if it was reverted with."""
    response = (bytes(31) + b"\x01") * 8
    data = performance(response=response[:length], fails=True)
    task, cost = schedule_data(manager, puppet, data, at, sender=owner)
    fees = run(manager, task, executor)
    (fields,) = own(manager, "TaskExecuted")
    assert fields == {
        "taskId": task,
        "executor": executor,
        "success": False,
        "returnData": response[: min(length, 128)],
    }
    assert manager.getTaskStatus(task) == FAILED
    assert fees == shares(cost)[0]


@pytest.mark.parametrize("name", ["burn", "return_bomb", "revert_bomb"])
@pytest.mark.parametrize("environment", ["minimal", "basic", "validated"])
def test_hostile_target_costs_only_its_task(system, manager, owner, executor, target, call, at, name, environment):
    data = getattr(target, name).prepare_calldata()
    bad, cost = schedule(system, getattr(system, environment), target, data, at, GAS[MEDIUM], sender=owner)
    good, other = schedule(system, system.minimal, target, call, at, sender=owner)
    fees = run(manager, bad, executor)
    assert executed(manager) == [bad, good]
    assert fees == shares(cost + other)[0]
    assert [manager.getTaskStatus(task) for task in (bad, good)] == [FAILED, SUCCEEDED]


@pytest.mark.parametrize("by_id", [False, True])
def test_implementation_without_code_when_executed(system, manager, owner, executor, target, call, at, by_id):
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    boa.env.set_code(system.minimal.address, b"")
    roll_to(at)
    if by_id:
        fees = manager.executeTasksById([task], executor, sender=executor)
    else:
        fees = manager.executeTasks(executor, 0, sender=executor)
    (fields,) = own(manager, "TaskExecuted")
    assert (fields["success"], fields["returnData"]) == (False, b"")
    assert manager.getTaskStatus(task) == FAILED
    assert fees == shares(cost)[0]
    assert target.total() == 0


def test_target_sees_the_environment(system, manager, owner, executor, target, call, at):
    for environment in (system.minimal, system.basic, system.validated, system.rescheduling):
        with boa.env.anchor():
            task, _ = schedule(system, environment, target, call, at, GAS[MEDIUM], sender=owner)
            run(manager, task, executor)
            assert target.caller() == boa.util.abi.Address(task[12:])
            assert target.total() == 7


def test_ether_in_the_environment_can_be_spent_by_the_task(manager, owner, executor, stranger, puppet, at):
    task, _ = schedule_data(manager, puppet, performance((stranger, b"", 5)), at, sender=owner)
    boa.env.set_balance(boa.util.abi.Address(task[12:]), 12)
    before = balance(stranger)
    run(manager, task, executor)
    assert balance(stranger) == before + 5
    assert balance(boa.util.abi.Address(task[12:])) == 7
