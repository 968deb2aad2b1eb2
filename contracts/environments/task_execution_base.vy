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

from contracts.environments import environment_errors as errors

# Bytes of task data, and of the call in it: the three layers take 164 bytes at least.
MAX_TASK_DATA: constant(uint256) = 4_096
MAX_CALL: constant(uint256) = 4_000

TASK_MANAGER: public(immutable(address))


@deploy
def __init__(taskManager: address):
    """
    @dev Reverts with `InvalidTarget()` if the manager has no code.
    """
    if not taskManager.is_contract:
        errors._invalid_target()
    TASK_MANAGER = taskManager


@internal
@view
def _open(task_data: Bytes[MAX_TASK_DATA]) -> (address, Bytes[MAX_CALL]):
    """
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, and with no data for what is not (address, bytes).
    @return The target and the call to it.
    """
    if msg.sender != TASK_MANAGER:
        errors._caller_not_owner_or_task_manager()
    return abi_decode(task_data, (address, Bytes[MAX_CALL]))


@internal
@pure
def _validate(target: address, call: Bytes[MAX_CALL]):
    """
    @dev Reverts with `ZeroTargetAddress()`, `EmptyCalldata()`.
    """
    if target == empty(address):
        errors._zero_target_address()
    if len(call) == 0:
        errors._empty_calldata()


@internal
def _call(target: address, call: Bytes[MAX_CALL]) -> bool:
    """
    @notice Call the target with all the gas there is. What it returns or reverts with is not copied, however long it is.
    """
    return raw_call(target, call, revert_on_failure=False)
