"""What the operator is told."""

from rich.console import Console


class Stopped(Exception):
    """What the chain refused or did not do, in one line. The command exits with 1."""


def say(console: Console, line: str) -> None:
    """Print a line as it is: a terminal wraps it, a file does not."""
    console.print(line, highlight=False, soft_wrap=True)
