"""What the operator is told."""

from rich.console import Console
from rich.text import Text

LONGEST = 300  # characters of what somebody else says


class Stopped(Exception):
    """What the chain refused or did not do, in one line. The command exits with 1."""


def one_line(text: str) -> str:
    """What somebody else says, as one line of printable characters that is not too long."""
    line = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return line if len(line) <= LONGEST else line[:LONGEST] + "..."


def say(console: Console, *parts: str | tuple[str, str]) -> None:
    """Print a line as it is, some parts with their style: a terminal wraps the line, a file does not."""
    console.print(Text.assemble(*parts), soft_wrap=True)
