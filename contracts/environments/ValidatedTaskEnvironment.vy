# pragma version 0.4.3
"""
@title ValidatedTaskEnvironment
@license MIT
@notice Refuses a target without code and a call without a selector, and logs the call's first argument.
"""

from ..interfaces import ITaskEnvironment
from . import environment_errors
from . import task_execution_base as base

initializes: base
implements: ITaskEnvironment

exports: base.TASK_MANAGER

# Bytes of a selector, the start of each call to a contract.
SELECTOR: constant(uint256) = 4


@deploy
def __init__(taskManager: address):
    """
    @dev Reverts with `InvalidTarget()` if the manager has no code.
    @param taskManager The manager whose tasks this environment serves.
    """
    base.__init__(taskManager)


@external
def executeTask(taskData: Bytes[base.MAX_TASK_DATA]) -> bool:
    """
    @notice Call the target.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, with no data if `taskData` is not the
         encoding of (address, bytes), with `InvalidTarget()` for zero and for an account without code, and with
         `InvalidValue()` for a call under 4 bytes.
    @param taskData abi.encode(target, call), up to 4,096 bytes.
    @return Whether the call to the target succeeded.
    """
    target: address = empty(address)
    call: Bytes[base.MAX_CALL] = b""
    target, call = base._open(taskData)
    if not target.is_contract:
        environment_errors._invalid_target()
    if len(call) < SELECTOR:
        environment_errors._invalid_value()
    first_argument: uint256 = 0
    if len(call) >= SELECTOR + 32:
        first_argument = convert(slice(call, SELECTOR, 32), uint256)
    log ITaskEnvironment.TaskValidated(target=target, value=first_argument)
    return base._call(target, call)
