"""Source lines for a call that failed on revm: the call runs once more on py-evm, which forks the state of revm."""

import contextlib
import itertools

from boa import BoaError
from boa.rpc import RPC
from boa.util.abi import Address
from boa.vm.fork import CachingRPC
from boa.vm.py_evm import PyEVM
from eth.db.account import AccountDB

from tests.evm.computation import Computation

UNCONFIRMED = "py-evm does not refuse this call on the same state"
_count = itertools.count()


class StateOfRevm(RPC):
    """Answers what py-evm asks of a chain that it forks."""

    def __init__(self, machine):
        self._machine = machine
        self._name = f"revm {next(_count)}"

    @property
    def identifier(self) -> str:
        return self._name

    @property
    def name(self) -> str:
        return self._name

    def fetch(self, method: str, params: list):
        return getattr(self, f"_{method}")(*params)

    def fetch_multi(self, payloads: list) -> list:
        return [self.fetch(method, params) for method, params in payloads]

    def _eth_chainId(self) -> str:
        return hex(self._machine.block._chain_id)

    def _eth_getBlockByNumber(self, *_) -> dict:
        block = self._machine.block
        return {"timestamp": hex(block._timestamp), "number": hex(block._block_number), "parentHash": "0x" + "00" * 32}

    def _eth_getBalance(self, address: str, _) -> str:
        return hex(self._machine.get_balance(Address(address)))

    def _eth_getTransactionCount(self, address: str, _) -> str:
        return hex(self._machine.get_nonce(Address(address)))

    def _eth_getCode(self, address: str, _) -> str:
        return "0x" + self._machine.get_code(Address(address)).hex()

    def _eth_getStorageAt(self, address: str, slot: str, _) -> str:
        return hex(self._machine.get_storage(Address(address), int(slot, 16)))


def run_on_py_evm(computation: Computation):
    """The same call on py-evm, on the state and in the block that revm has now. Changes nothing of it."""
    machine = computation.env.evm
    state, block, message = StateOfRevm(machine), machine.block, computation.msg
    py_evm = PyEVM(computation.env)
    try:
        py_evm.fork_rpc(state, "latest", debug=False, cache_dir=None)
        context = py_evm.vm.state.execution_context
        context._coinbase, context._base_fee_per_gas = block._coinbase, block._base_fee_per_gas
        sender, to = Address(message.sender), Address(message.to)
        common = {"sender": sender, "gas": message.gas, "gas_price": computation.env.get_gas_price()}
        if message.is_create:
            return py_evm.deploy_code(
                origin=sender, target_address=to, value=message.value, bytecode=message.data, **common
            )
        return py_evm.execute_code(
            to=to,
            value=message.value,
            bytecode=machine.get_code(to),
            data=message.data,
            is_static=message.is_static,
            fake_codesize=None,
            start_pc=0,
            ir_executor=None,
            contract=computation.contract,
            **common,
        )
    finally:
        py_evm.vm.__class__._state_class.account_db_class = AccountDB  # boa sets it for all chains
        CachingRPC._loaded.pop((state.identifier, block._chain_id, None), None)


def source_lines(computation, contract) -> str:
    """The call trace of a failed call of a contract, with boa's source lines, whichever engine made the call."""
    again = computation
    if isinstance(computation, Computation):
        computation.contract = contract
        again = run_on_py_evm(computation)
    return str(contract.stack_trace(again)) if again.is_error else UNCONFIRMED


def explain(error: BaseException | None):
    """
    Give each failed call on revm, in this error or behind it, the call trace and the source lines of py-evm.

    To be called while the state that the call met is still there. An error that has them already stays as it is.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        for inner in getattr(error, "exceptions", ()):  # of a group
            explain(inner)
        if isinstance(error, BoaError):
            _explain(error)
        error = error.__cause__ or error.__context__


def _explain(error: BoaError):
    computation = error.call_trace.computation
    if not isinstance(computation, Computation) or computation.contract is None:
        return
    contract = computation.contract
    again = run_on_py_evm(computation)
    if again.is_success:
        error.stack_trace.append(UNCONFIRMED)
        return
    source_map = contextlib.nullcontext()
    if computation.msg.is_create and hasattr(contract, "_deployment_source_map"):
        source_map = contract._anchor_source_map(contract._deployment_source_map)
    with source_map:
        error.call_trace, error.stack_trace = again.call_trace, contract.stack_trace(again)
