"""Bare programs, and what each costs by a price list: for the engine in process and for a real node."""

from collections.abc import Callable
from dataclasses import dataclass, field

from eth_utils import keccak

from tests.schedules.tables import Table

STIPEND = 2_300  # which a callee without code gives back


def account(name: str) -> str:
    return "0x" + keccak(text=f"program {name}")[-20:].hex()


SOMEBODY = account("somebody")  # has money
NOBODY = account("nobody")  # does not exist


@dataclass(frozen=True)
class Program:
    """
    The code of an account, called in a transaction of its own.

    `storage` and `balance` are the account's before; `gas` and `refund` are what the code costs and gives back.
    """

    name: str
    code: bytes
    gas: Callable[[Table], int]
    refund: Callable[[Table], int] = lambda table: 0
    storage: dict[int, int] = field(default_factory=dict)
    data: bytes = b""
    value: int = 0

    @property
    def address(self) -> str:
        return account(self.name)

    def receipt(self, table: Table) -> int:
        used = table.intrinsic(self.data, self.value) + self.gas(table)
        used -= min(self.refund(table), used * table.price.refund_percent // 100)
        return max(used, table.floor(self.data, self.value))


def _code(*parts: str) -> bytes:
    return bytes.fromhex("".join(parts).replace(" ", ""))


def _push(address: str) -> str:
    return "73" + address[2:]


def _call(to: str, wei: int) -> str:
    """CALL with no gas, and POP."""
    return f"5f5f5f5f 60{wei:02x} {_push(to)} 5f f1 50"


def _call_gas(table: Table) -> int:
    price = table.price
    return 6 * price.base + 2 * price.very_low


CREATION = "60205ff3"  # returns a word of zeros, which is then the code
WORDS = 1_000

PROGRAMS = [
    Program("stops", _code("00"), lambda table: 0),
    Program("stops, much calldata", _code("00"), lambda table: 0, data=bytes(500) + b"\xff" * 2_000),
    Program("stops, a little calldata", _code("00"), lambda table: 0, data=b"\x00\xff\xff"),
    Program("is paid", _code("00"), lambda table: 0, value=1),
    Program(
        "writes a new word",
        _code("60015f55"),
        lambda table: table.price.very_low + table.price.base + table.price.cold_word + table.price.write_new,
    ),
    Program(
        "changes a word",
        _code("60015f55"),
        lambda table: table.price.very_low + table.price.base + table.price.cold_word + table.price.write_changed,
        storage={0: 5},
    ),
    Program(
        "clears a word",
        _code("5f5f55"),
        lambda table: 2 * table.price.base + table.price.cold_word + table.price.write_changed,
        lambda table: table.price.refund_cleared,
        storage={0: 5},
    ),
    Program(
        "writes what is there",
        _code("60055f55"),
        lambda table: table.price.very_low + table.price.base + table.price.cold_word + table.price.write_same,
        storage={0: 5},
    ),
    Program(
        "reads a word, then changes it twice",
        _code("5f5450 60015f55 60025f55"),
        lambda table: (
            4 * table.price.base
            + 2 * table.price.very_low
            + table.price.cold_word
            + table.price.write_changed
            + table.price.write_same
            + 2 * table.price.write_warm
        ),
        storage={0: 5},
    ),
    Program(
        "writes a new word and takes it back",
        _code("60015f55 5f5f55"),
        lambda table: (
            3 * table.price.base
            + table.price.very_low
            + table.price.cold_word
            + table.price.write_new
            + table.price.write_same
            + table.price.write_warm
            - table.price.refund_new_at_once
        ),
        lambda table: table.price.refund_new,
    ),
    Program(
        "changes a word and takes it back",
        _code("60015f55 60055f55"),
        lambda table: (
            2 * table.price.base
            + 2 * table.price.very_low
            + table.price.cold_word
            + table.price.write_changed
            + table.price.write_same
            + table.price.write_warm
        ),
        lambda table: table.price.refund_changed,
        storage={0: 5},
    ),
    Program(
        "clears a word and writes another value",
        _code("5f5f55 60075f55"),
        lambda table: (
            3 * table.price.base
            + table.price.very_low
            + table.price.cold_word
            + table.price.write_changed
            + table.price.write_same
            + table.price.write_warm
        ),
        storage={0: 5},
    ),
    Program(
        "reads a word twice",
        _code("5f5450 5f5450"),
        lambda table: 4 * table.price.base + table.price.cold_word + table.price.warm_word,
        storage={0: 5},
    ),
    Program(
        "asks for a balance twice",
        _code(_push(SOMEBODY), "3150", _push(SOMEBODY), "3150"),
        lambda table: (
            2 * table.price.very_low + 2 * table.price.base + table.price.cold_account + table.price.warm_account
        ),
    ),
    Program(
        "asks for a code's size",
        _code(_push(SOMEBODY), "3b50"),
        lambda table: table.price.very_low + table.price.base + table.price.cold_account + table.price.code_read,
    ),
    Program(
        "copies another's code",
        _code("6040 5f5f", _push(SOMEBODY), "3c"),
        lambda table: (
            2 * table.price.very_low
            + 2 * table.price.base
            + table.price.cold_account
            + table.price.code_read
            + 2 * table.price.copy_word
            + table.memory(2)
        ),
    ),
    Program(
        "calls a cold account",
        _code(_call(SOMEBODY, 0)),
        lambda table: _call_gas(table) + table.price.cold_account,
    ),
    Program(
        "delegates to a cold account",
        _code("5f5f5f5f", _push(SOMEBODY), "5f f4 50"),
        lambda table: 6 * table.price.base + table.price.very_low + table.price.cold_account,
    ),
    Program(
        "pays an account",
        _code(_call(SOMEBODY, 1)),
        lambda table: _call_gas(table) + table.price.cold_account + table.price.call_value - STIPEND,
    ),
    Program(
        "pays a new account",
        _code(_call(NOBODY, 1)),
        lambda table: (
            _call_gas(table) + table.price.cold_account + table.price.call_value + table.price.new_account - STIPEND
        ),
    ),
    Program(
        "creates a contract",
        # the creation code is at 28 in memory
        _code(f"63{CREATION} 5f52 6004 601c 5f f0 50"),
        lambda table: (
            3 * table.price.very_low  # two PUSH and MSTORE of the program ...
            + table.price.very_low  # ... the PUSH of 28
            + 3 * table.price.base  # two PUSH0 and POP
            + table.memory(1)
            + table.price.create
            + table.price.initcode_word
            + table.price.very_low  # the creation code
            + table.price.base
            + table.memory(1)
            + 32 * table.price.code_byte
            + table.price.code_word
        ),
    ),
    Program(
        "creates a contract at a chosen address",
        _code(f"63{CREATION} 5f52 5f 6004 601c 5f f5 50"),
        lambda table: (
            4 * table.price.very_low
            + 4 * table.price.base
            + table.memory(1)
            + table.price.create
            + table.price.initcode_word
            + table.price.hash_word
            + table.price.very_low
            + table.price.base
            + table.memory(1)
            + 32 * table.price.code_byte
            + table.price.code_word
        ),
    ),
    Program(
        "logs two topics and 64 bytes",
        _code("5f5f 6040 5f a2"),
        lambda table: (
            3 * table.price.base
            + table.price.very_low
            + table.memory(2)
            + table.price.log
            + 2 * table.price.log_topic
            + 64 * table.price.log_byte
        ),
    ),
    Program(
        "hashes 64 bytes",
        _code("6040 5f 20 50"),
        lambda table: (
            table.price.very_low + 2 * table.price.base + table.price.hash + 2 * table.price.hash_word + table.memory(2)
        ),
    ),
    Program(
        "copies calldata and memory",
        _code("36 5f 5f 37  6020 5f 5f 5e"),
        lambda table: 5 * table.price.base + 3 * table.price.very_low + 3 * table.price.copy_word + table.memory(2),
        data=b"\x01" * 64,
    ),
    Program(
        "uses much memory",
        _code(f"5f 61{32 * WORDS - 32:04x} 52"),
        lambda table: table.price.base + 2 * table.price.very_low + table.memory(WORDS),
    ),
    Program(
        "raises to a power",
        _code("610100 6002 0a 50"),
        lambda table: (
            2 * table.price.very_low + table.price.base + table.price.exponent + 2 * table.price.exponent_byte
        ),
    ),
    Program(
        "computes and jumps",
        _code("6001 6009 57 00 00 00 00 5b 6002 6003 02 6012 56 5b 50"),
        lambda table: (
            5 * table.price.very_low
            + table.price.high
            + 2 * table.price.jump_destination
            + table.price.low
            + table.price.middle
            + table.price.base
        ),
    ),
    Program(
        "keeps a word for the transaction",
        _code("60015f5d 5f5c50"),
        lambda table: table.price.very_low + 3 * table.price.base + 2 * table.price.transient_word,
    ),
]
