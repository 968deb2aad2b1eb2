"""Words that one place writes, so that what belongs to a change of theirs cannot be forgotten elsewhere."""

import pytest
import vyper.ast as vy_ast
from vyper.ast.parse import parse_to_ast

from taskpools.system import CONTRACTS

# The module that has the word, the word, and the functions that write it.
OWNED = [
    ("pools/pool_core.vy", "counters", {"_report"}),  # which tells the router
    ("shared/ranking.vy", "nodes", {"_place", "_mark", "_grow"}),
]
# What these return is the change of the counters, which must reach `_report`.
RETURN_A_CHANGE = {"_refund", "_release"}


def functions(text: str) -> list[vy_ast.FunctionDef]:
    return parse_to_ast(text).get_children(vy_ast.FunctionDef)


def writers(text: str, base: str, word: str) -> set[str]:
    """The functions that assign to `base.word` or to an entry of it."""
    return {
        function.name
        for function in functions(text)
        for statement in function.get_descendants((vy_ast.Assign, vy_ast.AugAssign))
        for target in statement.target.get_descendants(vy_ast.Attribute, include_self=True)
        if target.attr == word and getattr(target.value, "id", None) == base
    }


def dropped(text: str) -> list[str]:
    """Where a change of the counters is returned to nobody: the functions, and what they call."""
    return [
        f"{function.name}: {statement.value.func.attr}"
        for function in functions(text)
        for statement in function.get_descendants(vy_ast.Expr)
        if isinstance(statement.value, vy_ast.Call) and getattr(statement.value.func, "attr", "") in RETURN_A_CHANGE
    ]


@pytest.mark.parametrize(("owner", "word", "expected"), OWNED, ids=[word for _, word, _ in OWNED])
def test_a_word_is_written_by_its_owner_alone(owner, word, expected):
    path = CONTRACTS / owner
    assert writers(path.read_text(), "self", word) == expected
    others = {each.stem: writers(each.read_text(), path.stem, word) for each in CONTRACTS.rglob("*.vy")}
    assert not {name: found for name, found in others.items() if found}


@pytest.mark.parametrize("path", sorted((CONTRACTS / "pools").glob("*.vy")), ids=lambda path: path.stem)
def test_no_change_of_the_counters_is_dropped(path):
    assert not dropped(path.read_text())


def test_a_stranger_and_a_dropped_change_are_seen():
    text = "def f():\n    pool_core.counters += 1\n    self._refund(1)\n    ranking.nodes[2] = 3\n"
    assert writers(text, "pool_core", "counters") == writers(text, "ranking", "nodes") == {"f"}
    assert writers(text, "self", "counters") == set()
    assert dropped(text) == ["f: _refund"]
