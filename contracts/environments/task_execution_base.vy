# pragma version 0.4.3
"""
@title Task execution base
@license MIT
@notice The parts of an execution environment: the manager's address, the guard, the decoding and the calls. An
        environment adds its own work before and after:

            target, call = base._open(taskData)     # guard and decoding
            ...                                     # before: refuse with an error, log
            success: bool = base._call(target, call)
            ...                                     # after: look at the outcome, reschedule
            return success

@dev The proxy of a task delegates to an environment, so the environment acts as that task's account. Keep no state:
     storage would belong to the account of a single task, and nobody could read it.
"""

from ..scheduler import manager_errors
from ..shared import task_data
from . import environment_errors

# The longest task data, in bytes.
MAX_TASK_DATA: constant(uint256) = task_data.MAX_DATA
# The longest call in such data: target, offset and length of the call take three words.
MAX_CALL: constant(uint256) = MAX_TASK_DATA - 3 * 32
# The longest reason why the manager refuses to reschedule, in bytes.
MAX_REFUSAL: constant(uint256) = manager_errors.LONGEST

# Gas for the events at the end of a run, and the part of that for the last event.
END_GAS: constant(uint256) = 10_000
LAST_EVENT_GAS: constant(uint256) = 5_000

TASK_MANAGER: public(immutable(address))


@deploy
def __init__(taskManager: address):
    """
    @dev Reverts with `InvalidTarget()` if the manager has no code.
    @param taskManager The manager whose tasks this environment serves.
    """
    if not taskManager.is_contract:
        environment_errors._invalid_target()
    TASK_MANAGER = taskManager


@internal
@view
def _open(data: Bytes[MAX_TASK_DATA]) -> (address, Bytes[MAX_CALL]):
    """
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, and with no data if `data` is not the
         encoding of (address, bytes).
    @param data abi.encode(target, call).
    @return The target, and the call to the target.
    """
    if msg.sender != TASK_MANAGER:
        environment_errors._caller_not_owner_or_task_manager()
    return abi_decode(data, (address, Bytes[MAX_CALL]))


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
    @notice Call the target with all the gas that is left. Nothing that the target returns or reverts with is copied,
            so the length of that data costs nothing here.
    @return Whether the call succeeded.
    """
    return raw_call(target, call, revert_on_failure=False)


@internal
def _call_keeping(target: address, call: Bytes[MAX_CALL], kept: uint256) -> bool:
    """
    @notice As `_call`, but the environment keeps some gas for itself.
    @param kept The gas that the environment keeps. At least END_GAS for an environment that logs something afterwards.
    @return Whether the call succeeded.
    """
    return raw_call(target, call, gas=max(msg.gas, kept) - kept, revert_on_failure=False)


@internal
def _reschedule(target_block: uint64, max_payment: uint256) -> (bool, Bytes[MAX_REFUSAL]):
    """
    @notice Reschedule the running task. The owner's bond pays. A refusal undoes nothing of this run.
    @dev Keeps the gas of one event about the outcome.
    @param target_block The first block of the next run.
    @param max_payment The highest cost of the next run, in wei.
    @return Whether the manager rescheduled the task, and otherwise the error that the manager reverted with: no data
            if there was too little gas.
    """
    return raw_call(
        TASK_MANAGER,
        abi_encode(target_block, max_payment, method_id=method_id("rescheduleTask(uint64,uint256)")),
        gas=max(msg.gas, LAST_EVENT_GAS) - LAST_EVENT_GAS,
        max_outsize=MAX_REFUSAL,
        revert_on_failure=False,
    )
