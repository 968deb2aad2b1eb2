# pragma version 0.4.3
"""
@title Counter
@license MIT
@notice What the tasks of the main job call.
"""

count: public(uint256)
open_from: uint256


@external
def increment():
    self.count += 1


@external
def open_at(number: uint256):
    self.open_from = number


@external
def increment_if_open():
    """
    @notice Fails before the block that `open_at` named.
    """
    assert block.number >= self.open_from
    self.count += 1


@external
def never():
    raise
