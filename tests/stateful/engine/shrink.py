"""The fewest and simplest steps that fail in the same way."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.stateful.engine.program import CHAIN, Step, renamed

NAME = re.compile(r"(.+) (\d+)")
SEARCHED = 10**7  # whole numbers below are shrunk to the edge, larger ones in a few tries
PATIENCE = 60  # seconds


class Shrinker:
    def __init__(self, fails: Callable[[list[Step]], list[Step] | None], steps: list[Step]):
        """`fails` returns the steps as they were taken up to the failure; None if there is none, or another."""
        self.fails = fails
        self.steps = steps
        self.replays = 0
        self.until = time.monotonic() + PATIENCE

    def attempt(self, steps: list[Step]) -> bool:
        """Keep these steps if they fail."""
        if steps == self.steps or time.monotonic() > self.until:
            return False
        self.replays += 1
        taken = self.fails(steps)
        if taken is not None:
            self.steps = taken
        return taken is not None

    def shrink(self) -> list[Step]:
        before = None
        while before != self.steps:
            before = self.steps
            self.leave_out_steps()
            self.join_waits()
            self.simplify_names()
            self.simplify_values()
        self.number_anew()
        return self.steps

    def leave_out_steps(self):
        """Delta debugging (Zeller 1999): parts first, then single steps, the last of them first."""
        size = len(self.steps) // 2
        while size:
            end = len(self.steps)
            while end > 0:
                self.attempt(self.steps[: max(0, end - size)] + self.steps[end:])
                end = min(end - size, len(self.steps))
            size //= 2

    def join_waits(self):
        for at in reversed(range(len(self.steps) - 1)):
            first, second = self.steps[at : at + 2]
            if first.target == second.target == CHAIN and first.function == second.function == "wait":
                joined = replace(second, arguments=(first.arguments[0] + second.arguments[0],))
                self.attempt([*self.steps[:at], joined, *self.steps[at + 2 :]])

    def simplify_names(self):
        """Worker 3 becomes worker 1 wherever the name stands, if that will do."""
        names = {name for step in self.steps for name in names_in((step.sender, step.target, step.arguments))}
        made = {name for step in self.steps for name in step.makes}
        for name in sorted(names - made):
            kind, number = NAME.fullmatch(name).groups()
            any(self.attempt(renamed(self.steps, {name: f"{kind} {less}"})) for less in range(1, int(number)))

    def simplify_values(self):
        at = 0
        while at < len(self.steps):
            while any(self.attempt(self.with_step(at, simpler)) for simpler in shorter_lists(self.steps[at])):
                pass
            for place in places(self.steps[at]):
                self.simplify_value(at, place)
            at += 1

    def with_step(self, at: int, step: Step) -> list[Step]:
        return [*self.steps[:at], step, *self.steps[at + 1 :]]

    def simplify_value(self, at: int, place: tuple):
        def attempt(value) -> bool:
            # what is put in the place of a step may end the program before it
            return at < len(self.steps) and self.attempt(self.with_step(at, put(self.steps[at], place, value)))

        value = get(self.steps[at], place)
        if isinstance(value, bool) or value is None:
            if value:
                attempt(False)
        elif isinstance(value, int):
            self.simplify_number(value, attempt)
        elif isinstance(value, (str, bytes)) and not (isinstance(value, str) and NAME.fullmatch(value)):
            any(attempt(value[:length]) for length in (0, 1, len(value) // 2) if length < len(value))

    @staticmethod
    def simplify_number(number: int, attempt: Callable[[int], bool]):
        kind = type(number)
        low, high = -1 if number >= 0 else number, number
        for simple in (0, 1):
            if abs(simple) < abs(number):
                if attempt(kind(simple)):
                    return
                low = simple
        if low < 0 or number >= SEARCHED:
            return
        while high - low > 1:
            middle = (low + high) // 2
            if attempt(kind(middle)):
                high = middle
            else:
                low = middle

    def number_anew(self):
        """Tasks, pools and requests are numbered in the order in which they are made."""
        names, counts = {}, {}
        for step in self.steps:
            for name in step.makes:
                kind, _ = NAME.fullmatch(name).groups()
                # the first pools are there before the first step
                counts[kind] = counts.get(kind, 3 if kind == "pool" else 0) + 1
                names[name] = f"{kind} {counts[kind]}"
        self.attempt(renamed(self.steps, names))


def names_in(value) -> Iterator[str]:
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from names_in(one)
    elif isinstance(value, str) and NAME.fullmatch(value):
        yield value


def places(step: Step) -> Iterator[tuple]:
    """Where the step has values: a field, or argument and position in it."""

    def inside(value, path: tuple) -> Iterator[tuple]:
        if isinstance(value, (list, tuple)):
            for at, one in enumerate(value):
                yield from inside(one, (*path, at))
        else:
            yield path

    yield from inside(step.arguments, ())
    yield ("value",)


def get(step: Step, place: tuple):
    if place == ("value",):
        return step.value
    value = step.arguments
    for at in place:
        value = value[at]
    return value


def put(step: Step, place: tuple, new) -> Step:
    def inside(value, path: tuple):
        if not path:
            return new
        return type(value)(inside(one, path[1:]) if at == path[0] else one for at, one in enumerate(value))

    if place == ("value",):
        return replace(step, value=new)
    return replace(step, arguments=inside(step.arguments, place))


def shorter_lists(step: Step) -> Iterator[Step]:
    """Without one position of its lists; those of one length belong together."""
    lengths = {len(value) for value in step.arguments if isinstance(value, list)}
    for length in sorted(lengths, reverse=True):
        for at in reversed(range(length)):
            arguments = tuple(
                value[:at] + value[at + 1 :] if isinstance(value, list) and len(value) == length else value
                for value in step.arguments
            )
            makes = step.makes[:at] + step.makes[at + 1 :] if len(step.makes) == length else step.makes
            yield replace(step, arguments=arguments, makes=makes)
