"""Published clients can talk to the contracts: the exported ABI has what they call, in the shapes that they decode."""

from pathlib import Path

import pytest

from taskpools.abi import OUTPUTS, abi
from taskpools.system import deployer
from tests.helpers.signatures import canonical_type, digest, parse, read

HERE = Path(__file__).parent
PUBLISHED = read(HERE / "published_pool_contracts.txt")
DESCRIBED = read(HERE / "described_factory.txt") + read(HERE / "described_task_manager.txt")

NAMED_ERRORS = "the pool's E1() ... E10() have names"
ONE_ACTIVE_EVENT = "one behaviour has one event, that of the original description"
GET_POOL_INFO = "function getPoolInfo(address pool) view returns"
POOL_INFO = "address owner, uint256 createdAt, bool isActive, string metadata"
OWNABLE = "ownership moves in two steps, and a wrong caller is Unauthorized()"

# (contract, published line): (why we differ, what stands in its place or None if it is left out)
EXCEPTIONS = {
    ("TaskPoolFactory", "constructor ()"): (
        "the factory is told what it clones",
        "constructor (address implementation)",
    ),
    (
        "TaskPoolFactory",
        "function createPoolFor(address poolOwner, string category, string metadata) nonpayable returns (address)",
    ): (
        "the argument has the name of the original description; the selector is the same",
        "function createPoolFor(address user, string category, string metadata) nonpayable returns (address)",
    ),
    ("TaskPoolFactory", f"{GET_POOL_INFO} ({POOL_INFO}, string category)"): (
        "the struct of the original description; the category is poolCategory(pool)",
        f"{GET_POOL_INFO} (({POOL_INFO}))",
    ),
    ("TaskPoolFactory", "event PoolReactivated(address indexed pool)"): (
        ONE_ACTIVE_EVENT,
        "event PoolActivated(address indexed pool)",
    ),
    ("TaskPoolFactory", "function renounceOwnership() nonpayable"): ("a contract without an owner cannot be run", None),
    ("TaskPoolFactory", "error FailedDeployment()"): ("a clone cannot fail with an error of its own", None),
    ("TaskPoolFactory", "error InsufficientBalance(uint256 balance, uint256 needed)"): ("clones get no money", None),
    ("TaskPoolFactory", "error OwnableInvalidOwner(address owner)"): (OWNABLE, None),
    ("TaskPoolFactory", "error OwnableUnauthorizedAccount(address account)"): (OWNABLE, "error Unauthorized()"),
    ("TaskPool", "constructor ()"): ("the pool is told who reads its texts", "constructor (address _lens)"),
    ("TaskPool", "function recycledIds(uint256) view returns (uint256)"): ("ids are never reused", None),
    **{("TaskPool", f"error E{number}()"): (NAMED_ERRORS, None) for number in range(1, 11)},
    ("TaskPool", "error ReentrancyGuardReentrantCall()"): ("the compiler's lock refuses with empty data", None),
    ("ModelRegistry", "function renounceOwnership() nonpayable"): ("a contract without an owner cannot be run", None),
    ("ModelRegistry", "error OwnableInvalidOwner(address owner)"): (OWNABLE, None),
    ("ModelRegistry", "error OwnableUnauthorizedAccount(address account)"): (OWNABLE, "error Unauthorized()"),
    ("ModelRegistry", "error ReentrancyGuardReentrantCall()"): ("the compiler's lock refuses with empty data", None),
}

# What the specification names instead of the published errors.
ERRORS = {
    "TaskPoolFactory": "PoolNotFound PoolAlreadyActive PoolAlreadyInactive InvalidCategory Unauthorized InvalidInput",
    "TaskPool": (
        "Unauthorized InvalidInput InsufficientFunds NoAvailableTask TaskNotFound NotAssigned TaskDeadlinePassed "
        "TaskNotPending PoolInactive AlreadyInitialized"
    ),
    # UserHasActiveTask is one for all pools: the router refuses before it asks a pool. The pool's own errors come
    # through.
    "TaskRouter": (
        "PoolNotFound NoAvailableTask UserHasActiveTask Unauthorized InvalidInput InsufficientFunds TaskNotFound "
        "NotAssigned TaskDeadlinePassed TaskNotPending PoolInactive AlreadyInitialized"
    ),
    # What the manager has beside the described errors: those of its payments, its bounds and its clones.
    "TaskManager": "InsufficientFunds InsufficientGas InvalidInput TransferFailed",
    "TaskEnvironmentProxy": "CallerNotOwnerOrTaskManager TransferFailed",
    "RecurringTaskEnvironment": "CallerNotOwnerOrTaskManager ZeroTargetAddress EmptyCalldata",
}


