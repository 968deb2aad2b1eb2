"""Rules: who executes what, and when."""

from tests.stateful.engine.machine import rule
from tests.stateful.manager.scheduling import a_task, schedule
from tests.stateful.models.world import NOBODY

STAY, NEXT, LAST, LATE = "stay", "to the next due block", "to its last block", "past its window"
PLENTY = 200_000_000
WINDOW = 30
GWEI = 10**9


def go(m, how: str):
    """Let blocks pass."""
    due = m.next_due()
    m.roll_to({STAY: m.world.block, NEXT: due, LAST: due + WINDOW, LATE: due + WINDOW + 1}[how])


def surge(m, gwei: int | None):
    if gwei is not None:
        m.happen("set_base_fee", gwei * GWEI + (7 if gwei > 1 else 0))


def is_anything_scheduled(m) -> bool:
    return bool(m.model.scheduled)


@rule(10, when=is_anything_scheduled)
def execute_what_is_due(m):
    go(m, m.draw.one_of([NEXT, NEXT, NEXT, STAY, LAST]))
    surge(m, m.draw.one_of([None, None, None, None, 1, 1, 2, 3, 12, 40]))
    executor = m.draw.one_of(m.executors)
    payee = m.draw.mostly([*m.executors, "executor 1"], [*m.people, NOBODY])
    m.act(executor, "manager", "executeTasks", payee, 0, gas=PLENTY)


@rule(3)
def execute_with_little_gas(m):
    for _ in range(m.draw.number(1, 5)):
        schedule(m, "owner 1", a_task(m, delay=1))
    go(m, NEXT)
    gas = m.draw.mostly([400_000, 500_000, 550_000, 800_000, 1_200_000], [m.draw.number(100_000, 2_500_000)], 2)
    reserve = m.draw.mostly([0, 0, 50_000, 400_000], [2**64, 2**256 - 1])
    m.act("executor 1", "manager", "executeTasks", m.draw.mostly(m.executors, [NOBODY]), reserve, gas=gas)


@rule(4, when=is_anything_scheduled)
def execute_by_id(m):
    go(m, m.draw.one_of([NEXT, NEXT, NEXT, STAY, LAST, LATE]))
    surge(m, m.draw.one_of([None, None, None, None, 1, 3, 12, 40]))
    due = [task for task in m.model.scheduled.values() if task.block <= m.world.block + 1]
    names: list = [task.name for task in m.draw.some_of(due, 12)]
    names += [task.name for task in m.draw.some_of(m.model.tasks.values(), 2)]
    if m.draw.once_in(10):
        names.append(m.forged(next(iter(m.model.tasks.values())), m.draw.one_of(["flag", "index"])))
    payee = m.draw.mostly(m.executors, [NOBODY])
    gas = m.draw.one_of([PLENTY, PLENTY, 500_000, 1_000_000])
    m.act("executor 1", "manager", "executeTasksById", names, payee, gas=gas)


@rule(1, when=is_anything_scheduled)
def expire(m):
    go(m, m.draw.one_of([STAY, LAST, LATE, LATE]))
    late = [task.name for task in m.model.scheduled.values() if task.block < m.world.block][:40]
    names: list = late + [task.name for task in m.draw.some_of(m.model.tasks.values(), 3)]
    if m.draw.once_in(8):
        names.append(m.forged(next(iter(m.model.tasks.values())), "flag"))
    m.act("stranger", "manager", "expireTasks", names)


@rule(2)
def time_passes(m):
    m.roll_to(m.world.block + m.draw.one_of([1, 6, 31, 64]))


@rule(3)
def the_base_fee_changes(m):
    surge(m, m.draw.mostly([0, 1, 1, 1, 1, 2, 3, 12], [10**7, 10**30], 20))


@rule(2)
def another_validator(m):
    m.happen("set_coinbase", m.draw.one_of([NOBODY, "validator", "treasury", "refusing owner"]))


@rule(1)
def a_wallet_changes(m):
    wallet = m.draw.one_of(m.wallets)
    m.happen("refuse", wallet, wallet not in m.world.refusing)
