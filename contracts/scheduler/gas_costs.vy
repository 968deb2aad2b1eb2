# pragma version 0.4.3
"""
@title Gas costs
@license MIT
@notice Numbers of gas that depend on the chain's price list. The deployer measures them (taskpools/calibration.py).
        They never change afterwards.
@dev A chain may change its price list. No task and no payment is stuck then: the numbers decide what a task costs, and
     which tasks `executeTasks` tries. Whether a task had its gas, and whether the executor earned enough, is measured
     in each run (execution.vy).
"""

from ..shared import errors

# The largest gas limit of each size.
SMALL_GAS: public(constant(uint64)) = 100_000
MEDIUM_GAS: public(constant(uint64)) = 250_000
LARGE_GAS: public(constant(uint64)) = 750_000
# The gas of a transaction is at most 2^24 (EIP-7825), so no number here is larger.
MAX_GAS: constant(uint256) = 2**24 - 1
# A byte of calldata, for a byte that is not zero.
CALLDATA_GAS: constant(uint256) = 16

# The largest gas limit of a task. Above LARGE_GAS a task is large, too.
MAX_TASK_GAS: public(immutable(uint64))
# A transaction before its first instruction, without calldata.
INTRINSIC_GAS: immutable(uint256)
# A call that runs one task, in the worst case, without INTRINSIC_GAS and TASK_GAS: the search, bucket, calendar, where
# the call stopped, the credits of treasury and validator, events, and the payment to a new account. About a quarter is
# the search.
CALL_GAS: immutable(uint256)
# One more task besides the task's gas limit, in the worst case: record, environment, proxies, event.
TASK_GAS: immutable(uint256)
# Adding a task to the schedule, in the worst case: a new record, head and further word of the bucket, three new words
# of the calendar, the events.
ENLIST_GAS: immutable(uint256)


@deploy
def __init__(maxTaskGas: uint64, intrinsicGas: uint256, callGas: uint256, taskGas: uint256, enlistGas: uint256):
    """
    @dev Reverts with `InvalidInput()` for a number out of its bounds.
    @param maxTaskGas 750,000 to 2^24 - 1.
    @param intrinsicGas 1 to 2^24 - 1.
    @param callGas 1 to 2^24 - 1.
    @param taskGas 1 to 2^24 - 1.
    @param enlistGas 1 to 2^24 - 1.
    """
    if maxTaskGas < LARGE_GAS or convert(maxTaskGas, uint256) > MAX_GAS:
        errors._invalid_input()
    for gas: uint256 in [intrinsicGas, callGas, taskGas, enlistGas]:
        if gas == 0 or gas > MAX_GAS:
            errors._invalid_input()
    MAX_TASK_GAS = maxTaskGas
    INTRINSIC_GAS = intrinsicGas
    CALL_GAS = callGas
    TASK_GAS = taskGas
    ENLIST_GAS = enlistGas


@view
@external
def gasCosts() -> (uint256, uint256, uint256, uint256):
    """
    @notice The numbers of gas that were measured when the manager was deployed.
    @return The gas of a transaction before its first instruction; of a call that runs one task; of one more task
            besides the task's gas limit; of adding a task to the schedule. All in the worst case.
    """
    return INTRINSIC_GAS, CALL_GAS, TASK_GAS, ENLIST_GAS


@internal
@view
def _overhead() -> uint256:
    """
    @return The gas of a call that runs a single task, besides the task's gas limit, in the worst case.
    """
    return unsafe_add(INTRINSIC_GAS, unsafe_add(CALL_GAS, TASK_GAS))


@internal
@view
def _before_call(calldata_length: uint256) -> uint256:
    """
    @return The gas that a transaction has used before its first instruction.
    """
    return unsafe_add(INTRINSIC_GAS, unsafe_mul(CALLDATA_GAS, calldata_length))
