"""
`pytest --fuzz` and what it stands on: goals, the same runs for the same seed, a campaign on a real Dask scheduler.
"""

import io
import os
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from rich.console import Console

from taskpools.system import ROOT
from tests.stateful import plugin
from tests.stateful.engine import campaign
from tests.stateful.engine.campaign import Campaign, Goal
from tests.stateful.machines import Pools

FUZZ = [sys.executable, "-m", "pytest", "tests/stateful", "--fuzz"]
SEED = 7


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("90s", Goal(seconds=90)),
        ("10m", Goal(seconds=600)),
        ("2h", Goal(seconds=7_200)),
        ("100000", Goal(calls=100_000)),
        ("100_000", Goal(calls=100_000)),
    ],
)
def test_goals(text, goal):
    assert Goal.of(text) == goal


def command_line(**given) -> SimpleNamespace:
    """pytest's configuration, with these options."""
    options = {"fuzz": None, "seed": None, "machine": None, "scheduler": None, "--evm": "revm"} | given
    return SimpleNamespace(getoption=options.__getitem__)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"fuzz": "10x"}, "--fuzz: '10x' is neither"),
        ({"fuzz": "0s"}, "--fuzz: '0s' is neither"),
        ({"fuzz": "-5"}, "--fuzz: '-5' is neither"),
        ({"fuzz": "9s", "machine": ["Nobody"]}, "--machine: there is no Nobody, but "),
        ({"seed": 5}, "--seed goes with --fuzz"),
        ({"machine": ["Pools"]}, "--machine goes with --fuzz"),
        ({"scheduler": "tcp://127.0.0.1:1"}, "--scheduler goes with --fuzz"),
    ],
)
def test_wrong_use(options, told):
    with pytest.raises(pytest.UsageError) as error:
        plugin.pytest_cmdline_main(command_line(**options))
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)


def test_wrong_use_is_one_line():
    done = subprocess.run([*FUZZ, "-5"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert len((done.stdout + done.stderr).strip().splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr


def made(findings) -> Counter:
    tally = Counter(findings.tally)
    del tally["microseconds of CPU"]
    return tally


def test_a_seed_makes_the_same_runs(evm):
    first, again = (campaign.batch(Pools, SEED, evm, campaign.sources()) for _ in range(2))
    assert made(first) == made(again)
    assert made(first) != made(campaign.batch(Pools, SEED + 1, evm, campaign.sources()))


def test_a_worker_with_other_sources_is_refused(evm):
    with pytest.raises(campaign.Stopped, match="other sources"):
        campaign.batch(Pools, SEED, evm, "another digest")


@contextmanager
def process(*command: str):
    """In the project's folder, until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        try:
            yield running
        finally:
            running.terminate()


@contextmanager
def dask_scheduler():
    """The address of a Dask scheduler, a process with a worker that is another."""
    with process("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard") as scheduler:
        address = next(found[0] for line in scheduler.stdout if (found := re.search(r"tcp://127\.0\.0\.1:\d+", line)))
        with process(
            "distributed.cli.dask_worker", address, "--nthreads", "1", "--nworkers", "1", "--no-dashboard", "--no-nanny"
        ):
            yield address


def on_dask(address: str, goal: Goal, machine=Pools) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=200)
    until = time.monotonic() + 120
    while True:
        try:
            status = Campaign(goal, SEED, "revm", [machine], console).run(address)
        except campaign.Stopped as stopped:
            # the worker is not there yet
            assert "no workers" in str(stopped)  # noqa: PT017
            assert time.monotonic() < until
            time.sleep(0.5)
        else:
            return status, console.file.getvalue()


def test_a_campaign_on_a_dask_scheduler():
    with dask_scheduler() as address:
        status, text = on_dask(address, Goal(calls=300))
    assert status == 0, text
    calls = int(re.findall(r"([\d,]+) calls", text)[-1].replace(",", ""))
    assert calls >= 300
    assert f"1 workers, seed {SEED}, Pools on revm" in text


def test_no_scheduler_is_one_line():
    done = subprocess.run(
        [*FUZZ, "5s", "--scheduler", "tcp://127.0.0.1:1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 1
    assert done.stdout.startswith("--fuzz: no Dask scheduler answers at tcp://127.0.0.1:1")
    assert "Traceback" not in done.stdout + done.stderr
