"""The views agree with each other while a task runs: what has run is not counted any more, the running task still is"""

import boa
import pytest
from eth_abi import decode
from eth_utils import keccak

from taskpools.demo.scheduled_calls import task_data
from tests.helpers.chain import ETHER
from tests.helpers.schedule import (
    CANCELLED,
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
    set_base_fee,
)
from tests.helpers.tasks import GWEI, own, run, schedule_data

LOOKED = keccak(text="Looked(uint64,uint64,uint256,uint256,uint256,uint256,uint256[])")
FIELDS = ["uint64", "uint64", "uint256", "uint256", "uint256", "uint256", "uint256[]"]
INLINE = 94  # tasks of a bucket whose bits are in its head
PLENTY = 200_000_000


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def looker(deployed):
    return mock("Looker").deploy()


@pytest.fixture
def idle():
    account = boa.env.generate_address("idle")
    boa.env.set_code(account, b"\0")
    return account


@pytest.fixture
def add(system, manager, owner, looker, idle):
    """Schedules a task: one that looks, or one that does nothing."""
    manager.depositBond(value=500 * ETHER, sender=owner)
    look = task_data(looker.address, looker.look.prepare_calldata(manager.address))

    def schedule_one(at: int, looks: bool, size: int = LARGE) -> bytes:
        implementation, data = (system.minimal, look) if looks else (idle, b"")
        return schedule_data(manager, implementation, data, at, GAS[size], sender=owner, bond=True)[0]

    return schedule_one


def seen(manager) -> list[tuple]:
    """What each look of the last call saw: next block, first block, small, medium, large, blocks, statuses."""
    return [
        decode(FIELDS, data)
        for _, _, topics, data in sorted(manager._computation.get_raw_log_entries())
        if topics[0].to_bytes(32, "big") == LOOKED
    ]


def execute(manager, executor, tasks: list[bytes], by_id: bool) -> list[bytes]:
    """Run everything. Returns the tasks in the order of execution."""
    if by_id:
        for first in range(0, len(tasks), 256):
            manager.executeTasksById(tasks[first : first + 256], executor, sender=executor, gas=PLENTY)
    else:
        manager.executeTasks(executor, 0, sender=executor, gas=PLENTY)
    return [fields["taskId"] for fields in own(manager, "TaskExecuted")]


@pytest.mark.parametrize("by_id", [False, True], ids=["due", "by id"])
@pytest.mark.parametrize("count", [1, 2, 3, INLINE, INLINE + 1, INLINE + 2, 120])
@pytest.mark.parametrize("cancels", [False, True], ids=["all", "every third cancelled"])
def test_counts_what_has_not_run(manager, owner, executor, looker, add, at, by_id, count, cancels):
    """The first, the last and those around the end of the head look."""
    lookers = {0, 1, count // 2, INLINE - 1, INLINE, INLINE + 1, count - 2, count - 1}
    tasks = [add(at, number in lookers) for number in range(count)]
    gone = tasks[2::3] if cancels else []
    for task in gone:
        manager.cancelTask(task, sender=owner)
    watched = sorted({tasks[number] for number in lookers if 0 <= number < count})[:8]
    looker.watch(watched)
    roll_to(at)
    left = [task for task in tasks if task not in gone]
    assert execute(manager, executor, left, by_id) == left
    assert {fields["success"] for fields in own(manager, "TaskExecuted")} == {True}
    looks = iter(seen(manager))
    for position, task in enumerate(left):
        if tasks.index(task) not in lookers:
            continue
        after = set(left[position:])
        statuses = [CANCELLED if one in gone else SCHEDULED if one in after else SUCCEEDED for one in watched]
        assert next(looks) == (at, at, 0, 0, len(after), 1, tuple(statuses)), f"task {position} of {len(left)}"
    assert next(looks, None) is None


def test_by_id_in_any_order(manager, owner, executor, looker, add, at):
    """Backwards, and some more than once: a later index has run before an earlier one."""
    tasks = [add(at, number in (0, 50, 97, 99)) for number in range(100)]
    looker.watch([tasks[0], tasks[50], tasks[97], tasks[99]])
    roll_to(at)
    manager.executeTasksById([*reversed(tasks), tasks[0]], executor, sender=executor, gas=PLENTY)
    assert [look[4] for look in seen(manager)] == [100, 98, 51, 1]
    assert [look[6].count(SCHEDULED) for look in seen(manager)] == [4, 3, 2, 1]


@pytest.mark.parametrize("by_id", [False, True], ids=["due", "by id"])
def test_other_sizes_and_blocks(manager, owner, executor, looker, add, at, by_id):
    """A size or block that has run to its end is gone, one that comes is whole."""
    order = [(at, LARGE), (at, MEDIUM), (at, SMALL), (at + 1, LARGE)]
    tasks = [add(when, number == 1, size) for when, size in order for number in range(3)]
    small = [add(at, False, SMALL) for _ in range(2)]
    looker.watch([])
    roll_to(at + 1)
    executed = execute(manager, executor, [*tasks[:9], *small, *tasks[9:]], by_id)
    assert executed == [*tasks[:9], *small, *tasks[9:]]
    # Small tasks have too little gas to look.
    statuses = [fields["success"] for fields in own(manager, "TaskExecuted")]
    looks = [look[:6] for look in seen(manager)]
    assert statuses.count(False) == 4 - len(looks)
    assert looks[0] == (at, at, 5, 3, 2, 2)
    assert looks[-1] == (at + 1, at + 1, 0, 0, 2, 1)
    assert set(looks[1:-1]) <= {(at, at, 5, 2, 0, 2), (at, at, 4, 0, 0, 2)}


def test_those_passed_over_are_counted(manager, owner, executor, looker, add, at):
    """They wait before and behind the running task, in the same bucket."""
    set_base_fee(GWEI)
    poor = [add(at, False) for _ in range(3)]
    set_base_fee(10 * GWEI)
    rich = [add(at, True) for _ in range(2)]
    set_base_fee(GWEI)
    poor += [add(at, False) for _ in range(2)]
    looker.watch([poor[0], rich[0], rich[1], poor[-1]])
    set_base_fee(10 * GWEI)
    roll_to(at)
    manager.executeTasks(executor, 0, sender=executor, gas=PLENTY)
    assert [fields["taskId"] for fields in own(manager, "TaskExecuted")] == rich
    assert [look[4] for look in seen(manager)] == [7, 6]
    assert [look[6] for look in seen(manager)] == [(1, 1, 1, 1), (1, SUCCEEDED, 1, 1)]


def test_a_failed_run_is_not_counted(system, manager, owner, executor, looker, target, add, at):
    fails = task_data(target.address, target.fail.prepare_calldata(b"why"))
    failed, _ = schedule_data(manager, system.minimal, fails, at, GAS[LARGE], sender=owner)
    task = add(at, True)
    looker.watch([failed, task])
    run(manager, task, executor)
    assert seen(manager) == [(at, at, 0, 0, 1, 1, (FAILED, SCHEDULED))]
