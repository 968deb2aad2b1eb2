# pragma version 0.4.3
"""
@title Run lock
@license MIT
@notice The manager's lock, which names its error and knows which task runs. Each function that changes state begins with `_enter` or
        `_only_free`; only `rescheduleTask` is open, to the task that runs.
"""

from . import manager_errors

FREE: constant(uint256) = 0
TAKEN: constant(uint256) = 1

state: transient(uint256)  # FREE, TAKEN, or the id of the task that runs
rescheduled: transient(bool)  # whether the task that runs has come again


@internal
@view
def _only_free():
    """
    @dev Enough for a function that calls nobody.
    """
    if self.state != FREE:
        manager_errors._task_manager_locked()


@internal
def _enter():
    self._only_free()
    self.state = TAKEN


@internal
def _leave():
    self.state = FREE
