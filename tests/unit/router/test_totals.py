"""The running totals equal the sums over all pools: getGlobalStats, and the viewer's getAggregatedStats"""

import random

import boa

from tests.helpers.chain import DAY, reverts, wait
from tests.helpers.flow import (
    CLAIM_WINDOW,
    REFUSES,
    accept,
    add_task,
    add_tasks,
    claim,
    new_account,
    new_pool,
    reject,
    request,
    submit,
    work,
)


def check(system, pools):
    """Read from the pools one by one."""
    stats = [pool.getPoolStats() for pool in pools]
    sums = tuple(sum(column) for column in list(zip(*stats, strict=False))[:5])
    active = sum(pool.isActive() for pool in pools)
    assert system.router.getGlobalStats() == (len(pools), active, *sums)
    assert system.viewer.getAggregatedStats(system.factory.address) == (len(pools), active, *sums)


def test_no_pools(system):
    assert system.router.getGlobalStats() == (0, 0, 0, 0, 0, 0, 0)
    assert system.viewer.getAggregatedStats(system.factory.address) == (0, 0, 0, 0, 0, 0, 0)


def test_each_transition(system, approved_pool, pool_owner, requester, verifier):
    unapproved = new_pool(system, pool_owner)
    pools = [approved_pool, unapproved]
    check(system, pools)
    for pool in pools:
        ids = add_tasks(pool, [1, 2, 4, 8, 16, 32])
        check(system, pools)
        paid, rejected, lapsed, cancelled, given_back, silent = ids
        who = [new_account(f"{pool.address} {i}") for i in range(5)]
        work(system, pool, silent, who[0])
        check(system, pools)
        claim(system, pool, given_back, who[1])
        pool.releaseMyClaim(given_back, sender=who[1])
        check(system, pools)
        pool.cancelTask(cancelled, sender=pool_owner)
        check(system, pools)
        work(system, pool, rejected, who[2])
        reject(pool, rejected, pool_owner)
        check(system, pools)
        claim(system, pool, lapsed, who[3])
        wait(CLAIM_WINDOW + 1)
        pool.releaseExpiredTasks([lapsed])
        check(system, pools)
        work(system, pool, paid, who[4])
        accept(pool, paid, pool_owner)
        check(system, pools)
        wait(DAY)
        pool.settleUnverified([silent])
        check(system, pools)
        pool.releaseExpiredTasks([rejected, lapsed, given_back])
        check(system, pools)
    request_id, _ = request(system, requester)
    check(system, pools)
    system.registry.cancelRequest(request_id, sender=requester)
    check(system, pools)
    _, task_id = request(system, requester)
    work(system, approved_pool, task_id, new_account("w"))
    accept(approved_pool, task_id, verifier)
    check(system, pools)
    assert system.router.getGlobalStats() == (2, 2, 0, 0, 0, 3, 5 * 10**15 + 2)


def test_deactivated_and_revoked_pools_count(system, approved_pool, pool_owner):
    other = new_pool(system, pool_owner, approved=True)
    add_task(approved_pool)
    add_task(other)
    system.factory.deactivatePool(other.address)
    check(system, [approved_pool, other])
    system.registry.revokePool(approved_pool.address)
    check(system, [approved_pool, other])
    assert system.router.getGlobalStats()[:3] == (2, 1, 2)


def test_payment_that_was_refused_counts_as_paid(system, pool, pool_owner, worker):
    task_id = add_task(pool, 7)
    work(system, pool, task_id, worker)
    boa.env.set_code(worker, REFUSES)
    accept(pool, task_id, pool_owner)
    check(system, [pool])
    assert system.router.getGlobalStats()[5:] == (1, 7)


def test_great_rewards(system, pool, pool_owner):
    """The wei of the highest field do not spill into the others."""
    for i in range(2):
        task_id = add_task(pool, 2**95 - 1)
        work(system, pool, task_id, new_account(f"w{i}"))
        accept(pool, task_id, pool_owner)
    check(system, [pool])
    assert system.router.getGlobalStats() == (1, 1, 0, 0, 0, 2, 2**96 - 2)


def test_refused_calls_change_nothing(system, approved_pool, pool_owner, worker):
    task_id = add_task(approved_pool)
    before = system.router.getGlobalStats()
    with reverts("TaskNotPending()"):
        accept(approved_pool, task_id, pool_owner)
    with reverts("NotAssigned()"):
        submit(system, approved_pool, task_id, worker)
    assert system.router.getGlobalStats() == before


def test_random_work_in_several_pools(system, registry, pool_owner):
    dice = random.Random(2)
    pools = [new_pool(system, pool_owner, approved=i % 2 == 0) for i in range(4)]
    for pool in pools:
        add_tasks(pool, [dice.randint(1, 99) for _ in range(5)], lifetime=9 * DAY)
    for step in range(30):
        pool, task_id, worker = dice.choice(pools), dice.randint(1, 5), new_account(f"w{step}")
        if pool.taskQueueType(task_id) == 1:
            claim(system, pool, task_id, worker)
            if dice.random() < 0.8:
                submit(system, pool, task_id, worker, proof=b"", result="")
        elif pool.taskQueueType(task_id) == 3:
            pool.verifyAndPay(task_id, dice.random() < 0.6, sender=pool_owner)
    check(system, pools)
    assert all(system.router.getGlobalStats()[2:])
