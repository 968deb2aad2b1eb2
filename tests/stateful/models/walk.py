"""
Which tasks a call of `executeTasks` may have run: that depends on gas, so that the chain says which, and this judges.
"""

from tests.stateful.models.scheduled import LARGE, MAX_PASSED, NOWHERE, Task
from tests.stateful.models.world import World


class Walk:
    """The part of the manager's model that knows the order of execution."""

    world: World

    # ------------------------------------------------ what executeTasks may have run

    def walk(self) -> tuple[list[Task], list[Task]]:
        """
        What is due, in the order in which a call looks at it: from where the last one stopped, then from the first on.
        """
        due = sorted((task for task in self.scheduled.values() if self.is_due(task)), key=lambda task: task.position)
        first = (max(self.world.block - self.window, 0) * 4, 0)
        if self.stopped <= first:
            return due, []
        return (
            [task for task in due if task.position >= self.stopped],
            [task for task in due if task.position[0] <= self.stopped[0]],
        )

    def complaint(self, ran: list[str], gas_left: int, stopped: tuple[int, int], is_spent: bool) -> str:
        """
        Why a call cannot have run just these, with so much gas left above the reserve and this place to go on from;
        empty if it can. Asked before the model runs them. `is_spent`: what it earned does not pay for looking on, so
        that it may stop anywhere after its last run.
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
            last = max((at for at, task in enumerate(walk) if task.name in ran), default=-1)
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
            if left and task.name == left[0]:
                left.pop(0)
                if task.size > largest:
                    return "a size that did not fit was taken up again"
                if not task.can_pay(self.gas_price):
                    return "ran at a loss"
                continue
            if task.name in ran[: len(ran) - len(left)] or task.size > largest:
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
            self.world.met.add("passed over 64" if passed == MAX_PASSED else "passed over an unprofitable task")
        return ""
