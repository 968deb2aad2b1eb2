"""
Entries of a JSON ABI as one-line signatures, such as
`function getPoolCount() view returns (uint256 total, uint256 active)`, and back.
"""

import re
from pathlib import Path

from eth_utils import keccak

TOKEN = re.compile(r"\s*([A-Za-z_]\w*|\[\d*\]|[(),])")


class _Reader:
    def __init__(self, text: str):
        self.tokens = TOKEN.findall(text)

    def at(self, token: str) -> bool:
        return bool(self.tokens) and self.tokens[0] == token

    def accept(self, token: str) -> bool:
        if self.at(token):
            self.tokens.pop(0)
            return True
        return False

    def take(self) -> str:
        return self.tokens.pop(0)

    def parameters(self, is_event: bool = False) -> list[dict]:
        """A list in parentheses."""
        assert self.accept("("), self.tokens
        found = []
        while not self.accept(")"):
            found.append(self.parameter(is_event))
            self.accept(",")
        return found

    def parameter(self, is_event: bool) -> dict:
        entry = {"name": ""}
        if self.at("("):
            entry["components"] = self.parameters()
            entry["type"] = "tuple"
        else:
            entry["type"] = self.take()
        while self.tokens[0].startswith("["):
            entry["type"] += self.take()
        if is_event:
            entry["indexed"] = self.accept("indexed")
        if not self.at(",") and not self.at(")"):
            entry["name"] = self.take()
        return entry


def parse(line: str) -> dict:
    """The ABI entry of a signature."""
    reader = _Reader(line)
    entry = {"type": reader.take()}
    if entry["type"] in ("function", "event", "error"):
        entry["name"] = reader.take()
    entry["inputs"] = reader.parameters(entry["type"] == "event")
    if entry["type"] == "function":
        entry["stateMutability"] = reader.take()
        entry["outputs"] = reader.parameters() if reader.accept("returns") else []
    assert not reader.tokens, f"not understood in {line!r}: {reader.tokens}"
    return entry


def show(entry: dict) -> str:
    """The signature of an ABI entry: what `parse` reads."""
    if entry["type"] == "receive":
        return "receive ()"
    words = [entry["type"], f"{entry.get('name', '')}{_show_parameters(entry['inputs'])}"]
    if entry["type"] == "function":
        words.append(entry["stateMutability"])
    if entry.get("outputs"):
        words.append(f"returns {_show_parameters(entry['outputs'])}")
    return " ".join(words)


def _show_parameters(parameters: list[dict]) -> str:
    return f"({', '.join(map(_show_parameter, parameters))})"


def _show_parameter(parameter: dict) -> str:
    words = [parameter["type"]]
    if parameter["type"].startswith("tuple"):
        words = [_show_parameters(parameter["components"]) + parameter["type"].removeprefix("tuple")]
    if parameter.get("indexed"):
        words.append("indexed")
    if parameter["name"]:
        words.append(parameter["name"])
    return " ".join(words)


def read(path: Path) -> list[tuple[str, str]]:
    """The (contract, signature) pairs of a list with a `## Contract` heading over each contract's lines."""
    pairs = []
    contract = ""
    for line in path.read_text().splitlines():
        if line.startswith("## "):
            contract = line[3:]
        elif line and not line.startswith("#"):
            pairs.append((contract, line))
    return pairs


def canonical_type(parameter: dict) -> str:
    """The type as it is hashed: a tuple is spelled out."""
    if not parameter["type"].startswith("tuple"):
        return parameter["type"]
    members = ",".join(map(canonical_type, parameter["components"]))
    return f"({members}){parameter['type'][len('tuple') :]}"


def digest(entry: dict) -> bytes:
    """
    keccak256 of name and argument types: the topic of an event; its first four bytes select a function or an error.
    """
    return keccak(text=f"{entry['name']}({','.join(map(canonical_type, entry['inputs']))})")
