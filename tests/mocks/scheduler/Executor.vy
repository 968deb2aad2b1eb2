# pragma version 0.4.3
"""
@title Executor
@license MIT
@notice Executes through a contract and measures what gas is left to it.
"""

interface TaskManager:
    def executeTasks(payoutAddress: address, targetGasReserve: uint256) -> uint256: nonpayable


@external
@payable
def __default__():
    pass


@external
def execute(manager: address, reserve: uint256) -> (uint256, uint256):
    """
    @return The fees, and the gas that was left right after the call.
    """
    fees: uint256 = extcall TaskManager(manager).executeTasks(self, reserve)
    return fees, msg.gas
