"""ModelRegistry.cancelRequest"""

import pytest

from tests.helpers.chain import DAY, balance, reverts, wait
from tests.helpers.flow import ENDED, IMAGE_PRICE, accept, claim, reject, request, work
from tests.helpers.logs import logs


@pytest.fixture
def asked(system, approved_pool, requester):
    """A request, its first and its task's."""
    return request(system, requester)


def test_default_behavior(registry, approved_pool, requester, asked):
    before = balance(requester)
    registry.cancelRequest(1, sender=requester)

    assert registry.refundOf(requester) == IMAGE_PRICE
    assert registry.reservedBalance() == balance(registry) == IMAGE_PRICE
    assert balance(approved_pool) == approved_pool.reservedBalance() == 0
    assert balance(requester) == before
    assert approved_pool.taskQueueType(1) == ENDED
    assert approved_pool.getQueueLengths() == (0, 0, 0)
    assert approved_pool.tasks(1)[3] is True
    assert approved_pool.getAITaskData(1)[4] is False
    assert registry.getInferenceRequest(1).hasResult is False
    assert registry.requestTask(1) == (approved_pool.address, 1)
    registry.withdrawRefund(sender=requester)
    assert balance(requester) == before + IMAGE_PRICE


def test_emits_request_refunded(registry, approved_pool, requester, asked):
    registry.cancelRequest(1, sender=requester)
    assert [(log.emitter, log.name, log.fields) for log in logs(registry)] == [
        (approved_pool.address, "TaskCancelled", {"taskId": 1}),
        (
            approved_pool.address,
            "TaskRefunded",
            {"taskId": 1, "payer": registry.address, "amount": IMAGE_PRICE},
        ),
        (registry.address, "RequestRefunded", {"requestId": 1, "user": requester, "amount": IMAGE_PRICE}),
    ]


def test_refunds_the_fee_too(registry, approved_pool, requester):
    registry.setProtocolFeeBps(1_000)
    registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE, sender=requester)
    assert balance(registry) == registry.reservedBalance() == IMAGE_PRICE // 10
    registry.setProtocolFeeBps(0)
    registry.cancelRequest(1, sender=requester)
    assert registry.refundOf(requester) == balance(registry) == registry.reservedBalance() == IMAGE_PRICE
    assert registry.earnedFees() == 0


def test_cancels_the_one_request(system, registry, approved_pool, requester, stranger, asked):
    request(system, stranger)
    request(system, requester)
    registry.cancelRequest(3, sender=requester)
    assert [approved_pool.taskQueueType(task_id) for task_id in (1, 2, 3)] == [1, 1, ENDED]
    assert (registry.refundOf(requester), registry.refundOf(stranger)) == (IMAGE_PRICE, 0)


def test_after_a_rejection_the_task_is_nobodys_again(
    system, registry, approved_pool, requester, worker, verifier, asked
):
    work(system, approved_pool, 1, worker)
    reject(approved_pool, 1, verifier)
    registry.cancelRequest(1, sender=requester)
    assert registry.refundOf(requester) == IMAGE_PRICE


def test_in_an_inactive_and_revoked_pool(system, registry, approved_pool, requester, asked):
    registry.revokePool(approved_pool.address)
    system.factory.deactivatePool(approved_pool.address)
    registry.cancelRequest(1, sender=requester)
    assert registry.refundOf(requester) == IMAGE_PRICE


def test_after_its_expiry(registry, approved_pool, requester, asked):
    wait(DAY + 1)
    registry.cancelRequest(1, sender=requester)
    assert registry.refundOf(requester) == IMAGE_PRICE


def test_reverts_unknown_request(registry, approved_pool, requester, asked):
    for unknown in (0, 2, 2**256 - 1):
        with reverts("RequestNotFound()"):
            registry.cancelRequest(unknown, sender=requester)


def test_reverts_caller_is_not_the_requester(registry, approved_pool, operator, pool_owner, verifier, stranger, asked):
    for caller in (operator, pool_owner, verifier, stranger, approved_pool.address):
        with reverts("Unauthorized()"):
            registry.cancelRequest(1, sender=caller)
    assert approved_pool.taskQueueType(1) == 1


def test_pool_reverts_a_requester_who_goes_past_the_registry(approved_pool, requester, pool_owner, asked):
    for caller in (requester, pool_owner):
        with reverts("Unauthorized()"):
            approved_pool.cancelTask(1, sender=caller)


def test_reverts_claimed(system, registry, approved_pool, requester, worker, asked):
    claim(system, approved_pool, 1, worker)
    with reverts("NoAvailableTask()"):
        registry.cancelRequest(1, sender=requester)
    wait(3_601)  # the claim has lapsed, and nobody has released the task
    with reverts("NoAvailableTask()"):
        registry.cancelRequest(1, sender=requester)
    approved_pool.releaseExpiredTasks([1])
    registry.cancelRequest(1, sender=requester)
    assert registry.refundOf(requester) == IMAGE_PRICE


def test_reverts_submitted_and_paid(system, registry, approved_pool, requester, worker, verifier, asked):
    work(system, approved_pool, 1, worker)
    with reverts("NoAvailableTask()"):
        registry.cancelRequest(1, sender=requester)
    accept(approved_pool, 1, verifier)
    with reverts("NoAvailableTask()"):
        registry.cancelRequest(1, sender=requester)
    assert registry.refundOf(requester) == 0


def test_reverts_cancelled(registry, approved_pool, requester, asked):
    registry.cancelRequest(1, sender=requester)
    with reverts("NoAvailableTask()"):
        registry.cancelRequest(1, sender=requester)
    assert registry.refundOf(requester) == balance(registry) == IMAGE_PRICE
