"""Rules: what owners of pools do."""

from tests.stateful.engine.machine import rule
from tests.stateful.engine.program import Later
from tests.stateful.models.tasks import ACTIVE, AVAILABLE, MAX_REWARD, PENDING
from tests.stateful.pools.registries import has_room

GWEI = 10**9


@rule(5, when=has_room)
def add_tasks(m):
    pool = m.draw.mostly([pool for pool in m.pools if pool.is_active], m.pools)
    is_odd = m.draw.once_in(9)
    count = m.draw.one_of([1, 1, 2, 2, 3, 5, 0] if is_odd else [1, 1, 2, 2, 3, 5])
    rewards = [GWEI, GWEI, 2 * GWEI, 3 * GWEI, MAX_REWARD] + [0, MAX_REWARD + 1] * is_odd
    windows = [600, 601, 3_600, 5_000, 90_000] + [599] * is_odd
    rewards = [m.draw.one_of(rewards) for _ in range(count)]
    expiries = [Later(m.draw.one_of(windows)) for _ in range(count)]
    model_id = "m" * m.draw.one_of([1, 31, 64] + [0, 65] * is_odd)
    text = "i" * m.draw.one_of([0, 33, 300] + [4_097] * is_odd)
    total = sum(rewards)
    paid = [total, total, total + 5] + [max(total - 1, 0)] * is_odd + [0] * 2 * (pool.free >= total)
    labels = [2**256 - 1] * (count + m.draw.once_in(20))
    sender, value = m.sender(pool.owner), m.draw.one_of(paid)
    m.act(sender, pool.name, "addAITasks", rewards, labels, [model_id] * count, [text] * count, expiries, value=value)


@rule(3)
def set_terms(m):
    pool = m.draw.one_of(m.pools)
    is_odd = m.draw.once_in(5)
    m.act(
        m.sender(pool.owner),
        pool.name,
        "setTaskTerms",
        m.draw.one_of([300, 3_600, 604_800] + [299, 604_801] * is_odd),
        m.draw.one_of([3_600, 7_200, 2_592_000] + [3_599, 2_592_001] * is_odd),
        m.draw.one_of([1, 1, 2, 10] + [0, 11] * is_odd),
        m.draw.flip(),
    )


@rule(1)
def set_a_verifier(m):
    pool = m.draw.one_of(m.pools)
    verifier = m.draw.mostly([*m.verifiers, pool.owner], ["nobody"])
    m.act(m.sender(pool.owner), pool.name, "setZKPVerifier", verifier)


@rule(1)
def withdraw_the_free_balance(m):
    pool = m.draw.mostly([pool for pool in m.pools if pool.free], m.pools)
    m.act(m.sender(pool.owner), pool.name, "emergencyWithdraw")


@rule(1, when=lambda m: m.is_any(AVAILABLE))
def cancel_a_task(m):
    own = [(pool, task) for pool, task in m.tasks(AVAILABLE) if not task.is_request]
    pool, task = m.draw.mostly(own, m.tasks(AVAILABLE, ACTIVE, PENDING), 4)
    m.act(m.sender(pool.owner), pool.name, "cancelTask", m.task_name(task))


@rule(1)
def transfer_plainly(m):
    of = m.draw.one_of([*m.pools, *m.registries])
    m.act(m.draw.one_of(m.actors), of.name, "fund", value=m.draw.one_of([1, GWEI, 5 * GWEI]))
