"""Rules: what verifiers do."""

from tests.stateful.engine.machine import rule
from tests.stateful.models.tasks import ACTIVE, AVAILABLE, PENDING
from tests.stateful.pools.workers import has_available


def right_verifiers(m, pool, task) -> list[str]:
    return [actor for actor in m.actors if pool.is_verifier(actor, task)] or ["stranger"]


def verify(m, pool, task):
    sender = m.sender(*right_verifiers(m, pool, task))
    m.act(sender, pool.name, "verifyAndPay", m.task_name(task), not m.draw.flip())


@rule(16, when=lambda m: m.is_any(PENDING))
def verify_and_pay(m):
    in_time = m.in_time()
    expired = [(pool, task) for pool, task in in_time if pool.is_expired(task) and not task.is_last_attempt]
    verify(m, *m.draw.one_of(expired or in_time or m.tasks(PENDING)))


@rule(1, when=lambda m: m.is_any(ACTIVE, PENDING))
def verify_anything(m):
    verify(m, *m.draw.one_of(m.tasks(ACTIVE, PENDING)))


@rule(6, when=lambda m: m.is_any(PENDING))
def verify_a_batch(m):
    pool, task = m.draw.one_of(m.in_time() or m.tasks(PENDING))
    sender = m.sender(*right_verifiers(m, pool, task))
    others = [other for other in pool.tasks.values() if other is not task and pool.is_verifier(sender, other)]
    names = [task.name, *(other.name for other in m.draw.some_of(others, 3))]
    count = len(names) - m.draw.once_in(12)
    m.act(sender, pool.name, "batchVerifyAndPay", names, [not m.draw.flip() for _ in range(count)])


@rule(2, when=has_available)
def reject_for_good(m):
    """One task goes through the hands of all idle workers, and each result is rejected."""
    tasks = m.tasks(AVAILABLE)
    pool, task = m.draw.one_of([pair for pair in tasks if pair[1].is_request] or tasks)
    for worker in m.workers:
        if m.router.active_task(worker) is None and task.state == AVAILABLE:
            m.act(worker, "router", "claimTask", pool.name, task.name)
        if task.state == ACTIVE and task.worker == worker:
            m.act(worker, "router", "submitTask", pool.name, task.name, b"", 0, 0, "")
        if task.state == PENDING:
            m.act(right_verifiers(m, pool, task)[0], pool.name, "verifyAndPay", task.name, False)
