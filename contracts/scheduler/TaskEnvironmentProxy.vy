# pragma version 0.4.3
"""
@title TaskEnvironmentProxy
@license MIT
@notice The account that a task's target sees as its caller. It does what the manager that made it says, and nothing else: run the task,
        and send out what is left in it on the owner's order.
@dev Decide first: every environment is an EIP-1167 proxy to this one, with owner, nonce, implementation and task data appended to its code
     (task_accounts.vy), so that nothing about a task lies in storage. It delegates to the implementation, which therefore acts as the
     environment and must keep no state.

     Trusted: the manager. Not the implementation, which its owner chose: what it breaks is this environment only. There is no lock, since the
     manager has one and is the only caller.
"""

from ethereum.ercs import IERC20

from ..environments import environment_errors
from ..shared import errors
from . import task_accounts

# Bytes returned or reverted that are handed back.
MAX_RETURN: constant(uint256) = 128

MANAGER: immutable(address)


@deploy
def __init__():
    MANAGER = msg.sender


@external
@payable
def __default__():
    """
    @notice Takes plain ether from anyone.
    @dev Reverts with `CallerNotOwnerOrTaskManager()` for any call.
    """
    if len(msg.data) != 0:
        environment_errors._caller_not_owner_or_task_manager()


@external
@payable
@raw_return
def run(gasLimit: uint256) -> Bytes[MAX_RETURN]:
    """
    @notice Delegate to the implementation with the task data.
    @dev Reverts with `CallerNotOwnerOrTaskManager()`, with no data if the implementation has no code, and with the first 128 bytes of what
         the implementation reverted with.
    @param gasLimit What the implementation gets, in gas.
    @return The first 128 bytes that the implementation returned, as they are.
    """
    self._only_manager()
    me: address = self
    # flag and nonce 5 | implementation 20 | target 20
    head: Bytes[45] = slice(me.code, task_accounts.NONCE_AT, 45)
    start: uint256 = convert(extract32(head, 0), uint256)
    implementation: address = convert((start >> 56) & (2**160 - 1), address)
    if not implementation.is_contract:
        raw_revert(b"")
    target: address = convert(convert(extract32(head, 13), uint256) & (2**160 - 1), address)
    is_short: bool = start >> 255 != 0
    # The rest of the code: the call, or the task data itself. It can only be read in pieces of a length that is known to the
    # compiler: powers of two, the smallest first, so that a short call touches little memory.
    at: uint256 = task_accounts.REST_AT
    size: uint256 = me.codesize - at
    odd: uint256 = size & 31
    below_32: Bytes[31] = b""
    if odd != 0:
        at += odd
        below_32 = convert(slice(slice(me.code, at - 32, 32), 32 - odd, odd), Bytes[31])
    below_64: Bytes[63] = below_32
    if size & 32 != 0:
        below_64 = concat(below_32, slice(me.code, at, 32))
        at += 32
    below_128: Bytes[127] = below_64
    if size & 64 != 0:
        below_128 = concat(below_64, slice(me.code, at, 64))
        at += 64
    below_256: Bytes[255] = below_128
    if size & 128 != 0:
        below_256 = concat(below_128, slice(me.code, at, 128))
        at += 128

    success: bool = False
    response: Bytes[MAX_RETURN] = b""
    if is_short and size < 256:
        success, response = raw_call(
            implementation,
            abi_encode(abi_encode(target, below_256), method_id=method_id("executeTask(bytes)")),
            gas=gasLimit,
            max_outsize=MAX_RETURN,
            is_delegate_call=True,
            revert_on_failure=False,
        )
    else:
        below_512: Bytes[511] = below_256
        if size & 256 != 0:
            below_512 = concat(below_256, slice(me.code, at, 256))
            at += 256
        below_1024: Bytes[1_023] = below_512
        if size & 512 != 0:
            below_1024 = concat(below_512, slice(me.code, at, 512))
            at += 512
        below_2048: Bytes[2_047] = below_1024
        if size & 1_024 != 0:
            below_2048 = concat(below_1024, slice(me.code, at, 1_024))
            at += 1_024
        rest: Bytes[4_096] = below_2048
        if size & 2_048 != 0:
            rest = concat(below_2048, slice(me.code, at, 2_048))
        elif size == 4_096:
            rest = slice(me.code, at, 4_096)
        data: Bytes[4_260] = rest
        if is_short:
            data = abi_encode(abi_encode(target, rest), method_id=method_id("executeTask(bytes)"))
        success, response = raw_call(
            implementation,
            data,
            gas=gasLimit,
            max_outsize=MAX_RETURN,
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
    @notice Send all ether to an account.
    @dev Reverts with `CallerNotOwnerOrTaskManager()`, and with `TransferFailed()` if the account refuses.
    """
    self._only_manager()
    if not raw_call(to, b"", value=self.balance, revert_on_failure=False):
        errors._transfer_failed()


@external
@payable
def sweepToken(token: address, to: address):
    """
    @notice Send all of an ERC-20 token to an account; tokens that return nothing are served too.
    @dev Reverts with `CallerNotOwnerOrTaskManager()`, with `TransferFailed()` if the token has no code or returns false, and with what the
         token reverts with.
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
