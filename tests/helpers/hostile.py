"""
Hostile parties: bad code, calls with a limit of gas in a transaction of their own, every state-changing call of the
ABI.
"""

import os
from contextlib import contextmanager

import boa
from eth.db.storage import AccountStorageDB
from eth_abi import encode
from eth_utils import keccak

from taskpools.abi import abi
from taskpools.system import SOURCES
from tests.helpers.chain import DAY, ETHER, error_data, now
from tests.helpers.compiled import mock_deployer
from tests.helpers.signatures import canonical_type

# Of gas, from one limit to the next; a fortieth of it where the call begins to succeed. For a closer look:
# GAS_STEP=2000.
STEP = int(os.environ.get("GAS_STEP", "40000"))

POOL_CONTRACTS = [
    name for name, path in SOURCES.items() if path.startswith(("pools/", "registry/", "factory/", "router/"))
]

# What a contract can do to whoever calls or pays it, as its whole code.
CODE = {
    "reverts": bytes.fromhex("5f5ffd"),
    "reverts with a megabyte": bytes.fromhex("620f42405ffd"),
    "burns all gas": bytes.fromhex("fe"),
    "returns nothing": bytes.fromhex("00"),
    "returns 64 kilobytes": bytes.fromhex("620100005ff3"),  # takes a payee 14,400 gas, so that the call succeeds
    "returns a megabyte": bytes.fromhex("620f42405ff3"),  # takes 2.2 million gas
    "returns all ones": bytes.fromhex("5f195f5260205ff3"),
}
# Those that make a call with little gas fail.
FAILING = ["reverts", "reverts with a megabyte", "burns all gas", "returns a megabyte"]


def mock(name: str, *arguments, wei: int = 0):
    """A new contract from tests/mocks, with some money."""
    contract = mock_deployer(f"{name}.vy").deploy(*arguments)
    boa.env.set_balance(contract.address, wei)
    return contract


def behave(account: str, behavior: str):
    """From now on the account is a contract that does nothing else."""
    boa.env.set_code(account, CODE[behavior])


@contextmanager
def behaving(contract, behavior: str):
    """The contract is replaced at its address for a while; its storage and money stay."""
    code = boa.env.get_code(contract.address)
    behave(contract.address, behavior)
    yield
    boa.env.set_code(contract.address, code)


# ---------------------------------------------------------------- calls with a limit of gas


def topic(signature: str) -> int:
    """The first topic of an event."""
    return int.from_bytes(keccak(text=signature), "big")


@contextmanager
def transaction(sender: str, to: str):
    """
    The block runs as one transaction: all else than sender and `to` is cold, and the storage at its start is the
    original.

    boa knows no transactions: what an earlier call touched would stay warm, and cost a tenth of what it does on a
    chain.
    """
    accounts = boa.env.evm.vm.state._account_db
    accounts._journal_accessed_state.clear()
    for address in (sender, to):
        accounts.mark_address_warm(boa.util.abi.Address(address).canonical_address)
    originals: dict = {}
    get, write = AccountStorageDB.get, AccountStorageDB.set

    def get_in_transaction(store, slot, from_journal=True):
        current = get(store, slot)
        return current if from_journal else originals.get((store, slot), current)

    def set_in_transaction(store, slot, value):
        originals.setdefault((store, slot), get(store, slot))
        write(store, slot, value)

    AccountStorageDB.get, AccountStorageDB.set = get_in_transaction, set_in_transaction
    try:
        yield originals
    finally:
        AccountStorageDB.get, AccountStorageDB.set = get, write


def calldata(signature: str, *arguments) -> bytes:
    types = signature[signature.index("(") + 1 : -1]
    return keccak(text=signature)[:4] + encode(types.split(",") if types else [], arguments)


class Attempt:
    """
    One call with a limit of gas, what it came to, and whether it changed anything: logs, storage, balances. Nothing of
    it stays.

    Storage is compared as it is, from one attempt to another, whatever it means: that is quicker than to ask all the
    views.
    """

    def __init__(self, sender: str, to: str, data: bytes, value: int, gas: int, accounts: list[str], look=None):
        with boa.env.anchor():
            before = [boa.env.get_balance(account) for account in accounts]
            with transaction(sender, to) as written:
                computation = boa.env.execute_code(to, sender=sender, gas=gas, value=value, data=data)
            self.succeeded = computation.is_success
            self.used = computation.get_gas_used()
            self.revert_data = computation.output if computation.is_error else b""
            balances = [boa.env.get_balance(account) for account in accounts]
            stored = any(store.get(slot) != original for (store, slot), original in written.items())
            self.changes = stored or balances != before or bool(computation.get_log_entries())
            if self.succeeded:
                storage = {(store._address, slot): store.get(slot) for store, slot in written}
                self.topics = {topics[0] for _, topics, _ in computation.get_log_entries()}
                self.came_to = computation.get_log_entries(), storage, balances
                self.seen = look() if look else None


