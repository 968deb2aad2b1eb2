"""The machines, by the names that regression tests and campaigns use."""

from tests.stateful.pools.machine import Pools

MACHINES = {machine.__name__: machine for machine in (Pools,)}

__all__ = ["MACHINES", "Pools"]
