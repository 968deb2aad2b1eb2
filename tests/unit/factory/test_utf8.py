"""
Texts that are no valid UTF-8 are refused where names enter, and left out where a stranger's can be met: otherwise
clients could not read the events and answers that have them.
"""

import boa
import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.helpers.chain import ETHER, error_data, now
from tests.helpers.flow import add_task

BAD = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"model\xc3", b"a" * 40 + b"\xf5\x80\x80\x80"]
GOOD = "Größe für 模型 🙂"


def call(to, signature: str, *arguments, sender, value: int = 0):
    """A call with bytes where the signature has strings."""
    types = signature[signature.index("(") + 1 : -1].replace("string", "bytes").split(",")
    data = keccak(text=signature)[:4] + encode(types, arguments)
    return boa.env.execute_code(to.address, sender=sender, value=value, data=data)


@pytest.mark.parametrize("bad", BAD)
def test_category(system, pool, pool_owner, stranger, bad):
    before = system.factory.getPoolCount()
    for signature, arguments in {
        "createPool(string,string)": (bad, b""),
        "createPoolDeterministic(string,string,bytes32)": (bad, b"", bytes(32)),
        "createPools(string[],string[])": ([b"fine", bad], [b"", b""]),
    }.items():
        refused = call(system.factory, signature, *arguments, sender=stranger)
        assert refused.output == error_data("InvalidCategory()")
    refused = call(system.factory, "setPoolCategory(address,string)", pool.address, bad, sender=pool_owner)
    assert refused.output == error_data("InvalidCategory()")
    assert system.factory.getPoolCount() == before
    assert system.factory.poolCategory(pool.address) == "AI Tasks"


@pytest.mark.parametrize("bad", [*BAD, "é".encode() * 511 + b"\xc3"])
def test_metadata(system, pool, pool_owner, stranger, bad):
    refused = call(system.factory, "createPool(string,string)", b"AI Tasks", bad, sender=stranger)
    assert refused.output == error_data("InvalidInput()")
    refused = call(system.factory, "setPoolMetadata(address,string)", pool.address, bad, sender=pool_owner)
    assert refused.output == error_data("InvalidInput()")
    assert system.factory.poolInfo(pool.address)[3] == "Pool for AI inference tasks"


def test_texts_of_any_script_are_taken(system, registry, operator, stranger):
    pool = system.pool(system.factory.createPool(GOOD, GOOD * 30, sender=stranger))
    assert system.factory.poolCategory(pool.address) == GOOD
    assert system.factory.poolInfo(pool.address)[3] == GOOD * 30
    registry.registerModel(GOOD, GOOD, GOOD, 0, 1, sender=operator)
    assert GOOD in registry.getAllModelIds()
    task = add_task(pool, model=GOOD)
    (item,), _ = system.viewer.findTasks(system.factory.address, [GOOD], 0, 0, 256)
    assert (item.pool, item.taskId, item.modelId) == (pool.address, task, GOOD)


@pytest.mark.parametrize("bad", BAD)
def test_model_of_the_registry(registry, operator, bad):
    before = registry.getAllModelIds()
    signature = "registerModel(string,string,string,uint8,uint256)"
    refused = call(registry, signature, bad, b"name", b"text", 0, 1, sender=operator)
    assert refused.output == error_data("InvalidInput()")
    assert registry.getAllModelIds() == before


@pytest.mark.parametrize("bad", BAD)
def test_search_leaves_out_what_clients_cannot_read(system, pool, pool_owner, bad):
    """A pool has no room for the check: its owner's own tasks can have any model."""
    good = add_task(pool, 5)
    added = call(
        pool,
        "addAITasks(uint256[],uint256[],string[],string[],uint256[])",
        [7],
        [0],
        [bad],
        [b"an input"],
        [now() + 3_600],
        sender=pool_owner,
        value=ETHER,
    )
    assert added.is_success
    assert pool.taskCounter() == good + 1
    items, offset = system.viewer.findTasks(system.factory.address, [], 0, 0, 256)
    assert [item.taskId for item in items] == [good]
    assert offset == 0