def entries(contract: str, kind: str, name: str = "") -> list[dict]:
    return [entry for entry in abi(contract) if entry["type"] == kind and entry.get("name", "") == name]


def types(parameters: list[dict]) -> list[str]:
    return [canonical_type(parameter) for parameter in parameters]


def named_alike(ours: list[dict], published: list[dict]) -> bool:
    """Names as published clients use them, tuple members' included; what they have no name for may have any."""
    return all(
        theirs["name"] in ("", own["name"]) and named_alike(own.get("components", []), theirs.get("components", []))
        for own, theirs in zip(ours, published, strict=True)
    )


def assert_has(contract: str, line: str):
    """The exported ABI serves a client that was compiled against this signature."""
    expected = parse(line)
    kind = expected["type"]
    if kind == "receive":
        assert entries(contract, "receive") == [{"type": "receive", "stateMutability": "payable"}]
        assert entries(contract, "fallback") == []
        return
    if kind == "constructor":
        # A contract without a constructor, or one that takes nothing, is deployed alike.
        found = entries(contract, "constructor") or [{"inputs": [], "stateMutability": "nonpayable"}]
        assert [(types(entry["inputs"]), entry["stateMutability"]) for entry in found] == [
            (types(expected["inputs"]), "nonpayable")
        ]
        own_names = [parameter["name"].removeprefix("_") for parameter in found[0]["inputs"]]
        assert own_names == [parameter["name"].removeprefix("_") for parameter in expected["inputs"]]
        return
    found = [entry for entry in entries(contract, kind, expected["name"]) if digest(entry) == digest(expected)]
    assert len(found) == 1, f"{contract} has no {line}"
    entry = found[0]
    assert types(entry["inputs"]) == types(expected["inputs"])
    assert named_alike(entry["inputs"], expected["inputs"])
    if kind == "function":
        assert entry["stateMutability"] == expected["stateMutability"]
        assert types(entry["outputs"]) == types(expected["outputs"])
        assert named_alike(entry["outputs"], expected["outputs"])
    if kind == "event":
        assert not entry["anonymous"]
        assert [parameter["indexed"] for parameter in entry["inputs"]] == [
            parameter["indexed"] for parameter in expected["inputs"]
        ]


def label(pair: tuple[str, str]) -> str:
    return f"{pair[0]}: {pair[1].split('(')[0]}"


@pytest.mark.parametrize("pair", [pair for pair in PUBLISHED if pair not in EXCEPTIONS], ids=label)
def test_published_signature(pair):
    assert_has(*pair)


@pytest.mark.parametrize("pair", [pair for pair in DESCRIBED if pair not in EXCEPTIONS], ids=label)
def test_described_signature(pair):
    assert_has(*pair)


@pytest.mark.parametrize("pair", EXCEPTIONS, ids=label)
def test_exception_is_published_and_needed(pair):
    """Each exception stands for a published line that we really do not serve."""
    contract, line = pair
    _, instead = EXCEPTIONS[pair]
    assert pair in PUBLISHED + DESCRIBED
    with pytest.raises(AssertionError):
        assert_has(contract, line)
    if instead is not None:
        assert_has(contract, instead)


@pytest.mark.parametrize("contract", ERRORS)
def test_named_errors(contract):
    for name in ERRORS[contract].split():
        assert_has(contract, f"error {name}()")


@pytest.mark.parametrize("contract", OUTPUTS)
def test_each_of_several_outputs_has_a_name(contract):
    for entry in abi(contract):
        if len(entry.get("outputs", [])) > 1:
            assert all(output["name"] for output in entry["outputs"]), entry["name"]


@pytest.mark.parametrize("contract", OUTPUTS)
def test_outputs_are_named_for_functions_that_exist(contract):
    for name in OUTPUTS[contract]:
        assert entries(contract, "function", name), name


@pytest.mark.parametrize("contract", OUTPUTS)
def test_selectors_are_in_the_code(contract):
    """The ABI is that of the code: the selector of each function stands in it."""
    code = deployer(contract).compiler_data.bytecode_runtime
    for entry in abi(contract):
        if entry["type"] == "function":
            assert digest(entry)[:4].lstrip(b"\0") in code, entry["name"]


def test_outputs_decode_to_names(system, pool_owner):
    """The names are in the order of the values that a call returns."""
    pool = system.factory.createPool("AI Tasks", "Pool", sender=pool_owner)
    names = [output["name"] for output in entries("TaskPoolFactory", "function", "poolInfo")[0]["outputs"]]
    info = dict(zip(names, system.factory.poolInfo(pool), strict=True))
    assert (info["owner"], info["isActive"], info["metadata"]) == (pool_owner, True, "Pool")
