"""On a real node: a registry of somebody's own gets none of its pools into the ranking of the deployed router."""

import pytest
from eth_abi import encode
from web3.exceptions import ContractCustomError

from tests.helpers.chain import DAY, ETHER, error_data
from tests.helpers.client import Client
from tests.helpers.compiled import mock_deployer

PRICE = 10**15


def test_pools_of_another_registry_are_not_claimed_by_ranking(node, operator_of):
    operator = operator_of(node)
    status, _, errors = operator.deploy()
    assert (status, errors) == (0, "")
    client = Client(node, operator.record())
    owner = operator.account
    factory, registry, router = (client.contracts[name] for name in ("TaskPoolFactory", "ModelRegistry", "TaskRouter"))
    assert router.functions.modelRegistry().call() == registry.address
    worker, other_worker = client.account("worker"), client.account("other worker")

    mock = mock_deployer("ForeignRegistry.vy")
    creation = mock.compiler_data.bytecode + encode(["address"], [router.address])
    foreign = client.web3.eth.contract(client.create(owner, creation), abi=mock.abi)
    client.send(owner, factory.functions.setModelRegistry(foreign.address))
    client.send(owner, factory.functions.createPool("AI Tasks", ""))
    theirs = client.contract("TaskPool", factory.functions.allPools(0).call())
    client.send(owner, foreign.functions.approve(theirs.address))
    client.send(owner, foreign.functions.add(theirs.address), value=ETHER)
    assert theirs.functions.isApproved().call()
    assert theirs.functions.getNextAvailable().call() == 1

    with pytest.raises(ContractCustomError) as refusal:
        router.functions.claimBestTask().call({"from": worker.address})
    assert refusal.value.data == "0x" + error_data("NoAvailableTask()").hex()

    client.send(owner, factory.functions.setModelRegistry(registry.address))
    client.send(owner, factory.functions.createPool("AI Tasks", ""))
    ours = client.contract("TaskPool", factory.functions.allPools(1).call())
    client.send(owner, registry.functions.approvePool(ours.address))
    expiry = client.web3.eth.get_block("latest")["timestamp"] + DAY
    client.send(owner, ours.functions.addAITasks([PRICE], [7], ["m"], ["prompt"], [expiry]), value=PRICE)
    client.send(worker, router.functions.claimBestTask())
    assert router.functions.activeTaskOf(worker.address).call() == [ours.address, 1]

    client.send(other_worker, router.functions.claimTask(theirs.address, 1))
    assert router.functions.activeTaskOf(other_worker.address).call() == [theirs.address, 1]
