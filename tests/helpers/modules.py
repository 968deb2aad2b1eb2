"""Harness contracts that expose the internals of a module."""

import ast
import functools
import re

import boa
from boa.contracts.vyper.vyper_contract import VyperDeployer

from scripts.system import CONTRACTS, ROOT


@functools.cache
def harness(name: str) -> VyperDeployer:
    """The compiled harness or mock of tests/mocks/modules."""
    return boa.load_partial(str(ROOT / "tests" / "mocks" / "modules" / f"{name}.vy"))


@functools.cache
def constant(path: str, name: str) -> int:
    """A number that a contract or module below contracts/ declares and does not export."""
    (text,) = re.findall(
        rf"^{name}: (?:public\()?constant\(\w+\)\)? = ([\d_]+)$", (CONTRACTS / path).read_text(), re.MULTILINE
    )
    return ast.literal_eval(text)
