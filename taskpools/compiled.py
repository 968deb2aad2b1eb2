"""
Contracts that are deployed and called from their artifacts.

They do what titanoboa's own do. Titanoboa's need the compiler's whole output; these take that output only for source
lines of a failure, coverage, gas profiles and `eval`.
"""

import copy
import functools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import boa
from boa.contracts.abi.abi_contract import ABIContract, ABIFunction, ABIOverload
from boa.contracts.base_evm_contract import StackTrace, _BaseEVMContract
from boa.contracts.call_trace import TraceSource
from boa.contracts.vyper.vyper_contract import VyperContract, VyperDeployer
from boa.util.abi import Address
from boa.util.eip5202 import generate_blueprint_bytecode
from boa.vm.gas_meters import ProfilingGasMeter

from taskpools.artifacts import Artifact


class Deployer:
    """An artifact that can be deployed; what else boa's deployer can do it asks that one."""

    def __init__(self, artifact: Artifact):
        self.compiler_data = artifact
        self.abi = artifact.abi
        self.filename = artifact.contract_path

    def deploy(self, *arguments: Any, value: int = 0, gas: int | None = None, sender: Any = None) -> "Contract":
        """Deploy on boa's current chain. Raises `boa.BoaError` if the constructor reverts."""
        contract = Contract(self)
        calldata = self._encode(arguments)
        address, computation = contract.env.deploy(
            bytecode=self.compiler_data.bytecode + calldata, value=value, gas=gas, sender=sender, contract=contract
        )
        contract._address, contract._computation = Address(address), computation
        if computation.is_error:
            contract.handle_error(computation)
        contract.env.register_contract(address, contract)
        return contract

    __call__ = deploy

    def at(self, address: Any) -> "Contract":
        """The contract at this address, whether its code is the whole one or that of a clone."""
        contract = Contract(self)
        contract._address = Address(address)
        contract.env.register_contract(address, contract)
        return contract

    def deploy_as_blueprint(self, **options: Any) -> "Blueprint":
        return Blueprint(self, **options)

    @functools.cached_property
    def functions(self) -> dict[str, list[ABIFunction]]:
        """By name; several of one name differ in the number of arguments."""
        found = defaultdict(list)
        for entry in self.abi:
            if entry["type"] == "function":
                function = ABIFunction(entry, self.compiler_data.name)
                _ = function.method_id, function.argument_types, function.return_type  # once for all contracts
                found[entry["name"]].append(function)
        return dict(found)

    @functools.cached_property
    def _constructor(self) -> ABIFunction | None:
        entries = [entry for entry in self.abi if entry["type"] == "constructor"]
        return ABIFunction(entries[0], self.compiler_data.name) if entries else None

    def _encode(self, arguments: tuple) -> bytes:
        """What follows the creation code. Raises `TypeError` if the constructor takes other arguments."""
        if self._constructor is not None:
            return self._constructor.prepare_calldata(*arguments)
        if arguments:
            raise TypeError(f"the constructor of {self.compiler_data.name} takes no arguments")
        return b""

    @functools.cached_property
    def event_for(self) -> dict[int, dict]:
        """By topic."""
        events = [entry for entry in self.abi if entry["type"] == "event"]
        return ABIContract.event_for.func(_Events(events))

    @functools.cached_property
    def whole(self) -> VyperDeployer:
        """boa's deployer, with the compiler's whole output."""
        data = self.compiler_data.compiler_data
        deployer = VyperDeployer(data, filename=self.filename)
        assert data.bytecode == self.compiler_data.bytecode
        data.source_map = boa.interpret._compute_source_map(data)
        return deployer

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.whole, name)


class _Events:
    """What `ABIContract.event_for` reads."""

    def __init__(self, events: list[dict]):
        self._events = events


