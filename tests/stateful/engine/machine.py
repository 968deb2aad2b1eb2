"""
Contracts and a plain model that take the same steps side by side, and must agree on every answer, error, event and wei.

A machine has rules, which choose the next steps, and invariants. A step can be repeated without the rule that chose it,
and any part of the steps of a run is a run again: the model knows what must come of it.
"""

import contextlib
import pickle
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import boa
from eth_abi.exceptions import DecodingError

from tests.evm import engines
from tests.stateful.engine.chain import UNKNOWN, Chain
from tests.stateful.engine.choices import Choices
from tests.stateful.engine.interfaces import interface
from tests.stateful.engine.program import CHAIN, Cost, Later, Step, shown
from tests.stateful.models.world import Left, Refusal, World

WHOLE = 10  # all invariants look at everything after so many steps


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def rule(times: int, when: Callable = lambda machine: True):
    """How often the rule is offered, and whether there is something to work on."""

    def mark(body):
        body.times, body.when = times, when
        return body

    return mark


def rules_of(*modules) -> list[Callable]:
    return [
        body
        for module in modules
        for body in vars(module).values()
        if hasattr(body, "times") and body.__module__ == module.__name__
    ]


class Disagreement(AssertionError):
    """Model and contracts do not agree."""

    def __init__(self, kind: tuple, expected, happened, what: str = "", refusal=None):
        """`refusal`: the computation of the call that was refused, where the model expected something else."""
        self.kind = kind  # two failures of one kind are taken for the same
        self.expected, self.happened, self.what = expected, happened, what
        self.refusal = refusal
        super().__init__(f"{what or 'the outcome'}: the model says {expected}, the contracts {happened}")


class Told:
    """What the chain decided, for a model that leaves something to it."""

    def __init__(self, returned, emitters: dict[str, str]):
        self.returned = returned
        self.emitters = emitters

    def emitter(self, event: str) -> str | None:
        return self.emitters.get(event)


