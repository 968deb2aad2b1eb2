"""What the spec says of the task manager."""

from collections import defaultdict

from eth_utils import to_checksum_address

from tests.stateful.models.environments import Environments
from tests.stateful.models.scheduled import (
    CANCELLED,
    EXPIRED,
    FAILED,
    GAS_LIMITS,
    LARGE,
    MAX_DISTANCE,
    MAX_LOOKAHEAD,
    MAX_PRICE,
    NO_TASK,
    NOWHERE,
    RESCHEDULED,
    RETURN_GAS,
    SCHEDULED,
    SUCCEEDED,
    Call,
    Task,
    price,
    round_up,
    size_of,
    word,
)
from tests.stateful.models.walk import Walk
from tests.stateful.models.world import NOBODY, Left, Payer, Refusal, World, action, refuse_if

KINDS = {
    "minimal": "MinimalTaskEnvironment",
    "basic": "BasicTaskEnvironment",
    "rescheduling": "ReschedulingTaskEnvironment",
    "validated": "ValidatedTaskEnvironment",
    "recurring": "RecurringTaskEnvironment",
}


class Account:
    """Of a task; anyone may send wei there."""

    def __init__(self, world: World, name: str):
        self.world = world
        self.name = name

    @action
    def fund(self, sender: str, value: int = 0):
        self.world.move(sender, self.name, value)


