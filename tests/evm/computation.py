"""What titanoboa and the tests read of a call's outcome, as revm reports it."""

from types import SimpleNamespace

from boa.contracts.call_trace import TraceFrame
from boa.util.abi import Address
from boa.vm.gas_meters import GasMeter

BASE, CREATION = 21_000, 32_000
ZERO_BYTE, BYTE = 4, 16


def intrinsic_gas(data: bytes, creates: bool = False) -> int:
    """
    What revm takes of a transaction's gas before the first instruction.

    Without the words of initcode: py-evm counts those with the execution.
    """
    zeros = data.count(0)
    gas = BASE + ZERO_BYTE * zeros + BYTE * (len(data) - zeros)
    return gas + CREATION if creates else gas


class Message:
    """A call as it was made; py-evm's names."""

    __slots__ = ("code_address", "data", "gas", "is_create", "is_static", "sender", "storage_address", "to", "value")

    def __init__(
        self, sender: Address, to: Address, data: bytes, value: int, gas: int, is_create: bool, is_static: bool
    ):
        self.sender, self.to = sender.canonical_address, to.canonical_address
        self.code_address = self.storage_address = self.to
        self.data, self.value, self.gas = data, value, gas
        self.is_create, self.is_static = is_create, is_static


class Computation:
    """
    py-evm's names.

    revm gives no trace of instructions, memory or inner calls: `replay.explain` runs a failed call on py-evm for those.
    """

    _gas_meter_class = GasMeter
    _contract_repr_before_revert = "(on revm)"
    children = ()
    beneficiaries = ()
    code = SimpleNamespace(_trace=())
    vyper_error_msg = None
    vyper_source_pos = None

    def __init__(self, env, contract, msg: Message, output: bytes, error, spent: int, refund: int, logs=()):
        self.env, self.contract, self.msg = env, contract, msg
        self.output, self.error = output, error
        self._spent, self._refund, self._logs = spent, refund, logs

    @property
    def is_error(self) -> bool:
        return self.error is not None

    @property
    def is_success(self) -> bool:
        return self.error is None

    def get_gas_used(self) -> int:
        """Without the intrinsic gas, before refunds."""
        return self._spent

    def get_gas_refund(self) -> int:
        """At most a fifth of a transaction's gas: revm has applied the cap."""
        return self._refund

    def get_gas_remaining(self) -> int:
        return self.msg.gas - self._spent

    @property
    def net_gas_used(self) -> int:
        return max(0, self._spent - self._refund)

    def get_raw_log_entries(self) -> tuple:
        """(position, emitter, topics, data) of each."""
        return tuple(
            (at, bytes.fromhex(log.address[2:]), tuple(int(topic, 16) for topic in log.topics), bytes(log.data[1]))
            for at, log in enumerate(self._logs)
        )

    def get_log_entries(self) -> tuple:
        return tuple(entry[1:] for entry in self.get_raw_log_entries())

    @property
    def _log_entries(self) -> list:
        return [entry for entry in self.get_raw_log_entries() if entry[1] == self.msg.storage_address]

    @property
    def call_trace(self) -> TraceFrame:
        return TraceFrame(self, None, 0, [])

    def raise_if_error(self):
        if self.error is not None:
            raise self.error
