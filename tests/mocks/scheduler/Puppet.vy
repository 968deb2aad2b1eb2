# pragma version 0.4.3
"""
@title Puppet
@license MIT
@notice Does what its caller says: as an implementation, what is in the task data; as a contract, in its own name.
"""

struct Call:
    to: address
    amount: uint256
    data: Bytes[2_048]


event Called:
    success: bool
    response: Bytes[256]


@external
@payable
def __default__():
    pass


@external
@payable
@raw_return
def perform(calls: DynArray[Call, 8], response: Bytes[256], fails: bool) -> Bytes[256]:
    """
    @param response What is returned, or reverted with, as it is.
    """
    for one: Call in calls:
        success: bool = False
        answer: Bytes[256] = b""
        success, answer = raw_call(one.to, one.data, value=one.amount, max_outsize=256, revert_on_failure=False)
        log Called(success=success, response=answer)
    if fails:
        raw_revert(response)
    return response
