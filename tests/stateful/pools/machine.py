"""The task pools with all their users: several pools, two registries, the factory and the router."""

from collections.abc import Iterable
from typing import ClassVar

import boa

from deploy import deploy
from taskpools.system import deployer
from tests.stateful.engine.chain import Chain
from tests.stateful.engine.machine import Machine, rules_of
from tests.stateful.models.factory import Factory
from tests.stateful.models.pool import Pool
from tests.stateful.models.registry import Registry
from tests.stateful.models.router import Router
from tests.stateful.models.tasks import ACTIVE, AVAILABLE, OPEN, PENDING, Task
from tests.stateful.models.world import World
from tests.stateful.pools import anyone, factories, invariants, owners, registries, verifiers, workers

RICH = 10**31  # enough for several of the highest rewards
ENDED_AT_FIRST = 30
OWNERS = ["owner 1", "owner 2", "refusing owner"]
REQUESTERS = ["requester 1", "requester 2", "refusing requester"]
WORKERS = ["worker 1", "worker 2", "worker 3", "refusing worker"]
VERIFIERS = ["verifier 1", "verifier 2"]
REGISTRIES = ["registry 1", "registry 2"]


class Pools(Machine):
    rules = rules_of(factories, registries, owners, workers, verifiers, anyone)
    invariants = invariants.ALL
    owners, requesters, workers, verifiers = OWNERS, REQUESTERS, WORKERS, VERIFIERS
    actors: ClassVar[list[str]] = ["operator", "stranger", *OWNERS, *REQUESTERS, *WORKERS, *VERIFIERS]

    # ------------------------------------------------ the base of each run

    @classmethod
    def deploy(cls) -> World:
        system = deploy()
        second = deployer("ModelRegistry").deploy()
        second.setTaskRouter(system.router.address)
        world = World()
        world.addresses["operator"] = str(system.deployer)
        chain = Chain(world)
        for actor in cls.actors:
            world.wei[actor] = RICH
            boa.env.set_balance(chain.address(actor), RICH)
            world.refuse(actor, actor.startswith("refusing"))
        chain.follow()
        pools: list[Pool] = []
        registries = [Registry(world, name, "operator", pools) for name in REGISTRIES]
        models = Factory(world, "factory", "operator", registries[0], pools)
        for name, kind, contract, model in (
            ("registry 1", "ModelRegistry", system.registry, registries[0]),
            ("registry 2", "ModelRegistry", second, registries[1]),
            ("factory", "TaskPoolFactory", system.factory, models),
            ("router", "TaskRouter", system.router, Router(world, "router", models)),
            ("viewer", "TaskPoolViewer", system.viewer, None),
        ):
            world.stand(name, kind, str(contract.address), model)
        return world

    def begin(self):
        objects = self.world.objects
        self.factory: Factory = objects["factory"]
        self.router: Router = objects["router"]
        self.registries: list[Registry] = [objects[name] for name in REGISTRIES]
        self.pools: list[Pool] = self.factory.pools

    def prepare(self):
        """Two models in each registry, and three pools, two of them approved."""
        act = self.act
        for name in REGISTRIES:
            act("operator", name, "registerModel", "llm", "Chat", "A chat model", 1, 10**9)
            act("operator", name, "registerModel", "image", "Image", "", 0, 3 * 10**9)
            act("operator", name, "addVerifier", "verifier 1")
        for owner in ("owner 1", "refusing owner", "owner 2"):
            act(owner, "factory", "createPool", "AI Tasks", "")
        act("operator", "registry 1", "approvePool", "pool 1")
        act("operator", "registry 1", "approvePool", "pool 3")
        act("operator", "registry 1", "setProtocolFeeBps", 250)
        act("owner 2", "pool 3", "setTaskTerms", 3_600, 3_600, 1, True)
        # Ended tasks: new ones come in the next word of the queues and the ranking soon.
        for _ in range(2):
            tasks = ([1] * 15, [0] * 15, ["m"] * 15, [""] * 15, [self.world.now + 600] * 15)
            act("owner 2", "pool 3", "addAITasks", *tasks, value=15)
        for task_id in range(1, ENDED_AT_FIRST + 1):
            act("owner 2", "pool 3", "cancelTask", task_id)
        self.world.given["task"] = 0

    # ------------------------------------------------ what there is

    def tasks(self, *states: str) -> list[tuple[Pool, Task]]:
        return [(pool, task) for pool in self.pools for task in pool.tasks.values() if task.state in states]

    def is_any(self, *states: str) -> bool:
        return any(task.state in states for pool in self.pools for task in pool.tasks.values())

    def in_time(self) -> list[tuple[Pool, Task]]:
        """Submitted tasks that a verifier can still judge."""
        return [(pool, task) for pool, task in self.tasks(PENDING) if not pool.is_late(task)]

    def requests(self) -> list[tuple[Registry, int]]:
        return [(registry, at) for registry in self.registries for at in registry.requests]

    def claims(self) -> list[tuple[Pool, Task]]:
        """Of workers who are in time."""
        return [claim for claim in map(self.router.active_task, WORKERS) if claim]

    # ------------------------------------------------ drawing

    def sender(self, *right: str) -> str:
        """Mostly somebody who may; now and then anybody."""
        return self.draw.one_of(self.actors) if self.draw.once_in(14) else self.draw.one_of(right)

    def task_name(self, task: Task) -> str | int:
        """Mostly this one; now and then one that is not known, or another."""
        return self.draw.mostly([task.name], [0, 10**9, task.task_id + 1], 12)

    def some_tasks(self, pool: Pool, tasks: Iterable[Task]) -> list[str | int]:
        some: list = [task.name for task in self.draw.some_of(tasks, 4)]
        if self.draw.once_in(19):
            some.append(10**9)
        return some

    def oneself_or(self, sender: str) -> str:
        return self.draw.one_of([sender, sender, sender, "stranger", "refusing worker", "nobody"])

    # ------------------------------------------------ every task ends

    def end(self):
        """
        A stranger who only waits and calls brings every task to its end; then everybody takes what is owed, and nothing
        is left.
        """
        latest = max((max(task.expiry, task.deadline) for _, task in self.tasks(*OPEN)), default=0)
        if latest >= self.world.now:
            self.happen("wait", latest + 1 - self.world.now)
        for pool in self.pools:
            for function, states in (("releaseExpiredTasks", (AVAILABLE, ACTIVE)), ("settleUnverified", (PENDING,))):
                names = [task.name for task in pool.tasks_in(*states)]
                for at in range(0, len(names), 100):
                    self.act("stranger", pool.name, function, names[at : at + 100])
        self.same("the number of open tasks at the end", 0, len(self.tasks(*OPEN)))
        for pool in self.pools:
            self.agrees(pool.name, "getQueueLengths", expected=(0, 0, 0))
            self.agrees(pool.name, "reservedBalance", expected=sum(pool.credits.values()))
        for registry in self.registries:
            expected = registry.earned + sum(registry.credits.values())
            self.agrees(registry.name, "reservedBalance", expected=expected)
        self.empty_every_contract()

    def empty_every_contract(self):
        refusing = self.world.refusing
        for pool in self.pools:
            for holder in [account for account, amount in pool.credits.items() if amount]:
                self.act(holder, pool.name, "withdrawCredit", "stranger")
            if pool.free and pool.owner not in refusing:
                self.act(pool.owner, pool.name, "emergencyWithdraw")
            self.same(f"what is left in {pool.name}", pool.free, self.chain.balance(pool.name))
        for registry in self.registries:
            for holder in [account for account, amount in registry.credits.items() if amount]:
                self.act(holder, registry.name, "withdrawRefundTo", "stranger")
            if registry.earned and registry.owner not in refusing:
                self.act(registry.owner, registry.name, "withdrawTokens")
            if self.world.wei[registry.name] > registry.earned:
                self.act(registry.owner, registry.name, "rescueSurplus", "stranger")
            self.same(f"what is left in {registry.name}", registry.earned, self.chain.balance(registry.name))
