"""The machines, by the names that regression tests and campaigns use."""

from tests.stateful.pools.machine import Pools

__all__ = ["Pools"]
