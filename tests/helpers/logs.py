"""
What a call logged, decoded with the exported ABI, whichever contract logged it.

titanoboa decodes no event with an indexed string (such an argument is in the log as its hash), and none of a contract
that it was not told of.
"""

import functools
from dataclasses import dataclass

from eth_abi import decode
from eth_utils import keccak, to_checksum_address

from taskpools.abi import OUTPUTS, abi
from tests.helpers.signatures import canonical_type, digest

DYNAMIC = ("string", "bytes")


@dataclass
class Log:
    emitter: str
    name: str
    fields: dict  # an indexed string is its hash


def hashed(text: str) -> bytes:
    """An indexed string, as a log has it."""
    return keccak(text=text)


@functools.cache
def _by_topic() -> dict[bytes, dict]:
    return {digest(entry): entry for name in OUTPUTS for entry in abi(name) if entry["type"] == "event"}


def _decoded(type_: str, data: bytes):
    value = decode([type_], data)[0]
    return to_checksum_address(value) if type_ == "address" else value


def _log(emitter: bytes, topics: list[int], data: bytes) -> Log:
    words = [topic.to_bytes(32, "big") for topic in topics]
    event = _by_topic()[words.pop(0)]
    plain = [parameter for parameter in event["inputs"] if not parameter["indexed"]]
    values = iter(decode([canonical_type(parameter) for parameter in plain], data))
    fields = {}
    for parameter in event["inputs"]:
        type_ = parameter["type"]
        if parameter["indexed"]:
            word = words.pop(0)
            value = word if type_ in DYNAMIC or type_.endswith("]") else _decoded(type_, word)
        else:
            value = next(values)
            value = to_checksum_address(value) if type_ == "address" else value
        fields[parameter["name"]] = value
    return Log(to_checksum_address(emitter), event["name"], fields)


def logs(contract, of: str | None = None) -> list[Log]:
    """Everything that the last call of `contract` logged, in order; or what the account `of` did."""
    raw = sorted(contract._computation.get_raw_log_entries())
    return [
        _log(emitter, topics, data)
        for _, emitter, topics, data in raw
        if of is None or to_checksum_address(emitter) == of
    ]


def logged(contract, name: str) -> list[dict]:
    """The fields of the events of this name in the last call of `contract`."""
    return [log.fields for log in logs(contract) if log.name == name]


def names_logged(contract) -> list[str]:
    return [log.name for log in logs(contract)]
