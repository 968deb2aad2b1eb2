# pragma version 0.4.3
"""
@title Calendar harness
@license MIT
@notice Lets a test drive contracts/scheduler/calendar.vy.
"""

from contracts.scheduler import calendar

initializes: calendar


@external
def mark(queue: uint256):
    calendar._mark(queue)


@external
def unmark(queue: uint256):
    calendar._unmark(queue)


@external
@view
def isMarked(queue: uint256) -> bool:
    return calendar._is_marked(queue)


@external
@view
def next(start: uint256, end: uint256) -> uint256:
    return calendar._next(start, end)


@external
@view
def word(level: uint256, index: uint256) -> uint256:
    return calendar.words[level << 128 | index]
