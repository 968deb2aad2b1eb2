"""
The whole first half under random use: contracts and a plain model (model.py) take the same actions side by side, and must agree on every
return value, error, event and wei.

The default run is derandomized and takes about 40 s. To search longer, with other random choices each time:

    HYPOTHESIS_PROFILE=fuzz python -m pytest -n 0 tests/stateful
"""

import contextlib
import copy
import functools
import os
import re
from collections import Counter

import boa
from boa.util.abi import Address
from eth_utils import keccak
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from vyper.compiler.output import build_abi_output

from deploy import deploy
from scripts.system import deployer
from tests.helpers.chain import balance, now, reverts, wait
from tests.stateful.model import (
    ACTIVE,
    AVAILABLE,
    MAX_REWARD,
    NOBODY,
    PENDING,
    QUEUES,
    Factory,
    Pool,
    Refusal,
    Registry,
    Router,
    Task,
    World,
)

START = 1_800_000_000
RICH = 10**31  # enough for several of the highest rewards
PROFILES = {"default": (45, 70), "fuzz": (1_500, 120)}  # examples, steps each
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")

MAX_POOLS = 6
MAX_RANKED = 30  # the contracts look at the best 32 tasks of a kind for a worker
REVERTS = bytes.fromhex("60006000fd")
CONTRACTS = ("TaskPool", "TaskPoolFactory", "ModelRegistry", "TaskRouter")

# State-changing functions that no actor can use with success in a sound system; they are tried, and must be refused.
CALLBACKS = {
    "TaskPool": {
        "initialize": "AlreadyInitialized()",
        "addRegistryTask": "Unauthorized()",
        "setApproval": "Unauthorized()",
        "setActive": "Unauthorized()",
        "claimTaskForUser": "Unauthorized()",
        "submitTaskForUser": "Unauthorized()",
        "deliverOutcome": "InvalidInput()",
    },
    "TaskPoolFactory": {},
    "ModelRegistry": {
        "setTaskRouter": "InvalidInput()",
        "updateInferenceResult": "Unauthorized()",
        "creditRefund": "Unauthorized()",
        "updatePoolListing": "Unauthorized()",
    },
    "TaskRouter": {"assignSlot": "PoolNotFound()", "poolChanged": "Unauthorized()"},
}
# Each of them must be met in a run.
ERRORS = {
    "AlreadyInitialized()",
    "CostAboveMax()",
    "InsufficientFunds()",
    "InsufficientPayment()",
    "InvalidCategory()",
    "InvalidInput()",
    "ModelInactive()",
    "ModelNotFound()",
    "NoAvailableTask()",
    "NoPoolAvailable()",
    "NotAssigned()",
    "PoolAlreadyActive()",
    "PoolAlreadyInactive()",
    "PoolInactive()",
    "PoolNotFound()",
    "RequestNotFound()",
    "RequestOpen()",
    "ResultAlreadySubmitted()",
    "TaskDeadlinePassed()",
    "TaskNotFound()",
    "TaskNotPending()",
    "TransferFailed()",
    "Unauthorized()",
    "UserHasActiveTask()",
}
# What happens to tasks besides the calls themselves, each to be met in a run.
SITUATIONS = {
    "paid",
    "refunded after the last rejection",
    "rejected and available again",
    "rejected after expiry",
    "silence paid the worker",
    "silence refunded",
    "lapsed claim released",
    "expired and refunded",
    "passed expired tasks in a claim",
    "only expired tasks met",
    "worker barred from the best task",
    "payment credited",
    "fee earned",
    "exits in a closed pool",
}

# The actions, and how often each is offered.
ACTIONS = {
    "add_tasks": 5,
    "approve_pools": 2,
    "batch_verify_and_pay": 2,
    "cancel_request": 2,
    "cancel_task": 1,
    "choose_registry": 1,
    "claim_best_task": 8,
    "claim_task": 3,
    "claim_task_from_pool": 4,
    "create_pools": 1,
    "describe_pool": 1,
    "every_task_can_end": 1,
    "hand_over": 3,
    "look_at_a_task": 1,
    "open_all_pools": 3,
    "open_or_close_pools": 2,
    "release_expired_tasks": 4,
    "release_my_claim": 1,
    "request_inference": 6,
    "set_models": 2,
    "set_rules_of_requests": 1,
    "set_terms": 2,
    "set_verifier": 1,
    "set_verifiers": 1,
    "settle_unverified": 3,
    "submit_result": 2,
    "submit_task": 2,
    "submit_task_in_time": 8,
    "sync": 1,
    "take_credit_from_pool": 2,
    "take_credit_from_registry": 2,
    "take_fees_and_surplus": 2,
    "transfer_plainly": 1,
    "try_callbacks": 2,
    "verify_and_pay": 8,
    "verify_any": 1,
    "wait_a_little": 3,
    "wait_for_a_deadline": 7,
    "withdraw_free_balance": 1,
}
STATES_NEEDED = {
    "batch_verify_and_pay": (PENDING,),
    "cancel_task": (AVAILABLE,),
    "claim_best_task": (AVAILABLE,),
    "claim_task": (AVAILABLE,),
    "claim_task_from_pool": (AVAILABLE,),
    "every_task_can_end": (AVAILABLE, ACTIVE, PENDING),
    "look_at_a_task": tuple(QUEUES),
    "release_my_claim": (ACTIVE,),
    "settle_unverified": (PENDING,),
    "submit_task": (ACTIVE,),
    "verify_and_pay": (PENDING,),
    "verify_any": (ACTIVE, PENDING),
    "wait_for_a_deadline": (AVAILABLE, ACTIVE, PENDING),
}

successes: Counter[tuple[str, str]] = Counter()  # contract, function
refusals: Counter[str] = Counter()
situations: Counter[str] = Counter()


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def state_changing(contract: str) -> set[str]:
    return {
        entry["name"]
        for entry in build_abi_output(deployer(contract).compiler_data)
        if entry["type"] == "function" and entry["stateMutability"] in ("nonpayable", "payable")
    }


