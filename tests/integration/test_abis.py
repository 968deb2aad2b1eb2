"""
The ABI of every contract is the committed one, abis.txt.

After a change that is meant, `pytest tests/integration/test_abis.py --update-abi` takes it over; say in the head of the
file what has changed and why.
"""

from pathlib import Path

import pytest

from taskpools.abi import abi
from taskpools.system import SOURCES
from tests.helpers.signatures import parse, read, show

PATH = Path(__file__).parent / "abis.txt"
KINDS = ("constructor", "receive", "function", "event", "error")


def lines(contract: str) -> list[str]:
    """Functions, events and errors, each kind by name."""
    entries = sorted(abi(contract), key=lambda entry: (KINDS.index(entry["type"]), entry.get("name", "")))
    return [show(entry) for entry in entries]


def committed(contract: str) -> list[str]:
    return [line for name, line in read(PATH) if name == contract]


@pytest.fixture(scope="module", autouse=True)
def update(request):
    """Write the file anew, its head as it is, if it is asked for."""
    if request.config.getoption("--update-abi"):
        head = PATH.read_text().split("\n## ")[0].rstrip()
        parts = ["\n".join([f"## {contract}", *lines(contract)]) for contract in SOURCES]
        PATH.write_text("\n\n".join([head, *parts]) + "\n")


@pytest.mark.parametrize("contract", SOURCES)
def test_abi_is_the_committed_one(contract):
    before, now = committed(contract), lines(contract)
    changes = [f"- {line}" for line in before if line not in now] + [f"+ {line}" for line in now if line not in before]
    assert not changes, "the ABI has changed; `--update-abi` takes it over\n" + "\n".join(changes)
    assert before == now


def test_no_other_contract_is_committed():
    assert {name for name, _ in read(PATH)} == set(SOURCES)


@pytest.mark.parametrize("contract", SOURCES)
def test_lines_read_as_they_are_written(contract):
    """Overloads, tuples, indexed arguments: a line has all of its entry."""
    for line in lines(contract):
        assert show(parse(line)) == line
