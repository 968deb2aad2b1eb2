"""What the spec says of the factory of pools."""

from tests.stateful.models.pool import Pool
from tests.stateful.models.registry import Registry
from tests.stateful.models.world import NOBODY, Left, Ownable, World, action, refuse_if

MAX_CATEGORY = 64
MAX_METADATA = 1_024


class Factory(Ownable):
    def __init__(self, world: World, name: str, owner: str, registry: Registry, pools: list[Pool]):
        self.world = world
        self.name = name
        self.owner = owner
        self.registry = registry
        self.pools = pools
        self.salts: set[tuple[str, bytes]] = set()

    def pool(self, name: str) -> Pool:
        pool = next((pool for pool in self.pools if pool.name == name), None)
        refuse_if(pool is None, "PoolNotFound()")
        return pool

    @staticmethod
    def check_texts(category: str, metadata: str):
        refuse_if(not 1 <= len(category) <= MAX_CATEGORY, "InvalidCategory()")
        refuse_if(len(metadata) > MAX_METADATA, "InvalidInput()")

    def made(self, owner: str, categories: list[str], metadatas: list[str]) -> Left:
        """Pools are made at addresses that only the chain knows before."""

        def take(told):
            is_one = not isinstance(told.returned, list)
            addresses = [told.returned] if is_one else told.returned
            names = []
            for address, category, metadata in zip(addresses, categories, metadatas, strict=True):
                assert address not in self.world.addresses.values(), f"{address} is taken"
                name = self.world.fresh("pool")
                names.append(name)
                pool = Pool(self.world, name, len(self.pools), owner, self.registry, category, metadata)
                self.pools.append(pool)
                self.world.stand(name, "TaskPool", address, pool)
                self.world.emit(self.name, "PoolCreated", name, owner, pool.pool_id, category)
            return name if is_one else names

        return Left(take)

    @action
    def create_pool(self, sender: str, category: str, metadata: str):
        self.check_texts(category, metadata)
        return self.made(sender, [category], [metadata])

    @action
    def create_pools(self, sender: str, categories: list[str], metadatas: list[str]):
        refuse_if(not categories or len(categories) != len(metadatas), "InvalidInput()")
        for category, metadata in zip(categories, metadatas, strict=True):
            self.check_texts(category, metadata)
        return self.made(sender, categories, metadatas)

    @action
    def create_pool_deterministic(self, sender: str, category: str, metadata: str, salt: bytes):
        self.check_texts(category, metadata)
        refuse_if((sender, salt) in self.salts, "InvalidInput()")
        self.salts.add((sender, salt))
        return self.made(sender, [category], [metadata])

    @action
    def create_pool_for(self, sender: str, user: str, category: str, metadata: str):
        self.only_owner(sender)
        refuse_if(user == NOBODY, "InvalidInput()")
        self.check_texts(category, metadata)
        return self.made(user, [category], [metadata])

    @action
    def activate_pool(self, sender: str, pool: str):
        self.set_active(sender, [pool], True)

    @action
    def reactivate_pool(self, sender: str, pool: str):
        self.set_active(sender, [pool], True)

    @action
    def activate_pools(self, sender: str, pools: list[str]):
        self.set_active(sender, pools, True)

    @action
    def deactivate_pool(self, sender: str, pool: str):
        self.set_active(sender, [pool], False)

    @action
    def deactivate_pools(self, sender: str, pools: list[str]):
        self.set_active(sender, pools, False)

    def set_active(self, sender: str, names: list[str], is_active: bool):
        self.only_owner(sender)
        error = "PoolAlreadyActive()" if is_active else "PoolAlreadyInactive()"
        for at, name in enumerate(names):
            refuse_if(self.pool(name).is_active == is_active or name in names[:at], error)
        for name in names:
            self.pool(name).is_active = is_active
            self.world.emit(self.name, "PoolActivated" if is_active else "PoolDeactivated", name)

    @action
    def set_model_registry(self, sender: str, registry: str):
        self.only_owner(sender)
        new = self.world.objects.get(registry)
        refuse_if(not isinstance(new, Registry), "InvalidInput()")
        self.world.emit(self.name, "ModelRegistryUpdated", self.registry.name, registry)
        self.registry = new

    @action
    def set_pool_category(self, sender: str, name: str, category: str):
        pool = self.pool(name)
        refuse_if(sender not in (pool.owner, self.owner), "Unauthorized()")
        refuse_if(not 1 <= len(category) <= MAX_CATEGORY, "InvalidCategory()")
        self.world.emit(self.name, "PoolCategoryUpdated", name, pool.category, category)
        pool.category = category

    @action
    def set_pool_metadata(self, sender: str, name: str, metadata: str):
        pool = self.pool(name)
        refuse_if(sender not in (pool.owner, self.owner), "Unauthorized()")
        refuse_if(len(metadata) > MAX_METADATA, "InvalidInput()")
        pool.metadata = metadata
        self.world.emit(self.name, "PoolMetadataUpdated", name, metadata)
