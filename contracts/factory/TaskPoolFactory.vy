# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title TaskPoolFactory
@license MIT
@notice Makes task pools, as clones of one implementation, and keeps their list, categories and metadata.
@dev The design decision to know first: sets of pools (the active ones, each category) are bitmaps over pool ids
     (pool_set.vy). So creating, activating and moving a pool write one word each, and lists are read 256 pools a word.

     Trusted: the owner, to choose the registry of pools that are created from then on, and to open and close pools.
     The owner cannot reach a pool's money or stop its exits.
"""

from ..interfaces import ITaskPool
from ..interfaces import ITaskPoolFactory
from ..shared import errors
from ..shared import ownable
from . import activation
from . import category_names
from . import chosen_registry
from . import factory_views
from . import pool_clones
from . import pool_list
from . import pool_metadata
from . import pool_set

initializes: ownable
initializes: pool_set
initializes: pool_clones
initializes: category_names
initializes: pool_metadata
initializes: pool_list[pool_set := pool_set]
initializes: activation[ownable := ownable, pool_list := pool_list]
initializes: chosen_registry[ownable := ownable]
initializes: factory_views[category_names := category_names, pool_list := pool_list, pool_metadata := pool_metadata]

implements: ITaskPoolFactory

exports: (
    activation.activatePool,
    activation.activatePools,
    activation.deactivatePool,
    activation.deactivatePools,
    activation.reactivatePool,
    chosen_registry.getBestAvailablePool,
    chosen_registry.getGlobalStats,
    chosen_registry.getRecommendedPool,
    chosen_registry.modelRegistry,
    chosen_registry.setModelRegistry,
    factory_views.activePools,
    factory_views.getActivePools,
    factory_views.getActivePoolsPaged,
    factory_views.getPoolInfo,
    factory_views.getPoolsByCategory,
    factory_views.getPoolsByCategoryPaged,
    factory_views.getPoolsWithAvailableTasks,
    factory_views.getPoolsWithAvailableTasksPaged,
    factory_views.poolCategory,
    factory_views.poolInfo,
    factory_views.poolsByCategory,
    ownable.acceptOwnership,
    ownable.owner,
    ownable.pendingOwner,
    ownable.transferOwnership,
    pool_clones.implementation,
    pool_clones.predictPoolAddress,
    pool_list.activePoolIndex,
    pool_list.allPools,
    pool_list.getAllPools,
    pool_list.getPoolCount,
    pool_list.getPools,
    pool_list.isActivePool,
    pool_list.isRegisteredPool,
    pool_list.poolIdOf,
)

# Pools that one call creates.
MAX_CREATED: constant(uint256) = 16


@deploy
def __init__(_implementation: address):
    """
    @notice The deployer becomes the owner.
    @dev Reverts with `InvalidInput()` for an address without code.
    @param _implementation The TaskPool that is cloned.
    """
    pool_clones.__init__(_implementation)
    ownable._set_owner(msg.sender)


# ---------------------------------------------------------------- anyone


@external
def createPool(
    category: String[category_names.CATEGORY_ROOM], metadata: String[pool_metadata.METADATA_ROOM]
) -> address:
    """
    @notice Create a pool that belongs to the caller and is active.
    @dev Reverts with `InvalidCategory()`, and with `InvalidInput()` for metadata above the bound and while there is no
         registry with a router.
    @param category 1 to 64 bytes.
    @param metadata Up to 1,024 bytes.
    @return The pool.
    """
    return self._create(msg.sender, category, metadata, False, empty(bytes32))


@external
def createPools(
    categories: DynArray[String[category_names.CATEGORY_ROOM], MAX_CREATED],
    metadatas: DynArray[String[pool_metadata.METADATA_ROOM], MAX_CREATED],
) -> DynArray[address, MAX_CREATED]:
    """
    @notice Create several pools that belong to the caller, all or none.
    @dev Reverts as `createPool` does, and with `InvalidInput()` for empty lists and for lists of unequal length.
    @param categories Up to 16, of 1 to 64 bytes each.
    @param metadatas As many, up to 1,024 bytes each.
    @return The pools, in the same order.
    """
    if len(categories) == 0 or len(categories) != len(metadatas):
        errors._invalid_input()
    pools: DynArray[address, MAX_CREATED] = []
    for i: uint256 in range(len(categories), bound=MAX_CREATED):
        pools.append(self._create(msg.sender, categories[i], metadatas[i], False, empty(bytes32)))
    return pools


@external
def createPoolDeterministic(
    category: String[category_names.CATEGORY_ROOM], metadata: String[pool_metadata.METADATA_ROOM], salt: bytes32
) -> address:
    """
    @notice Create a pool at the address that `predictPoolAddress(caller, salt)` returns.
    @dev Reverts as `createPool` does, and with `InvalidInput()` if the caller has used the salt.
    @param category 1 to 64 bytes.
    @param metadata Up to 1,024 bytes.
    @param salt Anything. Another caller with the same salt gets another address.
    @return The pool.
    """
    return self._create(msg.sender, category, metadata, True, pool_clones._bound_salt(msg.sender, salt))


# ---------------------------------------------------------------- owner of the factory


@external
def createPoolFor(
    user: address, category: String[category_names.CATEGORY_ROOM], metadata: String[pool_metadata.METADATA_ROOM]
) -> address:
    """
    @notice Create a pool that belongs to another account.
    @dev Reverts as `createPool` does, with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` for
         zero.
    @param user The owner of the pool.
    @param category 1 to 64 bytes.
    @param metadata Up to 1,024 bytes.
    @return The pool.
    """
    ownable._only_owner()
    if user == empty(address):
        errors._invalid_input()
    return self._create(user, category, metadata, False, empty(bytes32))


# ---------------------------------------------------------------- owner of a pool, or of the factory


@external
def setPoolCategory(pool: address, category: String[category_names.CATEGORY_ROOM]):
    """
    @notice Move a pool to another category.
    @dev Reverts with `PoolNotFound()`, with `Unauthorized()` for anyone but the owner of the pool or of the factory,
         and with `InvalidCategory()`.
    @param pool The pool.
    @param category 1 to 64 bytes.
    """
    self._only_owner_of(pool)
    new: uint256 = category_names._id_or_new(category)
    old: uint256 = pool_list._set_category(pool, new)
    log ITaskPoolFactory.PoolCategoryUpdated(
        pool=pool, oldCategory=category_names._name(old), newCategory=category_names._name(new)
    )


@external
def setPoolMetadata(pool: address, metadata: String[pool_metadata.METADATA_ROOM]):
    """
    @notice Replace the metadata of a pool.
    @dev Reverts with `PoolNotFound()`, with `Unauthorized()` for anyone but the owner of the pool or of the factory,
         and with `InvalidInput()` for metadata above the bound.
    @param pool The pool.
    @param metadata Up to 1,024 bytes.
    """
    self._only_owner_of(pool)
    pool_metadata._store(pool, metadata)
    log ITaskPoolFactory.PoolMetadataUpdated(
        pool=pool, metadata=convert(metadata, String[pool_metadata.MAX_METADATA])
    )


# ---------------------------------------------------------------- internal


@internal
def _create(
    user: address,
    category: String[category_names.CATEGORY_ROOM],
    metadata: String[pool_metadata.METADATA_ROOM],
    deterministic: bool,
    salt: bytes32,
) -> address:
    registry: address = chosen_registry.modelRegistry
    category_id: uint256 = category_names._id_or_new(category)
    if registry == empty(address):
        errors._invalid_input()
    pool: address = empty(address)
    if deterministic:
        pool = pool_clones._create_at(salt)
    else:
        pool = pool_clones._create()
    pool_id: uint256 = pool_list._add(pool, category_id)
    pool_metadata._store(pool, metadata)
    extcall ITaskPool(pool).initialize(user, user, registry)
    log ITaskPoolFactory.PoolCreated(
        pool=pool, owner=user, poolId=pool_id, category=convert(category, String[category_names.MAX_CATEGORY])
    )
    return pool


@internal
@view
def _only_owner_of(pool: address):
    """
    @dev Reverts with `PoolNotFound()`, and with `Unauthorized()` for anyone but the owner of the pool or of the
         factory.
    """
    pool_list._existing(pool)
    if msg.sender != staticcall ITaskPool(pool).owner() and msg.sender != ownable.owner:
        errors._unauthorized()
