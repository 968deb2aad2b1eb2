"""What the spec says of a task pool: its doors."""

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.stateful.models.tasks import ACTIVE, AVAILABLE, MAX_REWARD, PENDING, Task, Tasks
from tests.stateful.models.world import NOBODY, Ownable, Refusal, Refused, World, action, refuse_if

if TYPE_CHECKING:
    from tests.stateful.models.registry import Registry

MAX_MODEL_ID = 64
MAX_TEXT = 4_096
MAX_PROOF = 1_024
MIN_LIFETIME = 600
REQUEST_TERMS = (3_600, 86_400, 3, False)  # claim window, verification window, attempts, silence pays the worker


class Pool(Tasks, Ownable):
    def __init__(
        self, world: World, name: str, pool_id: int, owner: str, registry: "Registry", category: str, text: str
    ):
        self.world = world
        self.name = name
        self.pool_id = pool_id
        self.owner = owner
        self.verifier = owner
        self.registry = registry
        self.category = category
        self.metadata = text
        self.created = world.now
        self.is_active = True
        self.is_approved = False
        self.terms = (3_600, 86_400, 3, False)
        self.tasks: dict[int, Task] = {}
        self.credits: dict[str, int] = defaultdict(int)
        self.rewarded = 0

    def verifier_of(self, task: Task) -> str:
        if task.is_request:
            return NOBODY
        return task.verifier if task.state == PENDING else self.verifier

    def is_verifier(self, sender: str, task: Task) -> bool:
        if task.is_request:
            return sender in self.registry.verifiers
        return sender == self.verifier_of(task)

    def terms_of(self, task: Task) -> tuple[int, int, int, bool]:
        return REQUEST_TERMS if task.is_request else self.terms

    # ------------------------------------------------ owner

    @action
    def add_ai_tasks(
        self,
        sender: str,
        rewards: list[int],
        labels: list[int],
        model_ids: list[str],
        inputs: list[str],
        deadlines: list[int],
        value: int = 0,
    ):
        self.only_owner(sender)
        refuse_if(not self.is_active, "PoolInactive()")
        lists = (rewards, labels, model_ids, inputs, deadlines)
        refuse_if(not rewards or any(len(some) != len(rewards) for some in lists), "InvalidInput()")
        refuse_if(any(not 1 <= reward <= MAX_REWARD for reward in rewards), "InvalidInput()")
        refuse_if(any(not 1 <= len(model_id) <= MAX_MODEL_ID for model_id in model_ids), "InvalidInput()")
        refuse_if(any(len(text) > MAX_TEXT for text in inputs), "InvalidInput()")
        refuse_if(any(deadline < self.world.now + MIN_LIFETIME for deadline in deadlines), "InvalidInput()")
        refuse_if(self.free + value < sum(rewards), "InsufficientFunds()")
        self.world.move(sender, self.name, value)
        added = [
            self.add_task(reward, deadline, label, False, model_id, text)
            for reward, label, model_id, text, deadline in zip(*lists, strict=True)
        ]
        self.world.emit(self.name, "TasksAdded", [task.task_id for task in added])

    @action
    def set_zkp_verifier(self, sender: str, verifier: str):
        self.only_owner(sender)
        refuse_if(verifier in (NOBODY, self.verifier), "InvalidInput()")
        self.world.emit(self.name, "ZKPVerifierUpdated", self.verifier, verifier)
        self.verifier = verifier
        if self.is_approved:
            self.is_approved = False
            self.world.emit(self.name, "ApprovalChanged", False)
            self.world.emit(self.registry.name, "PoolRevoked", self.name)
            self.world.met.add("a new verifier costs a pool its approval")

    @action
    def set_task_terms(self, sender: str, claim: int, verification: int, attempts: int, silence_pays: bool):
        self.only_owner(sender)
        refuse_if(not 300 <= claim <= 7 * 86_400, "InvalidInput()")
        refuse_if(not 3_600 <= verification <= 30 * 86_400, "InvalidInput()")
        refuse_if(not 1 <= attempts <= 10, "InvalidInput()")
        self.terms = (claim, verification, attempts, silence_pays)
        self.world.emit(self.name, "TaskTermsUpdated", *self.terms)

    @action
    def emergency_withdraw(self, sender: str):
        self.only_owner(sender)
        amount = self.free
        refuse_if(amount == 0, "InsufficientFunds()")
        self.world.send(self.name, sender, amount)
        self.world.emit(self.name, "EmergencyWithdrawal", sender, amount)

    @action
    def fund(self, sender: str, value: int = 0):
        self.world.move(sender, self.name, value)

    # ------------------------------------------------ workers

    def submit(self, worker: str, task_id: int, proof: bytes, public_input: int, public_result: int, text: str):
        task = self.task(task_id)
        refuse_if(task.state != ACTIVE or task.worker != worker, "NotAssigned()")
        refuse_if(self.is_late(task), "TaskDeadlinePassed()")
        refuse_if(len(proof) > MAX_PROOF or len(text) > MAX_TEXT, "InvalidInput()")
        _, window, attempts, task.silence_pays = self.terms_of(task)
        task.state = PENDING
        task.submitted_at = self.world.now
        task.deadline = self.world.now + window
        task.verifier = self.verifier
        task.is_last_attempt = task.rejections + 1 >= attempts
        task.result = (proof, public_input, public_result, text)
        self.world.emit(self.name, "TaskCompleted", worker, task_id, proof, public_input, public_result)

    @action
    def release_my_claim(self, sender: str, task_id: int):
        task = self.task(task_id)
        refuse_if(task.state != ACTIVE or task.worker != sender, "NotAssigned()")
        refuse_if(self.is_late(task), "TaskDeadlinePassed()")
        self.release(task, bars=False)

    # ------------------------------------------------ verifiers

    @action
    def verify_and_pay(self, sender: str, task_id: int, is_valid: bool):
        task = self.task(task_id)
        refuse_if(not self.is_verifier(sender, task), "Unauthorized()")
        refuse_if(task.state != PENDING, "TaskNotPending()")
        refuse_if(self.is_late(task), "TaskDeadlinePassed()")
        self.verify(sender, task, is_valid)

    @action
    def batch_verify_and_pay(self, sender: str, task_ids: list[int], are_valid: list[bool]):
        refuse_if(len(task_ids) != len(are_valid), "InvalidInput()")
        for task_id in task_ids:
            task = self.task(task_id)
            is_open = task.state == PENDING and not self.is_late(task)
            refuse_if(is_open and not self.is_verifier(sender, task), "Unauthorized()")
        for task_id, is_valid in zip(task_ids, are_valid, strict=True):
            task = self.tasks[task_id]
            if task.state == PENDING and not self.is_late(task):
                self.verify(sender, task, is_valid)

    def verify(self, sender: str, task: Task, is_valid: bool):
        self.world.emit(self.name, "ZKPVerified", task.task_id, is_valid, sender)
        if is_valid:
            self.accept(task)
            self.world.met.add("paid")
            return
        task.rejections += 1
        if task.is_last_attempt:
            self.refund(task)
            self.world.met.add("refunded after the last rejection")
        else:
            self.release(task, bars=True)
            self.world.met.add("rejected after expiry" if task.is_ended else "rejected and available again")

    # ------------------------------------------------ who paid

    @action
    def cancel_task(self, sender: str, task_id: int):
        task = self.task(task_id)
        refuse_if(sender != self.payer_of(task), "Unauthorized()")
        self.cancel(task)

    def cancel(self, task: Task):
        refuse_if(task.state != AVAILABLE, "NoAvailableTask()")
        self.world.emit(self.name, "TaskCancelled", task.task_id)
        self.refund(task)

    # ------------------------------------------------ anyone

    @action
    def release_expired_tasks(self, sender: str, task_ids: list[int]):
        self.released(task_ids)

    @action
    def release_expired(self, sender: str, task_ids: list[int]) -> int:
        return self.released(task_ids)

    def released(self, task_ids: list[int]) -> int:
        for task_id in task_ids:
            self.task(task_id)
        count = 0
        for task_id in task_ids:
            task = self.tasks[task_id]
            if task.state == ACTIVE and self.is_late(task):
                self.release(task, bars=True)
                self.world.met.add("a lapsed claim is released")
            elif task.state == AVAILABLE and self.is_expired(task):
                self.refund(task)
                self.world.met.add("expired and refunded")
            else:
                continue
            count += 1
        return count

    @action
    def settle_unverified(self, sender: str, task_ids: list[int]):
        for task_id in task_ids:
            self.task(task_id)
        for task_id in task_ids:
            task = self.tasks[task_id]
            if task.state == PENDING and self.is_late(task):
                (self.accept if task.silence_pays else self.refund)(task)
                self.world.met.add("silence pays the worker" if task.silence_pays else "silence refunds")

    @action
    def deliver_outcome(self, sender: str, task_id: int):
        self.task(task_id)
        # The registry takes every outcome when the task ends.
        raise Refused(Refusal("InvalidInput()"))

    @action
    def sync(self, sender: str):
        pass

    @action
    def withdraw_credit(self, sender: str, to: str):
        self.withdraw(sender, to)

    # ------------------------------------------------ what only registry, factory or router may call

    @action
    def initialize(self, sender: str, *arguments):
        raise Refused(Refusal("AlreadyInitialized()"))

    @action
    def refuse_all(self, sender: str, *arguments):
        raise Refused(Refusal("Unauthorized()"))

    add_registry_task = set_approval = set_active = claim_task_for_user = submit_task_for_user = refuse_all
