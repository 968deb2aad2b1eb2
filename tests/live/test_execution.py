"""Executors on a real node: calls with more ids than their gas holds, and the last run of a task that comes again."""

import pytest
from eth_abi import encode
from web3.logs import DISCARD

from taskpools.demo.scheduled_calls import task_data
from taskpools.system import deployer
from tests.helpers.chain import ETHER, error_data
from tests.helpers.compiled import mock_deployer
from tests.helpers.schedule import FAILED, GAS, MEDIUM, NO_MAXIMUM, RESCHEDULED, SCHEDULED, SMALL, SUCCEEDED
from tests.helpers.tasks import GWEI, environment_of, price, shares

pytestmark = pytest.mark.usefixtures("rolled_back")

POKE = 7
INTERVAL = 20  # blocks; the deployed one of a day takes a node a minute
TASKS = 256
RESERVE = 700_000
A_TRANSACTION = 8  # calls that a puppet makes at once


@pytest.fixture
def manager(client):
    return client.contracts["TaskManager"]


@pytest.fixture
def owner(client):
    return client.account("owner")


@pytest.fixture
def executor(client):
    return client.account("executor")


@pytest.fixture
def target(client, owner):
    return created(client, owner, "Target")


def created(client, account, name: str):
    mock = mock_deployer(f"scheduler/{name}.vy")
    return client.web3.eth.contract(client.create(account, mock.compiler_data.bytecode), abi=mock.abi)


def logged(contract, name: str, receipt) -> list[dict]:
    return [dict(log["args"]) for log in contract.events[name]().process_receipt(receipt, DISCARD)]


def reach(node, block: int):
    """The next transaction is in this block."""
    node.mine(block - 1 - node.number("eth_blockNumber"))


def encoded(function) -> bytes:
    return bytes.fromhex(function._encode_transaction_data()[2:])


def data_of(target, name: str, *arguments) -> bytes:
    return task_data(target.address, encoded(target.functions[name](*arguments)))


def scheduling(manager, implementation: str, size: int, at: int, data: bytes) -> bytes:
    return encoded(manager.functions.scheduleTask(implementation, GAS[size], at, NO_MAXIMUM, data))


# ---- executeTasksById: what does not fit is left out


@pytest.fixture
def due(client, node, manager, owner, target):
    """The ids of many tasks that are due, and the payment for each. Every third burns all its gas."""
    at = node.number("eth_blockNumber") + 100
    minimal = client.contracts["MinimalTaskEnvironment"].address
    puppet = created(client, owner, "Puppet")
    paid = ETHER // 100
    calls = [
        (manager.address, paid, scheduling(manager, minimal, SMALL, at, data_of(target, *act)))
        for act in ([("poke", POKE), ("burn",), ("poke", POKE)] * TASKS)[:TASKS]
    ]
    ids = []
    for first in range(0, TASKS, A_TRANSACTION):
        part = calls[first : first + A_TRANSACTION]
        receipt = client.send(owner, puppet.functions.perform(part, b"", False), paid * len(part), 10_000_000)
        ids += [log["taskId"] for log in logged(manager, "TaskScheduled", receipt)]
    assert len(set(ids)) == TASKS
    reach(node, at)
    return ids, {task: manager.functions.getTaskPayment(task).call() for task in ids}


def ran(manager, receipt) -> list[bytes]:
    return [log["taskId"] for log in logged(manager, "TaskExecuted", receipt)]