class Blueprint(_BaseEVMContract):
    """A contract deployed as the text for others, as ERC-5202 has it."""

    def __init__(self, deployer: Deployer, **options: Any):
        super().__init__(deployer.compiler_data.name, filename=deployer.filename)
        self.deployer, self.compiler_data = deployer, deployer.compiler_data
        initcode = self.compiler_data.bytecode
        address, computation = self.env.deploy(bytecode=generate_blueprint_bytecode(initcode, None), **options)
        if computation.is_error:
            raise computation.error
        self.bytecode = computation.output
        self._address = Address(address)
        self.env.register_blueprint(initcode, self)


class Contract(ABIContract):
    """A contract on a chain of boa."""

    def __init__(self, deployer: Deployer):
        _BaseEVMContract.__init__(self, deployer.compiler_data.name, filename=deployer.filename)
        self.deployer = deployer
        self.compiler_data = deployer.compiler_data
        self._abi = deployer.abi

    _can_line_profile = True
    # In place of a property of ABIContract, which makes one anew.
    deployer: Deployer = None  # type: ignore[assignment]

    @property
    def bytecode(self) -> bytes:
        return self.env.get_code(self.address)

    @property
    def event_for(self) -> dict[int, dict]:
        return self.deployer.event_for

    def at(self, address: Any) -> "Contract":
        return self.deployer.at(address)

    def marshal_to_python(self, computation: Any, types: list[str]) -> tuple:
        if self.env.get_gas_meter_class() == ProfilingGasMeter:
            boa.contracts.vyper.vyper_contract.cache_gas_used_for_computation(self.whole, computation)
        return super().marshal_to_python(computation, types)

    def stack_trace(self, computation: Any) -> "Trace":
        return Trace(self, computation)

    def trace_source(self, computation: Any) -> "Source":
        return Source(self, computation)

    @functools.cached_property
    def whole(self) -> VyperContract:
        """boa's contract, with the compiler's whole output."""
        address, data = self._address, self.deployer.whole.compiler_data
        known = self.env.lookup_contract(address)
        whole = VyperContract(data, env=self.env, override_address=address, skip_initcode=True, filename=self.filename)
        whole.bytecode = self.env.get_code(address)
        if known is not None:
            self.env.register_contract(address, known)
        return whole

    def __getattr__(self, name: str) -> Any:
        """A function of the ABI, made when it is first asked for; else what boa's contract has."""
        if name.startswith("__"):
            raise AttributeError(name)
        functions = self.deployer.functions.get(name)
        if functions is None:
            return getattr(self.whole, name)
        bound = ABIOverload.create([copy.copy(function) for function in functions], self)
        setattr(self, name, bound)
        return bound

    def __repr__(self) -> str:
        return f"<{self.contract_name} at {self._address}>"


class Trace(StackTrace):
    """Where a call failed, by source lines; found when somebody looks."""

    def __init__(self, contract: Contract, computation: Any):
        super().__init__()
        self._open: Callable[[], StackTrace] | None = lambda: _stack_trace(contract, computation)

    def _find(self) -> None:
        if self._open is not None:
            found, self._open = self._open(), None
            self.extend(found)

    def __str__(self) -> str:
        self._find()
        return super().__str__()

    @property
    def dev_reason(self) -> Any:
        self._find()
        return super().dev_reason

    @property
    def last_frame(self) -> Any:
        self._find()
        return super().last_frame


def _stack_trace(contract: Contract, computation: Any) -> StackTrace:
    whole = contract.whole
    if not computation.msg.is_create:
        return whole.stack_trace(computation)
    with whole._anchor_source_map(whole._deployment_source_map):
        return whole.stack_trace(computation)


class Source(TraceSource):
    """A call's line in a call trace; the source is read when somebody looks."""

    def __init__(self, contract: Contract, computation: Any):
        self._contract, self._computation = contract, computation

    @functools.cached_property
    def _whole(self) -> TraceSource | None:
        return self._contract.whole.trace_source(self._computation)

    def format(self, *arguments: Any) -> str:
        return self._whole.format(*arguments) if self._whole else str(self)

    def __str__(self) -> str:
        return str(self._whole) if self._whole else self._contract.contract_name
