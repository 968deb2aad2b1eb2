"""How a run of the tests begins and ends."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from taskpools.artifacts import ROOT
from tests.helpers import node_programs, session

ENDS_SLOWLY = """
import gc, time

def collect():
    gc.callbacks.append(lambda phase, info: time.sleep(3))  # as hypothesis has one, which is quicker
    gc.collect()

def pytest_configure(config):
    if hasattr(config, "workerinput"):
        config.add_cleanup(collect)
"""


@pytest.fixture
def tests(tmp_path):
    (tmp_path / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
    return tmp_path


def pytest_in(folder, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(folder), "-p", "xdist"]
    return subprocess.run(
        [*command, *arguments, str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # titanoboa would be one
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long("two sessions, of which one waits")
def test_worker_that_ends_slowly_ends_clean(tests):
    (tests / "conftest.py").write_text(
        ENDS_SLOWLY + "from tests.helpers.session import pytest_sessionfinish as pytest_sessionfinish\n"
    )
    run = pytest_in(tests, "-n", "1")
    assert run.returncode == 0
    assert "1 passed" in run.stdout
    assert "KeyboardInterrupt" not in run.stdout + run.stderr


def options(**given):
    given = {"--evm": "revm", "--all": False, "--scale": False} | given
    return SimpleNamespace(getoption=given.get)


def test_line_at_the_start():
    line = session._left_out(options())
    assert "revm" in line
    assert "--all" in line
    assert "--scale" in line
    assert session._left_out(options(**{"--evm": "py-evm", "--all": True, "--scale": True})) == "on py-evm (--evm)"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["tests"], True),
        (["tests/unit"], False),
        (["tests/unit/pools/test_claim.py::test_default_behavior"], False),
        (["tests/unit", "tests/live/test_kills.py"], True),
        (["."], True),
    ],
)
def test_nodes_are_asked_for_by_path(arguments, expected, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert session._asks_for_nodes(SimpleNamespace(args=arguments)) is expected


class Reporter:
    def __init__(self):
        self.lines = []
        self.write_line = self.lines.append


@pytest.mark.parametrize(
    ("npm", "fault", "said"),
    [
        (True, None, ["installing anvil@1 into .node/"]),
        (False, None, ["there is no npm to install anvil@1"]),
        (True, RuntimeError("no network"), ["installing anvil@1", "npm failed (no network)"]),
    ],
)
def test_node_programs_are_installed(monkeypatch, npm, fault, said):
    installed = []

    def install():
        if fault:
            raise fault
        installed.append(True)

    monkeypatch.setattr(node_programs, "missing", lambda: ["anvil@1"])
    monkeypatch.setattr(node_programs, "install", install)
    monkeypatch.setattr(session.shutil, "which", lambda name: "/usr/bin/npm" if npm else None)
    reporter = Reporter()
    session._install_nodes(reporter)
    assert len(reporter.lines) == len(said)
    assert all(part in line for part, line in zip(said, reporter.lines, strict=True))
    assert bool(installed) == (npm and fault is None)
