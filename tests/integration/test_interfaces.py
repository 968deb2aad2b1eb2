"""
Contracts call each other through interfaces that they implement, so that the compiler sees a name or type that does
not fit.

Where an interface cannot be used, since the call may fail or is a delegatecall, name and types stand in a string. A
wrong one would be a call that fails in silence, so each is held against the contract that it calls.
"""

import pytest
import vyper.ast as vy_ast
from vyper.compiler.phases import CompilerData

from taskpools.abi import abi
from taskpools.system import SOURCES, deployer
from tests.helpers.signatures import canonical_type

# What is called by hand, and the contracts that must have it.
CALLED = {
    "creditRefund(uint256)": ["ModelRegistry"],
    "executeTask(bytes)": [
        f"{kind}TaskEnvironment" for kind in ("Minimal", "Basic", "Rescheduling", "Validated", "Recurring")
    ],
    "factory()": ["TaskRouter"],
    "getAITaskData(uint256,address,address,uint256,uint256)": ["TaskLens"],
    "poolChanged(uint256,uint256,uint256)": ["TaskRouter"],
    "rescheduleTask(uint64,uint256)": ["TaskManager"],
    "run(uint256)": ["TaskEnvironmentProxy"],
    "taskRouter()": ["ModelRegistry"],
    "tasks(uint256,address,address,uint256,uint256)": ["TaskLens"],
    "updateInferenceResult(uint256,string)": ["ModelRegistry"],
}

# The interface that a contract implements, where it is not named after the contract.
INTERFACES = {
    f"{kind}TaskEnvironment": "ITaskEnvironment"
    for kind in ("Minimal", "Basic", "Rescheduling", "Validated", "Recurring")
}


def modules(compiled: CompilerData) -> list[vy_ast.Module]:
    """The annotated sources of a contract and of all that it imports."""
    found, left = {}, [compiled.annotated_vyper_module._metadata["type"]]
    while left:
        module = left.pop()
        if module._module.resolved_path not in found:
            found[module._module.resolved_path] = module._module
            left.extend(info.module_t for info in module.imported_modules.values())
    return list(found.values())


def keyword(call: vy_ast.Call, name: str):
    return next((item.value for item in call.keywords if item.arg == name), None)


def signature(node) -> str | None:
    """`f(uint256)`, if the node is `method_id("f(uint256)")`."""
    if not isinstance(node, vy_ast.Call) or node.func.get("id") != "method_id":
        return None
    return node.args[0].value


def calls(contract: str, function: str) -> list[vy_ast.Call]:
    """Every use of a built-in function in a contract's sources."""
    return [
        call
        for module in modules(deployer(contract).compiler_data)
        for call in module.get_descendants(vy_ast.Call, {"func.id": function})
    ]


def strings_in(contract: str) -> set[str]:
    """The signatures that stand in a contract's sources, those of errors left out."""
    errors = {signature(call.args[0]) for call in calls(contract, "raw_revert")}
    errors |= {
        signature(keyword(call.args[0], "method_id"))
        for call in calls(contract, "raw_revert")
        if isinstance(call.args[0], vy_ast.Call) and call.args[0].func.get("id") == "abi_encode"
    }
    return {signature(call) for call in calls(contract, "method_id")} - errors


@pytest.mark.parametrize("contract", SOURCES)
def test_contract_implements_its_interface(contract):
    declared = deployer(contract).compiler_data.annotated_vyper_module.get_children(vy_ast.ImplementsDecl)
    names = [item.node_source_code.split(": ")[1] for item in declared]
    assert names == [INTERFACES.get(contract, f"I{contract}")]


def test_these_are_all_calls_by_hand():
    assert set().union(*map(strings_in, SOURCES)) == set(CALLED)


@pytest.mark.parametrize("called", CALLED)
def test_the_called_contract_has_it(called):
    for contract in CALLED[called]:
        found = [
            f"{entry['name']}({','.join(map(canonical_type, entry['inputs']))})"
            for entry in abi(contract)
            if entry["type"] == "function"
        ]
        assert called in found, contract


@pytest.mark.parametrize("contract", SOURCES)
def test_arguments_have_the_types_of_the_string(contract):
    for call in calls(contract, "abi_encode"):
        called = signature(keyword(call, "method_id"))
        if called is not None:
            types = [argument._metadata["type"].abi_type.selector_name() for argument in call.args]
            assert called.split("(")[1] == ",".join(types) + ")", call.node_source_code


@pytest.mark.parametrize("contract", SOURCES)
def test_money_goes_with_calls_that_take_it(contract):
    for call in calls(contract, "raw_call"):
        data = call.args[1]
        called = signature(keyword(data, "method_id")) if isinstance(data, vy_ast.Call) else None
        if called is not None and keyword(call, "value") is not None:
            name = called.split("(")[0]
            for target in CALLED[called]:
                (entry,) = [entry for entry in abi(target) if entry.get("name") == name]
                assert entry["stateMutability"] == "payable", target
