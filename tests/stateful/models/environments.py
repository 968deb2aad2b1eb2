"""What the environments of scheduled tasks do, as the spec has them."""

from tests.helpers.chain import error_data
from tests.stateful.models.scheduled import (
    AGAIN,
    ATTEMPTS,
    BURN,
    FAIL,
    GARBAGE,
    GAS_LIMITS,
    KEEPS_BACK,
    LOCKED,
    RETRY_DELAY,
    SCHEDULED,
    SMALL,
    UNPAYABLE,
    WAIT,
    WORK,
    Task,
    round_down,
    word,
)
from tests.stateful.models.world import NOBODY, Refusal, World, action, refuse_if


def data_of(refusal: Refusal) -> bytes:
    """Its revert data; of errors whose arguments are numbers."""
    return error_data(refusal.error, *refusal.arguments)


class Environments:
    """The part of the manager's model that runs tasks."""

    world: World

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
        if call.does == WAIT and self.world.block < self.ready_at:
            return error_data("NotReady()")
        if call.does == LOCKED:
            return error_data("TaskManagerLocked()")
        if call.does == AGAIN:
            refusal = self.why_not_again(task, call.at, call.most)
            return data_of(refusal) if refusal else None
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
        self.world.emit(task.environment, "TaskStarted", call.target, call.data)
        self.target_works(task)
        self.world.emit(task.environment, "TaskCompleted", call.target, True)
        return True, word(1)

    def validated(self, task: Task) -> tuple[bool, bytes]:
        call = task.call
        if not call.has_code:
            return False, error_data("InvalidTarget()")
        if len(call.data) < 4:
            return False, error_data("InvalidValue()")
        argument = int.from_bytes(call.data[4:36], "big") if len(call.data) >= 36 else 0
        self.world.emit(task.environment, "TaskValidated", call.target, argument)
        return self.minimal(task)

    def rescheduling(self, task: Task) -> tuple[bool, bytes]:
        call = task.call
        invalid = self.invalid(task)
        if invalid is not None:
            return False, invalid
        is_last = task.attempt == ATTEMPTS
        refused = self.target_refuses(task) is not None
        block = self.world.block + RETRY_DELAY
        most = round_down(task.first_price, 11) * 2
        why_not = self.why_not_again(task, block, most)
        self.world.emit(task.environment, "TaskStarted", call.target, call.data)
        if not refused:
            self.target_works(task)
        self.world.emit(task.environment, "ExecutionAttempt", task.attempt, not refused)
        self.world.emit(task.environment, "TaskCompleted", call.target, not refused)
        if refused and is_last:
            self.world.emit(task.environment, "RetriesExhausted", call.target, task.attempt)
            self.world.met.add("retries exhausted")
        elif refused and why_not:
            self.world.emit(task.environment, "RetryRefused", call.target, data_of(why_not)[:68])
            self.world.met.add(f"retry refused: {why_not.error}")
        elif refused and self.lacks_gas(task):
            self.world.emit(task.environment, "RetryRefused", call.target, b"")
            self.world.met.add("a retry lacked gas")
        elif refused:
            self.come_again(task, block, most)
            self.world.emit(task.environment, "TaskRescheduled", call.target, block)
            self.world.met.add(f"attempt {task.attempt} failed and comes again")
            if task.gas < KEEPS_BACK:
                self.world.met.add("a small retry came again")
        return not refused, word(not refused)

    def lacks_gas(self, task: Task) -> bool:
        """
        Whether the gas does not suffice for a retry: never if the task is large enough to keep some back.

        Otherwise the chain says so. What words of the calendar cost depends on what stood in them, and on revm, which
        keeps them warm and has no transactions, on the calls before too.
        """
        return task.gas < KEEPS_BACK and task.environment not in self.came_again

    def recurring(self, task: Task) -> tuple[bool, bytes]:
        call = task.call
        invalid = self.invalid(task)
        if invalid is not None:
            return False, invalid
        refused = self.target_refuses(task) is not None
        block = self.world.block + self.interval
        self.world.emit(task.environment, "TaskStarted", call.target, call.data)
        if not refused:
            self.target_works(task)
        self.world.emit(task.environment, "TaskCompleted", call.target, not refused)
        if refused:
            return False, word(0)
        why_not = self.why_not_again(task, block, UNPAYABLE)
        if call.does == AGAIN:
            why_not = Refusal("TaskAlreadyRescheduled(bytes32)", (self.world.ids[task.name],))
        if why_not:
            self.world.emit(task.environment, "RecurrenceRefused", call.target, data_of(why_not)[:68])
            self.world.met.add(f"recurrence refused: {why_not.error}")
        else:
            self.come_again(task, block, UNPAYABLE)
            self.world.emit(task.environment, "TaskRescheduled", call.target, block)
            self.world.met.add("a recurring task came again")
        return not refused, word(not refused)
