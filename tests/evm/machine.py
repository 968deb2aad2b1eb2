"""
boa's `env.evm` on pyrevm 0.3.7, which is revm 8.0.0.

It differs from boa's py-evm in this:
- Transient storage is empty when a call begins: on boa's py-evm it lasts.
- Storage and accounts stay warm from call to call, as on boa's py-evm. The sender, the called account and the coinbase
  are warm, and asking for a balance or a nonce warms an account. So the gas is no receipt's, and taskpools/receipts.py
  does not run here. Nothing that pyrevm offers ends a transaction: only going back cools a word, and that undoes the
  calls. Tests that need a cold start run on py-evm.
- A call without a gas limit has the gas limit of the block less the intrinsic gas.
- Initcode of more than 49,152 bytes is refused (EIP-3860).
- Gas limit, chain id and PREVRANDAO of the block are fixed, and BLOCKHASH is not zero. base_fee.py tells how BASEFEE
  works.
- There is no gas profile, no coverage and no fast mode, and boa's own precompiles are missing. replay.py shows source
  lines.
- Boa is not told what a call creates: clones become known when somebody asks for them, contracts of blueprints do not.

What pyrevm lacks, and how this module gets round it:
- A caller with code is refused (EIP-3607). Its code hash is that of an empty account as long as its call lasts.
- Code that is set is in no journal. `_back` returns to each such moment, latest first, and puts the former code there.
- Money that is set would be in no journal either, so it comes from and goes to `FAUCET` in real transfers.
- A snapshot adds to the depth of calls. It is committed at once, and `_back` balances that.
- The code of a deployed contract is returned with 33 zero bytes at its end.
"""

import sys
from types import SimpleNamespace

import pyrevm
from boa import BoaError
from boa.util.abi import Address
from boa.vm.gas_meters import GasMeter
from eth._utils.address import generate_contract_address
from eth.exceptions import (
    FullStack,
    InsufficientFunds,
    InsufficientStack,
    InvalidInstruction,
    InvalidJumpDestination,
    OutOfGas,
    Revert,
    VMError,
    WriteProtection,
)
from eth_utils import keccak

from tests.evm import base_fee
from tests.evm.block import CHAIN_ID, GAS_LIMIT, Block, Patch
from tests.evm.computation import Computation, Message, intrinsic_gas
from tests.evm.replay import explain

SPEC = "CANCUN"
EMPTY = keccak(b"")
PADDING = bytes(33)
FAUCET = Address("0x" + "fa" * 20)
ALL_MONEY = 2**256 - 1
PUSH20, SELFDESTRUCT = b"\x73", b"\xff"

# What py-evm raises for these reasons, by the first of them that a reason begins with.
HALTS = {
    "OutOfGas": OutOfGas,
    "CreateContractSizeLimit": OutOfGas,
    "OpcodeNotFound": InvalidInstruction,
    "InvalidFEOpcode": InvalidInstruction,
    "InvalidJump": InvalidJumpDestination,
    "StackUnderflow": InsufficientStack,
    "StackOverflow": FullStack,
    "StateChangeDuringStaticCall": WriteProtection,
    "CallNotAllowedInsideStatic": WriteProtection,
}


