# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Chosen registry
@license MIT
@notice The registry of the pools that are created from now on, and what the router of that registry says about all
        its pools.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskPoolFactory
from ..interfaces import ITaskRouter
from ..shared import errors
from ..shared import ownable
from ..shared import probe

uses: ownable

modelRegistry: public(reentrant(address))


@external
def setModelRegistry(_modelRegistry: address):
    """
    @notice Choose the registry of the pools that are created from now on.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` for an address that is no
         registry.
    @param _modelRegistry The registry.
    """
    ownable._only_owner()
    if not probe._answers(_modelRegistry, method_id("taskRouter()", output_type=bytes4)):
        errors._invalid_input()
    log ITaskPoolFactory.ModelRegistryUpdated(oldRegistry=self.modelRegistry, newRegistry=_modelRegistry)
    self.modelRegistry = _modelRegistry


# ---------------------------------------------------------------- views


@view
@external
@reentrant
def getBestAvailablePool() -> address:
    """
    @notice The pool whose task the router ranks first.
    @dev Reverts with `InvalidInput()` while there is no registry with a router.
    @return The pool, zero if no pool has an available task.
    """
    return staticcall ITaskRouter(self._router()).getAvailablePoolForTask()


@view
@external
@reentrant
def getRecommendedPool(user: address) -> address:
    """
    @notice The pool from which `claimBestTask` would serve a worker.
    @dev Reverts with `InvalidInput()` while there is no registry with a router.
    @param user The worker.
    @return The pool, zero if there is none.
    """
    return (staticcall ITaskRouter(self._router()).getBestTaskFor(user))[0]


@view
@external
@reentrant
def getGlobalStats() -> (uint256, uint256, uint256, uint256, uint256):
    """
    @notice Numbers of pools and tasks.
    @dev Reverts with `InvalidInput()` while there is no registry with a router.
    @return Pools, active pools, and over all of them the tasks that are available, active, pending.
    """
    stats: (uint256, uint256, uint256, uint256, uint256, uint256, uint256) = staticcall ITaskRouter(
        self._router()
    ).getGlobalStats()
    return stats[0], stats[1], stats[2], stats[3], stats[4]


# ---------------------------------------------------------------- internal


@internal
@view
def _router() -> address:
    """
    @dev Reverts with `InvalidInput()` while there is no registry with a router.
    """
    if self.modelRegistry == empty(address):
        errors._invalid_input()
    router: address = staticcall IModelRegistry(self.modelRegistry).taskRouter()
    if router == empty(address):
        errors._invalid_input()
    return router
