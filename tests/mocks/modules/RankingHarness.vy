# pragma version 0.4.3
"""
@title Ranking harness
@license MIT
@notice Lets a test drive contracts/shared/ranking.vy: keys are set and placed as a pool or the router does it.
"""

from contracts.shared import ranking

initializes: ranking


@external
def apply(tree: uint256, leaves: DynArray[uint256, 64], keys: DynArray[uint256, 64], levels: uint256):
    """
    @param keys The new key of each leaf; 0 takes it out and leaves its key where it was.
    """
    for i: uint256 in range(len(leaves), bound=64):
        if keys[i] != 0:
            ranking.keys[leaves[i]] = keys[i]
        ranking._place(tree, leaves[i], keys[i] != 0, levels)


@external
def grow(tree: uint256, levels: uint256):
    ranking._grow(tree, levels)


@external
def setTop(tree: uint256, index: uint256, bits: uint256):
    """
    @notice Fill the importer's 64 bits of a word of level 0.
    """
    node: uint256 = tree << 40 | index
    ranking.nodes[node] = ranking.nodes[node] & (2**192 - 1) | bits << 192


@external
@view
def topOf(tree: uint256, index: uint256) -> uint256:
    return ranking.nodes[tree << 40 | index] >> 192


@external
@view
def node(tree: uint256, level: uint256, index: uint256) -> uint256:
    return ranking.nodes[tree << 40 | level << 32 | index]


@external
@view
def best(tree: uint256, levels: uint256) -> uint256:
    return ranking._best(tree, levels)


@external
@view
def top(tree: uint256, levels: uint256, limit: uint256) -> DynArray[uint256, 128]:
    return ranking._top(tree, levels, limit)


@external
@pure
def levelsFor(highest: uint256) -> uint256:
    return ranking._levels(highest)
