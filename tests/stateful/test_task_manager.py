"""
The whole second half under random use: the task manager with its environments and a plain model (schedule_model.py) take the same actions side
by side, and must agree on every return value, error, event and wei.

Its invariants are those of docs/design.md: i01, i13 of 13; i02 to i05, i11, i14 of 14; i06 to i09 of 17; i10 of 18; i12 of 16; order (19) is the model's `complaint`.

The default run is derandomized. To search longer, with other random choices each time:

    HYPOTHESIS_PROFILE=fuzz python -m pytest -n 0 tests/stateful/test_task_manager.py
"""

import contextlib
import functools
import os
import re
from collections import Counter, defaultdict

import boa
import pytest
from boa.util.abi import Address
from eth_abi import encode
from eth_utils import keccak
from hypothesis import HealthCheck, Phase, currently_in_test_context, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from taskpools.receipts import Receipts
from taskpools.system import deployer
from tests.helpers.chain import balance, error_data, reverts
from tests.helpers.schedule import NO_MAXIMUM, layered, mock, pack, roll_to, set_base_fee, set_coinbase, unpack
from tests.stateful.schedule_model import (
    AGAIN,
    ATTEMPTS,
    BURN,
    CANCELLED,
    EXPIRED,
    FAIL,
    GARBAGE,
    LOCKED,
    NO_TASK,
    NOBODY,
    NOTHING,
    SCHEDULED,
    UNPAYABLE,
    WAIT,
    WORK,
    Call,
    Manager,
    Refusal,
    price,
    round_up,
)

RICH = 10**30
GWEI = 10**9
WINDOW = 30
INTERVAL = 7
PLENTY = 200_000_000  # gas
SLOWEST = 250_001  # the highest gas limit of a target that loops until it is used up
INLINE = 94  # tasks of a queue that are in its first word
CROWD = 97
# Examples, steps each; "once" is the default without shrinking, which takes minutes.
PROFILES = {"default": (28, 32), "once": (28, 32), "fuzz": (3_000, 100)}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
REVERTS = bytes.fromhex("60006000fd")
ACCEPTS = b"\x00"

ENVIRONMENTS = {
    "minimal": "MinimalTaskEnvironment",
    "basic": "BasicTaskEnvironment",
    "rescheduling": "ReschedulingTaskEnvironment",
    "validated": "ValidatedTaskEnvironment",
    "recurring": "RecurringTaskEnvironment",
}
LOCKED_CALLS = [
    error_data("depositBond()"),
    error_data("cancelTask(bytes32)", bytes(32)),
    error_data("executeTasks(address,uint256)", NOBODY, 0),
    error_data("withdrawBond(uint256)", 1),
    error_data("withdrawCredit(address)", NOBODY),
    error_data("expireTasks(bytes32[])", [bytes(32)]),
]

# Each of them must be met in a run, those in TOLD in what a task returned.
ERRORS = {
    "InsufficientBond(uint256,uint256)",
    "InsufficientFunds()",
    "InvalidCancellerAddress()",
    "InvalidPaymentAmount(uint256,uint256)",
    "InvalidPayoutAddress(address)",
    "LookaheadExceedsMaxScheduleDistance(uint64)",
    "NoActiveTask()",
    "TaskAlreadyCancelled(bytes32)",
    "TaskAlreadyExecuted(bytes32)",
    "TaskCostAboveMax(uint256,uint256)",
    "TaskGasTooLarge(uint256)",
    "TaskNotFound(bytes32)",
    "TaskValidation_InvalidTargetAddress()",
    "TaskValidation_TargetBlockInPast(uint64,uint256)",
    "TaskValidation_TargetBlockTooFar(uint64,uint256)",
    "TransferFailed()",
    "Unauthorized(address,address)",
}
TOLD = {
    "EmptyCalldata()",
    "InsufficientBond(uint256,uint256)",
    "InvalidTarget()",
    "InvalidValue()",
    "NotReady()",
    "TaskManagerLocked()",
    "TaskValidation_TargetBlockInPast(uint64,uint256)",
    "ZeroTargetAddress()",
}
# What happens besides the calls themselves, each to be met in a run.
SITUATIONS = {
    "a canceller lost his right",
    "a recurring task came again",
    "a topped-up task ran",
    "an environment's canceller cancelled a retry",
    "an environment was swept",
    "attempt 1 failed and comes again",
    "attempt 2 failed and comes again",
    "attempt 3 failed and comes again",
    "cancelled by a canceller of the environment",
    "cancelled by a canceller of the task",
    "cancelled by the owner",
    "executed in its last block",
    "expired and refunded",
    "fees with a validator",
    "fees without a validator",
    "more tasks than a queue's first word holds",
    "passed over 64",
    "passed over an unprofitable task",
    "payment refused and credited",
    "ran by id",
    "ran by id at a loss",
    "retries exhausted",
    "retry refused: InsufficientBond(uint256,uint256)",
    "retry refused: TaskCostAboveMax(uint256,uint256)",
    "stopped by the gas",
    "recurrence refused: InsufficientBond(uint256,uint256)",
    "recurrence refused: TaskAlreadyRescheduled(bytes32)",
    "surplus came back",
    "surplus stayed with the task",
    "too late by a block",
    "top-up refunded",
    "went on where it had stopped",
}
# Called by environments, and by unit tests.
NEVER = ("rescheduleTask", "sweepEnvironmentToken")
CANCELLER_CHANGES = [
    "addTaskCanceller",
    "addEnvironmentCanceller",
    "addEnvironmentCanceller",
    "removeTaskCanceller",
    "removeEnvironmentCanceller",
]
# What a call keeps for one more look and its end, and what a receipt gives back: a call that has not earned that besides stops.
LAST_LOOK = 155_000 + 60_000
MODULES = ("calendar", "buckets", "execution", "ledger", "payments")
EDGES = (0, 1, 100_000, 100_001, 250_000, 250_001, 750_000, 750_001)

successes: Counter[str] = Counter()
refusals: Counter[str] = Counter()
told: Counter[bytes] = Counter()
situations: Counter[str] = Counter()
gas_limits: set[int] = set()


def tell(what: str):
    if currently_in_test_context():
        note(what)


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@functools.cache
def abi(contract: str) -> list[dict]:
    return deployer(contract).abi


@functools.cache
def event_types() -> dict[str, list[tuple[str, bool]]]:
    """Name to the type of each argument and whether it is indexed."""
    contracts = ("TaskManager", *ENVIRONMENTS.values())
    return {
        entry["name"]: [(given["type"], given["indexed"]) for given in entry["inputs"]]
        for contract in contracts
        for entry in abi(contract)
        if entry["type"] == "event"
    }


def encoded(name: str, arguments: tuple) -> tuple[tuple[int, ...], bytes]:
    """An event's topics and data."""
    types = event_types()[name]
    topics = [keccak(text=f"{name}({','.join(type_ for type_, _ in types)})")]
    plain = []
    for (type_, indexed), argument in zip(types, arguments, strict=True):
        if indexed:
            topics.append(encode([type_], [argument]))
        else:
            plain.append((type_, argument))
    data = encode([type_ for type_, _ in plain], [argument for _, argument in plain])
    return tuple(int.from_bytes(topic, "big") for topic in topics), data


