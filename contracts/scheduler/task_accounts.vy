# pragma version 0.4.3
"""
@title Task accounts
@license MIT
@notice Makes an account for each task, its environment: an EIP-1167 proxy whose code ends with what never changes about
        the task.
@dev The code of an environment:

         363d3d373d3d3d363d73 TEMPLATE 5af43d82803e903d91602b57fd5bf3
             | owner 20 | flag and nonce 5 | implementation 20 | target 20 | rest

     Nearly all task data is what `encodeTask` makes (task_data.vy). In that case the flag, the highest bit, is set
     and the rest is the call. That is 144 bytes shorter than the data, and a byte costs 200 gas. Otherwise the target
     is zero and the rest is the data. An implementation receives the same data in both cases: the short form is only
     used if encoding target and call gives exactly this data again.

     The account is created with CREATE2 and the owner's nonce as salt, so that `_address` can predict the address.
     Owner and nonce are part of the code, so that no two tasks share an account. The technique is known as clones
     with immutable arguments. The creation code starts as usual:

         61 LLLL  PUSH2 length     3d  RETURNDATASIZE (0)     81  DUP2     60 0a  PUSH1 10
         3d  RETURNDATASIZE (0)    39  CODECOPY               f3  RETURN
"""

from ..shared import bits
from ..shared import errors
from ..shared import task_data

# Where the fields of an environment's code are, in bytes.
OWNER_AT: constant(uint256) = 45
NONCE_AT: constant(uint256) = 65
REST_AT: constant(uint256) = 110
# The flag of the short form, in the field of flag and nonce.
SHORT: constant(uint256) = 1 << 39
# Bytes of creation code in front of the code.
CREATION: constant(uint256) = 10

template: immutable(address)


@deploy
def __init__(blueprint: address):
    """
    @dev Reverts with `InvalidInput()` if the blueprint has no code.
    @param blueprint ERC-5202 blueprint of TaskEnvironmentProxy.
    """
    if not blueprint.is_contract:
        errors._invalid_input()
    template = create_from_blueprint(blueprint)


@view
@external
def EXECUTION_ENV_TEMPLATE() -> address:
    """
    @notice The proxy that every environment delegates to.
    @return The account of the TaskEnvironmentProxy that the manager created.
    """
    return template


@view
@external
def getEnvironment(
    owner: address, taskNonce: uint256, implementation: address, taskData: Bytes[task_data.MAX_DATA]
) -> address:
    """
    @notice The environment that a task has or will have.
    @param owner The task's owner.
    @param taskNonce The owner's nonce, as `nonces` shows it before the task is scheduled.
    @param implementation The execution environment that the task's account delegates to.
    @param taskData The call to the implementation, at most 4,096 bytes.
    @return The account, whether it exists or not.
    """
    return self._address(owner, taskNonce, implementation, taskData)


@pure
@external
def encodeTask(
    target: address, call: Bytes[task_data.MAX_CALL]
) -> Bytes[task_data.LAYERS + task_data.MAX_CALL]:
    """
    @notice The task data for a call: the call of an environment's `executeTask(bytes)` with (target, call).
    @param target The contract to call.
    @param call The call to the target, at most 3,904 bytes.
    @return The task data, at most 4,068 bytes.
    """
    return task_data._encode(target, call)


@internal
def _create(owner: address, nonce: uint256, implementation: address, data: Bytes[task_data.MAX_DATA]) -> address:
    return raw_create(self._creation_code(owner, nonce, implementation, data), salt=convert(nonce, bytes32))


@internal
@view
def _address(owner: address, nonce: uint256, implementation: address, data: Bytes[task_data.MAX_DATA]) -> address:
    """
    @dev EIP-1014.
    """
    code_hash: bytes32 = keccak256(self._creation_code(owner, nonce, implementation, data))
    digest: bytes32 = keccak256(concat(0xff, convert(self, bytes20), convert(nonce, bytes32), code_hash))
    return convert(convert(digest, uint256) & bits.ADDRESS, address)


@internal
@view
def _creation_code(
    owner: address, nonce: uint256, implementation: address, data: Bytes[task_data.MAX_DATA]
) -> Bytes[CREATION + REST_AT + task_data.MAX_DATA]:
    if task_data._is_encoded(data):
        length: uint256 = convert(extract32(data, task_data.LENGTH_AT), uint256)
        target: address = convert(slice(data, task_data.TARGET_AT, 20), address)
        return concat(
            self._prefix(owner, SHORT | nonce, implementation, target, length),
            slice(data, task_data.LAYERS, length),
        )
    return concat(self._prefix(owner, nonce, implementation, empty(address), len(data)), data)


@internal
@view
def _prefix(
    owner: address, flag_and_nonce: uint256, implementation: address, target: address, length: uint256
) -> Bytes[CREATION + REST_AT]:
    """
    @param flag_and_nonce The lowest 40 bits are used: nobody makes 2^39 tasks.
    @param length Bytes of the rest.
    @return The creation code without the rest.
    """
    return concat(
        0x61,
        convert(convert(REST_AT + length, uint16), bytes2),
        0x3d81600a3d39f3,
        0x363d3d373d3d3d363d73,
        convert(template, bytes20),
        0x5af43d82803e903d91602b57fd5bf3,
        convert(owner, bytes20),
        convert(convert(flag_and_nonce & (2 * SHORT - 1), uint40), bytes5),
        convert(implementation, bytes20),
        convert(target, bytes20),
    )


@internal
@view
def _owner(environment: address) -> address:
    return convert(slice(environment.code, OWNER_AT, 20), address)


@internal
@view
def _nonce(environment: address) -> uint64:
    return convert(convert(slice(environment.code, NONCE_AT, 5), uint256) & (SHORT - 1), uint64)
