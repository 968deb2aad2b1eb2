"""The development node on EthereumJS answers as others do."""

import pytest
import requests
from eth_account import Account
from eth_utils import keccak
from web3 import Web3

from tests.helpers.chain import ETHER
from tests.helpers.node_programs import require
from tests.helpers.nodes import ethereumjs

EMITS = bytes.fromhex("60075f5f a1 60085f5f a1".replace(" ", ""))  # logs the topics 7 and 8, no data
NEEDS_A_LIMIT = bytes.fromhex("61c350 5a 11 600a57 5ffd 5b00".replace(" ", ""))  # reverts under 50,000 gas
REVERTS = bytes.fromhex("600b5f5260205ffd")  # with the word 11
GWEI = 10**9


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    require("@ethereumjs/vm", "node")
    with ethereumjs(tmp_path_factory.mktemp("ethereumjs")) as running:
        yield running


@pytest.fixture
def web3(node):
    return Web3(Web3.HTTPProvider(node.url))


@pytest.fixture(autouse=True)
def undone(node):
    """Each test starts from the same blocks."""
    moment = node.ask("evm_snapshot")
    yield
    node.ask("evm_setAutomine", True)
    assert node.ask("evm_revert", moment)


def address(name: str) -> str:
    return Web3.to_checksum_address(keccak(text=name)[-20:])


def contract(node, name: str, code: bytes) -> str:
    node.ask("anvil_setCode", address(name), "0x" + code.hex())
    return address(name)


@pytest.fixture
def sender(node):
    account = Account.from_key(keccak(text=f"sender {node.chain_id}"))
    node.fund(account.address)
    return account


def signed(web3, sender, **fields) -> bytes:
    fields = {
        "to": address("somebody"),
        "value": 0,
        "gas": 300_000,
        "nonce": web3.eth.get_transaction_count(sender.address),
        "maxFeePerGas": 10 * GWEI,
        "maxPriorityFeePerGas": GWEI,
        "chainId": web3.eth.chain_id,
    } | fields
    return sender.sign_transaction(fields).raw_transaction


def refusal(node, method: str, *params) -> dict:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return requests.post(node.url, json=body, timeout=60).json()["error"]


def test_blocks_are_a_chain(node, web3, sender):
    start = web3.eth.block_number
    web3.eth.send_raw_transaction(signed(web3, sender))
    node.mine(3)
    assert web3.eth.block_number == start + 4
    for number in range(start + 1, start + 5):
        block, parent = web3.eth.get_block(number), web3.eth.get_block(number - 1)
        assert block["parentHash"] == parent["hash"]
        assert block["timestamp"] > parent["timestamp"]
        assert web3.eth.get_block(block["hash"]) == block
    assert web3.eth.get_block(start + 4)["baseFeePerGas"] < web3.eth.get_block(start)["baseFeePerGas"]


def test_receipt_and_transaction(web3, node, sender):
    emitter = contract(node, "emitter", EMITS)
    before = web3.eth.get_balance(sender.address)
    sent = web3.eth.send_raw_transaction(signed(web3, sender, to=emitter))
    receipt, transaction = web3.eth.get_transaction_receipt(sent), web3.eth.get_transaction(sent)
    assert receipt["status"] == 1
    assert receipt["blockHash"] == transaction["blockHash"] == web3.eth.get_block("latest")["hash"]
    assert (receipt["from"], receipt["to"]) == (sender.address, emitter)
    assert receipt["effectiveGasPrice"] == transaction["gasPrice"]
    assert web3.eth.get_balance(sender.address) == before - receipt["gasUsed"] * receipt["effectiveGasPrice"]
    assert [int.from_bytes(log["topics"][0]) for log in receipt["logs"]] == [7, 8]
    assert [log["logIndex"] for log in receipt["logs"]] == [0, 1]


def test_logs_by_address_topic_and_block(web3, node, sender):
    emitter = contract(node, "emitter", EMITS)
    sent = web3.eth.send_raw_transaction(signed(web3, sender, to=emitter))
    number = web3.eth.get_transaction_receipt(sent)["blockNumber"]
    node.mine()
    everything = {"fromBlock": 0, "toBlock": "latest"}
    seven = "0x" + (7).to_bytes(32).hex()
    assert len(web3.eth.get_logs(everything | {"address": emitter})) == 2
    assert len(web3.eth.get_logs(everything | {"address": emitter, "topics": [seven]})) == 1
    assert web3.eth.get_logs(everything | {"address": address("somebody")}) == []
    assert web3.eth.get_logs({"fromBlock": number + 1, "toBlock": "latest", "address": emitter}) == []
    assert len(web3.eth.get_logs({"blockHash": web3.eth.get_block(number)["hash"], "address": emitter})) == 2


def test_estimate_is_exact(web3, node, sender):
    needy = contract(node, "needy", NEEDS_A_LIMIT)
    gas = web3.eth.estimate_gas({"from": sender.address, "to": needy})
    assert gas > 50_000
    for limit, status in [(gas - 1, 0), (gas, 1)]:
        sent = web3.eth.send_raw_transaction(signed(web3, sender, to=needy, gas=limit))
        assert web3.eth.get_transaction_receipt(sent)["status"] == status


