"""
The operator agreed to spend so much at most: nothing that a node says makes the deployer sign for more, in one run or
in many.

The node lies only after the amount was shown. What was signed is taken from the transactions themselves.
"""

import itertools
import json
import re
from decimal import Decimal

import pytest
import rlp

from taskpools.deployment.journal import Journal
from tests.helpers.proxy import Refusal, proxy
from tests.live.test_faults import is_whole, stop_after

ETHER = 10**18
GWEI = 10**9
RUNS = 4
rush = itertools.count()


@pytest.fixture
def lying(node):
    node.ask("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    node.mine()
    with proxy(node) as before:
        yield before


def shown(output: str) -> int:
    """The most that the deployment was said to cost, in wei."""
    return int(Decimal(re.search(r"at most ([\d.]+)(?: ether)?", output)[1]) * ETHER)


def fields(raw: str) -> dict:
    """What matters of a signed transaction."""
    _, nonce, tip, fee, gas = (int.from_bytes(field) for field in rlp.decode(bytes.fromhex(raw[4:]))[:5])
    return {"nonce": nonce, "tip": tip, "fee": fee, "gas": gas}


def signed_for(raw: list[str]) -> int:
    """The most that these transactions can cost together, in wei: of each nonce one is mined."""
    dearest = {}
    for sent in map(fields, raw):
        dearest[sent["nonce"]] = max(dearest.get(sent["nonce"], 0), sent["gas"] * sent["fee"])
    return sum(dearest.values())


def block(base_fee: int):
    return lambda params, honest: {**honest(), "baseFeePerGas": hex(base_fee)}


def refuse(message: str):
    def lie(params, honest):
        raise Refusal(message)

    return lie


def forward_and_refuse(message: str):
    def lie(params, honest):
        try:
            honest()
        finally:
            raise Refusal(message)

    return lie


def receipt(**changes):
    def lie(params, honest):
        found = honest()
        return found and {**found, **changes}

    return lie


def lying_from_now_on(before, lies: dict):
    """`Journal.save` for a node that begins to lie with the first write, when the amount has been shown."""
    save = Journal.save

    def begin_to_lie(journal):
        save(journal)
        before.lies = lies

    return begin_to_lie


# A lie that would raise the price, for those that make room for it.
HIGH_TIP = {"eth_maxPriorityFeePerGas": lambda params, honest: hex(10**16)}
LIES = {
    "tip": HIGH_TIP,
    "base fee": {"eth_getBlockByNumber": block(10**15)},
    "base fee and tip": {
        "eth_getBlockByNumber": block(2 * GWEI),
        **HIGH_TIP,
    },
    "base fee of nothing": HIGH_TIP | {"eth_getBlockByNumber": block(0)},
    "estimate": {"eth_estimateGas": lambda params, honest: hex(10**10)},
    "estimate three times as high": {"eth_estimateGas": lambda params, honest: hex(3 * int(honest(), 16))},
    "always underpriced": {"eth_sendRawTransaction": refuse("replacement transaction underpriced")},
    "mined though underpriced": {
        "eth_sendRawTransaction": forward_and_refuse("transaction underpriced"),
        "eth_getTransactionReceipt": lambda params, honest: None,
        "eth_getTransactionCount": lambda params, honest: "0x0",
    },
    "refused": {"eth_sendRawTransaction": refuse("no")},
    "mined though refused": {"eth_sendRawTransaction": forward_and_refuse("no")},
    "kept and never mined": {
        "eth_sendRawTransaction": lambda params, honest: "0x" + 64 * "0",
        "eth_blockNumber": lambda params, honest: hex(int(honest(), 16) + 10 * next(rush)),
    },
    "failed": {"eth_getTransactionReceipt": receipt(status="0x0")},
    "for nothing": HIGH_TIP | {"eth_getTransactionReceipt": receipt(gasUsed="0x0", effectiveGasPrice="0x0")},
    "no receipt": HIGH_TIP | {"eth_getTransactionReceipt": lambda params, honest: None},
    "no code": {"eth_getCode": lambda params, honest: "0x"},
    "no code and no receipt": {
        "eth_getCode": lambda params, honest: "0x",
        "eth_getTransactionReceipt": lambda params, honest: None,
    },
    "nonces used up": {
        **HIGH_TIP,
        "eth_getTransactionCount": lambda params, honest: hex(int(honest(), 16) + 5),
        "eth_getCode": lambda params, honest: "0x",
    },
    "rich": HIGH_TIP | {"eth_getBalance": lambda params, honest: hex(10**30)},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_node_gets_no_more_than_was_shown(node, lying, operator_of, monkeypatch, lie):
    """It lies as soon as it was shown, in every run after the first too; whatever it says, an honest node goes on."""
    operator = operator_of(lying)
    balance = node.number("eth_getBalance", operator.address, "latest")
    with monkeypatch.context() as lies:
        lies.setattr(Journal, "save", lying_from_now_on(lying, LIES[lie]))
        _, output, _ = operator.deploy("--timeout", "0.5")
        for _ in range(RUNS - 1):
            status, _, errors = operator.deploy("--timeout", "0.5")
            assert errors.count("\n") == (1 if status else 0)
    limit = shown(output)
    assert signed_for(lying.raw) <= limit
    assert balance - node.number("eth_getBalance", operator.address, "latest") <= limit
    if operator.journal_file.exists():
        assert json.loads(operator.journal_file.read_text())["limit"] == limit
    lying.lies = {}
    status, _, errors = operator.deploy("--max-cost", "20", "--timeout", "5")
    if lie == "nonces used up":
        # What was signed has nonces that the deployer has not got to.
        assert status == 1
        assert " to be mined for 5 seconds" in errors
        assert errors.count("\n") == 1
    else:
        assert (status, errors) == (0, "")
    assert signed_for(lying.raw) <= 20 * ETHER


def test_a_lie_about_the_tip_costs_what_was_shown_at_most(node, lying, operator_of, monkeypatch):
    """The deployment is finished: the lie is cut to what was agreed to."""
    operator = operator_of(lying)
    with monkeypatch.context() as lies:
        lies.setattr(Journal, "save", lying_from_now_on(lying, LIES["tip"]))
        status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    spent = 1000 * ETHER - node.number("eth_getBalance", operator.address, "latest")
    assert shown(output) // 3 < spent <= shown(output)


@pytest.mark.parametrize("step", [1, 2, 7, 16])
def test_the_limit_outlives_kills(node, lying, operator_of, monkeypatch, step):
    """The node raises the price from run to run; each run is ended after a few writes of the journal."""
    operator = operator_of(lying)
    outputs = []
    for run in range(8):
        with monkeypatch.context() as stopped:
            stop_after(stopped, Journal, "save", step)
            _, output, _ = operator.deploy("--timeout", "0.5")
        outputs.append(output)
        lying.lies = {
            "eth_maxPriorityFeePerGas": lambda params, honest, run=run: hex(10 ** (9 + run)),
            "eth_getTransactionReceipt": receipt(gasUsed="0x1", effectiveGasPrice="0x1"),
        }
    assert {shown(output) for output in outputs if "at most" in output} == {shown(outputs[0])}
    assert signed_for(lying.raw) <= shown(outputs[0])
    assert 1000 * ETHER - node.number("eth_getBalance", operator.address, "latest") <= shown(outputs[0])


def test_more_than_was_agreed_to_is_asked_for(node, lying, operator_of, monkeypatch):
    """--yes answers for the first amount only: a higher one needs --max-cost or somebody who says yes."""
    operator = operator_of(lying)
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 8)
        _, output, _ = operator.deploy()
    first, count = shown(output), len(lying.raw)
    lying.lies = {"eth_getBlockByNumber": block(100 * GWEI)}
    status, _, errors = operator.deploy("--timeout", "0.1")
    assert status == 1
    assert len(lying.raw) == count
    assert re.fullmatch(
        r"deploy.py: the base fee is 100 gwei, above the [\d.]+ gwei for each gas that [\d.]+ ether allow\n", errors
    )
    asked, answers = [], iter([False, True])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda question: asked.append(question) or next(answers))
    arguments = [argument for argument in operator.arguments() if argument != "--yes"]
    assert operator.run(*arguments)[::2] == (1, "deploy.py: nothing was sent\n")
    assert json.loads(operator.journal_file.read_text())["limit"] == first
    status, output, _ = operator.run(*arguments)
    assert status == 0
    assert len(asked) == 2
    assert shown(output) > 10 * first
    assert is_whole(operator)
    assert signed_for(lying.raw) <= shown(output)


