"""No exit depends on router, registry or payee; what they did not take is handed over later: sync, deliverOutcome."""

import boa
import pytest

from tests.helpers.chain import DAY, balance, reverts, wait
from tests.helpers.flow import (
    BURNS_GAS,
    ENDED,
    IMAGE_PRICE,
    REFUSES,
    RESULT,
    REVERTS_WITH_MEGABYTES,
    REWARD,
    VERIFICATION_WINDOW,
    accept,
    add_task,
    claim,
    log_names,
    new_account,
    only_event,
    reject,
    request,
    work,
)


class Broken:
    """A contract whose code is replaced until it is repaired."""

    def __init__(self, contract, code):
        self.address = contract.address
        self.code = boa.env.get_code(contract.address)
        boa.env.set_code(contract.address, code)

    def repair(self):
        boa.env.set_code(self.address, self.code)


@pytest.fixture(params=[REFUSES, BURNS_GAS, REVERTS_WITH_MEGABYTES], ids=["refuses", "burns gas", "megabytes"])
def broken(request):
    return lambda contract: Broken(contract, request.param)


def global_stats(system):
    return system.router.getGlobalStats()[2:]


def test_own_tasks_without_router(system, approved_pool, pool_owner, worker, other_worker, broken):
    pool = approved_pool
    lapsed, expired, cancelled, pending, silent, given_back = [add_task(pool) for _ in range(6)]
    late = add_task(pool, lifetime=9 * DAY)
    work(system, pool, silent, new_account("w1"))
    wait(VERIFICATION_WINDOW - 3_601)
    claim(system, pool, lapsed, new_account("w2"))
    wait(3_601)
    work(system, pool, pending, worker)
    claim(system, pool, given_back, other_worker)
    router = broken(system.router)

    before = balance(worker)
    accept(pool, pending, pool_owner)
    assert balance(worker) == before + REWARD
    pool.releaseMyClaim(given_back, sender=other_worker)
    pool.cancelTask(cancelled, sender=pool_owner)
    wait(1)
    pool.settleUnverified([silent])
    pool.releaseExpiredTasks([lapsed, expired])
    assert pool.getPoolStats() == (2, 0, 0, 1, REWARD, 6 * REWARD)
    assert pool.reservedBalance() == 2 * REWARD
    pool.emergencyWithdraw(sender=pool_owner)
    assert balance(pool) == 2 * REWARD

    router.repair()
    assert global_stats(system) == (3, 2, 2, 0, 0)  # of before
    pool.sync()
    assert global_stats(system) == (2, 0, 0, 1, REWARD)
    assert system.router.getBestAvailableTask().taskId == late  # given_back has expired


def test_next_report_carries_what_was_missed(system, approved_pool, pool_owner, worker, broken):
    task_id = add_task(approved_pool)
    work(system, approved_pool, task_id, worker)
    router = broken(system.router)
    accept(approved_pool, task_id, pool_owner)
    router.repair()
    assert global_stats(system) == (0, 0, 1, 0, 0)
    add_task(approved_pool)
    assert global_stats(system) == (1, 0, 0, 1, REWARD)
    approved_pool.sync()
    assert global_stats(system) == (1, 0, 0, 1, REWARD)


def test_sync_without_anything_missed_changes_nothing(system, approved_pool, stranger):
    task_id = add_task(approved_pool)
    before = system.router.getGlobalStats()
    approved_pool.sync(sender=stranger)
    assert system.router.getGlobalStats() == before
    assert system.router.getBestAvailableTask().taskId == task_id


def test_credit_is_withdrawn_without_neighbours(system, pool, pool_owner, worker, stranger, broken):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    boa.env.set_code(worker, REFUSES)
    accept(pool, task_id, pool_owner)
    broken(system.router)
    broken(system.registry)
    pool.withdrawCredit(stranger, sender=worker)
    assert balance(pool) == 0


