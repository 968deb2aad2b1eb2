"""What the spec says of the router: which task is best, and who has claimed which."""

from tests.stateful.models.factory import Factory
from tests.stateful.models.pool import Pool
from tests.stateful.models.tasks import ACTIVE, AVAILABLE, Task
from tests.stateful.models.world import NOBODY, Refusal, Refused, World, action, refuse_if

MAX_PASSED = 8  # expired tasks that a claim gets past


class Router:
    def __init__(self, world: World, name: str, factory: Factory):
        self.world = world
        self.name = name
        self.factory = factory
        self.registry = factory.registry  # for good
        self.claims: dict[str, tuple[Pool, Task]] = {}

    def active_task(self, worker: str) -> tuple[Pool, Task] | None:
        pool, task = self.claims.get(worker, (None, None))
        if task is None or task.state != ACTIVE or task.worker != worker or pool.is_late(task):
            return None
        return pool, task

    @staticmethod
    def order(pair: tuple[Pool, Task]) -> tuple:
        """The best first: the higher reward, the older task, the smaller pool id."""
        pool, task = pair
        return -task.reward, task.created, pool.pool_id, task.task_id

    def ranked(self) -> list[Pool]:
        """The pools whose tasks may be ranked."""
        return [pool for pool in self.factory.pools if pool.is_active and pool.registry is self.registry]

    def best_for(self, worker: str) -> tuple[Pool, Task] | None:
        """The best claimable task of all the ranked ones."""
        found = [(pool, pool.best_for(worker, True)) for pool in self.ranked()]
        return min(((pool, task) for pool, task in found if task), key=self.order, default=None)

    def claimed(self, worker: str, pool: Pool, task: Task):
        pool.claim(task, worker, pool.terms_of(task)[0])
        self.claims[worker] = (pool, task)
        self.world.emit(self.name, "TaskClaimedViaRouter", worker, pool.name, task.task_id)

    def pass_by(self, offered: list[tuple[Pool, Task]]) -> tuple[list[Task], tuple[Pool, Task] | None]:
        """The expired tasks that a claim meets, at most 8, and what stands behind them."""
        passed: list[Task] = []
        for pool, task in sorted(offered, key=self.order)[:MAX_PASSED]:
            if not pool.is_expired(task):
                return passed, (pool, task)
            passed.append(task)
        return passed, None

    def claim_the_best(self, worker: str, offered: list[tuple[Pool, Task]], find) -> tuple[Pool, Task] | None:
        """
        A call counts for the expired tasks that it gets past, even if there is nothing for the worker behind them.
        """
        passed, reached = self.pass_by(offered)
        best = find() if reached else None
        refuse_if(best is None and not passed, "NoAvailableTask()")
        for task in passed:
            task.is_indexed = False
        if best is None:
            self.world.met.add("a claim meets expired tasks only")
            return None
        if passed:
            self.world.met.add("a claim gets past expired tasks")
        if worker in reached[1].barred:
            self.world.met.add("a worker is barred from the best task")
        self.claimed(worker, *best)
        return best

    def only_idle(self, worker: str):
        refuse_if(self.active_task(worker) is not None, "UserHasActiveTask()")

    @action
    def claim_best_task(self, sender: str) -> tuple[str, int]:
        self.only_idle(sender)
        offered = [(pool, task) for pool in self.ranked() for task in pool.indexed(True)]
        best = self.claim_the_best(sender, offered, lambda: self.best_for(sender))
        return (best[0].name, best[1].task_id) if best else (NOBODY, 0)

    @action
    def claim_task_from_pool(self, sender: str, name: str) -> int:
        pool = self.factory.pool(name)
        self.only_idle(sender)
        refuse_if(not pool.is_active, "PoolInactive()")

        def find():
            task = pool.best_for(sender, False)
            return (pool, task) if task else None

        best = self.claim_the_best(sender, [(pool, task) for task in pool.indexed(False)], find)
        return best[1].task_id if best else 0

    @action
    def claim_task(self, sender: str, name: str, task_id: int):
        pool = self.factory.pool(name)
        self.only_idle(sender)
        refuse_if(task_id == 0, "TaskNotFound()")
        refuse_if(not pool.is_active, "PoolInactive()")
        task = pool.task(task_id)
        refuse_if(task.state != AVAILABLE or pool.is_expired(task) or sender in task.barred, "NoAvailableTask()")
        self.claimed(sender, pool, task)

    @action
    def submit_task(self, sender: str, name: str, task_id: int, *result):
        pool, task = self.claims.get(sender, (None, None))
        refuse_if(pool is None or pool.name != name or task.task_id != task_id, "NotAssigned()")
        pool.submit(sender, task_id, *result)
        self.world.emit(self.name, "TaskSubmittedViaRouter", sender, name, task_id)

    @action
    def release_expired_tasks(self, sender: str, name: str, task_ids: list[int]):
        count = self.factory.pool(name).released(task_ids)
        self.world.emit(self.name, "ExpiredTasksReleased", name, count)

    @action
    def release_all_expired_tasks(self, sender: str, names: list[str], most: int):
        pools = [self.factory.pool(name) for name in names]
        for pool in pools:
            count = pool.released([task.task_id for task in pool.expired()[:most]])
            self.world.emit(self.name, "ExpiredTasksReleased", pool.name, count)

    @action
    def assign_slot(self, sender: str):
        raise Refused(Refusal("Unauthorized()"))

    @action
    def pool_changed(self, sender: str, *counters: int):
        raise Refused(Refusal("Unauthorized()"))

    def stats(self) -> tuple[int, ...]:
        pools = self.factory.pools
        totals = [sum(column) for column in zip(*(pool.counts() for pool in pools), strict=True)] or [0] * 5
        totals[4] %= 2**96
        return len(pools), sum(pool.is_active for pool in pools), *totals
