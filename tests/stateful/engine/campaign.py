"""
Runs of all machines on all cores, or on the workers of a Dask scheduler, until a time or a number of calls is reached
or something fails.

A batch is a machine and a seed: the same seed makes the same runs anywhere.
"""

import functools
import hashlib
import itertools
import multiprocessing
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from taskpools.system import CONTRACTS, ROOT
from tests.evm import engines
from tests.stateful.engine.machine import Machine
from tests.stateful.engine.search import Findings, search

RUNS = 10  # of a batch
UNITS = {"s": 1, "m": 60, "h": 3_600}
FORKS = sys.platform == "linux"  # workers then begin with what is loaded
NO_TERMINAL = 10  # seconds between two lines where nothing can be redrawn


class Stopped(Exception):
    """A campaign cannot begin, or go on."""


@dataclass(frozen=True)
class Goal:
    seconds: float | None = None
    calls: int | None = None

    @classmethod
    def of(cls, text: str) -> "Goal":
        """Such as 90s, 10m, 2h, or a number of calls. Raises `ValueError` for anything else."""
        found = re.fullmatch(r"([1-9][\d_]*)([smh]?)", text)
        if not found:
            raise ValueError(f"{text!r} is neither a time, such as 90s, 10m or 2h, nor a number of calls")
        number, unit = int(found[1].replace("_", "")), found[2]
        return cls(seconds=number * UNITS[unit]) if unit else cls(calls=number)

    def part(self, seconds: float, calls: int) -> float:
        """How much of it is reached, from 0 to 1."""
        return min(1.0, seconds / self.seconds if self.seconds else calls / self.calls)


@functools.cache
def sources() -> str:
    """A digest of what decides what a seed does."""
    digest = hashlib.sha256()
    for path in sorted([*CONTRACTS.rglob("*.vy*"), *(ROOT / "tests" / "stateful").rglob("*.py")]):
        digest.update(f"{path.relative_to(ROOT)}".encode() + path.read_bytes())
    return digest.hexdigest()


def batch(machine: type[Machine], seed: int, engine: str, digest: str) -> Findings:
    """What a worker does. Raises `Stopped` if the worker has other sources than who asks."""
    if digest != sources():
        raise Stopped("a worker runs in a checkout with other sources")
    engines.choose(engine)
    began = time.process_time()
    findings = search(machine, seed, RUNS)
    findings.tally["microseconds of CPU"] += int((time.process_time() - began) * 10**6)
    return findings


@contextmanager
def workers(scheduler: str | None, machines: list[type[Machine]]) -> Iterator[tuple[Executor, int]]:
    """Who runs batches, and how many at once."""
    if scheduler is None:
        count = os.cpu_count() or 1
        if FORKS:
            for machine in machines:
                machine.base()  # once, for all of them
        context = multiprocessing.get_context("fork" if FORKS else "spawn")
        with ProcessPoolExecutor(count, mp_context=context) as executor:
            yield executor, count
        return
    try:
        from distributed import Client
    except ImportError:
        raise Stopped("--scheduler needs the package distributed: uv sync --group cluster") from None
    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise Stopped(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client:
        count = sum(client.nthreads().values())
        if not count:
            raise Stopped(f"the Dask scheduler at {scheduler} has no workers")
        yield client.get_executor(pure=False), count


class Campaign:
    def __init__(self, goal: Goal, seed: int, engine: str, machines: list[type[Machine]], console: Console):
        self.goal, self.seed, self.engine, self.machines, self.console = goal, seed, engine, machines, console
        self.tally: Counter = Counter()
        self.began = self.told_at = time.monotonic()

    def batches(self) -> Iterator[tuple[type[Machine], int]]:
        for seed in itertools.count(self.seed):
            for machine in self.machines:
                yield machine, seed

    def run(self, scheduler: str | None = None) -> int:
        """Returns the exit status: 0 if nothing failed."""
        engines.choose(self.engine)
        with workers(scheduler, self.machines) as (executor, count):
            names = " and ".join(machine.__name__ for machine in self.machines)
            self.console.print(f"{count} workers, seed {self.seed}, {names} on {self.engine}", highlight=False)
            self.began = self.told_at = time.monotonic()
            failure = self._search(executor, count)
        self.console.print(self.text(), highlight=False)
        if failure:
            self.console.print(failure.report(failure.keep()), highlight=False, markup=False)
        return int(failure is not None)

    def _search(self, executor: Executor, count: int):
        batches = self.batches()
        # before the progress bar has a thread: a process with threads is not to be forked
        under_way = {executor.submit(batch, *next(batches), self.engine, sources())}
        with Progress(
            TextColumn("{task.fields[told]}"), BarColumn(20), TimeElapsedColumn(), console=self.console, transient=True
        ) as progress:
            bar = progress.add_task("", total=1.0, told="the first batch is under way")
            while (part := self.part()) < 1:
                while len(under_way) < 2 * count:
                    under_way.add(executor.submit(batch, *next(batches), self.engine, sources()))
                done, under_way = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    findings = future.result()
                    self.tally += findings.tally
                    if findings.failure:
                        for other in under_way:
                            other.cancel()
                        return findings.failure
                self.tell(progress, bar, part)
            for other in under_way:
                other.cancel()
        return None

    # ------------------------------------------------ progress

    def seconds(self) -> float:
        return time.monotonic() - self.began

    def part(self) -> float:
        return self.goal.part(self.seconds(), self.tally["called"])

    def tell(self, progress: Progress, bar, part: float):
        left = f", {self.seconds() / part * (1 - part):,.0f} s left" if part > 0 else ""
        progress.update(bar, completed=part, told=self.text() + left)
        if not self.console.is_terminal and time.monotonic() - self.told_at > NO_TERMINAL:
            self.told_at = time.monotonic()
            self.console.print(self.text() + left, highlight=False)

    def text(self) -> str:
        tally = self.tally
        errors = sum(key[0] == "error" for key in tally)
        share = 1 - tally["refused"] / tally["called"] if tally["called"] else 0
        return (
            f"{tally['runs']:,} runs, {tally['steps']:,} steps, "
            f"{tally['steps'] / max(self.seconds(), 1):,.0f} steps/s, "
            f"{tally['called']:,} calls, {share:.0%} not refused, {errors} errors met, "
            f"{tally['microseconds of CPU'] / 10**6:,.0f} s of CPU"
        )