class Manager(Environments, Walk, Payer):
    """What the manager owes is never kept as a number but summed up from tasks, bonds and credits."""

    def __init__(self, world: World, name: str, treasury: str, window: int, minimum_gas_price: int, interval: int):
        self.world = world
        self.name = name
        self.treasury = treasury
        self.window = window
        self.minimum_gas_price = minimum_gas_price
        self.interval = interval  # of the recurring environment
        self.kinds = {kind: kind for kind in KINDS}  # implementation: kind
        self.ready_at = 0  # of the target
        self.total = 0
        self.bonds: dict[str, int] = defaultdict(int)
        self.credits: dict[str, int] = defaultdict(int)
        self.nonces: dict[str, int] = defaultdict(int)
        self.tasks: dict[str, Task] = {}
        self.names: dict[bytes, str] = {}  # by id
        self.given: dict[tuple[int, int], int] = defaultdict(int)  # block, size
        self.scheduled: dict[str, Task] = {}
        self.cancellers: set[tuple] = set()  # task or environment, account
        self.stopped = NOWHERE
        self.changed: set[str] = set()  # tasks, in the last action
        self.came_again: set[str] = set()  # environments, in an execution: the chain says so

    # ------------------------------------------------ parts of actions

    @property
    def gas_price(self) -> int:
        return max(self.world.base_fee, self.minimum_gas_price)

    @property
    def owed(self) -> int:
        payments = sum(task.payment for task in self.scheduled.values())
        return payments + sum(self.bonds.values()) + sum(self.credits.values())

    def live(self, block: int, size: int) -> list[Task]:
        return sorted(
            (task for task in self.scheduled.values() if (task.block, task.size) == (block, size)),
            key=lambda task: task.index,
        )

    def is_past_window(self, task: Task) -> bool:
        return self.world.block > task.block + self.window

    def is_due(self, task: Task) -> bool:
        return task.block <= self.world.block and not self.is_past_window(task)

    def status(self, task_id: str) -> int:
        if task_id not in self.tasks:
            return NO_TASK
        task = self.tasks[task_id]
        return EXPIRED if task.status == SCHEDULED and self.is_past_window(task) else task.status

    def known(self, task_id: str) -> Task:
        refuse_if(task_id not in self.tasks, "TaskNotFound(bytes32)", task_id)
        return self.tasks[task_id]

    def open(self, task_id: str) -> Task:
        self.known(task_id)
        status = self.status(task_id)
        refuse_if(status == CANCELLED, "TaskAlreadyCancelled(bytes32)", task_id)
        refuse_if(status != SCHEDULED, "TaskAlreadyExecuted(bytes32)", task_id)
        return self.tasks[task_id]

    def owned(self, task_id: str, sender: str) -> Task:
        task = self.known(task_id)
        refuse_if(sender != task.owner, "Unauthorized(address,address)", sender, task.owner)
        return task

    def quote(self, block: int, gas: int, gas_price: int) -> int:
        refuse_if(gas > GAS_LIMITS[LARGE], "TaskGasTooLarge(uint256)", gas)
        refuse_if(
            block <= self.world.block, "TaskValidation_TargetBlockInPast(uint64,uint256)", block, self.world.block
        )
        distance = block - self.world.block
        refuse_if(distance > MAX_DISTANCE, "TaskValidation_TargetBlockTooFar(uint64,uint256)", block, self.world.block)
        return price(gas, gas_price, len(self.live(block, size_of(gas))), distance)

    def offer(self, block: int, gas: int, most: int) -> int:
        cost = self.quote(block, gas, self.gas_price)
        refuse_if(cost > most, "TaskCostAboveMax(uint256,uint256)", cost, most)
        return cost

    def charge_bond(self, owner: str, cost: int):
        bond = self.bonds[owner]
        refuse_if(bond < cost, "InsufficientBond(uint256,uint256)", cost, bond)
        self.bonds[owner] -= cost
        self.world.emit(self.name, "BondCharged", owner, cost)

    def enlist(self, task: Task):
        """Gives it its place, its id and its name."""
        task.size = size_of(task.gas)
        task.index = self.given[task.block, task.size]
        self.given[task.block, task.size] += 1
        environment = int(self.world.addresses[task.environment], 16)
        id_ = word(task.size << 240 | task.index << 224 | task.block << 160 | environment)
        assert id_ not in self.names
        task.name = self.names[id_] = self.world.fresh("task", id_)
        self.tasks[task.name] = self.scheduled[task.name] = task
        self.changed.add(task.name)
        self.world.emit(self.name, "TaskScheduled", task.name, task.owner, task.block)

    def end(self, task: Task, status: int) -> int:
        """Returns what was held for it."""
        payment = task.payment
        task.status = status
        del self.scheduled[task.name]
        self.changed.add(task.name)
        return payment

    def schedule(self, sender: str, implementation: str, gas: int, block: int, cost: int, call: Call, then) -> Left:
        """The account of the task is at an address that the chain knows."""

        def take(told):
            nonce = self.nonces[sender]
            self.nonces[sender] += 1
            address = to_checksum_address(told.returned[2][-40:])
            environment = self.world.fresh("environment")
            kind = self.kinds[implementation]
            self.world.stand(environment, KINDS[kind], address, Account(self.world, environment))
            self.world.emit(self.name, "ExecutionEnvironmentCreated", sender, environment, implementation, nonce)
            task = Task(
                name="",
                environment=environment,
                kind=kind,
                owner=sender,
                nonce=nonce,
                call=call,
                gas=gas,
                block=block,
                index=0,
                size=0,
                price=cost,
                first_price=cost,
                gas_price=self.gas_price,
            )
            self.enlist(task)
            then(task)
            return True, cost, task.name

        return Left(take)

    # ------------------------------------------------ schedulers

    @action
    def schedule_task(self, sender, implementation, gas, block, most, call: Call, value=0):
        refuse_if(implementation not in self.kinds, "TaskValidation_InvalidTargetAddress()")
        cost = self.offer(block, gas, most)
        refuse_if(value < cost, "InvalidPaymentAmount(uint256,uint256)", cost, value)
        self.world.move(sender, self.name, value)

        def return_surplus(task: Task):
            surplus = value - cost
            if 0 < surplus < RETURN_GAS * self.gas_price and round_up(value, 40) == value <= MAX_PRICE:
                task.topped_up += surplus
                self.world.emit(self.name, "TaskToppedUp", task.name, sender, surplus)
                self.world.met.add("surplus stayed with the task")
            elif surplus:
                self.pay(sender, surplus)
                self.world.met.add("surplus came back")

        return self.schedule(sender, implementation, gas, block, cost, call, return_surplus)

    @action
    def schedule_with_bond(self, sender, implementation, gas, block, most, call: Call):
        refuse_if(implementation not in self.kinds, "TaskValidation_InvalidTargetAddress()")
        cost = self.offer(block, gas, most)
        self.charge_bond(sender, cost)
        return self.schedule(sender, implementation, gas, block, cost, call, lambda task: None)

    def cost(self, implementation=None, gas=0, block=0, *_) -> int:
        """0 for what cannot be scheduled."""
        quoted = self.estimate_cost("", block, gas)
        return 0 if isinstance(quoted, Refusal) or quoted > 10**27 else quoted

    @action
    def top_up_task(self, sender, task_id, value=0):
        refuse_if(value == 0, "InvalidPaymentAmount(uint256,uint256)", 1, 0)
        task = self.open(task_id)
        self.world.move(sender, self.name, value)
        task.topped_up += value
        self.changed.add(task_id)
        self.world.emit(self.name, "TaskToppedUp", task_id, sender, value)

    @action
    def cancel_task(self, sender, task_id):
        task = self.open(task_id)
        roles = {
            "the owner": sender == task.owner,
            "a canceller of the task": (task_id, sender) in self.cancellers,
            "a canceller of the environment": (task.environment, sender) in self.cancellers,
        }
        refuse_if(not any(roles.values()), "Unauthorized(address,address)", sender, task.owner)
        self.world.met.update(f"cancelled by {role}" for role, has_it in roles.items() if has_it)
        if roles["a canceller of the environment"] and task.attempt > 1:
            self.world.met.add("an environment's canceller cancelled a retry")
        if task.topped_up:
            self.world.met.add("top-up refunded")
        payment = self.end(task, CANCELLED)
        self.world.emit(self.name, "TaskCancelled", task_id, task.owner)
        self.pay(task.owner, payment)

    def set_canceller(self, sender, task_id, canceller, of_environment: bool, may: bool):
        task = self.owned(task_id, sender)
        refuse_if(canceller in (NOBODY, task.owner), "InvalidCancellerAddress()")
        subject = task.environment if of_environment else task_id
        (self.cancellers.add if may else self.cancellers.discard)((subject, canceller))
        kind = "TaskEnvironmentCanceller" if of_environment else "TaskCanceller"
        self.world.emit(self.name, kind + ("Authorized" if may else "Revoked"), subject, task.owner, canceller)

    @action
    def add_task_canceller(self, sender, task_id, canceller):
        self.set_canceller(sender, task_id, canceller, False, True)

    @action
    def remove_task_canceller(self, sender, task_id, canceller):
        self.set_canceller(sender, task_id, canceller, False, False)

    @action
    def add_environment_canceller(self, sender, task_id, canceller):
        self.set_canceller(sender, task_id, canceller, True, True)

    @action
    def remove_environment_canceller(self, sender, task_id, canceller):
        self.set_canceller(sender, task_id, canceller, True, False)

    @action
    def sweep_environment(self, sender, task_id, to):
        task = self.owned(task_id, sender)
        refuse_if(to == NOBODY, "InvalidPayoutAddress(address)", to)
        refuse_if(to in self.world.refusing, "TransferFailed()")
        amount = self.world.wei[task.environment]
        self.world.move(task.environment, to, amount)
        if amount:
            self.world.met.add("an environment was swept")

    # ------------------------------------------------ bonds and credits

    @action
    def deposit_bond(self, sender, value=0):
        self.deposit(sender, sender, value)

    @action
    def deposit_bond_for(self, sender, owner, value=0):
        refuse_if(owner == NOBODY, "InvalidPayoutAddress(address)", owner)
        self.deposit(sender, owner, value)

    def deposit(self, sender: str, owner: str, value: int):
        refuse_if(value == 0, "InvalidPaymentAmount(uint256,uint256)", 1, 0)
        self.world.move(sender, self.name, value)
        self.bonds[owner] += value
        self.world.emit(self.name, "BondDeposited", owner, sender, value)

    @action
    def withdraw_bond(self, sender, amount):
        refuse_if(amount == 0, "InvalidPaymentAmount(uint256,uint256)", 1, 0)
        bond = self.bonds[sender]
        refuse_if(bond < amount, "InsufficientBond(uint256,uint256)", amount, bond)
        refuse_if(sender in self.world.refusing, "TransferFailed()")
        self.bonds[sender] -= amount
        self.world.move(self.name, sender, amount)
        self.world.emit(self.name, "BondWithdrawn", sender, amount)

    @action
    def withdraw_credit(self, sender, to):
        self.send_credit(sender, to)

    @action
    def withdraw_credit_for(self, sender, account):
        self.send_credit(account, account)

    def send_credit(self, account: str, to: str):
        refuse_if(to == NOBODY, "InvalidPayoutAddress(address)", to)
        amount = self.credits[account]
        refuse_if(amount == 0, "InsufficientFunds()")
        refuse_if(to in self.world.refusing, "TransferFailed()")
        self.credits[account] = 0
        self.world.move(self.name, to, amount)
        self.world.emit(self.name, "CreditWithdrawn", account, to, amount)

    # ------------------------------------------------ executors

    @action
    def expire_tasks(self, sender, task_ids):
        # A first unknown id refuses the whole call.
        for task_id in task_ids:
            self.known(task_id)
        expired = 0
        for task_id in task_ids:
            task = self.tasks[task_id]
            if task.status == SCHEDULED and self.is_past_window(task):
                payment = self.end(task, EXPIRED)
                expired += 1
                self.world.emit(self.name, "TaskExpired", task_id, task.owner)
                self.pay(task.owner, payment)
                self.world.met.add("expired and refunded")
        return expired

    @action
    def execute(self, sender, payee, ran: list[str], came_again: set[str]) -> int:
        """What both ways of executing have in common. `ran`: in this order."""
        refuse_if(payee == NOBODY, "InvalidPayoutAddress(address)", payee)
        self.came_again = came_again
        paid = sum(self.tasks[task_id].payment for task_id in ran)
        failed = 0
        for task_id in ran:
            failed += not self.run(self.tasks[task_id], sender)
        if not ran:
            return 0
        validator_share = paid * 5 // 100
        protocol_share = paid * 5 // 100
        fees = paid - validator_share - protocol_share
        if self.world.coinbase == NOBODY:
            protocol_share += validator_share
            self.world.met.add("fees without a validator")
        else:
            self.credits[self.world.coinbase] += validator_share
            self.world.emit(self.name, "PaymentCredited", self.world.coinbase, validator_share)
            self.world.met.add("fees with a validator")
        self.credits[self.treasury] += protocol_share
        self.world.emit(self.name, "ProtocolFeeCollected", protocol_share)
        self.world.emit(self.name, "ExecutorReimbursed", payee, fees)
        self.world.emit(self.name, "TasksExecuted", len(ran), failed)
        self.pay(payee, fees)
        return fees

    def run(self, task: Task, executor: str) -> bool:
        came_before = len(self.tasks)
        success, answer = self.perform(task)
        again = len(self.tasks) > came_before
        if task.topped_up:
            self.world.met.add("a topped-up task ran")
        self.end(task, RESCHEDULED if again else SUCCEEDED if success else FAILED)
        self.world.emit(self.name, "TaskExecuted", task.name, executor, success, answer)
        self.world.met.add(f"{task.kind} environment, target {task.call.does}: {'success' if success else 'failure'}")
        return success

    @action
    def reschedule_task(self, sender, block, most):
        """For the environment of a running task."""
        refuse_if(True, "NoActiveTask()")

    # ------------------------------------------------ views

    @action
    def estimate_cost(self, sender, block, gas):
        return self.quote(block, gas, self.gas_price)

    @action
    def estimate_cost_at(self, sender, block, gas, base_fee):
        return self.quote(block, gas, max(base_fee, self.minimum_gas_price))

    @action
    def get_next_execution_block_in_range(self, sender, lookahead):
        return min((block for block, *_ in self.range(lookahead)), default=0)

    @action
    def get_task_schedule_in_range(self, sender, lookahead, offset, limit):
        blocks = self.range(lookahead)
        return blocks[offset : offset + min(limit, 256)], len(blocks)

    def range(self, lookahead: int) -> list[tuple[int, int, int, int]]:
        refuse_if(lookahead > MAX_LOOKAHEAD, "LookaheadExceedsMaxScheduleDistance(uint64)", lookahead)
        counts = defaultdict(lambda: [0, 0, 0])
        for task in self.scheduled.values():
            if not self.is_past_window(task) and task.block <= self.world.block + lookahead:
                counts[task.block][task.size] += 1
        return [(block, *counts[block]) for block in sorted(counts)]
