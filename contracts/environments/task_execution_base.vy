# pragma version 0.4.3
"""
@title Task execution base
@license MIT
@notice The parts of an execution environment: the manager's address, the guard, the decoding and the calls. An
        environment adds its own work before and after:

            target, call = base._open(taskData)     # guard and decoding
            ...                                     # before: refuse with an error, log
            success, reason = base._call(target, call)
            ...                                     # after: look at the outcome, reschedule
            return success

        The manager logs what an environment returns. An environment that returns `base._outcome(success, reason)` raw
        hands the target's reason on.

@dev The proxy of a task delegates to an environment, so the environment acts as that task's account. Keep no state:
     storage would belong to the account of a single task, and nobody could read it.
"""

from ..interfaces import ITaskManager
from ..scheduler import manager_errors
from ..shared import task_data
from . import environment_errors

# The longest task data, in bytes.
MAX_TASK_DATA: constant(uint256) = task_data.MAX_DATA
# The longest call in such data: target, offset and length of the call take three words.
MAX_CALL: constant(uint256) = MAX_TASK_DATA - 3 * 32
# The longest reason why the manager refuses to reschedule, in bytes.
MAX_REFUSAL: constant(uint256) = manager_errors.LONGEST

# An environment that logs something after the target's call keeps the gas of so many logs: for three logs, and for
# what else the environment does at the end.
END_LOGS: constant(uint256) = 4

TASK_MANAGER: public(immutable(address))
# As the manager was told: one more task besides its gas limit, and adding a task to the schedule, in the worst case.
TASK_GAS: immutable(uint256)
RESCHEDULE_GAS: immutable(uint256)


@deploy
def __init__(taskManager: address):
    """
    @dev Reverts with `InvalidTarget()` if the manager has no code.
    @param taskManager The manager whose tasks this environment serves.
    """
    if not taskManager.is_contract:
        environment_errors._invalid_target()
    TASK_MANAGER = taskManager
    costs: (uint256, uint256, uint256, uint256) = staticcall ITaskManager(taskManager).gasCosts()
    TASK_GAS = costs[2]
    RESCHEDULE_GAS = costs[3]


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
def _call(target: address, call: Bytes[MAX_CALL]) -> (bool, Bytes[task_data.MAX_OUTCOME]):
    """
    @notice Call the target with all the gas that is left. At most 128 bytes of what the target returns or reverts with
            are copied, so the length of that data costs nothing here.
    @return Whether the call succeeded, and the first 128 bytes that came back.
    """
    return raw_call(target, call, max_outsize=task_data.MAX_OUTCOME, revert_on_failure=False)


@internal
def _call_keeping(
    target: address, call: Bytes[MAX_CALL], kept: uint256
) -> (bool, Bytes[task_data.MAX_OUTCOME]):
    """
    @notice As `_call`, but the environment keeps some gas for itself.
    @param kept The gas that the environment keeps, such as `_end_gas`.
    @return As `_call`.
    """
    return raw_call(
        target,
        call,
        gas=max(msg.gas, kept) - kept,
        max_outsize=task_data.MAX_OUTCOME,
        revert_on_failure=False,
    )


@internal
@pure
def _outcome(success: bool, reason: Bytes[task_data.MAX_OUTCOME]) -> Bytes[task_data.MAX_RESPONSE]:
    """
    @param reason Of a failure: what the target reverted with.
    @return True, or (false, reason), as `executeTask` returns it: the manager logs the reason.
    """
    if success:
        return abi_encode(True)
    return abi_encode(False, reason)


@internal
@pure
def _end_gas(log_gas: uint256) -> uint256:
    """
    @param log_gas What the first log of this run took, measured: logs cost what the chain says.
    @return The gas to keep for the end of a run, with up to three further logs.
    """
    return END_LOGS * log_gas


@internal
@view
def _own_gas(call_length: uint256) -> uint256:
    """
    @param call_length Bytes of the call to the target.
    @return The gas for decoding and logs, in the worst case. TASK_GAS of the manager has as many logs, and the constant
            has the gas of a byte that is decoded and logged: at most TASK_GAS / 1,000.
    """
    return TASK_GAS + TASK_GAS * min(call_length, MAX_CALL) // 1_000


@internal
def _reschedule(target_block: uint64, max_payment: uint256, kept: uint256) -> (bool, Bytes[MAX_REFUSAL]):
    """
    @notice Reschedule the running task. The owner's bond pays. A refusal undoes nothing of this run.
    @param target_block The first block of the next run.
    @param max_payment The highest cost of the next run, in wei.
    @param kept The gas that the environment keeps, for a log about the outcome.
    @return Whether the manager rescheduled the task, and otherwise the error that the manager reverted with: no data
            if there was too little gas.
    """
    return raw_call(
        TASK_MANAGER,
        abi_encode(target_block, max_payment, method_id=method_id("rescheduleTask(uint64,uint256)")),
        gas=max(msg.gas, kept) - kept,
        max_outsize=MAX_REFUSAL,
        revert_on_failure=False,
    )
