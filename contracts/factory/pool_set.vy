# pragma version 0.4.3
"""
@title Pool set
@license MIT
@notice Sets of pool ids as bitmaps. Adding and removing write one word, however many pools there are. A list is read
        256 pools a word. Set 0 has the active pools, set c has the pools of category c.
"""

from ..shared import bits

MAX_WORDS: constant(uint256) = 2**24
ACTIVE: constant(uint256) = 0

words: HashMap[uint256, uint256]  # set << 32 | index of the word


@internal
def _add(set_id: uint256, pool_id: uint256) -> bool:
    """
    @return False if the pool was in the set already.
    """
    slot: uint256 = set_id << 32 | pool_id >> 8
    word: uint256 = self.words[slot]
    bit: uint256 = 1 << (pool_id & 255)
    self.words[slot] = word | bit
    return word & bit == 0


@internal
def _remove(set_id: uint256, pool_id: uint256) -> bool:
    """
    @return False if the pool was not in the set.
    """
    slot: uint256 = set_id << 32 | pool_id >> 8
    word: uint256 = self.words[slot]
    bit: uint256 = 1 << (pool_id & 255)
    self.words[slot] = word & ~bit
    return word & bit != 0


@internal
@view
def _contains(set_id: uint256, pool_id: uint256) -> bool:
    return (self.words[set_id << 32 | pool_id >> 8] >> (pool_id & 255)) & 1 == 1


@internal
@view
def _count(set_id: uint256, end: uint256) -> uint256:
    """
    @param end Pool ids below this are counted.
    """
    total: uint256 = 0
    for i: uint256 in range((end + 255) >> 8, bound=MAX_WORDS):
        word: uint256 = self.words[set_id << 32 | i]
        if (i + 1) << 8 > end:
            word &= (1 << (end & 255)) - 1
        total += bits._count(word)
    return total


@internal
@view
def _in_word(set_id: uint256, index: uint256) -> DynArray[uint256, 256]:
    """
    @param index Of the word: ids from 256 * index on.
    @return The members in this word, in ascending order.
    """
    members: DynArray[uint256, 256] = []
    word: uint256 = self.words[set_id << 32 | index]
    for bit: uint256 in range(256):
        if word >> bit == 0:
            break
        if (word >> bit) & 1 == 1:
            members.append(index << 8 | bit)
    return members


@internal
@view
def _page(set_id: uint256, end: uint256, offset: uint256, limit: uint256) -> DynArray[uint256, 256]:
    """
    @param end Pool ids are below this.
    @return The members from the offset-th on, in ascending order.
    """
    members: DynArray[uint256, 256] = []
    skip: uint256 = offset
    for i: uint256 in range((end + 255) >> 8, bound=MAX_WORDS):
        if len(members) == limit:
            break
        word: uint256 = self.words[set_id << 32 | i]
        size: uint256 = bits._count(word)
        if size <= skip:
            skip -= size
            continue
        for bit: uint256 in range(256):
            if word >> bit == 0 or len(members) == limit:
                break
            if (word >> bit) & 1 == 1:
                if skip > 0:
                    skip -= 1
                else:
                    members.append(i << 8 | bit)
    return members
