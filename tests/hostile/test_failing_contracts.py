"""
Router or registry stop working in the middle: every exit of a pool still does, and what they missed is handed over
later.
"""

import pytest

from tests.helpers.chain import DAY, balance, reverts, wait
from tests.helpers.hostile import FAILING, behave, behaving
from tests.helpers.logs import logged
from tests.hostile.conftest import FEE, FREE, PRICE, REWARD

ESCROW = PRICE - FEE


def totals_are_right(scene):
    pools = [scene.pool.getPoolStats(), scene.unapproved.getPoolStats()]
    assert scene.router.getGlobalStats()[2:] == tuple(sum(pool[field] for pool in pools) for field in range(5))
    best = scene.router.getBestAvailableTask()
    assert best.taskId == (scene.pool.getNextAvailable() if scene.pool.isActive() else 0)
    assert scene.router.getGlobalStats()[1] == 2


# ---------------------------------------------------------------- exits of the registry's tasks


def expire(scene):
    wait(DAY + 1)
    scene.pool.releaseExpiredTasks([scene.requested], sender=scene.stranger)
    return scene.requested


def lapse_and_expire(scene):
    wait(DAY + 1)
    scene.pool.releaseExpiredTasks([scene.active], sender=scene.stranger)
    return scene.active


def settle(scene):
    wait(DAY + 1)
    scene.pool.settleUnverified([scene.pending], sender=scene.stranger)
    return scene.pending


@pytest.mark.parametrize("end", [expire, lapse_and_expire, settle])
@pytest.mark.parametrize("behavior", FAILING)
def test_refund_that_the_registry_does_not_take_is_kept(scene, end, behavior):
    held, reserved = balance(scene.pool), scene.pool.reservedBalance()
    with behaving(scene.registry, behavior):
        task = end(scene)
        assert logged(scene.pool, "OutcomeUndelivered") == [{"taskId": task}]
        assert scene.pool.taskQueueType(task) == 0
        assert (balance(scene.pool), scene.pool.reservedBalance()) == (held, reserved)
        with reverts("DeliveryFailed()"):
            scene.pool.deliverOutcome(task, sender=scene.stranger)
        assert (balance(scene.pool), scene.pool.reservedBalance()) == (held, reserved)
        totals_are_right(scene)
    assert scene.registry.refundOf(scene.requester) == 0

    scene.pool.deliverOutcome(task, sender=scene.stranger)

    assert logged(scene.pool, "OutcomeDelivered") == [{"taskId": task}]
    assert scene.registry.refundOf(scene.requester) == PRICE
    assert balance(scene.pool) == held - ESCROW
    assert scene.pool.reservedBalance() == reserved - ESCROW
    assert balance(scene.registry) >= scene.registry.reservedBalance()
    with reverts("InvalidInput()"):
        scene.pool.deliverOutcome(task, sender=scene.stranger)


def test_owner_cannot_take_an_undelivered_refund(scene):
    with behaving(scene.registry, "reverts"):
        task = expire(scene)
        before = balance(scene.pool_owner)
        scene.pool.emergencyWithdraw(sender=scene.pool_owner)
        assert balance(scene.pool_owner) == before + FREE
        assert balance(scene.pool) == scene.pool.reservedBalance()
    scene.pool.deliverOutcome(task)
    assert scene.registry.refundOf(scene.requester) == PRICE


@pytest.mark.parametrize("behavior", FAILING)
def test_outcome_that_was_not_taken_is_delivered_once_for_each_task(scene, behavior):
    """Exits in one call, of which each fails to hand over; each is repaired on its own."""
    with behaving(scene.registry, behavior):
        wait(DAY + 1)
        scene.pool.releaseExpiredTasks([scene.requested, scene.active])
        scene.pool.settleUnverified([scene.pending])
    for task in (scene.active, scene.pending, scene.requested):
        scene.pool.deliverOutcome(task)
    assert scene.registry.refundOf(scene.requester) == 3 * PRICE
    assert scene.pool.reservedBalance() == REWARD
    assert scene.registry.reservedBalance() == 3 * PRICE


# ---------------------------------------------------------------- exits of an owner's own tasks


def accept(scene):
    task = scene.own_task()
    scene.submit(task, scene.stranger)

    def end():
        before = balance(scene.stranger)
        scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)
        assert balance(scene.stranger) == before + REWARD

    return end


def accept_for_one_that_refuses(scene):
    task = scene.own_task()
    scene.submit(task, scene.stranger)

    def end():
        behave(scene.stranger, "reverts")
        scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)
        assert scene.pool.creditOf(scene.stranger) == REWARD
        before = balance(scene.verifier)
        scene.pool.withdrawCredit(scene.verifier, sender=scene.stranger)
        assert balance(scene.verifier) == before + REWARD

    return end


def reject(scene):
    task = scene.own_task()
    scene.submit(task, scene.stranger)

    def end():
        scene.pool.batchVerifyAndPay([task], [False], sender=scene.pool_owner)
        assert scene.pool.taskQueueType(task) == 1

    return end


def cancel(scene):
    task = scene.own_task()

    def end():
        scene.pool.cancelTask(task, sender=scene.pool_owner)
        assert balance(scene.pool) - scene.pool.reservedBalance() == FREE + REWARD

    return end


def give_back(scene):
    task = scene.own_task()
    scene.router.claimTask(scene.pool.address, task, sender=scene.stranger)

    def end():
        scene.pool.releaseMyClaim(task, sender=scene.stranger)
        assert scene.pool.taskQueueType(task) == 1

    return end


