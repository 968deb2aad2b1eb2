"""sweepEnvironment, sweepEnvironmentToken; what an environment takes and refuses"""

import boa
import pytest

from tests.helpers.chain import ETHER, balance, error_data, reverts
from tests.helpers.hostile import calldata
from tests.helpers.schedule import block, mock, schedule
from tests.helpers.tasks import (
    NOBODY,
    environment_of,
    fund,
    performance,
    performed,
    refused,
    refuses_payments,
    run,
    schedule_data,
)

TRUE, FALSE = (1).to_bytes(32, "big"), bytes(32)


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def task(system, owner, target, call, at):
    return schedule(system, system.minimal, target, call, at, sender=owner)[0]


@pytest.fixture
def environment(task):
    return environment_of(task)


def token(answer: bytes = TRUE, fails: bool = False):
    return mock("Token").deploy(answer, fails)


def test_default_behavior(manager, owner, stranger, executor, task, environment):
    """Before and after the run."""
    for ended in (False, True):
        if ended:
            run(manager, task, executor)
        boa.env.raw_call(environment, sender=stranger, value=9)
        before = balance(stranger)
        manager.sweepEnvironment(task, stranger, sender=owner)
        assert balance(stranger) == before + 9
        assert balance(environment) == 0
    assert manager.getTaskPayment(task) == 0


def test_payment_of_the_task_stays(manager, owner, stranger, task, environment):
    held = balance(manager)
    fund(environment, 9)
    manager.sweepEnvironment(task, stranger, sender=owner)
    assert balance(manager) == held == manager.getTaskPayment(task)


@pytest.mark.parametrize("answer", [TRUE, b""], ids=["true", "nothing"])
def test_token(manager, owner, stranger, task, environment, answer):
    coin = token(answer)
    coin.mint(environment, 77)
    manager.sweepEnvironmentToken(task, coin.address, stranger, sender=owner)
    assert (coin.balanceOf(stranger), coin.balanceOf(environment)) == (77, 0)


def test_reverts_token_that_says_no(manager, owner, stranger, task, environment):
    coin = token(FALSE)
    coin.mint(environment, 77)
    with reverts("TransferFailed()"):
        manager.sweepEnvironmentToken(task, coin.address, stranger, sender=owner)
    assert coin.balanceOf(environment) == 77


def test_reverts_with_what_the_token_reverts_with(manager, owner, stranger, task, environment):
    coin = token(error_data("Paused()"), fails=True)
    with reverts("Paused()"):
        manager.sweepEnvironmentToken(task, coin.address, stranger, sender=owner)


def test_reverts_token_without_code(manager, owner, stranger, executor, task):
    for account in (executor, NOBODY):
        with reverts("TransferFailed()"):
            manager.sweepEnvironmentToken(task, account, stranger, sender=owner)


def test_reverts_unauthorized(manager, owner, stranger, canceller, task, environment):
    manager.addTaskCanceller(task, canceller, sender=owner)
    manager.addEnvironmentCanceller(task, canceller, sender=owner)
    fund(environment, 9)
    coin = token()
    for sender in (stranger, canceller):
        for to in (sender, NOBODY):
            with reverts("Unauthorized(address,address)", sender, owner):
                manager.sweepEnvironment(task, to, sender=sender)
            with reverts("Unauthorized(address,address)", sender, owner):
                manager.sweepEnvironmentToken(task, coin.address, to, sender=sender)
    assert balance(environment) == 9


def test_reverts_invalid_payout_address(manager, owner, task):
    with reverts("InvalidPayoutAddress(address)", NOBODY):
        manager.sweepEnvironment(task, NOBODY, sender=owner)
    with reverts("InvalidPayoutAddress(address)", NOBODY):
        manager.sweepEnvironmentToken(task, token().address, NOBODY, sender=owner)


def test_reverts_payee_refuses(manager, owner, stranger, task, environment):
    fund(environment, 9)
    refuses_payments(stranger)
    with reverts("TransferFailed()"):
        manager.sweepEnvironment(task, stranger, sender=owner)
    assert balance(environment) == 9


def test_reverts_during_a_run(manager, owner, executor, puppet, at, task):
    """The owner's own contract cannot sweep while a task runs."""
    coin = token()
    data = performance(
        (manager, manager.sweepEnvironment.prepare_calldata(task, owner)),
        (manager, manager.sweepEnvironmentToken.prepare_calldata(task, coin.address, owner)),
    )
    other, _ = schedule_data(manager, puppet, data, at, 250_000, sender=owner)
    run(manager, other, executor)
    assert performed(manager) == [refused("TaskManagerLocked()")] * 2


# ---- the environment itself


def test_environment_takes_plain_ether(stranger, environment):
    result = boa.env.execute_code(environment, sender=stranger, value=ETHER, data=b"")
    assert result.is_success
    assert balance(environment) == ETHER


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"\xff" * 3,
        bytes.fromhex("deadbeef"),
        performance(),
        calldata("executeTask(bytes)", b""),
        calldata("run(uint256)", 100_000),
        calldata("sweep(address)", "0x" + "11" * 20),
        calldata("sweepToken(address,address)", *["0x" + "11" * 20] * 2),
    ],
    ids=lambda data: data[:4].hex(),
)
@pytest.mark.parametrize("value", [0, 5])
def test_reverts_caller_not_owner_or_task_manager(system, owner, stranger, environment, data, value):
    """Anyone but the manager, the owner too; and the proxy itself, which every environment delegates to."""
    for to in (environment, system.environment_proxy.address):
        for sender in (owner, stranger):
            result = boa.env.execute_code(to, sender=sender, value=value, data=data)
            assert result.is_error
            assert result.output == error_data("CallerNotOwnerOrTaskManager()")


def test_other_environments_cannot_be_entered_by_a_task(manager, owner, executor, puppet, at, task, environment):
    fund(environment, 9)
    sweep = calldata("sweep(address)", owner)
    start = calldata("run(uint256)", 100_000)
    data = performance((environment, sweep), (environment, start))
    other, _ = schedule_data(manager, puppet, data, at, 250_000, sender=owner)
    run(manager, other, executor)
    assert performed(manager) == [refused("CallerNotOwnerOrTaskManager()")] * 2
    assert balance(environment) == 9
