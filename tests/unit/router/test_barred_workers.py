"""A worker who was rejected, or let a claim lapse, is offered the best of the others and never that task again."""

import pytest

from tests.helpers.chain import DAY, reverts, wait
from tests.helpers.flow import CLAIM_WINDOW, add_task, add_tasks, claim, new_pool, reject, request, submit, work


@pytest.fixture(params=["rejected", "lapsed"])
def bar(request, system):
    """What bars a worker from a task."""

    def rejected(pool, task_id, worker):
        work(system, pool, task_id, worker)
        reject(pool, task_id, pool.owner())

    def lapsed(pool, task_id, worker):
        claim(system, pool, task_id, worker)
        wait(CLAIM_WINDOW + 1)
        pool.releaseExpiredTasks([task_id])

    return {"rejected": rejected, "lapsed": lapsed}[request.param]


def test_claim_best_task_gives_the_best_of_the_others(system, approved_pool, worker, other_worker, bar):
    best, second, _ = add_tasks(approved_pool, [9, 8, 7])
    bar(approved_pool, best, worker)
    assert system.router.getBestTaskFor(worker) == (approved_pool.address, second)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, second)
    assert system.router.claimBestTask(sender=other_worker) == (approved_pool.address, best)


def test_claim_best_task_gives_the_best_of_other_pools(system, approved_pool, pool_owner, worker, bar):
    """The second best of the barred pool is worse than another pool's best, and the other way round."""
    other = new_pool(system, pool_owner, approved=True)
    best, _ = add_tasks(approved_pool, [9, 5])
    between = add_task(other, 7)
    bar(approved_pool, best, worker)
    assert system.router.claimBestTask(sender=worker) == (other.address, between)


def test_claim_best_task_stays_in_the_pool_if_its_next_is_better(system, approved_pool, pool_owner, worker, bar):
    other = new_pool(system, pool_owner, approved=True)
    best, next_best = add_tasks(approved_pool, [9, 8])
    add_task(other, 7)
    bar(approved_pool, best, worker)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, next_best)


def test_claim_best_task_among_equals(system, approved_pool, pool_owner, worker, bar):
    """The next of the smaller pool id, or of the other if it is older."""
    other = new_pool(system, pool_owner, approved=True)
    best, equal = add_tasks(approved_pool, [9, 7])
    add_task(other, 7)
    bar(approved_pool, best, worker)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, equal)


def test_reverts_claim_best_task_without_others(system, approved_pool, worker, other_worker, bar):
    only = add_task(approved_pool)
    bar(approved_pool, only, worker)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
    assert system.router.getBestTaskFor(worker) == ("0x" + "00" * 20, 0)
    assert system.router.claimBestTask(sender=other_worker) == (approved_pool.address, only)


def test_claim_task_from_pool(system, pool, worker, other_worker, bar):
    best, second = add_tasks(pool, [9, 8])
    bar(pool, best, worker)
    assert system.router.claimTaskFromPool(pool.address, sender=worker) == second
    assert system.router.claimTaskFromPool(pool.address, sender=other_worker) == best


def test_reverts_claim_task_from_pool_without_others(system, pool, worker, bar):
    best = add_task(pool)
    bar(pool, best, worker)
    with reverts("NoAvailableTask()"):
        system.router.claimTaskFromPool(pool.address, sender=worker)


def test_reverts_claim_task(system, pool, worker, other_worker, bar):
    task_id = add_task(pool)
    bar(pool, task_id, worker)
    with reverts("NoAvailableTask()"):
        claim(system, pool, task_id, worker)
    claim(system, pool, task_id, other_worker)


def test_never_again(system, approved_pool, worker, other_worker, bar):
    """Also after another worker had it and gave it back."""
    task_id = add_task(approved_pool)
    bar(approved_pool, task_id, worker)
    claim(system, approved_pool, task_id, other_worker)
    approved_pool.releaseMyClaim(task_id, sender=other_worker)
    with reverts("NoAvailableTask()"):
        claim(system, approved_pool, task_id, worker)
    with reverts("NoAvailableTask()"):
        system.router.claimTaskFromPool(approved_pool.address, sender=worker)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
    claim(system, approved_pool, task_id, other_worker)


def test_each_worker_for_himself(system, approved_pool, worker, other_worker, bar):
    first, second = add_tasks(approved_pool, [9, 8])
    bar(approved_pool, first, worker)
    bar(approved_pool, second, other_worker)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, second)
    assert system.router.claimBestTask(sender=other_worker) == (approved_pool.address, first)


def test_other_tasks_are_not_affected(system, approved_pool, worker, bar):
    first = add_task(approved_pool, 9)
    bar(approved_pool, first, worker)
    again = add_task(approved_pool, 9)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, again)


def test_expired_tasks_between_are_passed(system, approved_pool, worker, bar):
    best = add_task(approved_pool, 9, lifetime=9 * DAY)
    add_tasks(approved_pool, [8, 8], lifetime=7_200)
    good = add_task(approved_pool, 7, lifetime=9 * DAY)
    bar(approved_pool, best, worker)
    wait(7_201)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, good)


def test_request_of_the_registry(system, approved_pool, requester, worker, other_worker, verifier):
    _, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    reject(approved_pool, task_id, verifier)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
    assert system.router.claimBestTask(sender=other_worker) == (approved_pool.address, task_id)


def test_a_claim_given_back_or_submitted_late_by_others_bars_nobody(system, approved_pool, worker):
    task_id = add_task(approved_pool)
    claim(system, approved_pool, task_id, worker)
    approved_pool.releaseMyClaim(task_id, sender=worker)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task_id)
    submit(system, approved_pool, task_id, worker)


def test_reverts_unranked_tasks_are_no_others(system, approved_pool, pool_owner, worker, bar):
    """The owner's tasks of an unapproved pool are no substitute."""
    unapproved = new_pool(system, pool_owner)
    add_task(unapproved, 5)
    task_id = add_task(approved_pool)
    bar(approved_pool, task_id, worker)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)


def test_own_task_of_a_revoked_pool_is_no_substitute(system, approved_pool, requester, verifier, worker):
    own = add_task(approved_pool, 10**18)
    _, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    reject(approved_pool, task_id, verifier)
    system.registry.revokePool(approved_pool.address)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
    assert system.router.claimTaskFromPool(approved_pool.address, sender=worker) == own


def test_barred_from_more_than_32_tasks(system, approved_pool, worker):
    """He is offered the best of the others, however many he was barred from."""
    ids = add_tasks(approved_pool, [9] * 33 + [5], lifetime=90 * DAY)
    for task_id in ids[:33]:
        claim(system, approved_pool, task_id, worker)
        wait(CLAIM_WINDOW + 1)
    approved_pool.releaseExpiredTasks(ids)
    assert system.router.claimTaskFromPool(approved_pool.address, sender=worker) == ids[33]


def test_claim_best_task_keeps_the_progress_past_expired_tasks(system, approved_pool, worker, bar):
    """
    Behind an expired task there is only one that the worker may not have: zeros, and the expired one has left the
    ranking.
    """
    only = add_task(approved_pool, 5, lifetime=30 * DAY)
    bar(approved_pool, only, worker)
    add_task(approved_pool, 9, lifetime=600)
    wait(601)
    assert system.router.claimBestTask(sender=worker) == ("0x" + "00" * 20, 0)
    assert system.router.rankedPool(approved_pool.address, 1)[2] == only
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)
