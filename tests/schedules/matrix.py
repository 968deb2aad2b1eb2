"""
docs/gas-schedules.md: which property holds under which price list, from what the tests of a run came to.

A run with --all has every cell; then the page must say what came out, and --update-gas writes it.
"""

import pytest

from taskpools.artifacts import ROOT
from tests.schedules.world import CELLS

PAGE = ROOT / "docs" / "gas-schedules.md"
BEGIN, END = "<!-- matrix -->", "<!-- /matrix -->"
PROPERTIES = {
    1: "whole life",
    2: "repair without a cap",
    3: "no starvation",
    4: "an executor never loses",
    5: "a task that pays is found",
    6: "calibrated, not guessed",
    7: "gas classes fit the chain",
    8: "comes again",
}
ROWS = {"calibrated on it": True, "calibrated on Osaka, then put under it": False}


class Matrix:
    """Registered by tests/conftest.py; the fixture `world` tells of each test which property and cell it is about."""

    def __init__(self, config):
        self.config = config
        self.ran: dict[tuple[int, str], int] = {}
        self.reasons: dict[tuple[int, str], list[str]] = {}
        self.failed = False
        self.said = ""

    def pytest_runtest_logreport(self, report):
        about = next((value for name, value in report.user_properties if name == "schedules"), None)
        if about is None or (report.when != "call" and not report.failed):
            return
        place = about["property"], about["cell"]
        self.ran[place] = self.ran.get(place, 0) + 1
        if report.failed:
            self.failed = True
        elif hasattr(report, "wasxfail"):
            known = self.reasons.setdefault(place, [])
            if report.wasxfail not in known:
                known.append(report.wasxfail)

    def pytest_sessionfinish(self, session):
        if hasattr(self.config, "workerinput") or self.failed or not self._is_complete():
            return
        text = with_matrix(PAGE.read_text(), self.reasons)
        if text == PAGE.read_text():
            return
        if self.config.getoption("--update-gas"):
            PAGE.write_text(text)
            self.said = f"gas schedules: {PAGE.relative_to(ROOT)} is written"
        else:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self.said = f"{PAGE.relative_to(ROOT)} does not say what came out: `--all --update-gas` writes it"

    def _is_complete(self) -> bool:
        """Whether each property was tested in each cell; the sixth is about calibrated systems alone."""
        return all(
            (number, name) in self.ran
            for number in PROPERTIES
            for name, cell in CELLS.items()
            if cell.is_calibrated or number != 6
        )

    def pytest_terminal_summary(self, terminalreporter):
        if self.said:
            terminalreporter.write_line(self.said)


def with_matrix(text: str, reasons: dict[tuple[int, str], list[str]]) -> str:
    """The page's text with these results between its markers: (property, cell): why it does not hold."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{_tables(reasons)}\n\n{END}{after}"


def _tables(reasons) -> str:
    notes: list[str] = []
    parts = [_table(title, calibrated, reasons, notes) for title, calibrated in ROWS.items()]
    parts += ["\n".join(f"{number}. {note}" for number, note in enumerate(notes, 1))] if notes else []
    return "\n\n".join(parts)


def _table(title: str, calibrated: bool, reasons, notes: list[str]) -> str:
    cells = {cell.table.name: name for name, cell in CELLS.items() if cell.is_calibrated == calibrated}
    lines = [
        f"| {title} | " + " | ".join(cells) + " |",
        "|---|" + ":-:|" * len(cells),
    ]
    for number, name in PROPERTIES.items():
        if number == 6 and not calibrated:
            continue
        found = [_cell(reasons.get((number, cell), []), notes) for cell in cells.values()]
        lines.append(f"| {number}. {name} | " + " | ".join(found) + " |")
    return "\n".join(lines)


def _cell(reasons: list[str], notes: list[str]) -> str:
    for reason in sorted(reasons):
        if reason not in notes:
            notes.append(reason)
    if not reasons:
        return "yes"
    return "no " + ", ".join(f"({number})" for number in sorted(notes.index(reason) + 1 for reason in reasons))
