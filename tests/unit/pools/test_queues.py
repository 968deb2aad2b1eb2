"""The views of the queues, against plain lists"""

import random

import pytest

from tests.helpers.chain import balance, reverts
from tests.helpers.flow import (
    ACTIVE,
    AVAILABLE,
    ENDED,
    PENDING,
    accept,
    add_tasks,
    claim,
    new_account,
    reject,
    request,
    submit,
)

QUEUES = (AVAILABLE, ACTIVE, PENDING)


def views(pool):
    return {AVAILABLE: pool.availableQueue, ACTIVE: pool.activeQueue, PENDING: pool.pendingQueue}


def check(pool, model: dict[int, int]):
    """`model`: task id to queue type."""
    lists = {queue: [task for task in sorted(model) if model[task] == queue] for queue in QUEUES}
    assert pool.getQueueLengths() == tuple(len(lists[queue]) for queue in QUEUES)
    for queue in QUEUES:
        assert pool.getQueue(queue, 0, 256) == (lists[queue], len(lists[queue]))


def check_each(pool, model: dict[int, int]):
    lists = {queue: [task for task in sorted(model) if model[task] == queue] for queue in QUEUES}
    for task_id, queue in model.items():
        assert pool.taskQueueType(task_id) == queue
        assert pool.queueIndex(task_id) == (lists[queue].index(task_id) if queue else 0)
        for other in QUEUES:
            assert pool.queuePosition(task_id, other) == sum(1 for i in lists[other] if i < task_id)
    for queue, view in views(pool).items():
        assert [view(i) for i in range(len(lists[queue]))] == lists[queue]
        with reverts("InvalidInput()"):
            view(len(lists[queue]))


def test_a_hundred_tasks(system, approved_pool, pool_owner, requester, verifier):
    """Own tasks and those of the registry, in one sequence of ids, through random changes."""
    pool, dice = approved_pool, random.Random(5)
    model: dict[int, int] = {}
    registry_tasks = set()
    for _ in range(6):
        for task_id in add_tasks(pool, [dice.randint(1, 4) for _ in range(14)]):
            model[task_id] = AVAILABLE
        for _ in range(3):
            _, task_id = request(system, requester)
            model[task_id] = AVAILABLE
            registry_tasks.add(task_id)
    assert len(model) == pool.taskCounter() == 102
    check(pool, model)

    claimed_by = {}
    for step in range(75):
        task_id = dice.choice(sorted(model))
        if model[task_id] == AVAILABLE:
            if dice.random() < 0.1 and task_id not in registry_tasks:
                pool.cancelTask(task_id, sender=pool_owner)
                model[task_id] = ENDED
            else:
                claimed_by[task_id] = new_account(f"worker {step}")
                claim(system, pool, task_id, claimed_by[task_id])
                model[task_id] = ACTIVE
        elif model[task_id] == ACTIVE:
            if dice.random() < 0.3:
                pool.releaseMyClaim(task_id, sender=claimed_by[task_id])
                model[task_id] = AVAILABLE
            else:
                submit(system, pool, task_id, claimed_by[task_id], proof=b"", result="")
                model[task_id] = PENDING
        elif model[task_id] == PENDING:
            judge = verifier if task_id in registry_tasks else pool_owner
            if dice.random() < 0.4:
                reject(pool, task_id, judge)
                model[task_id] = AVAILABLE
            else:
                accept(pool, task_id, judge)
                model[task_id] = ENDED
        if step % 37 == 0:
            check(pool, model)
    assert {model[task] for task in model} == {ENDED, AVAILABLE, ACTIVE, PENDING}
    assert {model[task] for task in registry_tasks} >= {AVAILABLE, ACTIVE}
    check(pool, model)
    check_each(pool, model)
    assert pool.reservedBalance() == sum(pool.tasks(task)[0] for task, queue in model.items() if queue != ENDED)
    assert balance(pool) >= pool.reservedBalance()


@pytest.fixture
def forty(pool):
    return add_tasks(pool, [1] * 40)


@pytest.mark.parametrize("offset", [0, 1, 31, 32, 39, 40, 41, 2**256 - 1])
@pytest.mark.parametrize("limit", [0, 1, 7, 256])
def test_pages(pool, forty, offset, limit):
    assert pool.getQueue(AVAILABLE, offset, limit) == (forty[offset : offset + limit], 40)


def test_reverts_page_too_long(pool, forty):
    for limit in (257, 2**256 - 1):
        with reverts("InvalidInput()"):
            pool.getQueue(AVAILABLE, 0, limit)


@pytest.mark.parametrize("queue", [0, 4, 2**256 - 1])
def test_reverts_unknown_queue(pool, queue):
    with reverts("InvalidInput()"):
        pool.getQueue(queue, 0, 1)


def test_empty_pool(pool):
    for queue in QUEUES:
        assert pool.getQueue(queue, 0, 256) == ([], 0)
        with reverts("InvalidInput()"):
            views(pool)[queue](0)
    for task_id in (0, 1, 2**256 - 1):
        assert pool.taskQueueType(task_id) == ENDED
        assert pool.queueIndex(task_id) == 0


@pytest.mark.parametrize("index", [40, 2**256 - 1])
def test_reverts_past_the_end(pool, forty, index):
    with reverts("InvalidInput()"):
        pool.availableQueue(index)


@pytest.mark.parametrize("task_id", [41, 64, 2**12, 2**32 - 1, 2**256 - 1])
def test_position_of_an_id_that_does_not_exist_yet(pool, forty, task_id):
    """All 40 tasks have a smaller id."""
    assert pool.queuePosition(task_id, AVAILABLE) == 40
    assert pool.queuePosition(task_id, ACTIVE) == 0
