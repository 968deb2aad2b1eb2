# pragma version 0.4.3
"""
@title Numbers harness
@license MIT
@notice Lets a test call the pure modules: bits, compact, pricing, task ids and records.
"""

from contracts.scheduler import compact
from contracts.scheduler import pricing
from contracts.scheduler import task_ids
from contracts.scheduler import task_records as records
from contracts.shared import bits

initializes: records


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
    @return Environment, block, index, size, slot, queue.
    """
    return (
        task_ids._environment(taskId),
        task_ids._block(taskId),
        task_ids._index(taskId),
        task_ids._size(taskId),
        task_ids._slot(taskId),
        task_ids._queue(taskId),
    )


@external
@pure
def newRecord(environment: address, gasLimit: uint256, firstPrice: uint256, payment: uint256) -> uint256:
    return records._new(environment, gasLimit, firstPrice, payment)


@external
@pure
def again(word: uint256, nextPrice: uint256) -> uint256:
    return records._again(word, nextPrice)


@external
@view
def recordFields(slot: uint256, word: uint256) -> (address, uint256, uint256, uint256, uint256, uint256):
    """
    @return Environment, gas limit, status, attempt, first price, payment.
    """
    return (
        convert(word & records.ADDRESS, address),
        records._gas_limit(word),
        records._status(word),
        records._attempt(word),
        records._first_price(word),
        records._payment(slot, word),
    )


@external
def put(slot: uint256, word: uint256):
    records.words[slot] = word


@external
def topUp(slot: uint256, amount: uint256):
    records._top_up(slot, records.words[slot], amount)


@external
def end(slot: uint256, status: uint256):
    records._end(slot, records.words[slot], status)


@external
@view
def wordOf(slot: uint256) -> (uint256, uint256):
    """
    @return The word and what was added.
    """
    return records.words[slot], records.top_ups[slot]
