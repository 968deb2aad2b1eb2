"""TaskPoolViewer.whyStuck: in each state, and on both sides of each deadline"""

import boa
import pytest

from tests.helpers.chain import DAY, now, reverts, wait
from tests.helpers.flow import (
    CLAIM_WINDOW,
    ENDED,
    REFUSES,
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

ZERO = "0x" + "00" * 20


@pytest.fixture
def why(system):
    return lambda pool, task_id: tuple(system.viewer.whyStuck(pool.address, task_id))


def test_available(why, pool):
    created = now()
    task_id = add_task(pool)
    wait(DAY)
    assert why(pool, task_id) == ("available", created, "a worker", ZERO, created + DAY, "")
    wait(1)
    assert why(pool, task_id) == ("available", created, "anyone", ZERO, created + DAY, "releaseExpiredTasks")


def test_available_in_a_deactivated_pool(system, why, pool):
    created = now()
    task_id = add_task(pool)
    system.factory.deactivatePool(pool.address)
    assert why(pool, task_id) == ("available", created, "the pool to be activated", ZERO, created + DAY, "")
    wait(DAY + 1)
    assert why(pool, task_id) == ("available", created, "anyone", ZERO, created + DAY, "releaseExpiredTasks")


def test_active(system, why, pool, worker):
    task_id = add_task(pool)
    wait(77)
    claim(system, pool, task_id, worker)
    claimed = now()
    wait(CLAIM_WINDOW)
    assert why(pool, task_id) == ("active", claimed, "its worker", worker, claimed + CLAIM_WINDOW, "")
    wait(1)
    assert why(pool, task_id) == ("active", claimed, "anyone", ZERO, claimed + CLAIM_WINDOW, "releaseExpiredTasks")


def test_pending(system, why, pool, pool_owner, worker):
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(55)
    submit(system, pool, task_id, worker)
    submitted = now()
    until = submitted + VERIFICATION_WINDOW
    wait(VERIFICATION_WINDOW)
    assert why(pool, task_id) == ("pending", submitted, "the pool's verifier", pool_owner, until, "")
    wait(1)
    assert why(pool, task_id) == ("pending", submitted, "anyone", ZERO, until, "settleUnverified")


def test_pending_names_the_verifier_of_the_submission(system, why, pool, pool_owner, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    pool.setZKPVerifier(new_account("successor"), sender=pool_owner)
    assert why(pool, task_id)[3] == pool_owner


def test_pending_request(system, why, approved_pool, requester, worker):
    _, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    until = now() + VERIFICATION_WINDOW
    assert why(approved_pool, task_id) == ("pending", now(), "a verifier of the registry", ZERO, until, "")


def test_paid(system, why, pool, pool_owner, worker):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    accept(pool, task_id, pool_owner)
    assert why(pool, task_id) == ("paid", 0, "nobody", ZERO, 0, "")


def test_refunded(why, pool, pool_owner):
    cancelled, expired = add_task(pool), add_task(pool)
    pool.cancelTask(cancelled, sender=pool_owner)
    wait(DAY + 1)
    pool.releaseExpiredTasks([expired])
    for task_id in (cancelled, expired):
        assert why(pool, task_id) == ("refunded", 0, "nobody", ZERO, 0, "")


def test_undelivered_outcome(system, why, approved_pool, requester):
    _, task_id = request(system, requester)
    code = boa.env.get_code(system.registry.address)
    boa.env.set_code(system.registry.address, REFUSES)
    wait(DAY + 1)
    approved_pool.releaseExpiredTasks([task_id])
    assert why(approved_pool, task_id) == ("refunded", 0, "anyone", ZERO, 0, "deliverOutcome")
    boa.env.set_code(system.registry.address, code)
    approved_pool.deliverOutcome(task_id)
    assert why(approved_pool, task_id) == ("refunded", 0, "nobody", ZERO, 0, "")


def test_what_it_says_can_be_called(system, why, pool, worker, other_worker):
    lapsed, silent, expired = add_task(pool), add_task(pool), add_task(pool)
    work(system, pool, silent, worker)
    wait(VERIFICATION_WINDOW - CLAIM_WINDOW)
    claim(system, pool, lapsed, other_worker)
    wait(CLAIM_WINDOW + 1)
    for task_id in (lapsed, silent, expired):
        getattr(pool, why(pool, task_id)[5])([task_id])
        assert pool.taskQueueType(task_id) == ENDED


@pytest.mark.parametrize("event", ["rejected", "given back"])
def test_available_again_since_its_release(system, why, pool, pool_owner, worker, event):
    """Not since it was created: it has not waited for a worker all the time."""
    created = now()
    task_id = add_task(pool)
    claim(system, pool, task_id, worker)
    wait(1_000)
    if event == "rejected":
        submit(system, pool, task_id, worker)
        reject(pool, task_id, pool_owner)
    else:
        pool.releaseMyClaim(task_id, sender=worker)
    wait(500)
    assert why(pool, task_id) == ("available", created + 1_000, "a worker", ZERO, created + DAY, "")


@pytest.mark.parametrize("task_id", [0, 1, 2**256 - 1])
def test_reverts_unknown_task(system, pool, task_id):
    with reverts("TaskNotFound()"):
        system.viewer.whyStuck(pool.address, task_id)