def test_what_does_not_fit_is_left_out(client, node, manager, executor, due):
    """However many ids follow the last task that fits: what was begun is paid, and the rest waits."""
    ids, payments = due
    for count, gas, most in ((60, 600_000, 3), (256, 2_000_000, 40), (1, 100_000, 0), (60, 100_000, 0)):
        function = manager.functions.executeTasksById(ids[:count], executor.address)
        with node.undone():
            had = client.balance(executor)
            receipt = client.send(executor, function, gas=gas)
            done = ran(manager, receipt)
            assert len(done) <= most
            assert bool(done) == (most > 0)
            assert done == ids[: len(done)]
            earned = shares(sum(payments[task] for task in done))[0]
            spent = receipt["gasUsed"] * receipt["effectiveGasPrice"]
            assert client.balance(executor) - had + spent == (earned if done else 0)
            statuses = [manager.functions.getTaskStatus(task).call() for task in ids[: len(done) + 1]]
            assert statuses == [(SUCCEEDED, FAILED)[number % 3 == 1] for number in range(len(done))] + [SCHEDULED]


def test_reserve_is_left(client, node, manager, executor, due):
    ids, _ = due
    gas, unspent, count = 2_000_000, {}, {}
    for reserve in (0, RESERVE):
        function = manager.functions.executeTasksById(ids, executor.address, reserve)
        with node.undone():
            receipt = client.send(executor, function, gas=gas)
            unspent[reserve], count[reserve] = gas - receipt["gasUsed"], len(ran(manager, receipt))
    assert count[0] > count[RESERVE] > 0
    assert unspent[RESERVE] >= RESERVE > unspent[0]


# ---- RecurringTaskEnvironment: the last run counts


def test_the_last_run_counts(client, node, manager, owner, executor, target):
    """
    The bond pays for a second run. That one is not undone for want of a third, and an event says why none follows.
    """
    at = node.number("eth_blockNumber") + 50
    code = deployer("RecurringTaskEnvironment").compiler_data.bytecode
    recurring = client.contract(
        "RecurringTaskEnvironment",
        client.create(owner, code + encode(["address", "uint64"], [manager.address, INTERVAL])),
    )
    data = data_of(target, "poke", POKE)
    function = manager.functions.scheduleTask(recurring.address, GAS[MEDIUM], at, NO_MAXIMUM, data)
    (scheduled,) = logged(manager, "TaskScheduled", client.send(owner, function, ETHER // 1_000))
    client.send(owner, manager.functions.depositBond(), ETHER)
    task = scheduled["taskId"]
    environment = client.contract("RecurringTaskEnvironment", environment_of(task))

    def run(number: int, block: int, status: int):
        """What the environment pays for the next run, and the receipt."""
        reach(node, block)
        payment, had = manager.functions.getTaskPayment(task).call(), client.balance(executor)
        receipt = client.send(executor, manager.functions.executeTasks(executor.address, 0), gas=2_000_000)
        (executed,) = logged(manager, "TaskExecuted", receipt)
        assert (executed["taskId"], executed["success"]) == (task, True)
        assert target.functions.total().call() == POKE * number
        spent = receipt["gasUsed"] * receipt["effectiveGasPrice"]
        assert client.balance(executor) - had + spent == shares(payment)[0]
        assert manager.functions.getTaskStatus(task).call() == status
        base_fee = client.web3.eth.get_block(receipt["blockNumber"])["baseFeePerGas"]
        return price(GAS[MEDIUM], INTERVAL, gas_price=max(base_fee, GWEI)), receipt

    cost, receipt = run(1, at, RESCHEDULED)
    assert manager.functions.bondOf(owner.address).call() == ETHER - cost
    assert not logged(environment, "RecurrenceRefused", receipt)
    client.send(owner, manager.functions.withdrawBond(ETHER - cost - 1))
    (again,) = logged(manager, "TaskScheduled", receipt)
    task, second = again["taskId"], receipt["blockNumber"] + INTERVAL

    cost, receipt = run(2, second, SUCCEEDED)
    assert logged(environment, "RecurrenceRefused", receipt) == [
        {"target": target.address, "reason": error_data("InsufficientBond(uint256,uint256)", cost, 1)}
    ]
    assert not logged(manager, "TaskScheduled", receipt)
    assert manager.functions.bondOf(owner.address).call() == 1
