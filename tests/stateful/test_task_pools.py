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
import random
import re
from collections import Counter

import boa
from boa.util.abi import Address
from eth_utils import keccak
from hypothesis import HealthCheck, Phase, note, settings
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
PROFILES = {"default": (28, 70), "fuzz": (2_000, 120)}  # runs, steps each
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")

MAX_POOLS = 6
ENDED_AT_FIRST = 30
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
    "TaskRouter": {"assignSlot": "Unauthorized()", "poolChanged": "Unauthorized()"},
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
    "approve_pools": 1,
    "batch_verify_and_pay": 4,
    "cancel_request": 2,
    "cancel_task": 1,
    "choose_registry": 1,
    "claim_best_task": 12,
    "claim_task": 5,
    "claim_task_from_pool": 9,
    "create_pools": 3,
    "describe_pool": 1,
    "every_task_can_end": 1,
    "hand_over": 4,
    "look_at_a_task": 1,
    "open_all_pools": 1,
    "open_or_close_pools": 5,
    "reject_for_good": 2,
    "release_expired_tasks": 3,
    "release_my_claim": 3,
    "request_inference": 8,
    "set_models": 3,
    "set_rules_of_requests": 1,
    "set_terms": 3,
    "set_verifier": 1,
    "set_verifiers": 3,
    "settle_unverified": 5,
    "submit_result": 2,
    "submit_task": 1,
    "submit_task_in_time": 24,
    "sync": 1,
    "take_credit_from_pool": 3,
    "take_credit_from_registry": 5,
    "take_fees_and_surplus": 3,
    "transfer_plainly": 1,
    "try_callbacks": 4,
    "verify_and_pay": 18,
    "verify_any": 1,
    "wait_a_little": 3,
    "wait_for_a_deadline": 6,
    "wait_while_pending": 8,
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
    "reject_for_good": (AVAILABLE,),
    "release_my_claim": (ACTIVE,),
    "settle_unverified": (PENDING,),
    "submit_task": (ACTIVE,),
    "verify_and_pay": (PENDING,),
    "verify_any": (ACTIVE, PENDING),
    "wait_for_a_deadline": (AVAILABLE, ACTIVE, PENDING),
    "wait_while_pending": (PENDING,),
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

        owners = [account("owner"), account("refusing owner", True), account("other owner")]
        requesters = [account("requester"), account("other requester"), account("refusing requester", True)]
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
        last = system.pool(address)
        last.setTaskTerms(3_600, 3_600, 1, True, sender=owner)
        world.pools[address].set_task_terms(owner, 3_600, 3_600, 1, True)
        # Ended tasks: new ones come in the next word of the queues and the ranking soon.
        for _ in range(2):
            tasks = ([1] * 15, [0] * 15, ["m"] * 15, [""] * 15, [START + 600] * 15)
            last.addAITasks(*tasks, sender=owner, value=15)
            world.pools[address].add_ai_tasks(owner, *tasks, value=15)
        for task_id in range(1, ENDED_AT_FIRST + 1):
            last.cancelTask(task_id, sender=owner)
            world.pools[address].cancel_task(owner, task_id)
        system.registry.setProtocolFeeBps(250)
        registries[0].set_protocol_fee_bps(operator, 250)
        contracts = {
            contract.address: contract for contract in (system.factory, system.router, system.registry, second)
        }
        names = event_names()
    return {name: part for name, part in locals().items() if name in (*MODEL, *GIVEN)}


class Luck(random.Random):
    """The choices of one step. Hypothesis's own favour few values and repeat earlier runs, so that most would stay shallow."""

    def __init__(self, run: int, step: int, seed: int):
        super().__init__(f"{run} {step} {seed}")

    def one_of(self, items):
        return self.choice(list(items))

    def some_of(self, items: list, most: int) -> list:
        """None to `most` of them, none twice."""
        return self.sample(items, self.randint(0, min(most, len(items))))

    def flip(self) -> bool:
        return self.random() < 0.5


