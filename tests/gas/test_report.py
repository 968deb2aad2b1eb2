"""README and docs say what the snapshots say."""

import json
import re
import runpy

import boa
import pytest
from boa.profiling import GlobalProfile

from tests.gas import report, snapshots
from tests.gas.reference import ROWS


@pytest.fixture(autouse=True)
def _not_while_updating(pytestconfig):
    if pytestconfig.getoption("--update-gas"):
        pytest.skip("the docs are written at the end")


def test_readme_has_the_committed_figures():
    text = report.README.read_text()
    assert report.with_tables(text, snapshots.figures()) == text


@pytest.mark.parametrize("name", ["gas.md", "gas.json", *(f"{plot}.svg" for plot in report.PLOTS)])
def test_docs_have_the_committed_figures(name, tmp_path):
    report.write(tmp_path, snapshots.figures())
    assert (tmp_path / name).read_text() == (report.FOLDER / name).read_text()


def test_every_figure_with_a_reference_is_measured():
    assert set(ROWS) <= set(snapshots.figures())


def test_json_is_one_flat_map():
    figures = json.loads((report.FOLDER / "gas.json").read_text())
    assert figures == snapshots.figures()
    assert all(isinstance(gas, int) and gas > 0 for gas in figures.values())


def test_plots_reach_the_largest_sizes():
    figures = snapshots.figures()
    drawn = {
        name: {max(points) for _, points, is_reference in report.lines_of(name, figures) if not is_reference}
        for name in report.PLOTS
    }
    assert drawn["claim"] == {10_000}
    assert 2_000_000 in drawn["search"]
    assert drawn["execute"] == {100}
    assert drawn["schedule"] == {4_068}


def test_difference_is_readable():
    committed = {"TaskManager.cancelTask": 45_590, "TaskManager.topUpTask": 1, "TaskManager.gone": 5}
    measured = {"TaskManager.cancelTask": 45_600, "TaskManager.topUpTask": 1, "TaskManager.new": 30_000}
    assert snapshots.differences(committed, measured) == [
        "label                      committed           now   difference  percent",
        "TaskManager.cancelTask        45,590        45,600          +10    +0.02",
        "TaskManager.new                 none        30,000",
        "sum of 1                      45,590        45,600          +10    +0.02",
    ]
    assert snapshots.differences({"a": 200, "b": 100, "c": 1}, {"a": 150, "b": 100, "c": 2})[1:] == [
        "a                  200           150          -50   -25.00",
        "c                    1             2           +1  +100.00",
        "sum of 2           201           152          -49   -24.38",
    ]
    assert snapshots.differences({"evmVersion": "paris"}, {"evmVersion": "prague"})[1:] == [
        "evmVersion         paris        prague",
    ]
    assert snapshots.differences(committed, committed) == []
    with pytest.raises(AssertionError, match="--update-gas"):
        snapshots.check(committed, measured)


@pytest.mark.long("profiles a whole life cycle")
def test_profile_example_of_the_docs(tmp_path, capsys):
    example = re.findall(r"```python\n(.*?)```", (report.FOLDER.parent / "gas.md").read_text(), re.DOTALL)[0]
    (tmp_path / "example.py").write_text(example)
    with boa.swap_env(boa.Env()):
        runpy.run_path(str(tmp_path / "example.py"))
    GlobalProfile.clear_singleton()  # boa would print the profile when pytest ends
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    clone = next(line for line in lines if "create_minimal_proxy_to" in line)
    assert int(clone.split()[0].replace(",", "")) > 32_000
