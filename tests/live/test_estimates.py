"""
A user quotes a price, asks the node for an estimate, and sends some blocks later. Meanwhile the base fee moves and
others send transactions of their own. The transaction must go through with the bare estimate, and each wei of the
surplus must be accounted for.
"""

import pytest
from eth_utils import keccak
from web3.logs import DISCARD

from tests.helpers.chain import ETHER
from tests.helpers.client import Client

GAS = 100_000
GWEI = 10**9
FEE = 20 * GWEI
DATA = keccak(text="nothing()")
INLINE = 94  # tasks of a queue whose bits are in its one word
PRICE = 10**15


@pytest.fixture(autouse=True)
def base_fee(node, rolled_back):
    """The base fee is far above the minimum gas price, so that prices follow it."""
    set_base_fee(node, FEE)
    node.mine()


def set_base_fee(node, wei: int):
    node.ask("anvil_setNextBlockBaseFeePerGas", hex(int(wei)))


class Scheduling:
    """One account's view of the manager."""

    def __init__(self, client: Client, name: str, at: int, entry: str = "scheduleTask"):
        self.client, self.at, self.entry = client, at, entry
        self.contract = client.contracts["TaskManager"]
        self.functions = self.contract.functions
        self.account = client.account(name)
        if entry == "scheduleWithBond":
            client.send(self.account, self.functions.depositBond(), value=ETHER)

    def quote(self) -> int:
        base_fee = self.client.web3.eth.get_block("latest")["baseFeePerGas"]
        return self.functions.estimateCostAt(self.at, GAS, base_fee).call()

    def prepared(self, offer: int) -> dict:
        implementation = self.client.contracts["MinimalTaskEnvironment"].address
        function = self.functions[self.entry](implementation, GAS, self.at, offer, DATA)
        transaction = self.client.prepared(self.account, function, 0 if self.entry == "scheduleWithBond" else offer)
        transaction["maxFeePerGas"] = 3 * FEE
        return transaction

    def schedule(self) -> bytes:
        return self.task(self.client.mined(self.account, self.prepared(2 * self.quote())))

    def task(self, receipt) -> bytes:
        return self.contract.events.TaskScheduled().process_receipt(receipt, DISCARD)[0]["args"]["taskId"]


def check(mine: Scheduling, offer: int, transaction: dict):
    """Send what was prepared; price, payment, surplus and the manager's balance must agree to the wei."""
    web3, manager = mine.client.web3, mine.contract.address
    held, had = web3.eth.get_balance(manager), web3.eth.get_balance(mine.account.address)
    receipt = mine.client.mined(mine.account, transaction)
    task = mine.task(receipt)
    payment = mine.functions.getTaskPayment(task).call()
    kept = [log["args"]["amount"] for log in mine.contract.events.TaskToppedUp().process_receipt(receipt, DISCARD)]
    base_fee = web3.eth.get_block(receipt["blockNumber"])["baseFeePerGas"]
    if mine.entry == "scheduleWithBond":
        charged = [
            log["args"]["amount"] for log in mine.contract.events.BondCharged().process_receipt(receipt, DISCARD)
        ]
        assert (charged, kept, web3.eth.get_balance(manager)) == ([payment], [], held)
    else:
        spent = had - web3.eth.get_balance(mine.account.address) - receipt["gasUsed"] * receipt["effectiveGasPrice"]
        assert payment == spent == web3.eth.get_balance(manager) - held <= offer
        assert offer - payment == 0 or offer - payment >= 10_000 * base_fee or not kept
    return receipt, task, sum(kept)


@pytest.mark.parametrize("blocks", range(1, 6))
@pytest.mark.parametrize("entry", ["scheduleTask", "scheduleWithBond"])
def test_exactly_what_was_quoted_suffices_later(client, node, entry, blocks):
    """The price falls a little with each block: what is too much stays with the task."""
    mine = Scheduling(client, "owner", node.number("eth_blockNumber") + 50, entry)
    set_base_fee(node, FEE)
    node.mine()
    offer = mine.quote()
    transaction = mine.prepared(offer)
    for _ in range(blocks - 1):
        set_base_fee(node, FEE)
        node.mine()
    set_base_fee(node, FEE)
    _, task, kept = check(mine, offer, transaction)
    if entry == "scheduleTask":
        assert kept > 0
        assert mine.functions.getTaskPayment(task).call() == offer
        held, had = client.web3.eth.get_balance(mine.contract.address), client.balance(mine.account)
        receipt = client.send(mine.account, mine.functions.cancelTask(task))
        assert client.web3.eth.get_balance(mine.contract.address) == held - offer
        assert client.balance(mine.account) == had + offer - receipt["gasUsed"] * receipt["effectiveGasPrice"]


