"""Both halves on Amsterdam, whose state gas py-evm and anvil do not have: deployed, used, killed and resumed."""

import re

import pytest

from taskpools.deployment.journal import Journal
from taskpools.deployment.node import Node
from taskpools.steps import steps
from tests.helpers.node_programs import require
from tests.helpers.nodes import ethereumjs
from tests.live.test_kills import check_whole, run_and_be_killed
from tests.schedules.programs import PROGRAMS, SOMEBODY
from tests.schedules.tables import TABLES

SENDER = "0x" + "5e" * 20
AMSTERDAM = TABLES["Amsterdam"]


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    require("@ethereumjs/vm", "node")
    with ethereumjs(tmp_path_factory.mktemp("ethereumjs")) as running:
        yield running


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])
def test_table_is_what_the_node_charges(node, program):
    """The column of prices.csv, program by program; the limit is below 2^24, so that there is no reservoir."""
    node.fund(SENDER)
    node.fund(SOMEBODY, 1)
    node.ask("anvil_setCode", program.address, "0x" + program.code.hex())
    node.fund(program.address, 10**18)
    for slot, value in program.storage.items():
        node.ask("anvil_setStorageAt", program.address, hex(slot), "0x" + value.to_bytes(32).hex())
    moment = node.ask("evm_snapshot")
    call = {"from": SENDER, "to": program.address, "data": "0x" + program.data.hex(), "value": hex(program.value)}
    sent = node.ask("eth_sendTransaction", call | {"gas": hex(10**6)})
    receipt = node.ask("eth_getTransactionReceipt", sent)
    assert node.ask("evm_revert", moment)
    assert receipt["status"] == "0x1"
    assert int(receipt["gasUsed"], 16) == program.receipt(AMSTERDAM)


def test_deployment(node, operator):
    """What is shown before suffices for what is used."""
    status, shown, errors = operator.deploy("--dry-run")
    assert (status, errors) == (0, "")
    status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    assert "checked on the chain" in output
    sent = node.sent_by(operator.address)
    assert len(sent) == len(steps())
    used = sum(int(node.ask("eth_getTransactionReceipt", item["hash"])["gasUsed"], 16) for item in sent)
    announced = int(re.search(r"([\d,]+) gas, about", shown)[1].replace(",", ""))
    assert used <= announced <= 2 * used


@pytest.mark.parametrize("number", [1, 12, 20, 1 + 2 * len(steps())])
def test_killed_after_a_write_of_the_journal(operator, number):
    run_and_be_killed(operator, Journal, "save", number, after=True)
    assert operator.journal_file.exists()
    check_whole(operator)


@pytest.mark.parametrize("number", [1, len(steps())])
def test_killed_after_a_broadcast(operator, number):
    run_and_be_killed(operator, Node, "send", number, after=True)
    check_whole(operator)
