# pragma version 0.4.3
"""
@title Environments
@license MIT
@notice Makes each task an account of its own: an EIP-1167 proxy with what never changes about the task appended to its code.
@dev Code of an environment:

         363d3d373d3d3d363d73 TEMPLATE 5af43d82803e903d91602b57fd5bf3 | owner 20 | flag and nonce 5 | implementation 20 | target 20 | rest

     If the task data is the three layers of `encodeTask`, as it nearly always is, the flag (the highest bit) is set and the rest is the
     call: 144 bytes less than the data, of 200 gas each. Else the target is zero and the rest is the data. An implementation sees the same
     in either case: the data is stored short only if the layers made of target and call are the same again.

     It is made with CREATE2, the owner's nonce as the salt, so that `_address` predicts it; owner and nonce are in it, so that no two
     tasks have the same. Known as clones with immutable arguments. Its creation code begins with the usual

         61 LLLL  PUSH2 length     3d  RETURNDATASIZE (0)     81  DUP2     60 0a  PUSH1 10
         3d  RETURNDATASIZE (0)    39  CODECOPY               f3  RETURN
"""

from ..shared import errors

MAX_DATA: constant(uint256) = 4_096
# The longest call whose three layers are within MAX_DATA.
MAX_CALL: constant(uint256) = 3_904
# The layers around a call: where its target, its length and itself are.
TARGET_AT: constant(uint256) = 80
LENGTH_AT: constant(uint256) = 132
CALL_AT: constant(uint256) = 164

OWNER_AT: constant(uint256) = 45
NONCE_AT: constant(uint256) = 65
REST_AT: constant(uint256) = 110
SHORT: constant(uint256) = 1 << 39

template: immutable(address)


@deploy
def __init__(blueprint: address):
    """
    @dev Reverts with `InvalidInput()` for an account without code.
    @param blueprint ERC-5202 blueprint of TaskEnvironmentProxy.
    """
    if not blueprint.is_contract:
        errors._invalid_input()
    template = create_from_blueprint(blueprint)


@internal
def _create(owner: address, nonce: uint256, implementation: address, data: Bytes[MAX_DATA]) -> address:
    return raw_create(self._creation_code(owner, nonce, implementation, data), salt=convert(nonce, bytes32))


@internal
@view
def _address(owner: address, nonce: uint256, implementation: address, data: Bytes[MAX_DATA]) -> address:
    """
    @dev EIP-1014.
    """
    code_hash: bytes32 = keccak256(self._creation_code(owner, nonce, implementation, data))
    digest: bytes32 = keccak256(concat(0xff, convert(self, bytes20), convert(nonce, bytes32), code_hash))
    return convert(convert(digest, uint256) & (2**160 - 1), address)


@internal
@view
def _creation_code(
    owner: address, nonce: uint256, implementation: address, data: Bytes[MAX_DATA]
) -> Bytes[10 + REST_AT + MAX_DATA]:
    if self._is_layered(data):
        length: uint256 = convert(extract32(data, LENGTH_AT), uint256)
        target: address = convert(slice(data, TARGET_AT, 20), address)
        return concat(
            self._prefix(owner, SHORT | nonce, implementation, target, length),
            slice(data, CALL_AT, length),
        )
    return concat(self._prefix(owner, nonce, implementation, empty(address), len(data)), data)


@internal
@pure
def _is_layered(data: Bytes[MAX_DATA]) -> bool:
    """
    @return Whether the data is what `_task_data` makes of the target and the call in it.
    """
    if len(data) < CALL_AT:
        return False
    length: uint256 = convert(extract32(data, LENGTH_AT), uint256)
    if length > MAX_CALL:
        return False
    padding: uint256 = unsafe_sub(0, length) & 31
    return (
        len(data) == CALL_AT + length + padding
        and convert(slice(data, 0, 4), bytes4) == method_id("executeTask(bytes)", output_type=bytes4)
        and convert(extract32(data, 4), uint256) == 32
        and convert(extract32(data, 36), uint256) == 96 + length + padding
        and convert(extract32(data, 68), uint256) < 2**160
        and convert(extract32(data, 100), uint256) == 64
        and convert(extract32(data, len(data) - 32), uint256) & ((1 << 8 * padding) - 1) == 0
    )


@internal
@pure
def _task_data(target: address, call: Bytes[MAX_CALL]) -> Bytes[4_068]:
    """
    @notice The three layers: `executeTask(bytes)` of an environment, (target, call), the call.
    """
    return abi_encode(abi_encode(target, call), method_id=method_id("executeTask(bytes)"))


@internal
@view
def _prefix(owner: address, flag_and_nonce: uint256, implementation: address, target: address, length: uint256) -> Bytes[10 + REST_AT]:
    """
    @param flag_and_nonce Its lowest 40 bits are taken: nobody makes 2^39 tasks.
    @return The creation code up to the rest.
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
