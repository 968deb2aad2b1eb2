"""
Which tasks a call of `executeTasks` may have run: that depends on gas, so that the chain says which, and this judges.

What the call decides, it decides by the gas that it has used by then. The model knows bounds of that. Where the bounds
leave both open, both are right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from tests.stateful.models.scheduled import (
    CALL_GAS,
    CALLDATA_GAS,
    GAS_KEPT,
    INTRINSIC_GAS,
    LARGE,
    LONE_GAS,
    NOWHERE,
    SMALL,
    TASK_GAS,
    Task,
)
from tests.stateful.models.world import World

MAX_PASSED = 64
MAX_GROUP = 64
# Of gas: a call of `executeTasks` before its first instruction; finishing in the worst case, with a further look too.
START_GAS = INTRINSIC_GAS + 68 * CALLDATA_GAS
END_GAS = CALL_GAS - CALL_GAS // 4
REST_GAS = TASK_GAS + END_GAS
# Of gas: a look at the next task at most, the first look at most, and what a run takes at least.
LOOK_GAS = 8_000
FIRST_LOOK_GAS = INTRINSIC_GAS + CALL_GAS // 4
RUN_GAS = 5_000


@dataclass(frozen=True)
class Trip:
    """A call of `executeTasks`, as the chain tells of it."""

    ran: tuple[str, ...]
    used: int  # gas, with what a transaction costs before
    spare: int  # gas above the reserve that was left where tasks run
    stopped: tuple[int, int]  # where the next call begins


@dataclass(frozen=True)
class Place:
    """How far a call has come."""

    at: int = 0  # in the walk
    done: int = 0  # of what ran
    passed: int = 0
    most: int = MAX_PASSED  # to pass over
    largest: int = LARGE
    group: tuple[int, int] = (0, 0)  # the earliest and the latest end of the group under way
    met: frozenset[str] = frozenset()

    def meets(self, situation: str) -> "Place":
        return replace(self, met=self.met | {situation})


@dataclass(frozen=True)
class End:
    """What came of a call, as far as it could be followed."""

    at: int
    complaint: str
    met: frozenset[str] = frozenset()


class Walk:
    """The part of the manager's model that knows the order of execution."""

    world: World
    gas_price: int
    window: int
    scheduled: dict[str, Task]
    stopped: tuple[int, int]
    treasury: str
    credits: dict[str, int]

    def walk(self) -> tuple[list[Task], list[Task]]:
        """
        What is due, in the order in which a call looks at it: from where the last one stopped, then from the first on.
        """
        due = sorted((task for task in self.scheduled.values() if self.is_due(task)), key=lambda task: task.position)
        if self.stopped <= self.first_place():
            return due, []
        return (
            [task for task in due if task.position >= self.stopped],
            [task for task in due if task.position[0] <= self.stopped[0]],
        )

    def end_gas(self) -> int:
        """Gas that a call counts for its end: more where the words of treasury or validator are new."""
        is_new = not self.credits[self.world.coinbase] or not self.credits[self.treasury]
        return END_GAS if is_new else CALL_GAS // 2

    def first_place(self) -> tuple[int, int]:
        return max(self.world.block - self.window, 0) * 4, 0

    def complaint(self, trip: Trip) -> str:
        """Why a call cannot have run just these and stopped there, if so. Asked before the model runs them."""
        return Judge(self, trip).complaint()


