"""What a rule may draw. Each choice is one whole number, of which 0 is the simplest."""

from collections.abc import Callable


class Choices:
    def __init__(self, below: Callable[[int], int]):
        """`below(n)` gives a number from 0 to n - 1."""
        self.below = below

    def one_of(self, items):
        items = items if isinstance(items, (list, tuple)) else list(items)
        return items[self.below(len(items))]

    def mostly(self, usual, odd, times: int = 8):
        """One of the usual; once in so many times, or if there are none, one of the odd."""
        return self.one_of(odd if not usual or self.once_in(times) else usual)

    def some_of(self, items, most: int) -> list:
        """None to `most` of them, none twice."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(self.below(min(most, len(left)) + 1))]

    def number(self, low: int, high: int) -> int:
        """Both included."""
        return low + self.below(high - low + 1)

    def flip(self) -> bool:
        return self.below(2) == 1

    def once_in(self, times: int) -> bool:
        return self.below(times) == times - 1
