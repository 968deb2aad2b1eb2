# pragma version 0.4.3
"""
@title Task execution base
@license MIT
@notice What an execution environment is made of: the manager's address, the guard, the decoding, the call. An environment puts what it does
        before and after between them:

            target, call = base._open(taskData)     # guard and decoding
            ...                                     # before: refuse with an error, log
            success: bool = base._call(target, call)
            ...                                     # after: look at what happened, come again
            return success

@dev An environment is called through the proxy of a task and acts as that task's account. It keeps no state: storage would be the
     task's own, and is nobody's to read.
"""

from . import environment_errors

# Bytes of task data, and of the call in it: the three layers take 164 bytes at least.
MAX_TASK_DATA: constant(uint256) = 4_096
MAX_CALL: constant(uint256) = 4_000

# What is kept back of a task's gas for the events at its end, and of that for the last of them.
END_GAS: constant(uint256) = 10_000
LAST_EVENT_GAS: constant(uint256) = 5_000
# Bytes of a reason why the manager refused: a selector and two words, as the longest of its errors has.
MAX_REFUSAL: constant(uint256) = 68

TASK_MANAGER: public(immutable(address))


@deploy
def __init__(taskManager: address):
    """
    @dev Reverts with `InvalidTarget()` if the manager has no code.
    """
    if not taskManager.is_contract:
        environment_errors._invalid_target()
    TASK_MANAGER = taskManager


@internal
@view
def _open(task_data: Bytes[MAX_TASK_DATA]) -> (address, Bytes[MAX_CALL]):
    """
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, and with no data for what is not (address, bytes).
    @return The target and the call to it.
    """
    if msg.sender != TASK_MANAGER:
        environment_errors._caller_not_owner_or_task_manager()
    return abi_decode(task_data, (address, Bytes[MAX_CALL]))


@internal
@pure
def _validate(target: address, call: Bytes[MAX_CALL]):
    """
    @dev Reverts with `ZeroTargetAddress()`, `EmptyCalldata()`.
    """
    if target == empty(address):
        environment_errors._zero_target_address()
    if len(call) == 0:
        environment_errors._empty_calldata()


@internal
def _call(target: address, call: Bytes[MAX_CALL]) -> bool:
    """
    @notice Call the target with all the gas there is. What it returns or reverts with is not copied, however long it is.
    """
    return raw_call(target, call, revert_on_failure=False)


@internal
def _call_keeping(target: address, call: Bytes[MAX_CALL], kept: uint256) -> bool:
    """
    @notice As `_call`, but the target does not get the last of the gas.
    @param kept What the environment keeps, in gas; at least END_GAS where it logs something afterwards.
    """
    return raw_call(target, call, gas=max(msg.gas, kept) - kept, revert_on_failure=False)


@internal
def _reschedule(target_block: uint64, max_payment: uint256) -> (bool, Bytes[MAX_REFUSAL]):
    """
    @notice Have the running task run again, paid from its owner's bond. A refusal undoes nothing of this run.
    @dev Keeps back the gas of one event that tells the outcome.
    @param target_block The first block of the next run.
    @param max_payment What the next run may cost at most, in wei.
    @return Whether the manager took it; if not, the first bytes of what it reverted with, none where the gas did not suffice.
    """
    return raw_call(
        TASK_MANAGER,
        abi_encode(target_block, max_payment, method_id=method_id("rescheduleTask(uint64,uint256)")),
        gas=max(msg.gas, LAST_EVENT_GAS) - LAST_EVENT_GAS,
        max_outsize=MAX_REFUSAL,
        revert_on_failure=False,
    )
