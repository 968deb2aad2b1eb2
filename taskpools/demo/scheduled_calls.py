"""
The scheduler's part of the main job: tasks of each size and environment, paid with value and from a bond, retries,
cancelling, expiry, an executor's profit and loss, and a task that settles what a silent verifier of a pool left.
"""

from pathlib import Path

import boa
from boa.util.abi import Address
from eth_abi import encode
from eth_utils import keccak

from taskpools.artifacts import Store
from taskpools.compiled import Contract, Deployer
from taskpools.demo.actors import Stage, ether
from taskpools.system import System
from taskpools.units import ETHER

NO_MAXIMUM = 2**256 - 1
STATUS = ["none", "scheduled", "succeeded", "failed", "cancelled", "rescheduled", "expired"]
SIZES = {"small": 100_000, "medium": 250_000, "large": 750_000}
GAS = 5_000_000  # of a call that executes; an estimate would be that of doing nothing
GWEI = 10**9

COUNTER = Path(__file__).resolve().with_name("Counter.vy")


def counter() -> Deployer:
    """What the tasks call, compiled."""
    return Deployer(Store("demo", COUNTER.parent).load(COUNTER))


def task_data(target: str, call: bytes) -> bytes:
    """The three layers: the call, (target, call), executeTask(bytes) of an environment."""
    return keccak(text="executeTask(bytes)")[:4] + encode(["bytes"], [encode(["address", "bytes"], [target, call])])


