"""Harness contracts that expose the internals of a module."""

import ast
import functools
import re

from taskpools.artifacts import CONTRACTS
from taskpools.compiled import Deployer
from tests.helpers.compiled import mock_deployer


def harness(name: str) -> Deployer:
    """The compiled harness or mock of tests/mocks/modules."""
    return mock_deployer(f"modules/{name}.vy")


@functools.cache
def constant(path: str, name: str) -> int:
    """A number that a contract or module below contracts/ declares and does not export."""
    (text,) = re.findall(
        rf"^{name}: (?:public\()?constant\(\w+\)\)? = ([\d_]+)$", (CONTRACTS / path).read_text(), re.MULTILINE
    )
    return ast.literal_eval(text)
