"""Runs of a machine: hypothesis makes the choices, a failure is shrunk and told, and what was found once is kept."""

import hashlib
import os
import pickle
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from taskpools.system import ROOT
from tests.stateful.engine.choices import Choices
from tests.stateful.engine.machine import Disagreement, Machine
from tests.stateful.engine.program import Step, regression
from tests.stateful.engine.shrink import Shrinker

FOUND = ROOT / "build" / "stateful"  # regression tests
KEPT = ROOT / ".hypothesis" / "examples"
ONE_AT_A_TIME = threading.Lock()  # boa has one current chain in a process
OFFSET = 1_000  # of the numbers of things that a repeated step makes, and did not make when it was recorded


@dataclass(frozen=True)
class Outcome:
    """How steps failed."""

    kind: tuple
    headline: str
    taken: list[Step]
    at_the_end: bool
    invariants: list  # what failed; none if it was the step itself
    source: str  # where a contract refused the call, if one did and this was asked for


def outcome(
    machine: type[Machine],
    steps: list[Step],
    ends: bool = True,
    invariants: list | None = None,
    explains: bool = False,
) -> Outcome | None:
    """
    Take these steps, and look at everything after each, or at these invariants; None if nothing fails.

    `ends`: bring everything to its end too. `explains`: make a call that was refused once more, for its source lines.
    """
    run = machine(thorough=True)
    if invariants is not None:
        run.invariants = invariants
    run.world.given.update(dict.fromkeys(("pool", "task", "request"), OFFSET))
    try:
        for step in steps:
            run.perform(step)
        if ends:
            run.finish()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the failure
        return _outcome(run, error, explains)
    finally:
        run.close()
    return None


def _outcome(run: Machine, error: Exception, explains: bool = False) -> Outcome:
    lines = ""
    if isinstance(error, Disagreement):
        if explains and error.refusal is not None:
            lines = run.chain.source_lines(error.refusal)
        kind = error.kind
        text = f"{error.what}: the model says {error.expected}, the contracts {error.happened}"
        if not error.what:
            text = f"the model expects: {error.expected}; what happened: {error.happened}"
    else:
        # a fault in the model or in the tests
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if "/tests/stateful/" in frame.filename][-1]
        kind = (type(error).__name__, own.filename, own.lineno)
        text = f"{type(error).__name__} in {Path(own.filename).relative_to(ROOT)}, line {own.lineno}: {error}"
    headline = f"{run.step}\n  {text}" if run.step else text
    invariants = [run.looking] if run.looking else []
    return Outcome(kind, headline, list(run.program), run.is_ending, invariants, lines)


@dataclass
class Failure:
    machine: str
    seed: int
    outcome: Outcome
    before: int  # steps
    replays: int
    seconds_to_find: float
    seconds_to_shrink: float

    @property
    def name(self) -> str:
        digest = hashlib.sha256(repr(self.outcome.taken).encode()).hexdigest()[:8]
        return f"found_{self.machine.lower()}_{digest}"

    def keep(self) -> Path:
        """Write the regression test, and keep the steps for the next run of the tests."""
        Kept(self.machine).save(self.outcome.taken)
        FOUND.mkdir(parents=True, exist_ok=True)
        path = FOUND / f"test_{self.name}.py"
        path.write_text(formatted(regression(self.machine, self.name, self.outcome.headline, self.outcome.taken)))
        return path

    def report(self, path: Path) -> str:
        count, path = len(self.outcome.taken), os.path.relpath(path, ROOT)
        return "\n".join(
            [
                f"{self.machine} and their model do not agree.",
                "",
                f"  {self.outcome.headline}",
                "",
                *source(self.outcome),
                f"{count} steps, shrunk from {self.before} in {self.seconds_to_shrink:.1f} s and {self.replays} "
                + f"replays; found after {self.seconds_to_find:.1f} s with seed {self.seed}:",
                *told(self.outcome),
                "",
                f"Repeat with: uv run pytest -n 0 {path}",
                "That file is a test to keep; tests/stateful repeats the steps first until they pass.",
            ]
        )


