# pragma version 0.4.3
"""
@title UTF-8 harness
@license MIT
@notice Lets a test call the module utf8.
"""

from contracts.shared import utf8


@external
@pure
def isValid(text: Bytes[utf8.MAX]) -> bool:
    return utf8._is_valid(text)
