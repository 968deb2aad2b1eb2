"""
pytest plugin: how a run begins and ends.

A run begins with a line of what is left out and how to have it. Then what tests need is made ready: compiled contracts,
and node programs if tests on real nodes may be among those that were asked for. A run ends without noise.
"""

import gc
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from taskpools.artifacts import CONTRACTS, ROOT, SOURCES, DoesNotCompile, contracts
from tests.helpers import node_programs
from tests.helpers.compiled import all_mocks, mocks

ON_NODES = [ROOT / "tests" / name for name in ("gas", "live", "integration")]


def _is_worker(config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    config = session.config
    if _is_worker(config) or config.getoption("collectonly"):
        return
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(_left_out(config))
    try:
        contracts.prepare([CONTRACTS / path for path in SOURCES.values()])
        if config.getoption("numprocesses", None):
            mocks.prepare(all_mocks())
    except DoesNotCompile as error:
        raise pytest.UsageError(str(error)) from error
    if _asks_for_nodes(config):
        _install_nodes(reporter)


def _left_out(config) -> str:
    """One line: the engine, and what this run leaves out."""
    option = config.getoption
    parts = [f"on {option('--evm')} (--evm)"]
    if not option("--all"):
        parts.append("two thirds of the large grids and the longest tests left out (--all)")
    if not option("--scale"):
        parts.append("gas in the largest states left out (--scale)")
    return ", ".join(parts)


def _asks_for_nodes(config) -> bool:
    """Whether the paths of the command line lead to tests on real nodes."""
    asked = [Path(argument.split("::")[0]).absolute() for argument in config.args]
    return any(path.is_relative_to(folder) or folder.is_relative_to(path) for path in asked for folder in ON_NODES)


def _install_nodes(reporter):
    absent = node_programs.missing()
    if not absent:
        return
    if shutil.which("npm") is None:
        _say(reporter, f"tests on real nodes are skipped: there is no npm to install {', '.join(absent)}")
        return
    _say(reporter, f"installing {', '.join(absent)} into .node/, for the tests on real nodes")
    try:
        node_programs.install()
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        _say(reporter, f"tests on real nodes are skipped: npm failed ({error})")


def _say(reporter, line: str):
    if reporter is not None:
        reporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """
    A worker that needs more than five seconds to end gets SIGINT from execnet: a KeyboardInterrupt out of anything.

    Most of the time went into collecting garbage that ends with the process anyway.
    """
    if _is_worker(session.config):
        gc.disable()
        gc.freeze()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
