"""Collects the figures of all workers, and writes snapshots and report once all tests have run."""

from pathlib import Path

import pytest

from tests.gas import report, snapshots
from tests.gas.snapshots import SECTIONS


class Collected:
    """Registered by tests/conftest.py; the tests hand their figures over with `record_property`."""

    def __init__(self, config):
        self.config = config
        self.measured: dict[str, dict[str, int]] = {section: {} for section in SECTIONS}
        self.acts: dict[str, set[str]] = {section: set() for section in SECTIONS}
        self.twice: list[str] = []
        self.written = ""

    def pytest_runtest_logreport(self, report):
        if report.when != "call" or not report.passed:
            return
        for name, value in report.user_properties:
            if name in SECTIONS:
                known = self.measured["gas"].keys() | self.measured["gasAtScale"].keys()
                self.twice += sorted(known & value["figures"].keys())
                self.measured[name] |= value["figures"]
                self.acts[name].add(value["act"])

    def pytest_sessionfinish(self, session):
        if hasattr(self.config, "workerinput"):
            return
        if self.twice:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self.written = f"gas: two acts measure {', '.join(self.twice)}"
            return
        from tests.gas.test_operations import ACTS
        from tests.gas.test_scale import ACTS_AT_SCALE

        option = self.config.getoption
        if option("--update-gas") and any(self.acts.values()):
            names = {"gas": set(ACTS) | {"claims of up to 400 pools"}, "gasAtScale": set(ACTS_AT_SCALE)}
            snapshots.save(self.measured, {section: self.acts[section] == names[section] for section in SECTIONS})
            report.write(report.FOLDER, snapshots.figures())
            report.write_tables(snapshots.figures())
            self.written = "gas: snapshots, docs/gas and the tables of the README are written"
        if option("--gas-report"):
            folder = Path(option("--gas-report"))
            report.write(folder, snapshots.figures() | self.measured["gas"] | self.measured["gasAtScale"])
            self.written += f"\ngas: the report is in {folder}"

    def pytest_terminal_summary(self, terminalreporter):
        if self.written:
            terminalreporter.write_line(self.written.strip())
