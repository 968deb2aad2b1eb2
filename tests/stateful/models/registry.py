"""What the spec says of the model registry."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.stateful.models.pool import MAX_MODEL_ID, MAX_TEXT, MIN_LIFETIME
from tests.stateful.models.tasks import MAX_REWARD
from tests.stateful.models.world import NOBODY, Creditor, Left, Ownable, Refusal, Refused, World, action, refuse_if

if TYPE_CHECKING:
    from tests.stateful.models.pool import Pool

MAX_LIFETIME = 30 * 86_400
MAX_FEE_BPS = 1_000
NO_MAXIMUM = 2**256 - 1
FIXED, FLEXIBLE = 0, 1


@dataclass
class Model:
    name: str
    description: str
    pricing: int
    price: int
    created: int
    is_active: bool = True


@dataclass
class Request:
    name: str
    user: str
    model_id: str
    prompt: str
    cost: int
    fee: int
    tokens: int
    created: int
    pool: "Pool"
    task_id: int
    is_completed: bool = False
    is_refunded: bool = False
    is_submitted: bool = False
    result: str = ""


class Registry(Creditor, Ownable):
    def __init__(self, world: World, name: str, owner: str, pools: list["Pool"]):
        self.world = world
        self.name = name
        self.owner = owner
        self.all_pools = pools
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

    @property
    def surplus(self) -> int:
        return self.world.wei[self.name] - self.reserved

    def listed(self) -> list["Pool"]:
        return [pool for pool in self.all_pools if pool.registry is self and pool.is_approved and pool.is_active]

    def tokens(self, model_id: str, prompt: str) -> int:
        return 1 if self.models[model_id].pricing == FIXED else max(1, -(-len(prompt) // 4))

    def cost(self, model_id: str, prompt: str, *_) -> int:
        """0 for a model that is not known."""
        return self.tokens(model_id, prompt) * self.models[model_id].price if model_id in self.models else 0

    def model(self, model_id: str) -> Model:
        refuse_if(model_id not in self.models, "ModelNotFound()")
        return self.models[model_id]

    def request(self, request_id: int) -> Request:
        refuse_if(request_id not in self.requests, "RequestNotFound()")
        return self.requests[request_id]

    # ------------------------------------------------ requesters

    @action
    def request_inference(self, sender: str, model_id: str, prompt: str, value: int = 0):
        return self.ask(sender, model_id, prompt, NO_MAXIMUM, value)

    @action
    def request_inference_with_max(self, sender: str, model_id: str, prompt: str, max_cost: int, value: int = 0):
        return self.ask(sender, model_id, prompt, max_cost, value)

    def ask(self, sender: str, model_id: str, prompt: str, max_cost: int, value: int) -> Left:
        """Which of the listed pools the request goes to is the registry's choice."""
        refuse_if(not self.model(model_id).is_active, "ModelInactive()")
        refuse_if(len(prompt) > MAX_TEXT, "InvalidInput()")
        cost = self.cost(model_id, prompt)
        refuse_if(cost > max_cost, "CostAboveMax()")
        refuse_if(cost > MAX_REWARD, "InvalidInput()")
        refuse_if(value < cost, "InsufficientPayment()")
        refuse_if(not self.listed(), "NoPoolAvailable()")

        def take(told):
            pool = next((pool for pool in self.listed() if pool.name == told.emitter("TasksAdded")), None)
            assert pool, "the request went to no listed pool"
            self.take_request(sender, model_id, prompt, cost, value, pool)
            return len(self.requests)

        return Left(take)

    def take_request(self, sender: str, model_id: str, prompt: str, cost: int, value: int, pool: "Pool"):
        request_id = len(self.requests) + 1
        fee = cost * self.fee_bps // 10_000
        self.world.move(sender, self.name, value)
        self.world.move(self.name, pool.name, cost - fee)
        name = self.world.fresh("request", request_id)
        task = pool.add_task(cost - fee, self.world.now + self.lifetime, request_id, True, model_id, prompt)
        self.world.emit(pool.name, "TasksAdded", [task.task_id])
        tokens = self.tokens(model_id, prompt)
        self.requests[request_id] = Request(
            name, sender, model_id, prompt, cost, fee, tokens, self.world.now, pool, task.task_id
        )
        self.world.emit(self.name, "InferenceRequested", request_id, sender, model_id, tokens, cost)
        if value > cost:
            self.pay(sender, value - cost)

    @action
    def cancel_request(self, sender: str, request_id: int):
        request = self.request(request_id)
        refuse_if(sender != request.user, "Unauthorized()")
        request.pool.cancel(request.pool.tasks[request.task_id])

    @action
    def withdraw_refund(self, sender: str):
        self.withdraw(sender, sender, "RefundWithdrawn")

    @action
    def withdraw_refund_to(self, sender: str, to: str):
        self.withdraw(sender, to, "RefundWithdrawn")

    # ------------------------------------------------ the pool's outcome

    def complete(self, request_id: int, result: str):
        request = self.requests[request_id]
        assert not request.is_completed
        assert not request.is_refunded
        request.is_completed = True
        request.result = result
        self.earned += request.fee
        self.world.emit(self.name, "InferenceCompleted", request_id, result)
        if request.fee:
            self.world.met.add("a fee is earned")

    def refund(self, request_id: int):
        request = self.requests[request_id]
        assert not request.is_completed
        assert not request.is_refunded
        request.is_refunded = True
        self.credits[request.user] += request.cost
        self.world.emit(self.name, "RequestRefunded", request_id, request.user, request.cost)

    @action
    def submit_result(self, sender: str, request_id: int, text: str):
        refuse_if(sender not in self.verifiers, "Unauthorized()")
        request = self.request(request_id)
        refuse_if(request.is_completed or request.is_submitted, "ResultAlreadySubmitted()")
        refuse_if(not request.is_refunded, "RequestOpen()")
        refuse_if(len(text) > MAX_TEXT, "InvalidInput()")
        request.is_submitted = True
        request.result = text
        self.world.emit(self.name, "ResultSubmitted", request_id, text)

    @action
    def update_inference_result(self, sender: str, request_id: int, text: str):
        self.request(request_id)
        raise Refused(Refusal("Unauthorized()"))

    @action
    def credit_refund(self, sender: str, request_id: int):
        self.request(request_id)
        raise Refused(Refusal("Unauthorized()"))

    @action
    def update_pool_listing(self, sender: str, was_listed: bool, is_listed: bool):
        raise Refused(Refusal("Unauthorized()"))

    # ------------------------------------------------ owner

    @action
    def register_model(self, sender: str, model_id: str, name: str, description: str, pricing: int, price: int):
        self.only_owner(sender)
        is_known = model_id in self.models
        refuse_if(not 1 <= len(model_id) <= MAX_MODEL_ID or pricing > FLEXIBLE or is_known, "InvalidInput()")
        refuse_if(not 1 <= price <= MAX_REWARD, "InvalidInput()")
        self.models[model_id] = Model(name, description, pricing, price, self.world.now)
        self.world.emit(self.name, "ModelRegistered", model_id, pricing, price)

    @action
    def update_model(self, sender: str, model_id: str, name: str, description: str, price: int):
        self.only_owner(sender)
        model = self.model(model_id)
        refuse_if(not 1 <= price <= MAX_REWARD, "InvalidInput()")
        model.name, model.description, model.price = name, description, price
        self.world.emit(self.name, "ModelUpdated", model_id, model.is_active)

    @action
    def set_model_active(self, sender: str, model_id: str, is_active: bool):
        self.only_owner(sender)
        self.model(model_id).is_active = is_active
        self.world.emit(self.name, "ModelUpdated", model_id, is_active)

    @action
    def add_verifier(self, sender: str, verifier: str):
        self.only_owner(sender)
        refuse_if(verifier == NOBODY or verifier in self.verifiers, "InvalidInput()")
        self.verifiers.add(verifier)
        self.world.emit(self.name, "VerifierAdded", verifier)

    @action
    def remove_verifier(self, sender: str, verifier: str):
        self.only_owner(sender)
        refuse_if(verifier not in self.verifiers, "InvalidInput()")
        self.verifiers.remove(verifier)
        self.world.emit(self.name, "VerifierRemoved", verifier)

    @action
    def approve_pool(self, sender: str, pool: str):
        self.set_approval(sender, pool, True)

    @action
    def revoke_pool(self, sender: str, pool: str):
        self.set_approval(sender, pool, False)

    def set_approval(self, sender: str, name: str, is_approved: bool):
        self.only_owner(sender)
        pool = next((pool for pool in self.all_pools if pool.name == name and pool.registry is self), None)
        refuse_if(pool is None or pool.is_approved == is_approved, "InvalidInput()")
        pool.is_approved = is_approved
        self.world.emit(name, "ApprovalChanged", is_approved)
        self.world.emit(self.name, "PoolApproved" if is_approved else "PoolRevoked", name)

    @action
    def set_task_router(self, sender: str, router: str):
        self.only_owner(sender)
        # It has one.
        raise Refused(Refusal("InvalidInput()"))

    @action
    def set_protocol_fee_bps(self, sender: str, bps: int):
        self.only_owner(sender)
        refuse_if(bps > MAX_FEE_BPS, "InvalidInput()")
        self.world.emit(self.name, "ProtocolFeeUpdated", self.fee_bps, bps)
        self.fee_bps = bps

    @action
    def set_request_lifetime(self, sender: str, lifetime: int):
        self.only_owner(sender)
        refuse_if(not MIN_LIFETIME <= lifetime <= MAX_LIFETIME, "InvalidInput()")
        self.world.emit(self.name, "RequestLifetimeUpdated", self.lifetime, lifetime)
        self.lifetime = lifetime

    @action
    def withdraw_tokens(self, sender: str):
        self.only_owner(sender)
        amount = self.earned
        refuse_if(amount == 0, "InsufficientFunds()")
        self.world.send(self.name, sender, amount)
        self.earned = 0
        self.world.emit(self.name, "TokensWithdrawn", sender, amount)

    @action
    def rescue_surplus(self, sender: str, to: str):
        self.only_owner(sender)
        refuse_if(to == NOBODY, "InvalidInput()")
        amount = self.surplus
        refuse_if(amount == 0, "InsufficientFunds()")
        self.world.send(self.name, to, amount)
        self.world.emit(self.name, "SurplusRescued", to, amount)

    @action
    def fund(self, sender: str, value: int = 0):
        self.world.move(sender, self.name, value)
