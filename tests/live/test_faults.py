"""What a chain does to a deployment, and what is no fault of the deployment's"""

import json
import threading

import pytest
from eth_account import Account

from taskpools.deployment import broadcast
from taskpools.deployment.journal import Journal, alone
from taskpools.deployment.node import Node
from taskpools.deployment.plan import create_address
from taskpools.steps import steps
from tests.helpers.node_programs import require
from tests.helpers.nodes import anvil

NAMES = [step.name for step in steps()]
STEPS = len(NAMES)
FIRST = NAMES[0]


@pytest.fixture
def idle():
    """A node that mines only on demand."""
    require("@foundry-rs/anvil")
    with anvil("--no-mining") as node:
        yield node


class Miner:
    """Mines a block now and then, beside a run of the command."""

    def __init__(self, node):
        self.node = node

    def __enter__(self):
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def __exit__(self, *error):
        self.stop.set()
        self.thread.join()

    def _work(self):
        while not self.stop.wait(0.05):
            self.node.mine()


def sent_nothing(operator) -> bool:
    return operator.node.number("eth_getTransactionCount", operator.address, "pending") == 0


def is_whole(operator) -> bool:
    """Every step was mined once and the record is there."""
    return operator.record_file.exists() and len(operator.node.sent_by(operator.address)) == STEPS


