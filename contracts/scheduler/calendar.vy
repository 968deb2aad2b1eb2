# pragma version 0.4.3
"""
@title Calendar
@license MIT
@notice Which queues have tasks: three levels of bitmaps, so that the next one is found in as many reads however far away it is.
@dev A queue's number is block * 4 + rank, rank 0 for large, 1 for medium, 2 for small: ascending numbers are the order of execution.
     Level 0 has a bit for each queue, level 1 one for each word of level 0 that is not zero, level 2 likewise: a word of level 2
     stands for 2^22 blocks, twice what tasks can be scheduled ahead. The idea of summary levels is that of van Emde Boas trees; in
     this form it is known from Uniswap v3's tick bitmap, which has one level.
"""

from contracts.shared import bits

NOTHING: constant(uint256) = max_value(uint256)
LEVEL_1: constant(uint256) = 1 << 128
LEVEL_2: constant(uint256) = 2 << 128

words: HashMap[uint256, uint256]  # level << 128 | index


@internal
def _mark(queue: uint256):
    word: uint256 = self.words[queue >> 8]
    self.words[queue >> 8] = word | 1 << (queue & 255)
    if word == 0:
        slot: uint256 = LEVEL_1 | queue >> 16
        word = self.words[slot]
        self.words[slot] = word | 1 << ((queue >> 8) & 255)
        if word == 0:
            self.words[LEVEL_2 | queue >> 24] |= 1 << ((queue >> 16) & 255)


@internal
def _unmark(queue: uint256):
    """
    @param queue A marked queue.
    """
    word: uint256 = self.words[queue >> 8] ^ 1 << (queue & 255)
    self.words[queue >> 8] = word
    if word == 0:
        slot: uint256 = LEVEL_1 | queue >> 16
        word = self.words[slot] ^ 1 << ((queue >> 8) & 255)
        self.words[slot] = word
        if word == 0:
            self.words[LEVEL_2 | queue >> 24] ^= 1 << ((queue >> 16) & 255)


@internal
@view
def _is_marked(queue: uint256) -> bool:
    return (self.words[queue >> 8] >> (queue & 255)) & 1 != 0


@internal
@view
def _next(start: uint256, end: uint256) -> uint256:
    """
    @dev From the top down: three reads where no marked queue before `start` shares a word with it, a few more where one does.
    @return The first marked queue from `start` to `end`, both included; NOTHING if there is none.
    """
    queue: uint256 = start
    # A level's word can be without a bit from `start` on once a level, and level 2 goes on to the next word.
    for _: uint256 in range(8):
        if queue > end:
            break
        word: uint256 = self.words[LEVEL_2 | queue >> 24] >> ((queue >> 16) & 255)
        if word == 0:
            queue = ((queue >> 24) + 1) << 24
            continue
        if word & 1 == 0:
            queue = ((queue >> 16) + bits._lowest(word)) << 16
        word = self.words[LEVEL_1 | queue >> 16] >> ((queue >> 8) & 255)
        if word == 0:
            queue = ((queue >> 16) + 1) << 16
            continue
        if word & 1 == 0:
            queue = ((queue >> 8) + bits._lowest(word)) << 8
        word = self.words[queue >> 8] >> (queue & 255)
        if word == 0:
            queue = ((queue >> 8) + 1) << 8
            continue
        queue += bits._lowest(word)
        if queue > end:
            break
        return queue
    return NOTHING
