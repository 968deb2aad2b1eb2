"""Rules: who makes, opens, closes and describes pools."""

from tests.stateful.engine.machine import rule
from tests.stateful.models.world import Refusal

MAX_POOLS = 6
CATEGORIES = ["AI Tasks", "AI Tasks", "Images", "c" * 64]
METADATA = ["", "m" * 31, "m" * 32, "m" * 1_024]


def a_category(m) -> str:
    return m.draw.mostly(CATEGORIES, ["c" * 65, ""])


def some_metadata(m) -> str:
    return m.draw.mostly(METADATA, ["m" * 1_025])


@rule(2, when=lambda m: len(m.pools) < MAX_POOLS)
def create_a_pool(m):
    category, metadata = a_category(m), some_metadata(m)
    sender = m.draw.one_of(m.owners)
    function = m.draw.one_of(["createPool", "createPoolDeterministic", "createPoolFor"])
    if function == "createPool":
        m.act(sender, "factory", function, category, metadata)
    elif function == "createPoolFor":
        owner = m.draw.mostly(m.owners, ["nobody"])
        m.act(m.sender(m.factory.owner), "factory", function, owner, category, metadata)
    else:
        salt = m.draw.one_of([b"\1" * 32, b"\2" * 32])
        predicted, types = m.chain.view("factory", "predictPoolAddress", sender, salt)
        done = m.act(sender, "factory", function, category, metadata, salt)
        if not isinstance(done, Refusal):
            m.same("the address of the new pool", m.chain.unpacked(types.outputs, predicted), m.pools[-1].name)


@rule(1, when=lambda m: len(m.pools) < MAX_POOLS)
def create_pools(m):
    categories = [a_category(m) for _ in range(m.draw.mostly([1, 2], [0]))]
    metadatas = [some_metadata(m) for _ in range(m.draw.mostly([len(categories)], [1]))]
    m.act(m.draw.one_of(m.owners), "factory", "createPools", categories, metadatas)


@rule(4)
def open_or_close_pools(m):
    """Mostly all stay open: with closed pools little happens."""
    closed = [pool.name for pool in m.pools if not pool.is_active]
    opened = [pool.name for pool in m.pools if pool.is_active]
    opens = bool(closed) and not m.draw.once_in(5)
    right, wrong = (closed, opened) if opens else (opened, closed)
    sender = m.sender(m.factory.owner)
    if m.draw.once_in(3):
        candidates = [*right, *(wrong if m.draw.once_in(8) else [])]
        m.act(sender, "factory", "activatePools" if opens else "deactivatePools", m.draw.some_of(candidates, 2))
    else:
        function = m.draw.one_of(["activatePool", "reactivatePool"] if opens else ["deactivatePool"])
        m.act(sender, "factory", function, m.draw.mostly(right, [*wrong, "stranger"]))


@rule(2, when=lambda m: any(not pool.is_active for pool in m.pools))
def open_all_pools(m):
    m.act(m.factory.owner, "factory", "activatePools", [pool.name for pool in m.pools if not pool.is_active])


@rule(1)
def describe_a_pool(m):
    pool = m.draw.one_of(m.pools)
    name = m.draw.mostly([pool.name], ["stranger"])
    sender = m.sender(pool.owner, m.factory.owner)
    if m.draw.flip():
        m.act(sender, "factory", "setPoolCategory", name, a_category(m))
    else:
        m.act(sender, "factory", "setPoolMetadata", name, some_metadata(m))


@rule(1)
def choose_a_registry(m):
    registry = m.draw.mostly(["registry 1", "registry 2"], ["stranger"])
    m.act(m.sender(m.factory.owner), "factory", "setModelRegistry", registry)


@rule(3)
def hand_over(m):
    everything = [m.draw.one_of(m.pools), m.draw.one_of(m.registries), m.factory]
    proposed = [of for of in everything if of.pending_owner != "nobody"]
    of = m.draw.one_of(proposed or everything)
    if of.pending_owner == "nobody" or m.draw.once_in(5):
        m.act(m.sender(of.owner), of.name, "transferOwnership", m.draw.one_of([*m.owners, "operator", "nobody"]))
    else:
        m.act(m.sender(of.pending_owner), of.name, "acceptOwnership")
