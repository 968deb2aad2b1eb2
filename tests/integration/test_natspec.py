"""Each external function is described: what it does, each parameter, what it returns, what it reverts with."""

import re

import pytest
import vyper.ast as vy_ast
from vyper.ast.parse import parse_to_ast

from taskpools.system import CONTRACTS

ROOMS = ("pools", "registry", "factory", "router", "scheduler", "environments", "shared")
MODULES = sorted(path for room in ROOMS for path in (CONTRACTS / room).glob("*.vy"))
# These never revert, or only where the arguments cannot be decoded.
NEVER_REVERT = {
    *("bondOf", "creditOf", "encodeTask", "getEnvironment", "EXECUTION_ENV_TEMPLATE"),
    # ModelRegistry
    *("calculateTokenCount", "earnedFees", "getActiveModels", "getAllModelIds", "getContractBalance"),
    *("getModelsByPricingType", "inferenceRequests", "isApprovedPool", "models", "protocolFeeBps", "refundOf"),
    *("requestCounter", "requestLifetime", "requestTask", "reservedBalance"),
    # TaskPoolFactory
    *("activePoolIndex", "getActivePools", "getAllPools", "getPoolCount", "getPoolsByCategory"),
    *("getPoolsWithAvailableTasks", "isActivePool", "isRegisteredPool", "poolCategory", "poolInfo"),
    "predictPoolAddress",
    # TaskRouter
    *("activeTaskOf", "estimateClaimGas", "findPoolsWithTasks", "getAvailablePoolForTask", "getBestAvailableTask"),
    *("getBestTaskFor", "getRecommendedPools", "getTaskOpportunities", "getUserStatus", "rankedPool"),
    # TaskPool
    *("claimOf", "getAITaskData", "getNextAvailable", "getNextAvailableFor", "getPoolStats", "getQueueLengths"),
    *("getTaskTerms", "getUserActiveTask", "isActive", "isApproved", "modelRegistry", "queueIndex", "queuePosition"),
    *("taskCounter", "taskQueueType", "taskRouter", "taskWords", "tasks", "totalProcessed", "totalRewarded"),
    *("userActiveTask", "zkpVerifier"),
}


def doors(text: str) -> list[vy_ast.FunctionDef]:
    """The external functions and the constructor of a module."""
    functions = parse_to_ast(text).get_children(vy_ast.FunctionDef)
    return [
        function
        for function in functions
        if {getattr(decorator, "id", None) for decorator in function.decorator_list} & {"external", "deploy"}
    ]


def gaps(function: vy_ast.FunctionDef) -> list[str]:
    """What the description of a function leaves out."""
    described = getattr(function, "doc_string", None)
    text = described.value if described else ""
    found = [f"@param {each.arg}" for each in function.args.args if not re.search(rf"@param {each.arg} \S", text)]
    if function.returns is not None and not re.search(r"@return \S", text):
        found.append("@return")
    if function.name != "__init__":
        found += [tag for tag in ("@notice",) if tag not in text]
        if function.name not in NEVER_REVERT and not re.search(r"\b[Rr]everts?\b", text):
            found.append("what it reverts with")
    elif not text:
        found.append("a description")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_each_door_is_described(path):
    missing = {function.name: gaps(function) for function in doors(path.read_text())}
    assert not {name: each for name, each in missing.items() if each}


def test_a_gap_is_seen():
    (function,) = doors('@external\ndef f(a: uint256) -> uint256:\n    """\n    @notice F.\n    """\n    return a\n')
    assert gaps(function) == ["@param a", "@return", "what it reverts with"]
    (function,) = doors("@deploy\ndef __init__(a: uint256):\n    pass\n")
    assert gaps(function) == ["@param a", "a description"]
