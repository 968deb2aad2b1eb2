# pragma version 0.4.3
"""
@title Pool counters
@license MIT
@notice The word with which a pool counts its tasks, and with which the router counts those of all pools.

        | bits    | field                    |
        |---------|--------------------------|
        | 0-39    | available tasks          |
        | 40-79   | active tasks             |
        | 80-119  | pending tasks            |
        | 120-159 | paid tasks               |
        | 160-255 | wei that workers got     |

@dev The fields are summed as one number, and so are their changes. The wei wrap at 2^96 and cannot touch the other
     fields.
"""

ACTIVE_AT: constant(uint256) = 40
PENDING_AT: constant(uint256) = 80
PAID_AT: constant(uint256) = 120
REWARDED_AT: constant(uint256) = 160
COUNT: constant(uint256) = 2**40 - 1

ONE_AVAILABLE: constant(uint256) = 1
ONE_ACTIVE: constant(uint256) = 1 << ACTIVE_AT
ONE_PENDING: constant(uint256) = 1 << PENDING_AT
ONE_PAID: constant(uint256) = 1 << PAID_AT

# ---------------------------------------------------------------- the change of a step, for pool_core._report


# A task is added: ONE_AVAILABLE. A task is claimed; submitted:
CLAIMED: constant(uint256) = ONE_ACTIVE - ONE_AVAILABLE
SUBMITTED: constant(uint256) = ONE_PENDING - ONE_ACTIVE


@internal
@pure
def _released(leaves: uint256) -> uint256:
    """
    @param leaves ONE_ACTIVE or ONE_PENDING: the counter of the queue that the task leaves.
    @return The change when a task is available again, modulo 2^256.
    """
    return unsafe_sub(ONE_AVAILABLE, leaves)


@internal
@pure
def _refunded(leaves: uint256) -> uint256:
    """
    @param leaves ONE_AVAILABLE, ONE_ACTIVE or ONE_PENDING: the counter of the queue that the task leaves.
    @return The change when a task is refunded, modulo 2^256.
    """
    return unsafe_sub(0, leaves)


@internal
@pure
def _accepted(reward: uint256) -> uint256:
    """
    @param reward In wei, below 2^96.
    @return The change when a pending task is paid.
    """
    return ONE_PAID - ONE_PENDING | reward << REWARDED_AT


# ---------------------------------------------------------------- the fields; each function takes the word


@internal
@pure
def _available(counters: uint256) -> uint256:
    """
    @return How many tasks are available.
    """
    return counters & COUNT


@internal
@pure
def _active(counters: uint256) -> uint256:
    """
    @return How many tasks are active.
    """
    return (counters >> ACTIVE_AT) & COUNT


@internal
@pure
def _pending(counters: uint256) -> uint256:
    """
    @return How many tasks are pending.
    """
    return (counters >> PENDING_AT) & COUNT


@internal
@pure
def _queued(counters: uint256, queue: uint256) -> uint256:
    """
    @param queue A queue type of task_queues, not NO_QUEUE: the fields have the order of the types.
    @return How many tasks are in the queue.
    """
    return (counters >> (ACTIVE_AT * (queue - 1))) & COUNT


@internal
@pure
def _paid(counters: uint256) -> uint256:
    """
    @return How many tasks were paid.
    """
    return (counters >> PAID_AT) & COUNT


@internal
@pure
def _rewarded(counters: uint256) -> uint256:
    """
    @return The wei that workers got, modulo 2^96.
    """
    return counters >> REWARDED_AT
