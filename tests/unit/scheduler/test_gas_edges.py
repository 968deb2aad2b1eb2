"""
The lowest gas with which a call is made: the same whatever others did meanwhile, and enough for the worst of it. One
gas less is refused by name, or leaves out what does not fit, and changes nothing.
"""

import boa
import pytest

from taskpools.demo.scheduled_calls import task_data
from tests.conftest import funded
from tests.helpers.chain import ETHER, error_data
from tests.helpers.hostile import Attempt, calldata, edge, lowest, topic
from tests.helpers.schedule import (
    FAILED,
    GAS,
    LARGE,
    NO_MAXIMUM,
    SCHEDULED,
    SMALL,
    block,
    roll_to,
    schedule,
    set_coinbase,
)
from tests.helpers.tasks import BURNS_GAS, shares

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold, with exact gas")

INLINE = 94  # tasks of a queue whose bits are in its one word
PLENTY = 5_000_000


NOTHING = (SCHEDULED, SCHEDULED, 0)
NEW = "0x" + "ab" * 20
CREDITED = topic("PaymentCredited(address,uint256)")


@pytest.fixture
def burner():
    """Burns the gas that comes with a payment."""
    account = funded("burner")
    boa.env.set_code(account, BURNS_GAS)
    return account


@pytest.fixture
def crowd(system, manager, owner, target, call):
    """The only tasks of a far block, so many that the next index needs a further word. `leave` cancels them."""
    at = block() + 1_000_000
    tasks = [schedule(system, system.minimal, target, call, at, sender=owner)[0] for _ in range(INLINE)]

    def leave():
        for task in tasks:
            manager.cancelTask(task, sender=owner)

    return at, leave


@pytest.mark.parametrize("entry", ["scheduleTask", "scheduleWithBond"])
def test_scheduling(system, manager, burner, target, call, crowd, entry):
    """
    First many tasks are there, and what is sent is the exact price: hardly anything is written, nothing goes back.
    Then they are gone, so that every word is new, and most of what is sent goes back to an account that burns its gas.
    """
    at, leave = crowd
    manager.depositBond(value=ETHER, sender=burner)
    task, _ = schedule(system, system.minimal, target, call, at - 1, sender=burner)
    manager.cancelTask(task, sender=burner)
    offer = manager.estimateCost(at, GAS[SMALL]) if entry == "scheduleTask" else 0
    arguments = (system.minimal.address, GAS[SMALL], at, NO_MAXIMUM, task_data(target.address, call))
    data = calldata(f"{entry}(address,uint256,uint64,uint256,bytes)", *arguments)

    def attempt(gas: int) -> Attempt:
        return Attempt(burner, manager.address, data, offer, gas, [burner, manager.address])

    light = edge(attempt)
    assert CREDITED not in attempt(light).topics
    leave()
    worst = edge(attempt)
    assert (CREDITED in attempt(worst).topics) == (entry == "scheduleTask")
    assert worst <= light


@pytest.mark.parametrize("reserve", [0, 50_000])
def test_ids_that_follow(system, manager, burner, owner, executor, target, call, reserve):
    """
    An id that no task has shows whether a call comes to that id. At the lowest gas with which a call does, and one
    below and above, the task before that id is paid for in the worst case: the task and the payee burn their gas, the
    validator and the treasury are new, and what follows is looked at in vain.
    """
    at = block() + 5
    set_coinbase(NEW)
    burns = target.burn.prepare_calldata()
    task, cost = schedule(system, system.minimal, target, burns, at, sender=owner)
    vain, _ = schedule(system, system.minimal, target, call, at, GAS[LARGE], sender=owner)
    roll_to(at)

    def attempt(gas: int, *ids: bytes) -> Attempt:
        data = calldata("executeTasksById(bytes32[],address,uint256)", ids, burner, reserve)
        return Attempt(executor, manager.address, data, 0, gas, [burner, manager.address], look)

    def look():
        return manager.getTaskStatus(task), manager.getTaskStatus(vain), manager.creditOf(burner)

    unknown = bytes(32)
    starts = lowest(lambda gas: attempt(gas, task, vain).changes, PLENTY)
    for gas in (starts - 1, starts):
        assert attempt(gas, task, vain).seen == ((FAILED, SCHEDULED, shares(cost)[0]) if gas == starts else NOTHING)
    comes_to = lowest(lambda gas: gas >= starts and not attempt(gas, task, unknown).succeeded, PLENTY)
    for gas in (comes_to - 1, comes_to, comes_to + 1):
        there = attempt(gas, task, vain)
        assert there.seen == (FAILED, SCHEDULED, shares(cost)[0])
        assert gas - there.used >= reserve
    assert attempt(comes_to - 1, task, unknown).seen == (FAILED, SCHEDULED, shares(cost)[0])
    refused = attempt(comes_to, task, unknown)
    assert refused.revert_data == error_data("TaskNotFound(bytes32)", unknown)
    assert not refused.changes
