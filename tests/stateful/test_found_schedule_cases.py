"""What the random runs of the task manager found, as plain sequences."""

import boa
import pytest

from deploy import deploy
from taskpools.receipts import Receipts
from tests.helpers.chain import ETHER
from tests.helpers.schedule import RESCHEDULED, SUCCEEDED, block, mock, roll_to, schedule, set_base_fee

GWEI = 10**9
BLOCKS_IN_A_WORD = 64  # of the calendar: the first mark in it writes one more new word


@pytest.mark.parametrize(
    "blocks_before_the_next_word",
    [
        pytest.param(6, id="a retry among the same 64 blocks"),
        pytest.param(2, id="a retry in the next 64 blocks"),
    ],
)
def test_a_target_that_burns_all_its_gas_is_retried_in_any_block(
    system, manager, owner, executor, target, blocks_before_the_next_word
):
    """What an environment keeps back for coming again has to suffice where the retry is the first task in 64 blocks."""
    manager.depositBond(value=ETHER, sender=owner)
    next_word = (block() // BLOCKS_IN_A_WORD + 2) * BLOCKS_IN_A_WORD
    at = next_word - blocks_before_the_next_word
    burn = target.return_bomb.prepare_calldata()
    task, _ = schedule(system, system.rescheduling, target, burn, at, gas=250_000, sender=owner)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert manager.getTaskStatus(task) == RESCHEDULED


def test_the_schedule_forgets_a_size_that_was_executed_while_another_was_not(system, manager, owner, executor, target):
    at = block() + 5
    work = target.poke.prepare_calldata(1)
    small, _ = schedule(system, system.minimal, target, work, at, gas=100_000, sender=owner)
    schedule(system, system.minimal, target, work, at, gas=750_000, sender=owner)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor, gas=600_000) > 0
    assert manager.getTaskStatus(small) == SUCCEEDED
    blocks, total = manager.getTaskScheduleInRange(0, 0, 10)
    assert ([tuple(each) for each in blocks], total) == ([(at, 0, 0, 1)], 1)


@pytest.mark.parametrize("gas", [0, 100_000])
def test_an_executor_does_not_pay_for_what_is_passed_over(gas):
    """A task that was scheduled at today's base fee, and 64 behind it that do not pay any more."""
    with boa.swap_env(boa.Env()):
        system = deploy()
        target = mock("Target").deploy()
        owner, executor = (boa.env.generate_address(name) for name in ("owner", "executor"))
        boa.env.set_balance(owner, 100 * ETHER)
        receipts = Receipts(boa.env)
        at = block() + 5
        for _ in range(64):
            schedule(system, system.minimal, target, b"", at, gas=0, sender=owner)
        set_base_fee(40 * GWEI)
        paying, _ = schedule(
            system, system.minimal, target, target.poke.prepare_calldata(1), at - 1, gas=gas, sender=owner
        )
        roll_to(at)
        fees = system.manager.executeTasks(executor, 0, sender=executor, gas=10_000_000)
        gas_used = receipts.last
        assert system.manager.isTaskExecuted(paying)
        assert 10 * fees >= 11 * gas_used * 40 * GWEI, f"{fees} wei for {gas_used} gas"
