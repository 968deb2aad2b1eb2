# pragma version 0.4.3
"""
@title Due buckets
@license MIT
@notice The tasks of one block and one size: gives out indices and knows which of them are live. Cancelled ones are passed 94 or
        256 at a time, and without being looked at where 512 in a row are gone.
@dev One word has all of a bucket of up to 94 tasks; further ones have a bit in a word of 256, and one in the summary:

         given 0-16 | live 17-33 | summary 34-161, a bit for each 512 indices | live bits of the indices 0 to 93 162-255

     A summary bit is set if and only if one of its two further words is not zero.

     Invariant: while a bucket is marked in the calendar, its live bits are its scheduled tasks. The word of a bucket that was executed to
     its end is not written any more: nothing reads it, since blocks only pass.
"""

from ..shared import bits
from . import manager_errors

MAX_TASKS: constant(uint256) = 65_536
NO_INDEX: constant(uint256) = max_value(uint256)
COUNT: constant(uint256) = 2**17 - 1
LIVE_AT: constant(uint256) = 17
ONE_LIVE: constant(uint256) = 1 << 17
SUMMARY_AT: constant(uint256) = 34
SUMMARY: constant(uint256) = 2**128 - 1
INLINE_AT: constant(uint256) = 162
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
    @param head The bucket's word.
    @return The index that was given out.
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
    @param index A live one.
    @return The bucket's word without it, for the caller to write.
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
    @return The first live index from `start` on; NO_INDEX if there is none.
    """
    if start < INLINE:
        rest: uint256 = head >> (INLINE_AT + start)
        if rest & 1 != 0:
            return start
        if rest != 0:
            return start + bits._lowest(rest)
    index: uint256 = max(start, INLINE)
    # Two words of the first summary bit, one of the next.
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
