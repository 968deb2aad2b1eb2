"""Lists of more than 256 tasks: where a page ends, and how the next one goes on"""

import boa
import pytest

from tests.helpers.chain import wait
from tests.helpers.flow import AVAILABLE, add_task, add_tasks, new_account, new_pool

COUNT = 272


@pytest.fixture(scope="module")
def crowded(deployed):
    """A pool with 272 tasks: built once, its making takes seconds."""
    with boa.env.anchor():
        pool = new_pool(deployed, new_account("crowded owner"))
        add_tasks(pool, [10] * 256 + [1_000] * 16, lifetime=600)
        yield pool


@pytest.fixture(autouse=True)
def isolated(crowded):
    with boa.env.anchor():
        yield


def test_queue(crowded):
    assert crowded.getQueue(AVAILABLE, 0, 256) == (list(range(1, 257)), COUNT)
    assert crowded.getQueue(AVAILABLE, 256, 256) == (list(range(257, COUNT + 1)), COUNT)


@pytest.mark.parametrize("limit", [256, 257, 2**256 - 1])
def test_task_lists_are_cut_to_256(system, crowded, limit):
    page = system.viewer.getAvailableTasks(crowded.address, 0, limit)
    assert [item.taskId for item in page] == list(range(1, 257))
    page = system.viewer.getAvailableTasks(crowded.address, 256, limit)
    assert [item.taskId for item in page] == list(range(257, COUNT + 1))


@pytest.mark.parametrize("limit", [256, 257, 2**256 - 1])
def test_expired_tasks_are_cut_to_256(system, crowded, limit):
    wait(601)
    assert system.viewer.getExpiredTasks(crowded.address, limit) == list(range(1, 257))


def test_expired_tasks_behind_the_first_page(system, crowded):
    wait(601)
    crowded.releaseExpiredTasks(list(range(1, 257)))
    assert system.viewer.getExpiredTasks(crowded.address, 256) == list(range(257, COUNT + 1))


@pytest.mark.parametrize("limit", [256, 257, 2**256 - 1])
def test_find_tasks_is_cut_to_256(system, crowded, limit):
    factory = system.factory.address
    page, offset = system.viewer.findTasks(factory, [], 0, 0, limit)
    assert [item.taskId for item in page] == list(range(1, 257))
    page, offset = system.viewer.findTasks(factory, [], 0, offset, limit)
    assert [item.taskId for item in page] == list(range(257, COUNT + 1))
    assert offset == 0


def test_find_tasks_goes_on_within_the_pool_and_in_the_next(system, crowded):
    """The queue of a pool is read in pages of 256."""
    other = new_pool(system, crowded.owner())
    add_task(other, 2_000)
    page, offset = system.viewer.findTasks(system.factory.address, [], 11, 0, 256)
    assert [(item.pool, item.taskId) for item in page] == [
        *((crowded.address, i) for i in range(257, COUNT + 1)),
        (other.address, 1),
    ]
    assert offset == 0


def test_average_reward_is_that_of_the_oldest_256(system, crowded):
    assert system.viewer.scanPoolsForTasks([crowded.address]) == ([crowded.address], [COUNT], [10])