def topic(name: str) -> int:
    return encoded(name, tuple(_zero(type_) for type_, _ in event_types()[name]))[0][0]


def _zero(type_: str):
    return {"address": NOBODY, "bool": False, "bytes": b"", "bytes32": bytes(32)}.get(type_, 0)


@functools.cache
def slots() -> dict[str, dict[str, int]]:
    """Where the manager's modules keep their mappings."""
    layout = deployer("TaskManager").compiler_data.storage_layout["storage_layout"]
    return {module: {name: entry["slot"] for name, entry in layout[module].items()} for module in MODULES}


# ---------------------------------------------------------------- choices

few = st.integers(0, 3)
owners = st.integers(0, 2)
delays = st.sampled_from([1, 1, 2, 2, 3, 4, 5, 8, 13, 21, 60, 63, 64, 65, 2_000, 70_000, 2_097_152])
wrong_delays = st.sampled_from([-5, -1, 0, 2_097_153, 2**40])
gas_choices = st.sampled_from([0, 1, 100_000, 100_000, 100_001, 180_000, 250_000, 250_001, 400_000, 750_000])
kinds = st.sampled_from([*ENVIRONMENTS, "basic", "validated"])
recipes = st.fixed_dictionaries(
    {
        "kind": kinds,
        "does": st.sampled_from([WORK, WORK, FAIL, FAIL, WAIT, BURN, NOTHING, NOTHING, LOCKED, AGAIN, GARBAGE]),
        "gas": gas_choices,
        "delay": delays,
        "length": st.sampled_from([0, 0, 1, 3, 4, 31, 32, 33, 100, 127, 128, 129, 200, 1_000, 3_700]),
        "variant": few,
    }
)
STAY, NEXT, LAST, LATE = "stay", "to the next due block", "to its last block", "past its window"
waits = st.sampled_from([NEXT, NEXT, NEXT, STAY, LAST])
surges = st.sampled_from([None, None, None, 1, 2, 3, 12, 40])  # gwei
follows = st.sampled_from([0, 0, 1, 1, 2, 4])
anyone = st.integers(0, 9)


