"""
Both halves under a price list.

A cell of the matrix is a list and what the system was calibrated on: that list, or Osaka's, which it was then put
under. Each test of a property runs in every cell.
"""

from dataclasses import dataclass

import boa
import pytest

from taskpools import calibration, steps
from taskpools.calibration import LOOP_GAS, Prices
from taskpools.system import System, deploy
from tests.schedules.engine import PricedEnv
from tests.schedules.tables import OSAKA, TABLES, Table

START = 1_800_000_000
START_BLOCK = 20_000_000
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "GAS_COSTS", gas_costs(table), raising=False)
        if table != OSAKA:
            patch.setattr(steps, "MAX_TASK_GAS", MAX_TASK_GAS, raising=False)
        return deploy()


def gas_costs(table: Table) -> tuple[int, int, int, int]:
    """What deploy.py would measure on a chain with this list, and deploy the manager with."""
    return calibration.gas_costs(measured(table))


def measured(table: Table) -> Prices:
    """The prices of a list as the probe finds them."""
    price = table.price
    return Prices(
        transaction=price.transaction,
        new_word=price.cold_word + price.write_new,
        cold_word=price.cold_word,
        cold_account=price.cold_account,
        payment=price.cold_account + price.call_value + price.new_account,
        log=price.log + 3 * price.log_topic + 100 * price.log_byte,
        loop=LOOP_GAS * price.base // 2,
    )


class World:
    """A chain with both halves, in a cell. The chain is boa's current one as long as the test runs."""

    def __init__(self, cell: Cell):
        self.cell = cell
        self.env = PricedEnv(cell.calibrated_on)
        self.env.evm.patch.timestamp = START
        self.env.evm.patch.block_number = START_BLOCK
        with boa.swap_env(self.env):
            self.system = calibrated_system(cell.calibrated_on)
        self.env.table = cell.table

    @property
    def table(self) -> Table:
        return self.cell.table
