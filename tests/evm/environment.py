"""boa's environment on revm."""

import contextlib

from boa.environment import Env
from boa.util.abi import Address
from boa.util.eip1167 import extract_eip1167_address, is_eip1167_contract
from eth.constants import ZERO_ADDRESS

from tests.evm.machine import Revm


class RevmEnv(Env):
    """
    `boa.swap_env(RevmEnv())`, then as with any other environment of boa. machine.py lists what is different.

    `explains`: whether a failed call that ends a block in `anchor()` is run on py-evm for its source lines.
    """

    def __init__(self, explains: bool = True):
        super().__init__()
        self.nickname = "revm"
        self.explains = explains
        self.evm = Revm(self)

    def deploy(
        self,
        sender=None,
        gas: int | None = None,
        value: int = 0,
        bytecode: bytes = b"",
        start_pc: int = 0,
        override_address=None,
        contract=None,
    ):
        sender = self._get_sender(sender)
        target = self.evm.generate_create_address(sender)
        if override_address is not None and Address(override_address) != target:
            raise NotImplementedError("revm creates contracts at their own address: run this test on py-evm")
        computation = self.evm.deploy_code(sender, target, gas, value, bytecode, contract)
        self._update_gas_used(computation.get_gas_used())
        return target, computation

    def execute_code(
        self,
        to_address=ZERO_ADDRESS,
        sender=None,
        gas: int | None = None,
        value: int = 0,
        data: bytes = b"",
        override_bytecode: bytes | None = None,
        ir_executor=None,
        is_modifying: bool = True,
        simulate: bool = False,
        start_pc: int = 0,
        fake_codesize: int | None = None,
        contract=None,
    ):
        call = (
            self._get_sender(sender),
            Address(to_address),
            self.evm.get_gas_limit() if gas is None else gas,
            self.get_gas_price(),
            value,
            data,
            not is_modifying,
            contract,
        )
        with self._anchor() if simulate else contextlib.nullcontext():
            if override_bytecode is None:
                computation = self.evm.call(*call)
            else:
                computation = self.evm.call_with_code(override_bytecode, *call)
        self._update_gas_used(computation.get_gas_used())
        return computation

    def lookup_contract(self, address):
        """Revm does not tell of what a call creates: a clone becomes known when somebody asks for it."""
        found = super().lookup_contract(address)
        if found is not None or address == b"":
            return found
        code = self.evm.get_code(Address(address))
        if not is_eip1167_contract(code):
            return None
        original = super().lookup_contract(extract_eip1167_address(code))
        return original.deployer.at(address) if hasattr(original, "deployer") else None
