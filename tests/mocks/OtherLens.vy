# pragma version 0.4.3
"""
@title Other lens
@license MIT
@notice A lens for words of another layout.
"""

LAYOUT: public(immutable(uint256))


@deploy
def __init__(layout: uint256):
    LAYOUT = layout
