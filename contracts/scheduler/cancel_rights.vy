# pragma version 0.4.3
"""
@title Cancel rights
@license MIT
@notice Who besides the owner may cancel: for a task id, or for an environment, which outlives a reschedule. An environment is below 2^160
        and every id above, so that one mapping has both.
"""

from ..interfaces import ITaskManager
from . import manager_errors
from . import run_lock
from . import task_accounts
from . import task_ids
from . import task_schedule

uses: run_lock
uses: task_schedule

granted: HashMap[uint256, HashMap[address, bool]]  # task id or environment: canceller


@external
def addTaskCanceller(taskId: bytes32, canceller: address):
    """
    @notice Let somebody cancel this task. The right ends with the id: a rescheduled task has another.
    @dev Reverts with `TaskManagerLocked()`, `TaskNotFound(taskId)`, `Unauthorized(caller, owner)`, `InvalidCancellerAddress()` for zero and
         the owner.
    """
    owner: address = self._set(taskId, convert(taskId, uint256), canceller, True)
    log ITaskManager.TaskCancellerAuthorized(taskId=taskId, owner=owner, canceller=canceller)


@external
def removeTaskCanceller(taskId: bytes32, canceller: address):
    """
    @notice Take that right back.
    @dev Reverts as `addTaskCanceller` does.
    """
    owner: address = self._set(taskId, convert(taskId, uint256), canceller, False)
    log ITaskManager.TaskCancellerRevoked(taskId=taskId, owner=owner, canceller=canceller)


@external
def addEnvironmentCanceller(taskId: bytes32, canceller: address):
    """
    @notice Let somebody cancel every task of this task's environment, those of later attempts included.
    @dev Reverts as `addTaskCanceller` does.
    """
    environment: address = task_ids._environment(convert(taskId, uint256))
    owner: address = self._set(taskId, convert(environment, uint256), canceller, True)
    log ITaskManager.TaskEnvironmentCancellerAuthorized(environment=environment, owner=owner, canceller=canceller)


@external
def removeEnvironmentCanceller(taskId: bytes32, canceller: address):
    """
    @notice Take that right back.
    @dev Reverts as `addTaskCanceller` does.
    """
    environment: address = task_ids._environment(convert(taskId, uint256))
    owner: address = self._set(taskId, convert(environment, uint256), canceller, False)
    log ITaskManager.TaskEnvironmentCancellerRevoked(environment=environment, owner=owner, canceller=canceller)


@internal
@view
def _is_granted(task_id: uint256, environment: address, caller: address) -> bool:
    return self.granted[task_id][caller] or self.granted[convert(environment, uint256)][caller]


@internal
def _set(task_id: bytes32, subject: uint256, canceller: address, may: bool) -> address:
    """
    @param subject The task's id or environment.
    @return The task's owner.
    """
    run_lock._only_free()
    task_schedule._record(task_id)
    owner: address = task_accounts._owner(task_ids._environment(convert(task_id, uint256)))
    if msg.sender != owner:
        manager_errors._unauthorized(msg.sender, owner)
    if canceller == empty(address) or canceller == owner:
        manager_errors._invalid_canceller_address()
    self.granted[subject][canceller] = may
    return owner
