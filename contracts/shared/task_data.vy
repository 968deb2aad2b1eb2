# pragma version 0.4.3
"""
@title Task data
@license MIT
@notice The data of a task, as `encodeTask` of the manager makes it. Three layers: the call to an environment's
        `executeTask(bytes)`, its argument (target, call), and the call to the target.
"""

from . import bits

# The longest data of a task, in bytes.
MAX_DATA: constant(uint256) = 4_096
# Bytes around the call: the selector; offset and length of the argument; target, offset and length of the call.
LAYERS: constant(uint256) = 4 + 2 * 32 + 3 * 32
# The longest call whose data, padded to words, is not longer than MAX_DATA.
MAX_CALL: constant(uint256) = (MAX_DATA - LAYERS) // 32 * 32
# Of what a run returns or reverts with, the first bytes are handed back and logged.
MAX_OUTCOME: constant(uint256) = 128

# Where the target and the length of the call are.
TARGET_AT: constant(uint256) = 80
LENGTH_AT: constant(uint256) = 132


@internal
@pure
def _encode(target: address, call: Bytes[MAX_CALL]) -> Bytes[LAYERS + MAX_CALL]:
    return abi_encode(abi_encode(target, call), method_id=method_id("executeTask(bytes)"))


@internal
@pure
def _is_encoded(data: Bytes[MAX_DATA]) -> bool:
    """
    @return Whether `_encode` makes exactly this data of the target and the call in it.
    """
    if len(data) < LAYERS:
        return False
    length: uint256 = convert(extract32(data, LENGTH_AT), uint256)
    if length > MAX_CALL:
        return False
    padding: uint256 = unsafe_sub(0, length) & 31
    return (
        len(data) == LAYERS + length + padding
        and convert(slice(data, 0, 4), bytes4) == method_id("executeTask(bytes)", output_type=bytes4)
        and convert(extract32(data, 4), uint256) == 32
        and convert(extract32(data, 36), uint256) == 96 + length + padding
        and convert(extract32(data, 68), uint256) <= bits.ADDRESS
        and convert(extract32(data, 100), uint256) == 64
        and convert(extract32(data, len(data) - 32), uint256) & ((1 << 8 * padding) - 1) == 0
    )
