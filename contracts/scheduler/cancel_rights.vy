# pragma version 0.4.3
"""
@title Cancel rights
@license MIT
@notice Who may cancel besides the owner. A right is for one task id, or for an environment, which is the same after a
        reschedule. Every environment is below 2^160 and every id above, so one mapping serves for both.
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
    @notice Let an account cancel this task. The right does not pass to the next id of a rescheduled task.
    @dev Reverts with `TaskManagerLocked()`, with `TaskNotFound(taskId)`, with `Unauthorized(caller, owner)` for
         anyone but the task's owner, and with `InvalidCancellerAddress()` for the zero account and the owner.
    @param taskId The task, in any state.
    @param canceller The account that gets the right.
    """
    owner: address = self._set(taskId, convert(taskId, uint256), canceller, True)
    log ITaskManager.TaskCancellerAuthorized(taskId=taskId, owner=owner, canceller=canceller)


@external
def removeTaskCanceller(taskId: bytes32, canceller: address):
    """
    @notice Take the right to cancel this task from an account.
    @dev Reverts as `addTaskCanceller` does. An account without the right is no error.
    @param taskId The task, in any state.
    @param canceller The account that loses the right.
    """
    owner: address = self._set(taskId, convert(taskId, uint256), canceller, False)
    log ITaskManager.TaskCancellerRevoked(taskId=taskId, owner=owner, canceller=canceller)


@external
def addEnvironmentCanceller(taskId: bytes32, canceller: address):
    """
    @notice Let an account cancel every task of this task's environment, including later attempts.
    @dev Reverts as `addTaskCanceller` does.
    @param taskId Any task of the environment.
    @param canceller The account that gets the right.
    """
    environment: address = task_ids._environment(convert(taskId, uint256))
    owner: address = self._set(taskId, convert(environment, uint256), canceller, True)
    log ITaskManager.TaskEnvironmentCancellerAuthorized(environment=environment, owner=owner, canceller=canceller)


@external
def removeEnvironmentCanceller(taskId: bytes32, canceller: address):
    """
    @notice Take the right to cancel the tasks of this task's environment from an account.
    @dev Reverts as `addTaskCanceller` does. An account without the right is no error.
    @param taskId Any task of the environment.
    @param canceller The account that loses the right.
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
    @param subject The key in `granted`: the task's id, or the environment.
    @param may Whether the account has the right from now on.
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