class Revm:
    """The methods of boa's PyEVM that boa and the tests use."""

    _fast_mode_enabled = False
    is_forked = False

    def __init__(self, env):
        self.env = env
        self.block = Block()
        self.vm = SimpleNamespace(
            state=SimpleNamespace(
                execution_context=self.block, get_nonce=lambda address: self.get_nonce(Address(address))
            ),
            chain_context=SimpleNamespace(chain_id=CHAIN_ID),
        )
        self.patch = Patch(self.vm)
        settings = pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=CHAIN_ID))
        self._revm = pyrevm.EVM(env=settings, spec_id=SPEC, gas_limit=GAS_LIMIT)
        self._revm.set_balance(FAUCET, ALL_MONEY)
        self._told: tuple = ()  # the block, as revm knows it
        self._snapshots = 0  # that may still be reverted to
        self._undo: list = []  # (moment, address, account) before each change that is in no journal
        self._shown: dict[bytes, bytes] = {}  # code that was rewritten for the base fee: as it was before
        self._kept: dict[bytes, bytes] = {}  # and back
        self._unpadded: dict[bytes, bytes] = {}  # code by its hash

    # ---- accounts

    def get_balance(self, address: Address) -> int:
        return self._revm.get_balance(address)

    def set_balance(self, address: Address, wei: int):
        change = wei - self._revm.get_balance(address)
        if change > 0:
            # A contract that is destroyed in its constructor pays: no code of the account runs.
            self._revm.deploy(FAUCET, PUSH20 + address.canonical_address + SELFDESTRUCT, value=change)
        elif change < 0:
            self._as_plain_account(address, self._revm.message_call, address, FAUCET, value=-change)

    def get_nonce(self, address: Address) -> int:
        return self._revm.basic(address).nonce

    def get_code(self, address: Address) -> bytes:
        code = self._code(self._revm.basic(address))
        return self._shown.get(code, code)

    def _code(self, account: pyrevm.AccountInfo) -> bytes:
        """As it runs, without the padding."""
        code, code_hash = account.code, account.code_hash
        if code_hash == EMPTY:
            return b""
        if not code.endswith(PADDING):
            return code
        if code_hash not in self._unpadded:
            shorter = code[: -len(PADDING)]
            self._unpadded[code_hash] = shorter if keccak(shorter) == code_hash else code
        return self._unpadded[code_hash]

    def set_code(self, address: Address, code: bytes):
        account = self._revm.basic(address)
        if self._snapshots:
            self._undo.append((self._moment(), address, account))
        self._put(address, account.balance, account.nonce, self._kept.get(code, code))

    def _put(self, address: Address, wei: int, nonce: int, code: bytes, code_hash: bytes | None = None):
        account = pyrevm.AccountInfo(balance=wei, nonce=nonce, code=code or None, code_hash=code_hash)
        self._revm.insert_account_info(address, account)

    def _restore_code(self, address: Address, before: pyrevm.AccountInfo, nonce: int):
        """The code of before with the money of now; the nonce of before too, unless it went up from `nonce`."""
        now = self._revm.basic(address)
        if now.nonce == nonce:  # the code as revm has analysed it
            self._revm.insert_account_info(address, before)
            self._revm.set_balance(address, now.balance)
        else:
            self._put(address, now.balance, now.nonce, self._code(before), before.code_hash)

    def get_storage(self, address: Address, slot: int) -> int:
        return self._revm.storage(address, slot)

    def set_storage(self, address: Address, slot: int, value: int):
        self._revm.basic(address)  # storage of a loaded account is in the journal
        self._revm.insert_account_storage(address, slot, value)

    def get_storage_slot(self, address: Address, slot: int) -> bytes:
        return self.get_storage(address, slot).to_bytes(32, "big")

    # ---- snapshots

    def snapshot(self) -> tuple:
        self._snapshots += 1
        return self._moment(), len(self._undo)

    def revert(self, snapshot: tuple):
        """
        Return to a snapshot.

        If a failed call ended the work on the snapshot, its source lines are read first: now the state is still there.
        """
        error = sys.exc_info()[1]
        if isinstance(error, BoaError) and self.env.explains:
            explain(error)
        moment, changes = snapshot
        self._snapshots -= 1
        while len(self._undo) > changes:
            earlier, address, account = self._undo.pop()
            self._back(earlier)
            self._revm.insert_account_info(address, account)
        self._back(moment)

    def _moment(self) -> pyrevm.JournalCheckpoint:
        moment = self._revm.snapshot()
        self._revm.commit()
        return moment

    def _back(self, moment: pyrevm.JournalCheckpoint):
        self._revm.snapshot()
        self._revm.revert(moment)

    # ---- what boa asks for

    def get_gas_limit(self) -> int:
        return GAS_LIMIT

    def get_gas_meter_class(self):
        return GasMeter

    def set_gas_meter_class(self, meter: type):
        if meter is not GasMeter:
            raise NotImplementedError("revm has no gas profile: run this test on py-evm")

    def enable_fast_mode(self, flag: bool = True):
        raise NotImplementedError("revm has no fast mode")

    def reset_access_counters(self):
        raise NotImplementedError("revm keeps what is warm: run this test on py-evm")

    def generate_create_address(self, sender: Address) -> Address:
        """Of the next contract that the account creates."""
        return Address(generate_contract_address(sender.canonical_address, self.get_nonce(sender)))

    # ---- calls

    def deploy_code(self, sender: Address, target: Address, gas: int | None, value: int, initcode: bytes, contract):
        """Create a contract; `contract` is boa's, if it is a compiled one."""
        if gas is None:
            gas = GAS_LIMIT
        message = Message(sender, target, initcode, value, gas, is_create=True, is_static=False)
        compiled = getattr(contract, "compiler_data", None)
        places = base_fee.places(compiled.bytecode, compiled.bytecode_runtime) if compiled else []
        changed = initcode
        if places:
            start = compiled.bytecode.index(compiled.bytecode_runtime)
            changed = base_fee.rewritten(initcode, [start + place for place in places])
        before = intrinsic_gas(initcode, creates=True)
        limit = min(gas + before, GAS_LIMIT)
        self._begin()
        try:
            made = self._as_plain_account(sender, self._revm.deploy, sender, changed, value=value, gas=limit)
        except RuntimeError as error:
            return self._failed(error, message, contract, before)
        assert Address(made) == target, f"made {made}, not {target}"
        runtime = self.get_code(target)
        if places:
            original = base_fee.rewritten(runtime, places, base_fee.PREVRANDAO, base_fee.BASEFEE)
            self._shown[runtime], self._kept[original] = original, runtime
            runtime = original
        return self._done(message, contract, runtime, before)

    def call(
        self, sender: Address, to: Address, gas: int, gas_price: int, value: int, data: bytes, is_static, contract
    ):
        """Call an account."""
        message = Message(sender, to, data, value, gas, is_create=False, is_static=is_static)
        before = intrinsic_gas(data)
        limit = min(gas + before, GAS_LIMIT)
        self._begin()
        try:
            output = self._as_plain_account(
                sender, self._revm.message_call, sender, to, data, value, limit, gas_price, is_static
            )
        except RuntimeError as error:
            return self._failed(error, message, contract, before)
        return self._done(message, contract, output, before)

    def call_with_code(self, code: bytes, sender: Address, to: Address, *arguments):
        """Call an account as if this were its code."""
        own = self._revm.basic(to)
        self._put(to, own.balance, own.nonce, code)
        try:
            return self.call(sender, to, *arguments)
        finally:
            self._restore_code(to, own, own.nonce)

    def _begin(self):
        self._revm.reset_transient_storage()
        key = self.block.key()
        if key == self._told:
            return
        self._told = key
        number, timestamp, coinbase, fee = key
        self._revm.set_block_env(
            pyrevm.BlockEnv(
                number=number,
                timestamp=timestamp,
                coinbase="0x" + coinbase.hex(),
                gas_limit=GAS_LIMIT,
                prevrandao=fee.to_bytes(32, "big"),
            )
        )

    def _as_plain_account(self, address: Address, run, *arguments, **options):
        """Run with this account as the sender, whether it has code or not."""
        account = self._revm.basic(address)
        if account.code_hash == EMPTY:
            return run(*arguments, **options)
        nonce = max(1, account.nonce)  # with 0 it would be an empty account, which costs more to pay
        self._put(address, account.balance, nonce, self._code(account), EMPTY)
        try:
            return run(*arguments, **options)
        finally:
            self._restore_code(address, account, nonce)

    def _done(self, message: Message, contract, output: bytes, before: int) -> Computation:
        result = self._revm.result
        refund = result.gas_refunded
        spent = result.gas_used + refund - before
        return Computation(self.env, contract, message, output, None, spent, refund, result.logs)

    def _failed(self, error: RuntimeError, message: Message, contract, before: int) -> Computation:
        """pyrevm raises one type of error for all, and says in words which."""
        words = str(error)
        if words.startswith("Revert"):
            output = bytes.fromhex(words[words.rindex("0x") + 2 :].rstrip(" }"))
            spent = self._revm.result.gas_used - before
            return Computation(self.env, contract, message, output, Revert(output), spent, 0)
        if words.startswith("Halt"):
            reason = words[words.index("reason: ") + 8 :]
            kind = next((kind for start, kind in HALTS.items() if reason.startswith(start)), VMError)
            return Computation(self.env, contract, message, b"", kind(reason), message.gas, 0)
        if "LackOfFund" in words:
            raise InsufficientFunds(words) from error
        raise error
