"""No line of a contract is longer than 120 columns. ruff checks the lines of Python, and does not read Vyper."""

import pytest

from taskpools.artifacts import CONTRACTS, ROOT

LENGTH = 120
SOURCES = sorted(
    path
    for folder in (CONTRACTS, ROOT / "taskpools", ROOT / "tests")
    for path in folder.rglob("*.vy*")
    if path.suffix in (".vy", ".vyi")
)


def too_long(text: str) -> list[int]:
    """The numbers of the lines that are too long."""
    return [number for number, line in enumerate(text.splitlines(), 1) if len(line) > LENGTH]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_line_fits(path):
    assert not too_long(path.read_text())


def test_a_long_line_is_seen():
    assert too_long("x" * 120 + "\n" + "x" * 121 + "\n") == [2]