def release(scene):
    task = scene.own_task()
    scene.router.claimTask(scene.pool.address, task, sender=scene.stranger)

    def end():
        wait(3_601)
        assert scene.pool.releaseExpired([task]) == 1
        assert scene.pool.taskQueueType(task) == 1

    return end


def expire_own(scene):
    task = scene.own_task()

    def end():
        wait(10 * DAY + 1)
        scene.pool.releaseExpiredTasks([task])
        assert balance(scene.pool) - scene.pool.reservedBalance() == FREE + REWARD

    return end


def settle_for_the_worker(scene):
    scene.pool.setTaskTerms(3_600, 3_600, 1, True, sender=scene.pool_owner)
    task = scene.own_task()
    scene.submit(task, scene.stranger)

    def end():
        before = balance(scene.stranger)
        wait(3_601)
        scene.pool.settleUnverified([task])
        assert balance(scene.stranger) == before + REWARD

    return end


def settle_for_the_payer(scene):
    task = scene.own_task()
    scene.submit(task, scene.stranger)

    def end():
        wait(DAY + 1)
        scene.pool.settleUnverified([task])
        assert balance(scene.pool) - scene.pool.reservedBalance() == FREE + REWARD

    return end


def withdraw_the_free_balance(scene):
    def end():
        before = balance(scene.pool_owner)
        scene.pool.emergencyWithdraw(sender=scene.pool_owner)
        assert balance(scene.pool_owner) == before + FREE
        assert balance(scene.pool) == scene.pool.reservedBalance()

    return end


def add(scene):
    def end():
        scene.own_task(2 * REWARD)

    return end


EXITS = [
    accept,
    accept_for_one_that_refuses,
    reject,
    cancel,
    give_back,
    release,
    expire_own,
    settle_for_the_worker,
    settle_for_the_payer,
    withdraw_the_free_balance,
    add,
]


@pytest.mark.parametrize("behavior", ["burns all gas", "returns nothing"])
@pytest.mark.parametrize("prepare", EXITS)
def test_own_tasks_do_not_need_the_registry(scene, prepare, behavior):
    end = prepare(scene)
    with behaving(scene.registry, behavior):
        end()
        assert balance(scene.pool) >= scene.pool.reservedBalance()
    totals_are_right(scene)


@pytest.mark.parametrize("behavior", FAILING)
@pytest.mark.parametrize("prepare", EXITS)
def test_own_tasks_do_not_need_the_router(scene, prepare, behavior):
    end = prepare(scene)
    with behaving(scene.router, behavior):
        end()
        assert balance(scene.pool) >= scene.pool.reservedBalance()

    scene.pool.sync(sender=scene.stranger)
    totals_are_right(scene)
    scene.pool.sync(sender=scene.stranger)
    totals_are_right(scene)


@pytest.mark.parametrize("behavior", ["reverts", "burns all gas"])
@pytest.mark.parametrize("prepare", EXITS)
def test_next_report_makes_up_for_the_missed_ones(scene, prepare, behavior):
    """Without a `sync`: several reports are missed, the next change brings them."""
    end = prepare(scene)
    with behaving(scene.router, behavior):
        scene.own_task()
        end()
        scene.pool.cancelTask(scene.available, sender=scene.pool_owner)
    scene.own_task(3 * REWARD)
    totals_are_right(scene)


@pytest.mark.parametrize("end", [expire, lapse_and_expire, settle])
@pytest.mark.parametrize("behavior", FAILING)
def test_requests_do_not_need_the_router(scene, end, behavior):
    with behaving(scene.router, behavior):
        end(scene)
    assert scene.registry.refundOf(scene.requester) == PRICE
    scene.pool.sync(sender=scene.stranger)
    totals_are_right(scene)


@pytest.mark.parametrize("behavior", FAILING)
def test_accepted_result_does_not_need_the_router(scene, behavior):
    before = balance(scene.other_worker)
    with behaving(scene.router, behavior):
        scene.pool.verifyAndPay(scene.pending, True, sender=scene.verifier)
    assert balance(scene.other_worker) == before + ESCROW
    assert scene.registry.getInferenceRequest(1)[6:] == ("a result", True)
    scene.pool.sync(sender=scene.stranger)
    totals_are_right(scene)


@pytest.mark.parametrize("behavior", FAILING)
def test_cancelled_request_does_not_need_the_router(scene, behavior):
    with behaving(scene.router, behavior):
        scene.registry.cancelRequest(scene.request, sender=scene.requester)
        before = balance(scene.requester)
        scene.registry.withdrawRefund(sender=scene.requester)
        assert balance(scene.requester) == before + PRICE
    scene.pool.sync(sender=scene.stranger)
    totals_are_right(scene)


@pytest.mark.parametrize("behavior", FAILING)
def test_both_fail(scene, behavior):
    with behaving(scene.registry, behavior), behaving(scene.router, behavior):
        expire(scene)
        lapse_and_expire(scene)
        settle(scene)
        scene.pool.emergencyWithdraw(sender=scene.pool_owner)
        assert balance(scene.pool) == scene.pool.reservedBalance() == 3 * ESCROW + REWARD
    for task in (scene.requested, scene.active, scene.pending):
        scene.pool.deliverOutcome(task)
    scene.pool.sync()
    totals_are_right(scene)
    assert scene.registry.refundOf(scene.requester) == 3 * PRICE
