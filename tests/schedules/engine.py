"""
py-evm under another price list.

Each instruction whose price differs from Osaka's, which are py-evm's own, takes the difference first and then does what
py-evm does. So the gas that a call passes on is counted after the difference, as on a chain.

Every call that may change something is a transaction of its own: all but sender and callee is cold, and the gas limit,
2^24 unless given, has the intrinsic gas in it. A deployment has as much gas as it wants.
"""

import boa
from eth import constants
from eth.exceptions import OutOfGas, VMError
from eth.vm import opcode_values as op
from eth.vm.opcode import _FastOpcode

from tests.helpers.hostile import transaction
from tests.schedules.tables import OSAKA, TX_GAS_LIMIT, Table

WORD = 32
ACCOUNTS = {  # instruction: where on the stack the account is, from the top
    op.BALANCE: 1,
    op.EXTCODESIZE: 1,
    op.EXTCODECOPY: 1,
    op.EXTCODEHASH: 1,
    op.CALL: 2,
    op.CALLCODE: 2,
    op.DELEGATECALL: 2,
    op.STATICCALL: 2,
}
COPIES = {  # instruction: where on the stack the length is
    op.CALLDATACOPY: 3,
    op.CODECOPY: 3,
    op.RETURNDATACOPY: 3,
    op.MCOPY: 3,
    op.EXTCODECOPY: 4,
}
# Osaka's gas of an instruction without arguments that matter: the kind of its price.
FLAT = {
    1: "jump_destination",
    2: "base",
    3: "very_low",
    5: "low",
    8: "middle",
    10: "high",
    20: "block_hash",
    100: "transient_word",
    375: "log",
    32_000: "create",
}


