"""contracts/shared/ranking.vy: a tree of sorted lists against a sorted Python list."""

import boa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.modules import harness

TREE = 1
OTHER_TREE = 0
SIZES = (32, 800, 13_600, 190_400, 2_094_400, 20_944_000)
WIDTHS = (6, 10, 15, 18, 21, 25)
CHILDREN = (32, 25, 17, 14, 11, 10)
USED = 1 << 255
BATCH = 64


class Tree:
    """The module and a plain dict side by side."""

    def __init__(self, tree: int = TREE):
        self.contract = harness("RankingHarness").deploy()
        self.tree = tree
        self.levels = 1
        self.highest = 0
        self.keys: dict[int, int] = {}

    def apply(self, changes: list[tuple[int, int]]):
        """Leaves and their new keys, 0 to take one out; no two keys have the same top 168 bits, as the router's."""
        batch: list[tuple[int, int]] = []
        for leaf, rank in changes:
            key = rank << 160 | (2**32 - 1 - leaf) << 88 | leaf if rank else 0
            if key:
                if leaf > self.highest:
                    self._flush(batch)
                    batch = []
                    self._grow(leaf)
                self.keys[leaf] = key
            else:
                self.keys.pop(leaf, None)
                if leaf > self.highest:
                    continue
            batch.append((leaf, key))
        self._flush(batch)

    def _grow(self, leaf: int):
        self.highest = leaf
        while SIZES[self.levels - 1] <= leaf:
            self.contract.grow(self.tree, self.levels)
            self.levels += 1

    def _flush(self, batch: list[tuple[int, int]]):
        for start in range(0, len(batch), BATCH):
            part = batch[start : start + BATCH]
            self.contract.apply(self.tree, [leaf for leaf, _ in part], [key for _, key in part], self.levels)

    def ranked(self) -> list[int]:
        return sorted(self.keys, key=self.keys.get, reverse=True)

    def check(self, limit: int = 128):
        ranked = self.ranked()
        assert self.contract.best(self.tree, self.levels) == (ranked[0] + 1 if ranked else 0)
        assert self.contract.top(self.tree, self.levels, limit) == ranked[:limit]

    def check_words(self):
        """Each word is exactly the sorted list of the best leaves below its children."""
        for level in range(self.levels):
            width, size = WIDTHS[level], SIZES[level]
            child = SIZES[level - 1] if level else 1
            nodes: dict[int, dict[int, int]] = {}
            for leaf in self.ranked():
                nodes.setdefault(leaf // size, {}).setdefault(leaf // child, leaf)
            for index in {leaf // size for leaf in self.keys} | {0}:
                entries = [leaf % size + 1 for leaf in nodes.get(index, {}).values()]
                expected = sum(entry << (at * width) for at, entry in enumerate(entries))
                word = self.contract.node(self.tree, level, index)
                assert word & ((1 << 192) - 1 if level == 0 else USED - 1) == expected


def near(edges: list[int]) -> st.SearchStrategy[int]:
    """Leaves that share nodes: a few around each edge of a level, and any in the first nodes."""
    return st.one_of(
        st.integers(0, 40),
        st.integers(0, 1_700),
        st.sampled_from(edges).flatmap(lambda edge: st.integers(max(0, edge - 34), edge + 34)),
    )


EDGES = [size * times for size in SIZES[:5] for times in (1, 2, 3)]


@pytest.mark.parametrize("level", range(6))
def test_words_hold_their_lists(level):
    assert WIDTHS[level] >= SIZES[level].bit_length()  # an entry is an offset plus one
    assert WIDTHS[level] * CHILDREN[level] <= (192 if level == 0 else 255)
    assert SIZES[level] == CHILDREN[level] * (SIZES[level - 1] if level else 1)


@pytest.mark.parametrize("level", range(6))
def test_levels_at_each_bound(level):
    contract = harness("RankingHarness").deploy()
    assert contract.levelsFor(SIZES[level] - 1) == level + 1
    assert contract.levelsFor(SIZES[level]) == min(level + 2, 6)


def test_empty_tree():
    Tree().check()


@settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(
        st.lists(st.tuples(near(EDGES), st.integers(0, 12)), min_size=1, max_size=60), min_size=1, max_size=3
    )
)
def test_best_and_top_are_those_of_a_sort(changes):
    with boa.env.anchor():
        tree = Tree()
        for some in changes:
            tree.apply(some)
            tree.check()
        tree.check_words()
        tree.apply([(leaf, 0) for leaf in tree.ranked()])
        tree.check()
        assert tree.contract.best(TREE, tree.levels) == 0


@settings(max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.randoms(use_true_random=False),
    highest=st.sampled_from([31, 32, 799, 800, 3_000]),
)
def test_many_changes_in_a_dense_tree(seed, highest):
    """The way a pool fills: leaves come one after the other, best ones leave, some come back, some change their key."""
    with boa.env.anchor():
        tree = Tree()
        dense = [(leaf, seed.randrange(1, 50)) for leaf in range(max(1, highest - 70), highest + 3)]
        tree.apply(dense)
        tree.check()
        for _ in range(2):
            ranked = tree.ranked()
            changes = [(leaf, 0) for leaf in ranked[: len(ranked) // 3]]
            changes += [(seed.choice(dense)[0], seed.randrange(0, 50)) for _ in range(40)]
            tree.apply(changes)
            tree.check()
        tree.check_words()


@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(st.tuples(st.integers(0, 70), st.integers(0, 5)), min_size=1, max_size=40),
    bits=st.integers(0, 2**64 - 1),
)
def test_importers_bits_stay(changes, bits):
    with boa.env.anchor():
        tree = Tree()
        for index in range(3):
            tree.contract.setTop(TREE, index, bits)
        tree.apply(changes)
        assert [tree.contract.topOf(TREE, index) for index in range(3)] == [bits] * 3
        tree.check()
        tree.contract.setTop(TREE, 0, ~bits & (2**64 - 1))
        tree.check()


def test_full_word_keeps_the_importers_bits():
    tree = Tree()
    tree.contract.setTop(TREE, 0, 2**64 - 1)
    tree.apply([(leaf, 1 + leaf * 7 % 32) for leaf in range(32)])
    tree.check()
    tree.check_words()
    tree.apply([(leaf, 0) for leaf in range(32)])
    assert tree.contract.node(TREE, 0, 0) == (2**64 - 1) << 192


@pytest.mark.parametrize("level", range(1, 6))
def test_full_node_of_each_level(level):
    """One leaf below each child, placed worst first, best first and mixed: every entry of the word is in use."""
    tree = Tree()
    leaves = [child * SIZES[level - 1] + SIZES[level - 1] - 1 for child in range(CHILDREN[level])]
    tree.apply([(leaf, 1 + at) for at, leaf in enumerate(leaves)])
    tree.check()
    tree.check_words()
    tree.apply([(leaf, 100 - at) for at, leaf in enumerate(leaves)])
    tree.check()
    tree.apply([(leaf, 200 + at * 7 % CHILDREN[level]) for at, leaf in enumerate(leaves)])
    tree.check()
    tree.check_words()


def test_emptied_words_above_level_0_stay_in_use():
    tree = Tree()
    tree.apply([(0, 1), (900, 2)])
    tree.apply([(0, 0), (900, 0)])
    assert [tree.contract.node(TREE, level, 0) for level in range(3)] == [0, USED, USED]


def test_growing_keeps_the_best():
    tree = Tree()
    tree.apply([(3, 9), (30, 5)])
    for highest in SIZES[:5]:
        tree.apply([(highest, 1)])
        assert tree.contract.best(TREE, tree.levels) == 3 + 1
    assert tree.levels == 6
    tree.check()


def test_trees_are_apart():
    tree = Tree()
    tree.apply([(5, 3), (40, 4)])
    assert tree.contract.best(OTHER_TREE, tree.levels) == 0
    assert tree.contract.top(OTHER_TREE, tree.levels, 128) == []


@pytest.mark.parametrize("limit", [0, 1, 2, 127, 128])
def test_top_has_at_most_limit_leaves(limit):
    tree = Tree()
    tree.apply([(leaf * 9, 1 + leaf * 31 % 64) for leaf in range(130)])
    tree.check(limit)
