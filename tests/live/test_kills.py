"""
The command is killed with SIGKILL at every point of its journal, then run again: the addresses are those of a run that
was left alone, and each step was sent once.
"""

import os
import signal
import traceback

import pytest

from taskpools.deployment.journal import Journal
from taskpools.deployment.node import Node
from taskpools.deployment.plan import create_address, fingerprint
from taskpools.steps import Deploy, steps

STEPS = steps()
# Once at the beginning, and for each step before it is sent and after its receipt.
WRITES = 1 + 2 * len(STEPS)


def run_and_be_killed(operator, owner, method: str, number: int, after: bool):
    """Run the command in a process of its own, which dies before or after this call of a method."""
    why = operator.folder / "why"
    child = os.fork()
    if child == 0:
        inner, calls = getattr(owner, method), 0

        def deadly(*arguments):
            nonlocal calls
            calls += 1
            if calls == number and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return inner(*arguments)
            finally:
                # Also if it failed: on a busy machine a node may answer too late.
                if calls == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        said = ""
        try:
            setattr(owner, method, deadly)
            said = f"the command ended with {operator.deploy()}"
        except BaseException:  # noqa: BLE001  (whatever it is, the child never goes back to pytest)
            said = traceback.format_exc()
        finally:
            why.write_text(f"{said}\n{calls} calls of {method}")
            os._exit(99)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), why.read_text()
    assert os.WTERMSIG(status) == signal.SIGKILL


def check_whole(operator, all_known: bool = True):
    """One deployment, each step once, at the addresses that were predicted; the record tells by which transactions."""
    status, _, errors = operator.deploy()
    assert (status, errors) == (0, "")
    contracts, blueprints = operator.record()["contracts"], operator.record()["blueprints"]
    for nonce, step in enumerate(STEPS):
        if isinstance(step, Deploy):
            known = (blueprints if step.blueprint else contracts)[step.contract]
            assert known["address"] == create_address(operator.address, nonce)
    assert operator.node.number("eth_getTransactionCount", operator.address, "pending") == len(STEPS)
    sent = operator.node.sent_by(operator.address)
    told = [*contracts.values(), *blueprints.values(), *operator.record()["calls"]]
    hashes = {item["hash"] for item in sent}
    if all_known:
        assert {entry["transaction"] for entry in told} == hashes
    else:
        assert {entry["transaction"] for entry in told} - {None} < hashes
    assert [item["to"] is None for item in sent] == [isinstance(step, Deploy) for step in STEPS]
    assert not operator.journal_file.exists()


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compile before anything is forked."""
    for step in STEPS:
        fingerprint(step)


@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_killed_after_a_write_of_the_journal(operator, number):
    run_and_be_killed(operator, Journal, "save", number, after=True)
    assert operator.journal_file.exists()
    check_whole(operator)


@pytest.mark.parametrize("number", [1, 2, 3, WRITES])
def test_killed_within_a_write_of_the_journal(operator, number):
    """The draft is on the disk, the journal is still the one before."""
    run_and_be_killed(operator, os, "replace", number, after=False)
    assert operator.journal_file.exists() == (number > 1)
    check_whole(operator)


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_killed_after_a_broadcast(operator, number):
    run_and_be_killed(operator, Node, "send", number, after=True)
    check_whole(operator)


def test_killed_before_the_journal_goes(operator):
    run_and_be_killed(operator, Journal, "remove", 1, after=False)
    before = operator.record_file.read_text()
    check_whole(operator)
    assert operator.record_file.read_text() == before


def test_a_journal_from_before_the_kill_deploys_nothing_twice(operator):
    """As after a restored backup: the chain is ahead of the journal, whose hashes of the last steps are missing."""
    run_and_be_killed(operator, Journal, "save", 3, after=True)
    old = operator.journal_file.read_text()
    run_and_be_killed(operator, Journal, "save", 16, after=True)
    operator.journal_file.write_text(old)
    check_whole(operator, all_known=False)
