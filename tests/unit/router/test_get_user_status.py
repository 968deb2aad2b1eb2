"""TaskRouter.getUserStatus never reverts."""

import boa
import pytest

from tests.helpers.chain import now, wait
from tests.helpers.flow import CLAIM_WINDOW, REFUSES, accept, add_task, claim, reject, submit

ZERO = "0x" + "00" * 20
IDLE = (ZERO, 0, 0, 0, False)


def test_active(system, pool, worker):
    task_id = add_task(pool, 7)
    claim(system, pool, task_id, worker)
    assert system.router.getUserStatus(worker) == (pool.address, task_id, now() + CLAIM_WINDOW, 7, True)


def test_through_a_tasks_life(system, pool, pool_owner, worker, other_worker):
    status = system.router.getUserStatus
    task_id = add_task(pool)
    assert status(worker) == IDLE
    claim(system, pool, task_id, worker)
    assert status(worker).hasActiveTask
    pool.releaseMyClaim(task_id, sender=worker)
    assert status(worker) == IDLE
    claim(system, pool, task_id, worker)
    submit(system, pool, task_id, worker)
    assert status(worker) == IDLE
    reject(pool, task_id, pool_owner)
    assert status(worker) == IDLE
    claim(system, pool, task_id, other_worker)
    assert status(worker) == IDLE
    assert status(other_worker).activeTaskId == task_id
    submit(system, pool, task_id, other_worker)
    accept(pool, task_id, pool_owner)
    assert status(other_worker) == IDLE


def test_lapsed(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(CLAIM_WINDOW)
    assert system.router.getUserStatus(worker).deadline == now()
    wait(1)
    assert system.router.getUserStatus(worker) == IDLE
    pool.releaseExpiredTasks([task_id])
    assert system.router.getUserStatus(worker) == IDLE


@pytest.mark.parametrize("account", [ZERO, "0x" + "ff" * 20, "0x" + "00" * 19 + "01"])
def test_any_account(system, account):
    assert system.router.getUserStatus(account) == IDLE


def test_contracts_of_the_system(system, pool):
    for contract in (*system.contracts().values(), pool):
        assert system.router.getUserStatus(contract.address) == IDLE


def test_pool_deactivated(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    system.factory.deactivatePool(pool.address)
    assert system.router.getUserStatus(worker).activeTaskId == task_id


def test_registry_broken(system, pool, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    boa.env.set_code(system.registry.address, REFUSES)
    assert system.router.getUserStatus(worker).activeTaskId == task_id
