# pragma version 0.4.3
"""
@title CloneMaker
@license MIT
@notice A stranger that makes clones of the implementation, and plays their factory, router and registry.
"""

taskRouter: public(address)
factory: public(address)
verifiers: public(HashMap[address, bool])


@deploy
def __init__():
    self.taskRouter = self
    self.factory = self


@external
def make(implementation: address) -> address:
    return create_minimal_proxy_to(implementation)


@external
def play(taskRouter: address, factory: address):
    self.taskRouter = taskRouter
    self.factory = factory


@external
@payable
def act(target: address, payload: Bytes[8192]):
    """
    @notice Call anything as this contract; a refusal is passed on.
    """
    raw_call(target, payload, value=msg.value)


@external
@payable
def __default__():
    pass