def test_refund_without_registry(system, approved_pool, requester, broken):
    pool = approved_pool
    _, task_id = request(system, requester)
    wait(DAY + 1)
    registry = broken(system.registry)
    pool.releaseExpiredTasks([task_id])
    assert log_names(pool) == ["TaskRefunded", "OutcomeUndelivered"]
    assert only_event(pool, "OutcomeUndelivered") == {"taskId": task_id}
    assert pool.taskQueueType(task_id) == ENDED
    assert pool.reservedBalance() == balance(pool) == IMAGE_PRICE

    with reverts("DeliveryFailed()"):
        pool.deliverOutcome(task_id)
    registry.repair()
    assert system.registry.refundOf(requester) == 0
    with reverts("InsufficientFunds()"):
        pool.emergencyWithdraw(sender=pool.owner())
    pool.deliverOutcome(task_id)
    assert log_names(pool) == ["RequestRefunded", "OutcomeDelivered"]
    assert system.registry.refundOf(requester) == IMAGE_PRICE
    assert pool.reservedBalance() == balance(pool) == 0
    with reverts("InvalidInput()"):
        pool.deliverOutcome(task_id)


def test_silent_verifier_and_registry(system, approved_pool, requester, worker, broken):
    _, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    wait(VERIFICATION_WINDOW + 1)
    registry = broken(system.registry)
    approved_pool.settleUnverified([task_id])
    assert approved_pool.taskQueueType(task_id) == ENDED
    registry.repair()
    approved_pool.deliverOutcome(task_id)
    assert system.registry.refundOf(requester) == IMAGE_PRICE


def test_result_that_the_registry_did_not_take(system, approved_pool, requester, worker, verifier):
    """The registry knows its verifiers and takes no result."""
    request_id, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    says_true_and_takes_nothing = bytes.fromhex(
        "5f3560e01c"  # selector
        "63"
        + system.registry.verifiers.prepare_calldata(verifier)[:4].hex()
        + "14601157"
        + "5f5ffd"
        + "5b60015f5260205ff3"
    )
    registry = Broken(system.registry, says_true_and_takes_nothing)
    before = balance(worker)
    accept(approved_pool, task_id, verifier)
    assert log_names(approved_pool) == ["ZKPVerified", "RewardPaid", "OutcomeUndelivered"]
    assert balance(worker) == before + IMAGE_PRICE
    registry.repair()
    assert not system.registry.getInferenceRequest(request_id).hasResult
    approved_pool.deliverOutcome(task_id)
    assert log_names(approved_pool) == ["InferenceCompleted", "OutcomeDelivered"]
    request_data = system.registry.getInferenceRequest(request_id)
    assert (request_data.hasResult, request_data.resultData) == (True, RESULT)
    assert approved_pool.getAITaskData(task_id)[4]
    with reverts("InvalidInput()"):
        approved_pool.deliverOutcome(task_id)


def test_reverts_nothing_undelivered(system, approved_pool, requester, worker, verifier):
    own = add_task(approved_pool)
    _, task_id = request(system, requester)
    for unfinished in (own, task_id):
        with reverts("InvalidInput()"):
            approved_pool.deliverOutcome(unfinished)
    work(system, approved_pool, task_id, worker)
    accept(approved_pool, task_id, verifier)
    with reverts("InvalidInput()"):
        approved_pool.deliverOutcome(task_id)


@pytest.mark.parametrize("task_id", [0, 1, 2**256 - 1])
def test_reverts_unknown_task(approved_pool, task_id):
    with reverts("TaskNotFound()"):
        approved_pool.deliverOutcome(task_id)


def test_rejection_without_router(system, approved_pool, pool_owner, worker, broken):
    task_id = add_task(approved_pool)
    work(system, approved_pool, task_id, worker)
    router = broken(system.router)
    reject(approved_pool, task_id, pool_owner)
    router.repair()
    assert approved_pool.getNextAvailable() == task_id
    assert system.router.getBestAvailableTask().taskId == 0  # the router does not know yet
    approved_pool.sync()
    assert system.router.getBestAvailableTask().taskId == task_id
