"""
A transaction that the node refuses, or that is never mined, is signed anew with the same nonce; whatever happens,
nothing is deployed twice.
"""

import itertools
import json

import pytest

from taskpools.deployment import broadcast, plan
from taskpools.deployment.journal import Journal
from taskpools.steps import Deploy
from tests.helpers.node_programs import require
from tests.helpers.nodes import anvil
from tests.helpers.proxy import Refusal, proxy
from tests.live.test_faults import STEPS, Miner, is_whole, stop_after
from tests.live.test_kills import run_and_be_killed
from tests.live.test_limit import GWEI, block, fields, shown, signed_for

LEAST_TIP = GWEI // 10
HIGH = 300 * GWEI


@pytest.fixture
def behind(node, monkeypatch):
    """A proxy before a node whose base fee is a gwei."""
    monkeypatch.setattr(broadcast, "STUCK_BLOCKS", 2)
    set_base_fee(node, GWEI)
    with proxy(node) as before:
        yield before


def set_base_fee(node, wei: int):
    node.ask("anvil_setNextBlockBaseFeePerGas", hex(wei))
    node.mine()


def sent_of(operator, number: int = 0) -> list[dict]:
    """What the journal has for a step."""
    return json.loads(operator.journal_file.read_text())["entries"][number]["sent"]


def place(name: str) -> int:
    """The number of the step of this name."""
    return [step.name for step in plan.steps()].index(name)


def least_tip(answer):
    """Validators who want a tip: the node keeps, or refuses, what brings less."""

    def lie(params, honest):
        return answer(params) if fields(params[0])["tip"] < LEAST_TIP else honest()

    return lie


def keep(params):
    return "0x" + 64 * "0"


def refuse(params):
    raise Refusal("transaction underpriced: gas tip cap 0, minimum needed 500000000")


@pytest.mark.parametrize("answer", [keep, refuse])
def test_a_tip_that_is_too_low_is_raised(node, behind, operator_of, answer):
    """The node recommends nothing, so that the first transaction is never mined."""
    operator = operator_of(behind)
    behind.lies = {
        "eth_maxPriorityFeePerGas": lambda params, honest: "0x0",
        "eth_sendRawTransaction": least_tip(answer),
        "eth_getBlockByNumber": block(GWEI),  # it sinks with each block that is empty
    }
    with Miner(node):
        status, output, errors = operator.deploy("--timeout", "30")
    assert (status, errors) == (0, "")
    assert is_whole(operator)
    assert signed_for(behind.raw) <= shown(output)
    for nonce in range(STEPS):
        prices = list(
            dict.fromkeys((sent["fee"], sent["tip"]) for sent in map(fields, behind.raw) if sent["nonce"] == nonce)
        )
        assert len(prices) > 1
        for (fee, tip), (later_fee, later_tip) in itertools.pairwise(prices):
            assert 8 * later_fee >= 9 * fee
            assert 8 * later_tip >= 9 * tip


def test_a_pool_takes_the_replacement(operator_of):
    """What is stuck is in the pool of the node itself, which wants more for the same nonce."""
    require("@foundry-rs/anvil")
    with anvil("--no-mining") as idle, proxy(idle) as before:
        operator = operator_of(before)
        assert operator.deploy("--timeout", "0.3")[0] == 1
        blocks = itertools.count(1, broadcast.STUCK_BLOCKS)
        before.lies = {"eth_blockNumber": lambda params, honest: hex(next(blocks))}
        assert operator.deploy("--timeout", "0.2")[0] == 1
        before.lies = {}
        sent = sent_of(operator)
        assert len(sent) > 1
        waiting = idle.ask("txpool_content")["pending"]
        (hashes,) = [{item["hash"] for item in found.values()} for found in waiting.values()]
        assert hashes == {sent[-1]["hash"]}
        with Miner(idle):
            assert operator.deploy()[0] == 0
        assert is_whole(operator)
        assert operator.record()["contracts"][plan.steps()[0].contract]["transaction"] == sent[-1]["hash"]


