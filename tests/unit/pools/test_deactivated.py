"""A deactivated pool takes no new tasks and no new claims; what is in it keeps all its exits."""

import pytest

from tests.helpers.chain import DAY, balance, now, reverts, wait
from tests.helpers.flow import (
    ENDED,
    IMAGE_PRICE,
    PENDING,
    REWARD,
    VERIFICATION_WINDOW,
    accept,
    add_task,
    claim,
    new_account,
    reject,
    request,
    submit,
    work,
)


@pytest.fixture
def deactivate(system, approved_pool):
    return lambda: system.factory.deactivatePool(approved_pool.address)


def test_no_adds(system, approved_pool, pool_owner, requester, deactivate):
    deactivate()
    with reverts("PoolInactive()"):
        approved_pool.addAITasks([1], [0], ["m"], [""], [now() + DAY], value=1, sender=pool_owner)
    with reverts("NoPoolAvailable()"):
        system.registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE, sender=requester)


def test_no_claims(system, approved_pool, requester, worker, deactivate):
    own = add_task(approved_pool)
    _, registry_task = request(system, requester)
    deactivate()
    assert not approved_pool.isActive()
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
    with reverts("PoolInactive()"):
        system.router.claimTaskFromPool(approved_pool.address, sender=worker)
    for task_id in (own, registry_task):
        with reverts("PoolInactive()"):
            claim(system, approved_pool, task_id, worker)
    assert system.router.getBestAvailableTask().taskId == 0
    assert system.router.getRecommendedPools(worker, 10) == []


def test_claimed_task_is_submitted_and_paid(system, approved_pool, pool_owner, worker, deactivate):
    task_id = add_task(approved_pool)
    claim(system, approved_pool, task_id, worker)
    deactivate()
    assert system.router.getUserStatus(worker).activeTaskId == task_id
    submit(system, approved_pool, task_id, worker)
    assert approved_pool.taskQueueType(task_id) == PENDING
    before = balance(worker)
    accept(approved_pool, task_id, pool_owner)
    assert balance(worker) == before + REWARD


def test_rejected_task_waits_for_its_expiry(system, approved_pool, pool_owner, worker, deactivate):
    task_id = add_task(approved_pool)
    work(system, approved_pool, task_id, worker)
    deactivate()
    reject(approved_pool, task_id, pool_owner)
    with reverts("PoolInactive()"):
        claim(system, approved_pool, task_id, new_account("next"))
    wait(DAY + 1)
    approved_pool.releaseExpiredTasks([task_id])
    assert approved_pool.taskQueueType(task_id) == ENDED
    assert approved_pool.reservedBalance() == 0


def test_requests_are_cancelled_settled_and_refunded(system, approved_pool, requester, worker, deactivate):
    cancelled, _ = request(system, requester)
    _, expired_task = request(system, requester)
    _, silent_task = request(system, requester)
    work(system, approved_pool, silent_task, worker)
    deactivate()
    system.registry.cancelRequest(cancelled, sender=requester)
    wait(max(DAY, VERIFICATION_WINDOW) + 1)
    approved_pool.releaseExpiredTasks([expired_task])
    approved_pool.settleUnverified([silent_task])
    assert system.registry.refundOf(requester) == 3 * IMAGE_PRICE
    assert balance(approved_pool) == 0
    system.registry.withdrawRefund(sender=requester)
    assert balance(system.registry) == 0


def test_activated_again_is_ranked_again(system, approved_pool, worker, deactivate):
    task_id = add_task(approved_pool)
    deactivate()
    system.factory.activatePool(approved_pool.address)
    assert approved_pool.isActive()
    assert system.registry.getRequestPools(0, 9) == ([approved_pool.address], 1)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task_id)


def test_approved_while_deactivated(system, registry, pool, worker):
    task_id = add_task(pool)
    system.factory.deactivatePool(pool.address)
    registry.approvePool(pool.address)
    assert pool.isApproved()
    assert registry.getRequestPools(0, 9) == ([], 0)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
    system.factory.activatePool(pool.address)
    assert registry.getRequestPools(0, 9) == ([pool.address], 1)
    assert system.router.claimBestTask(sender=worker) == (pool.address, task_id)


def test_reranking_while_deactivated_does_not_bring_it_back(system, approved_pool, pool_owner, worker, deactivate):
    """Cancelling, releasing and sync report to the router, and none of it may rank the pool."""
    first, second = add_task(approved_pool), add_task(approved_pool)
    claim(system, approved_pool, first, worker)
    deactivate()
    approved_pool.releaseMyClaim(first, sender=worker)
    approved_pool.cancelTask(second, sender=pool_owner)
    approved_pool.sync()
    assert system.router.getBestAvailableTask().taskId == 0
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
