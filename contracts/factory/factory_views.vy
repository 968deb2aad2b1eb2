# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Factory views
@license MIT
@notice The factory's views of a pool, of the active pools, and of the pools of a category. Lists are in
        ascending order of pool ids.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..shared import errors
from ..shared import list_bounds
from . import category_names
from . import pool_list
from . import pool_metadata
from . import pool_set

uses: category_names
uses: pool_list
uses: pool_metadata


# ---------------------------------------------------------------- a pool


@view
@external
@reentrant
def poolCategory(pool: address) -> String[category_names.MAX_CATEGORY]:
    """
    @notice The category of a pool.
    @param pool Any address.
    @return The category, empty for what is no pool.
    """
    record: uint256 = pool_list._record(pool)
    if record == 0:
        return ""
    return category_names._name(pool_list._category_id(record))


@view
@external
@reentrant
def poolInfo(pool: address) -> (address, uint256, bool, String[pool_metadata.MAX_METADATA]):
    """
    @notice The owner, time, state and metadata of a pool, if the address is a pool.
    @param pool Any address.
    @return owner, createdAt (unix time), isActive, metadata. Zeros for what is no pool.
    """
    info: ITaskPoolFactory.PoolInfo = empty(ITaskPoolFactory.PoolInfo)
    record: uint256 = pool_list._record(pool)
    if record != 0:
        info = self._info(pool, record)
    return info.owner, info.createdAt, info.isActive, info.metadata


@view
@external
@reentrant
def getPoolInfo(pool: address) -> ITaskPoolFactory.PoolInfo:
    """
    @notice The owner, time, state and metadata of a pool.
    @dev Reverts with `PoolNotFound()`.
    @param pool A pool of this factory.
    @return The pool's owner, time, state and metadata. `createdAt` is a unix time.
    """
    return self._info(pool, pool_list._existing(pool))


# ---------------------------------------------------------------- active pools


@view
@external
@reentrant
def activePools(index: uint256) -> address:
    """
    @notice An active pool.
    @dev Reverts with `InvalidInput()` past the end.
    @param index The position in the list of active pools, from 0.
    @return The pool.
    """
    return pool_list._at(pool_set.ACTIVE, index)


@view
@external
@reentrant
def getActivePools() -> DynArray[address, list_bounds.MAX_LIST]:
    """
    @notice The active pools.
    @return All active pools. The first 16,384 if there are more.
    """
    return pool_list._all(pool_set.ACTIVE)


@view
@external
@reentrant
def getActivePoolsPaged(offset: uint256, limit: uint256) -> (DynArray[address, list_bounds.MAX_PAGE], uint256):
    """
    @notice A page of the active pools.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @param offset How many active pools to skip.
    @param limit The most pools to return, up to 256.
    @return Pools, and the number of all active pools.
    """
    pool_list._check_limit(limit)
    return pool_list._page(pool_set.ACTIVE, offset, limit), pool_list._count(pool_set.ACTIVE)


@view
@external
@reentrant
def getPoolsWithAvailableTasks(minTasks: uint256) -> DynArray[address, list_bounds.MAX_LIST]:
    """
    @notice The active pools with available tasks, out of the first 16,384 active pools.
    @param minTasks How many available tasks a pool must have.
    @return Those pools.
    """
    pools: DynArray[address, list_bounds.MAX_LIST] = []
    active: DynArray[address, list_bounds.MAX_LIST] = pool_list._all(pool_set.ACTIVE)
    for pool: address in active:
        if self._available(pool) >= minTasks:
            pools.append(pool)
    return pools


@view
@external
@reentrant
def getPoolsWithAvailableTasksPaged(
    minTasks: uint256, offset: uint256, limit: uint256
) -> (DynArray[address, list_bounds.MAX_PAGE], uint256):
    """
    @notice Those of a page of the active pools that have available tasks.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @param minTasks How many available tasks a pool must have.
    @param offset How many active pools to skip.
    @param limit How many active pools to look at, up to 256.
    @return Those pools, and the number of all active pools.
    """
    pool_list._check_limit(limit)
    pools: DynArray[address, list_bounds.MAX_PAGE] = []
    active: DynArray[address, list_bounds.MAX_PAGE] = pool_list._page(pool_set.ACTIVE, offset, limit)
    for pool: address in active:
        if self._available(pool) >= minTasks:
            pools.append(pool)
    return pools, pool_list._count(pool_set.ACTIVE)


# ---------------------------------------------------------------- pools of a category


@view
@external
@reentrant
def poolsByCategory(category: String[category_names.CATEGORY_ROOM], index: uint256) -> address:
    """
    @notice A pool of a category, active or not.
    @dev Reverts with `InvalidInput()` past the end, and for an unknown category.
    @param category The category.
    @param index The position in the list of the category's pools, from 0.
    @return The pool.
    """
    category_id: uint256 = category_names._id(category)
    if category_id == 0:
        errors._invalid_input()
    return pool_list._at(category_id, index)


@view
@external
@reentrant
def getPoolsByCategory(category: String[category_names.CATEGORY_ROOM]) -> DynArray[address, list_bounds.MAX_LIST]:
    """
    @notice The pools of a category, active or not.
    @param category The category.
    @return The pools. The first 16,384 if there are more, none for an unknown category.
    """
    category_id: uint256 = category_names._id(category)
    if category_id == 0:
        return []
    return pool_list._all(category_id)


@view
@external
@reentrant
def getPoolsByCategoryPaged(
    category: String[category_names.CATEGORY_ROOM], offset: uint256, limit: uint256
) -> (DynArray[address, list_bounds.MAX_PAGE], uint256):
    """
    @notice A page of the pools of a category, active or not.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @param category The category.
    @param offset How many pools of the category to skip.
    @param limit The most pools to return, up to 256.
    @return Pools, and the number of all pools of the category. None and 0 for an unknown category.
    """
    pool_list._check_limit(limit)
    category_id: uint256 = category_names._id(category)
    if category_id == 0:
        return [], 0
    return pool_list._page(category_id, offset, limit), pool_list._count(category_id)


# ---------------------------------------------------------------- internal


@internal
@view
def _available(pool: address) -> uint256:
    return (staticcall ITaskPool(pool).getPoolStats())[0]


@internal
@view
def _info(pool: address, record: uint256) -> ITaskPoolFactory.PoolInfo:
    return ITaskPoolFactory.PoolInfo(
        owner=staticcall ITaskPool(pool).owner(),
        createdAt=pool_list._created_at(record),
        isActive=pool_list._is_active(record),
        metadata=pool_metadata._of(pool),
    )
