"""65,536 indices are given out in a block and size"""

import boa
import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.helpers.chain import ETHER, balance, reverts
from tests.helpers.modules import constant
from tests.helpers.schedule import NO_MAXIMUM, SCHEDULED, block, layered, roll_to, schedule, unpack
from tests.helpers.tasks import own, performance, performed, refused, run, schedule_data

MAX_TASKS = constant("scheduler/buckets.vy", "MAX_TASKS")


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def give_out(manager):
    def set_given(at: int, size: int, count: int):
        """As if so many tasks had been scheduled there and cancelled."""
        position = manager.compiler_data.storage_layout["storage_layout"]["buckets"]["heads"]["slot"]
        slot = keccak(encode(["uint256", "uint256"], [position, at * 4 + 2 - size]))
        boa.env.set_storage(manager.address, int.from_bytes(slot, "big"), count)

    return set_given


def test_default_behavior(system, manager, owner, executor, target, call, at, give_out):
    """The last index works like the others; only its own bucket is full then."""
    assert MAX_TASKS == 65_536
    give_out(at, 0, 65_534)
    for index in (65_534, 65_535):
        task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
        assert unpack(task)[1:] == (at, index, 0, 0)
    arguments = [system.minimal.address, 100_000, at, NO_MAXIMUM, layered(target.address, call)]
    manager.depositBond(value=ETHER, sender=owner)
    before, nonce = balance(owner), manager.nonces(owner)
    with reverts("TooManyTasksScheduled()"):
        manager.scheduleTask(*arguments, value=ETHER, sender=owner)
    with reverts("TooManyTasksScheduled()"):
        manager.scheduleWithBond(*arguments, sender=owner)
    assert (balance(owner), manager.nonces(owner), manager.bondOf(owner)) == (before, nonce, ETHER)
    for other_at, gas in ((at, 250_000), (at, 750_000), (at + 1, 100_000), (at - 1, 100_000)):
        other, _ = schedule(system, system.minimal, target, call, other_at, gas, sender=owner)
        assert manager.getTaskStatus(other) == SCHEDULED
    run(manager, task, executor)
    assert [fields["success"] for fields in own(manager, "TaskExecuted")] == [True] * 5
    assert target.total() == 35


def test_cancelling_does_not_give_indices_back(system, manager, owner, target, call, at, give_out):
    give_out(at, 0, 65_535)
    task, _ = schedule(system, system.minimal, target, call, at, sender=owner)
    manager.cancelTask(task, sender=owner)
    with reverts("TooManyTasksScheduled()"):
        schedule(system, system.minimal, target, call, at, sender=owner)


def test_reverts_rescheduling(manager, owner, executor, puppet, at, give_out):
    manager.depositBond(value=ETHER, sender=owner)
    again = manager.rescheduleTask.prepare_calldata(at + 3, NO_MAXIMUM)
    task, _ = schedule_data(manager, puppet, performance((manager, again)), at, 250_000, sender=owner)
    give_out(at + 3, 1, 65_536)
    roll_to(at)
    run(manager, task, executor)
    assert performed(manager) == [refused("TooManyTasksScheduled()")]
    assert manager.bondOf(owner) == ETHER
