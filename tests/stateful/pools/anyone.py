"""Rules: time passes, and what anyone may call."""

from tests.stateful.engine.machine import rule
from tests.stateful.models.tasks import AVAILABLE, OPEN, PENDING
from tests.stateful.pools.verifiers import verify_and_pay


@rule(3)
def wait_a_little(m):
    m.happen("wait", m.draw.one_of([1, 12, 60, 299, 600, 3_600]))


@rule(6, when=lambda m: m.is_any(*OPEN))
def wait_for_a_deadline(m):
    """To the last second that is in time, or to the first that is not; then a stranger may make use of it."""
    ahead = []
    for at, (pool, task) in enumerate(m.tasks(*OPEN)):
        deadline = task.expiry if task.state == AVAILABLE else task.deadline
        if deadline >= m.world.now:
            ahead.append((deadline, at, pool, task))
    if ahead:
        soon = sorted(ahead, key=lambda item: item[:2])[:2]
        deadline, _, pool, task = m.draw.one_of(ahead if m.draw.once_in(4) else soon)
        m.happen("wait", deadline + m.draw.below(2) - m.world.now)
        if m.draw.flip():
            function = "settleUnverified" if task.state == PENDING else "releaseExpiredTasks"
            m.act("stranger", pool.name, function, [task.name])


@rule(6, when=lambda m: m.is_any(PENDING))
def wait_while_pending(m):
    """
    To the expiry of a submitted task or the end of its verification window, or just past that; then a verifier acts.
    """
    ends = [end for _, task in m.tasks(PENDING) for end in [task.expiry] * 3 + [task.deadline]]
    ends = [end for end in ends if end >= m.world.now]
    if ends:
        m.happen("wait", m.draw.one_of(ends) + m.draw.below(2) - m.world.now)
        verify_and_pay(m)


@rule(3)
def release_expired_tasks(m):
    pool = m.draw.one_of([pool for pool in m.pools if pool.expired()] or m.pools)
    sender = m.draw.one_of(m.actors)
    expired = pool.expired()[: m.draw.number(0, 3)]
    names = [task.name for task in expired] + m.some_tasks(pool, pool.tasks.values())
    function = m.draw.one_of(["of the pool", "of the pool, counted", "of the router", "all of the router"])
    if function == "of the pool":
        m.act(sender, pool.name, "releaseExpiredTasks", names)
    elif function == "of the pool, counted":
        m.act(sender, pool.name, "releaseExpired", names)
    elif function == "of the router":
        name = m.draw.mostly([pool.name], ["stranger"])
        m.act(sender, "router", "releaseExpiredTasks", name, names)
    else:
        pools = m.draw.some_of([other.name for other in m.pools], 2) + ["stranger"] * m.draw.once_in(10)
        m.act(sender, "router", "releaseAllExpiredTasks", pools, m.draw.one_of([1, 2, 256, 10**9]))


@rule(4, when=lambda m: m.is_any(PENDING))
def settle_unverified(m):
    ripe = [(pool, task) for pool, task in m.tasks(PENDING) if m.world.now >= task.deadline]
    pool, task = m.draw.one_of(ripe or m.tasks(PENDING))
    names = [task.name, *m.some_tasks(pool, pool.tasks.values())]
    m.act(m.draw.one_of(m.actors), pool.name, "settleUnverified", names)


@rule(1)
def sync(m):
    m.act(m.draw.one_of(m.actors), m.draw.one_of(m.pools).name, "sync")


# State-changing functions that nobody can use with success once a system is deployed.
CALLBACKS = {
    "TaskPool": {
        "initialize": ("stranger", "stranger", "registry 1"),
        "addRegistryTask": (1, 2**60),
        "setApproval": (True,),
        "setActive": (True,),
        "claimTaskForUser": ("worker 1", 1),
        "submitTaskForUser": ("worker 1", 1, b"", 0, 0, ""),
        "deliverOutcome": (1,),
    },
    "TaskPoolFactory": {},
    "ModelRegistry": {
        "setTaskRouter": ("router",),
        "updateInferenceResult": (1, "result"),
        "creditRefund": (1,),
        "updatePoolListing": (False, True),
    },
    "TaskRouter": {"assignSlot": (), "poolChanged": (1, 1, 2**200)},
}


@rule(1)
def try_a_callback(m):
    pool = m.draw.one_of(m.pools)
    targets = {"TaskPool": pool, "ModelRegistry": pool.registry, "TaskRouter": m.router}
    kind, function = m.draw.one_of([(kind, function) for kind in targets for function in CALLBACKS[kind]])
    sender = m.draw.one_of(m.actors)
    if function == "setTaskRouter":
        sender = pool.registry.owner
    m.act(sender, targets[kind].name, function, *CALLBACKS[kind][function])
