# pragma version 0.4.3
"""
@title Buckets harness
@license MIT
@notice Lets a test drive contracts/scheduler/buckets.vy.
"""

from contracts.scheduler import buckets

initializes: buckets


@external
def add(bucket: uint256) -> uint256:
    return buckets._add(bucket, buckets.heads[bucket])


@external
def clear(bucket: uint256, index: uint256):
    buckets.heads[bucket] = buckets._clear(bucket, buckets.heads[bucket], index)


@external
def give(bucket: uint256, count: uint256):
    """
    @notice As if so many indices had been given out and cleared.
    """
    buckets.heads[bucket] = count


@external
@view
def next(bucket: uint256, start: uint256) -> uint256:
    return buckets._next(bucket, buckets.heads[bucket], start)


@external
@view
def live(bucket: uint256) -> uint256:
    return buckets._live(buckets.heads[bucket])


@external
@view
def summary(bucket: uint256) -> uint256:
    return (buckets.heads[bucket] >> buckets.SUMMARY_AT) & buckets.SUMMARY
