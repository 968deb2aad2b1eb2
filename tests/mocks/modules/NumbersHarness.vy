# pragma version 0.4.3
"""
@title Numbers harness
@license MIT
@notice Lets a test call the pure modules: bits, compact, pricing, task ids and task_records.
"""

from contracts.scheduler import compact
from contracts.scheduler import pricing
from contracts.scheduler import task_ids
from contracts.scheduler import task_records
from contracts.shared import bits

initializes: task_records


@external
@pure
def lowest(word: uint256) -> uint256:
    return bits._lowest(word)


@external
@pure
def length(word: uint256) -> uint256:
    return bits._length(word)


@external
@pure
def count(word: uint256) -> uint256:
    return bits._count(word)


@external
@pure
def packDown(amount: uint256, digits: uint256) -> uint256:
    return compact._pack_down(amount, digits)


@external
@pure
def roundUp(amount: uint256, digits: uint256) -> uint256:
    return compact._round_up(amount, digits)


@external
@pure
def unpack(packed: uint256, digits: uint256) -> uint256:
    return compact._unpack(packed, digits)


@external
@pure
def price(gasLimit: uint256, gasPrice: uint256, live: uint256, distance: uint256) -> uint256:
    return pricing._price(gasLimit, gasPrice, live, distance)


@external
@pure
def packId(environment: address, targetBlock: uint256, index: uint256, size: uint256) -> uint256:
    return task_ids._pack(environment, targetBlock, index, size)


@external
@pure
def idFields(taskId: uint256) -> (address, uint256, uint256, uint256, uint256, uint256):
    """
    @return Environment, block, index, size, place, bucket.
    """
    return (
        task_ids._environment(taskId),
        task_ids._block(taskId),
        task_ids._index(taskId),
        task_ids._size(taskId),
        task_ids._place(taskId),
        task_ids._bucket(taskId),
    )


@external
@pure
def newRecord(environment: address, gasLimit: uint256, firstPrice: uint256, payment: uint256) -> uint256:
    return task_records._new(environment, gasLimit, firstPrice, payment)


@external
@pure
def again(record: uint256, nextPrice: uint256) -> uint256:
    return task_records._again(record, nextPrice)


@external
@view
def recordFields(place: uint256, record: uint256) -> (address, uint256, uint256, uint256, uint256, uint256):
    """
    @return Environment, gas limit, status, attempt, first price, payment.
    """
    return (
        convert(record & bits.ADDRESS, address),
        task_records._gas_limit(record),
        task_records._status(record),
        task_records._attempt(record),
        task_records._first_price(record),
        task_records._payment(place, record),
    )


@external
def put(place: uint256, record: uint256):
    task_records.records[place] = record


@external
def topUp(place: uint256, amount: uint256):
    task_records._top_up(place, task_records.records[place], amount)


@external
def end(place: uint256, status: uint256):
    task_records._end(place, task_records.records[place], status)


@external
@view
def recordOf(place: uint256) -> (uint256, uint256):
    """
    @return The record and what was added.
    """
    return task_records.records[place], task_records.top_ups[place]