def test_refused_call_has_its_data(node):
    refuser = contract(node, "refuser", REVERTS)
    for method in ("eth_call", "eth_estimateGas"):
        error = refusal(node, method, {"to": refuser}, "latest")
        assert (error["code"], error["message"]) == (3, "execution reverted")
        assert int(error["data"], 16) == 11
    assert refusal(node, "eth_unknown")["code"] == -32601


def test_past_states(web3, node, sender):
    number = web3.eth.block_number
    before = web3.eth.get_balance(address("somebody"), number)
    web3.eth.send_raw_transaction(signed(web3, sender, value=ETHER))
    assert web3.eth.get_balance(address("somebody")) == before + ETHER
    assert web3.eth.get_balance(address("somebody"), number) == before
    assert refusal(node, "eth_getBalance", address("somebody"), "0xffffff")["message"] == "header not found"


def test_several_transactions_of_a_block(web3, node, sender):
    node.ask("evm_setAutomine", False)
    first = web3.eth.get_transaction_count(sender.address)
    hashes = [web3.eth.send_raw_transaction(signed(web3, sender, nonce=first + at)) for at in (2, 0, 1)]
    assert web3.eth.get_transaction_count(sender.address) == first
    assert web3.eth.get_transaction_count(sender.address, "pending") == first + 3
    assert web3.eth.get_transaction(hashes[0])["blockNumber"] is None
    node.mine()
    receipts = [web3.eth.get_transaction_receipt(sent) for sent in hashes]
    assert [receipt["transactionIndex"] for receipt in receipts] == [2, 0, 1]
    assert len({receipt["blockNumber"] for receipt in receipts}) == 1
    assert receipts[0]["cumulativeGasUsed"] == sum(receipt["gasUsed"] for receipt in receipts)


def test_transaction_waits_for_its_nonce_and_its_fee(web3, node, sender):
    first = web3.eth.get_transaction_count(sender.address)
    late = web3.eth.send_raw_transaction(signed(web3, sender, nonce=first + 1))
    assert node.ask("eth_getTransactionReceipt", late.to_0x_hex()) is None
    cheap = web3.eth.send_raw_transaction(signed(web3, sender, nonce=first, maxFeePerGas=1, maxPriorityFeePerGas=1))
    assert node.ask("eth_getTransactionReceipt", cheap.to_0x_hex()) is None
    raw = signed(web3, sender, nonce=first, maxFeePerGas=1, maxPriorityFeePerGas=0, value=1)
    assert refusal(node, "eth_sendRawTransaction", raw.to_0x_hex())["message"] == "replacement transaction underpriced"
    dear = web3.eth.send_raw_transaction(signed(web3, sender, nonce=first))
    assert web3.eth.get_transaction_receipt(dear)["status"] == web3.eth.get_transaction_receipt(late)["status"] == 1
    assert node.ask("eth_getTransactionByHash", cheap.to_0x_hex()) is None


def test_refused_transactions(web3, node, sender):
    sent = signed(web3, sender)
    web3.eth.send_raw_transaction(sent)
    nonce = web3.eth.get_transaction_count(sender.address)

    def says(**fields) -> str:
        return refusal(node, "eth_sendRawTransaction", signed(web3, sender, **fields).to_0x_hex())["message"]

    assert refusal(node, "eth_sendRawTransaction", sent.to_0x_hex())["message"] == "already known"
    assert says(nonce=nonce - 1, value=1).startswith("nonce too low")
    assert says(value=10**30).startswith("insufficient funds")
    assert says(gas=10_000).startswith("intrinsic gas too low")
    assert says(gas=10**9) == "exceeds block gas limit"


def test_snapshot_brings_everything_back(web3, node, sender):
    number, nonce = web3.eth.block_number, web3.eth.get_transaction_count(sender.address)
    moment = node.ask("evm_snapshot")
    sent = web3.eth.send_raw_transaction(signed(web3, sender))
    node.mine(2)
    assert node.ask("evm_revert", moment)
    assert (web3.eth.block_number, web3.eth.get_transaction_count(sender.address)) == (number, nonce)
    assert node.ask("eth_getTransactionReceipt", sent.to_0x_hex()) is None
    assert not node.ask("evm_revert", moment)
    assert web3.eth.send_raw_transaction(signed(web3, sender)) == sent


def test_fee_history(web3, node):
    node.mine(3)
    history = web3.eth.fee_history(2, "latest", [50])
    newest = web3.eth.block_number
    assert history["oldestBlock"] == newest - 1
    assert history["baseFeePerGas"][:2] == [
        web3.eth.get_block(number)["baseFeePerGas"] for number in (newest - 1, newest)
    ]
    node.mine()
    assert history["baseFeePerGas"][2] == web3.eth.get_block("latest")["baseFeePerGas"]
    assert history["reward"] == [[web3.eth.max_priority_fee]] * 2