def test_the_one_that_was_replaced_is_mined_after_all(node, behind, operator_of):
    """The node hands on the first of a nonce only, and only when the second is there."""
    operator = operator_of(behind)
    first = {}

    def late(params, honest):
        nonce = fields(params[0])["nonce"]
        replaced = first.setdefault(nonce, params[0]) != params[0]
        if replaced and node.number("eth_getTransactionCount", operator.address, "latest") == nonce:
            node.ask("eth_sendRawTransaction", first[nonce])
        return "0x" + 64 * "0"

    behind.lies = {"eth_sendRawTransaction": late}
    with Miner(node):
        status, _, errors = operator.deploy("--timeout", "30")
    assert (status, errors) == (0, "")
    assert is_whole(operator)
    assert len(set(behind.raw)) == 2 * STEPS
    told = {item["hash"] for item in node.sent_by(operator.address)}
    contracts = operator.record()["contracts"]
    assert {contract["transaction"] for contract in contracts.values()} < told


@pytest.mark.parametrize("name", ["TaskPool", "ModelRegistry"])
def test_a_price_that_the_deployer_cannot_pay_is_lowered(node, behind, operator_of, monkeypatch, name):
    """The base fee was high for a moment, the deployer has little: the node refuses what was signed, for good."""
    step = place(name)
    operator = operator_of(behind, wei=10**18)
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 1 + 2 * step)
        assert operator.deploy("--max-cost", "100")[0] == 130

    def spike(params, honest):
        behind.lies = {"eth_getBlockByNumber": lambda params, honest: {**honest(), "baseFeePerGas": hex(HIGH)}}
        return honest()

    behind.lies = {"eth_getBalance": spike}
    status, _, errors = operator.deploy("--max-cost", "100")
    assert status == 1
    assert errors.startswith("deploy.py: the chain refuses ")
    assert "nsufficient funds" in errors
    assert errors.count("\n") == 1
    (refused,) = sent_of(operator, step)
    behind.lies = {}
    assert operator.deploy("--max-cost", "100")[0] == 0
    assert is_whole(operator)
    assert refused["hash"] not in {item["hash"] for item in node.sent_by(operator.address)}


def test_an_estimate_that_no_block_holds_is_made_anew(operator_of):
    require("@foundry-rs/anvil")
    with anvil("--gas-limit", "8000000") as small, proxy(small) as before:
        operator = operator_of(before)
        before.lies = {"eth_estimateGas": lambda params, honest: hex(2 * int(honest(), 16))}
        status, _, errors = operator.deploy("--max-cost", "10")
        assert status == 1
        assert errors.startswith("deploy.py: the chain refuses TaskPool: ")
        assert errors.count("\n") == 1
        (refused,) = sent_of(operator, place("TaskPool"))
        assert refused["gas"] > 8_000_000
        before.lies = {}
        assert operator.deploy("--max-cost", "10")[0] == 0
        assert is_whole(operator)


def test_what_an_earlier_version_left_refused_is_signed_anew(behind, operator_of, monkeypatch):
    operator = operator_of(behind)
    behind.lies = {"eth_sendRawTransaction": lambda params, honest: refuse_all()}
    assert operator.deploy()[0] == 1
    journal = json.loads(operator.journal_file.read_text())
    del journal["limit"], journal["given_up"]
    (sent,) = journal["entries"][0]["sent"]
    journal["entries"][0]["sent"] = [{name: sent[name] for name in ("hash", "raw", "fee", "tip")}]
    operator.journal_file.write_text(json.dumps(journal))
    first = sent["raw"]
    behind.lies = {"eth_sendRawTransaction": lambda params, honest: refuse_all() if params[0] == first else honest()}
    assert operator.deploy()[0] == 0
    assert is_whole(operator)


def refuse_all():
    raise Refusal("this node wants something else")


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_killed_while_signing_anew(node, behind, operator_of, number):
    """Each write of the journal is followed by a kill, where every step is replaced once."""
    operator = operator_of(behind)
    behind.lies = {
        "eth_maxPriorityFeePerGas": lambda params, honest: "0x0",
        "eth_sendRawTransaction": least_tip(refuse),
    }
    for step in plan.steps():
        plan.fingerprint(step)
    run_and_be_killed(operator, Journal, "save", number, after=True)
    assert operator.deploy("--timeout", "30")[::2] == (0, "")
    assert is_whole(operator)
    assert set(operator.record()["contracts"]) == {step.contract for step in plan.steps() if isinstance(step, Deploy)}