def event_names() -> dict[int, str]:
    """Topic to name."""
    names = {}
    for contract in CONTRACTS:
        for entry in build_abi_output(deployer(contract).compiler_data):
            if entry["type"] == "event":
                types = ",".join(given["type"] for given in entry["inputs"])
                names[int.from_bytes(keccak(text=f"{entry['name']}({types})"), "big")] = entry["name"]
    return names


MODEL = ("world", "registries", "factory", "router")
GIVEN = (
    "environment",
    "system",
    "contracts",
    "names",
    "owners",
    "requesters",
    "workers",
    "verifiers",
    "stranger",
    "actors",
)


@functools.cache
def base_of_each_run() -> dict:
    """
    The deployed system, its users, two models in each of two registries, and three pools, two of them approved: on a chain of its own, and in
    the model. Runs start from here in an anchor, since deploying costs more than a run's calls.
    """
    environment = boa.Env()
    with boa.swap_env(environment):
        environment.evm.patch.timestamp = START
        system = deploy()
        second = deployer("ModelRegistry").deploy()
        second.setTaskRouter(system.router.address)
        operator = system.deployer
        world = World(START, operator)

        def account(name: str, refuses: bool = False) -> str:
            address = environment.generate_address(name)
            if refuses:
                environment.set_code(address, REVERTS)
                world.refusing.add(address)
            return address

        owners = [account("owner"), account("other owner"), account("refusing owner", True)]
        requesters = [account("requester"), account("refusing requester", True)]
        workers = [*(account(f"worker {at}") for at in range(3)), account("refusing worker", True)]
        verifiers = [account("verifier"), account("other verifier")]
        stranger = account("stranger")
        actors = [operator, stranger, *owners, *requesters, *workers, *verifiers]
        for actor in actors:
            environment.set_balance(actor, RICH)
            world.wei[actor] = RICH

        registries = [Registry(world, contract.address) for contract in (system.registry, second)]
        world.registries = {registry.address: registry for registry in registries}
        factory = Factory(world, system.factory.address, registries[0])
        router = Router(world, system.router.address, factory)
        for registry, contract in zip(registries, (system.registry, second), strict=True):
            for arguments in (("llm", "Chat", "A chat model", 1, 10**9), ("image", "Image", "", 0, 3 * 10**9)):
                contract.registerModel(*arguments)
                registry.register_model(operator, *arguments)
            contract.addVerifier(verifiers[0])
            registry.add_verifier(operator, verifiers[0])
        for owner in owners:
            address = system.factory.createPool("AI Tasks", "", sender=owner)
            factory.take_pool(address, owner, "AI Tasks", "")
            if owner != owners[1]:
                system.registry.approvePool(address)
                registries[0].approve_pool(operator, address)
        system.registry.setProtocolFeeBps(250)
        registries[0].set_protocol_fee_bps(operator, 250)
        contracts = {
            contract.address: contract for contract in (system.factory, system.router, system.registry, second)
        }
        names = event_names()
    return {name: part for name, part in locals().items() if name in (*MODEL, *GIVEN)}


