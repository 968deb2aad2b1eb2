"""
Every function that changes state is locked against reentrancy, and every view answers during a call.

`# pragma nonreentrancy on` counts for the functions of its own file only: what a contract exports from a module without
the pragma is open.
"""

from pathlib import Path

import pytest
from vyper.compiler.input_bundle import FilesystemInputBundle
from vyper.compiler.output import build_opcodes_runtime_output
from vyper.compiler.phases import CompilerData
from vyper.semantics.types.function import ContractFunctionT, StateMutability

from taskpools.system import SOURCES, deployer

CALLBACK = "pools and registry call each other back while a call of the same contract runs; who may call is checked"
PLAIN_ETHER = "takes plain transfers, also in the middle of a call, and writes nothing"
MANAGER_ONLY = "the manager is the only caller and is locked itself"

# contract.function: why it is open
OPEN = {
    "ModelRegistry.__default__": PLAIN_ETHER,
    "ModelRegistry.creditRefund": CALLBACK,
    "ModelRegistry.updateInferenceResult": CALLBACK,
    "ModelRegistry.updatePoolListing": CALLBACK,
    "TaskManager.rescheduleTask": "for the task that runs, which the manager's lock knows",
    "TaskPool.__default__": PLAIN_ETHER,
    "TaskRouter.assignSlot": CALLBACK,
    "TaskRouter.poolChanged": CALLBACK,
    "TaskEnvironmentProxy.__default__": PLAIN_ETHER,
    "TaskEnvironmentProxy.run": MANAGER_ONLY,
    "TaskEnvironmentProxy.sweep": MANAGER_ONLY,
    "TaskEnvironmentProxy.sweepToken": MANAGER_ONLY,
    **{
        f"{kind}TaskEnvironment.executeTask": "runs as the environment of a task and keeps no state"
        for kind in ("Minimal", "Basic", "Rescheduling", "Validated", "Recurring")
    },
}

# The manager's own lock: each function asks it, or what the function calls does. tests/unit/scheduler/test_lock.py
# calls them while a task runs.
RUN_LOCK = {("run_lock.vy", "_enter"), ("run_lock.vy", "_only_free")}

COUNTER = """
count: uint256

@external
def increment():
    self.count += 1
"""
EXPORTER = """
# pragma nonreentrancy on
import counter

initializes: counter
exports: counter.increment
"""


def external_functions(compiled: CompilerData) -> list[ContractFunctionT]:
    """What a contract exposes: its own functions, those it exports, and the getters of public variables."""
    return list(compiled.annotated_vyper_module._metadata["type"].exposed_functions)


def changes_state(function: ContractFunctionT) -> bool:
    return function.mutability > StateMutability.VIEW


def is_locked(function: ContractFunctionT) -> bool:
    called = {(Path(item.ast_def.module_node.path).name, item.name) for item in function.reachable_internal_functions}
    return function.nonreentrant or bool(called & RUN_LOCK)


@pytest.mark.parametrize("contract", SOURCES)
def test_functions_that_change_state_are_locked(contract):
    functions = external_functions(deployer(contract).compiler_data)
    found = {f"{contract}.{item.name}" for item in functions if changes_state(item) and not is_locked(item)}
    assert found == {name for name in OPEN if name.split(".")[0] == contract}


@pytest.mark.parametrize("contract", SOURCES)
def test_views_answer_during_a_call(contract):
    functions = external_functions(deployer(contract).compiler_data)
    assert [item.name for item in functions if not changes_state(item) and item.nonreentrant] == []


@pytest.mark.parametrize("pragma", ["", "# pragma nonreentrancy on"])
def test_an_exported_module_without_the_pragma_is_found(tmp_path, pragma):
    """What the compiler says of a function is what its code does."""
    (tmp_path / "counter.vy").write_text(pragma + COUNTER)
    (tmp_path / "exporter.vy").write_text(EXPORTER)
    sources = FilesystemInputBundle([tmp_path])
    compiled = CompilerData(sources.load_file("exporter.vy"), sources)
    (function,) = external_functions(compiled)
    assert changes_state(function)
    assert is_locked(function) == bool(pragma)
    assert ("TSTORE" in build_opcodes_runtime_output(compiled)) == bool(pragma)
