"""TaskPoolViewer.getAvailableTasks, getActiveTasks, getPendingTasks, getTaskDetails"""

import pytest

from tests.helpers.chain import DAY, now
from tests.helpers.flow import (
    ACTIVE,
    AVAILABLE,
    CLAIM_WINDOW,
    ENDED,
    PENDING,
    PROOF,
    PUBLIC_INPUT,
    PUBLIC_RESULT,
    RESULT,
    accept,
    add_task,
    add_tasks,
    claim,
    new_account,
    submit,
    work,
)

ZERO = "0x" + "00" * 20


@pytest.fixture
def workers():
    return [new_account(f"w{i}") for i in range(4)]


@pytest.fixture
def twelve(system, pool, workers):
    """1-8 available, 9 and 10 active, 11 and 12 pending."""
    ids = add_tasks(pool, list(range(101, 113)))
    for task_id, worker in zip(ids[8:], workers, strict=False):
        claim(system, pool, task_id, worker)
    for task_id, worker in zip(ids[10:], workers[2:], strict=False):
        submit(system, pool, task_id, worker)
    return ids


def test_each_list(system, pool, twelve, workers):
    viewer, expiry, deadline = system.viewer, now() + DAY, now() + CLAIM_WINDOW
    assert viewer.getAvailableTasks(pool.address, 0, 256) == [(i, 100 + i, expiry, ZERO, True) for i in range(1, 9)]
    assert viewer.getActiveTasks(pool.address, 0, 256) == [
        (9, 109, deadline, workers[0], True),
        (10, 110, deadline, workers[1], True),
    ]
    assert viewer.getPendingTasks(pool.address, 0, 256) == [
        (11, 111, expiry, workers[2], True),
        (12, 112, expiry, workers[3], True),
    ]


@pytest.mark.parametrize("offset", [0, 1, 7, 8, 9, 2**256 - 1])
@pytest.mark.parametrize("limit", [0, 1, 3, 256, 257, 2**256 - 1])
def test_pages(system, pool, twelve, offset, limit):
    page = system.viewer.getAvailableTasks(pool.address, offset, limit)
    assert [item.taskId for item in page] == list(range(1, 9))[offset : offset + limit]


def test_empty(system, pool):
    viewer = system.viewer
    for view in (viewer.getAvailableTasks, viewer.getActiveTasks, viewer.getPendingTasks):
        assert view(pool.address, 0, 256) == []


def test_details_in_each_state(system, pool, pool_owner, worker):
    details = system.viewer.getTaskDetails
    task_id = add_task(pool, 7)
    expiry = now() + DAY
    assert details(pool.address, task_id) == (task_id, 7, expiry, ZERO, True, b"", 0, 0, "", AVAILABLE)
    claim(system, pool, task_id, worker)
    deadline = now() + CLAIM_WINDOW
    assert details(pool.address, task_id) == (task_id, 7, deadline, worker, True, b"", 0, 0, "", ACTIVE)
    submit(system, pool, task_id, worker)
    submitted = (task_id, 7, expiry, worker, True, PROOF, PUBLIC_INPUT, PUBLIC_RESULT, RESULT)
    assert details(pool.address, task_id) == (*submitted, PENDING)
    accept(pool, task_id, pool_owner)
    assert details(pool.address, task_id) == (*submitted, ENDED)


def test_details_at_the_bounds(system, pool, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker, proof=b"p" * 1_024, result="r" * 4_096)
    details = system.viewer.getTaskDetails(pool.address, task_id)
    assert (details.zkpProof, details.result) == (b"p" * 1_024, "r" * 4_096)


@pytest.mark.parametrize("task_id", [0, 1, 2**256 - 1])
def test_details_of_an_unknown_task(system, pool, task_id):
    assert system.viewer.getTaskDetails(pool.address, task_id) == (task_id, 0, 0, ZERO, False, b"", 0, 0, "", ENDED)
