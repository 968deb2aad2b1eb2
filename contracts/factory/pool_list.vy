# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Pool list
@license MIT
@notice All pools in the order of their creation, and for each pool its id, time, category, and whether it is active.
        The position in the list is the pool's id.
@dev records[pool]: pool id + 1 in 0-31 | created, unix time, 32-71 | category 72-103
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..shared import errors
from ..shared import list_bounds
from . import pool_set

uses: pool_set

MAX_POOLS: constant(uint256) = 2**32

CREATED_AT: constant(uint256) = 32
CATEGORY_AT: constant(uint256) = 72
MASK_32: constant(uint256) = 2**32 - 1
MASK_40: constant(uint256) = 2**40 - 1

pools: DynArray[address, MAX_POOLS]
records: HashMap[address, uint256]


# ---------------------------------------------------------------- views


@view
@external
@reentrant
def isRegisteredPool(pool: address) -> bool:
    """
    @notice Whether the factory made a pool.
    @param pool Any address.
    @return True for a pool of this factory.
    """
    return self.records[pool] != 0


@view
@external
@reentrant
def isActivePool(pool: address) -> bool:
    """
    @notice Whether a pool takes new tasks and claims.
    @param pool Any address.
    @return False too for what is no pool.
    """
    record: uint256 = self.records[pool]
    return record != 0 and self._is_active(record)


@view
@external
@reentrant
def poolIdOf(pool: address) -> uint256:
    """
    @notice The position of a pool in the list of all pools.
    @dev Reverts with `PoolNotFound()`.
    @param pool A pool of this factory.
    @return The pool's id: allPools(id) is the pool.
    """
    return self._id(self._existing(pool))


@view
@external
@reentrant
def activePoolIndex(pool: address) -> uint256:
    """
    @notice The position of a pool in the list of active pools.
    @param pool Any address.
    @return The position. 0 too if the pool is not active, see `isActivePool`.
    """
    record: uint256 = self.records[pool]
    if record == 0 or not self._is_active(record):
        return 0
    return pool_set._count(pool_set.ACTIVE, self._id(record))


@view
@external
@reentrant
def getPoolCount() -> (uint256, uint256):
    """
    @notice How many pools there are.
    @return The number of pools, and of active ones.
    """
    return len(self.pools), self._count(pool_set.ACTIVE)


@view
@external
@reentrant
def allPools(poolId: uint256) -> address:
    """
    @notice The pool of an id.
    @dev Reverts with `InvalidInput()` for an id that no pool has yet.
    @param poolId From 0.
    @return The pool.
    """
    if poolId >= len(self.pools):
        errors._invalid_input()
    return self.pools[poolId]


@view
@external
@reentrant
def getAllPools() -> DynArray[address, MAX_POOLS]:
    """
    @notice All pools, by ascending id.
    @return The pools. `getPools` has pages, for lists that do not fit into a call.
    """
    return self.pools


@view
@external
@reentrant
def getPools(offset: uint256, limit: uint256) -> (DynArray[address, list_bounds.MAX_PAGE], uint256):
    """
    @notice A page of all pools, by ascending id.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @param offset How many pools to skip.
    @param limit The most pools to return, up to 256.
    @return Pools, and the number of all pools.
    """
    self._check_limit(limit)
    total: uint256 = len(self.pools)
    pools: DynArray[address, list_bounds.MAX_PAGE] = []
    for i: uint256 in range(limit, bound=list_bounds.MAX_PAGE):
        if offset >= total - min(i, total):
            break
        pools.append(self.pools[offset + i])
    return pools, total


# ---------------------------------------------------------------- changes


@internal
def _add(pool: address, category_id: uint256) -> uint256:
    """
    @notice Enter a new pool, active.
    @return The pool's id.
    """
    pool_id: uint256 = len(self.pools)
    self.pools.append(pool)
    self.records[pool] = pool_id + 1 | block.timestamp << CREATED_AT | category_id << CATEGORY_AT
    pool_set._add(pool_set.ACTIVE, pool_id)
    pool_set._add(category_id, pool_id)
    return pool_id