def send(operator, nonce: int, fee: int = 10**11) -> str:
    """The deployer sends something else: a wei to himself."""
    transaction = {
        "type": 2,
        "chainId": operator.node.chain_id,
        "nonce": nonce,
        "to": operator.address,
        "value": 1,
        "gas": 21_000,
        "maxFeePerGas": fee,
        "maxPriorityFeePerGas": fee,
    }
    signed = Account.sign_transaction(transaction, operator.account.key)
    return operator.node.ask("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())


def stop_after(monkeypatch, owner, method: str, number: int):
    """End the next run with an exception after this call of a method."""
    inner, calls = getattr(owner, method), 0

    def stopping(*arguments):
        nonlocal calls
        result = inner(*arguments)
        calls += 1
        if calls == number:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(owner, method, stopping)


# ---------------------------------------------------------------- before anything is sent


def test_a_wrong_chain_id(node, operator):
    wrong = node.chain_id + 1
    status, output, errors = operator.deploy("--chain-id", str(wrong))
    assert (status, output) == (1, "")
    assert errors == f"deploy.py: 127.0.0.1 is on chain {node.chain_id}, not on chain {wrong}\n"
    assert sent_nothing(operator)


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_an_empty_deployer(node, operator_of, more):
    operator = operator_of(node, wei=0)
    status, output, errors = operator.deploy(*more)
    assert status == 1
    assert "Plan for chain" in output
    assert errors.startswith(f"deploy.py: the deployer {operator.address} has 0.000000 ether and may need 0.")
    assert errors.count("\n") == 1
    assert not operator.journal_file.exists()


def test_a_fee_cap_below_the_base_fee(node, operator):
    node.ask("anvil_setNextBlockBaseFeePerGas", hex(30 * 10**9))
    node.mine()
    status, _, errors = operator.deploy("--max-fee", "20", "--timeout", "0.2")
    assert (status, errors) == (1, "deploy.py: the base fee is 30 gwei, above --max-fee 20\n")
    assert sent_nothing(operator)
    node.ask("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    node.mine()
    assert operator.deploy("--max-fee", "20")[0] == 0


def test_a_fork_that_does_not_know_the_code(operator_of):
    require("@foundry-rs/anvil")
    with anvil(hardfork="shanghai") as old:
        operator = operator_of(old)
        status, _, errors = operator.deploy()
        assert status == 1
        assert errors == f"deploy.py: chain {old.chain_id} does not support the evm version prague\n"
        assert sent_nothing(operator)


def test_a_node_that_does_not_answer(operator, monkeypatch):
    monkeypatch.setattr("taskpools.deployment.node.PAUSE", 0.01)
    status, output, errors = operator.run(*operator.arguments("--rpc", "http://127.0.0.1:1/secret"))
    assert (status, output) == (1, "")
    assert errors == "deploy.py: 127.0.0.1 does not answer (ConnectionError)\n"


def test_a_transaction_of_the_deployer_that_is_not_mined(idle, operator_of):
    operator = operator_of(idle)
    send(operator, 0)
    status, _, errors = operator.deploy()
    assert status == 1
    assert "has 1 transaction that is not mined yet" in errors
    assert not operator.journal_file.exists()


def test_another_run_at_the_same_time(operator):
    with alone(operator.folder / "deployments", operator.node.chain_id):
        status, _, errors = operator.deploy()
    assert status == 1
    assert "another run deploys to chain" in errors
    assert operator.deploy()[0] == 0


def test_nobody_to_ask(operator):
    arguments = [argument for argument in operator.arguments() if argument != "--yes"]
    status, _, errors = operator.run(*arguments)
    assert status == 2
    assert errors.startswith("deploy.py: nobody is there to be asked")
    assert sent_nothing(operator)


@pytest.mark.parametrize("answer", [True, False])
def test_the_question(operator, monkeypatch, answer):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda question: answer)
    arguments = [argument for argument in operator.arguments() if argument != "--yes"]
    status, _, errors = operator.run(*arguments)
    if answer:
        assert (status, errors) == (0, "")
        assert is_whole(operator)
    else:
        assert (status, errors) == (1, "deploy.py: nothing was sent\n")
        assert sent_nothing(operator)
        assert not operator.journal_file.exists()


# ---------------------------------------------------------------- while it is under way


def test_a_node_that_mines_on_demand(idle, operator_of):
    operator = operator_of(idle)
    status, _, errors = operator.deploy("--timeout", "0.3")
    assert status == 1
    assert errors.startswith(f"deploy.py: {FIRST}: waiting for 0x")
    assert errors.endswith("Run the same command again to go on\n")
    with Miner(idle):
        status, _, errors = operator.deploy("--confirmations", "3")
    assert (status, errors) == (0, "")
    assert is_whole(operator)
    last = max(contract["block"] for contract in operator.record()["contracts"].values())
    assert idle.number("eth_blockNumber") >= last + 2


def test_confirmations_that_do_not_come(operator):
    status, _, errors = operator.deploy("--confirmations", "3", "--timeout", "1")
    assert status == 1
    assert errors.startswith("deploy.py: 1 of 3 confirmations after 1 seconds")
    assert not operator.record_file.exists()
    operator.node.mine(2)
    assert operator.deploy("--confirmations", "3")[0] == 0
    assert is_whole(operator)


def test_a_dropped_transaction_is_sent_again(idle, operator_of):
    operator = operator_of(idle)
    assert operator.deploy("--timeout", "0.2")[0] == 1
    first = json.loads(operator.journal_file.read_text())["entries"][0]["sent"]
    assert idle.ask("anvil_dropTransaction", first[0]["hash"]) == first[0]["hash"]
    with Miner(idle):
        assert operator.deploy()[0] == 0
    assert is_whole(operator)
    assert operator.record()["contracts"][FIRST]["transaction"] == first[0]["hash"]


def test_a_transaction_that_the_base_fee_has_left_behind_is_replaced(idle, operator_of):
    operator = operator_of(idle)
    assert operator.deploy("--timeout", "0.2")[0] == 1
    first = json.loads(operator.journal_file.read_text())["entries"][0]["sent"][0]
    idle.ask("anvil_setNextBlockBaseFeePerGas", hex(3 * first["fee"]))
    idle.mine()
    capped = operator.deploy("--timeout", "0.2", "--max-fee", str(first["fee"] / 10**9))
    assert capped[0] == 1
    assert "above --max-fee" in capped[2]
    with Miner(idle):
        assert operator.deploy("--max-cost", "10")[0] == 0
    assert is_whole(operator)
    assert operator.record()["contracts"][FIRST]["transaction"] != first["hash"]


def test_a_node_that_restarts_with_its_state(operator_of, tmp_path, monkeypatch):
    require("@foundry-rs/anvil")
    state = str(tmp_path / "state.json")
    with anvil("--state", state) as node:
        operator = operator_of(node)
        with monkeypatch.context() as stopped:
            stop_after(stopped, Journal, "save", 8)
            assert operator.deploy()[0] == 130
        addresses = [entry["nonce"] for entry in json.loads(operator.journal_file.read_text())["entries"]]
    with anvil("--state", state, chain_id=node.chain_id) as again:
        operator.node = again
        assert operator.deploy()[0] == 0
        assert again.number("eth_getTransactionCount", operator.address, "latest") == STEPS
        assert addresses == list(range(STEPS))


def test_a_reorganisation_is_mined_again(node, operator, monkeypatch):
    """The blocks of the last steps go away while their confirmations are awaited."""
    save, head, saved, gone = Journal.save, Node.head, [], []

    def remembering(journal):
        save(journal)
        saved.append(node.ask("evm_snapshot"))

    def forgetting(asked):
        if not gone and len(saved) > 2 * STEPS:
            gone.append(node.ask("evm_revert", saved[2 * STEPS - 6]))
            node.ask("anvil_dropAllTransactions")
        return head(asked)

    monkeypatch.setattr(Journal, "save", remembering)
    monkeypatch.setattr(Node, "head", forgetting)
    status, _, errors = operator.deploy("--timeout", "10")
    assert (status, errors) == (0, "")
    assert gone == [True]
    assert is_whole(operator)


def test_a_nonce_taken_by_something_else(operator, monkeypatch):
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 7)  # three steps are done
        assert operator.deploy()[0] == 130
    before, after = NAMES.index("TaskPoolFactory"), NAMES.index("TaskPoolViewer")
    assert before < 3 <= after
    send(operator, 3)
    status, output, _ = operator.deploy()
    assert status == 0
    assert "planned anew" in output
    contracts = operator.record()["contracts"]
    assert contracts["TaskPoolFactory"]["address"] == create_address(operator.address, before)
    assert contracts["TaskPoolViewer"]["address"] == create_address(operator.address, after + 1)
    assert operator.node.number("eth_getTransactionCount", operator.address, "latest") == STEPS + 1


