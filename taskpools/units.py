"""Amounts of money and gas prices."""

from decimal import Decimal

ETHER = 10**18  # wei
GWEI = 10**9  # wei


def exact(wei: int) -> str:
    """An amount in ether, all its digits."""
    return f"{(Decimal(wei) / ETHER).normalize():f}"
