# pragma version 0.4.3
"""
@title Calendar
@license MIT
@notice Which buckets have tasks: three levels of bitmaps, so that the next one is found in as many reads however far away it is.
@dev A bucket's number is block * 4 + rank, rank 0 for large, 1 for medium, 2 for small: ascending numbers are the order of execution.
     Level 0 has a bit for each bucket, level 1 one for each word of level 0 that is not zero, level 2 likewise: a word of level 2
     stands for 2^22 blocks, twice what tasks can be scheduled ahead. The idea of summary levels is that of van Emde Boas trees; in
     this form it is known from Uniswap v3's tick bitmap, which has one level.
"""

from ..shared import bits

NO_BUCKET: constant(uint256) = max_value(uint256)
LEVEL_1: constant(uint256) = 1 << 128
LEVEL_2: constant(uint256) = 2 << 128

bitmaps: HashMap[uint256, uint256]  # level << 128 | index


@internal
def _mark(bucket: uint256):
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
    @param bucket A marked bucket.
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
    @dev From the top down: three reads where no marked bucket before `start` shares a word with it, a few more where one does.
    @return The first marked bucket from `start` to `end`, both included; NO_BUCKET if there is none.
    """
    bucket: uint256 = start
    # A level's word can be without a bit from `start` on once a level, and level 2 goes on to the next word.
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
