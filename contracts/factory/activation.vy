# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Activation
@license MIT
@notice The factory's owner opens and closes pools, one or several at once.
"""

from ..shared import ownable
from . import pool_list

uses: ownable
uses: pool_list

# Pools that one call opens or closes.
MAX_BATCH: constant(uint256) = 64


@external
def activatePool(pool: address):
    """
    @notice Open a pool for new tasks and claims.
    @dev Reverts with `Unauthorized()` for anyone but the owner, with `PoolNotFound()`, and with `PoolAlreadyActive()`.
    @param pool The pool.
    """
    ownable._only_owner()
    pool_list._set_active(pool, True)


@external
def reactivatePool(pool: address):
    """
    @notice The name that deployed clients use for `activatePool`.
    @dev Reverts as `activatePool` does.
    @param pool The pool.
    """
    ownable._only_owner()
    pool_list._set_active(pool, True)


@external
def deactivatePool(pool: address):
    """
    @notice Close a pool for new tasks and claims. The tasks in the pool keep all their exits.
    @dev Reverts with `Unauthorized()` for anyone but the owner, with `PoolNotFound()`, and with
         `PoolAlreadyInactive()`.
    @param pool The pool.
    """
    ownable._only_owner()
    pool_list._set_active(pool, False)


@external
def activatePools(pools: DynArray[address, MAX_BATCH]):
    """
    @notice Activate pools, all or none.
    @dev Reverts as `activatePool` does.
    @param pools Up to 64 pools.
    """
    ownable._only_owner()
    for pool: address in pools:
        pool_list._set_active(pool, True)


@external
def deactivatePools(pools: DynArray[address, MAX_BATCH]):
    """
    @notice Deactivate pools, all or none.
    @dev Reverts as `deactivatePool` does.
    @param pools Up to 64 pools.
    """
    ownable._only_owner()
    for pool: address in pools:
        pool_list._set_active(pool, False)
