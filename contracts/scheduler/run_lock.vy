# pragma version 0.4.3
"""
@title Run lock
@license MIT
@notice The manager's lock. Each function that changes state begins with `_enter` or `_only_free`. Only `rescheduleTask`
        stays open, for the running task.
@dev This is not @nonreentrant: the lock reverts with `TaskManagerLocked()`, and knows the running task.
"""

from . import manager_errors

FREE: constant(uint256) = 0
TAKEN: constant(uint256) = 1

state: transient(uint256)  # FREE, TAKEN, or the id of the running task
rescheduled: transient(bool)  # whether the running task has rescheduled itself


@internal
@view
def _only_free():
    """
    @dev Enough for a function that calls no other account. Reverts with `TaskManagerLocked()`.
    """
    if self.state != FREE:
        manager_errors._task_manager_locked()


@internal
def _enter():
    """
    @dev Reverts with `TaskManagerLocked()`.
    """
    self._only_free()
    self.state = TAKEN


@internal
def _leave():
    self.state = FREE
