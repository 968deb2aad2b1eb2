"""
`pytest tests/stateful --fuzz 10m`: a long random search instead of the tests, on all cores or on a Dask scheduler.
"""

import os
import warnings

import pytest
from hypothesis.errors import HypothesisSideeffectWarning
from rich.console import Console


def pytest_addoption(parser):
    group = parser.getgroup("fuzz")
    group.addoption("--fuzz", metavar="GOAL", help="search for so long (90s, 10m, 2h) or for so many calls")
    group.addoption("--seed", type=int, metavar="N", help="repeat the campaign with this seed")
    group.addoption("--machine", action="append", metavar="NAME", help="of these machines only (default: all)")
    group.addoption("--scheduler", metavar="ADDRESS", help="on the workers of this Dask scheduler, tcp://...")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """In place of the tests, and of xdist's workers."""
    text = config.getoption("fuzz")
    if text is None:
        for option in ("seed", "machine", "scheduler"):
            if config.getoption(option) is not None:
                raise pytest.UsageError(f"--{option} goes with --fuzz")
        return None
    # importing contracts takes a second that other commands need not wait
    from tests.stateful.engine.campaign import Campaign, Goal, Stopped
    from tests.stateful.machines import MACHINES

    try:
        goal = Goal.of(text)
    except ValueError as error:
        raise pytest.UsageError(f"--fuzz: {error}") from None
    names = config.getoption("machine") or list(MACHINES)
    unknown = [name for name in names if name not in MACHINES]
    if unknown:
        raise pytest.UsageError(f"--machine: there is no {unknown[0]}, but {', '.join(MACHINES)}")
    machines = [MACHINES[name] for name in names]
    seed = config.getoption("seed")
    if seed is None:
        seed = int.from_bytes(os.urandom(4), "big")
    console = Console()
    # hypothesis looks for constants in the project, and takes this for the start of pytest
    warnings.simplefilter("ignore", HypothesisSideeffectWarning)
    try:
        return Campaign(goal, seed, config.getoption("--evm"), machines, console).run(config.getoption("scheduler"))
    except Stopped as stopped:
        console.print(f"--fuzz: {stopped}", highlight=False, markup=False)
        return 1
