# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Lifecycle
@license MIT
@notice The changes of a task's state, each with its event, its queue and its money. A change that does not end with a
        report returns what it does to the counters, for the report.
"""

from ..interfaces import ITaskPool
from ..shared import errors
from ..shared import list_bounds
from ..shared import payments
from ..shared import ranking
from . import best_task
from . import escrow
from . import outcome
from . import pool_core
from . import pool_counters
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
    @notice Take back a task that nobody has claimed. The owner cancels the owner's own tasks, the registry those of
            requesters.
    @dev Reverts with `TaskNotFound()`, `Unauthorized()`, `NoAvailableTask()` once the task is claimed or has ended,
         `InsufficientGas()`.
    @param taskId The task.
    """
    word: uint256 = task_store._existing(taskId)
    if msg.sender != task_store._payer(word):
        errors._unauthorized()
    progress: uint256 = task_store.progress[taskId]
    if task_words._state(progress) != task_words.AVAILABLE:
        errors._no_available_task()
    log ITaskPool.TaskCancelled(taskId=taskId)
    best_task._report_ranked(self._refund(taskId, word, progress, pool_counters.ONE_AVAILABLE))


@external
def releaseExpiredTasks(taskIds: DynArray[uint256, list_bounds.MAX_PAGE]):
    """
    @notice Make tasks whose claim has lapsed available again, and refund those that have expired. Others are skipped.
    @dev Reverts with `TaskNotFound()`, `InsufficientGas()`.
    @param taskIds The tasks, at most 256.
    """
    self._release_expired(taskIds)


@external
def releaseExpired(taskIds: DynArray[uint256, list_bounds.MAX_PAGE]) -> uint256:
    """
    @notice The same as `releaseExpiredTasks`, counted.
    @dev Reverts with `TaskNotFound()`, `InsufficientGas()`.
    @param taskIds The tasks, at most 256.
    @return How many of the tasks were released or refunded.
    """
    return self._release_expired(taskIds)


@internal
def _add_task(reward: uint256, expiry: uint256, reference: uint256, tree: uint256) -> uint256:
    """
    @notice Add a task that is available. The caller reports one more, pool_counters.ONE_AVAILABLE.
    @dev Reverts with `InvalidInput()` if the pool has had all the tasks that the ranking has room for.
    @param reward In wei, below 2^96. The caller has the money.
    @param expiry Unix time.
    @param reference The request's id, or the nonce of the blob of an owner's own task.
    @param tree task_words.OWN or task_words.REGISTRY.
    @return The task's id.
    """
    task_id: uint256 = pool_core._count_task(tree)
    if task_id > ranking.MAX_LEAF:
        errors._invalid_input()
    levels: uint256 = ranking._levels(task_id)
    if levels != ranking._levels(task_id - 1):
        ranking._grow(task_words.OWN, levels - 1)
        ranking._grow(task_words.REGISTRY, levels - 1)
    word: uint256 = task_words._word(reward, task_id, block.timestamp, expiry, reference, tree)
    ranking.keys[task_id] = word
    escrow.reserved += reward
    self._move(task_id, word, task_queues.AVAILABLE, True)
    return task_id


@internal
def _move(task_id: uint256, word: uint256, queue: uint256, reranks: bool):
    """
    @notice Move a task to another queue.
    @param task_id The task.
    @param word The first word of the task.
    @param queue The task's new queue, task_queues.NO_QUEUE for none.
    @param reranks Whether the task thereby enters or leaves the ranking, which holds the available ones.
    """
    task_queues._set(task_id, task_words._tree(word), queue)
    if reranks:
        self._rank(task_id, word, queue == task_queues.AVAILABLE)


@internal
def _rank(task_id: uint256, word: uint256, present: bool):
    """
    @notice Put a task into the pool's ranking, or take the task out. The caller reports the best task.
    @param task_id The task.
    @param word The first word of the task.
    @param present Whether the task shall be in the ranking.
    """
    levels: uint256 = ranking._levels(pool_core._tasks(pool_core.core))
    ranking._place(task_words._tree(word), task_id, present, levels)


