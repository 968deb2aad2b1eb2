"""Rules: what workers do."""

from tests.stateful.engine.machine import rule
from tests.stateful.models.tasks import ACTIVE, AVAILABLE
from tests.stateful.models.world import NOBODY


def has_available(m) -> bool:
    return m.is_any(AVAILABLE)


def idle_worker(m) -> str:
    idle = [worker for worker in m.workers if m.router.active_task(worker) is None]
    return m.sender(*(idle or m.workers))


@rule(10, when=lambda m: m.router.best_for(NOBODY) or (has_available(m) and m.draw.once_in(8)))
def claim_the_best_task(m):
    m.act(idle_worker(m), "router", "claimBestTask")


@rule(8, when=has_available)
def claim_from_a_pool(m):
    offering = [pool.name for pool in m.pools if pool.is_active and pool.indexed(False)]
    name = m.draw.mostly(offering, [*(pool.name for pool in m.pools), "stranger"], 12)
    m.act(idle_worker(m), "router", "claimTaskFromPool", name)


@rule(5, when=has_available)
def claim_a_task(m):
    worker = idle_worker(m)
    tasks = m.tasks(AVAILABLE)
    claimable = [
        (pool, task)
        for pool, task in tasks
        if pool.is_active and not pool.is_expired(task) and worker not in task.barred
    ]
    pool, task = m.draw.mostly(claimable, tasks)
    m.act(worker, "router", "claimTask", m.draw.mostly([pool.name], ["stranger"], 15), m.task_name(task))


def submit(m, pool, task):
    is_odd = m.draw.once_in(8)
    proof = b"x" * m.draw.one_of([0, 995, 1_024] + [1_025] * is_odd)
    text = "r" * m.draw.one_of([0, 31, 32, 33, 200, 4_096] + [4_097] * is_odd)
    m.act(m.sender(task.worker), "router", "submitTask", pool.name, m.task_name(task), proof, 7, 2**256 - 1, text)


@rule(20, when=lambda m: m.claims())
def submit_in_time(m):
    submit(m, *m.draw.one_of(m.claims()))


@rule(1, when=lambda m: m.is_any(ACTIVE))
def submit_at_any_time(m):
    submit(m, *m.draw.one_of(m.tasks(ACTIVE)))


@rule(3, when=lambda m: m.is_any(ACTIVE))
def release_my_claim(m):
    pool, task = m.draw.one_of(m.claims() or m.tasks(ACTIVE))
    m.act(m.sender(task.worker), pool.name, "releaseMyClaim", m.task_name(task))


@rule(3, when=lambda m: any(amount for pool in m.pools for amount in pool.credits.values()))
def take_credit_from_a_pool(m):
    holding = [(pool, account) for pool in m.pools for account, amount in pool.credits.items() if amount]
    pool, holder = m.draw.one_of(holding)
    sender = m.sender(holder)
    m.act(sender, pool.name, "withdrawCredit", m.oneself_or(sender))
