# pragma version 0.4.3
"""
@title Foreign registry
@license MIT
@notice A registry that names the router of another registry. Pools of this registry try to get into that router's
        ranking.
"""

from contracts.interfaces import ITaskPool

taskRouter: public(address)


@deploy
def __init__(_taskRouter: address):
    self.taskRouter = _taskRouter


@external
def approve(pool: address):
    extcall ITaskPool(pool).setApproval(True)


@external
@payable
def add(pool: address) -> uint256:
    """
    @notice Add a task of this registry's with the attached value as its reward.
    """
    return extcall ITaskPool(pool).addRegistryTask(1, block.timestamp + 86_400, value=msg.value)


@external
def updatePoolListing(approved: bool, active: bool):
    """
    @notice Pools call this where they are activated or deactivated.
    """
    pass
