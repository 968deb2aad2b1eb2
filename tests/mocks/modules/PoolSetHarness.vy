# pragma version 0.4.3
"""
@title Pool set harness
@license MIT
@notice Lets a test drive contracts/factory/pool_set.vy.
"""

from contracts.factory import pool_set

initializes: pool_set


@external
def add(set_id: uint256, pool_id: uint256):
    pool_set._add(set_id, pool_id)


@external
def remove(set_id: uint256, pool_id: uint256):
    pool_set._remove(set_id, pool_id)


@external
def setWord(set_id: uint256, index: uint256, word: uint256):
    pool_set.words[set_id << 32 | index] = word


@external
@view
def wordOf(set_id: uint256, index: uint256) -> uint256:
    return pool_set.words[set_id << 32 | index]


@external
@view
def contains(set_id: uint256, pool_id: uint256) -> bool:
    return pool_set._contains(set_id, pool_id)


@external
@view
def count(set_id: uint256, end: uint256) -> uint256:
    return pool_set._count(set_id, end)


@external
@view
def page(set_id: uint256, end: uint256, offset: uint256, limit: uint256) -> DynArray[uint256, 256]:
    return pool_set._page(set_id, end, offset, limit)


@external
@view
def inWord(set_id: uint256, index: uint256) -> DynArray[uint256, 256]:
    return pool_set._in_word(set_id, index)
