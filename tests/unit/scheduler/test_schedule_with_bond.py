"""TaskManager.scheduleWithBond"""

import pytest

from tests.helpers.chain import ETHER, balance, reverts
from tests.helpers.schedule import NO_MAXIMUM, SCHEDULED, block, layered, unpack
from tests.helpers.tasks import environment_of, own_logs, price, wrong_arguments


@pytest.fixture
def arguments(system, target, call):
    return [system.minimal.address, 250_000, block() + 5, NO_MAXIMUM, layered(target.address, call)]


@pytest.fixture
def cost():
    return price(250_000, 5)


def test_default_behavior(system, manager, owner, arguments, cost):
    manager.depositBond(value=ETHER, sender=owner)
    before = balance(owner)
    predicted = manager.getEnvironment(owner, 0, arguments[0], arguments[4])
    scheduled, charged, task = manager.scheduleWithBond(*arguments, sender=owner)
    assert scheduled is True
    assert charged == cost == manager.getTaskPayment(task)
    assert manager.bondOf(owner) == ETHER - cost
    assert balance(owner) == before
    assert balance(manager) == ETHER
    assert manager.getTaskStatus(task) == SCHEDULED
    assert unpack(task) == (int(predicted, 16), block() + 5, 0, 1, 0)
    assert manager.nonces(owner) == 1


def test_emits_bond_charged(system, manager, owner, arguments, cost):
    manager.depositBond(value=ETHER, sender=owner)
    _, _, task = manager.scheduleWithBond(*arguments, sender=owner)
    charged, created, scheduled = own_logs(manager)
    assert (charged.name, charged.fields) == ("BondCharged", {"owner": owner, "amount": cost})
    assert (created.name, created.fields) == (
        "ExecutionEnvironmentCreated",
        {
            "owner": owner,
            "environment": environment_of(task),
            "implementation": system.minimal.address,
            "taskNonce": 0,
        },
    )
    assert scheduled.fields == {"taskId": task, "owner": owner, "nextBlock": block() + 5}


def test_bond_at_the_cost(manager, owner, arguments, cost):
    manager.depositBond(value=cost, sender=owner)
    manager.scheduleWithBond(*arguments, sender=owner)
    assert manager.bondOf(owner) == 0


def test_reverts_insufficient_bond(manager, owner, stranger, arguments, cost):
    manager.depositBond(value=ETHER, sender=stranger)
    with reverts("InsufficientBond(uint256,uint256)", cost, 0):
        manager.scheduleWithBond(*arguments, sender=owner)
    manager.depositBond(value=cost - 1, sender=owner)
    with reverts("InsufficientBond(uint256,uint256)", cost, cost - 1):
        manager.scheduleWithBond(*arguments, sender=owner)
    assert manager.bondOf(owner) == cost - 1
    assert manager.nonces(owner) == 0


def test_payments_in_escrow_are_no_bond(manager, owner, arguments, cost):
    manager.scheduleTask(*arguments, value=ETHER, sender=owner)
    with reverts("InsufficientBond(uint256,uint256)", price(250_000, 5, 1), 0):
        manager.scheduleWithBond(*arguments, sender=owner)


@pytest.mark.parametrize("wrong", range(1, 64))
def test_order_of_refusals(manager, owner, arguments, wrong):
    wrongs, cost, errors = wrong_arguments(arguments, wrong)
    bond = cost - 1 if 5 in wrongs else cost
    manager.depositBond(value=bond, sender=owner)
    errors.append(("InsufficientBond(uint256,uint256)", cost, bond))
    with reverts(*errors[min(wrongs)]):
        manager.scheduleWithBond(*arguments, sender=owner)
