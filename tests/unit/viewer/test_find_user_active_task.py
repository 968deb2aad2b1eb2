"""TaskPoolViewer.findUserActiveTask"""

from tests.helpers.chain import now, wait
from tests.helpers.flow import CLAIM_WINDOW, add_task, claim, new_pool, submit

ZERO = "0x" + "00" * 20
NONE = (ZERO, 0, (0, 0, 0, ZERO, False))


def test_found(system, pool, pool_owner, worker):
    other = new_pool(system, pool_owner)
    task_id = add_task(other, 7)
    claim(system, other, task_id, worker)
    expected = (other.address, task_id, (task_id, 7, now() + CLAIM_WINDOW, worker, True))
    find = system.viewer.findUserActiveTask
    assert find(worker, [pool.address, other.address]) == expected
    assert find(worker, [other.address]) == expected
    assert find(worker, [pool.address]) == NONE
    assert find(worker, []) == NONE


def test_none(system, pool, worker, other_worker):
    find = system.viewer.findUserActiveTask
    assert find(worker, [pool.address]) == NONE
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    assert find(other_worker, [pool.address]) == NONE
    wait(CLAIM_WINDOW)
    assert find(worker, [pool.address])[1] == task_id
    wait(1)
    assert find(worker, [pool.address]) == NONE


def test_submitted_is_not_active(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    submit(system, pool, task_id, worker)
    assert system.viewer.findUserActiveTask(worker, [pool.address]) == NONE
