"""
What the spec says of the task manager, in plain Python: no contract is called here.

Each action of the manager is a method of the same name in snake case; it returns what the manager returns, or a `Refusal` naming the error with
its arguments. All checks come before the first change. What the manager owes is never kept as a number but summed up from the tasks, bonds and
credits, so that it cannot share the contract's mistakes.

Which tasks a call of `executeTasks` ran is the chain's to say, since it depends on gas; `complaint` judges it.
"""

import functools
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from tests.helpers.chain import error_data

NOBODY = "0x" + "00" * 20
SMALL, MEDIUM, LARGE = range(3)
GAS_LIMITS = (100_000, 250_000, 750_000)
NO_TASK, SCHEDULED, SUCCEEDED, FAILED, CANCELLED, RESCHEDULED, EXPIRED = range(7)
MAX_DISTANCE = 2_097_152
MAX_LOOKAHEAD = 2_097_152
UNPAYABLE = 2**256 - 1
MAX_PRICE = (2**40 - 1) << 63
OVERHEAD_GAS = 222_000
MAX_PASSED = 64
RETRY_DELAY = 5
RETURN_GAS = 10_000
ATTEMPTS = 4
NOWHERE = (0, 0)

# What a task's target does.
WORK, FAIL, BURN, WAIT, NOTHING, LOCKED, AGAIN, GARBAGE = (
    "works",
    "fails",
    "burns its gas",
    "is ready later",
    "does nothing",
    "calls the manager",
    "comes again of itself",
    "is not called, for the data is garbage",
)


@dataclass(frozen=True)
class Refusal:
    """The custom error with which the manager must refuse."""

    error: str
    arguments: tuple = ()

    @property
    def data(self) -> bytes:
        return error_data(self.error, *self.arguments)


class Refused(Exception):
    """Raised inside the model; an action turns it into a `Refusal`."""


def refuse_if(condition: bool, error: str, *arguments):
    if condition:
        raise Refused(Refusal(error, arguments))


def action(method):
    """A function of the ABI: what it refuses, it returns as a `Refusal`."""

    @functools.wraps(method)
    def acted(*arguments, **named):
        try:
            return method(*arguments, **named)
        except Refused as refused:
            return refused.args[0]

    return acted


def size_of(gas: int) -> int:
    return next(size for size in (SMALL, MEDIUM, LARGE) if gas <= GAS_LIMITS[size])