def source(failed: Outcome) -> list[str]:
    """The source lines of the call that was refused, and an empty line."""
    return [failed.source.strip("\n"), ""] if failed.source else []


def told(failed: Outcome) -> list[str]:
    """The steps, numbered."""
    lines = [f"  {number:2}  {step}" for number, step in enumerate(failed.taken, start=1)]
    return lines + ["      then everything is brought to its end"] * failed.at_the_end


@dataclass
class Findings:
    """What came of some runs."""

    tally: Counter = field(default_factory=Counter)
    failure: Failure | None = None


def search(machine: type[Machine], seed: int, runs: int) -> Findings:
    """Make so many runs, up to the first failure. The seed says which."""
    findings = Findings()
    failed: list[tuple[Outcome, float]] = []
    began = time.perf_counter()

    @seeded(seed)
    @settings(
        max_examples=runs,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def choose(data):
        # drawing from strategies would take ten times as long, and repeat parts of earlier runs
        draw = Choices(lambda below: data.conjecture_data.draw_integer(0, below - 1))
        run = machine(draw)
        try:
            run.run(draw.number(0, machine.longest))
        except Exception as error:
            failed.append((_outcome(run, error), time.perf_counter() - began))
            raise
        finally:
            findings.tally += run.tally
            run.close()

    with (
        ONE_AT_A_TIME,
        # hypothesis mixes in constants of all modules that are loaded: a seed would not make the same runs anywhere
        mock.patch.object(providers.HypothesisProvider, "_local_constants", Constants()),
        mock.patch.object(providers, "CONSTANTS_CACHE", {}),
    ):
        try:
            choose()
        except Exception:
            if not failed:
                raise
            findings.failure = shrunk(machine, seed, *failed[0])
    return findings


def shrunk(machine: type[Machine], seed: int, first: Outcome, seconds: float) -> Failure:
    began = time.perf_counter()
    # looking at everything after each step may find it earlier, or another way
    whole = outcome(machine, first.taken, first.at_the_end) or first
    last = whole

    def fails(steps: list[Step]) -> list[Step] | None:
        nonlocal last
        now = outcome(machine, steps, whole.at_the_end, whole.invariants)
        if now is None or now.kind != whole.kind or now.at_the_end != whole.at_the_end:
            return None
        last = now
        return now.taken

    shrinker = Shrinker(fails, whole.taken)
    shrinker.shrink()
    seconds_to_shrink = time.perf_counter() - began
    explained = outcome(machine, last.taken, whole.at_the_end, whole.invariants, explains=True) or last
    return Failure(machine.__name__, seed, explained, len(first.taken), shrinker.replays, seconds, seconds_to_shrink)


# ---------------------------------------------------------------- what was found before


class Kept:
    """The example database's part for a machine: the steps of failures, until they pass."""

    def __init__(self, machine: str):
        self.database = DirectoryBasedExampleDatabase(KEPT)
        self.key = f"taskpools stateful {machine}".encode()

    def save(self, steps: list[Step]):
        self.database.save(self.key, pickle.dumps(steps))

    def programs(self) -> list[tuple[bytes, list[Step]]]:
        return [(value, pickle.loads(value)) for value in sorted(self.database.fetch(self.key), key=len)]

    def drop(self, value: bytes):
        self.database.delete(self.key, value)


def known_failure(machine: type[Machine]) -> str:
    """The report of the first failure that was kept and is still there; those that pass are dropped."""
    kept = Kept(machine.__name__)
    for value, steps in kept.programs():
        failed = outcome(machine, steps, explains=True)
        if failed:
            lines = [f"{machine.__name__} and their model still do not agree.", "", f"  {failed.headline}", ""]
            return "\n".join(lines + source(failed) + told(failed))
        kept.drop(value)
    return ""


def replay(machine: type[Machine], steps: list[Step]):
    """What a regression test does: take these steps, and bring everything to its end."""
    failed = outcome(machine, steps, explains=True)
    if failed:
        raise AssertionError("\n".join([failed.headline, "", *source(failed)]))


def formatted(source: str) -> str:
    """As the house has it, where ruff is installed."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--quiet", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else source
