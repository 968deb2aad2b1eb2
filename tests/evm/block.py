"""The block that calls on revm run in, under the names that titanoboa and the tests know from py-evm."""

from contextlib import contextmanager
from typing import ClassVar

from boa.vm.py_evm import VMPatcher

FIRST_TIMESTAMP = 1_700_000_000
GAS_LIMIT = 200_000_000  # boa's
BASE_FEE = 10**9  # boa's
CHAIN_ID = 1
NO_HASH = bytes(32)


class Block:
    """py-evm's execution context. What revm cannot change later is refused."""

    FIXED = ("_gas_limit", "_chain_id", "_difficulty", "_mix_hash", "_prev_hashes")

    def __init__(self):
        fixed = dict(zip(self.FIXED, (GAS_LIMIT, CHAIN_ID, 0, NO_HASH, ()), strict=True))
        vars(self).update(fixed)
        self._block_number = 1
        self._timestamp = FIRST_TIMESTAMP
        self._coinbase = bytes(20)
        self._base_fee_per_gas = BASE_FEE

    def __setattr__(self, name: str, value):
        if name in self.FIXED and value != getattr(self, name):
            raise NotImplementedError(f"revm cannot change {name.removeprefix('_')}: run this test on py-evm")
        object.__setattr__(self, name, value)

    @property
    def base_fee_per_gas(self) -> int:
        return self._base_fee_per_gas

    def key(self) -> tuple[int, int, bytes, int]:
        """What revm must be told when it changes."""
        return self._block_number, self._timestamp, self._coinbase, self._base_fee_per_gas


class Patch(VMPatcher):
    """boa's `env.evm.patch`; its anchor keeps the base fee too."""

    _cmp_patchables: ClassVar[dict] = {}

    def __setattr__(self, name: str, value):
        if name not in self._exc_patchables:
            raise NotImplementedError(f"revm cannot change {name}: run this test on py-evm")
        super().__setattr__(name, value)

    @contextmanager
    def anchor(self):
        block = self._patchables[0][1]
        kept = dict(vars(block))
        try:
            yield
        finally:
            vars(block).update(kept)
