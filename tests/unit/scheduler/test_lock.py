"""
While a task runs, and while anyone is paid, every function that changes state is refused, but rescheduleTask to the
task.
"""

import boa
import pytest

from taskpools.abi import abi
from tests.helpers.chain import ETHER, balance
from tests.helpers.schedule import NO_MAXIMUM, block, roll_to, schedule
from tests.helpers.signatures import digest
from tests.helpers.tasks import environment_of, fund, own, performance, performed, refused, run, schedule_data


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def calls(system, manager, owner, target, call, at):
    """Every state-changing function but rescheduleTask: its calldata, and the value that it needs."""
    task, _ = schedule(system, system.minimal, target, call, at + 50, sender=owner)
    to = boa.env.generate_address("to")
    schedule_arguments = (system.minimal.address, 100_000, at + 50, NO_MAXIMUM, b"")
    arguments = {
        "scheduleTask": (*schedule_arguments,),
        "scheduleWithBond": (*schedule_arguments,),
        "topUpTask": (task,),
        "cancelTask": (task,),
        "executeTasks": (to, 0),
        "executeTasksById": ([], to, 0),
        "expireTasks": ([],),
        "addTaskCanceller": (task, to),
        "addEnvironmentCanceller": (task, to),
        "removeTaskCanceller": (task, to),
        "removeEnvironmentCanceller": (task, to),
        "sweepEnvironment": (task, to),
        "sweepEnvironmentToken": (task, target.address, to),
        "depositBond": (),
        "depositBondFor": (to,),
        "withdrawBond": (1,),
        "withdrawCredit": (to,),
        "withdrawCreditFor": (to,),
    }
    payable = {"scheduleTask": ETHER // 100, "topUpTask": 1, "depositBond": 1, "depositBondFor": 1}
    return {
        name: (getattr(manager, name).prepare_calldata(*values), payable.get(name, 0))
        for name, values in arguments.items()
    }


def changing() -> dict[str, bytes]:
    """Name to selector of each function of the manager that changes state."""
    return {
        entry["name"]: digest(entry)[:4]
        for entry in abi("TaskManager")
        if entry["type"] == "function" and entry["stateMutability"] in ("payable", "nonpayable")
    }


def test_list_is_whole(calls):
    assert {name: data[:4] for name, (data, _) in calls.items()} == {
        name: selector for name, selector in changing().items() if name != "rescheduleTask"
    }


@pytest.mark.parametrize("name", [name for name in changing() if name != "rescheduleTask"])
def test_reverts_task_manager_locked(manager, owner, executor, puppet, at, calls, name):
    """By the task itself, and by a contract that it calls."""
    data, value = calls[name]
    inner = performance((manager, data, value))
    task, _ = schedule_data(
        manager, puppet, performance((manager, data, value), (puppet, inner, value)), at, 750_000, sender=owner
    )
    fund(environment_of(task))
    run(manager, task, executor)
    by_task, by_contract, _ = performed(manager)
    assert by_task == by_contract == refused("TaskManagerLocked()")
    assert own(manager, "TaskExecuted")[0]["success"]


def test_wrong_calls_are_locked_first(system, manager, owner, executor, puppet, at):
    """Whatever else is wrong with them."""
    nobody = "0x" + "00" * 20
    wrong = [
        manager.scheduleTask.prepare_calldata(nobody, 750_001, 0, 0, b""),
        manager.scheduleWithBond.prepare_calldata(nobody, 750_001, 0, 0, b""),
        manager.cancelTask.prepare_calldata(bytes(32)),
        manager.topUpTask.prepare_calldata(bytes(32)),
        manager.executeTasks.prepare_calldata(nobody, 0),
        manager.depositBondFor.prepare_calldata(nobody),
        manager.withdrawCredit.prepare_calldata(nobody),
        manager.addTaskCanceller.prepare_calldata(bytes(32), nobody),
    ]
    task, _ = schedule_data(
        manager, puppet, performance(*((manager, data) for data in wrong)), at, 250_000, sender=owner
    )
    run(manager, task, executor)
    assert performed(manager) == [refused("TaskManagerLocked()")] * len(wrong)


@pytest.mark.parametrize("entry", ["fees", "refund", "surplus", "bond", "credit", "sweep"])
def test_payee_is_locked_out(system, manager, owner, executor, target, call, at, entry):
    """
    A payee that calls back when it is paid: it calls depositBond with 1 wei and keeps the payment if that is refused.
    """
    selector = manager.depositBond.prepare_calldata()
    # CALL(gas, manager, 1, 0, 4, 0, 0); revert if it succeeded.
    code = bytes.fromhex(f"63{selector.hex()}60e01b5f525f5f60045f600173{manager.address[2:]}5af1602c57005b5f5ffd")
    task, cost = schedule(system, system.minimal, target, call, at, sender=owner)
    payee = boa.env.generate_address("payee")
    fund(payee, ETHER)
    if entry in ("refund", "surplus", "bond", "credit"):
        payee = owner
    before = balance(payee)
    if entry == "bond":
        manager.depositBond(value=5, sender=owner)
        before -= 5
    if entry == "credit":
        boa.env.set_code(owner, bytes.fromhex("5f5ffd"))
        manager.scheduleTask(system.minimal.address, 1, at, NO_MAXIMUM, b"", value=ETHER, sender=owner)
        before = balance(owner)
    boa.env.set_code(payee, code)
    if entry == "sweep":
        fund(environment_of(task), 7)
        manager.sweepEnvironment(task, payee, sender=owner)
        gained = 7
    elif entry == "fees":
        roll_to(at)
        gained = manager.executeTasks(payee, 0, sender=executor)
    elif entry == "refund":
        manager.cancelTask(task, sender=owner)
        gained = cost
    elif entry == "surplus":
        charged = manager.scheduleTask(system.minimal.address, 1, at, NO_MAXIMUM, b"", value=ETHER, sender=owner)[1]
        gained = -charged
    elif entry == "bond":
        manager.withdrawBond(5, sender=owner)
        gained = 5
    elif entry == "credit":
        gained = manager.creditOf(owner)
        manager.withdrawCredit(owner, sender=owner)
    assert gained
    assert balance(payee) == before + gained
    assert manager.creditOf(payee) == manager.bondOf(payee) == 0


def test_free_again_after_each_call(system, manager, owner, executor, stranger, target, call, at):
    """Also after a call that ran nothing, and after one that was refused."""
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    manager.depositBond(value=1, sender=owner)
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    run(manager, task, executor)
    manager.depositBond(value=1, sender=owner)
    assert manager.executeTasksById([task], executor, sender=executor) == 0
    assert manager.expireTasks([task]) == 0
    manager.withdrawBond(2, sender=owner)
    assert manager.bondOf(owner) == 0
