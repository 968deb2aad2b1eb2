# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title TaskPoolFactory
@license MIT
@notice Makes task pools, as clones of one implementation, and keeps their list, categories and metadata.
@dev Decide first: sets of pools (the active ones, each category) are bitmaps over pool ids, so that creating, activating and moving a pool
     write one word each, and lists are read 256 pools a word.

     Trusted: the owner chooses the registry of pools created from then on, and opens and closes pools; he cannot reach a pool's money
     or stop its exits.
"""

from contracts.interfaces import IModelRegistry
from contracts.interfaces import ITaskPool
from contracts.interfaces import ITaskPoolFactory
from contracts.interfaces import ITaskRouter
from contracts.pools import pool_set
from contracts.shared import code_blob
from contracts.shared import errors
from contracts.shared import ownable
from contracts.shared import probe

initializes: pool_set
initializes: ownable

implements: ITaskPoolFactory

exports: (
    ownable.owner,
    ownable.pendingOwner,
    ownable.transferOwnership,
    ownable.acceptOwnership,
)

MAX_CATEGORY: constant(uint256) = 64
MAX_METADATA: constant(uint256) = 1_024
# The most pools that a whole-list getter returns; the paged getters have no bound.
MAX_LIST: constant(uint256) = 16_384
MAX_BATCH: constant(uint256) = 64

# The set of active pools. Category c is set c.
ACTIVE: constant(uint256) = 0

# records[pool]: pool id + 1 in 0-31 | created, unix time, in 32-71 | category in 72-103
MAX_RECORDED_ID: constant(uint256) = 2**32 - 1
CREATED_AT: constant(uint256) = 32
CATEGORY_AT: constant(uint256) = 72

# metadata[pool]: up to 31 bytes lie in the word itself, left-aligned, with twice their number in the lowest byte, as Solidity does
# it; more lie in a blob, whose address stands in 8-167 with 1 in the lowest bit.
MAX_INLINE: constant(uint256) = 31

implementation: public(immutable(address))
modelRegistry: public(reentrant(address))
all_pools: DynArray[address, 2**32]  # by pool id
records: HashMap[address, uint256]
metadata: HashMap[address, uint256]
category_ids: HashMap[bytes32, uint256]  # by keccak256 of the category
categories: DynArray[String[64], 2**32]  # category c at c - 1


@deploy
def __init__(_implementation: address):
    """
    @param _implementation The TaskPool that is cloned.
    """
    if not _implementation.is_contract:
        errors._invalid_input()
    implementation = _implementation
    ownable._set_owner(msg.sender)


# ---------------------------------------------------------------- anyone


@external
def createPool(category: String[128], metadata: String[1056]) -> address:
    """
    @notice Create a pool that belongs to the caller and is active.
    @dev Reverts with `InvalidCategory()`, and with `InvalidInput()` for metadata over the bound and while there is no registry with a router.
    @param category 1 to 64 bytes.
    @param metadata Up to 1,024 bytes.
    @return The pool.
    """
    return self._create(msg.sender, category, metadata, False, empty(bytes32))


@external
def createPools(categories: DynArray[String[128], 16], metadatas: DynArray[String[1056], 16]) -> DynArray[address, 16]:
    """
    @notice Create several pools that belong to the caller, all or none.
    @dev Reverts as createPool does, and with `InvalidInput()` for empty lists and lists of unequal length.
    @return The pools, in the same order.
    """
    if len(categories) == 0 or len(categories) != len(metadatas):
        errors._invalid_input()
    pools: DynArray[address, 16] = []
    for i: uint256 in range(len(categories), bound=16):
        pools.append(self._create(msg.sender, categories[i], metadatas[i], False, empty(bytes32)))
    return pools


@external
def createPoolDeterministic(category: String[128], metadata: String[1056], salt: bytes32) -> address:
    """
    @notice Create a pool at the address that `predictPoolAddress(caller, salt)` names.
    @dev Reverts as createPool does, and with `InvalidInput()` if the caller has used the salt.
    @param salt Anything; it is bound to the caller.
    @return The pool.
    """
    return self._create(msg.sender, category, metadata, True, self._bound_salt(msg.sender, salt))


# ---------------------------------------------------------------- owner of the factory


@external
def createPoolFor(user: address, category: String[128], metadata: String[1056]) -> address:
    """
    @notice Create a pool for somebody else.
    @dev Reverts as createPool does, with `Unauthorized()`, and with `InvalidInput()` for zero.
    @param user The owner of the pool.
    @return The pool.
    """
    ownable._only_owner()
    if user == empty(address):
        errors._invalid_input()
    return self._create(user, category, metadata, False, empty(bytes32))


@external
def activatePool(pool: address):
    """
    @notice Open a pool for new tasks and claims.
    @dev Reverts with `Unauthorized()`, `PoolNotFound()`, `PoolAlreadyActive()`.
    """
    ownable._only_owner()
    self._set_active(pool, True)


@external
def reactivatePool(pool: address):
    """
    @notice The name that deployed clients use for activatePool.
    """
    ownable._only_owner()
    self._set_active(pool, True)


@external
def deactivatePool(pool: address):
    """
    @notice Close a pool for new tasks and claims. What is in it keeps all its exits.
    @dev Reverts with `Unauthorized()`, `PoolNotFound()`, `PoolAlreadyInactive()`.
    """
    ownable._only_owner()
    self._set_active(pool, False)


@external
def activatePools(pools: DynArray[address, MAX_BATCH]):
    """
    @notice Activate pools, all or none.
    """
    ownable._only_owner()
    for pool: address in pools:
        self._set_active(pool, True)


@external
def deactivatePools(pools: DynArray[address, MAX_BATCH]):
    """
    @notice Deactivate pools, all or none.
    """
    ownable._only_owner()
    for pool: address in pools:
        self._set_active(pool, False)


@external
def setModelRegistry(_modelRegistry: address):
    """
    @notice Choose the registry of the pools that are created from now on.
    @dev Reverts with `Unauthorized()`, and with `InvalidInput()` for an address that is no registry.
    """
    ownable._only_owner()
    if not probe._answers(_modelRegistry, method_id("taskRouter()", output_type=bytes4)):
        errors._invalid_input()
    log ITaskPoolFactory.ModelRegistryUpdated(oldRegistry=self.modelRegistry, newRegistry=_modelRegistry)
    self.modelRegistry = _modelRegistry


# ---------------------------------------------------------------- owner of a pool, or of the factory


@external
def setPoolCategory(pool: address, category: String[128]):
    """
    @dev Reverts with `PoolNotFound()`, `Unauthorized()`, `InvalidCategory()`.
    @param category 1 to 64 bytes.
    """
    record: uint256 = self._existing(pool)
    self._only_owner_of(pool)
    old: uint256 = record >> CATEGORY_AT
    new: uint256 = self._category_id(category)
    pool_id: uint256 = self._id(record)
    pool_set._remove(old, pool_id)
    pool_set._add(new, pool_id)
    self.records[pool] = record & (2**CATEGORY_AT - 1) | new << CATEGORY_AT
    log ITaskPoolFactory.PoolCategoryUpdated(
        pool=pool, oldCategory=self.categories[old - 1], newCategory=self.categories[new - 1]
    )


@external
def setPoolMetadata(pool: address, metadata: String[1056]):
    """
    @dev Reverts with `PoolNotFound()`, `Unauthorized()`, `InvalidInput()`.
    @param metadata Up to 1,024 bytes.
    """
    self._existing(pool)
    self._only_owner_of(pool)
    self._store_metadata(pool, metadata)
    log ITaskPoolFactory.PoolMetadataUpdated(pool=pool, metadata=convert(metadata, String[1024]))


# ---------------------------------------------------------------- views


@view
@external
@reentrant
def isRegisteredPool(pool: address) -> bool:
    return self.records[pool] != 0


@view
@external
@reentrant
def poolIdOf(pool: address) -> uint256:
    """
    @dev Reverts with `PoolNotFound()`.
    @return The pool's id: allPools(id) is the pool.
    """
    return self._id(self._existing(pool))


@view
@external
@reentrant
def isActivePool(pool: address) -> bool:
    return self.records[pool] != 0 and self._is_active(self.records[pool])


@view
@external
@reentrant
def predictPoolAddress(creator: address, salt: bytes32) -> address:
    """
    @return Where `createPoolDeterministic` puts the pool of this creator and salt.
    """
    return self._predict(self._bound_salt(creator, salt))


@view
@external
@reentrant
def poolCategory(pool: address) -> String[64]:
    """
    @return The category, empty for an unknown pool.
    """
    return self._category(self.records[pool])


@view
@external
@reentrant
def poolInfo(pool: address) -> (address, uint256, bool, String[1024]):
    """
    @return owner, createdAt, isActive, metadata; zeros for an unknown pool.
    """
    info: ITaskPoolFactory.PoolInfo = self._info(pool)
    return info.owner, info.createdAt, info.isActive, info.metadata


@view
@external
@reentrant
def getPoolInfo(pool: address) -> ITaskPoolFactory.PoolInfo:
    """
    @dev Reverts with `PoolNotFound()`.
    """
    self._existing(pool)
    return self._info(pool)


@view
@external
@reentrant
def getPoolCount() -> (uint256, uint256):
    """
    @return The number of pools, and of active ones.
    """
    return len(self.all_pools), pool_set._count(ACTIVE, len(self.all_pools))


@view
@external
@reentrant
def allPools(poolId: uint256) -> address:
    """
    @dev Reverts with `InvalidInput()` for an id that is not given yet.
    """
    if poolId >= len(self.all_pools):
        errors._invalid_input()
    return self.all_pools[poolId]


@view
@external
@reentrant
def getAllPools() -> DynArray[address, 2**32]:
    return self.all_pools


@view
@external
@reentrant
def getPools(offset: uint256, limit: uint256) -> (DynArray[address, 256], uint256):
    """
    @notice A page of all pools, by ascending id.
    @dev Reverts with `InvalidInput()` for a limit above 256, as the other paged getters do.
    @return Pools, and their total number.
    """
    self._check_limit(limit)
    total: uint256 = len(self.all_pools)
    pools: DynArray[address, 256] = []
    for i: uint256 in range(limit, bound=256):
        if offset >= total - min(i, total):
            break
        pools.append(self.all_pools[offset + i])
    return pools, total


@view
@external
@reentrant
def activePools(index: uint256) -> address:
    """
    @notice The active pools, by ascending id.
    @dev Reverts with `InvalidInput()` past the end, as poolsByCategory does.
    """
    return self._at(ACTIVE, index)


@view
@external
@reentrant
def activePoolIndex(pool: address) -> uint256:
    """
    @return The position of a pool in the list of active pools; 0 too if it is not active (see isActivePool).
    """
    record: uint256 = self.records[pool]
    if record == 0 or not self._is_active(record):
        return 0
    return pool_set._count(ACTIVE, self._id(record))


@view
@external
@reentrant
def getActivePools() -> DynArray[address, MAX_LIST]:
    """
    @return All active pools; the first 16,384 if there are more.
    """
    return self._list(ACTIVE)


@view
@external
@reentrant
def getActivePoolsPaged(offset: uint256, limit: uint256) -> (DynArray[address, 256], uint256):
    self._check_limit(limit)
    return self._page(ACTIVE, offset, limit), pool_set._count(ACTIVE, len(self.all_pools))


@view
@external
@reentrant
def poolsByCategory(category: String[128], index: uint256) -> address:
    return self._at(self._known_category(category), index)


@view
@external
@reentrant
def getPoolsByCategory(category: String[128]) -> DynArray[address, MAX_LIST]:
    """
    @return The pools of a category, active or not; the first 16,384 if there are more; none for an unknown category.
    """
    set_id: uint256 = self.category_ids[keccak256(category)]
    if set_id == 0:
        return []
    return self._list(set_id)


@view
@external
@reentrant
def getPoolsByCategoryPaged(category: String[128], offset: uint256, limit: uint256) -> (DynArray[address, 256], uint256):
    self._check_limit(limit)
    set_id: uint256 = self.category_ids[keccak256(category)]
    if set_id == 0:
        return [], 0
    return self._page(set_id, offset, limit), pool_set._count(set_id, len(self.all_pools))


@view
@external
@reentrant
def getPoolsWithAvailableTasks(minTasks: uint256) -> DynArray[address, MAX_LIST]:
    """
    @return Active pools with at least so many available tasks, by ascending id.
    """
    pools: DynArray[address, MAX_LIST] = []
    active: DynArray[address, MAX_LIST] = self._list(ACTIVE)
    for pool: address in active:
        if (staticcall ITaskPool(pool).getPoolStats())[0] >= minTasks:
            pools.append(pool)
    return pools


@view
@external
@reentrant
def getPoolsWithAvailableTasksPaged(minTasks: uint256, offset: uint256, limit: uint256) -> (DynArray[address, 256], uint256):
    """
    @notice The same for a page of the active pools.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @return Those of the page's pools that have so many available tasks, and the number of all active pools.
    """
    self._check_limit(limit)
    pools: DynArray[address, 256] = []
    active: DynArray[address, 256] = self._page(ACTIVE, offset, limit)
    for pool: address in active:
        if (staticcall ITaskPool(pool).getPoolStats())[0] >= minTasks:
            pools.append(pool)
    return pools, pool_set._count(ACTIVE, len(self.all_pools))


@view
@external
@reentrant
def getBestAvailablePool() -> address:
    """
    @return The pool whose task the router ranks first, zero if there is none.
    """
    return staticcall ITaskRouter(self._router()).getAvailablePoolForTask()


@view
@external
@reentrant
def getRecommendedPool(user: address) -> address:
    """
    @return The pool from which claimBestTask would serve this worker, zero if there is none.
    """
    return (staticcall ITaskRouter(self._router()).getBestTaskFor(user))[0]


@view
@external
@reentrant
def getGlobalStats() -> (uint256, uint256, uint256, uint256, uint256):
    """
    @return Pools, active pools, and over all of them the tasks that are available, active, pending.
    """
    stats: (uint256, uint256, uint256, uint256, uint256, uint256, uint256) = staticcall ITaskRouter(
        self._router()
    ).getGlobalStats()
    return stats[0], stats[1], stats[2], stats[3], stats[4]


# ---------------------------------------------------------------- internal


@internal
def _create(user: address, category: String[128], metadata: String[1056], deterministic: bool, salt: bytes32) -> address:
    registry: address = self.modelRegistry
    category_id: uint256 = self._category_id(category)
    if registry == empty(address):
        errors._invalid_input()
    pool: address = empty(address)
    if deterministic:
        if self._predict(salt).is_contract:  # a collision would burn 63/64 of the gas
            errors._invalid_input()
        pool = create_minimal_proxy_to(implementation, salt=salt)
    else:
        pool = create_minimal_proxy_to(implementation)
    pool_id: uint256 = len(self.all_pools)
    self.all_pools.append(pool)
    self.records[pool] = pool_id + 1 | block.timestamp << CREATED_AT | category_id << CATEGORY_AT
    pool_set._add(ACTIVE, pool_id)
    pool_set._add(category_id, pool_id)
    self._store_metadata(pool, metadata)
    extcall ITaskPool(pool).initialize(user, user, registry)
    log ITaskPoolFactory.PoolCreated(pool=pool, owner=user, poolId=pool_id, category=convert(category, String[64]))
    return pool


@internal
def _set_active(pool: address, active: bool):
    record: uint256 = self.records[pool]
    if record == 0:
        errors._pool_not_found()
    pool_id: uint256 = unsafe_sub(record & MAX_RECORDED_ID, 1)
    if active:
        if not pool_set._add(ACTIVE, pool_id):
            errors._pool_already_active()
        log ITaskPoolFactory.PoolActivated(pool=pool)
    else:
        if not pool_set._remove(ACTIVE, pool_id):
            errors._pool_already_inactive()
        log ITaskPoolFactory.PoolDeactivated(pool=pool)
    extcall ITaskPool(pool).setActive(active, skip_contract_check=True)  # a pool of ours has code


@internal
def _category_id(category: String[128]) -> uint256:
    """
    @return The category's id; a new one is given to a category that was not there before.
    """
    if len(category) == 0 or len(category) > MAX_CATEGORY:
        errors._invalid_category()
    digest: bytes32 = keccak256(category)
    category_id: uint256 = self.category_ids[digest]
    if category_id == 0:
        self.categories.append(convert(category, String[64]))
        category_id = len(self.categories)
        self.category_ids[digest] = category_id
    return category_id


@internal
def _store_metadata(pool: address, metadata: String[1056]):
    length: uint256 = len(metadata)
    if length > MAX_METADATA:
        errors._invalid_input()
    if length <= MAX_INLINE:
        word: uint256 = 0
        if length != 0:
            padded: Bytes[1088] = concat(convert(metadata, Bytes[1056]), empty(bytes32))
            word = convert(slice(padded, 0, 32), uint256) | length << 1
        self.metadata[pool] = word
    else:
        blob: address = code_blob._write(concat(0x00, convert(metadata, Bytes[1056])))
        self.metadata[pool] = convert(blob, uint256) << 8 | 1


@internal
@view
def _only_owner_of(pool: address):
    if msg.sender != staticcall ITaskPool(pool).owner() and msg.sender != ownable.owner:
        errors._unauthorized()


@internal
@view
def _existing(pool: address) -> uint256:
    record: uint256 = self.records[pool]
    if record == 0:
        errors._pool_not_found()
    return record


@internal
@pure
def _check_limit(limit: uint256):
    if limit > 256:
        errors._invalid_input()


@internal
@pure
def _id(record: uint256) -> uint256:
    return (record & MAX_RECORDED_ID) - 1


@internal
@view
def _is_active(record: uint256) -> bool:
    return pool_set._contains(ACTIVE, self._id(record))


@internal
@view
def _category(record: uint256) -> String[64]:
    if record == 0:
        return ""
    return self.categories[(record >> CATEGORY_AT) - 1]


@internal
@view
def _known_category(category: String[128]) -> uint256:
    set_id: uint256 = self.category_ids[keccak256(category)]
    if set_id == 0:
        errors._invalid_input()
    return set_id


@internal
@view
def _info(pool: address) -> ITaskPoolFactory.PoolInfo:
    info: ITaskPoolFactory.PoolInfo = empty(ITaskPoolFactory.PoolInfo)
    record: uint256 = self.records[pool]
    if record != 0:
        info.owner = staticcall ITaskPool(pool).owner()
        info.createdAt = (record >> CREATED_AT) & (2**40 - 1)
        info.isActive = self._is_active(record)
        info.metadata = self._metadata(pool)
    return info


@internal
@view
def _metadata(pool: address) -> String[1024]:
    word: uint256 = self.metadata[pool]
    if word & 1 == 0:
        return convert(slice(convert(word, bytes32), 0, (word & 255) >> 1), String[1024])
    blob: address = convert(word >> 8, address)
    return convert(code_blob._read(blob, 1, blob.codesize - 1), String[1024])


@internal
@view
def _page(set_id: uint256, offset: uint256, limit: uint256) -> DynArray[address, 256]:
    ids: DynArray[uint256, 256] = pool_set._page(set_id, len(self.all_pools), offset, limit)
    pools: DynArray[address, 256] = []
    for pool_id: uint256 in ids:
        pools.append(self.all_pools[pool_id])
    return pools


@internal
@view
def _list(set_id: uint256) -> DynArray[address, MAX_LIST]:
    pools: DynArray[address, MAX_LIST] = []
    total: uint256 = len(self.all_pools)
    for i: uint256 in range((total + 255) >> 8, bound=2**24):
        word: uint256 = pool_set.words[set_id << 32 | i]
        for bit: uint256 in range(256):
            if word >> bit == 0 or len(pools) == MAX_LIST:
                break
            if (word >> bit) & 1 == 1:
                pools.append(self.all_pools[i << 8 | bit])
    return pools


@internal
@view
def _at(set_id: uint256, index: uint256) -> address:
    pools: DynArray[address, 256] = self._page(set_id, index, 1)
    if len(pools) == 0:
        errors._invalid_input()
    return pools[0]


@internal
@view
def _router() -> address:
    registry: address = self.modelRegistry
    if registry == empty(address):
        errors._invalid_input()
    router: address = staticcall IModelRegistry(registry).taskRouter()
    if router == empty(address):
        errors._invalid_input()
    return router


@internal
@pure
def _bound_salt(creator: address, salt: bytes32) -> bytes32:
    return keccak256(concat(convert(creator, bytes20), salt))


@internal
@view
def _predict(salt: bytes32) -> address:
    """
    @dev CREATE2: the last 20 bytes of keccak256(0xff, factory, salt, keccak256(creation code)), EIP-1014; the code is the EIP-1167 proxy
         as `create_minimal_proxy_to` makes it.
    """
    code_hash: bytes32 = keccak256(
        concat(
            0x602d3d8160093d39f3363d3d373d3d3d363d73,
            convert(implementation, bytes20),
            0x5af43d82803e903d91602b57fd5bf3,
        )
    )
    digest: bytes32 = keccak256(concat(0xff, convert(self, bytes20), salt, code_hash))
    return convert(convert(digest, uint256) & (2**160 - 1), address)
