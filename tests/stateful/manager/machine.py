"""The task manager with its environments and all its users."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import boa
from eth_utils import keccak, to_checksum_address

from taskpools.receipts import Receipts
from taskpools.steps import GAS_COSTS
from taskpools.system import deployer
from tests.evm import engines
from tests.helpers.schedule import mock, pack, unpack
from tests.stateful.engine.chain import Chain
from tests.stateful.engine.interfaces import interface
from tests.stateful.engine.machine import Disagreement, Machine, rules_of, snake_case
from tests.stateful.engine.program import Step, shown
from tests.stateful.manager import executing, invariants, money, scheduling, tasks
from tests.stateful.models.manager import KINDS, Manager
from tests.stateful.models.scheduled import (
    CALLDATA_GAS,
    GAS_KEPT,
    INTRINSIC_GAS,
    MAX_GAS_PRICE,
    MAX_TASK_GAS,
    SCHEDULED,
    TASK_GAS,
    Task,
)
from tests.stateful.models.target import Target, Token
from tests.stateful.models.walk import Trip
from tests.stateful.models.world import NOBODY, Refusal, World

RICH = 10**30
GWEI = 10**9
WINDOW = 30
INTERVAL = 7
PLENTY = 200_000_000  # gas
CREDIT_GAS = 30_000  # what a payee that refuses costs the executor: a new word and an event
MODULES = ("calendar", "buckets", "execution", "ledger", "payments")

OWNERS = ["owner 1", "owner 2", "refusing owner"]
EXECUTORS = ["executor 1", "refusing executor"]
CANCELLERS = ["canceller 1", "canceller 2"]
WALLETS = ["refusing owner", "refusing executor"]  # contracts


LOSS = keccak(text="ExecutionUnprofitable(uint256,uint256)")[:4]


@dataclass(frozen=True)
class Made:
    """What the chain tells of a call that executes."""

    output: bytes
    gas: int  # that was given
    gas_left: int
    used: int  # with what a transaction costs before
    stopped: tuple[int, int]  # where the next call begins


class Scheduler(Machine):
    rules = rules_of(scheduling, tasks, executing, money)
    invariants = invariants.ALL
    longest = 60
    mocks = ("target", "token")
    owners, executors, cancellers, wallets = OWNERS, EXECUTORS, CANCELLERS, WALLETS
    people: ClassVar[list[str]] = [*OWNERS, *EXECUTORS, *CANCELLERS, "stranger", "treasury", "validator"]

    @classmethod
    def deploy(cls) -> World:
        world = World(clock="block")
        chain = Chain(world)
        chain.follow()
        blueprint = deployer("TaskEnvironmentProxy").deploy_as_blueprint()
        arguments = chain.address("treasury"), WINDOW, GWEI, blueprint.address, MAX_TASK_GAS
        contract = deployer("TaskManager").deploy(*arguments, *GAS_COSTS)
        model = Manager(world, "manager", "treasury", WINDOW, GWEI, INTERVAL)
        world.stand("manager", "TaskManager", str(contract.address), model)
        world.stand("target", "Target", str(mock("Target").deploy().address), Target(model))
        world.stand("token", "Token", str(mock("Token").deploy((1).to_bytes(32, "big"), False).address), Token())
        for kind, name in KINDS.items():
            of = {"minimal": (), "puppet": (), "recurring": (contract.address, INTERVAL)}
            made = (mock if kind == "puppet" else deployer)(name).deploy(*of.get(kind, (contract.address,)))
            world.stand(kind, name, str(made.address))
        for person in cls.people:
            boa.env.set_balance(chain.address(person), RICH)
            world.wei[person] = RICH
            world.refuse(person, person in WALLETS)
        chain.follow()
        return world

    def prepare(self):
        for owner in OWNERS:
            self.act(owner, "manager", "depositBond", value=10**14 if owner == "owner 2" else 10**19)

    def begin(self):
        self.is_crowded = False
        self.model: Manager = self.world.objects["manager"]
        # on revm slots stay warm from call to call, so that a receipt would show more
        self.receipts = receipts_of(boa.env) if engines.chosen() == engines.PY_EVM else None
        self.layout = {
            module: {name: entry["slot"] for name, entry in entries.items()}
            for module, entries in deployer("TaskManager").compiler_data.storage_layout["storage_layout"].items()
            if module in MODULES
        }
        # What the chain itself told, besides the model: invariants judge it.
        self.runs: list[tuple[str, int]] = []  # task, block
        self.ended: set[str] = set()
        self.ran_after_end: list[str] = []
        self.calls: list[tuple[int, int, int, bool]] = []  # fees, gas, gas price, whether 1.1 times that is promised

    # ------------------------------------------------ executing

    def perform_execute_tasks(self, step: Step):
        model = self.model
        payee, reserve = step.arguments
        began_late = model.stopped > model.first_place()

        def judge(ran: list[str], made: Made) -> str:
            spare = made.gas_left - made.gas // 64 - reserve
            self.meet(bool(ran) and began_late, "went on where the last call had stopped")
            waiting = sum(model.is_due(task) and task.must_pay(model.gas_price) for task in model.scheduled.values())
            self.meet(0 < len(ran) < waiting and spare < 460_000, "stopped by the gas")
            return model.complaint(Trip(tuple(ran), made.used, spare, made.stopped))

        return self.execute(step, payee, reserve, False, judge)

    def perform_execute_tasks_by_id(self, step: Step):
        model = self.model
        names, payee, reserve, allow_loss = *step.arguments, *(0, False)[len(step.arguments) - 2 :]
        known = [name for name in names if name in model.tasks]
        can_run = [name for name in dict.fromkeys(known) if model.status(name) == SCHEDULED]
        can_run = [name for name in can_run if model.is_due(model.tasks[name])]

        def judge(ran: list[str], made: Made) -> str:
            if ran != [name for name in can_run if name in ran]:
                return "ran what cannot run, or out of order"
            for name in can_run:
                if name not in ran and made.gas_left - reserve >= model.tasks[name].gas_needed():
                    return f"left out {name} for nothing"
            if len(known) < len(names) and made.gas_left - reserve >= GAS_KEPT + TASK_GAS:
                return "passed over an unknown id"
            self.meet(bool(ran), "ran by id")
            return ""

        def judge_refusal(made: Made) -> Refusal:
            """With plenty of gas it is known what ran."""
            unknown = next((name for name in names if name not in model.tasks), None)
            if unknown is not None:
                return Refusal("TaskNotFound(bytes32)", (unknown,))
            share, cost = self.told_loss(made.output)
            is_little = made.gas_left - reserve < max((model.tasks[name].gas_needed() for name in can_run), default=0)
            shares = {model.executor_share(sum(model.tasks[name].payment for name in can_run))}
            if is_little:
                sums = {0}
                for name in can_run:
                    sums |= {paid + model.tasks[name].payment for paid in sums}
                shares = {model.executor_share(paid) for paid in sums}
            worth = min(model.gas_price, MAX_GAS_PRICE)  # of a gas
            used, rest = divmod(cost, worth)
            # What is left to do is counted before. The manager does not count how its arguments are decoded.
            counted = made.used + TASK_GAS
            fits = share in shares and not rest and counted - 5_000 - 150 * len(names) <= used <= counted
            if allow_loss or share >= cost or not fits:
                return Refusal("ExecutionUnprofitable(uint256,uint256)", (max(shares), made.used * worth))
            return Refusal("ExecutionUnprofitable(uint256,uint256)", (share, cost))

        return self.execute(step, payee, reserve, allow_loss, judge, judge_refusal)

    def told_loss(self, output: bytes) -> tuple[int, int]:
        if output[:4] != LOSS or len(output) != 68:
            return 0, 0
        return int.from_bytes(output[4:36], "big"), int.from_bytes(output[36:], "big")

    def meet(self, condition: bool, situation: str):
        if condition:
            self.world.met.add(situation)

    def send(self, step: Step):
        function = self.chain.function(step.target, step.function, len(step.arguments))
        return function, self.chain.call(step.sender, step.target, function, step.arguments, gas=step.gas)

    def refused(self, step: Step, expected: Refusal) -> Refusal:
        self.is_refused(step, expected, self.send(step)[1])
        return expected

    def execute(
        self,
        step: Step,
        payee: str,
        reserve: int,
        allow_loss: bool,
        judge: Callable,
        judge_refusal: Callable | None = None,
    ):
        """Execute, see what ran, judge that before the model changes, and let the model run the same."""
        model, world = self.model, self.world
        if payee == NOBODY:
            return self.refused(step, Refusal("InvalidPayoutAddress(address)", (NOBODY,)))
        function, computation = self.send(step)
        made = self.made(step, computation)
        if computation.is_error and judge_refusal:
            expected = judge_refusal(made)
            self.is_refused(step, expected, computation)
            return expected
        if computation.is_error:
            refused = self.chain.refused_with(computation.output)
            raise Disagreement(("refused", step.function), "success", f"refused with {refused}", refusal=computation)
        events = interface("TaskManager").events
        logs = self.raw_logs(computation)
        ran, came_again = [], set()
        accounts = {address: name for name, address in world.addresses.items()}
        for _, topics, _ in logs:
            if topics[0] == events["TaskExecuted"].topic:
                ran.append(model.names.get(topics[1].to_bytes(32, "big"), "an unknown task"))
            elif topics[0] == events["TaskScheduled"].topic:
                address = (topics[1] & 2**160 - 1).to_bytes(20, "big")
                came_again.add(accounts.get(to_checksum_address(address), ""))
        complaint = judge(ran, made)
        if ran and made.gas_left < reserve:
            complaint = "the caller's reserve was used"
        if complaint:
            kind = re.sub(r"\d+", "", complaint)
            raise Disagreement(("ran", kind), "another choice of tasks", f"ran {shown(ran)}: {complaint}")
        self.meet(any(model.tasks[name].block + WINDOW == world.block for name in ran), "executed in its last block")
        is_promised = all(model.tasks[name].must_pay(model.gas_price) for name in ran)
        expected = model.execute(step.sender, payee, ran, came_again)
        if computation.output != self.chain.packed(function.outputs, expected):
            got = self.chain.unpacked(function.outputs, computation.output)
            raise Disagreement(("returned", step.function), f"returns {shown(expected)}", f"returned {shown(got)}")
        self.agree_on_events(step, logs)
        model.stopped = made.stopped
        used = made.used - CREDIT_GAS * (payee in world.refusing)
        self.meet(bool(ran) and allow_loss and expected < used * model.gas_price, "ran by id at a loss")
        if ran and not allow_loss:
            self.calls.append((expected, used, model.gas_price, is_promised))
            if self.receipts and payee not in world.refusing:
                self.calls.append((expected, self.receipts.last, model.gas_price, is_promised))
        for _, name, arguments in world.log:
            if name == "TaskExecuted":
                self.tally["told", arguments[3][:4]] += 1
        return expected

    def made(self, step: Step, computation) -> Made:
        gas, data = step.gas or PLENTY, computation.msg.data
        slot = self.layout["execution"]["stopped_at"]
        return Made(
            output=computation.output,
            gas=gas,
            gas_left=gas - computation.get_gas_used(),
            # as the manager counts, each byte of calldata as one that is not zero
            used=INTRINSIC_GAS + CALLDATA_GAS * len(data) + computation.get_gas_used(),
            stopped=divmod(boa.env.get_storage(self.chain.address("manager"), slot), 2**16),
        )

    def agree_on_events(self, step: Step, logs: list[tuple]):
        super().agree_on_events(step, logs)
        for _, event, arguments in self.world.log:
            if event in ("TaskExecuted", "TaskCancelled", "TaskExpired"):
                name = arguments[0]
                if name in self.ended:
                    self.ran_after_end.append(name)
                self.ended.add(name)
                if event == "TaskExecuted":
                    self.runs.append((name, self.world.block))

    # ------------------------------------------------ what there is

    def waiting(self) -> list[Task]:
        return [task for task in self.model.scheduled.values() if not self.model.is_past_window(task)]

    def a_task(self, odd: int = 6) -> Task:
        """Mostly one that is scheduled; now and then any."""
        return self.draw.mostly(self.waiting(), list(self.model.tasks.values()), odd)

    def forged(self, task: Task, field: str) -> bytes:
        environment, block, index, size, flag = unpack(self.world.ids[task.name])
        changes = {
            "flag": (environment, block, index, size, 1),
            "index": (environment, block, index ^ 0x8000, size, flag),
            "size": (environment, block, index, size ^ 3, flag),
            "block": (environment, block ^ 2**40, index, size, flag),
            "environment": (environment ^ 1, block, index, size, flag),
        }
        return pack(*changes[field])

    def happen_to_fund(self, environment: str, amount: int):
        self.act("stranger", environment, "fund", value=amount)

    def refuses(self, view: str, forged: bytes):
        self.agrees("manager", view, forged, expected=Refusal("TaskNotFound(bytes32)", (forged,)))

    def answers_as_the_model(self, view: str, *arguments):
        expected = getattr(self.model, snake_case(view))("", *arguments)
        if isinstance(expected, Refusal):
            self.tally["error", expected.error] += 1
        self.agrees("manager", view, *arguments, expected=expected)
        self.tally["done"] += 1

    # ------------------------------------------------ time

    def roll_to(self, block: int):
        if block <= self.world.block:
            return
        crossed = self.waiting()
        self.happen("mine", block - self.world.block)
        late = [task for task in crossed if self.model.is_past_window(task)]
        if any(task.block + WINDOW + 1 == block for task in late):
            self.tally["situation", "too late by a block"] += 1

    def next_due(self) -> int:
        due = self.model.get_next_execution_block_in_range("", 2_000_000)
        return due or self.world.block

    # ------------------------------------------------ every task ends

    def end(self):
        """A stranger who only waits and calls brings every task to its end, and everyone takes what is owed."""
        waiting = list(self.model.scheduled.values())
        if waiting:
            self.roll_to(max(task.block for task in waiting) + WINDOW + 1)
        names = [task.name for task in waiting]
        for at in range(0, len(names), 100):
            self.act("stranger", "manager", "expireTasks", names[at : at + 100])
        self.same("the number of tasks that wait at the end", 0, len(self.model.scheduled))
        self.agrees("manager", "getNextExecutionBlockInRange", 2_000_000, expected=0)
        for person in self.people:
            if self.model.credits[person]:
                self.act(person, "manager", "withdrawCredit", "stranger")
            if self.model.bonds[person] and person not in self.world.refusing:
                self.act(person, "manager", "withdrawBond", self.model.bonds[person])
        stuck = sum(self.model.bonds[wallet] for wallet in self.wallets)
        self.same("what is left in the manager", stuck, self.chain.balance("manager"))


@functools.cache
def receipts_of(environment) -> Receipts:
    return Receipts(environment)
