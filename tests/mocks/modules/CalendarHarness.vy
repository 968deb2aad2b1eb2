# pragma version 0.4.3
"""
@title Calendar harness
@license MIT
@notice Lets a test drive contracts/scheduler/calendar.vy.
"""

from contracts.scheduler import calendar

initializes: calendar


@external
def mark(bucket: uint256):
    calendar._mark(bucket)


@external
def unmark(bucket: uint256):
    calendar._unmark(bucket)


@external
@view
def isMarked(bucket: uint256) -> bool:
    return calendar._is_marked(bucket)


@external
@view
def next(start: uint256, end: uint256) -> uint256:
    return calendar._next(start, end)


@external
@view
def bitmap(level: uint256, index: uint256) -> uint256:
    return calendar.bitmaps[level << 128 | index]
