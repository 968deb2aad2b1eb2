"""Texts of a given length, no two bytes of which can be swapped or dropped unseen."""


def text(length: int) -> str:
    """ASCII, one byte a character, with a period that divides no length of a word."""
    return "".join(chr(35 + i % 89) for i in range(length))
