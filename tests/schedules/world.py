"""
Both halves under a price list.

A cell of the matrix is a list and what the system was calibrated on: that list, or Osaka's, which it was then put
under. Each test of a property runs in every cell.
"""

import functools
from dataclasses import dataclass

import boa
import pytest

from taskpools import calibration
from taskpools.steps import Parameters
from taskpools.system import System, deploy
from tests.schedules.engine import PricedEnv
from tests.schedules.tables import OSAKA, TABLES, Table

START = 1_800_000_000
START_BLOCK = 20_000_000
LARGE_GAS = 750_000
MAX_TASK_GAS = 5_000_000  # of a deployment on another list than Osaka's


@dataclass(frozen=True)
class Cell:
    """Under which prices a system runs, and on which it was calibrated."""

    table: Table
    calibrated_on: Table

    @property
    def name(self) -> str:
        return self.table.name if self.is_calibrated else f"{self.table.name} after Osaka"

    @property
    def is_calibrated(self) -> bool:
        return self.table == self.calibrated_on


CELLS = {
    cell.name: cell
    for cell in [
        *(Cell(table, table) for table in TABLES.values()),
        *(Cell(table, OSAKA) for table in TABLES.values() if table != OSAKA),
    ]
}
# Without --all a test runs in this one only.
SHARE = ("Amsterdam",)


def in_every_cell(*, calibrated_only: bool = False):
    """Parametrize a test with a world of each cell, or of those where the system was calibrated on the list."""
    return pytest.mark.parametrize(
        "world",
        [
            pytest.param(cell, id=name, marks=[] if name in SHARE else [pytest.mark.long("each price list")])
            for name, cell in CELLS.items()
            if cell.is_calibrated or not calibrated_only
        ],
        indirect=True,
    )


def calibrated_system(table: Table) -> System:
    """Both halves, calibrated on this list, on boa's current chain."""
    largest = LARGE_GAS if table == OSAKA else MAX_TASK_GAS
    return deploy(Parameters(max_task_gas=largest, gas_costs=gas_costs(table)))


@functools.cache
def gas_costs(table: Table) -> tuple[int, int, int, int]:
    """The task manager's numbers, as deploy.py measures them: by a probe."""
    chain = PricedEnv(table)
    chain.set_balance(chain.eoa, 1)
    _, computation = chain.deploy(bytecode=calibration.probe(), value=1)
    assert computation.is_success
    return calibration.gas_costs(calibration.read(computation.output, table.price.transaction))


class World:
    """A chain with both halves, in a cell. The chain is boa's current one as long as the test runs."""

    def __init__(self, cell: Cell):
        self.cell = cell
        self.env = PricedEnv(cell.calibrated_on)
        self.env.set_random_seed(0)  # the same addresses in each run: a zero byte is cheaper
        self.env.eoa = self.env.generate_address("operator")
        self.env.evm.patch.timestamp = START
        self.env.evm.patch.block_number = START_BLOCK
        with boa.swap_env(self.env):
            self.system = calibrated_system(cell.calibrated_on)
        self.env.table = cell.table

    @property
    def table(self) -> Table:
        return self.cell.table
