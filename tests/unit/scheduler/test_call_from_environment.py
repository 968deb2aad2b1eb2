"""callFromEnvironment: the owner has an environment make a call, for what the task left behind"""

from types import SimpleNamespace

import boa
import pytest

from tests.helpers.chain import ETHER, balance, reverts
from tests.helpers.flow import call_unbounded
from tests.helpers.hostile import calldata
from tests.helpers.schedule import (
    CANCELLED,
    EXPIRED,
    FAILED,
    RESCHEDULED,
    SCHEDULED,
    SUCCEEDED,
    block,
    mock,
    pack,
    roll_to,
    schedule,
    unpack,
)
from tests.helpers.tasks import (
    NOBODY,
    REFUSES,
    environment_of,
    fund,
    own_names,
    performance,
    performed,
    refused,
    run,
    schedule_data,
)

SIGNATURE = "callFromEnvironment(bytes32,address,uint256,bytes)"
MAX_DATA = 4_096
MAX_ANSWER = 1_024
# Hands its calldata back: CALLDATASIZE 0 0 CALLDATACOPY, CALLDATASIZE 0, then RETURN or REVERT.
ECHOES = bytes.fromhex("365f5f37365ff3")
REVERTS_WITH_CALLDATA = bytes.fromhex("365f5f37365ffd")
LENGTHS = [0, 1, 4, 31, 32, 33, 224, 256, 1_023, 1_024, 1_025, 2_048, 4_095, 4_096]


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def task(system, owner, target, call, at):
    return schedule(system, system.minimal, target, call, at, sender=owner)[0]


@pytest.fixture
def environment(task):
    return environment_of(task)


def account_with(code: bytes) -> str:
    account = boa.env.generate_address()
    boa.env.set_code(account, code)
    return account


def content(length: int) -> bytes:
    return bytes(byte % 251 + 1 for byte in range(length))


def test_default_behavior(manager, owner, executor, target, call, task, environment):
    """Before the run and after it: the environment is the caller, and the task is as it was."""
    held = balance(manager)
    assert manager.callFromEnvironment(task, target.address, 0, call, sender=owner) == b""
    assert own_names(manager) == []
    assert (target.total(), target.caller()) == (7, environment)
    assert (manager.getTaskStatus(task), balance(manager)) == (SCHEDULED, held)
    run(manager, task, executor)
    manager.callFromEnvironment(task, target.address, 0, call, sender=owner)
    assert (target.total(), target.caller()) == (21, environment)
    assert manager.getTaskStatus(task) == SUCCEEDED


@pytest.mark.parametrize("status", [FAILED, CANCELLED, EXPIRED, RESCHEDULED])
def test_task_in_any_state(system, manager, owner, executor, target, call, at, status):
    """A task that runs again has the same environment under its new id."""
    manager.depositBond(value=ETHER, sender=owner)
    kind = system.rescheduling if status == RESCHEDULED else system.minimal
    task, _ = schedule(system, kind, target, target.fail.prepare_calldata(b""), at, 250_000, sender=owner)
    ids = [task]
    if status == CANCELLED:
        manager.cancelTask(task, sender=owner)
    elif status == EXPIRED:
        roll_to(at + manager.EXECUTION_WINDOW() + 1)
    else:
        run(manager, task, executor)
        if status == RESCHEDULED:
            number, when, *rest = unpack(task)
            ids.append(pack(number, when + 5, *rest))
    assert manager.getTaskStatus(task) == status
    for number, one in enumerate(ids, 1):
        manager.callFromEnvironment(one, target.address, 0, call, sender=owner)
        assert (target.total(), target.caller()) == (7 * number, environment_of(task))


@pytest.mark.parametrize("length", LENGTHS)
def test_answer_is_handed_back(manager, owner, task, length):
    """Its first 1,024 bytes; the data arrives whole."""
    data = content(length)
    answer = manager.callFromEnvironment(task, account_with(ECHOES), 0, data, sender=owner)
    assert answer == data[:MAX_ANSWER]


def test_megabyte_is_cut(manager, owner, task):
    answer = manager.callFromEnvironment(task, account_with(bytes.fromhex("620f42405ff3")), 0, b"", sender=owner)
    assert answer == bytes(MAX_ANSWER)


@pytest.mark.parametrize("length", LENGTHS)
def test_reverts_with_what_the_account_reverts_with(manager, owner, task, environment, length):
    """All of it, and nothing of the call stays: the manager is not locked afterwards."""
    fund(environment, 9)
    refuser = account_with(REVERTS_WITH_CALLDATA)
    data = manager.callFromEnvironment.prepare_calldata(task, refuser, 5, content(length))
    result = boa.env.execute_code(manager.address, sender=owner, data=data)
    assert result.is_error
    assert result.output == content(length)
    assert (balance(environment), balance(refuser)) == (9, 0)
    manager.topUpTask(task, value=1, sender=owner)


