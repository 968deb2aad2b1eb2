"""What the operator is told."""

from decimal import Decimal

from rich.console import Console

ETHER = 10**18
GWEI = 10**9


class Stopped(Exception):
    """What the chain refused or did not do, in one line. The command exits with 1."""


def say(console: Console, line: str):
    """Print a line as it is: a terminal wraps it, a file does not."""
    console.print(line, highlight=False, soft_wrap=True)


def exact(wei: int) -> str:
    """An amount in ether, all its digits."""
    return f"{(Decimal(wei) / ETHER).normalize():f}"
