"""The contracts that only tests have, compiled once; and how boa treats those that tests write out."""

import functools
import warnings
from pathlib import Path

import boa
from boa.contracts.vyper.vyper_contract import VyperContract

from taskpools.artifacts import CONTRACTS, ROOT, Store, contracts
from taskpools.compiled import Deployer

MOCKS = ROOT / "tests" / "mocks"
mocks = Store("mocks", CONTRACTS, MOCKS)


@functools.cache
def mock_deployer(path: str) -> Deployer:
    """The compiled contract of this path below tests/mocks."""
    return Deployer(mocks.load(MOCKS / path))


def all_mocks() -> list[Path]:
    return sorted(MOCKS.rglob("*.vy"))


def settle_boa():
    """For contracts that boa compiles itself, of sources in tests: boa's cache ends with what they may import."""
    boa.interpret.set_cache_dir(contracts.folder)

    def take_bytecode(contract: VyperContract, bytecode: bytes, inner=VyperContract._set_bytecode):
        with warnings.catch_warnings(record=True):
            inner(contract, bytecode)

    # boa warns that a clone's code is not the implementation's; vyper resets any filter.
    VyperContract._set_bytecode = take_bytecode
    # boa prints a contract's whole storage into each revert message.
    VyperContract.__repr__ = lambda contract: f"<{contract.contract_name} at {contract._address}>"
