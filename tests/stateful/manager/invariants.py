"""What always holds in the task manager; the numbers of docs/design.md are in the docstrings."""

from collections import Counter, defaultdict

import boa
from eth_abi import encode
from eth_utils import keccak

from tests.helpers.schedule import unpack
from tests.stateful.models.scheduled import AGAIN, ATTEMPTS, CANCELLED, EXPIRED, SCHEDULED
from tests.stateful.models.world import Refusal

INLINE = 94  # tasks of a bucket that are in its head
WINDOW = 30
LEVELS = (0, 8, 16)


def read(m, module: str, name: str, key: int) -> int:
    slot = keccak(encode(["uint256", "uint256"], [m.layout[module][name], key]))
    return boa.env.get_storage(m.chain.address("manager"), int.from_bytes(slot, "big"))


def manager_has_what_it_owes(m):
    """13"""
    m.same("the balance of the manager", m.model.owed, m.chain.balance("manager"))
    m.same("the balance of the manager", m.world.wei["manager"], m.chain.balance("manager"))


def tasks_have_status_and_payment(m):
    """14"""
    model = m.model
    names = list(model.tasks)
    some = [*model.changed, *(names[len(m.program) % len(names)] for _ in names[:1])]
    for name in names if m.is_ending else [*some, *(names[-12:] if m.whole else [])]:
        status = model.status(name)
        m.agrees("manager", "getTaskStatus", m.world.ids[name], expected=status)
        m.agrees("manager", "getTaskPayment", m.world.ids[name], expected=model.tasks[name].payment)
    for name in names[-12:] if m.whole else []:
        task, status = model.tasks[name], model.status(name)
        is_executed = status not in (SCHEDULED, CANCELLED, EXPIRED)
        m.agrees("manager", "isTaskExecuted", m.world.ids[name], expected=is_executed)
        m.agrees("manager", "isTaskCancelled", m.world.ids[name], expected=status == CANCELLED)
        expected = (task.owner, task.nonce, task.size)
        m.agrees("manager", "getTaskMetadata", m.world.ids[name], expected=expected)
    model.changed.clear()


def a_task_runs_at_most_once(m):
    """14"""
    names = [name for name, _ in m.runs]
    m.same("the tasks that ran", len(set(names)), len(names))


def a_task_runs_within_its_window(m):
    """14"""
    for name, block in m.runs:
        at = unpack(m.world.ids[name])[1]
        m.same(f"whether {name} ran in its window", True, at <= block <= at + WINDOW)


def nothing_runs_or_ends_after_its_end(m):
    """14"""
    m.same("what ran or ended after its end", [], m.ran_after_end)


def next_due_block_is_found(m):
    """17"""
    for lookahead in (0, 2_000_000):
        expected = m.model.get_next_execution_block_in_range("", lookahead)
        m.agrees("manager", "getNextExecutionBlockInRange", lookahead, expected=expected)


def schedule_shows_the_buckets(m):
    """17"""
    expected = m.model.get_task_schedule_in_range("", 2_097_152, 0, 256)
    m.agrees("manager", "getTaskScheduleInRange", 2_097_152, 0, 256, expected=expected)


def live_by_bucket(m) -> dict[int, set[int]]:
    live = defaultdict(set)
    for task in m.model.scheduled.values():
        bucket, index = task.position
        live[bucket].add(index)
    return live


def calendar_marks_just_the_buckets_with_tasks(m):
    """17"""
    if not m.whole:
        return
    live = live_by_bucket(m)
    used = {block * 4 + 2 - size for block, size in m.model.given}
    for level, shift in enumerate(LEVELS):
        marks = defaultdict(int)
        for bucket in live:
            marks[bucket >> shift >> 8] |= 1 << (bucket >> shift & 255)
        for number in {bucket >> shift >> 8 for bucket in used}:
            found = read(m, "calendar", "bitmaps", level << 128 | number)
            m.same(f"word {number} of level {level} of the calendar", marks[number], found)


def live_bits_of_a_bucket_are_its_tasks(m):
    """17"""
    if not m.whole:
        return
    live = live_by_bucket(m)
    for (block, size), given in m.model.given.items():
        bucket = block * 4 + 2 - size
        indices = live[bucket]
        if not indices and block <= m.world.block:
            continue  # executed to its end, perhaps: nothing reads it any more
        further = {number: 0 for number in range(INLINE // 256, (given - 1) // 256 + 1)}
        expected = given | len(indices) << 17
        for index in indices:
            if index < INLINE:
                expected |= 1 << (162 + index)
            else:
                expected |= 1 << (34 + index // 512)
                further[index // 256] |= 1 << (index % 256)
        m.same(f"the bucket of block {block}, size {size}", expected, read(m, "buckets", "heads", bucket))
        if given > INLINE:
            for number, bits in further.items():
                found = read(m, "buckets", "further", bucket << 8 | number)
                m.same(f"word {number} of the bucket of block {block}, size {size}", bits, found)


def a_forged_id_is_no_task(m):
    """18"""
    for name in list(m.model.tasks)[-1:]:
        field = ("flag", "index", "environment", "size", "block")[len(m.model.tasks) % 5]
        m.agrees("manager", "getTaskStatus", m.forged(m.model.tasks[name], field), expected=0)


def attempts_are_limited(m):
    """14"""
    attempts = Counter(m.model.tasks[name].environment for name, _ in m.runs)
    tasks = {task.environment: task for task in m.model.tasks.values()} if attempts else {}
    for environment, count in attempts.items():
        task = tasks[environment]
        if task.kind != "recurring" and task.call.does != AGAIN:
            most = ATTEMPTS if task.kind == "rescheduling" else 1
            m.same(f"whether {environment} ran too often", False, count > most)


def an_executor_never_loses(m):
    """16"""
    for fees, gas, gas_price in m.calls:
        m.same(f"whether {fees} wei pay for {gas} gas at {gas_price}", True, 10 * fees >= 11 * gas * gas_price)


def wealth_changes_but_by_the_rule(m):
    """13"""
    model = m.model
    for account in m.people:
        m.same(f"the balance of {account}", m.world.wei[account], m.chain.balance(account))
        if m.whole:
            m.agrees("manager", "bondOf", account, expected=model.bonds[account])
            m.agrees("manager", "creditOf", account, expected=model.credits[account])


def the_target_did_each_work_once(m):
    """14"""
    m.agrees("target", "total", expected=m.model.total)


def nothing_is_under_way(m):
    if m.whole:
        m.agrees("manager", "currentTask", expected=Refusal("NoActiveTask()"))


ALL = [
    manager_has_what_it_owes,
    tasks_have_status_and_payment,
    a_task_runs_at_most_once,
    a_task_runs_within_its_window,
    nothing_runs_or_ends_after_its_end,
    next_due_block_is_found,
    schedule_shows_the_buckets,
    calendar_marks_just_the_buckets_with_tasks,
    live_bits_of_a_bucket_are_its_tasks,
    a_forged_id_is_no_task,
    attempts_are_limited,
    an_executor_never_loses,
    wealth_changes_but_by_the_rule,
    the_target_did_each_work_once,
    nothing_is_under_way,
]