def test_a_limit_of_ones_own(node, lying, operator_of):
    """Too low, then lower than what the base fee needs in the midst of the run, then enough."""
    operator = operator_of(lying)
    status, output, errors = operator.deploy("--max-cost", "0.001", "--timeout", "0.1")
    assert status == 1
    assert errors.endswith(" gwei for each gas that 0.001 ether allow\n")
    assert not lying.raw
    assert not operator.journal_file.exists()
    sends = []

    def dearer(params, honest):
        sends.append(params)
        lying.lies["eth_getBlockByNumber"] = block(100 * GWEI)
        return honest()

    lying.lies = {"eth_sendRawTransaction": dearer}
    status, output, errors = operator.deploy("--max-cost", "0.5", "--timeout", "0.3")
    assert status == 1
    assert len(sends) == 1
    assert shown(output) == ETHER // 2
    assert re.search(r"above the [\d.]+ gwei for each of [\d,]+ gas that 0.5 ether allow, for 0.3 seconds", errors)
    lying.lies = {}
    assert operator.deploy("--max-cost", "0.5")[0] == 0
    assert is_whole(operator)
    assert signed_for(lying.raw) <= ETHER // 2


def test_an_absurd_estimate_is_not_signed(lying, operator_of):
    operator = operator_of(lying)
    lying.lies = {"eth_estimateGas": lambda params, honest: hex(10**8)}
    status, _, errors = operator.deploy("--timeout", "0.2")
    assert status == 1
    assert " gwei for each of 120,000,000 gas that " in errors
    assert not lying.raw
    lying.lies = {}
    assert operator.deploy()[0] == 0
    assert is_whole(operator)