class TaskManagerMachine(RuleBasedStateMachine):
    """The manager with all its users on a chain of its own."""

    tasks = Bundle("tasks")
    crowd = Bundle("crowd")

    def __init__(self):
        super().__init__()
        self.context = contextlib.ExitStack()
        self.environment = boa.Env()
        self.context.enter_context(boa.swap_env(self.environment))
        env = self.environment
        roll_to(1_000)
        blueprint = deployer("TaskEnvironmentProxy").deploy_as_blueprint()
        self.treasury = env.generate_address("treasury")
        self.manager = deployer("TaskManager").deploy(self.treasury, WINDOW, GWEI, blueprint.address)
        self.target = mock("Target").deploy()
        self.implementations = {}
        for kind, name in ENVIRONMENTS.items():
            arguments = {"minimal": (), "recurring": (self.manager.address, INTERVAL)}
            self.implementations[kind] = deployer(name).deploy(*arguments.get(kind, (self.manager.address,))).address
        self.model = Manager(
            address=str(self.manager.address),
            treasury=self.treasury,
            window=WINDOW,
            minimum_gas_price=GWEI,
            block=1_000,
            base_fee=env.evm.vm.state.execution_context.base_fee_per_gas,
            interval=INTERVAL,
            kinds={str(address): kind for kind, address in self.implementations.items()},
        )
        self.validator = env.generate_address("validator")
        self.owners = [env.generate_address(name) for name in ("owner", "other owner", "refusing owner")]
        self.executors = [env.generate_address(name) for name in ("executor", "refusing executor")]
        self.cancellers = [env.generate_address(name) for name in ("canceller", "other canceller")]
        self.stranger = env.generate_address("stranger")
        self.wallets = [self.owners[2], self.executors[1]]  # contracts
        self.people = [*self.owners, *self.executors, *self.cancellers, self.stranger, self.treasury, self.validator]
        for person in self.people:
            env.set_balance(person, RICH)
            self.model.wei[person] = RICH
        for wallet in self.wallets:
            env.set_code(wallet, REVERTS)
            self.model.refusing.add(wallet)
        self.no_code = env.generate_address("account without code")
        self.receipts = Receipts(env)
        self.is_crowded = False
        self.serial = 0
        self.has_agreed = True
        self.look_at = 0
        self.revoked: set[tuple] = set()
        # What the chain itself told, besides the model: numbered invariants judge it.
        self.runs: list[tuple[bytes, int]] = []  # task, block
        self.ended: dict[bytes, str] = {}  # task, the event that ended it
        self.ran_after_end: list[bytes] = []
        self.calls: list[tuple[int, int, int]] = []  # fees, gas as a receipt shows it, gas price
        self.touched: set[bytes] = set()

    def teardown(self):
        with self.context:
            if self.has_agreed:  # or what failed before would be hidden behind what fails now
                self.check_every_task()
                self.end_every_task()

    # ------------------------------------------------ acting on both sides

    def act(self, function: str, sender: str, *arguments, value: int = 0, told_to_model: tuple = ()):
        """Manager and model take an action. `told_to_model`: arguments that take the place of the last ones in the model."""
        model = self.model
        model.log.clear()
        model.met.clear()
        attached = {"value": value} if value else {}
        modelled = (*arguments[: len(arguments) - bool(told_to_model)], *told_to_model)
        expected = getattr(model, snake_case(function))(sender, *modelled, **attached)
        tell(f"block {model.block}: {function}{str(arguments)[:120]} with {value}: {expected}")
        self.has_agreed = False
        call = getattr(self.manager, function)
        if isinstance(expected, Refusal):
            with reverts(expected.error, *expected.arguments):
                call(*arguments, sender=sender, **attached)
            refusals[expected.error] += 1
        else:
            got = call(*arguments, sender=sender, **attached)
            assert got == expected, f"{function}: {got}, not {expected}"
            self.agree_on_events()
            successes[function] += 1
            situations.update(model.met)
        self.has_agreed = True
        return expected

    def raw_logs(self) -> list[tuple]:
        """Emitter, topics, data, of the last call, in order."""
        raw = sorted(self.manager._computation.get_raw_log_entries())
        return [(str(Address(emitter)), tuple(topics), data) for _, emitter, topics, data in raw]

    def agree_on_events(self):
        """The manager and the environments logged what the model did, in this order; the target's logs are its own."""
        logs = [log for log in self.raw_logs() if log[0] != str(self.target.address)]
        expected = [(emitter, *encoded(name, arguments)) for emitter, name, arguments in self.model.log]
        assert len(logs) == len(expected), f"{len(logs)} events, not {[name for _, name, _ in self.model.log]}"
        for log, wanted, told_by_model in zip(logs, expected, self.model.log, strict=True):
            assert log == wanted, f"{log} is not {told_by_model}"
        self.observe(logs)
        self.touched |= self.model.changed
        self.model.changed.clear()

    def observe(self, logs: list[tuple]):
        ran, cancelled, expired = (topic(name) for name in ("TaskExecuted", "TaskCancelled", "TaskExpired"))
        for _, topics, _ in logs:
            if topics[0] in (ran, cancelled, expired):
                task = topics[1].to_bytes(32, "big")
                if task in self.ended:
                    self.ran_after_end.append(task)
                self.ended[task] = "ran" if topics[0] == ran else "ended"
                if topics[0] == ran:
                    self.runs.append((task, self.block()))

    def block(self) -> int:
        return self.environment.evm.patch.block_number

    def pick(self, number: int, items):
        return items[number % len(items)]

    # ------------------------------------------------ scheduling

    def call_of(self, recipe: dict, block: int) -> Call:
        does, length, variant, gas = recipe["does"], recipe["length"], recipe["variant"], recipe["gas"]
        target = str(self.target.address)
        padding = bytes([7]) * length
        if does == WORK:
            self.serial += 1
            return Call(target, error_data("poke(uint256)", self.serial) + padding, WORK, amount=self.serial)
        if does == FAIL:
            reason = bytes(range(1, 251))[: min(length, 250)]
            return Call(target, error_data("fail(bytes)", reason), FAIL, reason=reason)
        if does == WAIT:
            return Call(target, error_data("when_ready()") + padding, WAIT)
        if does == BURN:
            slow = "burn()" if gas <= SLOWEST else "return_bomb()"
            name = ("return_bomb()", "revert_bomb()", slow, "return_bomb()")[variant]
            return Call(target, error_data(name), BURN)
        if does == NOTHING:
            if variant == 0:
                return Call(target, padding[: length % 4], NOTHING)
            return Call((NOBODY, self.no_code)[variant % 2], padding, NOTHING, has_code=False)
        if does == LOCKED:
            return Call(str(self.manager.address), self.pick(length + variant, LOCKED_CALLS), LOCKED)
        if does == AGAIN:
            at, most = (block + (4, 9, 14, -1)[variant], (NO_MAXIMUM, 10**17)[length % 2])
            data = error_data("rescheduleTask(uint64,uint256)", at % 2**64, most)
            return Call(str(self.manager.address), data, AGAIN, at=at % 2**64, most=most)
        return Call("", padding if length < 3_700 else padding + bytes(4_096 - length), GARBAGE)

    def prepare(self, recipe: dict, owner: str):
        """Arguments of a schedule call, of the contract and of the model."""
        recipe = dict(recipe)
        kind, does = recipe["kind"], recipe["does"]
        is_costly = does == AGAIN or kind == "recurring" or does == BURN and kind == "rescheduling"
        if is_costly and 1 < recipe["gas"] < 250_000:
            recipe["gas"] = 250_000 if recipe["variant"] % 2 else 400_000
        if recipe["gas"] < 250_000:
            recipe["length"] = min(recipe["length"], 200)
        block = self.model.block + recipe["delay"]
        call = self.call_of(recipe, block)
        data = call.data if does == GARBAGE else layered(call.target, call.data)
        implementation = self.implementations[kind]
        return implementation, recipe["gas"], block % 2**64, call, data

    def schedule(
        self, recipe: dict, owner: str, *, bond=False, attach="exact", most=NO_MAXIMUM, implementation=None, look=True
    ):
        """Returns the new task's id, or nothing if it is refused."""
        usual, gas, block, call, data = self.prepare(recipe, owner)
        implementation = implementation or usual
        model = self.model
        nonce = model.nonces[owner]
        environment = self.manager.getEnvironment(owner, nonce, implementation, data)
        cost = model.estimate_cost(block, gas)
        if isinstance(cost, Refusal):
            cost = UNPAYABLE
        elif look:
            assert self.manager.estimateCost(block, gas) == cost
        if cost < RICH // 1_000:
            value = {
                "exact": cost,
                "kept": round_up(cost + 1, 40),
                "surplus": cost + 12_345,
                "short": cost - 1,
                "nothing": 0,
            }[attach]
        else:
            value = 10**18
        limit = {"cost": cost, "less": cost - 1}.get(most, NO_MAXIMUM)
        arguments = (implementation, gas, block, limit, data)
        if bond:
            done = self.act("scheduleWithBond", owner, *arguments, told_to_model=(call, str(environment)))
        else:
            done = self.act("scheduleTask", owner, *arguments, value=value, told_to_model=(call, str(environment)))
        if isinstance(done, Refusal):
            return None
        _, _, task_id = done
        gas_limits.add(gas)
        if look:
            assert tuple(self.manager.getTaskMetadata(task_id)) == (owner, nonce, model.tasks[task_id].size)
        return task_id

    @initialize(target=tasks, poor=owners, recipe=recipes, ready_in=st.sampled_from([0, 3, 8, 12, 40]))
    def begin(self, poor, recipe, ready_in):
        for owner in self.owners:
            self.act("depositBond", owner, value=10**14 if owner == self.owners[poor] else 10**19)
        self.get_ready_in(ready_in)
        task = self.schedule(recipe, self.owners[poor])
        return multiple(*([task] if task else []))

    def follow(self, times: int) -> list[bytes]:
        """Go to the next due block and execute, so many times. Returns the tasks that came again."""
        made = []
        for _ in range(times):
            self.go(NEXT)
            made += self.execute_due(self.executors[0], self.executors[0], PLENTY, 0)
        return made

    @rule(
        target=tasks,
        recipe=recipes,
        owner=owners,
        attach=st.sampled_from(["exact", "exact", "kept", "surplus", "short", "nothing"]),
        most=st.sampled_from(["any", "any", "cost", "less"]),
        follow=follows,
    )
    def schedule_and_pay(self, recipe, owner, attach, most, follow):
        task = self.schedule(recipe, self.owners[owner], attach=attach, most=most)
        return multiple(*([task] if task else []), *self.follow(follow))

    @rule(target=tasks, recipe=recipes, owner=owners, most=st.sampled_from(["any", "cost", "less"]), follow=follows)
    def schedule_from_the_bond(self, recipe, owner, most, follow):
        task = self.schedule(recipe, self.owners[owner], bond=True, most=most)
        return multiple(*([task] if task else []), *self.follow(follow))

    @rule(
        target=tasks,
        group=st.lists(recipes, min_size=2, max_size=5),
        last=st.sampled_from([("recurring", AGAIN), ("basic", WAIT), ("validated", NOTHING)]),
        owner=owners,
        delay=st.sampled_from([1, 2, 3, 5, 20]),
        follow=st.sampled_from([1, 1, 2, 4]),
    )
    def schedule_several_into_a_block(self, group, last, owner, delay, follow):
        """The last of them is of a kind that is rare otherwise; the target is not ready for it."""
        kind, does = last
        if does == WAIT:
            self.get_ready_in(delay + 2)
        group = [*group[:-1], {**group[-1], "kind": kind, "does": does}]
        made = [
            self.schedule({**recipe, "delay": delay}, self.pick(owner + at, self.owners))
            for at, recipe in enumerate(group)
        ]
        return multiple(*(task for task in made if task), *self.follow(follow))

    @precondition(
        lambda self: not self.is_crowded and self.model.gas_price < 1_000 * GWEI and len(self.model.tasks) > 7
    )
    @rule(
        target=crowd,
        owner=owners,
        delay=st.sampled_from([1, 2, 6]),
        others=st.lists(recipes, max_size=2),
        gwei=st.sampled_from([None, 40, 40, 60]),
        follow=st.integers(0, 4),
    )
    def fill_a_block(self, owner, delay, others, gwei, follow):
        """With more tasks than a queue's first word holds, each cheap to run; executed at another price, perhaps."""
        self.is_crowded = True
        for recipe in others[:1]:
            self.schedule({**recipe, "delay": delay + 1}, self.owners[owner])
        recipe = {"kind": "minimal", "does": GARBAGE, "gas": 0, "delay": delay, "length": 0, "variant": 0}
        made = [self.schedule(recipe, self.owners[owner], look=False) for _ in range(CROWD)]
        situations["more tasks than a queue's first word holds"] += 1
        at = self.model.block + delay
        assert price(0, self.model.gas_price, 100, 0) >= 2 * price(0, self.model.gas_price, 0, 0)
        assert len(self.model.live(at, 0)) >= CROWD > INLINE
        self.set_base_fee(gwei)
        for recipe in others[1:]:
            self.schedule({**recipe, "delay": delay}, self.owners[owner])
        self.follow(follow)
        return multiple(*(made[at] for at in (0, INLINE - 1, INLINE, CROWD - 1)))

    @rule(
        recipe=recipes,
        owner=owners,
        delay=wrong_delays,
        gas=st.sampled_from([750_001, 2**40, None]),
        implementation=st.sampled_from([None, None, "nobody", "no code", "manager"]),
    )
    def schedule_wrongly(self, recipe, owner, delay, gas, implementation):
        """Each of these makes it wrong, and several of them too: the first in the spec's order is told."""
        addresses = {"nobody": NOBODY, "no code": self.no_code, "manager": str(self.manager.address)}
        recipe = {**recipe, "delay": delay} if implementation is None else recipe
        if gas is not None:
            recipe = {**recipe, "gas": gas}
            gas_limits.add(gas)
        assert self.schedule(recipe, self.owners[owner], implementation=addresses.get(implementation)) is None

    # ------------------------------------------------ changing what is scheduled

    def or_open(self, task: bytes, is_open: bool) -> bytes:
        """The task, or the latest that is scheduled, for what is only done to those."""
        if not is_open or self.model.status(task) == SCHEDULED:
            return task
        waiting = [known for known in self.model.scheduled.values() if not self.model.is_past_window(known)]
        retries = [known.id for known in waiting if known.attempt > 1]
        return (retries or [known.id for known in waiting] or [task])[-1]

    @rule(task=tasks, is_open=st.booleans(), by=anyone)
    def cancel(self, task, is_open, by):
        """The owner in half of the cases, anyone at all in the others."""
        task = self.or_open(task, is_open)
        known = self.model.tasks[task]
        sender = known.owner if by < 5 else self.pick(by, self.people)
        self.act("cancelTask", sender, task)

    @rule(task=crowd, by=st.sampled_from(["owner", "stranger"]), others=st.integers(0, CROWD))
    def cancel_some_of_the_crowd(self, task, by, others):
        known = self.model.tasks[task]
        self.act("cancelTask", known.owner if by == "owner" else self.stranger, task)
        for other in self.model.live(known.block, known.size)[-others:]:
            if self.model.status(other.id) == SCHEDULED and other.call.does == GARBAGE and by == "owner":
                self.act("cancelTask", other.owner, other.id)

    @rule(
        task=tasks,
        changes=st.lists(st.sampled_from(CANCELLER_CHANGES), min_size=1, max_size=3),
        canceller=st.sampled_from([0, 0, 0, 1, 1, "nobody", "owner"]),
        by=st.sampled_from(["owner", "owner", "owner", "owner", "stranger"]),
        is_open=st.sampled_from([True, True, False]),
        cancels=st.sampled_from([True, True, False]),
    )
    def change_cancellers(self, task, changes, canceller, by, is_open, cancels):
        task = self.or_open(task, is_open)
        owner = self.model.tasks[task].owner
        account = {"nobody": NOBODY, "owner": owner}.get(canceller) or self.cancellers[canceller]
        had = set()
        for change in changes:
            had |= self.model.cancellers
            self.act(change, owner if by == "owner" else self.stranger, task, account)
        if cancels and account != NOBODY:
            done = self.act("cancelTask", account, task)
            refused = isinstance(done, Refusal) and done.error.startswith("Unauthorized")
            situations["a canceller lost his right"] += bool(had - self.model.cancellers) and refused

    @rule(
        target=tasks,
        recipe=recipes,
        owner=owners,
        change=st.sampled_from(CANCELLER_CHANGES[:3]),
        takes_back=st.booleans(),
        gwei=surges,
        times=st.sampled_from([0, 1, 1, 2, 4]),
    )
    def delegate_what_comes_again(self, recipe, owner, change, takes_back, gwei, times):
        """A task that fails, runs a few times at the executor's own choice, and somebody who may cancel it or not."""
        owner, canceller = self.owners[owner], self.cancellers[0]
        task = self.schedule({**recipe, "kind": "rescheduling", "does": FAIL, "delay": 2}, owner, bond=True)
        if not task:
            return multiple()
        self.act(change, owner, task, canceller)
        self.set_base_fee(gwei)
        made = [task]
        for _ in range(times):
            if self.model.status(made[-1]) == SCHEDULED:
                self.roll(max(self.model.block, self.model.tasks[made[-1]].block))
                made += self.execute_ids([made[-1]], self.executors[0], PLENTY)
        if takes_back:
            self.act(change.replace("add", "remove"), owner, task, canceller)
        done = self.act("cancelTask", canceller, made[-1])
        refused = isinstance(done, Refusal) and done.error.startswith("Unauthorized")
        situations["a canceller lost his right"] += takes_back and refused
        return multiple(*made)

    @rule(
        target=tasks,
        task=tasks,
        amounts=st.lists(st.sampled_from([0, 1, 10**12, 10**15, "price"]), min_size=1, max_size=2),
        is_open=st.sampled_from([True, True, False]),
        by=anyone,
        then=st.sampled_from(["cancel", "execute", "nothing"]),
    )
    def top_up(self, task, amounts, is_open, by, then):
        task = self.or_open(task, is_open)
        for amount in amounts:
            wei = self.model.tasks[task].price * 20 if amount == "price" else amount
            self.act("topUpTask", self.pick(by, self.people), task, value=wei if wei < RICH // 1_000 else 0)
        if then == "cancel":
            self.act("cancelTask", self.model.tasks[task].owner, task)
        return multiple(*self.follow(then == "execute"))

    # ------------------------------------------------ executing

    def execute(self, function: str, executor: str, payee: str, arguments: tuple, gas: int, before=None):
        """Execute, see what ran, and let the model run the same. `before` judges it before the model changes."""
        model = self.model
        model.log.clear()
        model.met.clear()
        tell(f"block {model.block}: {function}{str(arguments)[:300]} from {executor} with {gas} gas")
        if payee == NOBODY:
            with reverts("InvalidPayoutAddress(address)", NOBODY):
                getattr(self.manager, function)(*arguments, sender=executor)
            refusals["InvalidPayoutAddress(address)"] += 1
            return []
        self.has_agreed = False
        fees = getattr(self.manager, function)(*arguments, sender=executor, gas=gas)
        gas_left = gas - self.manager._computation.get_gas_used()
        ran, came_again = [], set()
        for _, topics, _ in self.raw_logs():
            if topics[0] == topic("TaskExecuted"):
                ran.append(topics[1].to_bytes(32, "big"))
            elif topics[0] == topic("TaskScheduled"):
                came_again.add(str(Address((topics[1] & 2**160 - 1).to_bytes(20, "big"))))
        tell(f"ran {[task.hex() for task in ran]}, {gas_left} gas left")
        stopped = divmod(self.environment.get_storage(self.manager.address, slots()["execution"]["stopped_at"]), 2**16)
        before(ran, gas_left, stopped)
        known = set(model.tasks)
        for task in ran:
            situations["executed in its last block"] += model.tasks[task].block + WINDOW == model.block
        expected = model.execute(executor, payee, ran, came_again)
        assert fees == expected, f"{fees} wei earned, not {expected}"
        self.agree_on_events()
        model.stopped = stopped
        self.has_agreed = True
        successes[function] += bool(ran)
        situations.update(model.met)
        for _, name, logged in model.log:
            if name == "TaskExecuted":
                told[logged[3][:4]] += 1
        return [task for task in model.tasks if task not in known]

    def execute_due(self, executor: str, payee: str, gas: int, reserve: int):
        model = self.model

        def judge(ran, gas_left, stopped):
            has_begun_late = model.stopped > ((model.block - WINDOW) * 4, 0)
            spent = 0
            if ran:
                self.calls.append((fees_of(self.raw_logs()), self.receipts.last, model.gas_price))
                spent = self.receipts.last + LAST_LOOK
            earned = self.calls[-1][0] if ran else 0
            complaint = model.complaint(ran, gas_left - reserve, stopped, 10 * earned < 11 * spent * model.gas_price)
            assert not complaint, complaint
            assert not ran or gas_left >= reserve, "the caller's reserve was used"
            situations["went on where it had stopped"] += bool(ran) and has_begun_late
            waiting = sum(model.is_due(task) and task.must_pay(model.gas_price) for task in model.scheduled.values())
            situations["stopped by the gas"] += 0 < len(ran) < waiting and gas_left - reserve < 460_000

        return self.execute("executeTasks", executor, payee, (payee, reserve), gas, judge)

    @rule(target=tasks, wait=waits, gwei=surges, executor=few, payee=anyone)
    def execute_what_is_due(self, wait, gwei, executor, payee):
        self.go(wait)
        self.set_base_fee(gwei)
        payees = [*self.executors, *self.executors, *self.executors, *self.people]
        made = self.execute_due(self.pick(executor, self.executors), self.pick(payee, payees), PLENTY, 0)
        return multiple(*made)

    @rule(
        target=tasks,
        group=st.lists(recipes, min_size=2, max_size=4),
        wait=waits,
        gwei=surges,
        gas=st.one_of(st.integers(100_000, 2_500_000), st.sampled_from([100_000, 400_000, 500_000, 1_200_000])),
        reserve=st.sampled_from([0, 0, 0, 50_000, 400_000, 2**64, 2**256 - 1]),
        payee=st.sampled_from([0, 0, 0, 1, "nobody"]),
    )
    def execute_with_little_gas(self, group, wait, gwei, gas, reserve, payee):
        for recipe in group:
            self.schedule({**recipe, "delay": 1}, self.owners[0])
        self.go(wait)
        self.set_base_fee(gwei)
        account = NOBODY if payee == "nobody" else self.executors[payee]
        return multiple(*self.execute_due(self.executors[0], account, gas, reserve))

    @rule(
        target=tasks,
        times=st.integers(1, 4),
        coinbase=st.sampled_from(["nobody", "validator", "treasury", "wallet"]),
    )
    def execute_a_few_times(self, times, coinbase):
        self.become_coinbase(coinbase)
        return multiple(*self.follow(times))

    def execute_ids(self, ids: list[bytes], payee: str, gas: int) -> list[bytes]:
        """Returns the tasks that came again."""
        model = self.model

        def judge(ran, gas_left, _):
            can_run = [task for task in dict.fromkeys(ids) if model.status(task) == SCHEDULED]
            can_run = [task for task in can_run if model.is_due(model.tasks[task])]
            assert ran == [task for task in can_run if task in ran], "ran what cannot run, or out of order"
            for task in can_run:
                assert task in ran or gas_left < model.tasks[task].gas_needed(), "left out for nothing"
            situations["ran by id"] += bool(ran)
            situations["ran by id at a loss"] += any(not model.tasks[task].can_pay(model.gas_price) for task in ran)

        return self.execute("executeTasksById", self.executors[0], payee, (ids, payee), gas, judge)

    @rule(
        target=tasks,
        chosen=st.lists(st.one_of(tasks, tasks, crowd), max_size=4),
        wait=st.sampled_from([NEXT, NEXT, STAY, LAST, LATE]),
        gwei=st.sampled_from([None, None, 1, 3, 12, 40]),
        begins=st.sampled_from([True, True, False]),
        forged=st.sampled_from([None, None, None, None, "flag", "index"]),
        payee=st.sampled_from([0, 0, 0, 1, "nobody"]),
        gas=st.sampled_from([PLENTY, PLENTY, 500_000, 1_000_000]),
    )
    def execute_by_id(self, chosen, wait, gwei, begins, forged, payee, gas):
        self.go(wait)
        self.set_base_fee(gwei)
        model = self.model
        ids = list(chosen)
        if begins:
            ids = [task.id for task in model.scheduled.values() if task.block <= model.block + 1][:12][::-1] + ids
        if forged:
            ids.append(self.forge(next(iter(model.tasks), bytes(32)), forged))
        account = NOBODY if payee == "nobody" else self.executors[payee]
        arguments = (ids, account)
        unknown = [task for task in ids if task not in model.tasks]
        if unknown and payee != "nobody":
            with reverts("TaskNotFound(bytes32)", unknown[0]):
                self.manager.executeTasksById(*arguments, sender=self.executors[0])
            refusals["TaskNotFound(bytes32)"] += 1
            return multiple()

        return multiple(*self.execute_ids(ids, account, gas))

    @rule(
        chosen=st.lists(st.one_of(tasks, tasks, crowd), max_size=4),
        wait=st.sampled_from([STAY, LAST, LATE, LATE]),
        everything=st.booleans(),
        forged=st.sampled_from([None, None, None, "flag"]),
    )
    def expire(self, chosen, wait, everything, forged):
        self.go(wait)
        ids = list(chosen)
        if everything:
            ids += [task.id for task in self.model.scheduled.values() if task.block < self.model.block][:40]
        if forged:
            ids.append(self.forge(next(iter(self.model.tasks), bytes(32)), forged))
        self.act("expireTasks", self.stranger, ids)

    # ------------------------------------------------ what changes around

    def roll(self, block: int):
        crossed = [task.id for task in self.model.scheduled.values() if not self.model.is_past_window(task)]
        self.model.block = block
        roll_to(block)
        late = [task for task in crossed if self.model.is_past_window(self.model.tasks[task])]
        self.touched.update(late)
        situations["too late by a block"] += any(self.model.tasks[task].block + WINDOW + 1 == block for task in late)

    def go(self, how: str):
        """Let blocks pass."""
        model = self.model
        following = model.get_next_execution_block_in_range(2_000_000) or model.block
        blocks = {
            STAY: model.block,
            "one": model.block + 1,
            "a few": model.block + 6,
            NEXT: following,
            LAST: following + WINDOW,
            LATE: following + WINDOW + 1,
            "many": model.block + 64,
        }
        if blocks[how] > model.block:
            self.roll(blocks[how])

    def set_base_fee(self, gwei: int | None):
        """Or leave it, for None."""
        if gwei is not None:
            self.model.base_fee = gwei * GWEI + (7 if gwei > 1 else 0)
            set_base_fee(self.model.base_fee)

    def get_ready_in(self, blocks: int):
        self.model.ready_at = self.model.block + blocks
        self.target.get_ready(self.model.ready_at)

    def become_coinbase(self, who: str):
        accounts = {"validator": self.validator, "treasury": self.treasury, "wallet": self.wallets[0]}
        self.model.coinbase = accounts.get(who, NOBODY)
        set_coinbase(self.model.coinbase)

    @rule(
        wait=st.sampled_from([STAY, "one", "a few", LAST, LATE, "many"]),
        gwei=st.sampled_from([None, None, 0, 1, 1, 1, 2, 3, 12, 10**7, 10**30]),
        ready_in=st.sampled_from([None, 0, 3, 12]),
        coinbase=st.sampled_from([None, "nobody", "validator", "treasury", "wallet"]),
        refuses=st.sampled_from([None, True, False]),
        wallet=st.integers(0, 1),
    )
    def change_what_is_around(self, wait, gwei, ready_in, coinbase, refuses, wallet):
        self.go(wait)
        self.set_base_fee(gwei)
        if ready_in is not None:
            self.get_ready_in(ready_in)
        if coinbase:
            self.become_coinbase(coinbase)
        if refuses is not None:
            account = self.wallets[wallet]
            self.environment.set_code(account, REVERTS if refuses else ACCEPTS)
            (self.model.refusing.add if refuses else self.model.refusing.discard)(account)

    # ------------------------------------------------ bonds and credits

    @rule(
        action=st.sampled_from(["depositBond", "depositBondFor", "withdrawBond"]),
        who=anyone,
        amount=st.sampled_from([0, 1, 10**15, 10**17, "all", "too much"]),
        whom=st.integers(-1, 9),
    )
    def move_bonds(self, action, who, amount, whom):
        person = self.pick(who, self.people)
        bond = self.model.bonds[person]
        wei = {"all": bond, "too much": bond + 1}.get(amount, amount)
        if action == "depositBond":
            self.act(action, person, value=wei)
        elif action == "depositBondFor":
            self.act(action, person, NOBODY if whom < 0 else self.pick(whom, self.people), value=wei)
        else:
            self.act(action, person, wei)

    @rule(function=st.sampled_from(["withdrawCredit", "withdrawCreditFor"]), who=anyone, to=st.integers(-1, 9))
    def move_credits(self, function, who, to):
        credited = [person for person in self.people if self.model.credits[person]]
        person = self.pick(who, credited or self.people)
        if function == "withdrawCredit":
            self.act(function, person, NOBODY if to < 0 else self.pick(to, self.people))
        else:
            self.act(function, self.stranger, NOBODY if to < 0 else person)

    @rule(
        task=tasks,
        amount=st.sampled_from([0, 5, 10**18]),
        by=st.sampled_from(["owner", "owner", "stranger"]),
        to=st.integers(-1, 9),
    )
    def send_to_an_environment_and_sweep(self, task, amount, by, to):
        known = self.model.tasks[task]
        if amount:
            self.environment.raw_call(known.environment, sender=self.stranger, value=amount)
            self.model.move(self.stranger, known.environment, amount)
        sender = known.owner if by == "owner" else self.stranger
        done = self.act("sweepEnvironment", sender, task, NOBODY if to < 0 else self.pick(to, self.people))
        situations["an environment was swept"] += done is None and amount > 0

    # ------------------------------------------------ refusals and views

    def forge(self, task: bytes, field: str) -> bytes:
        environment, block, index, size, flag = unpack(task)
        changes = {
            "flag": (environment, block, index, size, 1),
            "index": (environment, block, index ^ 0x8000, size, flag),
            "size": (environment, block, index, size ^ 3, flag),
            "block": (environment, block ^ 2**40, index, size, flag),
            "environment": (environment ^ 1, block, index, size, flag),
        }
        return pack(*changes[field])

    @rule(
        task=tasks,
        field=st.sampled_from(["flag", "index", "size", "block", "environment"]),
        function=st.sampled_from(
            [
                "cancelTask",
                "topUpTask",
                "addTaskCanceller",
                "removeEnvironmentCanceller",
                "sweepEnvironment",
                "expireTasks",
            ]
        ),
    )
    def use_a_forged_id(self, task, field, function):
        forged = self.forge(task, field)
        owner = self.model.tasks[task].owner
        arguments = {"cancelTask": (forged,), "topUpTask": (forged,), "expireTasks": ([task, forged],)}
        value = 5 if function == "topUpTask" else 0
        done = self.act(function, owner, *arguments.get(function, (forged, self.stranger)), value=value)
        assert done == Refusal("TaskNotFound(bytes32)", (forged,))
        for view in ("isTaskExecuted", "isTaskCancelled", "getTaskMetadata", "getTaskPayment", "whyStuck"):
            with reverts("TaskNotFound(bytes32)", forged):
                getattr(self.manager, view)(forged)

    @rule(
        delay=st.one_of(delays, wrong_delays),
        gas=st.one_of(st.sampled_from(EDGES), st.integers(0, 750_000)),
        base_fee=st.sampled_from([0, 1, GWEI, 3 * GWEI + 1, 10**13, 2**64, 2**99, 2**128, 2**129, 2**255]),
        lookahead=st.sampled_from([0, 1, 30, 2_097_152, 2_097_153, 2**64 - 1]),
        offset=st.integers(0, 3),
        limit=st.integers(0, 4),
    )
    def look(self, delay, gas, base_fee, lookahead, offset, limit):
        block = (self.model.block + delay) % 2**64
        for function, arguments in (
            ("estimateCost", (block, gas)),
            ("estimateCostAt", (block, gas, base_fee)),
            ("getNextExecutionBlockInRange", (lookahead,)),
            ("getTaskScheduleInRange", (lookahead, offset, limit)),
        ):
            expected = getattr(self.model, snake_case(function))(*arguments)
            call = getattr(self.manager, function)
            if isinstance(expected, Refusal):
                with reverts(expected.error, *expected.arguments):
                    call(*arguments)
                refusals[expected.error] += 1
            else:
                got = call(*arguments)
                if function == "getTaskScheduleInRange":
                    got = ([tuple(item) for item in got[0]], got[1])
                assert got == expected, f"{function}{arguments}: {got}, not {expected}"
        with reverts("NoActiveTask()"):
            self.manager.rescheduleTask(block, NO_MAXIMUM, sender=self.owners[0])
        with reverts("NoActiveTask()"):
            self.manager.currentTask()
        refusals["NoActiveTask()"] += 1

    # ------------------------------------------------ invariants

    def task_agrees(self, task: bytes):
        known = self.model.tasks[task]
        status = self.model.status(task)
        assert self.manager.getTaskStatus(task) == status, f"{known} has status {self.manager.getTaskStatus(task)}"
        assert self.manager.getTaskPayment(task) == known.payment

    def check_every_task(self):
        for task in self.model.tasks:
            self.task_agrees(task)
        for task in list(self.model.tasks)[-12:]:
            status = self.model.status(task)
            assert self.manager.isTaskExecuted(task) == (status not in (SCHEDULED, CANCELLED, EXPIRED))
            assert self.manager.isTaskCancelled(task) == (status == CANCELLED)
        for account in self.people:
            assert self.manager.bondOf(account) == self.model.bonds[account]
            assert self.manager.creditOf(account) == self.model.credits[account]

    @invariant()
    def i01_the_manager_has_what_it_owes_to_the_wei(self):
        assert balance(self.manager) == self.model.owed == self.model.wei[self.model.address]

    @invariant()
    def i02_every_task_has_the_status_and_the_payment_that_it_should(self):
        for task in self.touched:
            self.task_agrees(task)
        if self.model.tasks:
            known = list(self.model.tasks)
            self.task_agrees(known[(len(self.runs) + self.model.block) % len(known)])
        self.touched.clear()

    @invariant()
    def i03_a_task_runs_at_most_once(self):
        assert len({task for task, _ in self.runs}) == len(self.runs)

    @invariant()
    def i04_a_task_runs_within_its_window(self):
        for task, block in self.runs:
            at = unpack(task)[1]
            assert at <= block <= at + WINDOW

    @invariant()
    def i05_nothing_runs_or_ends_after_its_end(self):
        assert not self.ran_after_end

    @invariant()
    def i06_the_next_due_block_is_found(self):
        lookahead = (0, 2_000_000)[len(self.runs) % 2]
        expected = self.model.get_next_execution_block_in_range(lookahead)
        assert self.manager.getNextExecutionBlockInRange(lookahead) == expected

    @invariant()
    def i07_the_schedule_shows_the_queues(self):
        blocks, total = self.manager.getTaskScheduleInRange(2_097_152, 0, 256)
        expected = self.model.get_task_schedule_in_range(2_097_152, 0, 256)
        assert ([tuple(item) for item in blocks], total) == expected

    def read(self, module: str, name: str, key: int) -> int:
        slot = keccak(encode(["uint256", "uint256"], [slots()[module][name], key]))
        return self.environment.get_storage(self.manager.address, int.from_bytes(slot, "big"))

    def live_by_queue(self) -> dict[int, set[int]]:
        live = defaultdict(set)
        for task in self.model.scheduled.values():
            queue, index = task.position
            live[queue].add(index)
        return live

    @invariant()
    def i08_the_calendar_marks_just_the_queues_with_tasks(self):
        live = self.live_by_queue()
        used = {block * 4 + 2 - size for block, size in self.model.given}
        for level, shift in enumerate((0, 8, 16)):
            marks = defaultdict(int)
            for queue in live:
                marks[queue >> shift >> 8] |= 1 << (queue >> shift & 255)
            for number in {queue >> shift >> 8 for queue in used}:
                assert self.read("calendar", "bitmaps", level << 128 | number) == marks[number], f"level {level}"

    @invariant()
    def i09_the_live_bits_of_a_queue_are_its_tasks(self):
        live = self.live_by_queue()
        for (block, size), given in self.model.given.items():
            queue = block * 4 + 2 - size
            indices = live[queue]
            if not indices and block <= self.model.block:
                continue  # executed to its end, perhaps: nothing reads it any more
            word = self.read("buckets", "heads", queue)
            further = {number: 0 for number in range(INLINE // 256, (given - 1) // 256 + 1)}
            expected = given | len(indices) << 17
            for index in indices:
                if index < INLINE:
                    expected |= 1 << (162 + index)
                else:
                    expected |= 1 << (34 + index // 512)
                    further[index // 256] |= 1 << (index % 256)
            assert word == expected, f"queue of block {block}, size {size}"
            if given > INLINE:
                for number, bits in further.items():
                    assert self.read("buckets", "further", queue << 8 | number) == bits

    @invariant()
    def i10_a_forged_id_is_no_task(self):
        for task in list(self.model.tasks)[-1:]:
            field = ("flag", "index", "environment", "size", "block")[len(self.model.tasks) % 5]
            assert self.manager.getTaskStatus(self.forge(task, field)) == NO_TASK

    @invariant()
    def i11_attempts_are_limited(self):
        attempts = Counter(unpack(task)[0] for task, _ in self.runs)
        for environment, count in attempts.items():
            kind, does = self.kind_of(environment)
            if kind != "recurring" and does != AGAIN:
                assert count <= (ATTEMPTS if kind == "rescheduling" else 1)

    def kind_of(self, environment: int) -> tuple[str, str]:
        return next(
            (task.kind, task.call.does)
            for task in self.model.tasks.values()
            if int(task.environment, 16) == environment
        )

    @invariant()
    def i12_an_executor_never_loses(self):
        for fees, gas, gas_price in self.calls:
            assert 10 * fees >= 11 * gas * gas_price, f"{fees} wei for {gas} gas at {gas_price}"

    @invariant()
    def i13_nobodys_wealth_changes_but_by_the_rule(self):
        model = self.model
        for account in self.people:
            assert balance(account) == model.wei[account]
            assert self.read("ledger", "bonds", int(account, 16)) == model.bonds[account]
            assert self.read("payments", "credits", int(account, 16)) == model.credits[account]

    @invariant()
    def i14_the_target_did_each_work_once(self):
        assert self.target.total() == self.model.total

    # ------------------------------------------------ every task ends

    def end_every_task(self):
        """A stranger who only waits and calls brings every task to its end, and everyone takes what he is owed."""
        waiting = list(self.model.scheduled.values())
        if waiting:
            self.roll(max(max(task.block for task in waiting) + WINDOW + 1, self.model.block))
        for at in range(0, len(waiting), 100):
            self.act("expireTasks", self.stranger, [task.id for task in waiting[at : at + 100]])
        assert not self.model.scheduled
        assert self.manager.getNextExecutionBlockInRange(2_000_000) == 0
        for person in self.people:
            if self.model.credits[person]:
                self.act("withdrawCredit", person, self.stranger)
            if self.model.bonds[person] and person not in self.model.refusing:
                self.act("withdrawBond", person, self.model.bonds[person])
        stuck = sum(self.model.bonds[wallet] for wallet in self.wallets)
        assert balance(self.manager) == stuck
        self.i08_the_calendar_marks_just_the_queues_with_tasks()
        self.i13_nobodys_wealth_changes_but_by_the_rule()


def fees_of(logs: list[tuple]) -> int:
    paid = [data for _, topics, data in logs if topics[0] == topic("ExecutorReimbursed")]
    assert len(paid) == 1
    return int.from_bytes(paid[0], "big")


INVARIANTS = sorted(name for name in dir(TaskManagerMachine) if re.match(r"i\d\d_", name))


def check(machine: TaskManagerMachine):
    for name in INVARIANTS:
        getattr(machine, name)()


def recipe_of(kind: str, does: str, *, gas=250_000, delay=2, length=0, variant=0) -> dict:
    return {"kind": kind, "does": does, "gas": gas, "delay": delay, "length": length, "variant": variant}


@contextlib.contextmanager
def a_machine():
    """With one task. No fixture: boa anchors the chain that it finds when a test begins, which receipts forbid."""
    machine = TaskManagerMachine()
    machine.begin(poor=2, recipe=recipe_of("basic", WORK), ready_in=0)
    yield machine
    machine.teardown()


def test_rare_turns():
    """What random runs meet now and then, so that each run of this module meets it."""
    with a_machine() as machine:
        owner, other, wallet = machine.owners
        task = machine.schedule(recipe_of("basic", WORK, delay=5), owner)
        machine.top_up(task, amounts=[10**15, 1], is_open=False, by=7, then="cancel")
        task = machine.schedule(recipe_of("minimal", WORK, delay=5), owner)
        machine.top_up(task, amounts=[10**15, 1], is_open=False, by=7, then="execute")
        machine.follow(1)
        check(machine)

        task = machine.schedule(recipe_of("validated", WORK), owner)
        for changes in (["addTaskCanceller", "removeTaskCanceller"], ["addTaskCanceller"]):
            machine.change_cancellers(task, changes, canceller=1, by="owner", is_open=False, cancels=True)
        for takes_back in (True, False):
            recipe = recipe_of("rescheduling", FAIL)
            machine.delegate_what_comes_again(recipe, 0, "addEnvironmentCanceller", takes_back, None, 1)
        machine.delegate_what_comes_again(recipe, 0, "addTaskCanceller", False, None, 4)
        machine.delegate_what_comes_again(recipe, 1, "addTaskCanceller", False, 12, 1)
        machine.set_base_fee(1)
        check(machine)

        machine.schedule(recipe_of("minimal", WORK, delay=1), owner)
        for wait in (STAY, LATE):
            machine.execute_by_id([], wait, None, True, None, 0, PLENTY)
        machine.move_bonds("withdrawBond", who=2, amount="all", whom=0)
        machine.schedule(recipe_of("rescheduling", FAIL), wallet)
        machine.move_bonds("depositBondFor", who=0, amount=1, whom=2)
        machine.get_ready_in(20)
        for kind, does, variant in (
            ("basic", NOTHING, 0),
            ("basic", NOTHING, 2),
            ("validated", NOTHING, 0),
            ("validated", NOTHING, 1),
            ("basic", WAIT, 0),
            ("basic", LOCKED, 0),
            ("basic", AGAIN, 3),
            ("recurring", AGAIN, 0),
            ("recurring", WORK, 0),
        ):
            machine.schedule(recipe_of(kind, does, variant=variant), other)
        machine.schedule(recipe_of("recurring", WORK), wallet, attach="surplus")
        machine.schedule(recipe_of("minimal", WORK), wallet, attach="kept")
        machine.become_coinbase("validator")
        machine.execute_with_little_gas([recipe_of("minimal", WORK)] * 2, NEXT, None, 800_000, 0, 0)
        machine.execute_with_little_gas([recipe_of("minimal", WORK)] * 8, NEXT, None, 550_000, 0, 0)
        machine.follow(5)
        check(machine)

        machine.fill_a_block(owner=0, delay=1, others=[recipe_of("minimal", WORK)] * 2, gwei=60, follow=3)
        machine.set_base_fee(1)
        machine.follow(2)
        check(machine)

        crowd = machine.fill_a_block(owner=1, delay=6, others=[], gwei=None, follow=0).values
        machine.cancel_some_of_the_crowd(crowd[0], "owner", others=CROWD - INLINE)
        check(machine)


def tamper_with_the_last_task(machine, **changes):
    task = list(machine.model.tasks.values())[-1]
    for name, value in changes.items():
        setattr(task, name, value)
    machine.touched.add(task.id)
    return task


def move_the_last_task(machine):
    task = tamper_with_the_last_task(machine, block=machine.model.block + 1)
    machine.model.given[task.block, task.size] = 1


TAMPERED = {
    "i01": lambda machine: machine.model.credits.update({machine.stranger: 1}),
    "i02": lambda machine: tamper_with_the_last_task(machine, status=CANCELLED),
    "i03": lambda machine: machine.runs.append(machine.runs[-1]),
    "i04": lambda machine: machine.runs.append((machine.runs[-1][0], machine.runs[-1][1] + WINDOW + 1)),
    "i05": lambda machine: machine.ran_after_end.append(machine.runs[-1][0]),
    "i06": move_the_last_task,
    "i07": move_the_last_task,
    "i08": move_the_last_task,
    "i09": lambda machine: machine.model.scheduled.popitem(),
    "i10": lambda machine: setattr(machine, "forge", lambda task, field: task),
    "i11": lambda machine: machine.runs.append(machine.runs[-1]),
    "i12": lambda machine: machine.calls.append((machine.calls[-1][1] * GWEI, machine.calls[-1][1], GWEI)),
    "i13": lambda machine: machine.model.bonds.update({machine.stranger: 1}),
    "i14": lambda machine: setattr(machine.model, "total", machine.model.total + 1),
}


@pytest.mark.parametrize("name", INVARIANTS)
def test_each_invariant_can_fail(name):
    with a_machine() as machine:
        machine.follow(1)
        machine.schedule(recipe_of("basic", WORK, delay=9), machine.owners[0])
        check(machine)
        TAMPERED[name[:3]](machine)
        machine.has_agreed = False
        with pytest.raises(AssertionError):
            getattr(machine, name)()


def test_contracts_follow_the_model():
    examples, steps = PROFILES[PROFILE]
    run_state_machine_as_test(
        TaskManagerMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=[Phase.generate] + [Phase.shrink] * (PROFILE != "once"),
            derandomize=PROFILE != "fuzz",
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_everything_was_met():
    """Every function that changes something succeeded in this module, every error and every turn of a task's way was met."""
    changing = {
        entry["name"]
        for entry in abi("TaskManager")
        if entry["type"] == "function" and entry["stateMutability"] in ("nonpayable", "payable")
    }
    assert changing - set(NEVER) - {name for name in successes if successes[name]} == set()
    assert ERRORS - set(refusals) == set()
    assert {error for error in TOLD if not told[keccak(text=error)[:4]]} == set()
    assert {name for name in SITUATIONS if not situations[name]} == set()
    assert set(EDGES) - gas_limits == set()
