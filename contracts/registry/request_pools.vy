# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Request pools
@license MIT
@notice The pools that requests go to, one after the other. The owner approves pools. The list has those of them that
        are active, without gaps.
@dev A pool reports each change of its state, so that making a request need not ask the pools.
"""

from ..interfaces import IModelRegistry
from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..interfaces import ITaskRouter
from ..shared import errors
from ..shared import list_bounds
from ..shared import ownable
from . import registry_settings

uses: ownable
uses: registry_settings

IS_APPROVED: constant(uint256) = 1

# A pool that is not approved 0 | otherwise 1, and from bit 1 on the position in the list + 1, or 0 outside the list.
states: HashMap[address, uint256]
listed: HashMap[uint256, address]


# ---------------------------------------------------------------- pools: a callback, open during other calls


@external
@reentrant
def updatePoolListing(approved: bool, active: bool):
    """
    @notice The calling pool lost its approval, or was activated or deactivated.
    @dev Reverts with `Unauthorized()` for anyone but an approved pool.
    @param approved False once the pool's owner has changed the verifier, which ends the approval.
    @param active Whether the pool takes new tasks.
    """
    if not self._is_approved(msg.sender):
        errors._unauthorized()
    self._unlist(msg.sender)
    if not approved:
        self.states[msg.sender] = 0
        log IModelRegistry.PoolRevoked(pool=msg.sender)
    elif active:
        self._list(msg.sender)


# ---------------------------------------------------------------- owner


@external
def approvePool(pool: address):
    """
    @notice Let requests go to a pool, and the tasks of the pool's owner into the ranking of `claimBestTask`.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` for an approved pool, for
         one that the router's factory did not make, for one of another registry, and while there is no router.
    @param pool The pool.
    """
    ownable._only_owner()
    if self._is_approved(pool) or registry_settings.taskRouter == empty(address):
        errors._invalid_input()
    factory: address = staticcall ITaskRouter(registry_settings.taskRouter).factory()
    if not staticcall ITaskPoolFactory(factory).isRegisteredPool(pool):
        errors._invalid_input()
    if staticcall ITaskPool(pool).modelRegistry() != self:
        errors._invalid_input()
    self.states[pool] = IS_APPROVED
    if staticcall ITaskPool(pool).isActive():
        self._list(pool)
    extcall ITaskPool(pool).setApproval(True)
    log IModelRegistry.PoolApproved(pool=pool)


@external
def revokePool(pool: address):
    """
    @notice Send no more requests to a pool, and take the tasks of the pool's owner out of the ranking. Requests that
            are in the pool stay ranked.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` for a pool that is not
         approved.
    @param pool The pool.
    """
    ownable._only_owner()
    if not self._is_approved(pool):
        errors._invalid_input()
    self._unlist(pool)
    self.states[pool] = 0
    extcall ITaskPool(pool).setApproval(False)
    log IModelRegistry.PoolRevoked(pool=pool)


# ---------------------------------------------------------------- views


@view
@external
@reentrant
def isApprovedPool(pool: address) -> bool:
    """
    @notice Whether the owner approved a pool.
    @param pool Any address.
    @return True also while the pool is inactive.
    """
    return self._is_approved(pool)


@view
@external
@reentrant
def getRequestPools(offset: uint256, limit: uint256) -> (DynArray[address, list_bounds.MAX_PAGE], uint256):
    """
    @notice A page of the pools that requests go to: approved and active.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @param offset How many pools to skip.
    @param limit The most pools to return, up to 256.
    @return Pools in no order, and the number of all such pools.
    """
    if limit > list_bounds.MAX_PAGE:
        errors._invalid_input()
    total: uint256 = registry_settings._listed_count()
    pools: DynArray[address, list_bounds.MAX_PAGE] = []
    for i: uint256 in range(limit, bound=list_bounds.MAX_PAGE):
        if offset >= total or i >= total - offset:
            break
        pools.append(self.listed[offset + i])
    return pools, total


# ---------------------------------------------------------------- internal


@internal
@view
def _pool_for(request_id: uint256) -> address:
    """
    @dev Reverts with `NoPoolAvailable()`.
    @return The pool that a new request goes to: one pool after the other.
    """
    count: uint256 = registry_settings._listed_count()
    if count == 0:
        errors._no_pool_available()
    return self.listed[request_id % count]


@internal
@view
def _is_approved(pool: address) -> bool:
    return self.states[pool] & IS_APPROVED != 0


@internal
def _list(pool: address):
    count: uint256 = registry_settings._listed_count()
    self.listed[count] = pool
    self.states[pool] = (count + 1) << 1 | IS_APPROVED
    registry_settings._count_listed()


@internal
def _unlist(pool: address):
    """
    @dev The last pool of the list takes the place. Does nothing for a pool outside the list.
    """
    position: uint256 = self.states[pool] >> 1
    if position == 0:
        return
    last: uint256 = registry_settings._listed_count()
    if position != last:
        moved: address = self.listed[last - 1]
        self.listed[position - 1] = moved
        self.states[moved] = position << 1 | IS_APPROVED
    self.listed[last - 1] = empty(address)
    self.states[pool] = IS_APPROVED
    registry_settings._count_unlisted()
