# pragma version 0.4.3
"""
@title Buckets
@license MIT
@notice A bucket holds the tasks of one block and one size. This module gives out the indices of a bucket and knows
        which indices are live. A search passes over cancelled indices 94 or 256 at a time, and over 512 without a
        read if all of them are gone.
@dev The head of a bucket is one word. The head is enough for 94 tasks. Each later task has a bit in a further word of
     256 bits, and 512 indices share a bit of the summary:

         given 0-16 | live 17-33 | summary 34-161 | live bits of the indices 0 to 93 162-255

     A summary bit is set if and only if one of its two further words is not zero.

     Invariant: while the calendar marks a bucket, the live bits of the bucket are its scheduled tasks. When a bucket
     was executed to the end, the head keeps its last value: nobody reads that head again, because blocks only pass.
"""

from ..shared import bits
from . import manager_errors

# Indices that a bucket gives out.
MAX_TASKS: constant(uint256) = 65_536
# The answer of a search that found nothing.
NO_INDEX: constant(uint256) = max_value(uint256)

COUNT: constant(uint256) = 2**17 - 1
LIVE_AT: constant(uint256) = 17
ONE_LIVE: constant(uint256) = 1 << 17
SUMMARY_AT: constant(uint256) = 34
SUMMARY: constant(uint256) = 2**128 - 1
INLINE_AT: constant(uint256) = 162
# Indices whose live bits are in the head.
INLINE: constant(uint256) = 94

heads: HashMap[uint256, uint256]  # bucket
further: HashMap[uint256, uint256]  # bucket << 8 | index // 256


@internal
@pure
def _live(head: uint256) -> uint256:
    return (head >> LIVE_AT) & COUNT


@internal
def _add(bucket: uint256, head: uint256) -> uint256:
    """
    @dev Reverts with `TooManyTasksScheduled()`.
    @param head The bucket's head.
    @return The new index.
    """
    index: uint256 = head & COUNT
    if index == MAX_TASKS:
        manager_errors._too_many_tasks_scheduled()
    updated: uint256 = head + 1 + ONE_LIVE
    if index < INLINE:
        updated |= 1 << (INLINE_AT + index)
    else:
        updated |= 1 << (SUMMARY_AT + (index >> 9))
        self.further[bucket << 8 | index >> 8] |= 1 << (index & 255)
    self.heads[bucket] = updated
    return index


@internal
def _clear(bucket: uint256, head: uint256, index: uint256) -> uint256:
    """
    @param index Must be live.
    @return The head without this index. The caller writes the head.
    """
    updated: uint256 = unsafe_sub(head, ONE_LIVE)
    if index < INLINE:
        return updated ^ 1 << (INLINE_AT + index)
    group: uint256 = bucket << 8 | index >> 8
    rest: uint256 = self.further[group] ^ 1 << (index & 255)
    self.further[group] = rest
    if rest == 0 and self.further[group ^ 1] == 0:
        updated ^= 1 << (SUMMARY_AT + (index >> 9))
    return updated


@internal
@view
def _next(bucket: uint256, head: uint256, start: uint256) -> uint256:
    """
    @return The first live index from `start` on, or NO_INDEX.
    """
    if start < INLINE:
        rest: uint256 = head >> (INLINE_AT + start)
        if rest & 1 != 0:
            return start
        if rest != 0:
            return start + bits._lowest(rest)
    index: uint256 = max(start, INLINE)
    # At most two further words of the first summary bit, and one of the next.
    for _: uint256 in range(4):
        summary: uint256 = ((head >> SUMMARY_AT) & SUMMARY) >> (index >> 9)
        if summary == 0:
            break
        if summary & 1 == 0:
            index = ((index >> 9) + bits._lowest(summary)) << 9
        rest: uint256 = self.further[bucket << 8 | index >> 8] >> (index & 255)
        if rest != 0:
            return index + bits._lowest(rest)
        index = ((index >> 8) + 1) << 8
    return NO_INDEX
