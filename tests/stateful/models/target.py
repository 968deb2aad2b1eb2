"""The contract that scheduled tasks call, tests/mocks/scheduler/Target.vy."""

from tests.stateful.models.manager import Manager
from tests.stateful.models.world import action


class Target:
    def __init__(self, manager: Manager):
        self.manager = manager

    @action
    def get_ready(self, sender: str, at: int):
        """From this block on `when_ready` works."""
        self.manager.ready_at = at