@internal
def _release(task_id: uint256, word: uint256, progress: uint256, leaves: uint256, bar: bool) -> uint256:
    """
    @notice Make a claimed or submitted task available again, or refund the task if it has expired meanwhile.
    @dev Reverts with `InsufficientGas()`.
    @param task_id The task.
    @param word The first word of the task.
    @param progress The second word of the task.
    @param leaves ONE_ACTIVE or ONE_PENDING of pool_counters: the queue that the task leaves.
    @param bar Whether the task's worker may not claim the task again.
    @return The change of the counters, for the report.
    """
    if bar:
        task_store.barred[task_id][task_words._worker(progress)] = True
    log ITaskPool.TaskReleased(taskId=task_id)
    if block.timestamp > task_words._expiry(word):
        return self._refund(task_id, word, progress, leaves)
    released: uint256 = task_words._released(progress, block.timestamp)
    if bar:
        released |= task_words.SOMEBODY_BARRED
    task_store.progress[task_id] = released
    self._move(task_id, word, task_queues.AVAILABLE, True)
    return pool_counters._released(leaves)


@internal
def _release_expired(task_ids: DynArray[uint256, list_bounds.MAX_PAGE]) -> uint256:
    """
    @notice Make tasks whose claim has lapsed available again, and refund those that have expired. Others are skipped.
    @dev Reverts with `TaskNotFound()`, `InsufficientGas()`.
    @param task_ids The tasks.
    @return How many of the tasks were released or refunded.
    """
    count: uint256 = 0
    change: uint256 = 0
    for task_id: uint256 in task_ids:
        word: uint256 = task_store._existing(task_id)
        progress: uint256 = task_store.progress[task_id]
        state: uint256 = task_words._state(progress)
        done: uint256 = 0
        if state == task_words.ACTIVE and block.timestamp > task_words._deadline(progress):
            done = self._release(task_id, word, progress, pool_counters.ONE_ACTIVE, True)
        elif state == task_words.AVAILABLE and block.timestamp > task_words._expiry(word):
            done = self._refund(task_id, word, progress, pool_counters.ONE_AVAILABLE)
        else:
            continue
        change = unsafe_add(change, done)
        count += 1
    if count != 0:
        best_task._report_ranked(change)
    return count


@internal
def _accept(task_id: uint256, word: uint256, progress: uint256):
    """
    @notice End a pending task, and pay its worker.
    @dev Reverts with `InsufficientGas()`.
    @param task_id The task.
    @param word The first word of the task.
    @param progress The second word of the task.
    """
    reward: uint256 = task_words._reward(word)
    worker: address = task_words._worker(progress)
    ended: uint256 = task_words._with_state(progress, task_words.PAID)
    task_store.progress[task_id] = ended
    escrow.reserved -= reward
    self._move(task_id, word, task_queues.NO_QUEUE, False)
    log ITaskPool.RewardPaid(user=worker, taskId=task_id, amount=reward)
    pool_core._report(pool_counters._accepted(reward), task_rules.KEY_UNCHANGED)
    if task_words._tree(word) == task_words.REGISTRY and not outcome._deliver(word, ended):
        outcome._set_undelivered(task_id, ended)
    if not payments._pay(worker, reward):
        escrow.reserved += reward


@internal
def _refund(task_id: uint256, word: uint256, progress: uint256, leaves: uint256) -> uint256:
    """
    @notice End a task, and hand its reward back to who paid.
    @dev The registry is called before the caller's report, so that a batch reports once. Meanwhile the counters are
         those of before; queue and money are not. Reverts with `InsufficientGas()`.
    @param task_id The task.
    @param word The first word of the task.
    @param progress The second word of the task.
    @param leaves ONE_AVAILABLE, ONE_ACTIVE or ONE_PENDING of pool_counters: the queue that the task leaves.
    @return The change of the counters, for the report.
    """
    reward: uint256 = task_words._reward(word)
    ended: uint256 = task_words._with_state(progress, task_words.REFUNDED)
    if leaves != pool_counters.ONE_PENDING:
        ended &= ~task_words.SUBMISSION  # there is none: the bits held a time
    task_store.progress[task_id] = ended
    self._move(task_id, word, task_queues.NO_QUEUE, leaves == pool_counters.ONE_AVAILABLE)
    log ITaskPool.TaskRefunded(taskId=task_id, payer=task_store._payer(word), amount=reward)
    if task_words._tree(word) == task_words.OWN:
        escrow.reserved -= reward  # the pool's free balance again
    elif not outcome._deliver(word, ended):
        outcome._set_undelivered(task_id, ended)
    return pool_counters._refunded(leaves)
