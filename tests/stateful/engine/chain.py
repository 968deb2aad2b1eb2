"""boa's current chain, by the names that models use."""

import functools
from dataclasses import dataclass

import boa
from boa.util.abi import Address
from eth_utils import keccak

from tests.evm.replay import source_lines
from tests.stateful.engine.interfaces import Function, Types, error_named, error_types, interface
from tests.stateful.models.world import NOBODY, Refusal, World

UNKNOWN = 10**9  # the id of what does not exist
REVERTS = bytes.fromhex("60006000fd")  # the code of an account that takes no payment
ACCEPTS = b"\x00"
PLAIN_TRANSFER = Function("fund", b"", Types([]), Types([]), True)


@functools.cache
def _address(name: str) -> Address:
    """Of an account, or of a contract that does not exist."""
    return Address(bytes(20) if name == NOBODY else keccak(text=name)[12:])


_as_address = functools.cache(Address)


@dataclass(frozen=True)
class Log:
    emitter: str
    name: str
    arguments: list

    def __str__(self) -> str:
        return f"{self.emitter} {self.name}({', '.join(map(str, self.arguments))})"


class Chain:
    def __init__(self, world: World):
        self.world = world
        self.refusing = set(world.refusing)
        self.questions: dict[tuple, tuple] = {}  # views that were asked: address, calldata, function

    # ------------------------------------------------ names

    def address(self, name: str) -> Address:
        known = self.world.addresses.get(name)
        return _as_address(known) if known else _address(name)

    def lower(self, type_: str, name) -> int | bytes:
        """What a name stands for, as a value of this ABI type."""
        if type_ == "address":
            return self.address(name).canonical_address
        if type_ == "bytes":
            return name.lowered(self)
        known = self.world.ids.get(name)
        if known is None:
            return keccak(text=name) if type_ == "bytes32" else UNKNOWN
        return known

    def raised(self, value: str | bytes) -> str:
        """The name of an address or a task, if there is one."""
        for name, known in (*self.world.addresses.items(), *self.world.ids.items()):
            if known == value:
                return name
        for name in (NOBODY, *self.world.wei):
            if _address(name) == value:
                return name
        return value if isinstance(value, str) else "0x" + value.hex()

    # ------------------------------------------------ what happens besides calls

    def follow(self):
        """Make time, fees and accounts what they are in the world."""
        world, evm = self.world, boa.env.evm
        evm.patch.timestamp = world.now
        evm.patch.block_number = world.block
        evm.patch.coinbase = self.address(world.coinbase).canonical_address
        evm.vm.state.execution_context._base_fee_per_gas = world.base_fee
        for name in world.refusing ^ self.refusing:
            boa.env.set_code(self.address(name), REVERTS if name in world.refusing else ACCEPTS)
        self.refusing = set(world.refusing)

    # ------------------------------------------------ calls

    def function(self, target: str, name: str, count: int) -> Function:
        if name == "fund":
            return PLAIN_TRANSFER
        return interface(self.world.kinds[target]).functions[name, count]

    def call(self, sender: str, target: str, function: Function, arguments, value: int = 0, gas: int | None = None):
        """What came of it, as boa has it."""
        return boa.env.execute_code(
            self.address(target),
            sender=self.address(sender),
            gas=gas,
            value=value,
            data=function.selector + function.inputs.pack(arguments, self.lower),
        )

    def view(self, target: str, name: str, *arguments) -> tuple[bytes, Function]:
        """What a view returns, or reverts with."""
        question = self.questions.get((target, name, arguments))
        if question is None:
            function = self.function(target, name, len(arguments))
            data = function.selector + function.inputs.pack(arguments, self.lower)
            question = self.questions[target, name, arguments] = self.address(target), data, function
        return self.ask((target, name, arguments)).output, question[-1]

    def ask(self, question: tuple):
        """What came of a view that was asked before, as boa has it."""
        address, data, _ = self.questions[question]
        return boa.env.execute_code(address, data=data, is_modifying=False)

    def source_lines(self, refusal) -> str:
        """Where a call was refused, with names for addresses; nothing if the account called is no compiled contract."""
        contract = boa.env.lookup_contract(Address(refusal.msg.to))
        if contract is None or not hasattr(contract, "stack_trace"):
            return ""
        lines = source_lines(refusal, contract)
        for name, address in self.world.addresses.items():
            lines = lines.replace(str(address), name)
        return lines

    def balance(self, name: str) -> int:
        return boa.env.evm.get_balance(self.address(name))

    # ------------------------------------------------ bytes

    def packed(self, types: Types, value) -> bytes:
        """What a function that returns these types returns; one value, a tuple of them, or None for nothing."""
        if not types.types:
            return b""
        return types.pack(value if len(types.types) > 1 else (value,), self.lower)

    def refusal(self, refusal: Refusal) -> bytes:
        """The revert data."""
        selector, types = error_types(refusal.error)
        return selector + types.pack(refusal.arguments, self.lower)

    def refused_with(self, data: bytes) -> str:
        return error_named(data, self.raised)

    def unpacked(self, types: Types, data: bytes):
        """What was returned, with names."""
        values = types.unpack(data, self.raised)
        return values[0] if len(values) == 1 else values

    def event(self, emitter: str, name: str, arguments: tuple) -> tuple:
        """Emitter, topics and data of an event."""
        event = interface(self.world.kinds[emitter]).events[name]
        return self.address(emitter).canonical_address, *event.pack(arguments, self.lower)

    def log(self, raw: tuple) -> Log:
        """An event, for people."""
        address, topics, data = raw
        emitter = self.raised(Address(address))
        if emitter in self.world.kinds:
            for event in interface(self.world.kinds[emitter]).events.values():
                if event.topic == topics[0]:
                    return Log(emitter, event.name, event.unpack(topics, data, self.raised))
        return Log(emitter, f"an unknown event {topics}", [data.hex()])