class PricedEnv(boa.Env):
    """
    A chain whose price list can be changed at any time: `table`.

    `used` is the gas of the latest transaction, as its receipt shows it, and `succeeded` whether it did.
    """

    def __init__(self, table: Table = OSAKA):
        super().__init__()
        self.used = 0
        self.succeeded = True
        self._plain = self.evm.vm.state.computation_class
        self.table = table

    @property
    def table(self) -> Table:
        return self._table

    @table.setter
    def table(self, table: Table):
        self._table = table
        self.evm.vm.state.computation_class = _priced(self._plain, table)

    def execute_code(self, to_address=constants.ZERO_ADDRESS, sender=None, gas=None, value=0, data=b"", **more):
        if not more.get("is_modifying", True):
            return super().execute_code(to_address, sender, gas, value, data, **more)
        sender = self._get_sender(sender)
        limit = TX_GAS_LIMIT if gas is None else gas
        before = self.table.intrinsic(data, value)
        if limit < max(before, self.table.floor(data, value)):
            raise OutOfGas(f"a node refuses the transaction: {limit} gas are less than the least it costs")
        with transaction(str(sender), str(to_address)):
            self.evm.vm.state.clear_transient_storage()
            computation = super().execute_code(to_address, sender, limit - before, value, data, **more)
        self.used = self.receipt(data, value, computation)
        self.succeeded = computation.is_success
        return computation

    def deploy(self, sender=None, gas=None, value=0, bytecode=b"", **more):
        sender = self._get_sender(sender)
        with transaction(str(sender), str(sender)):
            self.evm.vm.state.clear_transient_storage()
            address, computation = super().deploy(sender, gas, value, bytecode, **more)
        self.used = self.receipt(bytecode, value, computation, creates=True)
        self.succeeded = computation.is_success
        return address, computation

    def receipt(self, data: bytes, value: int, computation, creates: bool = False) -> int:
        """The gas that the transaction's sender pays for."""
        used = self.table.intrinsic(data, value, creates) + computation.get_gas_used()
        if computation.is_success:
            used -= min(computation.get_gas_refund(), used * self.table.price.refund_percent // 100)
        return max(used, self.table.floor(data, value, creates))


def _priced(plain: type, table: Table) -> type:
    """py-evm's class of a running call, with these prices."""
    price, old = table.price, OSAKA.price

    class Priced(plain):
        opcodes = _opcodes(plain.opcodes, table)

        def extend_memory(self, start: int, size: int):
            if size and start + size < 2**64:
                before, after = -(-len(self._memory) // WORD), -(-(start + size) // WORD)
                if after > before:
                    _charge(
                        self, table.memory(after) - table.memory(before) - OSAKA.memory(after) + OSAKA.memory(before)
                    )
            super().extend_memory(start, size)

        @classmethod
        def consume_initcode_gas_cost(cls, computation):
            super().consume_initcode_gas_cost(computation)
            _charge(computation, _words(len(computation.msg.code)) * (price.initcode_word - old.initcode_word))

        @classmethod
        def apply_message(cls, state, message, context, **more):
            computation = super().apply_message(state, message, context, **more)
            if message.is_create and computation.is_success and computation.output:
                size = len(computation.output)
                extra = size * (price.code_byte - old.code_byte)
                extra += -(-size // WORD) * (price.code_word - old.code_word)
                try:
                    _charge(computation, extra)
                except VMError as error:
                    computation.error = error
            return computation

    Priced.__name__ = plain.__name__
    return Priced


def _charge(computation, gas: int):
    """Take so much more than py-evm takes; give back if it is negative."""
    if gas > 0:
        computation.consume_gas(gas, reason="the table's price")
    elif gas < 0:
        computation.return_gas(-gas)


def _opcodes(plain: dict, table: Table) -> dict:
    """The instructions, each with its price."""
    price, old = table.price, OSAKA.price
    priced = {}
    for number, opcode in plain.items():
        flat = getattr(opcode, "gas_cost", 0)
        extra = getattr(price, FLAT[flat]) - flat if flat in FLAT else 0
        if number == op.EXP:
            extra = price.exponent - old.exponent
        more = _difference(number, table)
        if more is not None:
            priced[number] = _Charged(opcode, extra, more)
        elif extra:
            priced[number] = _FastOpcode(opcode.logic_fn, opcode.mnemonic, flat + extra)
        else:
            priced[number] = opcode
    return priced


class _Charged:
    """An instruction that costs `extra` more, and what `more` says of the running call."""

    def __init__(self, inner, extra: int, more):
        self.inner, self.extra, self.more = inner, extra, more
        self.mnemonic = inner.mnemonic

    def __call__(self, computation):
        _charge(computation, self.extra + self.more(computation))
        self.inner(computation)


def _difference(number: int, table: Table):
    """What an instruction costs more than on Osaka, as a function of the running call; None if that is fixed."""
    price, old = table.price, OSAKA.price

    def touched(computation) -> int:
        account = _account(computation, ACCOUNTS[number])
        if computation.state.is_address_warm(account):
            extra = price.warm_account - old.warm_account
        else:
            extra = price.cold_account - old.cold_account
        return extra + (price.code_read if number in (op.EXTCODESIZE, op.EXTCODECOPY) else 0)

    def copied(computation) -> int:
        return _words(_peek(computation, COPIES[number])) * (price.copy_word - old.copy_word)

    def called(computation) -> int:
        if not _peek(computation, 3):
            return touched(computation)
        extra = touched(computation) + price.call_value - old.call_value
        state, account = computation.state, _account(computation, 2)
        if number == op.CALL and (not state.account_exists(account) or state.account_is_empty(account)):
            extra += price.new_account - old.new_account
        return extra

    def created(computation) -> int:
        words = _words(_peek(computation, 3))
        extra = words * (price.initcode_word - old.initcode_word)
        return extra + (words * (price.hash_word - old.hash_word) if number == op.CREATE2 else 0)

    def read(computation) -> int:
        if computation.state.is_storage_warm(computation.msg.storage_address, _peek(computation, 1)):
            return price.warm_word - old.warm_word
        return price.cold_word - old.cold_word

    def written(computation) -> int:
        account, slot, new = computation.msg.storage_address, _peek(computation, 1), _peek(computation, 2)
        state = computation.state
        original, current = (state.get_storage(account, slot, from_journal=now) for now in (False, True))
        case = original, current, new, not state.is_storage_warm(account, slot)
        (gas, refund), (old_gas, old_refund) = table.write(*case), OSAKA.write(*case)
        if not computation.msg.is_static:
            computation.refund_gas(refund - old_refund)
        return gas - old_gas

    def logged(computation) -> int:
        topics = number - op.LOG0
        size = _peek(computation, 2)
        return topics * (price.log_topic - old.log_topic) + size * (price.log_byte - old.log_byte)

    def hashed(computation) -> int:
        # boa's tracer hides the instruction's own gas.
        return price.hash - old.hash + _words(_peek(computation, 2)) * (price.hash_word - old.hash_word)

    def raised(computation) -> int:
        return -(-_peek(computation, 2).bit_length() // 8) * (price.exponent_byte - old.exponent_byte)

    if number == op.EXTCODECOPY:
        return lambda computation: touched(computation) + copied(computation)
    if number in (op.CALL, op.CALLCODE):
        return called
    if number in ACCOUNTS:
        return touched
    if number in COPIES:
        return copied
    if op.LOG0 <= number <= op.LOG4:
        return logged
    return {
        op.CREATE: created,
        op.CREATE2: created,
        op.SLOAD: read,
        op.SSTORE: written,
        op.SHA3: hashed,
        op.EXP: raised,
    }.get(number)


def _peek(computation, depth: int) -> int:
    """A number on the stack, 1 is the top; 0 where the stack ends, since the instruction fails there."""
    values = computation._stack.values
    if len(values) < depth:
        return 0
    value = values[-depth]
    return value if isinstance(value, int) else int.from_bytes(value, "big")


def _account(computation, depth: int) -> bytes:
    return (_peek(computation, depth) & (2**160 - 1)).to_bytes(20, "big")


def _words(size: int) -> int:
    return -(-size // WORD)