class TaskPools(RuleBasedStateMachine):
    """Several pools and two registries with all their users."""

    def __init__(self):
        super().__init__()
        base = base_of_each_run()
        self.context = contextlib.ExitStack()
        self.context.enter_context(boa.swap_env(base["environment"]))
        self.context.enter_context(boa.env.anchor())
        for name, part in copy.deepcopy({name: base[name] for name in MODEL}).items():
            setattr(self, name, part)
        for name in GIVEN:
            setattr(self, name, base[name])
        self.contracts = dict(self.contracts)
        self.touched: set[str] = set(self.contracts)
        self.steps = 0
        self.has_agreed = True

    def teardown(self):
        with self.context:
            if self.has_agreed:  # or what failed before would be hidden behind what fails now
                self.check_everything()
                self.end_every_task()
                self.empty_every_contract()

    # ------------------------------------------------ acting on both sides

    def contract(self, of: Pool | Registry | Factory | Router):
        if of.address not in self.contracts:
            self.contracts[of.address] = self.system.pool(of.address)
        return self.contracts[of.address]

    def kind(self, of: Pool | Registry | Factory | Router) -> str:
        kinds = {Pool: "TaskPool", Registry: "ModelRegistry", Factory: "TaskPoolFactory", Router: "TaskRouter"}
        return kinds[type(of)]

    def act(self, of, function: str, sender: str, *arguments, value: int = 0, follow=None):
        """
        Model and contract take an action. `follow` is called with what the contract returned, for what only the chain can know: the
        model's change comes after it. Returns what the contract returned, or the `Refusal`.
        """
        self.world.log.clear()
        attached = {"value": value} if value else {}
        expected = getattr(of, snake_case(function))(sender, *arguments, **attached)
        contract = self.contract(of)
        call = getattr(contract, "__default__" if function == "fund" else function)
        if isinstance(expected, Refusal):
            with reverts(expected.error):
                call(*arguments, sender=sender, **attached)
            refusals[expected.error] += 1
            return expected
        got = call(*arguments, sender=sender, **attached)
        logs = self.logs(contract)
        if follow:
            follow(got)
        else:
            assert (tuple(got) if isinstance(got, tuple) else got) == expected
        self.compare(logs)
        self.touched |= {of.address, *(log[0] for log in logs)}
        successes[self.kind(of), function] += 1
        return got

    def logs(self, contract) -> list[tuple]:
        """Emitter, name, indexed, words of the data, in the order of logging."""
        logs = []
        for _, emitter, topics, data in sorted(contract._computation.get_raw_log_entries()):
            words = tuple(int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32))
            logs.append((Address(emitter), self.names[topics[0]], tuple(topics[1:]), words))
        return logs

    def compare(self, logs: list[tuple]):
        """The events of both sides are the same, in any order."""
        left = list(logs)
        for emitter, name, indexed, data in self.world.log:
            topics = tuple(int(item, 16) if isinstance(item, str) else item for item in indexed)
            match = [
                log for log in left if log[:3] == (emitter, name, topics) and (data is None or log[3] == tuple(data))
            ]
            assert match, f"{name}{indexed} {data} was not logged: {left}"
            left.remove(match[0])
        assert not left, f"logged but not expected: {left}"

    # ------------------------------------------------ drawing from the model

    def pools(self) -> list[Pool]:
        return list(self.world.pools.values())

    def tasks(self, *states: str) -> list[tuple[Pool, Task]]:
        return [(pool, task) for pool in self.pools() for task in pool.tasks.values() if task.state in states]

    def seldom(self, data, times: int) -> bool:
        """Once in so many times; the simplest draw is False."""
        return data.draw(st.integers(0, times)) == times

    def sender(self, data, *right: str) -> str:
        """Mostly somebody who may; now and then anybody."""
        if self.seldom(data, 14):
            return data.draw(st.sampled_from(self.actors))
        return data.draw(st.sampled_from(right))

    def task_id(self, data, task: Task) -> int:
        """Mostly this one; now and then one that is not known, or another."""
        return data.draw(st.sampled_from([task.task_id] * 18 + [0, 10**9, task.task_id + 1]))

    def some_ids(self, data, pool: Pool, *states: str) -> list[int]:
        ids = pool.ids(*states)
        some = data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=4)) if ids else []
        if self.seldom(data, 19):
            some.append(10**9)
        return some

    def oneself_or(self, data, sender: str) -> str:
        return data.draw(st.sampled_from([sender, sender, sender, self.stranger, self.workers[-1], NOBODY]))

    # ------------------------------------------------ factory

    def create(self, function: str, sender: str, *arguments, owner: str | None = None, texts=None):
        categories, metadatas = texts or ([arguments[-2]], [arguments[-1]])

        def follow(got):
            for address, category, metadata in zip(
                got if isinstance(got, list) else [got], categories, metadatas, strict=True
            ):
                self.factory.take_pool(address, owner or sender, category, metadata)

        return self.act(self.factory, function, sender, *arguments, follow=follow)

    def create_pools(self, data):
        function = data.draw(
            st.sampled_from(["createPool", "createPools", "createPoolDeterministic", "createPoolFor"]), "function"
        )
        sender = data.draw(st.sampled_from(self.owners), "sender")
        category = data.draw(st.sampled_from(["AI Tasks", "AI Tasks", "c" * 64, "c" * 65, ""]), "category")
        metadata = data.draw(st.sampled_from(["", "m" * 31, "m" * 32, "m" * 1_024, "m" * 1_025]), "metadata")
        if function == "createPool":
            self.create(function, sender, category, metadata)
        elif function == "createPools":
            categories = ["Images", category][: data.draw(st.integers(0, 2), "pools")]
            metadatas = ["", metadata][: data.draw(st.sampled_from([len(categories)] * 4 + [1]), "metadatas")]
            self.create(function, sender, categories, metadatas, texts=(categories, metadatas))
        elif function == "createPoolDeterministic":
            salt = data.draw(st.sampled_from([b"\1" * 32, b"\2" * 32]), "salt")
            predicted = self.system.factory.predictPoolAddress(sender, salt)
            got = self.act(
                self.factory,
                function,
                sender,
                category,
                metadata,
                salt,
                follow=lambda pool: self.factory.take_pool(pool, sender, category, metadata),
            )
            assert isinstance(got, Refusal) or got == predicted
        else:
            owner = data.draw(st.sampled_from([*self.owners, NOBODY]), "owner")
            sender = self.sender(data, self.factory.owner)
            self.create(function, sender, owner, category, metadata, owner=owner)

    def open_or_close_pools(self, data):
        """Mostly all stay open: with closed pools little happens."""
        is_active = data.draw(st.booleans(), "activate")
        closed = [pool.address for pool in self.pools() if not pool.is_active]
        opened = [pool.address for pool in self.pools() if pool.is_active]
        candidates = closed if is_active else opened
        if not candidates or self.seldom(data, 9):
            candidates = [*self.world.pools, self.stranger]
        sender = self.sender(data, self.factory.owner)
        if data.draw(st.booleans(), "batch"):
            addresses = data.draw(st.lists(st.sampled_from(candidates), max_size=2), "pools")
            self.act(self.factory, "activatePools" if is_active else "deactivatePools", sender, addresses)
            return
        names = ["activatePool", "reactivatePool"] if is_active else ["deactivatePool"]
        function = data.draw(st.sampled_from(names), "function")
        self.act(self.factory, function, sender, data.draw(st.sampled_from(candidates), "pool"))

    def open_all_pools(self, data):
        closed = [pool.address for pool in self.pools() if not pool.is_active]
        self.act(self.factory, "activatePools", self.factory.owner, closed)

    def describe_pool(self, data):
        pool = data.draw(st.sampled_from(self.pools()), "pool")
        address = data.draw(st.sampled_from([pool.address] * 9 + [self.stranger]), "address")
        sender = self.sender(data, pool.owner, self.factory.owner)
        if data.draw(st.booleans(), "category"):
            text = data.draw(st.sampled_from(["Images", "AI Tasks", "c" * 64, "c" * 65, ""]), "text")
            self.act(self.factory, "setPoolCategory", sender, address, text)
        else:
            text = data.draw(st.sampled_from(["", "m" * 31, "m" * 32, "m" * 1_024, "m" * 1_025]), "text")
            self.act(self.factory, "setPoolMetadata", sender, address, text)
        assert self.system.factory.poolCategory(pool.address) == pool.category
        info = (pool.owner, pool.created, pool.is_active, pool.metadata)
        assert self.system.factory.poolInfo(pool.address) == info

    def choose_registry(self, data):
        address = data.draw(st.sampled_from([*self.world.registries, self.stranger]), "registry")
        self.act(self.factory, "setModelRegistry", self.sender(data, self.factory.owner), address)

    def hand_over(self, data):
        of = data.draw(st.sampled_from([*self.pools(), *self.registries, self.factory]), "contract")
        if of.pending_owner == NOBODY or self.seldom(data, 3):
            new = data.draw(st.sampled_from([*self.owners, self.world.operator, NOBODY]), "new owner")
            self.act(of, "transferOwnership", self.sender(data, of.owner), new)
        else:
            self.act(of, "acceptOwnership", self.sender(data, of.pending_owner))
        contract = self.contract(of)
        assert (contract.owner(), contract.pendingOwner()) == (of.owner, of.pending_owner)

    # ------------------------------------------------ registry

    def set_models(self, data):
        registry = data.draw(st.sampled_from(self.registries), "registry")
        sender = self.sender(data, registry.owner)
        model_id = data.draw(st.sampled_from(["llm", "image", "m" * 64, "m" * 65, "unknown"]), "model")
        price = data.draw(st.sampled_from([1, 10**9, 3 * 10**9, 2**96 - 1, 2**96, 0]), "price")
        function = data.draw(st.sampled_from(["registerModel", "updateModel", "setModelActive"]), "function")
        if function == "registerModel":
            pricing = data.draw(st.sampled_from([0, 1, 1, 2]), "pricing")
            self.act(registry, function, sender, model_id, "n" * 128, "d" * 1_024, pricing, price)
        elif function == "updateModel":
            self.act(registry, function, sender, model_id, "name", "", price)
        else:
            self.act(registry, function, sender, model_id, data.draw(st.sampled_from([True, True, False]), "active"))
        for known, model in registry.models.items():
            expected = (model.name, model.description, model.pricing, model.is_active, model.created, model.price)
            assert self.contract(registry).models(known) == expected

    def set_verifiers(self, data):
        registry = data.draw(st.sampled_from(self.registries), "registry")
        sender = self.sender(data, registry.owner)
        verifier = data.draw(st.sampled_from([*self.verifiers, NOBODY]), "verifier")
        if verifier in registry.verifiers and len(registry.verifiers) > 1:
            self.act(registry, "removeVerifier", sender, verifier)
        else:
            self.act(registry, "addVerifier", sender, verifier)
        assert self.contract(registry).verifiers(verifier) == (verifier in registry.verifiers)

    def approve_pools(self, data):
        pool = data.draw(st.sampled_from(self.pools()), "pool")
        odd = self.seldom(data, 9)
        registry = data.draw(st.sampled_from(self.registries), "registry") if odd else pool.registry
        approve = data.draw(st.booleans(), "approve") if odd else not pool.is_approved
        address = data.draw(st.sampled_from([pool.address] * 9 + [self.stranger]), "address")
        function = "approvePool" if approve else "revokePool"
        self.act(registry, function, self.sender(data, registry.owner), address)

    def set_rules_of_requests(self, data):
        registry = data.draw(st.sampled_from(self.registries), "registry")
        sender = self.sender(data, registry.owner)
        if data.draw(st.booleans(), "fee"):
            bps = data.draw(st.sampled_from([0, 1, 333, 1_000, 1_001]), "bps")
            self.act(registry, "setProtocolFeeBps", sender, bps)
        else:
            lifetime = data.draw(st.sampled_from([600, 601, 7_200, 2_592_000, 599, 2_592_001]), "lifetime")
            self.act(registry, "setRequestLifetime", sender, lifetime)
        contract = self.contract(registry)
        assert (contract.protocolFeeBps(), contract.requestLifetime()) == (registry.fee_bps, registry.lifetime)

    def request_inference(self, data):
        listed = [registry for registry in self.registries if registry.listed()]
        odd = not listed or self.seldom(data, 14)
        registry = data.draw(st.sampled_from(self.registries if odd else listed), "registry")
        sender = data.draw(st.sampled_from(self.requesters), "sender")
        usable = [name for name, model in registry.models.items() if model.is_active and model.price < 2**90]
        model_ids = [*registry.models, "none"] if odd or not usable else usable
        model_id = data.draw(st.sampled_from(model_ids), "model")
        prompt = "p" * data.draw(st.sampled_from([0, 1, 4, 5, 33, 4_096, 4_097] if odd else [0, 4, 5, 33]), "prompt")
        cost = registry.cost(model_id, prompt) if model_id in registry.models else 1
        value = min(RICH // 4, cost) + data.draw(st.sampled_from([0, 0, 1, 12_345] + [-1] * odd), "surplus")
        limit = data.draw(st.sampled_from([None, None, cost, cost + 1, cost - 1]), "limit")
        function = "requestInference" if limit is None else "requestInferenceWithMax"
        arguments = (model_id, prompt) if limit is None else (model_id, prompt, limit)
        request_id = len(registry.requests) + 1

        def follow(got):
            assert got == request_id
            address, task_id = self.contract(registry).requestTask(got)
            registry.take_request(sender, model_id, prompt, value, self.world.pools[address])
            assert registry.requests[request_id].task_id == task_id

        self.act(registry, function, sender, *arguments, value=value, follow=follow)

    def cancel_request(self, data):
        registry, request_id = data.draw(
            st.sampled_from([(registry, at) for registry in self.registries for at in registry.requests]), "request"
        )
        user = registry.requests[request_id].user
        known = data.draw(st.sampled_from([request_id] * 9 + [10**6]), "id")
        self.act(registry, "cancelRequest", self.sender(data, user), known)

    def submit_result(self, data):
        requests = [(registry, at) for registry in self.registries for at in registry.requests]
        refunded = [pair for pair in requests if pair[0].requests[pair[1]].is_refunded]
        registry, request_id = data.draw(st.sampled_from(refunded * 3 + requests), "request")
        known = data.draw(st.sampled_from([request_id] * 9 + [10**6]), "id")
        sender = self.sender(data, *(sorted(registry.verifiers) or [self.stranger]))
        text = "r" * data.draw(st.sampled_from([0, 5, 4_097]), "length")
        self.act(registry, "submitResult", sender, known, text)

    def take_credit_from_registry(self, data):
        registry = data.draw(st.sampled_from(self.registries), "registry")
        holders = [account for account, amount in registry.credits.items() if amount]
        sender = self.sender(data, *(holders or self.requesters))
        if data.draw(st.booleans(), "to"):
            self.act(registry, "withdrawRefundTo", sender, self.oneself_or(data, sender))
        else:
            self.act(registry, "withdrawRefund", sender)

    def take_fees_and_surplus(self, data):
        registry = data.draw(st.sampled_from([r for r in self.registries if r.earned] or self.registries), "registry")
        sender = self.sender(data, registry.owner)
        if data.draw(st.booleans(), "fees"):
            self.act(registry, "withdrawTokens", sender)
        else:
            self.act(registry, "rescueSurplus", sender, self.oneself_or(data, sender))

    # ------------------------------------------------ owners of pools

    def transfer_plainly(self, data):
        of = data.draw(st.sampled_from([*self.pools(), *self.pools(), *self.registries]), "to")
        amount = data.draw(st.sampled_from([1, 10**9, 5 * 10**9]), "amount")
        self.act(of, "fund", data.draw(st.sampled_from(self.actors), "from"), value=amount)

    def add_tasks(self, data):
        pool = data.draw(st.sampled_from(self.pools()), "pool")
        count = data.draw(st.sampled_from([0, 1, 1, 2, 2, 3, 5]), "count")
        odd = self.seldom(data, 9)
        amounts = [10**9, 10**9, 2 * 10**9, 3 * 10**9, MAX_REWARD] + [0, MAX_REWARD + 1] * odd
        windows = [600, 601, 3_600, 5_000, 90_000] + [599] * odd
        rewards = data.draw(st.lists(st.sampled_from(amounts), min_size=count, max_size=count), "rewards")
        expiries = data.draw(st.lists(st.sampled_from(windows), min_size=count, max_size=count), "expire in")
        model_id = "m" * data.draw(st.sampled_from([1, 31, 64] + [0, 65] * odd), "model's length")
        text = "i" * data.draw(st.sampled_from([0, 33, 300] + [4_097] * odd), "input's length")
        total = sum(rewards)
        paid = [total, total, total + 5, max(total - 1, 0)] + [0] * 2 * (pool.free >= total)
        labels = [2**256 - 1] * data.draw(st.sampled_from([count] * 9 + [count + 1]), "labels")
        self.act(
            pool,
            "addAITasks",
            self.sender(data, pool.owner),
            rewards,
            labels,
            [model_id] * count,
            [text] * count,
            [self.world.now + seconds for seconds in expiries],
            value=min(data.draw(st.sampled_from(paid), "value"), RICH // 4),
        )

    def set_terms(self, data):
        pool = data.draw(st.sampled_from(self.pools()), "pool")
        sender = self.sender(data, pool.owner)
        odd = self.seldom(data, 5)
        self.act(
            pool,
            "setTaskTerms",
            sender,
            data.draw(st.sampled_from([300, 3_600, 604_800] + [299, 604_801] * odd), "claim window"),
            data.draw(st.sampled_from([3_600, 7_200, 2_592_000] + [3_599, 2_592_001] * odd), "verification window"),
            data.draw(st.sampled_from([1, 2, 10] + [0, 11] * odd), "attempts"),
            data.draw(st.booleans(), "silence pays"),
        )
        assert self.contract(pool).getTaskTerms() == pool.terms

    def set_verifier(self, data):
        pool = data.draw(st.sampled_from(self.pools()), "pool")
        verifier = data.draw(st.sampled_from([*self.verifiers, pool.owner, NOBODY]), "verifier")
        self.act(pool, "setZKPVerifier", self.sender(data, pool.owner), verifier)
        assert self.contract(pool).zkpVerifier() == pool.verifier
        assert self.contract(pool.registry).isApprovedPool(pool.address) == pool.is_approved

    def withdraw_free_balance(self, data):
        pool = data.draw(st.sampled_from([pool for pool in self.pools() if pool.free] or self.pools()), "pool")
        self.act(pool, "emergencyWithdraw", self.sender(data, pool.owner))

    def cancel_task(self, data):
        pool, task = data.draw(st.sampled_from(self.tasks(AVAILABLE) + self.tasks(ACTIVE, PENDING)), "task")
        self.act(pool, "cancelTask", self.sender(data, pool.owner), self.task_id(data, task))

    # ------------------------------------------------ workers

    def claim(self, function: str, worker: str, *arguments):
        """Claims by ranking; notes what the claim had to get past."""
        indexed = [task for pool in self.pools() for task in pool.indexed(False)]
        offered = {id(task) for task in indexed}
        best = self.router.best_for(NOBODY)
        got = self.act(self.router, function, worker, *arguments)
        if isinstance(got, Refusal):
            return
        left = {id(task) for pool in self.pools() for task in pool.indexed(False)}
        situations["passed expired tasks in a claim"] += len(offered) - len(left) > 1
        situations["only expired tasks met"] += got in (0, (NOBODY, 0))
        if function == "claimBestTask" and got != (NOBODY, 0):
            situations["worker barred from the best task"] += worker in best[1].barred
            assert worker in best[1].barred or got == (best[0].address, best[1].task_id)

    def idle_worker(self, data) -> str:
        idle = [worker for worker in self.workers if self.router.active_task(worker) is None]
        return self.sender(data, *(idle or self.workers))

    def claim_best_task(self, data):
        self.claim("claimBestTask", self.idle_worker(data))

    def claim_task_from_pool(self, data):
        offering = [pool.address for pool in self.pools() if pool.indexed(False)]
        address = data.draw(st.sampled_from(offering * 4 + [*self.world.pools, self.stranger]), "pool")
        self.claim("claimTaskFromPool", self.idle_worker(data), address)

    def claim_task(self, data):
        pool, task = data.draw(st.sampled_from(self.tasks(AVAILABLE)), "task")
        address = data.draw(st.sampled_from([pool.address] * 14 + [self.stranger]), "pool")
        self.act(self.router, "claimTask", self.idle_worker(data), address, self.task_id(data, task))

    def submit(self, data, tasks: list[tuple[Pool, Task]]):
        pool, task = data.draw(st.sampled_from(tasks), "task")
        proof = b"x" * data.draw(st.sampled_from([0, 995, 995, 1_024, 1_025]), "proof's length")
        text = "r" * data.draw(st.sampled_from([0, 31, 32, 33, 200, 4_096, 4_097]), "result's length")
        sender = self.sender(data, task.worker)
        self.act(self.router, "submitTask", sender, pool.address, self.task_id(data, task), proof, 7, 2**256 - 1, text)

    def submit_task(self, data):
        self.submit(data, self.tasks(ACTIVE))

    def submit_task_in_time(self, data):
        self.submit(
            data, [self.router.active_task(worker) for worker in self.workers if self.router.active_task(worker)]
        )

    def release_my_claim(self, data):
        pool, task = data.draw(st.sampled_from(self.tasks(ACTIVE)), "task")
        self.act(pool, "releaseMyClaim", self.sender(data, task.worker), self.task_id(data, task))

    def take_credit_from_pool(self, data):
        holding = [(pool, account) for pool in self.pools() for account, amount in pool.credits.items() if amount]
        nobody = [(self.pools()[0], self.stranger)]
        pool, holder = data.draw(st.sampled_from(holding or nobody), "credit")
        sender = self.sender(data, holder)
        self.act(pool, "withdrawCredit", sender, self.oneself_or(data, sender))

    # ------------------------------------------------ verifiers

    def right_verifiers(self, pool: Pool, task: Task) -> list[str]:
        return [actor for actor in self.actors if pool.is_verifier(actor, task)] or [self.stranger]

    def verify(self, data, tasks: list[tuple[Pool, Task]]):
        pool, task = data.draw(st.sampled_from(tasks), "task")
        is_valid = data.draw(st.booleans(), "valid")
        sender = self.sender(data, *self.right_verifiers(pool, task))
        fees = pool.registry.earned
        got = self.act(pool, "verifyAndPay", sender, self.task_id(data, task), is_valid)
        if not isinstance(got, Refusal):
            situations["paid"] += is_valid
            situations["fee earned"] += pool.registry.earned > fees
            situations["payment credited"] += is_valid and task.worker in self.world.refusing
            situations["exits in a closed pool"] += not pool.is_active
            situations["rejected and available again"] += task.state == AVAILABLE
            situations["refunded after the last rejection"] += not is_valid and task.is_last_attempt
            situations["rejected after expiry"] += not (is_valid or task.is_last_attempt or task.state == AVAILABLE)

    def verify_and_pay(self, data):
        self.verify(data, self.tasks(PENDING))

    def verify_any(self, data):
        self.verify(data, self.tasks(ACTIVE, PENDING, PENDING))

    def batch_verify_and_pay(self, data):
        pool, task = data.draw(st.sampled_from(self.tasks(PENDING)), "task")
        sender = self.sender(data, *self.right_verifiers(pool, task))
        ids = [at for at, other in pool.tasks.items() if pool.is_verifier(sender, other)]
        ids = data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=3), "others") if ids else []
        ids = [task.task_id] + [at for at in ids if at != task.task_id]
        lengths = st.sampled_from([len(ids)] * 9 + [len(ids) - 1])
        valid = data.draw(lengths.flatmap(lambda n: st.lists(st.booleans(), min_size=n, max_size=n)), "valid")
        self.act(pool, "batchVerifyAndPay", sender, ids, valid)

    # ------------------------------------------------ anyone

    def release_expired_tasks(self, data):
        expired = [pool for pool in self.pools() if pool.expired()]
        pool = data.draw(st.sampled_from(expired or self.pools()), "pool")
        sender = data.draw(st.sampled_from(self.actors), "sender")
        ids = pool.expired()[: data.draw(st.integers(0, 3), "at most")] + self.some_ids(data, pool, *QUEUES)
        lapsed = any(pool.tasks[at].state == ACTIVE and at in pool.lapsed() for at in ids if at in pool.tasks)
        function = data.draw(st.sampled_from(["pool", "pool, counted", "router", "router, all"]), "function")
        if function == "pool":
            got = self.act(pool, "releaseExpiredTasks", sender, ids)
        elif function == "pool, counted":
            got = self.act(pool, "releaseExpired", sender, ids)
        elif function == "router":
            address = data.draw(st.sampled_from([pool.address] * 9 + [self.stranger]), "address")
            got = self.act(self.router, "releaseExpiredTasks", sender, address, ids)
        else:
            lapsed = False
            others = st.lists(st.sampled_from([*self.world.pools] * 3 + [self.stranger]), max_size=2, unique=True)
            addresses = data.draw(others, "pools")
            most = data.draw(st.sampled_from([1, 2, 256, 10**9]), "most")
            got = self.act(self.router, "releaseAllExpiredTasks", sender, addresses, most)
        if not isinstance(got, Refusal):
            situations["lapsed claim released"] += lapsed
            situations["expired and refunded"] += any(name == "TaskRefunded" for _, name, _, _ in self.world.log)

    def settle_unverified(self, data):
        pending = self.tasks(PENDING)
        lapsed = [(pool, task) for pool, task in pending if self.world.now > task.deadline]
        pool, task = data.draw(st.sampled_from(lapsed or pending), "task")
        ids = [task.task_id] + self.some_ids(data, pool, *QUEUES)
        sender = data.draw(st.sampled_from(self.actors), "sender")
        got = self.act(pool, "settleUnverified", sender, ids)
        if not isinstance(got, Refusal):
            names = [name for _, name, _, _ in self.world.log]
            situations["silence paid the worker"] += "RewardPaid" in names
            situations["silence refunded"] += "TaskRefunded" in names

    def sync(self, data):
        pool = data.draw(st.sampled_from(self.pools()), "pool")
        self.act(pool, "sync", data.draw(st.sampled_from(self.actors), "sender"))

    def try_callbacks(self, data):
        """Functions for other contracts are refused to everybody."""
        pool = data.draw(st.sampled_from(self.pools()), "pool")
        ids = list(pool.tasks) or [1]
        registry = pool.registry
        requests = list(registry.requests) or [None]
        arguments = {
            "initialize": (self.stranger, self.stranger, registry.address),
            "addRegistryTask": (1, self.world.now + 3_600),
            "setApproval": (True,),
            "setActive": (True,),
            "claimTaskForUser": (self.workers[0], ids[0]),
            "submitTaskForUser": (self.workers[0], ids[0], b"", 0, 0, ""),
            "deliverOutcome": (ids[0],),
            "setTaskRouter": (self.router.address,),
            "updateInferenceResult": (requests[0], "result"),
            "creditRefund": (requests[0],),
            "updatePoolListing": (False, True),
            "assignSlot": (),
            "poolChanged": (data.draw(st.integers(0, 3), "slot"), 1, 2**200),
        }
        targets = {"TaskPool": pool, "ModelRegistry": registry, "TaskRouter": self.router, "TaskPoolFactory": None}
        tried = [(kind, function) for kind, functions in CALLBACKS.items() for function in functions]
        kind, function = data.draw(st.sampled_from(tried), "function")
        error = CALLBACKS[kind][function]
        if function == "deliverOutcome" and not pool.tasks:
            error = "TaskNotFound()"
        if function in ("updateInferenceResult", "creditRefund") and requests[0] is None:
            arguments[function] = (1, *arguments[function][1:])
            error = "RequestNotFound()"
        sender = data.draw(st.sampled_from(self.actors), "sender")
        if function == "setTaskRouter":
            sender = registry.owner
        with reverts(error):
            getattr(self.contract(targets[kind]), function)(*arguments[function], sender=sender)
        refusals[error] += 1

    # ------------------------------------------------ time

    def pass_time(self, seconds: int):
        wait(seconds)
        self.world.now += seconds
        self.touched.add("time")
        assert self.world.now == now()

    def wait_a_little(self, data):
        self.pass_time(data.draw(st.sampled_from([1, 12, 60, 299, 600, 3_600]), "seconds"))

    def next_deadline(self, task: Task) -> int:
        return task.expiry if task.state == AVAILABLE else task.deadline

    def wait_for_a_deadline(self, data):
        """To the last second that is in time, or to the first that is not."""
        late = data.draw(st.booleans(), "late")
        tasks = self.tasks(AVAILABLE, ACTIVE, PENDING)
        deadlines = sorted(
            {self.next_deadline(task) for _, task in tasks if self.next_deadline(task) >= self.world.now}
        )
        if deadlines:
            soon = deadlines[:2] * 3 + deadlines
            self.pass_time(data.draw(st.sampled_from(soon), "deadline") + late - self.world.now)

    # ------------------------------------------------ the rules: what the actors do next

    def is_possible(self, name: str) -> bool:
        """Whether the action has something to work on."""
        if name in STATES_NEEDED:
            return bool(self.tasks(*STATES_NEEDED[name]))
        if name in ("request_inference", "add_tasks"):
            return all(len(pool.ids(AVAILABLE)) < MAX_RANKED for pool in self.pools())
        if name in ("cancel_request", "submit_result"):
            return any(registry.requests for registry in self.registries)
        if name == "submit_task_in_time":
            return any(self.router.active_task(worker) for worker in self.workers)
        if name == "open_all_pools":
            return any(not pool.is_active for pool in self.pools())
        if name == "create_pools":
            return len(self.world.pools) < MAX_POOLS
        return True

    @rule(data=st.data())
    def something_happens(self, data):
        """
        One of the actions that are possible now. One rule for all: hypothesis switches some of several rules off for a whole example,
        and a task's way needs many of them.
        """
        possible = [name for name, times in ACTIONS.items() for _ in range(times) if self.is_possible(name)]
        action = data.draw(st.sampled_from(possible), "action")
        self.has_agreed = False
        getattr(self, action)(data)

    # ------------------------------------------------ what always holds

    def looked_at(self) -> list[Pool]:
        """The pools that the last action reached; now and then all, since an action may reach others unseen."""
        return [pool for pool in self.pools() if self.steps % 10 == 0 or pool.address in self.touched]

    @invariant()
    def money_is_where_the_model_has_it(self):
        for account in self.actors:
            assert balance(account) == self.world.wei[account]
        for of in (*self.registries, *self.pools()):
            assert balance(of.address) == self.world.wei[of.address] >= of.reserved
        for registry in self.registries:
            if registry.address in self.touched:
                assert self.contract(registry).reservedBalance() == registry.reserved
                assert self.contract(registry).earnedFees() == registry.earned
        for pool in self.looked_at():
            assert self.contract(pool).reservedBalance() == pool.reserved
        assert balance(self.system.router) == balance(self.system.factory) == 0

    @invariant()
    def counters_agree(self):
        for pool in self.looked_at():
            assert self.contract(pool).getPoolStats() == (*pool.counts(), self.world.wei[pool.address])
        if self.touched:
            assert self.system.router.getGlobalStats() == self.router.stats()

    @invariant()
    def ranking_agrees(self):
        if not self.touched:
            return
        best = self.router.best_for(NOBODY)
        expected = (NOBODY, 0, 0, 0, 0)
        if best:
            pool, task = best
            available = len(pool.ids(AVAILABLE))
            expected = (pool.address, task.task_id, task.reward, available, self.world.wei[pool.address])
        assert tuple(self.system.router.getBestAvailableTask()) == expected

    @invariant()
    def queues_agree(self):
        for pool in self.pools():
            if pool.address in self.touched:
                self.check_pool(pool)

    @invariant()
    def a_worker_agrees(self):
        """One after each step, all in turn; the last of the invariants."""
        self.steps += 1
        if self.touched:
            self.check_worker(self.workers[self.steps % len(self.workers)])
        self.touched.clear()
        self.has_agreed = True

    def check_pool(self, pool: Pool):
        contract = self.contract(pool)
        best = pool.best_for(NOBODY, False)
        assert contract.getNextAvailable() == (best.task_id if best else 0)
        listed = []
        for state in (AVAILABLE, ACTIVE, PENDING):
            ids = pool.ids(state)
            assert contract.getQueue(QUEUES[state], 0, 256) == (ids, len(ids))
            listed += ids
        assert len(set(listed)) == len(listed) <= contract.taskCounter() == len(pool.tasks)

    def check_worker(self, worker: str):
        active = self.router.active_task(worker)
        best = self.router.best_for(worker)
        router = self.system.router
        assert router.getBestTaskFor(worker) == ((best[0].address, best[1].task_id) if best else (NOBODY, 0))
        if not active:
            assert tuple(router.getUserStatus(worker)) == (NOBODY, 0, 0, 0, False)
            return
        pool, task = active
        expected = (pool.address, task.task_id, task.deadline, task.reward, True)
        assert tuple(router.getUserStatus(worker)) == expected
        assert self.contract(pool).userActiveTask(worker) == task.task_id

    def check_task(self, pool: Pool, task: Task):
        contract = self.contract(pool)
        task_id = task.task_id
        deadline = task.deadline if task.state == ACTIVE else task.expiry
        reported = contract.tasks(task_id)
        assert reported[:2] == (task.reward, deadline)
        if not task.is_ended:
            assert reported[2] == task.worker
            assert contract.verifierOf(task_id) == pool.verifier_of(task)
            assert contract.submittedAt(task_id) == task.submitted_at
            assert (reported[4], reported[5], reported[6], reported[10]) == task.result
        assert (reported[3], *reported[7:10]) == (True, task.reference, task.model_id, task.input_data)
        assert contract.taskQueueType(task_id) == QUEUES[task.state]
        assert contract.getAITaskData(task_id)[4] == (task.state == "paid")
        claim = (task.worker, task.deadline) if task.state == ACTIVE else (NOBODY, 0)
        assert contract.claimOf(task_id) == claim

    def check_requests(self, registry: Registry):
        contract = self.contract(registry)
        for request_id, request in registry.requests.items():
            assert contract.requestTask(request_id) == (request.pool.address, request.task_id)
            reported = contract.inferenceRequests(request_id)
            assert reported[:3] == (request.user, request.model_id, request.prompt)
            assert reported[4:6] == (request.cost, request.created)
            assert reported[6:] == (request.result, request.is_completed or request.is_submitted)
        for account in self.actors:
            assert contract.refundOf(account) == registry.credits[account]
        listed, total = contract.getRequestPools(0, 256)
        assert total == len(listed)
        assert set(listed) == {pool.address for pool in registry.listed()}

    def look_at_a_task(self, data):
        self.check_task(*data.draw(st.sampled_from(self.tasks(*QUEUES)), "task"))

    def check_everything(self):
        for pool in self.pools():
            self.check_pool(pool)
            contract = self.contract(pool)
            assert (contract.isActive(), contract.isApproved()) == (pool.is_active, pool.is_approved)
            for account in (*self.workers, *self.requesters):
                assert contract.creditOf(account) == pool.credits[account]
            for task in pool.tasks.values():
                self.check_task(pool, task)
            for address, other in self.world.pools.items():
                assert self.system.factory.allPools(other.pool_id) == address
        for registry in self.registries:
            self.check_requests(registry)
        for worker in self.workers:
            self.check_worker(worker)
        active = [pool.address for pool in self.pools() if pool.is_active]
        assert self.system.factory.getActivePools() == active
        for category in {pool.category for pool in self.pools()}:
            members = [pool.address for pool in self.pools() if pool.category == category]
            assert self.system.factory.getPoolsByCategory(category) == members

    # ------------------------------------------------ every task ends

    def end_every_task(self):
        """A stranger who only waits and calls brings every task to its end."""
        open_tasks = self.tasks(AVAILABLE, ACTIVE, PENDING)
        latest = max((max(task.expiry, task.deadline) for _, task in open_tasks), default=0)
        if latest >= self.world.now:
            self.pass_time(latest + 1 - self.world.now)
        for pool in self.pools():
            for function, states in (("releaseExpiredTasks", (AVAILABLE, ACTIVE)), ("settleUnverified", (PENDING,))):
                if pool.ids(*states):
                    self.act(pool, function, self.stranger, pool.ids(*states))
        assert not self.tasks(AVAILABLE, ACTIVE, PENDING)
        for pool in self.pools():
            contract = self.contract(pool)
            assert contract.getQueueLengths() == (0, 0, 0)
            assert contract.reservedBalance() == sum(pool.credits.values())
        for registry in self.registries:
            contract = self.contract(registry)
            assert contract.reservedBalance() == contract.earnedFees() + sum(registry.credits.values())
        self.money_is_where_the_model_has_it()
        self.counters_agree()
        self.ranking_agrees()

    def empty_every_contract(self):
        """Whoever is owed takes it, the owners take the rest, and nothing is left behind."""
        for pool in self.pools():
            for holder in [account for account, amount in pool.credits.items() if amount]:
                self.act(pool, "withdrawCredit", holder, self.stranger)
            if pool.free and pool.owner not in self.world.refusing:
                self.act(pool, "emergencyWithdraw", pool.owner)
            assert balance(pool.address) == pool.free
        for registry in self.registries:
            for holder in [account for account, amount in registry.credits.items() if amount]:
                self.act(registry, "withdrawRefundTo", holder, self.stranger)
            if registry.earned and registry.owner not in self.world.refusing:
                self.act(registry, "withdrawTokens", registry.owner)
            if self.world.wei[registry.address] > registry.earned:
                self.act(registry, "rescueSurplus", registry.owner, self.stranger)
            assert balance(registry.address) == registry.earned
        self.money_is_where_the_model_has_it()

    def every_task_can_end(self, data):
        """From here on with a stranger alone, and then back again."""
        before = self.world.now
        kept = copy_of_model(self)
        with boa.env.anchor():
            self.end_every_task()
        restore_model(self, kept)
        assert self.world.now == now() == before


def copy_of_model(machine: TaskPools) -> dict:
    """Taken as one, so that the parts keep pointing at each other."""
    return copy.deepcopy({name: getattr(machine, name) for name in MODEL})


def restore_model(machine: TaskPools, kept: dict):
    for name, part in kept.items():
        setattr(machine, name, part)


def test_contracts_follow_the_model():
    """Every function of the ABI succeeds in the run, every error and every turn of a task's way is met."""
    examples, steps = PROFILES[PROFILE]
    run_state_machine_as_test(
        TaskPools,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=PROFILE == "default",
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    for contract in CONTRACTS:
        used = {function for of, function in successes if of == contract}
        assert state_changing(contract) - used == set(CALLBACKS[contract])
    assert ERRORS - set(refusals) == set()
    assert {name for name in SITUATIONS if not situations[name]} == set()