class TaskPools(RuleBasedStateMachine):
    """Several pools and two registries with all their users."""

    run = 0

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
        note(f"{self.kind(of)} {of.address} {function}{str(arguments)[:200]} from {sender} with {value}: {expected}")
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
        ends = [emitter for emitter, name, _, _ in logs if name in ("RewardPaid", "TaskRefunded")]
        if function == "settleUnverified":
            situations["silence paid the worker"] += any(log[1] == "RewardPaid" for log in logs)
            situations["silence refunded"] += any(log[1] == "TaskRefunded" for log in logs)
        situations["exits in a closed pool"] += any(not self.world.pools[pool].is_active for pool in ends)
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

    def seldom(self, luck, times: int) -> bool:
        """Once in so many times."""
        return luck.randint(1, times) == 1

    def sender(self, luck, *right: str) -> str:
        """Mostly somebody who may; now and then anybody."""
        if self.seldom(luck, 14):
            return luck.one_of(self.actors)
        return luck.one_of(right)

    def task_id(self, luck, task: Task) -> int:
        """Mostly this one; now and then one that is not known, or another."""
        return luck.one_of([task.task_id] * 18 + [0, 10**9, task.task_id + 1])

    def some_ids(self, luck, pool: Pool, *states: str) -> list[int]:
        ids = pool.ids(*states)
        some = luck.some_of(ids, 4) if ids else []
        if self.seldom(luck, 19):
            some.append(10**9)
        return some

    def oneself_or(self, luck, sender: str) -> str:
        return luck.one_of([sender, sender, sender, self.stranger, self.workers[-1], NOBODY])

    # ------------------------------------------------ factory

    def create(self, function: str, sender: str, *arguments, owner: str | None = None, texts=None):
        categories, metadatas = texts or ([arguments[-2]], [arguments[-1]])

        def follow(got):
            for address, category, metadata in zip(
                got if isinstance(got, list) else [got], categories, metadatas, strict=True
            ):
                self.factory.take_pool(address, owner or sender, category, metadata)

        return self.act(self.factory, function, sender, *arguments, follow=follow)

    def create_pools(self, luck):
        function = luck.one_of(["createPool", "createPools", "createPoolDeterministic", "createPoolFor"])
        sender = luck.one_of(self.owners)
        category = luck.one_of(["AI Tasks", "AI Tasks", "c" * 64, "c" * 65, ""])
        metadata = luck.one_of(["", "m" * 31, "m" * 32, "m" * 1_024, "m" * 1_025])
        if function == "createPool":
            self.create(function, sender, category, metadata)
        elif function == "createPools":
            categories = ["Images", category][: luck.randint(0, 2)]
            metadatas = ["", metadata][: luck.one_of([len(categories)] * 4 + [1])]
            self.create(function, sender, categories, metadatas, texts=(categories, metadatas))
        elif function == "createPoolDeterministic":
            salt = luck.one_of([b"\1" * 32, b"\2" * 32])
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
            owner = luck.one_of([*self.owners, NOBODY])
            sender = self.sender(luck, self.factory.owner)
            self.create(function, sender, owner, category, metadata, owner=owner)

    def open_or_close_pools(self, luck):
        """Mostly all stay open: with closed pools little happens."""
        closed = [pool.address for pool in self.pools() if not pool.is_active]
        opened = [pool.address for pool in self.pools() if pool.is_active]
        is_active = bool(closed) and luck.randint(0, 2) > 0
        candidates = closed if is_active else opened
        if not candidates or self.seldom(luck, 3):
            candidates = [*(opened if is_active else closed), self.stranger]
        sender = self.sender(luck, self.factory.owner)
        if self.seldom(luck, 3):
            addresses = luck.some_of(candidates, 2)
            self.act(self.factory, "activatePools" if is_active else "deactivatePools", sender, addresses)
            return
        names = ["activatePool", "reactivatePool"] if is_active else ["deactivatePool"]
        function = luck.one_of(names)
        self.act(self.factory, function, sender, luck.one_of(candidates))

    def open_all_pools(self, luck):
        closed = [pool.address for pool in self.pools() if not pool.is_active]
        self.act(self.factory, "activatePools", self.factory.owner, closed)

    def describe_pool(self, luck):
        pool = luck.one_of(self.pools())
        address = luck.one_of([pool.address] * 9 + [self.stranger])
        sender = self.sender(luck, pool.owner, self.factory.owner)
        if luck.flip():
            text = luck.one_of(["Images", "AI Tasks", "c" * 64, "c" * 65, ""])
            self.act(self.factory, "setPoolCategory", sender, address, text)
        else:
            text = luck.one_of(["", "m" * 31, "m" * 32, "m" * 1_024, "m" * 1_025])
            self.act(self.factory, "setPoolMetadata", sender, address, text)
        assert self.system.factory.poolCategory(pool.address) == pool.category
        info = (pool.owner, pool.created, pool.is_active, pool.metadata)
        assert self.system.factory.poolInfo(pool.address) == info

    def choose_registry(self, luck):
        address = luck.one_of([*self.world.registries, self.stranger])
        self.act(self.factory, "setModelRegistry", self.sender(luck, self.factory.owner), address)

    def hand_over(self, luck):
        everything = [luck.one_of(self.pools()), luck.one_of(self.registries), self.factory]
        proposed = [of for of in everything if of.pending_owner != NOBODY]
        of = luck.one_of(proposed or everything)
        if of.pending_owner == NOBODY or self.seldom(luck, 3):
            new = luck.one_of([*self.owners, self.world.operator, NOBODY])
            self.act(of, "transferOwnership", self.sender(luck, of.owner), new)
        else:
            self.act(of, "acceptOwnership", self.sender(luck, of.pending_owner))
        contract = self.contract(of)
        assert (contract.owner(), contract.pendingOwner()) == (of.owner, of.pending_owner)

    # ------------------------------------------------ registry

    def set_models(self, luck):
        registry = luck.one_of(self.registries)
        sender = self.sender(luck, registry.owner)
        model_id = luck.one_of(["llm", "image", "m" * 64, "m" * 65, "unknown"])
        price = luck.one_of([1, 10**9, 3 * 10**9, 2**96 - 1, 2**96, 0])
        function = luck.one_of(["registerModel", "updateModel", "setModelActive"])
        if function == "registerModel":
            pricing = luck.one_of([0, 1, 1, 2])
            self.act(registry, function, sender, model_id, "n" * 128, "d" * 1_024, pricing, price)
        elif function == "updateModel":
            self.act(registry, function, sender, model_id, "name", "", price)
        else:
            self.act(registry, function, sender, model_id, luck.flip())
        for known, model in registry.models.items():
            expected = (model.name, model.description, model.pricing, model.is_active, model.created, model.price)
            assert self.contract(registry).models(known) == expected

    def set_verifiers(self, luck):
        registry = luck.one_of(self.registries)
        sender = self.sender(luck, registry.owner)
        verifier = luck.one_of([*self.verifiers, NOBODY])
        if verifier in registry.verifiers and len(registry.verifiers) > 1:
            self.act(registry, "removeVerifier", sender, verifier)
        else:
            self.act(registry, "addVerifier", sender, verifier)
        assert self.contract(registry).verifiers(verifier) == (verifier in registry.verifiers)

    def approve_pools(self, luck):
        pool = luck.one_of(self.pools())
        odd = self.seldom(luck, 9)
        registry = luck.one_of(self.registries) if odd else pool.registry
        approve = luck.flip() if odd else not pool.is_approved
        address = luck.one_of([pool.address] * 9 + [self.stranger])
        function = "approvePool" if approve else "revokePool"
        self.act(registry, function, self.sender(luck, registry.owner), address)

    def set_rules_of_requests(self, luck):
        registry = luck.one_of(self.registries)
        sender = self.sender(luck, registry.owner)
        if luck.flip():
            bps = luck.one_of([0, 1, 333, 1_000, 1_001])
            self.act(registry, "setProtocolFeeBps", sender, bps)
        else:
            lifetime = luck.one_of([600, 601, 7_200, 2_592_000, 599, 2_592_001])
            self.act(registry, "setRequestLifetime", sender, lifetime)
        contract = self.contract(registry)
        assert (contract.protocolFeeBps(), contract.requestLifetime()) == (registry.fee_bps, registry.lifetime)

    def request_inference(self, luck):
        listed = [registry for registry in self.registries if registry.listed()]
        odd = not listed or self.seldom(luck, 6)
        registry = luck.one_of(self.registries if odd else listed)
        sender = luck.one_of(self.requesters)
        usable = [name for name, model in registry.models.items() if model.is_active and model.price < 2**90]
        model_ids = [*registry.models, "none"] if odd or not usable else usable
        model_id = luck.one_of(model_ids)
        inactive = [name for name, model in registry.models.items() if not model.is_active]
        if inactive and luck.flip():
            model_id = luck.one_of(inactive)
        prompt = "p" * luck.one_of([0, 1, 4, 5, 33, 4_096, 4_097] if odd else [0, 4, 5, 33])
        cost = registry.cost(model_id, prompt) if model_id in registry.models else 1
        value = min(RICH // 4, cost) + luck.one_of([0, 0, 1, 12_345] + [-1] * odd)
        limit = luck.one_of([None, None, cost, cost + 1, cost - 1])
        function = "requestInference" if limit is None else "requestInferenceWithMax"
        arguments = (model_id, prompt) if limit is None else (model_id, prompt, limit)
        request_id = len(registry.requests) + 1

        def follow(got):
            assert got == request_id
            address, task_id = self.contract(registry).requestTask(got)
            registry.take_request(sender, model_id, prompt, value, self.world.pools[address])
            assert registry.requests[request_id].task_id == task_id

        self.act(registry, function, sender, *arguments, value=value, follow=follow)

    def cancel_request(self, luck):
        registry, request_id = luck.one_of([(registry, at) for registry in self.registries for at in registry.requests])
        user = registry.requests[request_id].user
        known = luck.one_of([request_id] * 9 + [10**6])
        self.act(registry, "cancelRequest", self.sender(luck, user), known)

    def submit_result(self, luck):
        requests = [(registry, at) for registry in self.registries for at in registry.requests]
        refunded = [pair for pair in requests if pair[0].requests[pair[1]].is_refunded]
        registry, request_id = luck.one_of(refunded * 3 + requests)
        known = luck.one_of([request_id] * 9 + [10**6])
        sender = self.sender(luck, *(sorted(registry.verifiers) or [self.stranger]))
        text = "r" * luck.one_of([0, 5, 4_097])
        self.act(registry, "submitResult", sender, known, text)

    def take_credit_from_registry(self, luck):
        registry = luck.one_of(self.registries)
        holders = [account for account, amount in registry.credits.items() if amount]
        sender = self.sender(luck, *(holders or self.requesters))
        if sender in self.world.refusing or self.seldom(luck, 4):
            self.act(registry, "withdrawRefundTo", sender, self.oneself_or(luck, sender))
        else:
            self.act(registry, "withdrawRefund", sender)

    def take_fees_and_surplus(self, luck):
        registry = luck.one_of([r for r in self.registries if r.earned] or self.registries)
        sender = self.sender(luck, registry.owner)
        if luck.flip():
            self.act(registry, "withdrawTokens", sender)
        else:
            self.act(registry, "rescueSurplus", sender, self.oneself_or(luck, sender))

    # ------------------------------------------------ owners of pools

    def transfer_plainly(self, luck):
        of = luck.one_of([*self.pools(), *self.pools(), *self.registries])
        amount = luck.one_of([1, 10**9, 5 * 10**9])
        self.act(of, "fund", luck.one_of(self.actors), value=amount)

    def add_tasks(self, luck):
        pool = luck.one_of(self.pools())
        count = luck.one_of([0, 1, 1, 2, 2, 3, 5])
        odd = self.seldom(luck, 9)
        amounts = [10**9, 10**9, 2 * 10**9, 3 * 10**9, MAX_REWARD] + [0, MAX_REWARD + 1] * odd
        windows = [600, 601, 3_600, 5_000, 90_000] + [599] * odd
        rewards = [luck.one_of(amounts) for _ in range(count)]
        expiries = [luck.one_of(windows) for _ in range(count)]
        model_id = "m" * luck.one_of([1, 31, 64] + [0, 65] * odd)
        text = "i" * luck.one_of([0, 33, 300] + [4_097] * odd)
        total = sum(rewards)
        paid = [total, total, total + 5, max(total - 1, 0)] + [0] * 2 * (pool.free >= total)
        labels = [2**256 - 1] * luck.one_of([count] * 9 + [count + 1])
        self.act(
            pool,
            "addAITasks",
            self.sender(luck, pool.owner),
            rewards,
            labels,
            [model_id] * count,
            [text] * count,
            [self.world.now + seconds for seconds in expiries],
            value=min(luck.one_of(paid), RICH // 4),
        )

    def set_terms(self, luck):
        pool = luck.one_of(self.pools())
        sender = self.sender(luck, pool.owner)
        odd = self.seldom(luck, 5)
        self.act(
            pool,
            "setTaskTerms",
            sender,
            luck.one_of([300, 3_600, 604_800] + [299, 604_801] * odd),
            luck.one_of([3_600, 7_200, 2_592_000] + [3_599, 2_592_001] * odd),
            luck.one_of([1, 1, 2, 10] + [0, 11] * odd),
            luck.flip(),
        )
        assert self.contract(pool).getTaskTerms() == pool.terms

    def set_verifier(self, luck):
        pool = luck.one_of(self.pools())
        verifier = luck.one_of([*self.verifiers, pool.owner, NOBODY])
        self.act(pool, "setZKPVerifier", self.sender(luck, pool.owner), verifier)
        assert self.contract(pool).zkpVerifier() == pool.verifier
        assert self.contract(pool.registry).isApprovedPool(pool.address) == pool.is_approved

    def withdraw_free_balance(self, luck):
        pool = luck.one_of([pool for pool in self.pools() if pool.free] or self.pools())
        self.act(pool, "emergencyWithdraw", self.sender(luck, pool.owner))

    def cancel_task(self, luck):
        pool, task = luck.one_of(self.tasks(AVAILABLE) + self.tasks(ACTIVE, PENDING))
        self.act(pool, "cancelTask", self.sender(luck, pool.owner), self.task_id(luck, task))

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

    def idle_worker(self, luck) -> str:
        idle = [worker for worker in self.workers if self.router.active_task(worker) is None]
        return self.sender(luck, *(idle or self.workers))

    def claim_best_task(self, luck):
        self.claim("claimBestTask", self.idle_worker(luck))

    def claim_task_from_pool(self, luck):
        offering = [pool.address for pool in self.pools() if pool.indexed(False)]
        address = luck.one_of(offering * 4 + [*self.world.pools, self.stranger])
        self.claim("claimTaskFromPool", self.idle_worker(luck), address)

    def claim_task(self, luck):
        pool, task = luck.one_of(self.tasks(AVAILABLE))
        address = luck.one_of([pool.address] * 14 + [self.stranger])
        self.act(self.router, "claimTask", self.idle_worker(luck), address, self.task_id(luck, task))

    def submit(self, luck, tasks: list[tuple[Pool, Task]]):
        pool, task = luck.one_of(tasks)
        proof = b"x" * luck.one_of([0, 995, 995, 1_024, 1_025])
        text = "r" * luck.one_of([0, 31, 32, 33, 200, 4_096, 4_097])
        sender = self.sender(luck, task.worker)
        self.act(self.router, "submitTask", sender, pool.address, self.task_id(luck, task), proof, 7, 2**256 - 1, text)

    def submit_task(self, luck):
        self.submit(luck, self.tasks(ACTIVE))

    def submit_task_in_time(self, luck):
        self.submit(
            luck, [self.router.active_task(worker) for worker in self.workers if self.router.active_task(worker)]
        )

    def release_my_claim(self, luck):
        pool, task = luck.one_of(self.tasks(ACTIVE))
        self.act(pool, "releaseMyClaim", self.sender(luck, task.worker), self.task_id(luck, task))

    def take_credit_from_pool(self, luck):
        holding = [(pool, account) for pool in self.pools() for account, amount in pool.credits.items() if amount]
        nobody = [(self.pools()[0], self.stranger)]
        pool, holder = luck.one_of(holding or nobody)
        sender = self.sender(luck, holder)
        self.act(pool, "withdrawCredit", sender, self.oneself_or(luck, sender))

    # ------------------------------------------------ verifiers

    def right_verifiers(self, pool: Pool, task: Task) -> list[str]:
        return [actor for actor in self.actors if pool.is_verifier(actor, task)] or [self.stranger]

    def verify(self, luck, tasks: list[tuple[Pool, Task]]):
        pool, task = luck.one_of(tasks)
        is_valid = luck.flip()
        sender = self.sender(luck, *self.right_verifiers(pool, task))
        fees = pool.registry.earned
        got = self.act(pool, "verifyAndPay", sender, self.task_id(luck, task), is_valid)
        if not isinstance(got, Refusal):
            situations["paid"] += is_valid
            situations["fee earned"] += pool.registry.earned > fees
            situations["payment credited"] += is_valid and task.worker in self.world.refusing
            situations["rejected and available again"] += task.state == AVAILABLE
            situations["refunded after the last rejection"] += not is_valid and task.is_last_attempt
            situations["rejected after expiry"] += not (is_valid or task.is_last_attempt or task.state == AVAILABLE)

    def verify_and_pay(self, luck):
        pending = self.tasks(PENDING)
        in_time = [(pool, task) for pool, task in pending if self.world.now <= task.deadline]
        expired = [(pool, task) for pool, task in in_time if pool.is_expired(task) and not task.is_last_attempt]
        self.verify(luck, expired or in_time or pending)

    def verify_any(self, luck):
        self.verify(luck, self.tasks(ACTIVE, PENDING, PENDING))

    def batch_verify_and_pay(self, luck):
        pending = self.tasks(PENDING)
        in_time = [(pool, task) for pool, task in pending if self.world.now <= task.deadline]
        pool, task = luck.one_of(in_time or pending)
        sender = self.sender(luck, *self.right_verifiers(pool, task))
        ids = [at for at, other in pool.tasks.items() if pool.is_verifier(sender, other)]
        ids = luck.some_of(ids, 3) if ids else []
        ids = [task.task_id] + [at for at in ids if at != task.task_id]
        valid = [luck.flip() for _ in range(luck.one_of([len(ids)] * 9 + [len(ids) - 1]))]
        self.act(pool, "batchVerifyAndPay", sender, ids, valid)

    def reject_for_good(self, luck):
        """One task goes through the hands of all idle workers, and each result is rejected."""
        tasks = self.tasks(AVAILABLE)
        pool, task = luck.one_of([pair for pair in tasks if pair[1].is_request] or tasks)
        for worker in self.workers:
            if self.router.active_task(worker) is None and task.state == AVAILABLE:
                self.act(self.router, "claimTask", worker, pool.address, task.task_id)
            if task.state == ACTIVE and task.worker == worker:
                self.act(self.router, "submitTask", worker, pool.address, task.task_id, b"", 0, 0, "")
            if task.state == PENDING:
                self.act(pool, "verifyAndPay", self.right_verifiers(pool, task)[0], task.task_id, False)
        situations["refunded after the last rejection"] += task.is_ended

    # ------------------------------------------------ anyone

    def release_expired_tasks(self, luck):
        expired = [pool for pool in self.pools() if pool.expired()]
        pool = luck.one_of(expired or self.pools())
        sender = luck.one_of(self.actors)
        ids = pool.expired()[: luck.randint(0, 3)] + self.some_ids(luck, pool, *QUEUES)
        lapsed = any(pool.tasks[at].state == ACTIVE and at in pool.lapsed() for at in ids if at in pool.tasks)
        function = luck.one_of(["pool", "pool, counted", "router", "router, all"])
        if function == "pool":
            got = self.act(pool, "releaseExpiredTasks", sender, ids)
        elif function == "pool, counted":
            got = self.act(pool, "releaseExpired", sender, ids)
        elif function == "router":
            address = luck.one_of([pool.address] * 9 + [self.stranger])
            got = self.act(self.router, "releaseExpiredTasks", sender, address, ids)
        else:
            lapsed = False
            addresses = luck.some_of(list(self.world.pools), 2) + [self.stranger] * self.seldom(luck, 9)
            most = luck.one_of([1, 2, 256, 10**9])
            got = self.act(self.router, "releaseAllExpiredTasks", sender, addresses, most)
        if not isinstance(got, Refusal):
            situations["lapsed claim released"] += lapsed
            situations["expired and refunded"] += any(name == "TaskRefunded" for _, name, _, _ in self.world.log)

    def settle_unverified(self, luck):
        pending = self.tasks(PENDING)
        ripe = [(pool, task) for pool, task in pending if self.world.now >= task.deadline]
        pool, task = luck.one_of(ripe or pending)
        ids = [task.task_id] + self.some_ids(luck, pool, *QUEUES)
        sender = luck.one_of(self.actors)
        self.act(pool, "settleUnverified", sender, ids)

    def sync(self, luck):
        pool = luck.one_of(self.pools())
        self.act(pool, "sync", luck.one_of(self.actors))

    def try_callbacks(self, luck):
        """Functions for other contracts are refused to everybody."""
        pool = luck.one_of(self.pools())
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
            "poolChanged": (luck.randint(0, 3), 1, 2**200),
        }
        targets = {"TaskPool": pool, "ModelRegistry": registry, "TaskRouter": self.router, "TaskPoolFactory": None}
        tried = [(kind, function) for kind, functions in CALLBACKS.items() for function in functions]
        kind, function = luck.one_of(tried)
        error = CALLBACKS[kind][function]
        if function == "deliverOutcome" and not pool.tasks:
            error = "TaskNotFound()"
        if function in ("updateInferenceResult", "creditRefund") and requests[0] is None:
            arguments[function] = (1, *arguments[function][1:])
            error = "RequestNotFound()"
        sender = luck.one_of(self.actors)
        if function == "setTaskRouter":
            sender = registry.owner
        with reverts(error):
            getattr(self.contract(targets[kind]), function)(*arguments[function], sender=sender)
        refusals[error] += 1

    # ------------------------------------------------ time

    def pass_time(self, seconds: int):
        note(f"{seconds} seconds pass")
        wait(seconds)
        self.world.now += seconds
        self.touched.add("time")
        assert self.world.now == now()

    def wait_a_little(self, luck):
        self.pass_time(luck.one_of([1, 12, 60, 299, 600, 3_600]))

    def next_deadline(self, task: Task) -> int:
        return task.expiry if task.state == AVAILABLE else task.deadline

    def wait_for_a_deadline(self, luck):
        """To the last second that is in time, or to the first that is not; then a stranger may try to make use of it."""
        ahead = [
            (self.next_deadline(task), at, pool, task)
            for at, (pool, task) in enumerate(self.tasks(AVAILABLE, ACTIVE, PENDING))
            if self.next_deadline(task) >= self.world.now
        ]
        if ahead:
            soon = sorted(ahead, key=lambda item: item[:2])[:2]
            deadline, _, pool, task = luck.one_of(soon * 3 + ahead)
            self.pass_time(deadline + luck.randint(0, 1) - self.world.now)
            if luck.flip():
                function = "settleUnverified" if task.state == PENDING else "releaseExpiredTasks"
                self.act(pool, function, self.stranger, [task.task_id])

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
        if name == "take_credit_from_pool":
            return any(amount for pool in self.pools() for amount in pool.credits.values())
        if name == "take_credit_from_registry":
            return any(amount for registry in self.registries for amount in registry.credits.values())
        if name == "take_fees_and_surplus":
            return any(r.earned or self.world.wei[r.address] > r.reserved for r in self.registries)
        if name == "open_all_pools":
            return any(not pool.is_active for pool in self.pools())
        if name == "create_pools":
            return len(self.world.pools) < MAX_POOLS
        return True

    @rule(seed=st.integers(0, 2**64 - 1))
    def something_happens(self, seed):
        """
        One of the actions that are possible now. One rule for all: hypothesis switches some of several rules off for a whole example,
        and a task's way needs many of them. What is said with `note` names the actions of a failing run.
        """
        luck = Luck(self.run, self.steps, seed)
        possible = [name for name, times in ACTIONS.items() for _ in range(times) if self.is_possible(name)]
        action = luck.one_of(possible)
        self.has_agreed = False
        getattr(self, action)(luck)

    def wait_while_pending(self, luck):
        """To the expiry of a submitted task or the end of its verification window, or just past it; then a verifier acts."""
        ends = [end for _, task in self.tasks(PENDING) for end in [task.expiry] * 3 + [task.deadline]]
        ends = [end for end in ends if end >= self.world.now]
        if ends:
            self.pass_time(luck.one_of(ends) + luck.randint(0, 1) - self.world.now)
            self.verify_and_pay(luck)

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

    def look_at_a_task(self, luck):
        self.check_task(*luck.one_of(self.tasks(*QUEUES)))

    def check_everything(self):
        for pool in self.pools():
            self.check_pool(pool)
            contract = self.contract(pool)
            assert (contract.isActive(), contract.isApproved()) == (pool.is_active, pool.is_approved)
            for account in (*self.workers, *self.requesters):
                assert contract.creditOf(account) == pool.credits[account]
            for task_id, task in pool.tasks.items():
                if task_id > ENDED_AT_FIRST or pool.owner != self.owners[-1]:
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

    def every_task_can_end(self, luck):
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
    runs, steps = PROFILES[PROFILE]
    first = 0 if PROFILE == "default" else int.from_bytes(os.urandom(6), "big")
    for run in range(first, first + runs):
        machine = type(f"TaskPoolsRun{run}", (TaskPools,), {"run": run})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=1,
                stateful_step_count=steps,
                phases=[Phase.generate],
                derandomize=True,
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
