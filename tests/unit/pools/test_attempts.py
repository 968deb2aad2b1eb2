"""How often a task is given again after a rejection: maxAttempts"""

import pytest

from tests.helpers.chain import DAY, balance, wait
from tests.helpers.flow import (
    AVAILABLE,
    CLAIM_WINDOW,
    ENDED,
    REWARD,
    add_task,
    claim,
    log_names,
    new_account,
    only_event,
    reject,
    request,
    work,
)


def rejections_until_refunded(system, pool, task_id, verifier, bound=12) -> int:
    for count in range(1, bound):
        work(system, pool, task_id, new_account(f"worker {count}"))
        reject(pool, task_id, verifier)
        if pool.taskQueueType(task_id) == ENDED:
            return count
        assert pool.taskQueueType(task_id) == AVAILABLE
        assert pool.getNextAvailable() == task_id
        assert pool.reservedBalance() >= pool.tasks(task_id)[0]
    raise AssertionError("never refunded")


def test_default_behavior(system, pool, pool_owner):
    task_id = add_task(pool)
    assert rejections_until_refunded(system, pool, task_id, pool_owner) == 3
    assert pool.reservedBalance() == 0
    assert balance(pool) == REWARD
    assert pool.getPoolStats() == (0, 0, 0, 0, 0, REWARD)
    assert pool.getNextAvailable() == 0


@pytest.mark.parametrize("attempts", [1, 2, 9, 10])
def test_as_the_owner_set_it(system, pool, pool_owner, attempts):
    pool.setTaskTerms(3_600, DAY, attempts, False, sender=pool_owner)
    assert rejections_until_refunded(system, pool, add_task(pool), pool_owner) == attempts


def test_last_rejection_emits_task_refunded(system, pool, pool_owner, worker):
    pool.setTaskTerms(3_600, DAY, 1, False, sender=pool_owner)
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    reject(pool, task_id, pool_owner)
    assert log_names(pool) == ["ZKPVerified", "TaskRefunded"]
    assert only_event(pool, "TaskRefunded") == {"taskId": task_id, "payer": pool_owner, "amount": REWARD}


def test_lapses_do_not_count(system, pool, pool_owner):
    task_id = add_task(pool, lifetime=30 * DAY)
    for i in range(5):
        claim(system, pool, task_id, new_account(f"idler {i}"))
        wait(CLAIM_WINDOW + 1)
        pool.releaseExpiredTasks([task_id])
    assert rejections_until_refunded(system, pool, task_id, pool_owner) == 3


def test_claims_given_back_do_not_count(system, pool, pool_owner, worker):
    task_id = add_task(pool)
    for _ in range(5):
        claim(system, pool, task_id, worker)
        pool.releaseMyClaim(task_id, sender=worker)
    assert rejections_until_refunded(system, pool, task_id, pool_owner) == 3


def test_lapses_between_rejections_keep_the_count(system, pool, pool_owner):
    task_id = add_task(pool, lifetime=30 * DAY)
    for i in range(2):
        work(system, pool, task_id, new_account(f"rejected {i}"))
        reject(pool, task_id, pool_owner)
        claim(system, pool, task_id, new_account(f"idler {i}"))
        wait(CLAIM_WINDOW + 1)
        pool.releaseExpiredTasks([task_id])
    assert rejections_until_refunded(system, pool, task_id, pool_owner) == 1


def test_registry_task_has_the_registrys_attempts(system, approved_pool, pool_owner, requester, verifier):
    approved_pool.setTaskTerms(3_600, DAY, 10, False, sender=pool_owner)
    _, task_id = request(system, requester)
    assert rejections_until_refunded(system, approved_pool, task_id, verifier) == 3
    approved_pool.setTaskTerms(3_600, DAY, 1, False, sender=pool_owner)
    _, task_id = request(system, requester)
    assert rejections_until_refunded(system, approved_pool, task_id, verifier) == 3
