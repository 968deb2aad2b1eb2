"""
What the spec says of the task pools, in plain Python: no contract is called here.

Each action of a contract is a method of the same name in snake case; it returns what the contract returns, or a `Refusal` naming the
error. All checks come before the first change, so that a refused action leaves no trace. What a contract owes is never kept as a number
but summed up from the tasks, requests and credits, so that it cannot share the contract's mistakes.
"""

import functools
from collections import defaultdict
from dataclasses import dataclass, field

from eth_utils import keccak

NOBODY = "0x" + "00" * 20
MAX_REWARD = 2**96 - 1
MAX_MODEL_ID = 64
MAX_TEXT = 4_096
MAX_PROOF = 1_024
MAX_CATEGORY = 64
MAX_METADATA = 1_024
MIN_LIFETIME = 600
MAX_LIFETIME = 30 * 86_400
MAX_FEE_BPS = 1_000
MAX_PASSED = 8

AVAILABLE, ACTIVE, PENDING, PAID, REFUNDED = "available", "active", "pending", "paid", "refunded"
QUEUES = {AVAILABLE: 1, ACTIVE: 2, PENDING: 3, PAID: 0, REFUNDED: 0}


@dataclass(frozen=True)
class Refusal:
    """The custom error with which the contract must refuse."""

    error: str


class Refused(Exception):
    """Raised inside the model; an action turns it into a `Refusal`."""


def refuse_if(condition: bool, error: str):
    if condition:
        raise Refused(f"{error}()")


def action(method):
    """A function of the ABI: what it refuses, it returns as a `Refusal`."""

    @functools.wraps(method)
    def acted(*arguments, **named):
        try:
            return method(*arguments, **named)
        except Refused as refused:
            return Refusal(str(refused))

    return acted


def topic(text: str) -> int:
    """The topic of an indexed string."""
    return int.from_bytes(keccak(text=text), "big")


@dataclass
class World:
    """Time, money and the log, which all contracts share."""

    now: int
    operator: str
    refusing: set[str] = field(default_factory=set)  # accounts that take no payment
    wei: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    log: list[tuple] = field(default_factory=list)  # of the action under way: emitter, name, indexed, data
    pools: dict[str, "Pool"] = field(default_factory=dict)
    registries: dict[str, "Registry"] = field(default_factory=dict)

    def emit(self, emitter: str, name: str, *indexed, data: tuple | None = ()):
        """`data`: the words of the data; None where they are not compared."""
        self.log.append((emitter, name, indexed, data))

    def move(self, sender: str, to: str, amount: int):
        self.wei[sender] -= amount
        self.wei[to] += amount
        assert self.wei[sender] >= 0

    def send(self, sender: str, to: str, amount: int):
        """A withdrawal: a payee that refuses makes the call revert."""
        refuse_if(to in self.refusing, "TransferFailed")
        self.move(sender, to, amount)


class Ownable:
    world: World
    address: str
    owner: str
    pending_owner: str = NOBODY

    def only_owner(self, sender: str):
        refuse_if(sender != self.owner, "Unauthorized")

    @action
    def transfer_ownership(self, sender: str, new_owner: str):
        self.only_owner(sender)
        self.pending_owner = new_owner
        self.world.emit(self.address, "OwnershipTransferStarted", self.owner, new_owner)

    @action
    def accept_ownership(self, sender: str):
        refuse_if(sender != self.pending_owner, "Unauthorized")
        self.world.emit(self.address, "OwnershipTransferred", self.owner, sender)
        self.owner = sender
        self.pending_owner = NOBODY


class Payer:
    """What cannot be paid is credited."""

    world: World
    address: str
    credits: dict[str, int]

    def pay(self, to: str, amount: int):
        if to in self.world.refusing:
            self.credits[to] += amount
            self.world.emit(self.address, "PaymentCredited", to, data=(amount,))
        else:
            self.world.move(self.address, to, amount)

    def withdraw(self, sender: str, to: str):
        refuse_if(to == NOBODY, "InvalidInput")
        amount = self.credits[sender]
        refuse_if(amount == 0, "InsufficientFunds")
        self.world.send(self.address, to, amount)
        self.credits[sender] = 0
        self.world.emit(self.address, "CreditWithdrawn", sender, to, data=(amount,))
        return amount


