"""
The gas that a receipt would show, in process.

titanoboa has no transactions: between two calls slots stay warm, and the original values of storage and transient storage survive, so
that a second claim shows 35,600 gas where a chain charges 58,000. `Receipts` makes each call on a boa environment a transaction of its
own and adds what surrounds the execution: the intrinsic gas (EIP-2028, EIP-2930), the refund and its cap (EIP-3529), the floor for calldata
(EIP-7623).
"""

from boa.environment import Env
from eth._utils.address import force_bytes_to_address

BASE = 21_000
CREATION = 32_000
PRECOMPILES = [force_bytes_to_address(bytes([number])) for number in range(1, 18)]


class Receipts:
    """
    Makes each call on an environment a transaction. `last` is the gas of the latest one that was not a view call.

    Nothing of what came before a call can be rolled back any more: not for use inside `env.anchor()`.
    """

    def __init__(self, env: Env):
        self.last = 0
        self._state = env.evm.vm.state
        self._wrap(env.evm, "execute_code")
        self._wrap(env.evm, "deploy_code")

    def _wrap(self, evm, name: str):
        inner = getattr(evm, name)

        def run(**call):
            target = call["to"] if name == "execute_code" else call["target_address"]
            self._begin(call["sender"], target)
            computation = inner(**call)
            if not call.get("is_static"):
                creates = name == "deploy_code"
                self.last = receipt_gas(call["bytecode"] if creates else call["data"], computation, creates)
            return computation

        # boa's evm keeps a filter over its attributes
        object.__setattr__(evm, name, run)

    def _begin(self, sender, target):
        self._state.lock_changes()
        self._state.clear_transient_storage()
        coinbase = self._state.coinbase
        for account in [sender.canonical_address, target.canonical_address, coinbase, *PRECOMPILES]:
            self._state.mark_address_warm(account)


def receipt_gas(data: bytes, computation, creates: bool) -> int:
    """The gas of a transaction with this calldata (or creation code) and this execution."""
    zeros = data.count(0)
    tokens = zeros + 4 * (len(data) - zeros)
    used = BASE + 4 * tokens + computation.get_gas_used()
    if creates:
        used += CREATION + 2 * ((len(data) + 31) // 32)
    if computation.is_success:
        used -= min(computation.get_gas_refund(), used // 5)
    return max(used, BASE + 10 * tokens)