@pytest.mark.parametrize("change", [0.875, 1, 1.125])
@pytest.mark.parametrize("blocks", [1, 3, 5])
@pytest.mark.parametrize("entry", ["scheduleTask", "scheduleWithBond"])
def test_with_a_quarter_more_than_was_quoted(client, node, entry, blocks, change):
    mine = Scheduling(client, "owner", node.number("eth_blockNumber") + 50, entry)
    set_base_fee(node, FEE)
    node.mine()
    offer = mine.quote() * 5 // 4
    transaction = mine.prepared(offer)
    for _ in range(blocks - 1):
        set_base_fee(node, FEE)
        node.mine()
    set_base_fee(node, FEE * change)
    check(mine, offer, transaction)


def empties_the_block(other: Scheduling):
    """The only task of the block, and of the whole calendar, goes: all its words become zero."""
    task = other.schedule()
    return lambda: other.client.send(other.account, other.functions.cancelTask(task))


def takes_the_last_inline_index(other: Scheduling):
    """The next task needs a word of its own for its bit."""
    for _ in range(INLINE - 1):
        other.schedule()
    return other.schedule


def empties_a_block_of_many(other: Scheduling):
    """All words of the calendar become zero, and the next index needs a word of its own."""
    tasks = [other.schedule() for _ in range(INLINE)]

    def act():
        for task in tasks:
            other.client.send(other.account, other.functions.cancelTask(task))

    return act


@pytest.mark.parametrize(
    "others",
    [
        empties_the_block,
        takes_the_last_inline_index,
        pytest.param(empties_a_block_of_many, marks=pytest.mark.long("a hundred transactions")),
    ],
    ids=lambda act: act.__name__,
)
@pytest.mark.parametrize("entry", ["scheduleTask", "scheduleWithBond"])
def test_while_others_act(client, node, entry, others):
    """The estimate was made before the others acted."""
    at = node.number("eth_blockNumber") + 500
    mine = Scheduling(client, "owner", at, entry)
    act = others(Scheduling(client, "another", at))
    offer = mine.quote() * 3
    transaction = mine.prepared(offer)
    act()
    receipt, _, _ = check(mine, offer, transaction)
    assert receipt["gasUsed"] < transaction["gas"]


@pytest.mark.parametrize("approved", [1, 3])
def test_requests_while_others_act(client, approved):
    """
    The estimate was made for a pool with tasks; then the price falls, and the request goes to a pool that never had
    one.
    """
    contracts, operator = client.contracts, client.operator
    factory, registry = (contracts[name].functions for name in ("TaskPoolFactory", "ModelRegistry"))
    client.send(operator, registry.registerModel("llm", "Chat", "A chat model", 0, PRICE))
    for number in range(approved):
        client.send(operator, factory.createPool("AI Tasks", ""))
        client.send(operator, registry.approvePool(factory.allPools(number).call()))
    requester, other = client.account("requester"), client.account("another")
    request = registry.requestInference("llm", "p" * 200)
    # The next request goes to pool 1 of `approved`, which has a task then.
    for _ in range(approved):
        client.send(other, request, value=PRICE)
    transaction = client.prepared(requester, request, value=PRICE)
    transaction["maxFeePerGas"] = 3 * FEE
    for _ in range(approved + 1):
        client.send(operator, factory.createPool("AI Tasks", ""))
        client.send(operator, registry.approvePool(factory.allPools(factory.getPoolCount().call()[0] - 1).call()))
    client.send(operator, registry.setProtocolFeeBps(100))
    client.send(operator, registry.updateModel("llm", "Chat", "A chat model", PRICE // 2))
    had = client.balance(requester)
    receipt = client.mined(requester, transaction)
    assert client.balance(requester) == had - PRICE // 2 - receipt["gasUsed"] * receipt["effectiveGasPrice"]
