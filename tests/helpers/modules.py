"""Harness contracts that expose the internals of a module."""

import functools

import boa
from boa.contracts.vyper.vyper_contract import VyperDeployer

from scripts.system import ROOT


@functools.cache
def harness(name: str) -> VyperDeployer:
    """The compiled harness or mock of tests/mocks/modules."""
    return boa.load_partial(str(ROOT / "tests" / "mocks" / "modules" / f"{name}.vy"))
