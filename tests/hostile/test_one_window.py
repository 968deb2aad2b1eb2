"""One identity holds a request for one claim window at most, whatever it does (invariant 7)."""

import pytest

from tests.helpers.chain import DAY, balance, now, reverts, wait
from tests.hostile.conftest import FEE, PRICE

CLAIM_WINDOW = 3_600


def give_back(scene, task):
    scene.pool.releaseMyClaim(task, sender=scene.stranger)


def let_lapse(scene, task):
    """And have it released in the first second that is possible."""
    wait(scene.pool.claimOf(task)[1] + 1 - now())
    scene.pool.releaseExpiredTasks([task], sender=scene.stranger)


def have_it_rejected(scene, task):
    scene.router.submitTask(scene.pool.address, task, b"", 0, 0, "junk", sender=scene.stranger)
    scene.pool.verifyAndPay(task, False, sender=scene.verifier)


@pytest.mark.parametrize("end", [give_back, let_lapse, have_it_rejected])
@pytest.mark.parametrize("after", [0, 1, CLAIM_WINDOW])
def test_no_second_claim(scene, end, after):
    """Not by any door, up to the expiry of the request."""
    scene.pool.cancelTask(scene.available, sender=scene.pool_owner)
    task, best = scene.request_task(), scene.requested
    expiry = now() + DAY
    scene.router.claimTask(scene.pool.address, best, sender=scene.requester)  # so that the task is the best one
    scene.router.claimBestTask(sender=scene.stranger)
    assert scene.pool.claimOf(task) == (scene.stranger, now() + CLAIM_WINDOW)
    wait(after)
    end(scene, task)
    while now() < expiry:
        for door, arguments in (
            (scene.router.claimBestTask, ()),
            (scene.router.claimTaskFromPool, (scene.pool.address,)),
            (scene.router.claimTask, (scene.pool.address, task)),
        ):
            with reverts("NoAvailableTask()"):
                door(*arguments, sender=scene.stranger)
        assert scene.pool.getNextAvailable() == task
        wait(min(CLAIM_WINDOW, expiry - now()))


@pytest.mark.parametrize("end", [give_back, let_lapse, have_it_rejected])
def test_others_get_what_was_held(scene, end):
    """The requester has the money back, or a worker is paid, one window later."""
    task, request = scene.request_task(), scene.registry.requestCounter()
    scene.router.claimTask(scene.pool.address, task, sender=scene.stranger)
    wait(CLAIM_WINDOW)
    end(scene, task)
    before = balance(scene.requester)
    scene.submit(task, scene.requester)
    scene.pool.verifyAndPay(task, True, sender=scene.verifier)
    assert balance(scene.requester) == before + PRICE - FEE
    assert scene.registry.getInferenceRequest(request)[7]


@pytest.mark.parametrize("end", [give_back, let_lapse, have_it_rejected])
def test_requester_cancels_what_was_held(scene, end):
    task, request = scene.request_task(), scene.registry.requestCounter()
    scene.router.claimTask(scene.pool.address, task, sender=scene.stranger)
    wait(CLAIM_WINDOW)
    end(scene, task)
    before = scene.registry.refundOf(scene.requester)
    scene.registry.cancelRequest(request, sender=scene.requester)
    assert scene.registry.refundOf(scene.requester) == before + PRICE
