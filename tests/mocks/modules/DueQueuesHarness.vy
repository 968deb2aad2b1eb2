# pragma version 0.4.3
"""
@title Due queues harness
@license MIT
@notice Lets a test drive contracts/scheduler/due_queues.vy.
"""

from contracts.scheduler import due_queues

initializes: due_queues


@external
def add(queue: uint256) -> uint256:
    return due_queues._add(queue, due_queues.words[queue])


@external
def clear(queue: uint256, index: uint256):
    due_queues.words[queue] = due_queues._clear(queue, due_queues.words[queue], index)


@external
def give(queue: uint256, count: uint256):
    """
    @notice As if so many indices had been given out and cleared.
    """
    due_queues.words[queue] = count


@external
@view
def next(queue: uint256, start: uint256) -> uint256:
    return due_queues._next(queue, due_queues.words[queue], start)


@external
@view
def live(queue: uint256) -> uint256:
    return due_queues._live(due_queues.words[queue])


@external
@view
def summary(queue: uint256) -> uint256:
    return (due_queues.words[queue] >> due_queues.SUMMARY_AT) & due_queues.SUMMARY
