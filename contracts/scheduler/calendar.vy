# pragma version 0.4.3
"""
@title Calendar
@license MIT
@notice Marks the buckets that have tasks, in three levels of bitmaps. The search for the next marked bucket takes the
        same number of reads however far away that bucket is.
@dev A bucket is one block and one size (buckets.vy). The bucket's number is block * 4 + rank. The rank is 0 for
     large, 1 for medium, 2 for small, so that ascending numbers are the order of execution.

     Level 0 has one bit for each bucket. Level 1 has one bit for each word of level 0 that is not zero, and level 2
     one bit for each such word of level 1. So a word of level 2 covers 2^22 blocks, twice as far as tasks can be
     scheduled ahead. Van Emde Boas trees have such summary levels; Uniswap v3's tick bitmap has one level of this
     form.
"""

from ..shared import bits

# The answer of a search that found nothing.
NO_BUCKET: constant(uint256) = max_value(uint256)
LEVEL_1: constant(uint256) = 1 << 128
LEVEL_2: constant(uint256) = 2 << 128

bitmaps: HashMap[uint256, uint256]  # level << 128 | index


@internal
def _mark(bucket: uint256):
    """
    @dev A bucket that is marked already stays marked.
    """
    bitmap: uint256 = self.bitmaps[bucket >> 8]
    self.bitmaps[bucket >> 8] = bitmap | 1 << (bucket & 255)
    if bitmap == 0:
        parent: uint256 = LEVEL_1 | bucket >> 16
        bitmap = self.bitmaps[parent]
        self.bitmaps[parent] = bitmap | 1 << ((bucket >> 8) & 255)
        if bitmap == 0:
            self.bitmaps[LEVEL_2 | bucket >> 24] |= 1 << ((bucket >> 16) & 255)


@internal
def _unmark(bucket: uint256):
    """
    @param bucket Must be marked.
    """
    bitmap: uint256 = self.bitmaps[bucket >> 8] ^ 1 << (bucket & 255)
    self.bitmaps[bucket >> 8] = bitmap
    if bitmap == 0:
        parent: uint256 = LEVEL_1 | bucket >> 16
        bitmap = self.bitmaps[parent] ^ 1 << ((bucket >> 8) & 255)
        self.bitmaps[parent] = bitmap
        if bitmap == 0:
            self.bitmaps[LEVEL_2 | bucket >> 24] ^= 1 << ((bucket >> 16) & 255)


@internal
@view
def _is_marked(bucket: uint256) -> bool:
    return (self.bitmaps[bucket >> 8] >> (bucket & 255)) & 1 != 0


@internal
@view
def _next(start: uint256, end: uint256) -> uint256:
    """
    @dev Searches from the top level down. That takes three reads, and a few more if a marked bucket before `start`
         shares a word with the start.
    @return The first marked bucket from `start` to `end`, both included, or NO_BUCKET.
    """
    bucket: uint256 = start
    # Each level can turn back once, because its word has no bit from `start` on. Level 2 then moves on to the next
    # word.
    for _: uint256 in range(8):
        if bucket > end:
            break
        bitmap: uint256 = self.bitmaps[LEVEL_2 | bucket >> 24] >> ((bucket >> 16) & 255)
        if bitmap == 0:
            bucket = ((bucket >> 24) + 1) << 24
            continue
        if bitmap & 1 == 0:
            bucket = ((bucket >> 16) + bits._lowest(bitmap)) << 16
        bitmap = self.bitmaps[LEVEL_1 | bucket >> 16] >> ((bucket >> 8) & 255)
        if bitmap == 0:
            bucket = ((bucket >> 16) + 1) << 16
            continue
        if bitmap & 1 == 0:
            bucket = ((bucket >> 8) + bits._lowest(bitmap)) << 8
        bitmap = self.bitmaps[bucket >> 8] >> (bucket & 255)
        if bitmap == 0:
            bucket = ((bucket >> 8) + 1) << 8
            continue
        bucket += bits._lowest(bitmap)
        if bucket > end:
            break
        return bucket
    return NO_BUCKET
