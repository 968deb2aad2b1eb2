"""
The record of a deployment, `<chain id>.json`: what others need to use the system and to check it.

`contracts` has the same form as in the record of a run in process, with more about each contract.
"""

import functools
import json
import os
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import vyper
from eth_utils import keccak
from vyper.compiler.output import build_integrity
from vyper.compiler.settings import OptimizationLevel
from vyper.evm.opcodes import DEFAULT_EVM_VERSION

from taskpools.abi import abi
from taskpools.deployment.console import Stopped
from taskpools.deployment.journal import Entry, Journal
from taskpools.deployment.plan import Plan, Planned, Terms
from taskpools.files import write_whole
from taskpools.steps import CREATED, Call
from taskpools.system import CONTRACTS, SOURCES
from taskpools.system import deployer as compiled

COMPILER = vyper.__long_version__


class Folder:
    """Where the records of deployments are, and what belongs to one chain there."""

    def __init__(self, path: Path, chain_id: int):
        self.path = path
        self.chain_id = chain_id
        self.record = path / f"{chain_id}.json"
        self.journal = path / f"{chain_id}.journal.json"
        self.bundle = path / str(chain_id)

    def set_aside(self) -> Path | None:
        """
        Keep an earlier record and its bundle under another name, such as `1.2.json`; returns the record's, None if
        there is none.
        """
        if not self.record.exists():
            return None
        number = 1
        while (kept := self.path / f"{self.chain_id}.{number}.json").exists():
            number += 1
        if self.bundle.exists():
            os.rename(self.bundle, kept.with_suffix(""))
        os.rename(self.record, kept)
        return kept


def evm_version() -> str:
    """What the contracts are compiled for."""
    return str(compiled("TaskPool").compiler_data.settings.evm_version or DEFAULT_EVM_VERSION)


def settings(name: str) -> dict:
    """How a contract is compiled, every setting named."""
    chosen = compiled(name).compiler_data.settings
    return {
        "evmVersion": chosen.evm_version or DEFAULT_EVM_VERSION,
        "optimize": str(chosen.optimize or OptimizationLevel.default()),
        "experimentalCodegen": bool(chosen.experimental_codegen),
    }


@functools.cache
def integrity(name: str) -> str:
    """The compiler's hash of a contract's source and of all that it imports."""
    return build_integrity(compiled(name).compiler_data)


def make(plan: Plan, journal: Journal) -> dict:
    """The record of a finished deployment."""
    made = {planned.name: (planned, entry) for planned, entry in zip(plan.transactions, journal.entries, strict=True)}
    contracts, blueprints, calls = {}, {}, []
    for name, (planned, entry) in made.items():
        if isinstance(planned.step, Call):
            told = {"contract": planned.step.contract, "function": planned.step.function}
            calls.append({**told, "arguments": list(planned.arguments), **_sent(planned, entry)})
        elif planned.step.blueprint:
            blueprints[planned.step.contract] = _contract(plan, name, planned, entry)
        else:
            contracts[name] = {**_contract(plan, name, planned, entry), "abi": abi(name)}
    name, creator, _ = CREATED
    created = _contract(plan, name, *made[creator])
    contracts[name] = {**created, "createdBy": creator, "constructorArguments": [], "abi": abi(name)}
    # In the order of the record of a run in process.
    order = [name for name in SOURCES if name in contracts]
    return {
        "chainId": plan.terms.chain_id,
        "terms": asdict(plan.terms),
        "compiler": COMPILER,
        "contracts": {name: contracts[name] for name in order},
        "blueprints": blueprints,
        "calls": calls,
    }


def write(folder: Folder, record: dict) -> Path | None:
    """
    Write it. An earlier deployment's record is set aside before; its new path is returned.

    The record of this same deployment, left by a run that was killed at its end, is written again.
    """
    kept = None
    if folder.record.exists() and addresses(json.loads(folder.record.read_text())) != addresses(record):
        kept = folder.set_aside()
    write_whole(folder.record, json.dumps(record, indent=1) + "\n")
    return kept


def read(folder: Folder) -> dict | None:
    """The record that is there, None if there is none; raises `Stopped` if it cannot be read."""
    if not folder.record.exists():
        return None
    try:
        record = json.loads(folder.record.read_text())
        terms_of(record), nonces_of(record), addresses(record)
    except (ValueError, KeyError, TypeError):
        raise Stopped(f"{folder.record} is not a record of a deployment") from None
    return record


def terms_of(record: dict) -> Terms:
    return Terms(**{**record["terms"], "verifiers": tuple(record["terms"]["verifiers"])})


def nonces_of(record: dict) -> tuple[int, ...]:
    """The nonce of each step, in their order."""
    found = [*record["contracts"].values(), *record["blueprints"].values(), *record["calls"]]
    return tuple(sorted(entry["nonce"] for entry in found if "createdBy" not in entry))


def addresses(record: dict) -> dict[str, str]:
    return {name: contract["address"] for name, contract in record["contracts"].items()}


def _contract(plan: Plan, name: str, planned: Planned, entry: Entry) -> dict:
    source = planned.step.contract if name == planned.name else name
    return {
        "address": plan.addresses[name],
        **_sent(planned, entry),
        "constructorArguments": list(planned.arguments),
        "compiler": COMPILER,
        "settings": settings(source),
        "source": f"contracts/{SOURCES[source]}",
        "sourceHash": sha256((CONTRACTS / SOURCES[source]).read_bytes()).hexdigest(),
        "integrity": integrity(source),
        "codeHash": "0x" + keccak(plan.codes[name]).hex(),
    }


def _sent(planned: Planned, entry: Entry) -> dict:
    """Which transaction it was; None where another than the journal's own did it."""
    receipt = entry.receipt or {}
    return {"transaction": receipt.get("hash"), "block": receipt.get("block"), "nonce": planned.nonce}
