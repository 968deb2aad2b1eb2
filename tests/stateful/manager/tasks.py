"""Rules: what is done to tasks that are scheduled."""

from tests.stateful.engine.machine import rule
from tests.stateful.manager.scheduling import a_task, schedule
from tests.stateful.models.scheduled import FAIL, SCHEDULED
from tests.stateful.models.world import NOBODY

CHANGES = ["addTaskCanceller", "addEnvironmentCanceller", "removeTaskCanceller", "removeEnvironmentCanceller"]


def has_tasks(m) -> bool:
    return bool(m.model.tasks)


@rule(2, when=has_tasks)
def cancel(m):
    task = m.a_task()
    m.act(m.draw.mostly([task.owner], m.people, 4), "manager", "cancelTask", task.name)


@rule(3, when=has_tasks)
def change_cancellers(m):
    task = m.a_task()
    account = m.draw.mostly(m.cancellers, [NOBODY, task.owner])
    before = set()
    for _ in range(m.draw.number(1, 3)):
        sender = m.draw.mostly([task.owner], ["stranger"])
        before |= m.model.cancellers
        m.act(sender, "manager", m.draw.one_of(CHANGES), task.name, account)
    if account in m.cancellers and m.draw.flip():
        m.act(account, "manager", "cancelTask", task.name)
        is_refused = m.model.status(task.name) == SCHEDULED
        if before - m.model.cancellers and is_refused:
            m.tally["situation", "a canceller lost the right"] += 1


@rule(2)
def delegate_what_runs_again(m):
    """A task that fails, runs a few times at the executor's own choice, and somebody who may cancel it or not."""
    owner, canceller = m.draw.one_of(m.owners), m.draw.one_of(m.cancellers)
    name = schedule(m, owner, a_task(m, "rescheduling", FAIL, 2), bond=True)
    if name is None:
        return
    change = m.draw.one_of(CHANGES[:2])
    m.act(owner, "manager", change, name, canceller)
    environment = m.model.tasks[name].environment
    for _ in range(m.draw.one_of([0, 1, 1, 2, 4])):
        (latest,) = [task for task in m.model.tasks.values() if task.environment == environment][-1:]
        if latest.status == SCHEDULED:
            m.roll_to(latest.block)
            m.act("executor 1", "manager", "executeTasksById", [latest.name], "executor 1", gas=10**8)
    if m.draw.flip():
        m.act(owner, "manager", change.replace("add", "remove"), name, canceller)
    (latest,) = [task for task in m.model.tasks.values() if task.environment == environment][-1:]
    m.act(canceller, "manager", "cancelTask", latest.name)


@rule(3, when=has_tasks)
def top_up(m):
    task = m.a_task()
    for _ in range(m.draw.number(1, 2)):
        value = m.draw.mostly([1, 10**12, 10**15, 20 * task.price if task.price < 10**25 else 1], [0])
        m.act(m.draw.one_of(m.people), "manager", "topUpTask", task.name, value=value)
    if m.draw.once_in(4):
        m.act(task.owner, "manager", "cancelTask", task.name)


@rule(1, when=has_tasks)
def sweep_an_environment(m):
    task = m.a_task(2)
    if not m.draw.once_in(4):
        m.happen_to_fund(task.environment, m.draw.one_of([5, 10**18]))
    to = m.draw.mostly(m.people, [NOBODY])
    m.act(m.draw.mostly([task.owner], ["stranger"]), "manager", "sweepEnvironment", task.name, to)


@rule(1, when=has_tasks)
def use_a_forged_id(m):
    task = m.a_task(2)
    forged = m.forged(task, m.draw.one_of(["flag", "index", "size", "block", "environment"]))
    function = m.draw.one_of(
        ["cancelTask", "topUpTask", "addTaskCanceller", "removeEnvironmentCanceller", "sweepEnvironment", "expireTasks"]
    )
    arguments = {"cancelTask": (forged,), "topUpTask": (forged,), "expireTasks": ([task.name, forged],)}
    value = 5 if function == "topUpTask" else 0
    m.act(task.owner, "manager", function, *arguments.get(function, (forged, "stranger")), value=value)
    for view in ("isTaskExecuted", "isTaskCancelled", "getTaskMetadata", "getTaskPayment", "whyStuck"):
        m.refuses(view, forged)
