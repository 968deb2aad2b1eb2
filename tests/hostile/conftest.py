"""
A market at work: an approved pool with a task in each state, money in each place, and a pool that is not approved.
"""

from dataclasses import dataclass

import boa
import pytest

from tests.conftest import funded
from tests.helpers.chain import DAY, ETHER, now
from tests.helpers.flow import send
from tests.helpers.hostile import changing_calls

REWARD = ETHER
FREE = 3 * ETHER
PRICE = 5 * 10**15  # of image-v1
FEE = PRICE // 100


@dataclass
class Scene:
    """Contracts, actors, and tasks by what they wait for."""

    system: object
    pool: object
    unapproved: object
    pool_owner: str
    requester: str
    worker: str
    other_worker: str
    verifier: str
    stranger: str
    operator: str
    pending: int = 0  # of the registry, by other_worker
    active: int = 0  # of the registry, by worker
    available: int = 0  # of the pool's owner
    request: int = 0  # open, its task is available
    requested: int = 0  # its task

    @property
    def registry(self):
        return self.system.registry

    @property
    def router(self):
        return self.system.router

    @property
    def factory(self):
        return self.system.factory

    def contract(self, name: str):
        """The pool stands for TaskPool."""
        return self.pool if name == "TaskPool" else self.system.contracts()[name]

    def own_task(self, reward: int = REWARD, pool=None, owner=None) -> int:
        pool = pool or self.pool
        owner = owner or self.pool_owner
        pool.addAITasks([reward], [7], ["llm-chat-v1"], ["prompt"], [now() + 10 * DAY], value=reward, sender=owner)
        return pool.taskCounter()

    def request_task(self, requester=None, pool=None) -> int:
        """The task of a new request; the request's id is the registry's `requestCounter()`."""
        pool = pool or self.pool
        self.registry.requestInference("image-v1", "a cat", value=PRICE, sender=requester or self.requester)
        assert self.registry.requestTask(self.registry.requestCounter())[0] == pool.address
        return pool.taskCounter()

    def submit(self, task: int, worker: str, pool=None, result: str = "a result", proof: bytes = b"proof"):
        pool = pool or self.pool
        self.router.claimTask(pool.address, task, sender=worker)
        self.router.submitTask(pool.address, task, proof, 1, 2, result, sender=worker)

    def calls(self, me: str) -> dict:
        return changing_calls(self, me)


@pytest.fixture(scope="module")
def scene(deployed):
    """One a file: the tests of a file start from it and leave no trace."""
    with boa.env.anchor():
        yield market(deployed)


def market(system) -> Scene:
    roles = ["pool_owner", "requester", "worker", "other_worker", "verifier", "stranger"]
    actors = {role: funded(role) for role in roles}
    registry = system.registry
    registry.registerModel("llm-chat-v1", "Chat", "A chat model", 1, 10**12)
    registry.registerModel("image-v1", "Image", "An image model", 0, PRICE)
    registry.addVerifier(actors["verifier"])
    registry.setProtocolFeeBps(100)
    pool, unapproved = (
        system.pool(address)
        for address in system.factory.createPools(["AI Tasks"] * 2, [""] * 2, sender=actors["pool_owner"])
    )
    registry.approvePool(pool.address)
    scene = Scene(system, pool, unapproved, operator=system.deployer, **actors)
    scene.pending = scene.request_task()
    scene.submit(scene.pending, scene.other_worker)
    scene.active = scene.request_task()
    scene.router.claimTask(pool.address, scene.active, sender=scene.worker)
    scene.available = scene.own_task()
    scene.requested = scene.request_task()
    scene.request = registry.requestCounter()
    send(pool, FREE, scene.pool_owner)
    send(registry, FREE, scene.requester)
    return scene