def test_longer_data_than_4096_bytes(manager, owner, task, target):
    longest = call_unbounded(manager, SIGNATURE, task, account_with(ECHOES), 0, content(MAX_DATA), sender=owner)
    assert longest.is_success
    longer = call_unbounded(manager, SIGNATURE, task, account_with(ECHOES), 0, content(MAX_DATA + 1), sender=owner)
    assert longer.is_error
    assert longer.output == b""


@pytest.mark.parametrize("amount", [0, 1, 8, 9])
def test_ether_of_the_environment(manager, owner, stranger, task, environment, amount):
    """To an account, and to a contract with data: the exact amount, of the environment's balance alone."""
    held = balance(manager)
    for to in (stranger, account_with(ECHOES)):
        with boa.env.anchor():
            fund(environment, 9)
            before = balance(to)
            manager.callFromEnvironment(task, to, amount, b"\1\2", sender=owner)
            assert (balance(to) - before, balance(environment)) == (amount, 9 - amount)
            assert balance(manager) == held == manager.getTaskPayment(task)


@pytest.mark.parametrize(("amount", "has"), [(1, 0), (10, 9), (2**256 - 1, 9), (2**255, 9)])
def test_reverts_insufficient_funds(manager, owner, stranger, task, environment, amount, has):
    fund(environment, has)
    before = balance(stranger)
    with reverts("InsufficientFunds()"):
        manager.callFromEnvironment(task, stranger, amount, b"", sender=owner)
    assert (balance(environment), balance(stranger)) == (has, before)


def test_account_that_refuses_ether(manager, owner, task, environment):
    fund(environment, 9)
    with reverts(""):
        manager.callFromEnvironment(task, account_with(REFUSES), 9, b"", sender=owner)
    assert balance(environment) == 9


def test_plain_call_of_an_account_without_code(manager, owner, task):
    for to in (boa.env.generate_address(), NOBODY):
        assert manager.callFromEnvironment(task, to, 0, b"\1\2\3\4", sender=owner) == b""


@pytest.mark.parametrize("amount", [0, 2**255])
def test_reverts_manager(manager, owner, task, amount):
    """Whatever the call and the amount: before anything else, but for the owner only."""
    for data in (b"", manager.depositBond.prepare_calldata(), manager.withdrawCredit.prepare_calldata(owner)):
        with reverts("TaskValidation_InvalidTargetAddress()"):
            manager.callFromEnvironment(task, manager.address, amount, data, sender=owner)


def test_reverts_unauthorized(
    system, manager, owner, stranger, executor, canceller, target, call, at, task, environment
):
    """No canceller, no other owner, not the environment; whatever else is wrong."""
    manager.addTaskCanceller(task, canceller, sender=owner)
    manager.addEnvironmentCanceller(task, canceller, sender=owner)
    schedule(system, system.minimal, target, call, at, sender=stranger)
    fund(environment, 9)
    for sender in (stranger, canceller, executor, system.deployer, environment, system.environment_proxy.address):
        for to, amount in ((target.address, 0), (manager.address, 0), (sender, 9), (sender, 10)):
            with reverts("Unauthorized(address,address)", sender, owner):
                manager.callFromEnvironment(task, to, amount, call, sender=sender)
    assert (target.total(), balance(environment)) == (0, 9)


def test_reverts_task_not_found(manager, owner, target, call, task):
    number, when, index, size, _ = unpack(task)
    unknown = [
        bytes(32),
        pack(number, when, index, size, 1),
        pack(number, when + 1, index, size),
        pack(number, when, index + 1, size),
        pack(number, when, index, size + 1),
        pack(number ^ 1, when, index, size),
    ]
    for one in unknown:
        with reverts("TaskNotFound(bytes32)", one):
            manager.callFromEnvironment(one, target.address, 0, call, sender=owner)


def test_sends_no_value(manager, owner, target, call, task):
    """The call of the manager takes none."""
    data = manager.callFromEnvironment.prepare_calldata(task, target.address, 0, call)
    result = boa.env.execute_code(manager.address, sender=owner, data=data, value=1)
    assert (result.is_error, result.output) == (True, b"")


# ---- who calls whom


def test_owner_that_is_a_contract(manager, system, stranger, puppet, target, call, at):
    """Its rights are its own: the account behind it has none."""
    fund(puppet.address)
    data = manager.encodeTask(target.address, call)
    task, _ = schedule_data(manager, system.minimal, data, at, sender=puppet.address)
    order = manager.callFromEnvironment.prepare_calldata(task, target.address, 0, call)
    with reverts("Unauthorized(address,address)", stranger, puppet.address):
        manager.callFromEnvironment(task, target.address, 0, call, sender=stranger)
    boa.env.execute_code(puppet.address, sender=stranger, data=performance((manager, order)))
    assert (target.total(), target.caller()) == (7, environment_of(task))


