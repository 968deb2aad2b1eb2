"""The task manager with its environments and all its users."""

import functools
from collections.abc import Callable
from typing import ClassVar

import boa
from eth_utils import to_checksum_address

from taskpools.receipts import Receipts, receipt_gas
from taskpools.system import deployer
from tests.evm import engines
from tests.helpers.schedule import mock, pack, unpack
from tests.stateful.engine.chain import Chain
from tests.stateful.engine.interfaces import interface
from tests.stateful.engine.machine import Disagreement, Machine, rules_of, snake_case
from tests.stateful.engine.program import Step, shown
from tests.stateful.manager import executing, invariants, money, scheduling, tasks
from tests.stateful.models.manager import KINDS, Manager
from tests.stateful.models.scheduled import SCHEDULED, Task
from tests.stateful.models.target import Target
from tests.stateful.models.world import NOBODY, Refusal, World

RICH = 10**30
GWEI = 10**9
WINDOW = 30
INTERVAL = 7
PLENTY = 200_000_000  # gas
# What a call keeps for one more look and its end, and what a receipt gives back: a call that has not earned that
# besides stops.
LAST_LOOK = 155_000 + 60_000
MODULES = ("calendar", "buckets", "execution", "ledger", "payments")

OWNERS = ["owner 1", "owner 2", "refusing owner"]
EXECUTORS = ["executor 1", "refusing executor"]
CANCELLERS = ["canceller 1", "canceller 2"]
WALLETS = ["refusing owner", "refusing executor"]  # contracts


class Scheduler(Machine):
    rules = rules_of(scheduling, tasks, executing, money)
    invariants = invariants.ALL
    longest = 60
    mocks = ("target",)
    owners, executors, cancellers, wallets = OWNERS, EXECUTORS, CANCELLERS, WALLETS
    people: ClassVar[list[str]] = [*OWNERS, *EXECUTORS, *CANCELLERS, "stranger", "treasury", "validator"]

    @classmethod
    def deploy(cls) -> World:
        world = World(clock="block")
        chain = Chain(world)
        chain.follow()
        blueprint = deployer("TaskEnvironmentProxy").deploy_as_blueprint()
        contract = deployer("TaskManager").deploy(chain.address("treasury"), WINDOW, GWEI, blueprint.address)
        model = Manager(world, "manager", "treasury", WINDOW, GWEI, INTERVAL)
        world.stand("manager", "TaskManager", str(contract.address), model)
        world.stand("target", "Target", str(mock("Target").deploy().address), Target(model))
        for kind, name in KINDS.items():
            arguments = {"minimal": (), "recurring": (contract.address, INTERVAL)}
            made = deployer(name).deploy(*arguments.get(kind, (contract.address,)))
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
        self.calls: list[tuple[int, int, int]] = []  # fees, gas as a receipt shows it, gas price

    # ------------------------------------------------ executing

    def perform_execute_tasks(self, step: Step):
        model = self.model
        payee, reserve = step.arguments
        began_late = model.stopped > ((self.world.block - WINDOW) * 4, 0)

        def judge(ran: list[str], logs: list[tuple], gas_left: int, stopped: tuple[int, int], used: int) -> str:
            spent = earned = 0
            if ran:
                earned = fees_of(logs)
                self.calls.append((earned, used, model.gas_price))
                spent = used + LAST_LOOK
            is_spent = 10 * earned < 11 * spent * model.gas_price
            if ran and gas_left < reserve:
                return "the caller's reserve was used"
            self.meet(bool(ran) and began_late, "went on where the last call had stopped")
            waiting = sum(model.is_due(task) and task.must_pay(model.gas_price) for task in model.scheduled.values())
            self.meet(0 < len(ran) < waiting and gas_left - reserve < 460_000, "stopped by the gas")
            return model.complaint(ran, gas_left - reserve, stopped, is_spent)

        return self.execute(step, payee, judge)

    def perform_execute_tasks_by_id(self, step: Step):
        model = self.model
        names, payee = step.arguments[:2]
        unknown = next((name for name in names if name not in model.tasks), None)
        if unknown is not None and payee != NOBODY:
            return self.refused(step, Refusal("TaskNotFound(bytes32)", (unknown,)))

        def judge(ran: list[str], logs: list[tuple], gas_left: int, stopped: tuple[int, int], used: int) -> str:
            can_run = [name for name in dict.fromkeys(names) if model.status(name) == SCHEDULED]
            can_run = [name for name in can_run if model.is_due(model.tasks[name])]
            if ran != [name for name in can_run if name in ran]:
                return "ran what cannot run, or out of order"
            for name in can_run:
                if name not in ran and gas_left >= model.tasks[name].gas_needed():
                    return f"left out {name} for nothing"
            self.meet(bool(ran), "ran by id")
            self.meet(any(not model.tasks[name].can_pay(model.gas_price) for name in ran), "ran by id at a loss")
            return ""

        return self.execute(step, payee, judge)

    def meet(self, condition: bool, situation: str):
        if condition:
            self.world.met.add(situation)

    def send(self, step: Step):
        function = self.chain.function(step.target, step.function, len(step.arguments))
        return function, self.chain.call(step.sender, step.target, function, step.arguments, gas=step.gas)

    def refused(self, step: Step, expected: Refusal) -> Refusal:
        self.is_refused(step, expected, self.send(step)[1])
        return expected

    def execute(self, step: Step, payee: str, judge: Callable):
        """Execute, see what ran, judge that before the model changes, and let the model run the same."""
        model, world = self.model, self.world
        if payee == NOBODY:
            return self.refused(step, Refusal("InvalidPayoutAddress(address)", (NOBODY,)))
        function, computation = self.send(step)
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
        slot = self.layout["execution"]["stopped_at"]
        stopped = divmod(boa.env.get_storage(self.chain.address("manager"), slot), 2**16)
        gas_left = (step.gas or PLENTY) - computation.get_gas_used()
        used = self.receipts.last if self.receipts else receipt_gas(computation.msg.data, computation, creates=False)
        complaint = judge(ran, logs, gas_left, stopped, used)
        if complaint:
            raise Disagreement(
                ("ran", complaint.split("task")[0]), "another choice of tasks", f"ran {shown(ran)}: {complaint}"
            )
        self.meet(any(model.tasks[name].block + WINDOW == world.block for name in ran), "executed in its last block")
        expected = model.execute(step.sender, payee, ran, came_again)
        if computation.output != self.chain.packed(function.outputs, expected):
            got = self.chain.unpacked(function.outputs, computation.output)
            raise Disagreement(("returned", step.function), f"returns {shown(expected)}", f"returned {shown(got)}")
        self.agree_on_events(step, logs)
        model.stopped = stopped
        for _, name, arguments in world.log:
            if name == "TaskExecuted":
                self.tally["told", arguments[3][:4]] += 1
        return expected

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


def fees_of(logs: list[tuple]) -> int:
    event = interface("TaskManager").events["ExecutorReimbursed"]
    (data,) = (data for _, topics, data in logs if topics[0] == event.topic)
    return int.from_bytes(data, "big")