# ---------------------------------------------------------------- pool


@dataclass
class Task:
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
    result: tuple = (b"", 0, 0, "")  # proof, public input, public result, text

    @property
    def is_ended(self) -> bool:
        return self.state in (PAID, REFUNDED)


class Pool(Ownable, Payer):
    def __init__(
        self, world: World, address: str, pool_id: int, owner: str, registry: "Registry", category: str, text: str
    ):
        self.world = world
        self.address = address
        self.pool_id = pool_id
        self.owner = owner
        self.verifier = owner
        self.registry = registry
        self.category = category
        self.metadata = text
        self.created = world.now
        self.is_active = True
        self.is_approved = False
        self.terms = (3_600, 86_400, 3, False)  # claim window, verification window, attempts, silence pays the worker
        self.tasks: dict[int, Task] = {}
        self.credits: dict[str, int] = defaultdict(int)
        self.rewarded = 0

    # ------------------------------------------------ what is there

    @property
    def reserved(self) -> int:
        return sum(task.reward for task in self.tasks.values() if not task.is_ended) + sum(self.credits.values())

    @property
    def free(self) -> int:
        return self.world.wei[self.address] - self.reserved

    def ids(self, *states: str) -> list[int]:
        return [task_id for task_id, task in self.tasks.items() if task.state in states]

    def counts(self) -> tuple[int, int, int, int, int]:
        return *(len(self.ids(state)) for state in (AVAILABLE, ACTIVE, PENDING, PAID)), self.rewarded

    def is_expired(self, task: Task) -> bool:
        return self.world.now > task.expiry

    def lapsed(self) -> list[int]:
        return [task_id for task_id in self.ids(ACTIVE, PENDING) if self.world.now > self.tasks[task_id].deadline]

    def expired(self) -> list[int]:
        """Lapsed claims, then available tasks that have expired."""
        return [task_id for task_id in self.lapsed() if self.tasks[task_id].state == ACTIVE] + [
            task_id for task_id in self.ids(AVAILABLE) if self.is_expired(self.tasks[task_id])
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
        refuse_if(task_id not in self.tasks, "TaskNotFound")
        return self.tasks[task_id]

    def payer_of(self, task: Task) -> str:
        return self.registry.address if task.is_request else self.owner

    def verifier_of(self, task: Task) -> str:
        if task.is_request:
            return NOBODY
        return task.verifier if task.state == PENDING else self.verifier

    def is_verifier(self, sender: str, task: Task) -> bool:
        if task.is_request:
            return sender in self.registry.verifiers
        return sender == task.verifier if task.state == PENDING else sender == self.verifier

    # ------------------------------------------------ owner

    @action
    def add_ai_tasks(
        self,
        sender: str,
        rewards: list[int],
        request_ids: list[int],
        model_ids: list[str],
        inputs: list[str],
        deadlines: list[int],
        value: int = 0,
    ):
        self.only_owner(sender)
        refuse_if(not self.is_active, "PoolInactive")
        lists = (rewards, request_ids, model_ids, inputs, deadlines)
        refuse_if(not rewards or any(len(some) != len(rewards) for some in lists), "InvalidInput")
        refuse_if(any(not 1 <= reward <= MAX_REWARD for reward in rewards), "InvalidInput")
        refuse_if(any(not 1 <= len(model_id) <= MAX_MODEL_ID for model_id in model_ids), "InvalidInput")
        refuse_if(any(len(text) > MAX_TEXT for text in inputs), "InvalidInput")
        refuse_if(any(deadline < self.world.now + MIN_LIFETIME for deadline in deadlines), "InvalidInput")
        refuse_if(self.free + value < sum(rewards), "InsufficientFunds")
        self.world.move(sender, self.address, value)
        ids = [
            self.add_task(reward, deadline, request_id, False, model_id, text)
            for reward, request_id, model_id, text, deadline in zip(*lists, strict=True)
        ]
        self.world.emit(self.address, "TasksAdded", data=(32, len(ids), *ids))

    def add_task(self, reward: int, expiry: int, reference: int, is_request: bool, model_id: str, text: str) -> int:
        task_id = len(self.tasks) + 1
        self.tasks[task_id] = Task(task_id, reward, self.world.now, expiry, reference, is_request, model_id, text)
        return task_id

    @action
    def set_zkp_verifier(self, sender: str, verifier: str):
        self.only_owner(sender)
        refuse_if(verifier in (NOBODY, self.verifier), "InvalidInput")
        self.world.emit(self.address, "ZKPVerifierUpdated", self.verifier, verifier)
        self.verifier = verifier
        if self.is_approved:
            self.is_approved = False
            self.world.emit(self.address, "ApprovalChanged", data=(0,))
            self.world.emit(self.registry.address, "PoolRevoked", self.address)

    @action
    def set_task_terms(self, sender: str, claim: int, verification: int, attempts: int, silence_pays: bool):
        self.only_owner(sender)
        refuse_if(not 300 <= claim <= 7 * 86_400, "InvalidInput")
        refuse_if(not 3_600 <= verification <= 30 * 86_400, "InvalidInput")
        refuse_if(not 1 <= attempts <= 10, "InvalidInput")
        self.terms = (claim, verification, attempts, silence_pays)
        self.world.emit(self.address, "TaskTermsUpdated", data=(claim, verification, attempts, int(silence_pays)))

    @action
    def emergency_withdraw(self, sender: str):
        self.only_owner(sender)
        amount = self.free
        refuse_if(amount == 0, "InsufficientFunds")
        self.world.send(self.address, sender, amount)
        self.world.emit(self.address, "EmergencyWithdrawal", sender, data=(amount,))

    @action
    def fund(self, sender: str, value: int = 0):
        self.world.move(sender, self.address, value)

    # ------------------------------------------------ workers

    def claim(self, task: Task, worker: str):
        window = 3_600 if task.is_request else self.terms[0]
        task.state = ACTIVE
        task.worker = worker
        task.deadline = min(self.world.now + window, task.expiry)
        self.world.emit(self.address, "TaskClaimed", worker, task.task_id, data=(task.deadline,))

    def submit(self, worker: str, task_id: int, proof: bytes, public_input: int, public_result: int, text: str):
        task = self.task(task_id)
        refuse_if(task.state != ACTIVE or task.worker != worker, "NotAssigned")
        refuse_if(self.world.now > task.deadline, "TaskDeadlinePassed")
        refuse_if(len(proof) > MAX_PROOF or len(text) > MAX_TEXT, "InvalidInput")
        window, attempts, task.silence_pays = (86_400, 3, False) if task.is_request else self.terms[1:]
        task.state = PENDING
        task.submitted_at = self.world.now
        task.deadline = self.world.now + window
        task.verifier = self.verifier
        task.is_last_attempt = task.rejections + 1 >= attempts
        task.result = (proof, public_input, public_result, text)
        self.world.emit(self.address, "TaskCompleted", worker, task_id, data=None)

    @action
    def release_my_claim(self, sender: str, task_id: int):
        task = self.task(task_id)
        refuse_if(task.state != ACTIVE or task.worker != sender, "NotAssigned")
        refuse_if(self.world.now > task.deadline, "TaskDeadlinePassed")
        self.release(task, bars=False)

    # ------------------------------------------------ verifiers

    @action
    def verify_and_pay(self, sender: str, task_id: int, is_valid: bool):
        task = self.task(task_id)
        refuse_if(not self.is_verifier(sender, task), "Unauthorized")
        refuse_if(task.state != PENDING, "TaskNotPending")
        refuse_if(self.world.now > task.deadline, "TaskDeadlinePassed")
        self.verify(sender, task, is_valid)

    @action
    def batch_verify_and_pay(self, sender: str, task_ids: list[int], are_valid: list[bool]):
        refuse_if(len(task_ids) != len(are_valid), "InvalidInput")
        for task_id in task_ids:
            task = self.task(task_id)
            is_open = task.state == PENDING and self.world.now <= task.deadline
            refuse_if(is_open and not self.is_verifier(sender, task), "Unauthorized")
        for task_id, is_valid in zip(task_ids, are_valid, strict=True):
            task = self.tasks[task_id]
            if task.state == PENDING and self.world.now <= task.deadline:
                self.verify(sender, task, is_valid)

    def verify(self, sender: str, task: Task, is_valid: bool):
        self.world.emit(self.address, "ZKPVerified", task.task_id, sender, data=(int(is_valid),))
        if is_valid:
            self.accept(task)
            return
        task.rejections += 1
        if task.is_last_attempt:
            self.refund(task)
        else:
            self.release(task, bars=True)

    # ------------------------------------------------ who paid

    @action
    def cancel_task(self, sender: str, task_id: int):
        task = self.task(task_id)
        refuse_if(sender != self.payer_of(task), "Unauthorized")
        self.cancel(task)

    def cancel(self, task: Task):
        refuse_if(task.state != AVAILABLE, "NoAvailableTask")
        self.world.emit(self.address, "TaskCancelled", task.task_id)
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
            if task.state == ACTIVE and self.world.now > task.deadline:
                self.release(task, bars=True)
                count += 1
            elif task.state == AVAILABLE and self.is_expired(task):
                self.refund(task)
                count += 1
        return count

    @action
    def settle_unverified(self, sender: str, task_ids: list[int]):
        for task_id in task_ids:
            self.task(task_id)
        for task_id in task_ids:
            task = self.tasks[task_id]
            if task.state == PENDING and self.world.now > task.deadline:
                if task.silence_pays:
                    self.accept(task)
                else:
                    self.refund(task)

    @action
    def deliver_outcome(self, sender: str, task_id: int):
        self.task(task_id)
        raise Refused("InvalidInput()")  # the registry takes every outcome when the task ends

    @action
    def sync(self, sender: str):
        pass

    @action
    def withdraw_credit(self, sender: str, to: str):
        self.withdraw(sender, to)

    # ------------------------------------------------ how a task moves on

    def release(self, task: Task, bars: bool):
        self.world.emit(self.address, "TaskReleased", task.task_id)
        if bars:
            task.barred.add(task.worker)
        if self.is_expired(task):
            self.refund(task)
        else:
            task.state = AVAILABLE
            task.worker = NOBODY
            task.deadline = 0
            task.result = (b"", 0, 0, "")
            task.submitted_at = 0

    def accept(self, task: Task):
        task.state = PAID
        self.rewarded = (self.rewarded + task.reward) % 2**96
        self.world.emit(self.address, "RewardPaid", task.worker, task.task_id, data=(task.reward,))
        if task.is_request:
            self.registry.complete(task.reference, task.result[3])
        self.pay(task.worker, task.reward)

    def refund(self, task: Task):
        task.state = REFUNDED
        self.world.emit(self.address, "TaskRefunded", task.task_id, self.payer_of(task), data=(task.reward,))
        if task.is_request:
            self.world.move(self.address, self.registry.address, task.reward)
            self.registry.refund(task.reference)


# ---------------------------------------------------------------- registry


@dataclass
class Model:
    name: str
    description: str
    pricing: int  # 0 fixed, 1 flexible
    price: int
    created: int
    is_active: bool = True


@dataclass
class Request:
    user: str
    model_id: str
    prompt: str
    cost: int
    fee: int
    created: int
    pool: Pool
    task_id: int
    is_completed: bool = False
    is_refunded: bool = False
    is_submitted: bool = False
    result: str = ""


class Registry(Ownable, Payer):
    def __init__(self, world: World, address: str):
        self.world = world
        self.address = address
        self.owner = world.operator
        self.verifiers: set[str] = set()
        self.models: dict[str, Model] = {}
        self.requests: dict[int, Request] = {}
        self.fee_bps = 0
        self.lifetime = 86_400
        self.credits: dict[str, int] = defaultdict(int)
        self.earned = 0

    @property
    def reserved(self) -> int:
        fees = sum(request.fee for request in self.requests.values() if not request.is_completed | request.is_refunded)
        return fees + self.earned + sum(self.credits.values())

    def pools(self, approved: bool = True) -> list[Pool]:
        return [pool for pool in self.world.pools.values() if pool.registry is self and pool.is_approved == approved]

    def listed(self) -> list[Pool]:
        return [pool for pool in self.pools() if pool.is_active]

    def tokens(self, model_id: str, prompt: str) -> int:
        return 1 if self.models[model_id].pricing == 0 else max(1, -(-len(prompt) // 4))

    def cost(self, model_id: str, prompt: str) -> int:
        return self.tokens(model_id, prompt) * self.models[model_id].price

    def model(self, model_id: str) -> Model:
        refuse_if(model_id not in self.models, "ModelNotFound")
        return self.models[model_id]

    def request(self, request_id: int) -> Request:
        refuse_if(request_id not in self.requests, "RequestNotFound")
        return self.requests[request_id]

    # ------------------------------------------------ requesters

    @action
    def request_inference(self, sender: str, model_id: str, prompt: str, value: int = 0):
        return self.check_request(model_id, prompt, 2**256 - 1, value)

    @action
    def request_inference_with_max(self, sender: str, model_id: str, prompt: str, max_cost: int, value: int = 0):
        return self.check_request(model_id, prompt, max_cost, value)

    def check_request(self, model_id: str, prompt: str, max_cost: int, value: int) -> int:
        """The request follows with `take_request`: which of the listed pools it goes to is the registry's choice."""
        refuse_if(not self.model(model_id).is_active, "ModelInactive")
        refuse_if(len(prompt) > MAX_TEXT, "InvalidInput")
        cost = self.cost(model_id, prompt)
        refuse_if(cost > max_cost, "CostAboveMax")
        refuse_if(value < cost, "InsufficientPayment")
        refuse_if(not self.listed(), "NoPoolAvailable")
        return len(self.requests) + 1

    def take_request(self, sender: str, model_id: str, prompt: str, value: int, pool: Pool):
        assert pool in self.listed()
        request_id = len(self.requests) + 1
        cost = self.cost(model_id, prompt)
        fee = cost * self.fee_bps // 10_000
        self.world.move(sender, self.address, value)
        self.world.move(self.address, pool.address, cost - fee)
        task_id = pool.add_task(cost - fee, self.world.now + self.lifetime, request_id, True, model_id, prompt)
        self.requests[request_id] = Request(sender, model_id, prompt, cost, fee, self.world.now, pool, task_id)
        self.world.emit(pool.address, "TasksAdded", data=(32, 1, task_id))
        self.world.emit(
            self.address,
            "InferenceRequested",
            request_id,
            sender,
            topic(model_id),
            data=(self.tokens(model_id, prompt), cost),
        )
        if value > cost:
            self.pay(sender, value - cost)

    @action
    def cancel_request(self, sender: str, request_id: int):
        request = self.request(request_id)
        refuse_if(sender != request.user, "Unauthorized")
        request.pool.cancel(request.pool.tasks[request.task_id])

    @action
    def withdraw_refund(self, sender: str):
        self.withdraw_refund_of(sender, sender)

    @action
    def withdraw_refund_to(self, sender: str, to: str):
        self.withdraw_refund_of(sender, to)

    def withdraw_refund_of(self, sender: str, to: str):
        amount = self.withdraw(sender, to)
        self.world.emit(self.address, "RefundWithdrawn", sender, data=(amount,))

    # ------------------------------------------------ the pool's outcome

    def complete(self, request_id: int, result: str):
        request = self.requests[request_id]
        assert not request.is_completed and not request.is_refunded
        request.is_completed = True
        request.result = result
        self.earned += request.fee
        self.world.emit(self.address, "InferenceCompleted", request_id, data=None)

    def refund(self, request_id: int):
        request = self.requests[request_id]
        assert not request.is_completed and not request.is_refunded
        request.is_refunded = True
        self.credits[request.user] += request.cost
        self.world.emit(self.address, "RequestRefunded", request_id, request.user, data=(request.cost,))

    @action
    def submit_result(self, sender: str, request_id: int, text: str):
        refuse_if(sender not in self.verifiers, "Unauthorized")
        request = self.request(request_id)
        refuse_if(request.is_completed or request.is_submitted, "ResultAlreadySubmitted")
        refuse_if(not request.is_refunded, "RequestOpen")
        refuse_if(len(text) > MAX_TEXT, "InvalidInput")
        request.is_submitted = True
        request.result = text
        self.world.emit(self.address, "ResultSubmitted", request_id, data=None)

    # ------------------------------------------------ owner

    @action
    def register_model(self, sender: str, model_id: str, name: str, description: str, pricing: int, price: int):
        self.only_owner(sender)
        refuse_if(not 1 <= len(model_id) <= MAX_MODEL_ID or pricing > 1 or model_id in self.models, "InvalidInput")
        refuse_if(not 1 <= price <= MAX_REWARD, "InvalidInput")
        self.models[model_id] = Model(name, description, pricing, price, self.world.now)
        self.world.emit(self.address, "ModelRegistered", topic(model_id), data=(pricing, price))

    @action
    def update_model(self, sender: str, model_id: str, name: str, description: str, price: int):
        self.only_owner(sender)
        model = self.model(model_id)
        refuse_if(not 1 <= price <= MAX_REWARD, "InvalidInput")
        model.name, model.description, model.price = name, description, price
        self.world.emit(self.address, "ModelUpdated", topic(model_id), data=(int(model.is_active),))

    @action
    def set_model_active(self, sender: str, model_id: str, is_active: bool):
        self.only_owner(sender)
        self.model(model_id).is_active = is_active
        self.world.emit(self.address, "ModelUpdated", topic(model_id), data=(int(is_active),))

    @action
    def add_verifier(self, sender: str, verifier: str):
        self.only_owner(sender)
        refuse_if(verifier == NOBODY or verifier in self.verifiers, "InvalidInput")
        self.verifiers.add(verifier)
        self.world.emit(self.address, "VerifierAdded", verifier)

    @action
    def remove_verifier(self, sender: str, verifier: str):
        self.only_owner(sender)
        refuse_if(verifier not in self.verifiers, "InvalidInput")
        self.verifiers.remove(verifier)
        self.world.emit(self.address, "VerifierRemoved", verifier)

    @action
    def approve_pool(self, sender: str, address: str):
        self.only_owner(sender)
        pool = self.world.pools.get(address)
        refuse_if(pool is None or pool.is_approved or pool.registry is not self, "InvalidInput")
        pool.is_approved = True
        self.world.emit(address, "ApprovalChanged", data=(1,))
        self.world.emit(self.address, "PoolApproved", address)

    @action
    def revoke_pool(self, sender: str, address: str):
        self.only_owner(sender)
        pool = self.world.pools.get(address)
        refuse_if(pool is None or not pool.is_approved or pool.registry is not self, "InvalidInput")
        pool.is_approved = False
        self.world.emit(address, "ApprovalChanged", data=(0,))
        self.world.emit(self.address, "PoolRevoked", address)

    @action
    def set_task_router(self, sender: str, router: str):
        self.only_owner(sender)
        raise Refused("InvalidInput()")  # it has one

    @action
    def set_protocol_fee_bps(self, sender: str, bps: int):
        self.only_owner(sender)
        refuse_if(bps > MAX_FEE_BPS, "InvalidInput")
        self.world.emit(self.address, "ProtocolFeeUpdated", data=(self.fee_bps, bps))
        self.fee_bps = bps

    @action
    def set_request_lifetime(self, sender: str, lifetime: int):
        self.only_owner(sender)
        refuse_if(not MIN_LIFETIME <= lifetime <= MAX_LIFETIME, "InvalidInput")
        self.world.emit(self.address, "RequestLifetimeUpdated", data=(self.lifetime, lifetime))
        self.lifetime = lifetime

    @action
    def withdraw_tokens(self, sender: str):
        self.only_owner(sender)
        amount = self.earned
        refuse_if(amount == 0, "InsufficientFunds")
        self.world.send(self.address, sender, amount)
        self.earned = 0
        self.world.emit(self.address, "TokensWithdrawn", sender, data=(amount,))

    @action
    def rescue_surplus(self, sender: str, to: str):
        self.only_owner(sender)
        refuse_if(to == NOBODY, "InvalidInput")
        amount = self.world.wei[self.address] - self.reserved
        refuse_if(amount == 0, "InsufficientFunds")
        self.world.send(self.address, to, amount)
        self.world.emit(self.address, "SurplusRescued", to, data=(amount,))

    @action
    def fund(self, sender: str, value: int = 0):
        self.world.move(sender, self.address, value)


# ---------------------------------------------------------------- factory


class Factory(Ownable):
    def __init__(self, world: World, address: str, registry: Registry):
        self.world = world
        self.address = address
        self.owner = world.operator
        self.registry = registry
        self.salts: set[tuple[str, bytes]] = set()

    def pool(self, address: str) -> Pool:
        refuse_if(address not in self.world.pools, "PoolNotFound")
        return self.world.pools[address]

    @staticmethod
    def check_texts(category: str, metadata: str):
        refuse_if(not 1 <= len(category) <= MAX_CATEGORY, "InvalidCategory")
        refuse_if(len(metadata) > MAX_METADATA, "InvalidInput")

    def take_pool(self, address: str, owner: str, category: str, metadata: str):
        """A pool was made at this address, which only the chain knows before."""
        pool_id = len(self.world.pools)
        assert address not in self.world.pools
        self.world.pools[address] = Pool(self.world, address, pool_id, owner, self.registry, category, metadata)
        self.world.emit(self.address, "PoolCreated", address, owner, data=None)

    @action
    def create_pool(self, sender: str, category: str, metadata: str):
        self.check_texts(category, metadata)

    @action
    def create_pools(self, sender: str, categories: list[str], metadatas: list[str]):
        refuse_if(not categories or len(categories) != len(metadatas), "InvalidInput")
        for category, metadata in zip(categories, metadatas, strict=True):
            self.check_texts(category, metadata)

    @action
    def create_pool_deterministic(self, sender: str, category: str, metadata: str, salt: bytes):
        self.check_texts(category, metadata)
        refuse_if((sender, salt) in self.salts, "InvalidInput")
        self.salts.add((sender, salt))

    @action
    def create_pool_for(self, sender: str, user: str, category: str, metadata: str):
        self.only_owner(sender)
        refuse_if(user == NOBODY, "InvalidInput")
        self.check_texts(category, metadata)

    @action
    def activate_pool(self, sender: str, address: str):
        self.set_active(sender, [address], True)

    @action
    def reactivate_pool(self, sender: str, address: str):
        self.set_active(sender, [address], True)

    @action
    def activate_pools(self, sender: str, addresses: list[str]):
        self.set_active(sender, addresses, True)

    @action
    def deactivate_pool(self, sender: str, address: str):
        self.set_active(sender, [address], False)

    @action
    def deactivate_pools(self, sender: str, addresses: list[str]):
        self.set_active(sender, addresses, False)

    def set_active(self, sender: str, addresses: list[str], is_active: bool):
        self.only_owner(sender)
        for at, address in enumerate(addresses):
            refuse_if(
                self.pool(address).is_active == is_active or address in addresses[:at],
                "PoolAlreadyActive" if is_active else "PoolAlreadyInactive",
            )
        for address in addresses:
            self.world.pools[address].is_active = is_active
            self.world.emit(self.address, "PoolActivated" if is_active else "PoolDeactivated", address)

    @action
    def set_model_registry(self, sender: str, address: str):
        self.only_owner(sender)
        refuse_if(address not in self.world.registries, "InvalidInput")
        self.world.emit(self.address, "ModelRegistryUpdated", self.registry.address, address)
        self.registry = self.world.registries[address]

    @action
    def set_pool_category(self, sender: str, address: str, category: str):
        pool = self.pool(address)
        refuse_if(sender not in (pool.owner, self.owner), "Unauthorized")
        refuse_if(not 1 <= len(category) <= MAX_CATEGORY, "InvalidCategory")
        pool.category = category
        self.world.emit(self.address, "PoolCategoryUpdated", address, data=None)

    @action
    def set_pool_metadata(self, sender: str, address: str, metadata: str):
        pool = self.pool(address)
        refuse_if(sender not in (pool.owner, self.owner), "Unauthorized")
        refuse_if(len(metadata) > MAX_METADATA, "InvalidInput")
        pool.metadata = metadata
        self.world.emit(self.address, "PoolMetadataUpdated", address, data=None)


# ---------------------------------------------------------------- router


class Router:
    def __init__(self, world: World, address: str, factory: Factory):
        self.world = world
        self.address = address
        self.factory = factory
        self.registry = factory.registry  # for good
        self.claims: dict[str, tuple[Pool, Task]] = {}

    def active_task(self, worker: str) -> tuple[Pool, Task] | None:
        pool, task = self.claims.get(worker, (None, None))
        if task is None or task.state != ACTIVE or task.worker != worker or self.world.now > task.deadline:
            return None
        return pool, task

    @staticmethod
    def order(pool: Pool, task: Task) -> tuple:
        """The best first: the higher reward, the older task, the smaller pool id."""
        return -task.reward, task.created, pool.pool_id, task.task_id

    def ranked(self) -> list[Pool]:
        """The pools whose tasks may be ranked."""
        return [pool for pool in self.world.pools.values() if pool.is_active and pool.registry is self.registry]

    def best_for(self, worker: str) -> tuple[Pool, Task] | None:
        """The best claimable task of all the ranked ones."""
        found = [(pool, pool.best_for(worker, True)) for pool in self.ranked()]
        return min(((pool, task) for pool, task in found if task), key=lambda pair: self.order(*pair), default=None)

    def claimed(self, worker: str, pool: Pool, task: Task):
        pool.claim(task, worker)
        self.claims[worker] = (pool, task)
        self.world.emit(self.address, "TaskClaimedViaRouter", worker, pool.address, data=(task.task_id,))

    def pass_by(self, worker: str, offered: list[tuple[Pool, Task]]) -> tuple[list[Task], tuple[Pool, Task] | None]:
        """The expired tasks that a claim meets, at most 8, and what stands behind them."""
        offered = sorted(offered, key=lambda pair: self.order(*pair))
        passed = []
        for pool, task in offered[:MAX_PASSED]:
            if not pool.is_expired(task):
                return passed, (pool, task)
            passed.append(task)
        return passed, None

    @action
    def claim_best_task(self, sender: str) -> tuple[str, int]:
        refuse_if(self.active_task(sender) is not None, "UserHasActiveTask")
        offered = [(pool, task) for pool in self.ranked() for task in pool.indexed(True)]
        passed, reached = self.pass_by(sender, offered)
        best = self.best_for(sender) if reached else None
        refuse_if(best is None and (reached is not None or not passed), "NoAvailableTask")
        for task in passed:
            task.is_indexed = False
        if best is None:
            return NOBODY, 0
        self.claimed(sender, *best)
        return best[0].address, best[1].task_id

    @action
    def claim_task_from_pool(self, sender: str, address: str) -> int:
        pool = self.factory.pool(address)
        refuse_if(self.active_task(sender) is not None, "UserHasActiveTask")
        refuse_if(not pool.is_active, "PoolInactive")
        passed, reached = self.pass_by(sender, [(pool, task) for task in pool.indexed(False)])
        best = pool.best_for(sender, False) if reached else None
        refuse_if(best is None and not passed, "NoAvailableTask")
        for task in passed:
            task.is_indexed = False
        if best is None:
            return 0
        self.claimed(sender, pool, best)
        return best.task_id

    @action
    def claim_task(self, sender: str, address: str, task_id: int):
        pool = self.factory.pool(address)
        refuse_if(self.active_task(sender) is not None, "UserHasActiveTask")
        refuse_if(task_id == 0, "TaskNotFound")
        refuse_if(not pool.is_active, "PoolInactive")
        task = pool.task(task_id)
        refuse_if(task.state != AVAILABLE or pool.is_expired(task) or sender in task.barred, "NoAvailableTask")
        self.claimed(sender, pool, task)

    @action
    def submit_task(self, sender: str, address: str, task_id: int, *result):
        pool = self.world.pools.get(address)
        claim = self.claims.get(sender)
        refuse_if(claim is None or claim[0] is not pool or claim[1].task_id != task_id, "NotAssigned")
        pool.submit(sender, task_id, *result)
        self.world.emit(self.address, "TaskSubmittedViaRouter", sender, address, data=(task_id,))

    @action
    def release_expired_tasks(self, sender: str, address: str, task_ids: list[int]):
        count = self.factory.pool(address).released(task_ids)
        self.world.emit(self.address, "ExpiredTasksReleased", address, data=(count,))

    @action
    def release_all_expired_tasks(self, sender: str, addresses: list[str], most: int):
        for address in addresses:
            self.factory.pool(address)
        for address in addresses:
            pool = self.world.pools[address]
            count = pool.released(pool.expired()[:most])
            self.world.emit(self.address, "ExpiredTasksReleased", address, data=(count,))

    def stats(self) -> tuple[int, ...]:
        pools = self.world.pools.values()
        totals = [sum(column) for column in zip(*(pool.counts() for pool in pools), strict=True)] or [0] * 5
        totals[4] %= 2**96
        return len(pools), sum(pool.is_active for pool in pools), *totals
