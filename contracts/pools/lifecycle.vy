# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Lifecycle
@license MIT
@notice The changes of a task's state, each with its event, its counter, its queue and its money.
"""

from ..interfaces import ITaskPool
from ..shared import errors
from ..shared import payments
from . import best_task
from . import escrow
from . import outcome
from . import pool_core
from ..shared import ranking
from . import task_queues
from . import task_rules
from . import task_store
from . import task_words

uses: payments
uses: pool_core
uses: ranking
uses: task_queues
uses: task_store
uses: escrow
uses: best_task
uses: outcome


@external
def cancelTask(taskId: uint256):
    """
    @notice Take back a task that nobody has claimed. The owner for his own tasks, the registry for a requester.
    @dev Reverts with `TaskNotFound()`, `Unauthorized()`, and `NoAvailableTask()` once it is claimed or ended.
    @param taskId The task.
    """
    word: uint256 = task_store._existing(taskId)
    if msg.sender != task_store._payer(word):
        errors._unauthorized()
    progress: uint256 = task_store.progress[taskId]
    if task_words._state(progress) != task_words.AVAILABLE:
        errors._no_available_task()
    before: uint256 = pool_core.counters
    log ITaskPool.TaskCancelled(taskId=taskId)
    self._refund(taskId, word, progress, pool_core.ONE_AVAILABLE)
    best_task._report_ranked(before)


@external
def releaseExpiredTasks(taskIds: DynArray[uint256, 256]):
    """
    @notice Make tasks whose claim has lapsed available again, and refund those that have expired. Others are skipped.
    @dev Reverts with `TaskNotFound()`.
    @param taskIds The tasks, at most 256.
    """
    self._release_expired(taskIds)


@external
def releaseExpired(taskIds: DynArray[uint256, 256]) -> uint256:
    """
    @notice The same, counted.
    @return How many of the tasks were released or refunded.
    """
    return self._release_expired(taskIds)


@internal
def _add_task(reward: uint256, expiry: uint256, reference: uint256, tree: uint256) -> uint256:
    core: uint256 = pool_core.core
    task_id: uint256 = pool_core._tasks(core) + 1
    if task_id > ranking.MAX_LEAF:
        errors._invalid_input()
    levels: uint256 = ranking._levels(task_id)
    if levels != ranking._levels(task_id - 1):
        ranking._grow(task_words.OWN, levels - 1)
        ranking._grow(task_words.REGISTRY, levels - 1)
    pool_core.core = (core + pool_core.ONE_TASK) | pool_core.HAS_OWN << tree
    word: uint256 = task_words._word(reward, task_id, block.timestamp, expiry, reference, tree)
    ranking.keys[task_id] = word
    pool_core.counters += pool_core.ONE_AVAILABLE
    escrow.reserved += reward
    self._move(task_id, word, task_queues.AVAILABLE, True)
    return task_id


@internal
def _move(task_id: uint256, word: uint256, queue: uint256, reranks: bool):
    """
    @param queue The task's new queue, 0 for none.
    @param reranks Whether the task thereby enters or leaves the ranking, which holds the available ones.
    """
    task_queues._set(task_id, word & 1, queue)
    if reranks:
        self._rank(task_id, word, queue == task_queues.AVAILABLE)


@internal
def _rank(task_id: uint256, word: uint256, present: bool):
    ranking._place(word & 1, task_id, present, ranking._levels(pool_core._tasks(pool_core.core)))


@internal
def _release(task_id: uint256, word: uint256, progress: uint256, leaves: uint256, bar: bool):
    """
    @notice A claimed or submitted task is available again, or refunded if it has expired meanwhile.
    @param leaves ONE_ACTIVE or ONE_PENDING: the queue that it leaves.
    @param bar Whether its worker may not have it again.
    """
    if bar:
        task_store.barred[task_id][task_words._worker(progress)] = True
    log ITaskPool.TaskReleased(taskId=task_id)
    if block.timestamp > task_words._expiry(word):
        self._refund(task_id, word, progress, leaves)
        return
    released: uint256 = task_words._released(progress, block.timestamp)
    if bar:
        released |= task_words.SOMEBODY_BARRED
    task_store.progress[task_id] = released
    pool_core.counters = pool_core.counters - leaves + pool_core.ONE_AVAILABLE
    self._move(task_id, word, task_queues.AVAILABLE, True)


@internal
def _release_expired(task_ids: DynArray[uint256, 256]) -> uint256:
    count: uint256 = 0
    before: uint256 = pool_core.counters
    for task_id: uint256 in task_ids:
        word: uint256 = task_store._existing(task_id)
        progress: uint256 = task_store.progress[task_id]
        state: uint256 = task_words._state(progress)
        if state == task_words.ACTIVE and block.timestamp > task_words._deadline(progress):
            self._release(task_id, word, progress, pool_core.ONE_ACTIVE, True)
            count += 1
        elif state == task_words.AVAILABLE and block.timestamp > task_words._expiry(word):
            self._refund(task_id, word, progress, pool_core.ONE_AVAILABLE)
            count += 1
    if count != 0:
        best_task._report_ranked(before)
    return count


@internal
def _accept(task_id: uint256, word: uint256, progress: uint256):
    reward: uint256 = word >> 160
    worker: address = task_words._worker(progress)
    before: uint256 = pool_core.counters
    ended: uint256 = task_words._with_state(progress, task_words.PAID)
    task_store.progress[task_id] = ended
    pool_core.counters = unsafe_add(before - pool_core.ONE_PENDING + pool_core.ONE_PAID, reward << 160)
    escrow.reserved -= reward
    self._move(task_id, word, 0, False)
    log ITaskPool.RewardPaid(user=worker, taskId=task_id, amount=reward)
    if word & 1 == task_words.REGISTRY and not outcome._deliver(word, ended):
        outcome._set_undelivered(task_id, ended)
    pool_core._report(before, task_rules.KEY_UNCHANGED)
    if not payments._pay(worker, reward):
        escrow.reserved += reward


@internal
def _refund(task_id: uint256, word: uint256, progress: uint256, leaves: uint256):
    """
    @param leaves The queue that the task leaves.
    """
    reward: uint256 = word >> 160
    ended: uint256 = task_words._with_state(progress, task_words.REFUNDED)
    if leaves != pool_core.ONE_PENDING:
        ended &= ~task_words.SUBMISSION  # there is none: the bits held a time
    task_store.progress[task_id] = ended
    pool_core.counters -= leaves
    self._move(task_id, word, 0, leaves == pool_core.ONE_AVAILABLE)
    log ITaskPool.TaskRefunded(taskId=task_id, payer=task_store._payer(word), amount=reward)
    if word & 1 == task_words.OWN:
        escrow.reserved -= reward  # the pool's free balance again
    elif not outcome._deliver(word, ended):
        outcome._set_undelivered(task_id, ended)
