"""The module utf8 agrees with Python's decoder about all bytes."""

import random

import boa
import pytest

from tests.helpers.modules import harness

SIZES = [0, 1, 2, 3, 26, 27, 28, 29, 30, 31, 32, 57, 58, 59, 64, 1_024, 1_056]
# Characters at the edges of their lengths, of the surrogates, and of what there is.
EDGES = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0x10FFFF]


@pytest.fixture(scope="module")
def utf8(deployed):
    with boa.env.anchor():
        yield harness("Utf8Harness").deploy()


def is_valid(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def agrees(utf8, text: bytes) -> bool:
    assert utf8.isValid(text) == is_valid(text), text.hex(" ")
    return is_valid(text)


@pytest.mark.parametrize("before", [0, 25, 26, 27, 28, 29, 57])
def test_each_edge_at_the_edges_of_windows(utf8, before):
    for edge in EDGES:
        assert agrees(utf8, b"a" * before + chr(edge).encode() + b"z")
        assert agrees(utf8, b"a" * before + chr(edge).encode())


@pytest.mark.parametrize("size", SIZES)
def test_sizes(utf8, size):
    assert agrees(utf8, b"a" * size)
    assert agrees(utf8, "é".encode() * (size // 2))
    if size:
        assert not agrees(utf8, b"a" * (size - 1) + b"\xff")
        assert not agrees(utf8, b"a" * (size - 1) + b"\xc3")


def test_each_pair_of_bytes(utf8):
    """The first two bytes decide what is too long a form, a surrogate, or above the last character."""
    valid = 0
    for first in range(0xC0, 0x100):
        for second in range(0x70, 0xD0, 1 if first in (0xC0, 0xC1, 0xE0, 0xED, 0xF0, 0xF4) else 15):
            for rest in (b"", b"\x80", b"\x80\xbf", b"\xbf\xbf\x80"):
                valid += agrees(utf8, bytes([first, second]) + rest)
    assert valid > 50


def test_random_texts_with_a_wrong_byte(utf8):
    dice = random.Random(5)
    valid = 0
    for _ in range(400):
        text = bytearray("".join(chr(dice.choice(EDGES)) for _ in range(dice.randint(1, 30))).encode())
        assert agrees(utf8, bytes(text))
        text[dice.randrange(len(text))] ^= 1 << dice.randrange(8)
        valid += agrees(utf8, bytes(text))
    assert 20 < valid < 380