def test_a_step_that_fails_on_the_chain_is_planned_anew(operator, monkeypatch):
    with monkeypatch.context() as poor:
        poor.setattr(broadcast, "GAS_PERCENT", 60)
        status, _, errors = operator.deploy()
    assert status == 1
    assert errors.startswith(f"deploy.py: {FIRST} failed on the chain, as 0x")
    assert operator.deploy()[0] == 0
    assert operator.record()["contracts"][FIRST]["address"] == create_address(operator.address, 1)


def test_a_refusal_of_the_chain_is_one_line(node, operator, monkeypatch):
    """Somebody has the registry refuse the call: here by taking away its code."""
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 11)
        assert operator.deploy()[0] == 130
    registry = create_address(operator.address, NAMES.index("ModelRegistry"))
    code = node.ask("eth_getCode", registry, "latest")
    node.ask("anvil_setCode", registry, "0xfe")
    status, _, errors = operator.deploy()
    assert status == 1
    assert errors == f"deploy.py: ModelRegistry: at {registry} is other code than the build's\n"
    node.ask("anvil_setCode", registry, code)
    assert operator.deploy()[0] == 0


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (("--owner", "0x" + 19 * "00" + "0a"), "deployment is under way whose owner is None"),
        (("--verifier", "0x" + 19 * "00" + "0a"), "deployment is under way whose verifiers is ()"),
    ],
)
def test_a_journal_of_other_terms(operator, monkeypatch, more, line):
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 3)
        assert operator.deploy()[0] == 130
    status, _, errors = operator.deploy(*more)
    assert status == 1
    assert line in errors
    assert errors.count("\n") == 1
    assert operator.deploy()[0] == 0


def test_a_journal_of_another_build(operator, monkeypatch):
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 3)
        assert operator.deploy()[0] == 130
    journal = json.loads(operator.journal_file.read_text())
    journal["entries"][NAMES.index("ModelRegistry")]["fingerprint"] = "0" * 64
    operator.journal_file.write_text(json.dumps(journal))
    status, _, errors = operator.deploy()
    assert status == 1
    assert "another build of ModelRegistry" in errors
    operator.journal_file.write_text("{}")
    status, _, errors = operator.deploy()
    assert status == 1
    assert errors == f"deploy.py: {operator.journal_file} is not a journal\n"
