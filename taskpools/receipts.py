"""
The gas that a receipt would show, in process.

titanoboa has no transactions: between two calls slots stay warm, and the original values of storage and transient
storage survive, so that a second claim shows 35,600 gas where a chain charges 58,000. `Receipts` makes each call on a
boa environment a transaction of its own and adds what surrounds the execution: the intrinsic gas (EIP-2028, EIP-2930),
the refund and its cap (EIP-3529), the floor for calldata (EIP-7623). tests/gas compares it with a real node.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from boa.environment import Env
from eth._utils.address import force_bytes_to_address

BASE = 21_000
CREATION = 32_000
TOKEN = 4
FLOOR_TOKEN = 10
REFUND_SHARE = 5  # a fifth of the gas at most
PRECOMPILES = [force_bytes_to_address(bytes([number])) for number in range(1, 18)]


@dataclass(frozen=True)
class Transaction:
    """What was sent, in which block, and what came of it."""

    sender: str
    to: str | None  # None creates a contract
    data: bytes  # calldata, or the creation code
    value: int
    gas: int  # the limit, the intrinsic gas included
    block: int
    timestamp: int
    base_fee: int
    coinbase: str
    used: int  # what a receipt would show
    succeeded: bool
    created: str | None
    logs: int
    refund: int  # what was taken off `used`
    refund_cap: bool  # whether more was due


class Receipts:
    """
    Makes each call on an environment a transaction. `last` is the gas of the latest one that was not a view call.

    `watch` is called with each of them. Nothing of what came before a call can be rolled back any more: not for use
    inside `env.anchor()`.
    """

    def __init__(self, env: Env, watch: Callable[[Transaction], None] | None = None):
        self.last = 0
        self._watch = watch
        self._env = env
        self._state = env.evm.vm.state
        self._wrap(env.evm, "execute_code")
        self._wrap(env.evm, "deploy_code")

    def _wrap(self, evm: Any, name: str) -> None:
        inner = getattr(evm, name)
        creates = name == "deploy_code"

        def run(**call: Any) -> Any:
            target = call["target_address" if creates else "to"]
            is_view = call.get("is_static", False)
            self._begin(call["sender"], target)
            if not creates and not is_view:
                # boa counts the deployments only; with a nonce of 0 a payee without money would be a new account
                self._state.increment_nonce(call["sender"].canonical_address)
            computation = inner(**call)
            if not is_view:
                self._end(call, computation, target, creates)
            return computation

        # boa's evm keeps a filter over its attributes
        object.__setattr__(evm, name, run)

    def _begin(self, sender: Any, target: Any) -> None:
        self._state.lock_changes()
        self._state.clear_transient_storage()
        coinbase = self._state.coinbase
        for account in [sender.canonical_address, target.canonical_address, coinbase, *PRECOMPILES]:
            self._state.mark_address_warm(account)

    def _end(self, call: dict, computation: Any, target: Any, creates: bool) -> None:
        data = call["bytecode"] if creates else call["data"]
        self.last = receipt_gas(data, computation, creates)
        if self._watch is None:
            return
        block = self._env.evm.patch
        refund = computation.get_gas_refund() if computation.is_success else 0
        cap = (intrinsic_gas(data, creates) + computation.get_gas_used()) // REFUND_SHARE
        self._watch(
            Transaction(
                sender=str(call["sender"]),
                to=None if creates else str(target),
                data=data,
                value=call["value"],
                gas=intrinsic_gas(data, creates) + computation.msg.gas,
                block=block.block_number,
                timestamp=block.timestamp,
                base_fee=self._state.execution_context.base_fee_per_gas,
                coinbase="0x" + block.coinbase.hex(),
                used=self.last,
                succeeded=computation.is_success,
                created=str(target) if creates else None,
                logs=len(computation.get_log_entries()),
                refund=min(refund, cap),
                refund_cap=refund > cap,
            )
        )


def intrinsic_gas(data: bytes, creates: bool = False) -> int:
    """
    What a transaction with this calldata (or creation code) costs before its first instruction.

    Not in it: the two gas for each word of creation code (EIP-3860), which py-evm counts with the execution.
    """
    return BASE + TOKEN * _tokens(data) + (CREATION if creates else 0)


def receipt_gas(data: bytes, computation: Any, creates: bool) -> int:
    """The gas of a transaction with this calldata (or creation code) and this execution."""
    used = intrinsic_gas(data, creates) + computation.get_gas_used()
    if computation.is_success:
        used -= min(computation.get_gas_refund(), used // REFUND_SHARE)
    return max(used, BASE + FLOOR_TOKEN * _tokens(data))


def _tokens(data: bytes) -> int:
    """EIP-7623: one for a zero byte, four for another."""
    zeros = data.count(0)
    return zeros + 4 * (len(data) - zeros)