def test_a_journal_of_an_earlier_version_goes_on(operator, monkeypatch):
    """Journals had no limit, and transactions no gas and nonce beside their bytes."""
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 6)
        assert operator.deploy()[0] == 130
    journal = json.loads(operator.journal_file.read_text())
    del journal["limit"], journal["given_up"]
    for entry in journal["entries"]:
        entry["sent"] = [{name: sent[name] for name in ("hash", "raw", "fee", "tip")} for sent in entry["sent"]]
    operator.journal_file.write_text(json.dumps(journal))
    assert operator.deploy()[0] == 0
    assert is_whole(operator)


@pytest.mark.parametrize(
    "damage",
    [
        lambda journal: journal.update(limit="much"),
        lambda journal: journal.update(given_up=None),
        lambda journal: journal["entries"][0]["sent"][0].update(raw="0x02"),
        lambda journal: journal["entries"][0]["sent"][0].update(raw="0x03c0"),
        lambda journal: journal["entries"][0]["sent"][0].update(raw=7),
        lambda journal: journal["entries"][0]["sent"][0].update(hash="0x" + 64 * "0"),
        lambda journal: journal["entries"][0]["sent"][0].pop("hash"),
        lambda journal: journal.update(entries=[None]),
    ],
)
def test_a_damaged_journal_is_one_line(operator, monkeypatch, damage):
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 6)
        assert operator.deploy()[0] == 130
    whole = operator.journal_file.read_text()
    journal = json.loads(whole)
    damage(journal)
    operator.journal_file.write_text(json.dumps(journal))
    status, _, errors = operator.deploy()
    assert (status, errors) == (1, f"deploy.py: {operator.journal_file} is not a journal\n")
    operator.journal_file.write_text(whole)
    assert operator.deploy()[0] == 0
    assert is_whole(operator)