def round_up(amount: int, digits: int) -> int:
    """To so many significant bits."""
    unit = 2 ** max(amount.bit_length() - digits, 0)
    return -(-amount // unit) * unit


def round_down(amount: int, digits: int) -> int:
    unit = 2 ** max(amount.bit_length() - digits, 0)
    return amount // unit * unit


def base_price(gas: int, gas_price: int) -> Fraction:
    """Of a task in an empty queue of this block."""
    return Fraction(gas_price * (gas + OVERHEAD_GAS) * 5, 4)


def price(gas: int, gas_price: int, live: int, distance: int) -> int:
    exact = base_price(gas, gas_price) * (1 + Fraction(live, 64)) * (1 + Fraction(distance, 2**21))
    rounded = round_up(ceil(exact), 40)
    return rounded if rounded <= MAX_PRICE else UNPAYABLE


def word(number: int) -> bytes:
    return int(number).to_bytes(32, "big")


@dataclass(frozen=True)
class Call:
    """What a task calls."""

    target: str
    data: bytes
    does: str
    amount: int = 0  # of WORK
    reason: bytes = b""  # of FAIL
    at: int = 0  # of AGAIN: the block
    most: int = 0  # of AGAIN: the highest payment
    has_code: bool = True


@dataclass
class Task:
    id: bytes
    environment: str
    kind: str
    owner: str
    nonce: int
    call: Call
    gas: int
    block: int
    index: int
    size: int
    price: int
    first_price: int
    gas_price: int  # when it was scheduled
    attempt: int = 1
    topped_up: int = 0
    status: int = SCHEDULED

    @property
    def payment(self) -> int:
        return self.price + self.topped_up if self.status == SCHEDULED else 0

    @property
    def position(self) -> tuple[int, int]:
        """In the order of execution."""
        return self.block * 4 + LARGE - self.size, self.index

    def can_pay(self, gas_price: int) -> bool:
        """Whether the executor's share pays for the gas that it asked for alone."""
        return 9 * self.payment >= 11 * gas_price * self.gas

    def must_pay(self, gas_price: int) -> bool:
        """Whether it would be priced no higher today."""
        return self.payment >= base_price(self.gas, gas_price)

    def gas_needed(self) -> int:
        """More than what must be there for it to be executed: what it is granted, the proxies, the end of the call."""
        return self.gas * 4_096 // 3_969 + 4 * len(self.call.data) + 330_000


# Of gas: from here on ReschedulingTaskEnvironment keeps back what coming again may take; it needs some before it looks.
KEEPS_BACK = 250_000


@dataclass
class Manager:
    address: str
    treasury: str
    window: int
    minimum_gas_price: int
    block: int
    base_fee: int
    interval: int  # of the recurring environment
    coinbase: str = NOBODY
    kinds: dict[str, str] = field(default_factory=dict)  # implementation: kind
    refusing: set[str] = field(default_factory=set)  # accounts that take no payment
    ready_at: int = 0
    total: int = 0  # of the target
    wei: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    bonds: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    nonces: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tasks: dict[bytes, Task] = field(default_factory=dict)
    given: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))  # block, size
    scheduled: dict[bytes, Task] = field(default_factory=dict)
    cancellers: set[tuple] = field(default_factory=set)  # task or environment, account
    stopped: tuple[int, int] = NOWHERE
    log: list[tuple] = field(default_factory=list)  # of the action under way: emitter, name, arguments
    changed: set[bytes] = field(default_factory=set)  # tasks that the action changed
    met: set[str] = field(default_factory=set)  # situations in the action
    # From the chain, in an execution: the environments that came again.
    came_again: set[str] = field(default_factory=set)

    # ------------------------------------------------ parts of actions

    @property
    def gas_price(self) -> int:
        return max(self.base_fee, self.minimum_gas_price)

    @property
    def owed(self) -> int:
        payments = sum(task.payment for task in self.scheduled.values())
        return payments + sum(self.bonds.values()) + sum(self.credits.values())

    def emit(self, name: str, *arguments, by: str = ""):
        self.log.append((by or self.address, name, arguments))

    def move(self, sender: str, to: str, amount: int):
        self.wei[sender] -= amount
        self.wei[to] += amount
        assert self.wei[sender] >= 0

    def pay(self, to: str, amount: int):
        """A payee that refuses is credited."""
        if to in self.refusing:
            self.credits[to] += amount
            self.emit("PaymentCredited", to, amount)
            self.met.add("payment refused and credited")
        else:
            self.move(self.address, to, amount)

    def live(self, block: int, size: int) -> list[Task]:
        return sorted(
            (task for task in self.scheduled.values() if (task.block, task.size) == (block, size)),
            key=lambda task: task.index,
        )

    def is_past_window(self, task: Task) -> bool:
        return self.block > task.block + self.window

    def is_due(self, task: Task) -> bool:
        return task.block <= self.block and not self.is_past_window(task)

    def status(self, task_id: bytes) -> int:
        if task_id not in self.tasks:
            return NO_TASK
        task = self.tasks[task_id]
        return EXPIRED if task.status == SCHEDULED and self.is_past_window(task) else task.status

    def known(self, task_id: bytes) -> Task:
        refuse_if(task_id not in self.tasks, "TaskNotFound(bytes32)", task_id)
        return self.tasks[task_id]

    def open(self, task_id: bytes) -> Task:
        self.known(task_id)
        status = self.status(task_id)
        refuse_if(status == CANCELLED, "TaskAlreadyCancelled(bytes32)", task_id)
        refuse_if(status != SCHEDULED, "TaskAlreadyExecuted(bytes32)", task_id)
        return self.tasks[task_id]

    def owned(self, task_id: bytes, sender: str) -> Task:
        task = self.known(task_id)
        refuse_if(sender != task.owner, "Unauthorized(address,address)", sender, task.owner)
        return task

    def quote(self, block: int, gas: int, gas_price: int) -> int:
        refuse_if(gas > GAS_LIMITS[LARGE], "TaskGasTooLarge(uint256)", gas)
        refuse_if(block <= self.block, "TaskValidation_TargetBlockInPast(uint64,uint256)", block, self.block)
        distance = block - self.block
        refuse_if(distance > MAX_DISTANCE, "TaskValidation_TargetBlockTooFar(uint64,uint256)", block, self.block)
        return price(gas, gas_price, len(self.live(block, size_of(gas))), distance)

    def offer(self, block: int, gas: int, most: int) -> int:
        cost = self.quote(block, gas, self.gas_price)
        refuse_if(cost > most, "TaskCostAboveMax(uint256,uint256)", cost, most)
        return cost

    def charge_bond(self, owner: str, cost: int):
        bond = self.bonds[owner]
        refuse_if(bond < cost, "InsufficientBond(uint256,uint256)", cost, bond)
        self.bonds[owner] -= cost
        self.emit("BondCharged", owner, cost)

    def enlist(self, task: Task):
        """Gives it its place and its id."""
        task.size = size_of(task.gas)
        task.index = self.given[task.block, task.size]
        self.given[task.block, task.size] += 1
        fields = task.size << 240 | task.index << 224 | task.block << 160 | int(task.environment, 16)
        task.id = word(fields)
        assert task.id not in self.tasks
        self.tasks[task.id] = self.scheduled[task.id] = task
        self.changed.add(task.id)
        self.emit("TaskScheduled", task.id, task.owner, task.block)

    def end(self, task: Task, status: int) -> int:
        """Returns what was held for it."""
        payment = task.payment
        task.status = status
        del self.scheduled[task.id]
        self.changed.add(task.id)
        return payment

    def schedule(self, sender: str, implementation: str, gas: int, block: int, cost: int, call: Call, environment: str):
        nonce = self.nonces[sender]
        self.nonces[sender] += 1
        self.emit("ExecutionEnvironmentCreated", sender, environment, implementation, nonce)
        task = Task(
            id=b"",
            environment=environment,
            kind=self.kinds[implementation],
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
        return True, cost, task.id

    # ------------------------------------------------ schedulers

    @action
    def schedule_task(self, sender, implementation, gas, block, most, call: Call, environment, value=0):
        refuse_if(implementation not in self.kinds, "TaskValidation_InvalidTargetAddress()")
        cost = self.offer(block, gas, most)
        refuse_if(value < cost, "InvalidPaymentAmount(uint256,uint256)", cost, value)
        self.move(sender, self.address, value)
        done = self.schedule(sender, implementation, gas, block, cost, call, environment)
        surplus = value - cost
        if 0 < surplus < RETURN_GAS * self.gas_price and round_up(value, 40) == value <= MAX_PRICE:
            self.tasks[done[2]].topped_up += surplus
            self.emit("TaskToppedUp", done[2], sender, surplus)
            self.met.add("surplus stayed with the task")
        elif surplus:
            self.pay(sender, surplus)
            self.met.add("surplus came back")
        return done

    @action
    def schedule_with_bond(self, sender, implementation, gas, block, most, call: Call, environment):
        refuse_if(implementation not in self.kinds, "TaskValidation_InvalidTargetAddress()")
        cost = self.offer(block, gas, most)
        self.charge_bond(sender, cost)
        return self.schedule(sender, implementation, gas, block, cost, call, environment)

    @action
    def top_up_task(self, sender, task_id, value=0):
        refuse_if(value == 0, "InvalidPaymentAmount(uint256,uint256)", 1, 0)
        task = self.open(task_id)
        self.move(sender, self.address, value)
        task.topped_up += value
        self.changed.add(task_id)
        self.emit("TaskToppedUp", task_id, sender, value)

    @action
    def cancel_task(self, sender, task_id):
        task = self.open(task_id)
        roles = {
            "the owner": sender == task.owner,
            "a canceller of the task": (task_id, sender) in self.cancellers,
            "a canceller of the environment": (task.environment, sender) in self.cancellers,
        }
        refuse_if(not any(roles.values()), "Unauthorized(address,address)", sender, task.owner)
        self.met.update(f"cancelled by {role}" for role, has_it in roles.items() if has_it)
        if roles["a canceller of the environment"] and task.attempt > 1:
            self.met.add("an environment's canceller cancelled a retry")
        if task.topped_up:
            self.met.add("top-up refunded")
        payment = self.end(task, CANCELLED)
        self.emit("TaskCancelled", task_id, task.owner)
        self.pay(task.owner, payment)

    def set_canceller(self, sender, task_id, canceller, of_environment: bool, may: bool):
        task = self.owned(task_id, sender)
        refuse_if(canceller in (NOBODY, task.owner), "InvalidCancellerAddress()")
        subject = task.environment if of_environment else task_id
        (self.cancellers.add if may else self.cancellers.discard)((subject, canceller))
        kind = "TaskEnvironmentCanceller" if of_environment else "TaskCanceller"
        self.emit(kind + ("Authorized" if may else "Revoked"), subject, task.owner, canceller)

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
        refuse_if(to in self.refusing, "TransferFailed()")
        self.move(task.environment, to, self.wei[task.environment])

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
        self.move(sender, self.address, value)
        self.bonds[owner] += value
        self.emit("BondDeposited", owner, sender, value)

    @action
    def withdraw_bond(self, sender, amount):
        refuse_if(amount == 0, "InvalidPaymentAmount(uint256,uint256)", 1, 0)
        bond = self.bonds[sender]
        refuse_if(bond < amount, "InsufficientBond(uint256,uint256)", amount, bond)
        refuse_if(sender in self.refusing, "TransferFailed()")
        self.bonds[sender] -= amount
        self.move(self.address, sender, amount)
        self.emit("BondWithdrawn", sender, amount)

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
        refuse_if(to in self.refusing, "TransferFailed()")
        self.credits[account] = 0
        self.move(self.address, to, amount)
        self.emit("CreditWithdrawn", account, to, amount)

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
                self.emit("TaskExpired", task_id, task.owner)
                self.pay(task.owner, payment)
                self.met.add("expired and refunded")
        return expired

    @action
    def execute(self, sender, payee, ran: list[bytes], came_again: set[str]) -> int:
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
        if self.coinbase == NOBODY:
            protocol_share += validator_share
            self.met.add("fees without a validator")
        else:
            self.credits[self.coinbase] += validator_share
            self.emit("PaymentCredited", self.coinbase, validator_share)
            self.met.add("fees with a validator")
        self.credits[self.treasury] += protocol_share
        self.emit("ProtocolFeeCollected", protocol_share)
        self.emit("ExecutorReimbursed", payee, fees)
        self.emit("TasksExecuted", len(ran), failed)
        self.pay(payee, fees)
        return fees

    def run(self, task: Task, executor: str) -> bool:
        came_before = len(self.tasks)
        success, answer = self.perform(task)
        again = len(self.tasks) > came_before
        if task.topped_up:
            self.met.add("a topped-up task ran")
        self.end(task, RESCHEDULED if again else SUCCEEDED if success else FAILED)
        self.emit("TaskExecuted", task.id, executor, success, answer)
        self.met.add(f"{task.kind} environment, target {task.call.does}: {'success' if success else 'failure'}")
        return success

    def perform(self, task: Task) -> tuple[bool, bytes]:
        """What the environment does: whether it was a success, and what it returned or reverted with."""
        call = task.call
        if call.does == GARBAGE or task.gas < GAS_LIMITS[SMALL]:
            return False, b""
        return getattr(self, task.kind)(task)

    def target_refuses(self, task: Task) -> bytes | None:
        """What the target would revert with; None if it would not."""
        call = task.call
        if call.does == FAIL:
            return call.reason
        if call.does == BURN:
            return b""
        if call.does == WAIT and self.block < self.ready_at:
            return error_data("NotReady()")
        if call.does == LOCKED:
            return error_data("TaskManagerLocked()")
        if call.does == AGAIN:
            refusal = self.why_not_again(task, call.at, call.most)
            return refusal.data if refusal else None
        return None

    def target_works(self, task: Task):
        call = task.call
        if call.does == WORK:
            self.total += call.amount
        elif call.does == WAIT:
            self.total += 1
        elif call.does == AGAIN:
            self.come_again(task, call.at, call.most)

    @action
    def why_not_again(self, task: Task, block: int, most: int) -> None:
        cost = self.offer(block, task.gas, most)
        bond = self.bonds[task.owner]
        refuse_if(bond < cost, "InsufficientBond(uint256,uint256)", cost, bond)

    def come_again(self, task: Task, block: int, most: int):
        cost = self.offer(block, task.gas, most)
        self.charge_bond(task.owner, cost)
        again = Task(**{**vars(task), "block": block, "price": cost, "topped_up": 0, "status": SCHEDULED})
        again.attempt += 1
        again.gas_price = self.gas_price
        self.enlist(again)

    def minimal(self, task: Task) -> tuple[bool, bytes]:
        refused = self.target_refuses(task) is not None
        if not refused:
            self.target_works(task)
        return not refused, word(not refused)

    def invalid(self, task: Task) -> bytes | None:
        if task.call.target == NOBODY:
            return error_data("ZeroTargetAddress()")
        if not task.call.data:
            return error_data("EmptyCalldata()")
        return None

    def basic(self, task: Task) -> tuple[bool, bytes]:
        call = task.call
        invalid = self.invalid(task)
        if invalid is not None:
            return False, invalid
        reason = self.target_refuses(task)
        if reason is not None:
            return False, reason[:128]
        self.emit("TaskStarted", call.target, call.data, by=task.environment)
        self.target_works(task)
        self.emit("TaskCompleted", call.target, True, by=task.environment)
        return True, word(1)

    def validated(self, task: Task) -> tuple[bool, bytes]:
        call = task.call
        if not call.has_code:
            return False, error_data("InvalidTarget()")
        if len(call.data) < 4:
            return False, error_data("InvalidValue()")
        argument = int.from_bytes(call.data[4:36], "big") if len(call.data) >= 36 else 0
        self.emit("TaskValidated", call.target, argument, by=task.environment)
        return self.minimal(task)

    def rescheduling(self, task: Task) -> tuple[bool, bytes]:
        call = task.call
        invalid = self.invalid(task)
        if invalid is not None:
            return False, invalid
        is_last = task.attempt == ATTEMPTS
        refused = self.target_refuses(task) is not None
        block = self.block + RETRY_DELAY
        most = round_down(task.first_price, 11) * 2
        why_not = self.why_not_again(task, block, most)
        if refused and not is_last and not why_not and self.lacks_gas(task, block):
            self.met.add("a retry lacked gas")
            return False, b""
        self.emit("TaskStarted", call.target, call.data, by=task.environment)
        if not refused:
            self.target_works(task)
        self.emit("ExecutionAttempt", task.attempt, not refused, by=task.environment)
        self.emit("TaskCompleted", call.target, not refused, by=task.environment)
        if refused and is_last:
            self.emit("RetriesExhausted", call.target, task.attempt, by=task.environment)
            self.met.add("retries exhausted")
        elif refused and why_not:
            self.emit("RetryRefused", call.target, why_not.data[:68], by=task.environment)
            self.met.add(f"retry refused: {why_not.error}")
        elif refused:
            self.come_again(task, block, most)
            self.emit("TaskRescheduled", call.target, block, by=task.environment)
            self.met.add(f"attempt {task.attempt} failed and comes again")
        return not refused, word(not refused)

    def lacks_gas(self, task: Task, block: int) -> bool:
        """
        Whether a retry fails for want of gas: one whose target burned it, for sure, unless the task is large enough to keep some back. A
        first mark in 64 blocks costs some 20,000 more, in 16,384 as much again, so that it is the chain's to say there for a small task.
        """
        if task.gas >= KEEPS_BACK:
            return False
        if task.call.does == BURN:
            return True
        return block // 64 != task.block // 64 and task.environment not in self.came_again

    def recurring(self, task: Task) -> tuple[bool, bytes]:
        call = task.call
        invalid = self.invalid(task)
        if invalid is not None:
            return False, invalid
        refused = self.target_refuses(task) is not None
        block = self.block + self.interval
        self.emit("TaskStarted", call.target, call.data, by=task.environment)
        if not refused:
            self.target_works(task)
        self.emit("TaskCompleted", call.target, not refused, by=task.environment)
        if refused:
            return False, word(0)
        why_not = self.why_not_again(task, block, UNPAYABLE)
        if call.does == AGAIN:
            why_not = Refusal("TaskAlreadyRescheduled(bytes32)", (task.id,))
        if why_not:
            self.emit("RecurrenceRefused", call.target, why_not.data[:68], by=task.environment)
            self.met.add(f"recurrence refused: {why_not.error}")
        else:
            self.come_again(task, block, UNPAYABLE)
            self.emit("TaskRescheduled", call.target, block, by=task.environment)
            self.met.add("a recurring task came again")
        return not refused, word(not refused)

    # ------------------------------------------------ what executeTasks may have run

    def walk(self) -> tuple[list[Task], list[Task]]:
        """What is due, in the order in which a call looks at it: from where the last one stopped, then from the first on."""
        due = sorted((task for task in self.scheduled.values() if self.is_due(task)), key=lambda task: task.position)
        first = (max(self.block - self.window, 0) * 4, 0)
        if self.stopped <= first:
            return due, []
        return (
            [task for task in due if task.position >= self.stopped],
            [task for task in due if task.position[0] <= self.stopped[0]],
        )

    def complaint(self, ran: list[bytes], gas_left: int, stopped: tuple[int, int], is_spent: bool) -> str:
        """
        Why a call cannot have run just these, with so much gas left above the reserve and this place to go on from; empty if it can. Asked
        before the model runs them. `is_spent`: what it earned does not pay for looking on, so that it may stop anywhere after its last run.
        """
        before, after = self.walk()
        walk = before + after
        ends = []
        if stopped == NOWHERE:
            ends.append(len(walk))
        else:
            for offset, part in ((0, before), (len(before), after)):
                ends.append(offset + sum(task.position < stopped for task in part))
        complaints = [self._complaint(walk, end, ran, gas_left, stopped, is_spent) for end in ends]
        if stopped == self.stopped and (is_spent or gas_left < self._small_need()):
            last = max((at for at, task in enumerate(walk) if task.id in ran), default=-1)
            complaints.append(self._complaint(walk, last + 1, ran, gas_left, stopped, is_spent))
        return "" if "" in complaints else complaints[0]

    def _small_need(self) -> int:
        return 460_000

    def _complaint(self, walk, end, ran, gas_left, stopped, is_spent) -> str:
        left = list(ran)
        largest = LARGE
        passed = 0
        for task in walk[:end]:
            must = task.must_pay(self.gas_price)
            if left and task.id == left[0]:
                left.pop(0)
                if task.size > largest:
                    return "a size that did not fit was taken up again"
                if not task.can_pay(self.gas_price):
                    return "ran at a loss"
                continue
            if task.id in ran[: len(ran) - len(left)] or task.size > largest:
                continue
            if not must:
                passed += 1
                continue
            if gas_left >= task.gas_needed():
                return f"left out {task}"
            largest = task.size - 1
        if left:
            return "ran what is not due, or out of order"
        if passed > MAX_PASSED:
            return "passed over too many"
        if stopped != NOWHERE and not is_spent and passed < MAX_PASSED and gas_left >= self._small_need():
            following = walk[end] if end < len(walk) else None
            if following is None or not following.can_pay(self.gas_price):
                return "stopped for nothing"
            if not passed and (not ran or following.must_pay(self.gas_price)):
                return "stopped before a task that pays"
        if passed:
            self.met.add("passed over 64" if passed == MAX_PASSED else "passed over an unprofitable task")
        return ""

    # ------------------------------------------------ views

    @action
    def estimate_cost(self, block, gas):
        return self.quote(block, gas, self.gas_price)

    @action
    def estimate_cost_at(self, block, gas, base_fee):
        return self.quote(block, gas, max(base_fee, self.minimum_gas_price))

    @action
    def get_next_execution_block_in_range(self, lookahead):
        return min((block for block, *_ in self.range(lookahead)), default=0)

    @action
    def get_task_schedule_in_range(self, lookahead, offset, limit):
        blocks = self.range(lookahead)
        return blocks[offset : offset + min(limit, 256)], len(blocks)

    def range(self, lookahead: int) -> list[tuple[int, int, int, int]]:
        refuse_if(lookahead > MAX_LOOKAHEAD, "LookaheadExceedsMaxScheduleDistance(uint64)", lookahead)
        counts = defaultdict(lambda: [0, 0, 0])
        for task in self.scheduled.values():
            if not self.is_past_window(task) and task.block <= self.block + lookahead:
                counts[task.block][task.size] += 1
        return [(block, *counts[block]) for block in sorted(counts)]
