"""addRegistryTask, setApproval, and who has power over the registry's tasks"""

import boa
import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.helpers.chain import DAY, ETHER, balance, now, reverts, wait
from tests.helpers.flow import (
    AVAILABLE,
    ENDED,
    IMAGE_PRICE,
    PENDING,
    RESULT,
    VERIFICATION_WINDOW,
    accept,
    log_names,
    new_account,
    new_pool,
    only_event,
    raw_logs,
    reject,
    request,
    work,
)

ZERO = "0x" + "00" * 20


@pytest.fixture
def pending(system, approved_pool, requester, worker):
    """An inference request whose result is submitted: (request id, task id)."""
    request_id, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    return request_id, task_id


def test_added(system, approved_pool, requester):
    system.registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE, sender=requester)
    logged, _ = raw_logs(system.registry)  # boa cannot decode InferenceRequested: an indexed string
    assert logged == (approved_pool.address, keccak(text="TasksAdded(uint256[])"), encode(["uint256[]"], [[1]]))

    pool = approved_pool
    assert pool.tasks(1) == (IMAGE_PRICE, now() + DAY, ZERO, True, b"", 0, 0, 1, "image-v1", "a cat", "")
    assert pool.getAITaskData(1) == (1, "image-v1", "a cat", "", False)
    assert pool.taskQueueType(1) == AVAILABLE
    assert system.viewer.verifierOf(pool.address, 1) == ZERO
    assert pool.reservedBalance() == balance(pool) == IMAGE_PRICE


def test_accepted_by_a_verifier_of_the_registry(system, approved_pool, worker, verifier, pending):
    request_id, task_id = pending
    before = balance(worker)
    accept(approved_pool, task_id, verifier)
    assert log_names(approved_pool) == ["ZKPVerified", "RewardPaid", "InferenceCompleted"]
    assert balance(worker) == before + IMAGE_PRICE
    assert balance(approved_pool) == approved_pool.reservedBalance() == 0
    assert approved_pool.getAITaskData(task_id)[3:] == (RESULT, True)
    result = system.registry.getInferenceRequest(request_id)
    assert (result.resultData, result.hasResult) == (RESULT, True)


def test_accepted_emits_inference_completed(approved_pool, verifier, pending):
    accept(approved_pool, pending[1], verifier)
    assert only_event(approved_pool, "InferenceCompleted") == {"requestId": pending[0], "resultData": RESULT}


def test_rejected_by_a_verifier_of_the_registry(system, approved_pool, verifier, pending, other_worker):
    _, task_id = pending
    reject(approved_pool, task_id, verifier)
    assert approved_pool.taskQueueType(task_id) == AVAILABLE
    assert system.router.claimBestTask(sender=other_worker) == (approved_pool.address, task_id)


def test_rejected_for_good_refunds_the_requester(system, approved_pool, requester, verifier):
    request_id, task_id = request(system, requester)
    for i in range(3):
        work(system, approved_pool, task_id, new_account(f"worker {i}"))
        reject(approved_pool, task_id, verifier)
    assert log_names(approved_pool) == ["ZKPVerified", "TaskRefunded", "RequestRefunded"]
    assert only_event(approved_pool, "RequestRefunded") == {
        "requestId": request_id,
        "user": requester,
        "amount": IMAGE_PRICE,
    }
    assert approved_pool.taskQueueType(task_id) == ENDED
    assert balance(approved_pool) == approved_pool.reservedBalance() == 0
    assert system.registry.refundOf(requester) == balance(system.registry) == IMAGE_PRICE


def test_refund_names_the_registry_as_payer(system, approved_pool, requester):
    _, task_id = request(system, requester)
    wait(DAY + 1)
    approved_pool.releaseExpiredTasks([task_id])
    assert only_event(approved_pool, "TaskRefunded") == {
        "taskId": task_id,
        "payer": system.registry.address,
        "amount": IMAGE_PRICE,
    }


def test_any_verifier_of_that_moment(system, approved_pool, verifier, pending):
    late = new_account("late_verifier")
    with reverts("Unauthorized()"):
        accept(approved_pool, pending[1], late)
    system.registry.addVerifier(late)
    system.registry.removeVerifier(verifier)
    with reverts("Unauthorized()"):
        accept(approved_pool, pending[1], verifier)
    accept(approved_pool, pending[1], late)
    assert approved_pool.totalProcessed() == 1