class Judge:
    """Follows a call along each way that it may have taken."""

    def __init__(self, model: Walk, trip: Trip):
        self.model, self.trip = model, trip
        self.before, after = model.walk()
        self.walk = self.before + after
        self.price = model.gas_price
        self.end_gas = model.end_gas()
        self.tasks = [model.scheduled[name] for name in trip.ran if name in model.scheduled]
        self.order = {task.name: number for number, task in enumerate(self.tasks)}
        self.paid = list(accumulate((task.payment for task in self.tasks), initial=0))
        self.asked = list(accumulate((task.gas + TASK_GAS for task in self.tasks), initial=0))

    def complaint(self) -> str:
        if len(self.tasks) < len(self.trip.ran):
            return "ran what is not scheduled"
        found = self.end()
        if found.complaint and not self.tasks and self.may_be_undone():
            found = End(0, self.stands_still(), frozenset({"undone, since it would have lost"}))
        if not found.complaint:
            self.model.world.met |= found.met
        return found.complaint

    def end(self) -> End:
        ways, seen, furthest = [Place()], set(), End(-1, "")
        while ways:
            place = ways.pop()
            if place in seen:
                continue
            seen.add(place)
            for way in self.ways(place):
                if isinstance(way, Place):
                    ways.append(way)
                elif not way.complaint:
                    return way
                elif way.at > furthest.at:
                    furthest = way
        return furthest

    # ------------------------------------------------ gas

    def least(self, place: Place) -> int:
        """Gas that was used up to there, at least."""
        return START_GAS + RUN_GAS * place.done

    def most(self, place: Place) -> int:
        looks = place.at + (MAX_GROUP if place.most < MAX_PASSED or place.group[1] else 0)
        return min(self.trip.used, FIRST_LOOK_GAS + self.asked[place.done] + LOOK_GAS * looks)

    def covers(self, place: Place, gas: int) -> bool:
        """Whether the executor's share is 1.1 times the worth of that."""
        return 90 * self.paid[place.done] >= 110 * self.price * gas

    def is_little(self, needed: int) -> bool:
        return self.trip.spare < needed

    def group(self, at: int, used: int, surely: bool) -> int:
        """
        Where the group ends that begins there, if so much gas was used before; 0 if it does not pay for the call.
        `surely`: if there was not gas enough for all of it, perhaps, it does not either.
        """
        surplus, needed = 0, GAS_KEPT
        phase = len(self.before) if at < len(self.before) else len(self.walk)
        for end in range(at, min(at + MAX_GROUP, phase)):
            task = self.walk[end]
            if task.pays(self.price, TASK_GAS):
                needed += task.gas_needed() - GAS_KEPT
                surplus += 90 * task.payment - 100 * self.price * (task.gas + TASK_GAS)
                if surely and self.is_little(needed):
                    return 0
                if surplus >= 100 * self.price * (used + self.end_gas):
                    return end + 1
        return 0

    # ------------------------------------------------ a call, step by step

    def ways(self, place: Place) -> Iterator[Place | End]:
        at = place.at
        is_at_the_end = at == len(self.walk)
        if is_at_the_end or at in (0, len(self.before)) or self.bucket(at) != self.bucket(at - 1):
            yield from self.stopped_at_a_boundary(place)
            if place.done and at >= place.group[1] and not self.covers(place, self.least(place) + REST_GAS):
                yield End(at, "searched on at the executor's cost")
                return
        if is_at_the_end:
            yield self.ended(place)
            return
        if at == len(self.before):
            place = replace(place, group=(0, 0))
        task = self.walk[at]
        if task.size > place.largest or self.order.get(task.name, place.done) < place.done:
            yield replace(place, at=at + 1)
            return
        if self.is_little(task.gas_needed()):
            yield self.not_started(place, task)
        if place.done < len(self.tasks) and self.tasks[place.done] is task:
            yield from self.ran(place, task)
        yield from self.not_run(place, task)

    def bucket(self, at: int) -> int:
        return self.walk[at].position[0]

    def halted(self, place: Place, *stops: tuple[int, int]) -> End:
        """The call ends here, and the next begins at one of these places."""
        if place.done < len(self.tasks):
            return End(place.at, "ran what is not due, or out of order")
        if self.trip.stopped not in (stops if place.passed else (self.model.stopped,)):
            return End(place.at, f"stopped for nothing, or elsewhere than at {stops}")
        return End(place.at, "", place.met)

    def ended(self, place: Place) -> End:
        """The call has looked at everything."""
        if place.done < len(self.tasks):
            return End(place.at, "ran what is not due, or out of order")
        if self.trip.stopped != NOWHERE:
            return End(place.at, "stopped for nothing")
        return End(place.at, "", place.met)

    def stopped_at_a_boundary(self, place: Place) -> Iterator[End]:
        """Between two buckets, the call may stop for want of gas or of earnings."""
        at = place.at
        is_spent = place.done and at >= place.group[0] and not self.covers(place, self.most(place) + REST_GAS)
        if not self.is_little(GAS_KEPT + TASK_GAS) and not is_spent:
            return
        stops = [(self.bucket(at - 1) + 1, 0)] if at else []
        if at == len(self.before) < len(self.walk):
            stops.append(self.model.first_place())
        yield self.halted(place, *stops)

    def not_started(self, place: Place, task: Task) -> Place | End:
        """There was too little gas for it; a smaller one may fit."""
        if task.size == SMALL:
            return self.halted(place, task.position)
        return replace(place, at=place.at + 1, largest=task.size - 1)

    def ran(self, place: Place, task: Task) -> Iterator[Place | End]:
        if not task.pays(self.price, TASK_GAS):
            yield End(place.at, "ran at a loss")
            return
        after = replace(place, at=place.at + 1, done=place.done + 1)
        if place.done or place.at < place.group[1]:
            yield after
            return
        least = self.least(place)
        if self.pays_alone(place, task, least):
            yield after
        earliest = self.group(place.at, least, False)
        if earliest and place.most == MAX_PASSED and not (place.passed and task.pays(self.price, LONE_GAS)):
            latest = self.group(place.at, self.most(place) + LOOK_GAS * MAX_GROUP, True) or len(self.walk)
            yield replace(after, group=(earliest, latest)).meets("a group paid for the call")
        yield End(place.at, "ran one that does not pay for the call")

    def pays_alone(self, place: Place, task: Task, used: int) -> bool:
        """Whether it pays for a call that has used so much gas: 1.1 times, if others were passed over."""
        if place.passed:
            return task.pays(self.price, used + REST_GAS, 110)
        return task.pays(self.price, TASK_GAS + used + self.end_gas)

    def not_run(self, place: Place, task: Task) -> Iterator[Place | End]:
        if not task.pays(self.price, TASK_GAS):
            yield from self.passed(place, MAX_PASSED)
            return
        left_out = End(place.at, f"left out {task.name}, {task.gas} gas, {task.payment} wei")
        if place.done or place.at < place.group[0]:
            yield left_out
            return
        most = self.most(place)
        if self.pays_alone(place, task, most):
            yield left_out
        elif place.passed and task.pays(self.price, LONE_GAS):
            yield self.halted(place.meets("stopped before one that pays for a call of its own"), task.position)
        elif place.most == MAX_PASSED and self.group(place.at, most + LOOK_GAS * MAX_GROUP, True):
            yield left_out
        else:
            yield from self.passed(place, MAX_GROUP // 2)

    def passed(self, place: Place, most: int) -> Iterator[Place | End]:
        now = replace(place, passed=place.passed + 1, most=min(place.most, most))
        bucket, index = self.walk[place.at].position
        behind = bucket, index + 1
        if now.passed >= now.most:
            half = "passed over half a group" if now.most < MAX_PASSED else "passed over 64"
            yield self.halted(now.meets(half), behind)
            return
        now = now.meets("passed over an unprofitable task")
        if now.done and place.at >= now.group[0]:
            if not self.covers(now, self.most(now) + LOOK_GAS + REST_GAS):
                yield self.halted(now, behind)
            if place.at >= now.group[1] and not self.covers(now, self.least(now) + REST_GAS):
                yield End(place.at, "searched on at the executor's cost")
                return
        yield replace(now, at=place.at + 1)

    # ------------------------------------------------ a call that was undone

    def may_be_undone(self) -> bool:
        """Whether what the call ran first may have cost more than the executor's share."""
        if self.is_little(GAS_KEPT + TASK_GAS):
            return True
        used = START_GAS
        for at, task in enumerate(self.walk[:MAX_PASSED]):
            end = self.group(at, used, False)
            if task.pays(self.price, TASK_GAS) and (end or (not at and self.pays_alone(Place(), task, used))):
                if self.may_lose(at, end):
                    return True
                if task.must_pay(self.price):
                    return False
        return False

    def may_lose(self, at: int, end: int) -> bool:
        """Whether a call that runs what pays from there on, and at least up to that end, may lose."""
        paid, gas = 0, START_GAS + CALL_GAS + LOOK_GAS * (at + MAX_GROUP * bool(end))
        for number in range(at, len(self.walk)):
            task = self.walk[number]
            is_behind_a_bucket = number > at and self.bucket(number) != self.bucket(number - 1)
            if is_behind_a_bucket and number >= end and 90 * paid < 100 * self.price * gas:
                return True
            if task.pays(self.price, TASK_GAS):
                paid += task.payment
                gas += task.gas + TASK_GAS
            else:
                gas += LOOK_GAS
        return 90 * paid < 100 * self.price * gas

    def stands_still(self) -> str:
        """A complaint if each further call would do the same again although there is something to do."""
        if self.trip.stopped != self.model.stopped:
            return ""
        for task in self.walk:
            if task.must_pay(self.price) and not self.is_little(task.gas_needed()):
                return f"ran nothing, and begins there again, although {task.name} pays for a call of its own"
        return ""