class Machine:
    rules: ClassVar[list[Callable]] = []
    invariants: ClassVar[list[Callable]] = []
    mocks: ClassVar[
        tuple[str, ...]
    ] = ()  # contracts that are not judged: their events are their own, calls of them do not count
    longest = 100  # steps of a run; 50 in the mean

    # The base of each run by class: a chain, and the world on it as bytes. On py-evm each run has a chain of its own:
    # boa slows down with every account that was ever written, and receipts of gas forbid to go back.
    _bases: ClassVar[dict[type, tuple]] = {}

    def __init__(self, draw: Choices | None = None, thorough: bool = False):
        """`thorough`: all invariants look at everything after each step."""
        self.context = contextlib.ExitStack()
        environment, world = self.base()
        self.context.enter_context(boa.swap_env(environment))
        if engines.chosen() == engines.REVM:
            self.context.enter_context(environment.anchor())
        self._take(pickle.loads(world), draw, thorough)

    def _take(self, world: World, draw: Choices | None, thorough: bool):
        self.world = world
        self.chain = Chain(world)
        self.chain.follow()
        self.draw, self.thorough = draw, thorough
        self.weighted = [body for body in self.rules for _ in range(body.times)]
        self.tally: Counter = Counter()
        self.program: list[Step] = []
        self.step: Step | None = None
        self.is_ending = False
        self.touched: set[str] = set()
        self.whole = False
        self.looking: Callable | None = None  # the invariant under way
        self.answers: dict[tuple, tuple] = {}  # the latest that were right, packing which takes longer than asking
        self.begin()

    @classmethod
    def base(cls) -> tuple:
        """The chain on which runs begin, and the world on it."""
        known = cls._bases.get(cls)
        if known and engines.chosen() == engines.REVM:
            return known
        environment = engines.environment()
        with boa.swap_env(environment):
            machine = cls.__new__(cls)
            machine._take(cls.deploy(), None, False)
            machine.prepare()
            base = environment, pickle.dumps(machine.world)
        if engines.chosen() == engines.REVM:
            cls._bases[cls] = base
        return base

    @classmethod
    def deploy(cls) -> World:
        """Deploy on boa's current chain, and return the world with the models of all contracts."""
        raise NotImplementedError

    def begin(self):
        """What a machine keeps besides the world."""

    def prepare(self):
        """The first steps of each run, taken once."""

    def end(self):
        """Bring everything to its end."""

    def close(self):
        self.context.close()

    # ------------------------------------------------ a run

    def run(self, length: int):
        for _ in range(length):
            self.something_happens()
        self.finish()

    def something_happens(self):
        body = self.draw.one_of(self.weighted)
        while not body.when(self):
            body = self.draw.one_of(self.weighted)
        before = self.tally["done"]
        body(self)
        self.tally["rule", body.__name__] += self.tally["done"] > before

    def finish(self):
        self.is_ending = True
        self.check(whole=True)
        self.end()
        self.check(whole=True)
        self.tally["runs"] += 1

    # ------------------------------------------------ a step

    def act(self, sender: str, target: str, function: str, *arguments, value: int = 0, gas: int | None = None):
        """Call a contract. Returns what the model expects: a `Refusal`, or what was returned."""
        return self.perform(Step(sender, target, function, arguments, value, gas))

    def happen(self, function: str, *arguments):
        return self.perform(Step("", CHAIN, function, arguments))

    def perform(self, step: Step):
        world = self.world
        self.step = step
        self.tally["steps"] += 1
        world.log.clear()
        world.met.clear()
        world.made.clear()
        world.to_give = list(step.makes)
        if not self.is_ending:
            self.program.append(step)
        if step.target == CHAIN:
            getattr(world, step.function)(*map(self.resolved, step.arguments))
            self.chain.follow()
            self.touched.add(CHAIN)
            self.tally["done"] += 1
            done = None
        elif step.target in world.objects:
            done = getattr(self, f"perform_{snake_case(step.function)}", self.call)(step)
            self.count(step, done)
        else:
            return None  # the step that makes it was left out
        if not self.is_ending:
            self.program[-1] = replace(step, makes=tuple(world.made))
        self.check(whole=self.thorough or len(self.program) % WHOLE == 0)
        return done

    def count(self, step: Step, done):
        tally, kind = self.tally, self.world.kinds[step.target]
        if isinstance(done, Refusal):
            tally["error", done.error] += 1
        else:
            tally["done"] += 1
            tally["success", kind, step.function] += 1
            for situation in self.world.met:
                tally["situation", situation] += 1
        if not self.is_ending and step.target not in self.mocks:
            tally["called"] += 1
            tally["refused"] += isinstance(done, Refusal)

    def resolved(self, value, type_: str = "", cost: Callable = lambda: 0):
        """As a model takes it."""
        if isinstance(value, Later):
            return self.world.later(value)
        if isinstance(value, Cost):
            return max(0, cost() + value)
        if isinstance(value, (list, tuple)):
            return [self.resolved(one, type_.removesuffix("[]"), cost) for one in value]
        if isinstance(getattr(value, "at", None), Later):
            return replace(value, at=self.resolved(value.at) % 2**64)
        if type_.startswith("uint") and isinstance(value, str):
            return self.world.ids.get(value, UNKNOWN)
        return value

    def call(self, step: Step):
        """Model and contract do the step; they must agree on the outcome."""
        of = self.world.objects[step.target]
        function = self.chain.function(step.target, step.function, len(step.arguments))
        arguments = []

        def cost() -> int:
            return of.cost(*arguments)

        for type_, value in zip(function.inputs.types, step.arguments, strict=True):
            arguments.append(self.resolved(value, type_, cost))
        value = self.resolved(step.value, cost=cost)
        expected = getattr(of, snake_case(step.function))(
            step.sender, *arguments, **({"value": value} if value else {})
        )
        computation = self.chain.call(step.sender, step.target, function, arguments, value, step.gas)
        output = computation.output
        if isinstance(expected, Refusal):
            self.is_refused(step, expected, computation)
            return expected
        if computation.is_error:
            refused = self.chain.refused_with(output)
            kind = ("refused", step.function, refused.split("(")[0])
            raise Disagreement(kind, "success", f"refused with {refused}", refusal=computation)
        logs = self.raw_logs(computation)
        if isinstance(expected, Left):
            expected = expected.change(self.told(function, output, logs))
        if output != self.chain.packed(function.outputs, expected):
            got = self.chain.unpacked(function.outputs, output)
            raise Disagreement(("returned", step.function), f"returns {shown(expected)}", f"returned {shown(got)}")
        self.agree_on_events(step, logs)
        self.touched |= {step.target, *(emitter for emitter, _, _ in self.world.log)}
        return expected

    def is_refused(self, step: Step, expected: Refusal, computation):
        if not computation.is_error:
            raise Disagreement(("succeeded", step.function, expected.error), f"refused with {expected}", "success")
        if computation.output != self.chain.refusal(expected):
            refused = self.chain.refused_with(computation.output)
            kind = ("refused", step.function, refused.split("(")[0])
            raise Disagreement(kind, f"refused with {expected}", f"refused with {refused}", refusal=computation)

    def raw_logs(self, computation) -> list[tuple]:
        """Emitter, topics, data, in the order of logging."""
        silent = {self.chain.address(name).canonical_address for name in self.mocks}
        entries = sorted(computation.get_raw_log_entries())
        return [(emitter, tuple(topics), data) for _, emitter, topics, data in entries if emitter not in silent]

    def told(self, function, output: bytes, logs: list[tuple]) -> Told:
        topics = {
            event.topic: name
            for kind in set(self.world.kinds.values())
            for name, event in interface(kind).events.items()
        }
        emitters = {topics.get(topics_[0], ""): self.chain.raised(boa.util.abi.Address(at)) for at, topics_, _ in logs}
        return Told(self.chain.unpacked(function.outputs, output) if function.outputs.types else None, emitters)

    def agree_on_events(self, step: Step, logs: list[tuple]):
        """The same, in the same order."""
        expected = [self.chain.event(*event) for event in self.world.log]
        if logs != expected:
            common = next((at for at, pair in enumerate(zip(logs, expected, strict=False)) if pair[0] != pair[1]), None)
            at = min(len(logs), len(expected)) if common is None else common
            wanted = [f"{emitter} {name}({', '.join(map(shown, given))})" for emitter, name, given in self.world.log]
            happened = str(self.chain.log(logs[at])) if at < len(logs) else "no more"
            kind = ("events", step.function, wanted[at].split("(")[0] if at < len(wanted) else happened.split("(")[0])
            raise Disagreement(kind, f"event {at + 1} is {([*wanted, 'no more'])[at]}", happened)

    # ------------------------------------------------ invariants

    def check(self, whole: bool):
        self.whole = whole
        for invariant in self.invariants:
            self.looking = invariant
            invariant(self)
            self.tally["checked", invariant.__name__] += 1
        self.looking = None
        self.touched.clear()

    def same(self, what: str, expected, happened):
        if expected != happened:
            raise Disagreement((re.sub(r"\d+", "", what),), shown(expected), shown(happened), what)

    def agrees(self, target: str, view: str, *arguments, expected):
        """A view answers what the model says: an `expected` that the caller has built for this."""
        output, function = self.chain.view(target, view, *arguments)
        question = target, view, arguments
        if self.answers.get(question) == (expected, output):
            return
        if isinstance(expected, Refusal):
            wanted = self.chain.refusal(expected)
        else:
            wanted = self.chain.packed(function.outputs, expected)
        if output != wanted:
            refusal = None
            try:
                got = shown(self.chain.unpacked(function.outputs, output))
            except DecodingError:  # it reverted
                got, refusal = self.chain.refused_with(output), self.chain.ask(question)
            what = f"{view}({', '.join(map(shown, arguments))}) of {target}"
            raise Disagreement((view, self.world.kinds[target]), shown(expected), got, what, refusal)
        self.answers[question] = expected, output