def test_pool_owner_and_his_verifier_have_no_power(system, approved_pool, pool_owner, verifier, pending):
    pool = approved_pool
    own_verifier = new_account("own_verifier")
    pool.setZKPVerifier(own_verifier, sender=pool_owner)
    pool.setTaskTerms(300, 3_600, 1, True, sender=pool_owner)
    for sender in (pool_owner, own_verifier):
        for is_valid in (True, False):
            with reverts("Unauthorized()"):
                pool.verifyAndPay(pending[1], is_valid, sender=sender)
            with reverts("Unauthorized()"):
                pool.batchVerifyAndPay([pending[1]], [is_valid], sender=sender)
        with reverts("Unauthorized()"):
            pool.cancelTask(pending[1], sender=sender)
    wait(VERIFICATION_WINDOW)
    pool.settleUnverified([pending[1]])
    assert pool.taskQueueType(pending[1]) == PENDING
    accept(pool, pending[1], verifier)
    assert pool.totalRewarded() == IMAGE_PRICE


def test_verifier_of_the_registry_has_no_power_over_own_tasks(system, approved_pool, verifier, worker, pool_owner):
    approved_pool.addAITasks([5], [0], ["m"], [""], [now() + DAY], value=5, sender=pool_owner)
    work(system, approved_pool, 1, worker)
    with reverts("Unauthorized()"):
        accept(approved_pool, 1, verifier)


@pytest.mark.parametrize("after", [0, VERIFICATION_WINDOW])
def test_verified_within_the_registrys_window(approved_pool, verifier, pending, after):
    wait(after)
    accept(approved_pool, pending[1], verifier)


def test_reverts_past_the_registrys_window(approved_pool, verifier, pending):
    wait(VERIFICATION_WINDOW + 1)
    with reverts("TaskDeadlinePassed()"):
        accept(approved_pool, pending[1], verifier)


def test_batch_of_a_registry_verifier(system, approved_pool, requester, verifier):
    ids = []
    for i in range(3):
        ids.append(request(system, requester)[1])
        work(system, approved_pool, ids[-1], new_account(f"worker {i}"))
    approved_pool.batchVerifyAndPay(ids, [True, True, False], sender=verifier)
    assert approved_pool.getPoolStats() == (1, 0, 0, 2, 2 * IMAGE_PRICE, IMAGE_PRICE)


def test_approval_is_about_the_owners_tasks(system, approved_pool, requester, worker):
    """After a revocation the registry's tasks are still ranked and still end as they should."""
    _, task_id = request(system, requester)
    system.registry.revokePool(approved_pool.address)
    assert not approved_pool.isApproved()
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task_id)


# ---- the registry's and the factory's entrances


def test_add_registry_task_returns_its_id(system, approved_pool):
    registry = system.registry.address
    boa.env.set_balance(registry, ETHER)
    assert approved_pool.addRegistryTask(1, now() + DAY, value=3, sender=registry) == 1
    assert approved_pool.addRegistryTask(2, now() + DAY, value=3, sender=registry) == 2
    assert only_event(approved_pool, "TasksAdded") == {"taskIds": [2]}


def test_reverts_add_registry_task_by_others(system, approved_pool, pool_owner, operator):
    for sender in (pool_owner, operator, system.factory.address, system.router.address):
        with reverts("Unauthorized()"):
            approved_pool.addRegistryTask(1, now() + DAY, sender=sender)


def test_reverts_add_registry_task_pool_inactive(system, approved_pool):
    system.factory.deactivatePool(approved_pool.address)
    with reverts("PoolInactive()"):
        approved_pool.addRegistryTask(1, now() + DAY, sender=system.registry.address)


def test_reverts_set_approval_by_others(system, pool, pool_owner, operator):
    for sender in (pool_owner, operator, system.factory.address, system.router.address):
        with reverts("Unauthorized()"):
            pool.setApproval(True, sender=sender)
    assert not pool.isApproved()


def test_set_approval_emits_approval_changed(system, registry, pool):
    registry.approvePool(pool.address)
    assert only_event(registry, "ApprovalChanged") == {"isApproved": True}
    registry.revokePool(pool.address)
    assert only_event(registry, "ApprovalChanged") == {"isApproved": False}


def test_reverts_set_active_by_others(system, pool, pool_owner, operator):
    for sender in (pool_owner, operator, system.registry.address, system.router.address):
        for is_active in (True, False):
            with reverts("Unauthorized()"):
                pool.setActive(is_active, sender=sender)
    assert pool.isActive()


def test_requests_are_spread_over_pools(system, approved_pool, pool_owner, requester):
    second = new_pool(system, pool_owner, approved=True)
    for _ in range(4):
        system.registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE, sender=requester)
    assert approved_pool.taskCounter() == second.taskCounter() == 2
