# pragma version 0.4.3
"""
@title Crowd
@license MIT
@notice One account that makes many calls in one transaction. So real calls make large states in little time.
"""

struct Call:
    to: address
    amount: uint256
    data: Bytes[4_096]


# What `schedule` got, in its order.
tasks: HashMap[uint256, bytes32]
count: public(uint256)


@external
@payable
def __default__():
    pass


@external
@payable
def each(calls: DynArray[Call, 128]):
    """
    @notice Make each of these calls.
    """
    for call: Call in calls:
        raw_call(call.to, call.data, value=call.amount)


@external
def schedule(manager: address, data: Bytes[1_024], count: uint256):
    """
    @notice Make the same call of scheduleWithBond so many times, and keep the ids.
    """
    at: uint256 = self.count
    for _: uint256 in range(count, bound=65_536):
        response: Bytes[96] = raw_call(manager, data, max_outsize=96)
        self.tasks[at] = extract32(response, 64)
        at += 1
    self.count = at


@external
def cancel(manager: address, first: uint256, count: uint256):
    """
    @notice Cancel so many of the tasks that were kept.
    """
    for i: uint256 in range(count, bound=65_536):
        raw_call(manager, abi_encode(self.tasks[first + i], method_id=method_id("cancelTask(bytes32)")))
