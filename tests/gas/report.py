"""The report: tables as Markdown, a flat map as JSON, plots as SVG; and the tables of the README."""

import json
import re
from pathlib import Path

from taskpools.system import ROOT, SOURCES
from tests.gas import snapshots
from tests.gas.reference import CLAIM, EXECUTE, ROWS, SCHEDULE, SEARCH, TASK_MANAGER, TASK_POOLS, Row

FOLDER = ROOT / "docs" / "gas"
README = ROOT / "README.md"
BEGIN, END = "<!-- gas -->", "<!-- /gas -->"
HOW = """\
What a receipt shows, in a transaction of its own, 21,000 and calldata included; `[exec]` is execution alone, with cold
access. Where the same operation costs more or less by what it meets, the lowest and the highest of several are given.
[How it is measured](../gas.md)."""
PLOTS = ["claim", "search", "execute", "schedule"]


def write(folder: Path, figures: dict[str, int]):
    """`gas.md`, `gas.json` and the plots."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gas.md").write_text(markdown(figures))
    (folder / "gas.json").write_text(as_json(figures))
    for name in PLOTS:
        plot(name, figures, folder / f"{name}.svg")


def write_tables(figures: dict[str, int]):
    """Between the README's markers."""
    README.write_text(with_tables(README.read_text(), figures))


def with_tables(text: str, figures: dict[str, int]) -> str:
    """The text, with the tables of these figures between its markers."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{tables(figures)}\n{END}{after}"


def as_json(figures: dict[str, int]) -> str:
    return json.dumps({label: figures[label] for label in sorted(figures, key=snapshots.natural)}, indent=1) + "\n"


# ---------------------------------------------------------------- tables


def tables(figures: dict[str, int]) -> str:
    """Both halves' operations that have a reference, for the README."""
    return f"{_table(TASK_POOLS, figures)}\n\n{_table(TASK_MANAGER, figures)}"


def _table(rows: list[Row], figures: dict[str, int]) -> str:
    lines = ["| operation | reference | goal | ours | ours / reference |", "|---|---:|---:|---:|---:|"]
    for row in rows:
        if row.label in figures:
            lines.append(_line(row.operation, row.label, figures))
    return "\n".join(lines)


def _line(name: str, label: str, figures: dict[str, int]) -> str:
    row = ROWS.get(label, Row(name, label))
    gas = figures[label]
    least = figures.get(f"{label[:-1]},least]")
    ours = f"{least:,} to {gas:,}" if least and least != gas else f"{gas:,}"
    ratio = f"{gas / row.reference:.2f}" if row.reference else ""
    return f"| {name} | {_number(row.reference)} | {_number(row.goal)} | {ours} | {ratio} |"


def _number(gas: int | None) -> str:
    return "" if gas is None else f"{gas:,}"


def markdown(figures: dict[str, int]) -> str:
    """Every figure, a table for each contract."""
    parts = [
        "# Gas",
        f"{snapshots.head('TaskManager')['compiler']}. " + HOW,
        *(f"![{name}]({name}.svg)" for name in PLOTS),
    ]
    for contract in SOURCES:
        compiled = snapshots.head(contract)
        how = f"evm version {compiled['evmVersion']}, optimised for {compiled['optimizer']}"
        parts.append(f"## {contract}\n\nRuntime code: {compiled['runtimeSize']:,} bytes; {how}.")
        labels = [label for label in figures if label.split(".")[0] == contract and not re.search(r"\bleast\]$", label)]
        if labels:
            lines = ["| operation | reference | goal | ours | ours / reference |", "|---|---:|---:|---:|---:|"]
            for label in sorted(labels, key=snapshots.natural):
                lines.append(_line(f"`{label.split('.', 1)[1]}`", label, figures))
            parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


# ---------------------------------------------------------------- plots


def series(figures: dict[str, int], pattern: str) -> dict[int, int]:
    """What the labels of this form depend on, to gas; the pattern's group that matches is the number."""
    found = {}
    for label, gas in figures.items():
        match = re.fullmatch(pattern, label)
        if match:
            found[int(match[match.lastindex])] = gas
    return dict(sorted(found.items()))


def lines_of(name: str, figures: dict[str, int]) -> list[tuple[str, dict[int, int], bool]]:
    """What is drawn: a name, the points, and whether it is the reference's."""
    manager = r"TaskManager\."
    return {
        "claim": [
            (
                "dearest of 12 claims",
                series(
                    figures,
                    r"TaskRouter\.claimBestTask\[pools=(1)(?:,first)\]|TaskRouter\.claimBestTask\[pools=(\d\d+)\]",
                ),
                False,
            ),
            ("cheapest", series(figures, r"TaskRouter\.claimBestTask\[pools=(\d+),least\]"), False),
            ("reference; at 10,000 pools past any block", CLAIM, True),
        ],
        "search": [
            ("executeTasks, 1 task", series(figures, manager + r"executeTasks\[tasks=1,gap=(\d+)\]"), False),
            (
                "the same, another waits",
                series(figures, manager + r"executeTasks\[tasks=1,gap=(\d+),another waits\]"),
                False,
            ),
            (
                "getNextExecutionBlockInRange, execution",
                series(figures, manager + r"getNextExecutionBlockInRange\[exec,at=(\d+)\]"),
                False,
            ),
            ("reference, executeTasks", SEARCH, True),
        ],
        "execute": [
            ("executeTasks", series(figures, manager + r"executeTasks\[tasks=(\d+)\]"), False),
            ("reference", EXECUTE, True),
        ],
        "schedule": [
            ("scheduleTask", series(figures, manager + r"scheduleTask\[data=(\d+)\]"), False),
            ("reference", SCHEDULE, True),
        ],
    }[name]


MARKERS = "oxv"  # lines can lie on each other
AXES = {
    "claim": ("claimBestTask against the number of pools", "approved pools with tasks", "log", "log"),
    "search": ("The next task against its distance", "empty blocks before it", "log", "log"),
    "execute": ("executeTasks against the size of the batch", "tasks of one block", "linear", "linear"),
    "schedule": ("scheduleTask against the size of the task data", "bytes of task data", "linear", "linear"),
}


def plot(name: str, figures: dict[str, int], path: Path):
    """The same file for the same figures."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter, NullFormatter

    title, across, x_scale, y_scale = AXES[name]
    settings = {"svg.hashsalt": "taskpools", "svg.fonttype": "none", "font.size": 10, "lines.markersize": 5}
    with matplotlib.rc_context(settings):
        figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
        for number, (label, points, is_reference) in enumerate(lines_of(name, figures)):
            style = {"color": "0.45", "linestyle": "--", "marker": "s"} if is_reference else {"marker": MARKERS[number]}
            axes.plot(list(points), list(points.values()), label=label, **style)
        axes.set(title=title, xlabel=across, ylabel="gas", xscale=x_scale, yscale=y_scale)
        thousands = FuncFormatter(lambda value, _: f"{value:,.0f}")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(thousands)
            axis.set_minor_formatter(NullFormatter())
        if y_scale == "linear":
            axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)