class Scheduling:
    """The actors and tasks of one run."""

    def __init__(self, stage: Stage, system: System):
        self.stage = stage
        self.system = system
        self.manager = system.manager
        self.schedulers = [stage.account(f"scheduler {i}", 10 * ETHER) for i in (1, 2)]
        self.executor = stage.account("executor")
        self.validator = stage.account("validator")
        self.cancellers = [stage.account(f"canceller {i}") for i in (1, 2)]
        boa.env.evm.patch.coinbase = Address(self.validator).canonical_address
        self.target = counter().deploy()
        stage.add("counter", self.target.address)
        self.tasks: dict[bytes, dict] = {}  # id: what the record tells of it
        self.environments = {
            "minimal": system.minimal,
            "basic": system.basic,
            "rescheduling": system.rescheduling,
            "validated": system.validated,
        }

    # ------------------------------------------------------------ steps

    def schedule_all(self) -> None:
        """Tasks of each size and environment."""
        call = self.target.increment.prepare_calldata()
        for scheduler in self.schedulers:
            self.stage.do("depositBond", self.manager.depositBond, value=2 * ETHER, sender=scheduler)
            self.stage.spent[scheduler] += 2 * ETHER
        block = boa.env.evm.patch.block_number + 10
        for number, (size, gas) in enumerate(SIZES.items()):
            for name in self.environments:
                scheduler = self.schedulers[number % 2]
                task = self.schedule(scheduler, name, call, block + number, gas, bond=name == "rescheduling")
                self.stage.say(f"{size} {name} task of {self.stage.name(scheduler)} for {self._cost(task)}")
        self._go_to(block + 2)
        self.execute()

    def retry(self) -> None:
        """A target that fails twice and then works, and one that never works."""
        block = boa.env.evm.patch.block_number + 5
        self.target.open_at(block + 10)
        call = self.target.increment_if_open.prepare_calldata()
        self.schedule(self.schedulers[0], "rescheduling", call, block, 100_000, bond=True)
        call = self.target.never.prepare_calldata()
        self.schedule(self.schedulers[1], "rescheduling", call, block, 250_000, bond=True)
        for attempt in range(4):
            self._go_to(block + 5 * attempt)
            self.execute()

    def cancel(self) -> None:
        """Each kind of canceller."""
        block = boa.env.evm.patch.block_number + 100
        call = self.target.increment.prepare_calldata()
        scheduler = self.schedulers[0]
        ids = [self.schedule(scheduler, "minimal", call, block, 100_000) for _ in range(3)]
        of_task, of_environment = self.cancellers
        self.stage.do("addTaskCanceller", self.manager.addTaskCanceller, ids[1], of_task, sender=scheduler)
        operation = self.manager.addEnvironmentCanceller
        self.stage.do("addEnvironmentCanceller", operation, ids[2], of_environment, sender=scheduler)
        for task, canceller in zip(ids, [scheduler, of_task, of_environment], strict=True):
            self.stage.do("cancelTask", self.manager.cancelTask, task, sender=canceller)
            self.stage.spent[scheduler] -= self.tasks[task]["cost"]
            self.stage.say(f"{self.stage.name(canceller)} cancels; {self._cost(task)} go back to the owner")

    def rise(self) -> None:
        """The base fee rises."""
        block = boa.env.evm.patch.block_number + 5
        call = self.target.increment.prepare_calldata()
        scheduler = self.schedulers[1]
        ids = [self.schedule(scheduler, "basic", call, block, 100_000) for _ in range(2)]
        self._go_to(block)
        self._set_base_fee(8 * GWEI)
        self.execute()
        top_up = 8 * self.tasks[ids[0]]["cost"]
        self.stage.do("topUpTask", self.manager.topUpTask, ids[0], value=top_up, sender=scheduler)
        self.stage.spent[scheduler] += top_up
        self.tasks[ids[0]]["cost"] += top_up
        self.stage.say(f"{self.stage.name(scheduler)} adds {ether(top_up)} to one of the two that were passed over")
        self.execute()
        self.stage.say("the executor names the other one by its id, at a loss")
        self.execute([ids[1]])
        self._set_base_fee(GWEI)

    def schedule_settlement(self, pool: Contract, task_id: int, deadline: int) -> None:
        """Schedule what anyone may call once the verifier's time is over."""
        block = boa.env.evm.patch.block_number + (deadline - boa.env.timestamp) // 12 + 2
        call = pool.settleUnverified.prepare_calldata([task_id])
        data = task_data(pool.address, call)
        self._schedule(self.schedulers[0], self.system.basic, data, block, SIZES["large"], bond=False)

    def expire(self) -> None:
        """A task that nobody executes."""
        block = boa.env.evm.patch.block_number + 5
        call = self.target.increment.prepare_calldata()
        scheduler = self.schedulers[1]
        task = self.schedule(scheduler, "validated", call, block, 100_000)
        self._go_to(block + self.manager.EXECUTION_WINDOW() + 1)
        assert self.execute() == 0
        self.stage.do("expireTasks, 1 task", self.manager.expireTasks, [task], sender=self.executor)
        self.stage.spent[scheduler] -= self.tasks[task]["cost"]
        self.stage.say(f"the window has passed: {self._cost(task)} go back to {self.stage.name(scheduler)}")

    def withdraw(self, treasury: str, stranger: str) -> None:
        """Bonds and credits are withdrawn."""
        manager = self.manager
        for scheduler in self.schedulers:
            bond = manager.bondOf(scheduler)
            self.stage.do("withdrawBond", manager.withdrawBond, bond, sender=scheduler)
            self.stage.spent[scheduler] -= bond
            self.stage.say(f"{self.stage.name(scheduler)} withdraws {ether(bond)} of the bond")
        for account in (treasury, self.validator):
            credit = manager.creditOf(account)
            self.stage.do("withdrawCreditFor", manager.withdrawCreditFor, account, sender=stranger)
            self.stage.earned[account] += credit
            self.stage.say(f"a stranger sends {self.stage.name(account)} the credit of {ether(credit)}")

    # ------------------------------------------------------------ parts of steps

    def schedule(
        self, scheduler: str, environment: str, call: bytes, block: int, gas: int, bond: bool = False
    ) -> bytes:
        data = task_data(self.target.address, call)
        return self._schedule(scheduler, self.environments[environment], data, block, gas, bond)

    def execute(self, ids: list[bytes] | None = None) -> int:
        """Execute what is due, or these ids; note what came of it. Returns the fees."""
        manager, before = self.manager, boa.env.get_balance(self.executor)
        if ids is None:
            fees = manager.executeTasks(self.executor, 0, sender=self.executor, gas=GAS)
        else:
            fees = manager.executeTasksById(ids, self.executor, sender=self.executor, gas=GAS)
        used = self.stage.receipts.last
        logs = [(type(event).__name__, event) for event in manager.get_logs()]
        runs = [event for name, event in logs if name == "TaskExecuted"]
        for event in runs:
            task = self.tasks[event.taskId]
            # Rounding goes to the executor, on the sum of a call; the shares of its tasks are told rounded down.
            task["executorShare"] = task["cost"] * manager.EXECUTOR_SHARE_BPS() // 10_000
        # Whatever a run scheduled again has a new id; the order of the logs tells whose it is.
        for number, (name, event) in enumerate(logs):
            if name == "TaskScheduled":
                old = next(later.taskId for kind, later in logs[number:] if kind == "TaskExecuted")
                charged = next(earlier.amount for kind, earlier in reversed(logs[:number]) if kind == "BondCharged")
                self._note(event.taskId, charged, self.tasks[old]["attempts"] + 1)
        self.stage.earned[self.executor] += fees
        assert boa.env.get_balance(self.executor) - before == fees
        if not runs:
            self.stage.say("the executor finds nothing that pays, and gets nothing")
            return 0
        operation = f"executeTasks, {len(runs)} tasks" if ids is None else f"executeTasksById, {len(runs)} tasks"
        self.stage.gas[operation.replace(" 1 tasks", " 1 task")].append(used)
        gain = fees - used * self._base_fee()
        done = sum(event.success for event in runs)
        self.stage.say(
            f"the executor runs {len(runs)}, {done} with success, for {ether(fees)}; after {used:,} gas a "
            f"{'profit' if gain >= 0 else 'loss'} of {ether(abs(gain))}"
        )
        return fees

    def _schedule(self, scheduler: str, environment: Contract, data: bytes, block: int, gas: int, bond: bool) -> bytes:
        manager = self.manager
        arguments = (environment.address, gas, block, NO_MAXIMUM, data)
        cost = manager.estimateCost(block, gas)
        if bond:
            _, charged, task = self.stage.do("scheduleWithBond", manager.scheduleWithBond, *arguments, sender=scheduler)
        else:
            _, charged, task = self.stage.do(
                "scheduleTask", manager.scheduleTask, *arguments, value=cost, sender=scheduler
            )
            self.stage.spent[scheduler] += charged
        assert charged == cost
        self._note(task, charged, 1)
        return task

    def _note(self, task: bytes, cost: int, attempts: int) -> None:
        self.tasks[task] = {"attempts": attempts, "cost": cost, "executorShare": 0}

    def _cost(self, task: bytes) -> str:
        return ether(self.tasks[task]["cost"])

    def _go_to(self, block: int) -> None:
        self.stage.wait(12 * (block - boa.env.evm.patch.block_number))

    def _base_fee(self) -> int:
        return boa.env.evm.vm.state.execution_context.base_fee_per_gas

    def _set_base_fee(self, wei: int) -> None:
        boa.env.evm.vm.state.execution_context._base_fee_per_gas = wei
        self.stage.say(f"the base fee is {wei // GWEI} gwei")

    # ------------------------------------------------------------ end

    def record(self) -> list[dict]:
        """
        Each id that was given out: status, which attempt it was, what was paid for it and the executor's share, in wei.
        """
        return [
            {"id": "0x" + task.hex(), "status": STATUS[self.manager.getTaskStatus(task)], **told}
            for task, told in self.tasks.items()
        ]

    def checks(self) -> list[tuple[str, bool]]:
        balance, stage = boa.env.get_balance, self.stage
        found = [
            ("the task manager holds nothing", balance(self.manager.address) == 0),
            ("no task is left scheduled", all(task["status"] != "scheduled" for task in self.record())),
        ]
        for account in self.schedulers:
            spent = stage.given[stage.name(account)] - balance(account)
            found.append((f"{stage.name(account)} has spent {ether(spent)}", spent == stage.spent[account]))
        for account in (self.executor, self.validator):
            gained = balance(account) - stage.given[stage.name(account)]
            found.append((f"{stage.name(account)} has all fees, {ether(gained)}", gained == stage.earned[account]))
        return found
