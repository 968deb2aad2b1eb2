"""
Calls, answers, events and errors of the deployed contracts as bytes. Accounts and ids are names: the caller says what
they stand for.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from eth_abi import decode, encode
from eth_utils import keccak, to_checksum_address

from taskpools.abi import abi, error_signatures
from taskpools.artifacts import SOURCES
from tests.helpers.schedule import mock
from tests.helpers.signatures import canonical_type

WORD = 32
STATIC = ("uint", "bool", "address", "bytes32")


def word(number: int) -> bytes:
    return number.to_bytes(WORD, "big")


def is_word(type_: str) -> bool:
    """Whether a value of this type takes one word, and no more."""
    return type_.startswith(STATIC) and not type_.endswith("]")


class Types:
    """A list of ABI types, which packs values that may be names."""

    def __init__(self, types: list[str]):
        self.types = types
        self.are_words = all(map(is_word, types))

    def pack(self, values, lower: Callable) -> bytes:
        """`lower` turns a name into an address (20 bytes), a number or 32 bytes."""
        values = [_lowered(type_, value, lower) for type_, value in zip(self.types, values, strict=True)]
        if self.are_words:
            return b"".join(word(value) if isinstance(value, int) else value.rjust(WORD, b"\0") for value in values)
        return encode(self.types, values)

    def unpack(self, data: bytes, raised: Callable) -> tuple:
        """`raised` turns an address or 32 bytes into a name, if there is one."""
        return tuple(
            _raised(type_, value, raised) for type_, value in zip(self.types, decode(self.types, data), strict=False)
        )


def _inner(type_: str, count: int) -> list[str]:
    """The types of the values of a list or a tuple."""
    if type_.endswith("]"):
        return [type_[: type_.rindex("[")]] * count
    parts, depth = [""], 0
    for character in type_[1:-1]:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _lowered(type_: str, value, lower: Callable):
    if isinstance(value, (int, bytes)) or type_ == "string":
        return value
    if isinstance(value, (list, tuple)):
        return [_lowered(inner, one, lower) for inner, one in zip(_inner(type_, len(value)), value, strict=True)]
    return lower(type_, value)


def _raised(type_: str, value, raised: Callable):
    if isinstance(value, (list, tuple)):
        return [_raised(inner, one, raised) for inner, one in zip(_inner(type_, len(value)), value, strict=True)]
    if type_ == "address":
        return raised(to_checksum_address(value))
    return raised(value) if type_ == "bytes32" else value


@dataclass(frozen=True)
class Function:
    name: str
    selector: bytes
    inputs: Types
    outputs: Types
    changes: bool  # state, or may


@dataclass(frozen=True)
class Event:
    name: str
    topic: int
    arguments: list[tuple[str, bool]]  # type, is indexed
    plain: Types  # those that are not

    def pack(self, arguments: tuple, lower: Callable) -> tuple[tuple[int, ...], bytes]:
        """Topics and data."""
        topics = [self.topic]
        plain = []
        for (type_, is_indexed), value in zip(self.arguments, arguments, strict=True):
            if not is_indexed:
                plain.append(value)
            elif type_ == "string":
                topics.append(int.from_bytes(keccak(text=value), "big"))
            else:
                value = _lowered(type_, value, lower)
                topics.append(value if isinstance(value, int) else int.from_bytes(value, "big"))
        return tuple(topics), self.plain.pack(plain, lower)

    def unpack(self, topics: tuple[int, ...], data: bytes, raised: Callable) -> list:
        indexed, plain = iter(topics[1:]), iter(self.plain.unpack(data, raised))
        values = []
        for type_, is_indexed in self.arguments:
            if not is_indexed:
                values.append(next(plain))
            elif type_ == "string":
                values.append(f"the hash {next(indexed):x}")
            else:
                values += Types([type_]).unpack(word(next(indexed)), raised)
        return values


@dataclass(frozen=True)
class Interface:
    """Of one kind of contract."""

    kind: str
    functions: dict[tuple[str, int], Function]  # name, number of arguments
    events: dict[str, Event]

    def changing(self) -> set[str]:
        return {function.name for function in self.functions.values() if function.changes}


@functools.cache
def interface(kind: str) -> Interface:
    functions, events = {}, {}
    for entry in abi(kind) if kind in SOURCES else mock(kind).abi:
        types = [canonical_type(item) for item in entry.get("inputs", [])]
        if entry["type"] == "function":
            signature = f"{entry['name']}({','.join(types)})"
            functions[entry["name"], len(types)] = Function(
                entry["name"],
                keccak(text=signature)[:4],
                Types(types),
                Types([canonical_type(item) for item in entry["outputs"]]),
                entry["stateMutability"] in ("nonpayable", "payable"),
            )
        elif entry["type"] == "event":
            topic = int.from_bytes(keccak(text=f"{entry['name']}({','.join(types)})"), "big")
            arguments = [(type_, item["indexed"]) for type_, item in zip(types, entry["inputs"], strict=True)]
            plain = Types([type_ for type_, is_indexed in arguments if not is_indexed])
            events[entry["name"]] = Event(entry["name"], topic, arguments, plain)
    return Interface(kind, functions, events)


@functools.cache
def error_types(signature: str) -> tuple[bytes, Types]:
    types = signature[signature.index("(") + 1 : -1]
    return keccak(text=signature)[:4], Types(types.split(",") if types else [])


def error_named(data: bytes, raised: Callable) -> str:
    """What revert data says, for people."""
    for signature in error_signatures():
        selector, types = error_types(signature)
        if data[:4] == selector:
            arguments = ", ".join(map(str, types.unpack(data[4:], raised)))
            return f"{signature.split('(')[0]}({arguments})"
    return f"0x{data.hex()}" if data else "empty revert data"
