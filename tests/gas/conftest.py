"""Each act has a chain of its own, without the deployment that other tests share."""

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.gas import snapshots


@pytest.fixture(autouse=True)
def isolated():
    """In place of the anchor around other tests: what an act does is for good (taskpools/receipts.py)."""
    return


@pytest.fixture
def progress(pytestconfig):
    """Shows how a large state grows, whatever pytest captures: `progress(what, how many, of how many)`."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    uncaptured = pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled
    with uncaptured(), Progress(*columns, console=Console(stderr=True)) as bars:
        known = {}

        def show(what: str, done: int, total: int):
            if what not in known:
                known[what] = bars.add_task(what)
            bars.update(known[what], completed=done, total=total)

        yield show


@pytest.fixture
def hand_over(pytestconfig, record_property):
    """Check figures against the committed ones, unless they are to be replaced, and give them to the report."""

    def take(section: str, act: str, figures: dict[str, int]):
        record_property(section, {"act": act, "figures": figures})
        if not pytestconfig.getoption("--update-gas"):
            committed = {}
            for contract in snapshots.SOURCES:
                committed |= snapshots.load(contract)[section]
            snapshots.check(committed, figures)

    return take