def test_contract_of_the_owner_has_no_right(manager, owner, puppet, target, call, task):
    order = manager.callFromEnvironment.prepare_calldata(task, target.address, 0, call)
    inner = boa.env.execute_code(puppet.address, sender=owner, data=performance((manager, order)))
    assert performed(SimpleNamespace(_computation=inner)) == [
        refused("Unauthorized(address,address)", puppet.address, owner)
    ]


def test_called_account_cannot_call_back(manager, owner, puppet, target, call, at, task):
    """The manager is locked, and no task runs."""
    calls = [
        manager.cancelTask.prepare_calldata(task),
        manager.callFromEnvironment.prepare_calldata(task, target.address, 0, call),
        manager.sweepEnvironment.prepare_calldata(task, owner),
        manager.executeTasks.prepare_calldata(owner, 0),
        manager.depositBond.prepare_calldata(),
        manager.rescheduleTask.prepare_calldata(at + 50, 2**256 - 1),
        manager.currentTask.prepare_calldata(),
    ]
    answers = []
    for data in calls:
        manager.callFromEnvironment(task, puppet.address, 0, performance((manager, data)), sender=owner)
        answers += performed(manager)
    assert answers == [refused("TaskManagerLocked()")] * 5 + [refused("NoActiveTask()")] * 2
    assert manager.getTaskStatus(task) == SCHEDULED


def test_environment_cannot_order_an_environment(system, manager, owner, stranger, target, call, at, task, environment):
    """Itself, another, or the account that all delegate to: each admits the manager only."""
    other, _ = schedule(system, system.minimal, target, call, at, sender=stranger)
    fund(environment, 9)
    fund(environment_of(other), 9)
    orders = [
        calldata("run(uint256)", 100_000),
        calldata("sweep(address)", owner),
        calldata("sweepToken(address,address)", target.address, owner),
        calldata("callFrom(address,uint256,bytes)", owner, 9, b""),
        calldata("executeTask(bytes)", b""),
    ]
    for to in (environment, environment_of(other), system.environment_proxy.address):
        for order in orders:
            with reverts("CallerNotOwnerOrTaskManager()"):
                manager.callFromEnvironment(task, to, 0, order, sender=owner)
    assert balance(environment) == balance(environment_of(other)) == 9


def test_reverts_during_a_run(system, manager, owner, executor, puppet, target, call, at, task):
    """By the running task, by a contract that it calls, by the owner's own contract."""
    order = manager.callFromEnvironment.prepare_calldata(task, target.address, 0, call)
    data = performance((manager, order), (puppet, performance((manager, order))))
    other, _ = schedule_data(manager, puppet, data, at, 250_000, sender=owner)
    run(manager, other, executor)
    by_task, by_contract, _ = performed(manager)
    assert by_task == by_contract == refused("TaskManagerLocked()")
    assert target.total() == 7  # of the task itself


# ---- tokens


def test_approvals_and_nfts(manager, owner, stranger, task, environment):
    nft = mock("Nft").deploy()
    for number in (1, 2, 3):
        nft.safeMint(environment, number, b"")

    def order(data: bytes):
        manager.callFromEnvironment(task, nft.address, 0, data, sender=owner)

    order(nft.transferFrom.prepare_calldata(environment, owner, 1))
    assert nft.ownerOf(1) == owner
    order(nft.approve.prepare_calldata(stranger, 2))
    nft.transferFrom(environment, stranger, 2, sender=stranger)
    assert nft.ownerOf(2) == stranger
    order(nft.setApprovalForAll.prepare_calldata(stranger, True))
    order(nft.setApprovalForAll.prepare_calldata(stranger, False))
    assert not nft.isApprovedForAll(environment, stranger)
    assert nft.ownerOf(3) == environment


def test_does_what_both_sweeps_do(manager, owner, stranger, task, environment):
    coin = mock("Token").deploy((1).to_bytes(32, "big"), False)
    coin.mint(environment, 77)
    fund(environment, 9)
    answer = manager.callFromEnvironment(
        task, coin.address, 0, coin.transfer.prepare_calldata(stranger, 70), sender=owner
    )
    assert answer == (1).to_bytes(32, "big")
    assert (coin.balanceOf(stranger), coin.balanceOf(environment)) == (70, 7)
    manager.sweepEnvironmentToken(task, coin.address, stranger, sender=owner)
    manager.callFromEnvironment(task, owner, 4, b"", sender=owner)
    before = balance(stranger)
    manager.sweepEnvironment(task, stranger, sender=owner)
    assert (coin.balanceOf(stranger), balance(stranger) - before) == (77, 5)
    assert balance(environment) == 0
