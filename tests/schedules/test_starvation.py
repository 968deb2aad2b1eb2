"""Property 3: a task that is started has, at its implementation's entry, the gas that it asked for."""

import boa
import pytest

from tests.helpers.chain import ETHER
from tests.helpers.hostile import Attempt, calldata
from tests.helpers.schedule import GAS, LARGE, SCHEDULED, SMALL, block, roll_to, schedule_data
from tests.hostile.test_task_gas import READ, TELLS_ITS_GAS, entered_with, least
from tests.schedules.tables import TX_GAS_LIMIT
from tests.schedules.world import in_every_cell

pytestmark = pytest.mark.holds(3)

FEW = 150_000  # gas of a transaction that starts no task
CASES = {
    "small": (GAS[SMALL], b"", False),
    "small, by its name": (GAS[SMALL], b"", True),
    "small, long data": (GAS[SMALL], b"\xee" * 4_096, True),
    "large": (GAS[LARGE], b"\xee" * 100, False),
}


@pytest.fixture
def meter():
    """An implementation that returns the gas that it was entered with."""
    implementation = boa.env.generate_address("meter")
    boa.env.set_code(implementation, TELLS_ITS_GAS)
    return implementation


@in_every_cell()
@pytest.mark.parametrize("case", CASES)
def test_started_task_has_all_its_gas(world, manager, owner, executor, meter, case):
    """At every amount of gas the task has what it asked for, or is not started and stays scheduled."""
    gas, data, by_name = CASES[case]
    at = block() + 5
    task = schedule_data(manager, owner, meter, gas, data, at)
    manager.topUpTask(task, value=ETHER, sender=owner)
    roll_to(at)
    if by_name:
        call = calldata("executeTasksById(bytes32[],address)", [task], executor)
    else:
        call = calldata("executeTasks(address,uint256)", executor, 0)

    def entered(limit: int) -> dict[bytes, int]:
        attempt = Attempt(executor, manager.address, call, 0, limit, [], lambda: manager.getTaskStatus(task))
        if not attempt.succeeded:
            return {}
        own = world.table.price.base - READ  # what the meter's own instruction costs more here
        found = {started: read + own for started, read in entered_with(attempt).items()}
        assert found or attempt.seen == SCHEDULED, f"with {limit} gas the task ended and did not run"
        return found

    assert entered(TX_GAS_LIMIT) == {task: gas}
    enough = least(entered, FEW, TX_GAS_LIMIT)
    assert entered(enough) == {task: gas}
    step = (TX_GAS_LIMIT - enough) // 4
    tried = [entered(limit) for limit in (*range(enough - 3, enough + 3), *range(enough, TX_GAS_LIMIT, step))]
    assert all(found in ({}, {task: gas}) for found in tried)
