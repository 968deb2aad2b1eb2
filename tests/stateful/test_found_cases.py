"""What the random runs found, as plain sequences."""

from tests.helpers.chain import now, wait


def test_claim_that_lapses_at_expiry_leaves_a_readable_task(system, pool, pool_owner, worker, stranger):
    """The task is refunded with a worker and without a result: nothing of the claim may be read as a result."""
    expiry = now() + 3_600
    pool.addAITasks([5], [7], ["model"], ["input"], [expiry], value=5, sender=pool_owner)
    system.router.claimTaskFromPool(pool.address, sender=worker)
    wait(3_601)
    pool.releaseExpiredTasks([1], sender=stranger)

    assert pool.taskQueueType(1) == 0
    assert pool.tasks(1)[3:] == (True, b"", 0, 0, 7, "model", "input", "")
    assert pool.getAITaskData(1) == (7, "model", "input", "", False)
    assert system.viewer.submittedAt(pool.address, 1) == 0
    assert system.viewer.getTaskDetails(pool.address, 1).result == ""
    assert system.viewer.whyStuck(pool.address, 1).state == "refunded"
