# pragma version 0.4.3
"""
@title Task accounts harness
@license MIT
@notice Makes an environment as the manager does, and runs it.
"""

from contracts.scheduler import task_accounts
from contracts.shared import task_data

initializes: task_accounts

GAS: constant(uint256) = 500_000

nonce: uint256


@deploy
def __init__(blueprint: address):
    task_accounts.__init__(blueprint)


@external
def carry(implementation: address, data: Bytes[task_data.MAX_DATA]) -> (Bytes[128], uint256):
    """
    @return What the implementation returned, and how long the environment's code is.
    """
    environment: address = task_accounts._create(msg.sender, self.nonce, implementation, data)
    self.nonce += 1
    response: Bytes[128] = raw_call(environment, abi_encode(GAS, method_id=method_id("run(uint256)")), max_outsize=128)
    return response, environment.codesize