@internal
def _set_active(pool: address, active: bool):
    """
    @notice Open or close a pool, which learns of the change.
    @dev Reverts with `PoolNotFound()`, and with `PoolAlreadyActive()` or `PoolAlreadyInactive()` if nothing would
         change.
    """
    record: uint256 = self.records[pool]
    if record == 0:
        errors._pool_not_found()
    pool_id: uint256 = unsafe_sub(record & MASK_32, 1)
    if active:
        if not pool_set._add(pool_set.ACTIVE, pool_id):
            errors._pool_already_active()
        log ITaskPoolFactory.PoolActivated(pool=pool)
    else:
        if not pool_set._remove(pool_set.ACTIVE, pool_id):
            errors._pool_already_inactive()
        log ITaskPoolFactory.PoolDeactivated(pool=pool)
    extcall ITaskPool(pool).setActive(active, skip_contract_check=True)  # a pool of ours has code


@internal
def _set_category(pool: address, category_id: uint256) -> uint256:
    """
    @param pool A pool of this factory.
    @return The category that the pool had.
    """
    record: uint256 = self.records[pool]
    old: uint256 = self._category_id(record)
    pool_id: uint256 = self._id(record)
    pool_set._remove(old, pool_id)
    pool_set._add(category_id, pool_id)
    self.records[pool] = record & (2**CATEGORY_AT - 1) | category_id << CATEGORY_AT
    return old


# ---------------------------------------------------------------- one pool


@internal
@view
def _record(pool: address) -> uint256:
    """
    @return The pool's record, 0 for what is no pool.
    """
    return self.records[pool]


@internal
@view
def _existing(pool: address) -> uint256:
    """
    @dev Reverts with `PoolNotFound()`.
    @return The pool's record.
    """
    record: uint256 = self.records[pool]
    if record == 0:
        errors._pool_not_found()
    return record


@internal
@pure
def _id(record: uint256) -> uint256:
    """
    @param record Of a pool, not 0.
    """
    return unsafe_sub(record & MASK_32, 1)


@internal
@pure
def _created_at(record: uint256) -> uint256:
    return (record >> CREATED_AT) & MASK_40


@internal
@pure
def _category_id(record: uint256) -> uint256:
    return record >> CATEGORY_AT


@internal
@view
def _is_active(record: uint256) -> bool:
    return pool_set._contains(pool_set.ACTIVE, self._id(record))


# ---------------------------------------------------------------- a set of pools


@internal
@pure
def _check_limit(limit: uint256):
    if limit > list_bounds.MAX_PAGE:
        errors._invalid_input()


@internal
@view
def _count(set_id: uint256) -> uint256:
    return pool_set._count(set_id, len(self.pools))


@internal
@view
def _page(set_id: uint256, offset: uint256, limit: uint256) -> DynArray[address, list_bounds.MAX_PAGE]:
    ids: DynArray[uint256, list_bounds.MAX_PAGE] = pool_set._page(set_id, len(self.pools), offset, limit)
    pools: DynArray[address, list_bounds.MAX_PAGE] = []
    for pool_id: uint256 in ids:
        pools.append(self.pools[pool_id])
    return pools


@internal
@view
def _all(set_id: uint256) -> DynArray[address, list_bounds.MAX_LIST]:
    """
    @return The pools of the set. The first 16,384 if there are more.
    """
    pools: DynArray[address, list_bounds.MAX_LIST] = []
    for i: uint256 in range((len(self.pools) + 255) >> 8, bound=pool_set.MAX_WORDS):
        ids: DynArray[uint256, 256] = pool_set._in_word(set_id, i)
        for pool_id: uint256 in ids:
            if len(pools) == list_bounds.MAX_LIST:
                return pools
            pools.append(self.pools[pool_id])
    return pools


@internal
@view
def _at(set_id: uint256, index: uint256) -> address:
    """
    @dev Reverts with `InvalidInput()` past the end.
    """
    pools: DynArray[address, list_bounds.MAX_PAGE] = self._page(set_id, index, 1)
    if len(pools) == 0:
        errors._invalid_input()
    return pools[0]
