"""The machines, by the names that regression tests and campaigns use."""

from tests.stateful.manager.machine import Scheduler
from tests.stateful.pools.machine import Pools

MACHINES = {machine.__name__: machine for machine in (Pools, Scheduler)}

__all__ = ["MACHINES", "Pools", "Scheduler"]
