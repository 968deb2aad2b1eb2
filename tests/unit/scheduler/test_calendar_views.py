"""getNextExecutionBlockInRange, getTaskScheduleInRange"""

import boa
import pytest

from tests.helpers.chain import ETHER, reverts
from tests.helpers.schedule import GAS, LARGE, MEDIUM, SMALL, block, roll_to, set_base_fee
from tests.helpers.tasks import GWEI, own, run, schedule_data

FAR = 2_097_152


@pytest.fixture
def idle():
    account = boa.env.generate_address("idle")
    boa.env.set_code(account, b"\0")
    return account


@pytest.fixture
def add(manager, idle, owner):
    """Schedules a task that does nothing."""

    manager.depositBond(value=100 * ETHER, sender=owner)

    def schedule_at(at: int, size: int = SMALL) -> bytes:
        return schedule_data(manager, idle, b"", at, GAS[size], sender=owner, bond=True)[0]

    return schedule_at


# ---- the next block


def test_default_behavior(manager, add):
    assert manager.getNextExecutionBlockInRange(FAR) == 0
    now = block()
    for distance in (50_000, 700, 1):
        add(now + distance)
        assert manager.getNextExecutionBlockInRange(distance) == now + distance
        assert manager.getNextExecutionBlockInRange(distance - 1) == 0
        assert manager.getNextExecutionBlockInRange(FAR) == now + distance


@pytest.mark.parametrize("size", [SMALL, MEDIUM, LARGE])
def test_farthest(manager, add, size):
    now = block()
    add(now + FAR, size)
    assert manager.getNextExecutionBlockInRange(FAR) == now + FAR
    assert manager.getNextExecutionBlockInRange(FAR - 1) == 0


def test_overdue_ones_are_included(manager, add):
    at, window = block() + 5, manager.EXECUTION_WINDOW()
    add(at)
    for when, expected in ((at, at), (at + 1, at), (at + window, at), (at + window + 1, 0)):
        roll_to(when)
        assert manager.getNextExecutionBlockInRange(0) == expected
    later = block() + 7
    add(later)
    assert manager.getNextExecutionBlockInRange(FAR) == later


def test_cancelled_and_executed_ones_are_not(manager, add, owner, executor):
    now = block()
    first, second = add(now + 5), add(now + 6)
    add(now + 7)
    manager.cancelTask(first, sender=owner)
    assert manager.getNextExecutionBlockInRange(100) == now + 6
    run(manager, second, executor)
    assert manager.getNextExecutionBlockInRange(100) == now + 7


@pytest.mark.parametrize("lookahead", [FAR + 1, 2**64 - 1])
def test_reverts_lookahead_exceeds_max_schedule_distance(manager, lookahead):
    with reverts("LookaheadExceedsMaxScheduleDistance(uint64)", lookahead):
        manager.getNextExecutionBlockInRange(lookahead)
    with reverts("LookaheadExceedsMaxScheduleDistance(uint64)", lookahead):
        manager.getTaskScheduleInRange(lookahead, 0, 10)
    assert manager.getNextExecutionBlockInRange(FAR) == 0
    assert manager.getTaskScheduleInRange(FAR, 0, 10) == ([], 0)


# ---- the schedule


def test_counts_by_size(manager, add):
    now = block()
    for size, count in ((SMALL, 1), (MEDIUM, 2), (LARGE, 3)):
        for _ in range(count):
            add(now + 5, size)
    add(now + 6, MEDIUM)
    assert manager.getTaskScheduleInRange(100, 0, 10) == ([(now + 5, 1, 2, 3), (now + 6, 0, 1, 0)], 2)
    page, _ = manager.getTaskScheduleInRange(100, 0, 1)
    assert (page[0].blockNumber, page[0].small, page[0].medium, page[0].large) == (now + 5, 1, 2, 3)


def test_lookahead(manager, add):
    now = block()
    add(now + 5)
    add(now + 6)
    for lookahead, blocks in ((0, []), (4, []), (5, [5]), (6, [5, 6]), (FAR, [5, 6])):
        page, total = manager.getTaskScheduleInRange(lookahead, 0, 256)
        assert [entry.blockNumber - now for entry in page] == blocks
        assert total == len(blocks)


def test_overdue_blocks_are_included(manager, add):
    at, window = block() + 5, manager.EXECUTION_WINDOW()
    add(at, LARGE)
    roll_to(at + window)
    assert manager.getTaskScheduleInRange(0, 0, 10) == ([(at, 0, 0, 1)], 1)
    roll_to(at + window + 1)
    assert manager.getTaskScheduleInRange(0, 0, 10) == ([], 0)


def test_size_that_was_executed_to_its_end_is_not_counted(manager, add, owner, executor):
    """Its word keeps the last count; another size of the block, which does not pay at this base fee, still waits."""
    at = block() + 5
    add(at, SMALL)
    set_base_fee(5 * GWEI)
    for _ in range(3):
        add(at, LARGE)
        add(at, MEDIUM)
    assert manager.getTaskScheduleInRange(10, 0, 10) == ([(at, 1, 3, 3)], 1)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert len(own(manager, "TaskExecuted")) == 6
    assert manager.getTaskScheduleInRange(0, 0, 10) == ([(at, 1, 0, 0)], 1)
    set_base_fee(GWEI)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert len(own(manager, "TaskExecuted")) == 1
    assert manager.getTaskScheduleInRange(0, 0, 10) == ([], 0)


def test_paging(manager, add):
    now = block()
    expected = []
    for number in range(7):
        add(now + 3 + number * 400, (SMALL, MEDIUM, LARGE)[number % 3])
        counts = [0, 0, 0]
        counts[number % 3] = 1
        expected.append((now + 3 + number * 400, *counts))
    for offset in range(9):
        for limit in (0, 1, 2, 7, 256, 257, 2**256 - 1):
            page, total = manager.getTaskScheduleInRange(FAR, offset, limit)
            assert page == expected[offset : offset + limit]
            assert total == 7
    assert manager.getTaskScheduleInRange(FAR, 2**256 - 1, 10) == ([], 7)


def test_at_most_256(manager, add):
    now = block()
    for number in range(258):
        add(now + 1 + number)
    for limit in (256, 257, 2**256 - 1):
        page, total = manager.getTaskScheduleInRange(FAR, 1, limit)
        assert [entry.blockNumber for entry in page] == list(range(now + 2, now + 258))
        assert total == 258
    page, total = manager.getTaskScheduleInRange(FAR, 0, 255)
    assert (len(page), total) == (255, 258)


def test_after_cancelling_and_by_id(manager, add, owner, executor):
    now = block()
    tasks = [add(now + 5) for _ in range(4)]
    manager.cancelTask(tasks[1], sender=owner)
    assert manager.getTaskScheduleInRange(10, 0, 10) == ([(now + 5, 3, 0, 0)], 1)
    roll_to(now + 5)
    manager.executeTasksById([tasks[2]], executor, sender=executor)
    assert len(own(manager, "TaskExecuted")) == 1
    assert manager.getTaskScheduleInRange(0, 0, 10) == ([(now + 5, 2, 0, 0)], 1)
    manager.executeTasks(executor, 0, sender=executor)
    assert manager.getTaskScheduleInRange(0, 0, 10) == ([], 0)
