# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Last claims
@license MIT
@notice The task that each worker claimed last. A worker has at most one task that is active and in time, over all
        pools.
@dev words[worker]: pool 0-159 | task id 160-191. The pool knows whether the claim still holds.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskRouter
from ..pools import task_words
from ..shared import bits
from ..shared import errors

TASK_AT: constant(uint256) = 160

words: HashMap[address, uint256]


@view
@external
@reentrant
def activeTaskOf(user: address) -> (address, uint256):
    """
    @notice The task that a worker has claimed and can still submit.
    @param user Any account.
    @return The pool and the task's id. Zeros for an account without such a task.
    """
    return self._active_task(user)


@view
@external
@reentrant
def getUserStatus(user: address) -> ITaskRouter.UserStatus:
    """
    @notice The task that a worker has claimed and can still submit, with its deadline and reward.
    @param user Any account.
    @return The task. `deadline` is a unix time, `reward` is in wei. Zeros for an account without such a task.
    """
    status: ITaskRouter.UserStatus = empty(ITaskRouter.UserStatus)
    status.activePool, status.activeTaskId = self._active_task(user)
    if status.activePool != empty(address):
        status.hasActiveTask = True
        status.deadline = (staticcall ITaskPool(status.activePool).claimOf(status.activeTaskId))[1]
        status.reward = task_words._reward((staticcall ITaskPool(status.activePool).taskWords(status.activeTaskId))[0])
    return status


@internal
def _record(pool: address, task_id: uint256):
    """
    @notice Note that the caller claimed a task.
    @param pool The task's pool.
    @param task_id The task.
    """
    self.words[msg.sender] = convert(pool, uint256) | task_id << TASK_AT
    log ITaskRouter.TaskClaimedViaRouter(user=msg.sender, pool=pool, taskId=task_id)


@internal
@view
def _only_last(pool: address, task_id: uint256):
    """
    @dev Reverts with `NotAssigned()` for any task but the one that the caller claimed last.
    @param pool Any address.
    @param task_id Any number.
    """
    if task_id > task_words.MAX_ID or self.words[msg.sender] != (convert(pool, uint256) | task_id << TASK_AT):
        errors._not_assigned()


@internal
@view
def _only_idle():
    """
    @dev Reverts with `UserHasActiveTask()` for a caller with a task that is active and in time.
    """
    pool: address = empty(address)
    task_id: uint256 = 0
    pool, task_id = self._active_task(msg.sender)
    if pool != empty(address):
        errors._user_has_active_task()


@internal
@view
def _active_task(user: address) -> (address, uint256):
    """
    @param user Any account.
    @return The pool and id of the account's task that is active and in time. Zeros if there is none.
    """
    claim: uint256 = self.words[user]
    if claim != 0:
        pool: address = convert(claim & bits.ADDRESS, address)
        task_id: uint256 = claim >> TASK_AT
        worker: address = empty(address)
        deadline: uint256 = 0
        worker, deadline = staticcall ITaskPool(pool).claimOf(task_id)
        if worker == user and block.timestamp <= deadline:
            return pool, task_id
    return empty(address), 0
