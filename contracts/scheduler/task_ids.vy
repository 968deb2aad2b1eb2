# pragma version 0.4.3
"""
@title Task ids
@license MIT
@notice environment 0-159 | block 160-223 | index 224-239 | size 240-247 | cancelled flag 248-255, as integrators unpack it. An id is given
        out with the flag 0 and never changes.
@dev What is above the environment names a task's word: an id with one field of another task, or with the flag set, names a word
     that is empty or has another environment.
"""


@internal
@pure
def _pack(environment: address, target_block: uint256, index: uint256, size: uint256) -> uint256:
    return size << 240 | index << 224 | target_block << 160 | convert(environment, uint256)


@internal
@pure
def _environment(task_id: uint256) -> address:
    return convert(task_id & (2**160 - 1), address)


@internal
@pure
def _place(task_id: uint256) -> uint256:
    """
    @return What names the task's word: block 0-63 | index 64-79 | size 80-87 | flag 88-95.
    """
    return task_id >> 160


@internal
@pure
def _block(task_id: uint256) -> uint256:
    return (task_id >> 160) & (2**64 - 1)


@internal
@pure
def _index(task_id: uint256) -> uint256:
    return (task_id >> 224) & 65_535


@internal
@pure
def _size(task_id: uint256) -> uint256:
    return (task_id >> 240) & 255


@internal
@pure
def _bucket(task_id: uint256) -> uint256:
    """
    @return The number of the task's bucket, as the calendar has it.
    """
    return self._block(task_id) * 4 + 2 - self._size(task_id)
