"""The tasks of a pool as the spec has them: their data, which of them is best, and the ways in which they end."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.stateful.models.world import NOBODY, Creditor, World, refuse_if

if TYPE_CHECKING:
    from tests.stateful.models.registry import Registry

MAX_REWARD = 2**96 - 1
NO_RESULT = (b"", 0, 0, "")  # proof, public input, public result, text

AVAILABLE, ACTIVE, PENDING, PAID, REFUNDED = "available", "active", "pending", "paid", "refunded"
OPEN = (AVAILABLE, ACTIVE, PENDING)
QUEUES = {AVAILABLE: 1, ACTIVE: 2, PENDING: 3, PAID: 0, REFUNDED: 0}


@dataclass
class Task:
    name: str
    task_id: int
    reward: int
    created: int
    expiry: int
    reference: int  # the label of an owner's own task, or the request's id
    is_request: bool
    model_id: str
    input_data: str
    state: str = AVAILABLE
    is_indexed: bool = True  # an expired task that a claim has met is not
    worker: str = NOBODY
    deadline: int = 0  # of the claim, then of the verification
    rejections: int = 0
    barred: set[str] = field(default_factory=set)
    # fixed at submission
    verifier: str = NOBODY
    is_last_attempt: bool = False
    silence_pays: bool = False
    submitted_at: int = 0
    result: tuple = NO_RESULT

    @property
    def is_ended(self) -> bool:
        return self.state in (PAID, REFUNDED)


class Tasks(Creditor):
    """
    A pool without its doors. What the pool owes is never kept as a number but summed up from tasks and credits, so that
    the model cannot share the contract's mistakes.
    """

    world: World
    name: str
    owner: str
    registry: "Registry"
    is_active: bool
    is_approved: bool
    tasks: dict[int, Task]
    credits: dict[str, int]
    rewarded: int

    # ------------------------------------------------ what is there

    @property
    def reserved(self) -> int:
        return sum(task.reward for task in self.tasks.values() if not task.is_ended) + sum(self.credits.values())

    @property
    def free(self) -> int:
        return self.world.wei[self.name] - self.reserved

    def tasks_in(self, *states: str) -> list[Task]:
        return [task for task in self.tasks.values() if task.state in states]

    def counts(self) -> tuple[int, int, int, int, int]:
        counts = dict.fromkeys(QUEUES, 0)
        for task in self.tasks.values():
            counts[task.state] += 1
        return counts[AVAILABLE], counts[ACTIVE], counts[PENDING], counts[PAID], self.rewarded

    def is_expired(self, task: Task) -> bool:
        return self.world.now > task.expiry

    def is_late(self, task: Task) -> bool:
        """Past the deadline of the claim or of the verification."""
        return self.world.now > task.deadline

    def expired(self) -> list[Task]:
        """Lapsed claims, then available tasks that have expired."""
        return [task for task in self.tasks_in(ACTIVE) if self.is_late(task)] + [
            task for task in self.tasks_in(AVAILABLE) if self.is_expired(task)
        ]

    def indexed(self, ranked: bool) -> list[Task]:
        """Best first, expired ones that no claim has met included; those of the router's ranking only, or all."""
        return sorted(
            (
                task
                for task in self.tasks.values()
                if task.state == AVAILABLE and task.is_indexed and (task.is_request or self.is_approved or not ranked)
            ),
            key=lambda task: (-task.reward, task.task_id),
        )

    def best_for(self, worker: str, ranked: bool) -> Task | None:
        for task in self.indexed(ranked):
            if not self.is_expired(task) and worker not in task.barred:
                return task
        return None

    def task(self, task_id: int) -> Task:
        refuse_if(task_id not in self.tasks, "TaskNotFound()")
        return self.tasks[task_id]

    def payer_of(self, task: Task) -> str:
        return self.registry.name if task.is_request else self.owner

    # ------------------------------------------------ how a task moves on

    def add_task(self, reward: int, expiry: int, reference: int, is_request: bool, model_id: str, text: str) -> Task:
        task_id = len(self.tasks) + 1
        name = self.world.fresh("task", task_id)
        task = Task(name, task_id, reward, self.world.now, expiry, reference, is_request, model_id, text)
        self.tasks[task_id] = task
        return task

    def claim(self, task: Task, worker: str, window: int):
        task.state = ACTIVE
        task.worker = worker
        task.deadline = min(self.world.now + window, task.expiry)
        self.world.emit(self.name, "TaskClaimed", worker, task.task_id, task.deadline)

    def release(self, task: Task, bars: bool):
        self.world.emit(self.name, "TaskReleased", task.task_id)
        if bars:
            task.barred.add(task.worker)
        if self.is_expired(task):
            self.refund(task)
        else:
            task.state = AVAILABLE
            task.worker = NOBODY
            task.deadline = 0
            task.result = NO_RESULT
            task.submitted_at = 0

    def accept(self, task: Task):
        self.end(task, PAID)
        self.rewarded = (self.rewarded + task.reward) % 2**96
        self.world.emit(self.name, "RewardPaid", task.worker, task.task_id, task.reward)
        if task.is_request:
            self.registry.complete(task.reference, task.result[3])
        self.pay(task.worker, task.reward)

    def refund(self, task: Task):
        self.end(task, REFUNDED)
        self.world.emit(self.name, "TaskRefunded", task.task_id, self.payer_of(task), task.reward)
        if task.is_request:
            self.world.move(self.name, self.registry.name, task.reward)
            self.registry.refund(task.reference)
        # An owner's own task has given its reward back to the free balance.

    def end(self, task: Task, state: str):
        task.state = state
        if not self.is_active:
            self.world.met.add("a task ends in a closed pool")