def sweep(sender: str, to: str, data: bytes, accounts: list[str], value: int = 0, step: int = STEP) -> int:
    """
    Try a call with every limit of gas, in steps, and in small steps where it begins to succeed.

    Each attempt must be refused, or come to the same as with gas in plenty. Once a limit is enough, each higher one is,
    so that the estimates that clients make by bisection hold. Returns the lowest limit that is enough.
    """
    plenty = Attempt(sender, to, data, value, 20_000_000, accounts)
    assert plenty.succeeded, plenty.revert_data.hex()
    enough = _try(range(step, plenty.used + 400_000, step), sender, to, data, value, accounts, plenty)
    return _try(range(enough - step, enough, step // 40), sender, to, data, value, accounts, plenty) or enough


def _try(limits, sender, to, data, value, accounts, plenty) -> int:
    enough = 0
    for gas in limits:
        attempt = Attempt(sender, to, data, value, gas, accounts)
        if attempt.succeeded:
            assert attempt.came_to == plenty.came_to, f"with {gas} gas only a part was done"
            enough = enough or gas
        else:
            assert not enough, f"{enough} gas were enough, {gas} were not"
    return enough


def lowest(succeeds, enough: int) -> int:
    """The lowest limit of gas with which a call succeeds; `enough` is a limit that suffices."""
    low, high = 0, enough
    assert succeeds(high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if succeeds(middle) else (middle, high)
    return high


def edge(attempt) -> int:
    """The lowest limit that suffices. One gas less is refused and changes nothing. One gas more suffices."""
    found = lowest(lambda gas: attempt(gas).succeeded, 5_000_000)
    below, above = attempt(found - 1), attempt(found + 1)
    assert below.revert_data == error_data("InsufficientGas()")
    assert not below.changes
    assert attempt(found).changes
    assert above.succeeded
    return found


# ---------------------------------------------------------------- the ABI


def _functions(name: str, changing: bool):
    for entry in abi(name):
        if entry["type"] == "function" and (entry["stateMutability"] in ("nonpayable", "payable")) == changing:
            yield f"{entry['name']}({','.join(map(canonical_type, entry['inputs']))})", entry


def view_functions(name: str):
    """The signature and ABI entry of each function that changes nothing."""
    return _functions(name, changing=False)


def functions(name: str) -> list[str]:
    """The signatures of a contract's functions that change state."""
    return [signature for signature, _ in _functions(name, changing=True)]


def changing_calls(scene, me: str) -> dict[str, dict[str, tuple]]:
    """
    Contract name: signature: plausible arguments, and the wei to send.

    Every state-changing function of the ABI is in it: `test_strangers` fails for a new one until it is added.
    """
    soon = now() + DAY
    pool, registry, router = scene.pool.address, scene.registry.address, scene.router.address
    text = ("llm-chat-v1", "a prompt")
    answer = (b"proof", 1, 2, "a result")
    return {
        "TaskPool": {
            "acceptOwnership()": ((), 0),
            "addAITasks(uint256[],uint256[],string[],string[],uint256[])": (
                ([1], [7], *([t] for t in text), [soon]),
                1,
            ),
            "addRegistryTask(uint256,uint256)": ((scene.request, soon), 1),
            "batchVerifyAndPay(uint256[],bool[])": (([scene.pending], [True]), 0),
            "cancelTask(uint256)": ((scene.available,), 0),
            "claimTaskForUser(address)": ((me,), 0),
            "claimTaskForUser(address,uint256)": ((me, scene.available), 0),
            "deliverOutcome(uint256)": ((scene.pending,), 0),
            "emergencyWithdraw()": ((), 0),
            "initialize(address,address,address)": ((me, me, registry), 0),
            "releaseExpired(uint256[])": (([scene.available],), 0),
            "releaseExpiredTasks(uint256[])": (([scene.available],), 0),
            "releaseMyClaim(uint256)": ((scene.active,), 0),
            "setActive(bool)": ((False,), 0),
            "setApproval(bool)": ((False,), 0),
            "setTaskTerms(uint256,uint256,uint256,bool)": ((300, 3_600, 1, True), 0),
            "setZKPVerifier(address)": ((me,), 0),
            "settleUnverified(uint256[])": (([scene.pending],), 0),
            "submitTaskForUser(address,uint256,bytes,uint256,uint256,string)": ((me, scene.active, *answer), 0),
            "sync()": ((), 0),
            "transferOwnership(address)": ((me,), 0),
            "verifyAndPay(uint256,bool)": ((scene.pending, True), 0),
            "withdrawCredit(address)": ((me,), 0),
        },
        "ModelRegistry": {
            "acceptOwnership()": ((), 0),
            "addVerifier(address)": ((me,), 0),
            "approvePool(address)": ((scene.unapproved.address,), 0),
            "cancelRequest(uint256)": ((scene.request,), 0),
            "creditRefund(uint256)": ((scene.request,), 1),
            "registerModel(string,string,string,uint8,uint256)": (("model", "name", "text", 0, 1), 0),
            "removeVerifier(address)": ((scene.verifier,), 0),
            "requestInference(string,string)": (text, ETHER),
            "requestInferenceWithMax(string,string,uint256)": ((*text, ETHER), ETHER),
            "rescueSurplus(address)": ((me,), 0),
            "revokePool(address)": ((pool,), 0),
            "setModelActive(string,bool)": ((text[0], False), 0),
            "setProtocolFeeBps(uint256)": ((1_000,), 0),
            "setRequestLifetime(uint256)": ((600,), 0),
            "setTaskRouter(address)": ((router,), 0),
            "submitResult(uint256,string)": ((scene.request, "a result"), 0),
            "transferOwnership(address)": ((me,), 0),
            "updateInferenceResult(uint256,string)": ((scene.request, "a result"), 0),
            "updateModel(string,string,string,uint256)": ((text[0], "name", "text", 1), 0),
            "updatePoolListing(bool,bool)": ((False, False), 0),
            "withdrawRefund()": ((), 0),
            "withdrawRefundTo(address)": ((me,), 0),
            "withdrawTokens()": ((), 0),
        },
        "TaskRouter": {
            "assignSlot()": ((), 0),
            "claimBestTask()": ((), 0),
            "claimTask(address,uint256)": ((pool, scene.available), 0),
            "claimTaskFromPool(address)": ((pool,), 0),
            "poolChanged(uint256,uint256,uint256)": ((1, 1 << 160, 1 << 255), 0),
            "releaseAllExpiredTasks(address[],uint256)": (([pool], 10), 0),
            "releaseExpiredTasks(address,uint256[])": ((pool, [scene.available]), 0),
            "submitTask(address,uint256,bytes,uint256,uint256,string)": ((pool, scene.active, *answer), 0),
        },
        "TaskPoolFactory": {
            "acceptOwnership()": ((), 0),
            "activatePool(address)": ((pool,), 0),
            "activatePools(address[])": (([pool],), 0),
            "createPool(string,string)": (("AI Tasks", ""), 0),
            "createPoolDeterministic(string,string,bytes32)": (("AI Tasks", "", bytes(32)), 0),
            "createPoolFor(address,string,string)": ((me, "AI Tasks", ""), 0),
            "createPools(string[],string[])": ((["AI Tasks"], [""]), 0),
            "deactivatePool(address)": ((pool,), 0),
            "deactivatePools(address[])": (([pool],), 0),
            "reactivatePool(address)": ((pool,), 0),
            "setModelRegistry(address)": ((registry,), 0),
            "setPoolCategory(address,string)": ((pool, "Mine"), 0),
            "setPoolMetadata(address,string)": ((pool, "mine"), 0),
            "transferOwnership(address)": ((me,), 0),
        },
        "TaskPoolViewer": {},
        "TaskLens": {},
    }


def view_calls(scene) -> dict[str, dict[str, tuple]]:
    """Contract name: signature of each view: arguments for which it has something to tell."""
    word, progress = scene.pool.taskWords(scene.pending)
    by_name = {
        "category": "AI Tasks",
        "count": 5,
        "factory": scene.factory.address,
        "layout": 1,
        "limit": 10,
        "maxResults": 5,
        "modelId": "llm-chat-v1",
        "modelIds": [],
        "pool": scene.pool.address,
        "pools": [scene.pool.address],
        "progress": progress,
        "prompt": "a prompt",
        "queueType": 3,
        "ranked": True,
        "registry": scene.registry.address,
        "requestId": scene.request,
        "salt": bytes(32),
        "slot": 1,
        "taskId": scene.pending,
        "word": word,
    }
    by_type = {"address": scene.worker, "uint256": 0, "uint8": 0}
    return {
        name: {
            signature: tuple(by_name.get(item["name"], by_type.get(item["type"])) for item in entry["inputs"])
            for signature, entry in view_functions(name)
        }
        for name in POOL_CONTRACTS
    }
