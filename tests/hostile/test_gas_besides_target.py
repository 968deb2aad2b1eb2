"""
gasBesidesTarget: a task with so much gas, and what the call withholds, gives its target the gas that it is to have; and
the task is retried, or runs again, in a calendar where every word is new.
"""

import boa
import pytest

from tests.helpers.chain import ETHER
from tests.helpers.executing import due, execute, named
from tests.helpers.schedule import (
    FAILED,
    GAS,
    LARGE,
    MEDIUM,
    RESCHEDULED,
    SUCCEEDED,
    block,
    layered,
    roll_to,
    schedule_data,
)

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold")

ENOUGH = 2**24
LENGTHS = [4, 100, 3_904]
NEEDS = [2_000, 50_000, 99_000, 100_000, 300_000]
DELAY = {"rescheduling": 5, "recurring": 7_200}
# Below this block and from it on, no word of the calendar is shared: 2^22 blocks share a word of the highest level.
BORDER = 2**22


def account_with(code: str) -> str:
    account = boa.env.generate_address()
    boa.env.set_code(account, bytes.fromhex(code))
    return account


def burner(need: int) -> str:
    """A target that takes all its gas and fails, if it has so much at its entry. Otherwise it succeeds."""
    # GAS + 5 < need, or INVALID.
    return account_with(f"63{need:08x}5a6005011060" + "0e57fe5b00")


def spender(need: int) -> str:
    """A target that spends so much gas and succeeds, if it has that at its entry. Otherwise it fails."""
    # entry = GAS + 2; INVALID if need > entry; EXP in a loop, of 1,642 gas, while GAS > entry - need + 2,000.
    return account_with(
        f"5a60020163{need:08x}8181" + "11602257" + "90036107d001" + "5b5f19800a50805a1160155700" + "5bfe"
    )


def test_targets(executor):
    """What the tests below rely on, to the unit of gas."""
    for need in NEEDS:
        for target, with_enough in ((burner(need), False), (spender(need), True)):
            for gas in (need - 1, need, need + 1, 2 * need):
                computation = boa.env.execute_code(target, sender=executor, gas=gas, data=b"")
                assert computation.is_success == (with_enough if gas >= need else not with_enough)
                if with_enough and gas >= need:
                    assert need - 2_000 < computation.get_gas_used() <= need


@pytest.fixture
def attempt(system, manager, owner, executor):
    """
    Schedules a task with the gas that its target is to have and what the environment says, in block `at`. Returns its
    status after executeTasks, and after executeTasksById.
    """
    manager.depositBond(value=100 * ETHER, sender=owner)

    def run_both(kind: str, target: str, need: int, length: int, at: int) -> tuple[int, int]:
        environment = getattr(system, kind)
        gas = -(-need * 64 // 63) + environment.gasBesidesTarget(length)
        assert gas <= manager.MAX_TASK_GAS()
        task = schedule_data(manager, owner, environment.address, gas, layered(target, b"\xff" * length), at)
        # Treasury and validator are new accounts: the call pays all the same.
        manager.topUpTask(task, value=ETHER, sender=owner)
        statuses = []
        for data in (due(executor), named([task], executor)):
            with boa.env.anchor():
                roll_to(at)
                execute(manager, executor, data, ENOUGH)
                statuses.append(manager.getTaskStatus(task))
        return tuple(statuses)

    return run_both


def fits(system, kind: str, need: int, length: int) -> bool:
    return need * 64 // 63 + 1 + getattr(system, kind).gasBesidesTarget(length) <= GAS[LARGE]


@pytest.mark.parametrize("kind", ["minimal", "basic", "validated", "rescheduling", "recurring"])
def test_target_has_its_gas(system, attempt, kind):
    """And can spend all of it: the run is a success, and what recurs runs again."""
    expected = (RESCHEDULED if kind == "recurring" else SUCCEEDED,) * 2
    wrong = []
    for length in LENGTHS:
        for need in NEEDS:
            if fits(system, kind, need, length):
                with boa.env.anchor():
                    found = attempt(kind, spender(need), need, length, block() + 5)
                if found != expected:
                    wrong.append((length, need, found))
    assert wrong == []


@pytest.mark.parametrize("kind", ["minimal", "basic", "validated", "recurring"])
def test_target_that_burns_all(system, attempt, kind):
    """Has had its gas, too."""
    for length in LENGTHS:
        for need in NEEDS:
            if fits(system, kind, need, length):
                with boa.env.anchor():
                    assert attempt(kind, burner(need), need, length, block() + 5) == (FAILED, FAILED)


@pytest.mark.xfail(
    strict=False, reason="ReschedulingTaskEnvironment keeps the gas of a retry only if the target can have TARGET_GAS"
)
@pytest.mark.parametrize("place", ["shared words", "new words", "new words and a further word"])
@pytest.mark.parametrize("kind", ["rescheduling", "recurring"])
def test_comes_again(system, manager, owner, attempt, place, kind):
    """
    A target that takes all its gas and fails is retried, one that spends its gas and succeeds runs again: also where
    the schedule has no other task in the words of the calendar, and where the first 94 indices of the bucket are given
    out.
    """
    at = block() + 5
    if place != "shared words":
        roll_to(BORDER - 10)
        at = BORDER - 2
    if place == "new words and a further word":
        for size in (MEDIUM, LARGE):
            with_data = (system.minimal.address, GAS[size], b"", at + DELAY[kind])
            for task in [schedule_data(manager, owner, *with_data) for _ in range(94)]:
                manager.cancelTask(task, sender=owner)
    wrong = []
    for length in (4, 3_904):
        for need in NEEDS:
            if fits(system, kind, need, length):
                target = (burner if kind == "rescheduling" else spender)(need)
                with boa.env.anchor():
                    found = attempt(kind, target, need, length, at)
                if found != (RESCHEDULED, RESCHEDULED):
                    wrong.append((length, need, found))
    assert wrong == []


@pytest.mark.parametrize("kind", ["minimal", "basic", "validated", "rescheduling", "recurring"])
def test_longer_call_than_fits_counts_as_the_longest(system, kind):
    view = getattr(system, kind).gasBesidesTarget
    assert view(0) < view(1_000) < view(3_999) <= view(4_000) == view(4_001) == view(2**256 - 1)
