# pragma version 0.4.3
"""
@title Task ids
@license MIT
@notice Packs and unpacks task ids, with the layout that integrators know:

            environment 0-159 | block 160-223 | index 224-239 | size 240-247 | cancelled flag 248-255

        An id is made with the flag 0 and never changes.
@dev The upper 96 bits are the task's place: block, index, size and flag. The place is the key of the task's record.
     Take an id and change one of the fields: the place has no record then, or the record has another environment.
"""

from ..shared import bits

PLACE_AT: constant(uint256) = 160
# In the place.
BLOCK: constant(uint256) = 2**64 - 1
INDEX_AT: constant(uint256) = 64
INDEX: constant(uint256) = 2**16 - 1
SIZE_AT: constant(uint256) = 80
SIZE: constant(uint256) = 2**8 - 1


@internal
@pure
def _pack(environment: address, target_block: uint256, index: uint256, size: uint256) -> uint256:
    return (size << SIZE_AT | index << INDEX_AT | target_block) << PLACE_AT | convert(environment, uint256)


@internal
@pure
def _environment(task_id: uint256) -> address:
    return convert(task_id & bits.ADDRESS, address)


@internal
@pure
def _place(task_id: uint256) -> uint256:
    """
    @return block 0-63 | index 64-79 | size 80-87 | flag 88-95.
    """
    return task_id >> PLACE_AT


@internal
@pure
def _block(task_id: uint256) -> uint256:
    return (task_id >> PLACE_AT) & BLOCK


@internal
@pure
def _index(task_id: uint256) -> uint256:
    return (task_id >> (PLACE_AT + INDEX_AT)) & INDEX


@internal
@pure
def _size(task_id: uint256) -> uint256:
    return (task_id >> (PLACE_AT + SIZE_AT)) & SIZE


@internal
@pure
def _bucket(task_id: uint256) -> uint256:
    """
    @return The number of the task's bucket, as in calendar.vy.
    """
    return self._block(task_id) * 4 + 2 - self._size(task_id)
