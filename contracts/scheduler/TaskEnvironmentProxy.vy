# pragma version 0.4.3
"""
@title TaskEnvironmentProxy
@license MIT
@notice The account that a task's target sees as its caller. Only the manager that created this proxy can make an
        environment act: run its task, or send out what is left in the environment, which the owner orders.
@dev The design decision to know first: nothing about a task is in storage. Each environment is an EIP-1167 proxy to
     this contract whose code ends with owner, nonce, implementation and task data (task_accounts.vy). The environment
     delegates to the implementation. So the implementation acts as the environment, and must not keep state.

     Trusted: the manager. Not trusted: the implementation. The owner chose it, and it can break only this environment.
     There is no lock here: the manager has one, and is the only caller.
"""

from ethereum.ercs import IERC20

from ..environments import environment_errors
from ..interfaces import ITaskEnvironmentProxy
from ..shared import bits
from ..shared import errors
from ..shared import task_data
from . import task_accounts

implements: ITaskEnvironmentProxy

# Owner aside, the fields of an environment's code: flag and nonce 5, implementation 20, target 20.
FIELDS: constant(uint256) = 45

MANAGER: immutable(address)


@deploy
def __init__():
    """
    @dev The manager creates this contract, and the creator becomes the manager.
    """
    MANAGER = msg.sender


@external
@payable
def __default__():
    """
    @notice Accept plain ether from anyone.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for a call with data.
    """
    if len(msg.data) != 0:
        environment_errors._caller_not_owner_or_task_manager()


@external
@payable
@raw_return
def run(gasLimit: uint256) -> Bytes[task_data.MAX_OUTCOME]:
    """
    @notice Delegate to the implementation, with the task data as the call.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, with no data if the implementation
         has no code, and with the first 128 bytes of what the implementation reverted with.
    @param gasLimit Gas for the implementation.
    @return The first 128 bytes that the implementation returned, unchanged.
    """
    self._only_manager()
    me: address = self
    fields: Bytes[FIELDS] = slice(me.code, task_accounts.NONCE_AT, FIELDS)
    start: uint256 = convert(extract32(fields, 0), uint256)
    implementation: address = convert((start >> 56) & bits.ADDRESS, address)
    if not implementation.is_contract:
        raw_revert(b"")
    target: address = convert(convert(extract32(fields, FIELDS - 32), uint256) & bits.ADDRESS, address)
    is_short: bool = start >> 255 != 0
    # The rest of the code is the call, or the task data itself. `slice` needs a length that the compiler knows. So
    # the rest is read in pieces of a power of two, the smallest first: a short call touches little memory.
    at: uint256 = task_accounts.REST_AT
    length: uint256 = me.codesize - at
    odd: uint256 = length & 31
    below_32: Bytes[31] = b""
    if odd != 0:
        at += odd
        below_32 = convert(slice(slice(me.code, at - 32, 32), 32 - odd, odd), Bytes[31])
    below_64: Bytes[63] = below_32
    if length & 32 != 0:
        below_64 = concat(below_32, slice(me.code, at, 32))
        at += 32
    below_128: Bytes[127] = below_64
    if length & 64 != 0:
        below_128 = concat(below_64, slice(me.code, at, 64))
        at += 64
    below_256: Bytes[255] = below_128
    if length & 128 != 0:
        below_256 = concat(below_128, slice(me.code, at, 128))
        at += 128

    success: bool = False
    response: Bytes[task_data.MAX_OUTCOME] = b""
    if is_short and length < 256:
        success, response = raw_call(
            implementation,
            abi_encode(abi_encode(target, below_256), method_id=method_id("executeTask(bytes)")),
            gas=gasLimit,
            max_outsize=task_data.MAX_OUTCOME,
            is_delegate_call=True,
            revert_on_failure=False,
        )
    else:
        below_512: Bytes[511] = below_256
        if length & 256 != 0:
            below_512 = concat(below_256, slice(me.code, at, 256))
            at += 256
        below_1024: Bytes[1_023] = below_512
        if length & 512 != 0:
            below_1024 = concat(below_512, slice(me.code, at, 512))
            at += 512
        below_2048: Bytes[2_047] = below_1024
        if length & 1_024 != 0:
            below_2048 = concat(below_1024, slice(me.code, at, 1_024))
            at += 1_024
        rest: Bytes[task_data.MAX_DATA] = below_2048
        if length & 2_048 != 0:
            rest = concat(below_2048, slice(me.code, at, 2_048))
        elif length == task_data.MAX_DATA:
            rest = slice(me.code, at, task_data.MAX_DATA)
        data: Bytes[task_data.LAYERS + task_data.MAX_DATA] = rest
        if is_short:
            data = abi_encode(abi_encode(target, rest), method_id=method_id("executeTask(bytes)"))
        success, response = raw_call(
            implementation,
            data,
            gas=gasLimit,
            max_outsize=task_data.MAX_OUTCOME,
            is_delegate_call=True,
            revert_on_failure=False,
        )
    if not success:
        raw_revert(response)
    return response


@external
@payable
def sweep(to: address):
    """
    @notice Send all ether of this environment to an account.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, and with `TransferFailed()` if the
         account refuses.
    @param to The account that is paid. The manager refuses zero.
    """
    self._only_manager()
    if not raw_call(to, b"", value=self.balance, revert_on_failure=False):
        errors._transfer_failed()


@external
@payable
def sweepToken(token: address, to: address):
    """
    @notice Send all of an ERC-20 token to an account. A token whose `transfer` returns nothing works too.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for anyone but the manager, with `TransferFailed()` if the token
         has no code or returns false, and with the token's own error if the token reverts.
    @param token The token's contract.
    @param to The account that receives the tokens. The manager refuses zero.
    """
    self._only_manager()
    if not token.is_contract:
        errors._transfer_failed()
    amount: uint256 = staticcall IERC20(token).balanceOf(self)
    if not extcall IERC20(token).transfer(to, amount, default_return_value=True):
        errors._transfer_failed()


@internal
@view
def _only_manager():
    if msg.sender != MANAGER:
        environment_errors._caller_not_owner_or_task_manager()
