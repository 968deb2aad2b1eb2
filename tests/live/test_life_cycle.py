"""
Both halves of a deployed system on each kind of real node, used as a client would: web3 and the record's ABIs.
"""

import pytest
from eth_abi import encode
from eth_utils import keccak

from taskpools.demo.scheduled_calls import counter as counter_deployer
from taskpools.demo.scheduled_calls import task_data
from tests.helpers.chain import ETHER
from tests.helpers.client import Client
from tests.helpers.node_programs import require
from tests.helpers.nodes import anvil, hardhat

PRICE = 2 * 10**13
SUCCEEDED = 2
GAS = 2_000_000  # for executeTasks: the estimate would be that of doing nothing


@pytest.fixture(params=["anvil", "hardhat"])
def node(request, tmp_path_factory):
    if request.param == "anvil":
        require("@foundry-rs/anvil")
        running = anvil()
    else:
        require("hardhat", "node")
        running = hardhat(tmp_path_factory.mktemp("hardhat"))
    with running as node:
        yield node


def test_both_halves(node, operator_of):
    operator = operator_of(node)
    status, _, errors = operator.deploy()
    assert (status, errors) == (0, "")
    client = Client(node, operator.record())
    inference(client, operator.account)
    schedule(client)


def inference(client: Client, owner):
    """A request from payment to payment."""
    factory, registry, router = (client.contracts[name] for name in ("TaskPoolFactory", "ModelRegistry", "TaskRouter"))
    requester, worker, verifier = (client.account(name) for name in ("requester", "worker", "verifier"))
    client.send(owner, factory.functions.createPool("AI Tasks", "Pool for AI inference tasks"))
    address = factory.functions.allPools(0).call()
    pool = client.contract("TaskPool", address)
    client.send(owner, registry.functions.registerModel("llm-chat-v1", "Chat", "A chat model", 1, PRICE))
    client.send(owner, registry.functions.approvePool(address))
    client.send(owner, registry.functions.addVerifier(verifier.address))

    prompt = "Why is the sky blue?"
    _, cost = registry.functions.calculateInferenceCost("llm-chat-v1", prompt).call()
    assert cost == len(prompt) // 4 * PRICE
    client.send(requester, registry.functions.requestInference("llm-chat-v1", prompt), value=cost)
    assert client.web3.eth.get_balance(address) == cost
    assert router.functions.getBestTaskFor(worker.address).call() == [address, 1]
    client.send(worker, router.functions.claimBestTask())
    result = "Rayleigh scattering."
    client.send(worker, router.functions.submitTask(address, 1, b"the proof", 1, 2, result))
    before = client.balance(worker)
    client.send(verifier, pool.functions.verifyAndPay(1, True))
    assert client.balance(worker) == before + cost
    assert client.web3.eth.get_balance(address) == 0
    assert registry.functions.inferenceRequests(1).call()[-2:] == [result, True]


def schedule(client: Client):
    """A call for a future block, executed in it."""
    contract = client.contracts["TaskManager"]
    manager = contract.functions
    scheduler, executor = client.account("scheduler"), client.account("executor")
    counter = client.create(scheduler, counter_deployer().compiler_data.bytecode)
    block = client.web3.eth.block_number + 20
    data = task_data(counter, keccak(text="increment()")[:4])
    assert manager.encodeTask(counter, keccak(text="increment()")[:4]).call() == data
    cost = manager.estimateCost(block, 100_000).call()
    environment = client.contracts["BasicTaskEnvironment"].address
    # The base fee, and the cost with it, may be another one when the transaction is mined: the surplus comes back.
    arguments = (environment, 100_000, block, 2 * cost, data)
    _, charged, task = manager.scheduleTask(*arguments).call({"from": scheduler.address, "value": 2 * cost})
    client.send(scheduler, manager.scheduleTask(*arguments), value=2 * cost)
    assert cost // 2 < charged < 2 * cost
    assert cost // 2 < client.web3.eth.get_balance(contract.address) < 2 * cost

    before = client.balance(executor)
    execute = manager.executeTasks(executor.address, 0)
    client.send(executor, execute, gas=GAS)
    assert manager.getTaskStatus(task).call() != SUCCEEDED  # it is not due yet
    client.node.mine(block - client.web3.eth.block_number)
    client.send(executor, execute, gas=GAS)
    assert manager.getTaskStatus(task).call() == SUCCEEDED
    count = client.web3.eth.call({"to": counter, "data": keccak(text="count()")[:4] + encode([], [])})
    assert int.from_bytes(count) == 1
    assert client.balance(executor) > before - ETHER // 100
    assert client.balance(executor) != before
