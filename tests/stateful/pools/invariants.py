"""What always holds in the task pools: each contract shows what the model has."""

from tests.stateful.models.tasks import ACTIVE, AVAILABLE, PENDING, QUEUES
from tests.stateful.models.world import NOBODY


def looked_at(m) -> list:
    """The pools that the last step reached; now and then all, since a step may reach others unseen."""
    return [pool for pool in m.pools if m.whole or pool.name in m.touched]


def money_is_where_it_should(m):
    for name in (*m.actors, *(registry.name for registry in m.registries), *(pool.name for pool in m.pools)):
        m.same(f"the balance of {name}", m.world.wei[name], m.chain.balance(name))
    for of in (*m.registries, *m.pools):
        if m.whole or of.name in m.touched:
            m.agrees(of.name, "reservedBalance", expected=of.reserved)
            m.same(f"whether {of.name} can pay what is owed", True, m.world.wei[of.name] >= of.reserved)
    for registry in m.registries:
        if m.whole or registry.name in m.touched:
            m.agrees(registry.name, "earnedFees", expected=registry.earned)
    for name in ("router", "factory"):
        m.same(f"the balance of {name}", 0, m.chain.balance(name))


def counters_agree(m):
    for pool in looked_at(m):
        m.agrees(pool.name, "getPoolStats", expected=(*pool.counts(), m.world.wei[pool.name]))
    if m.touched or m.whole:
        m.agrees("router", "getGlobalStats", expected=m.router.stats())


def ranking_agrees(m):
    if m.touched or m.whole:
        best = m.router.best_for(NOBODY)
        expected = (NOBODY, 0, 0, 0, 0)
        if best:
            pool, task = best
            available = len(pool.tasks_in(AVAILABLE))
            expected = (pool.name, task.task_id, task.reward, available, m.world.wei[pool.name])
        m.agrees("router", "getBestAvailableTask", expected=expected)


def queues_agree(m):
    for pool in looked_at(m):
        best = pool.best_for(NOBODY, False)
        m.agrees(pool.name, "getNextAvailable", expected=best.task_id if best else 0)
        for state in (AVAILABLE, ACTIVE, PENDING):
            ids = [task.task_id for task in pool.tasks_in(state)]
            m.agrees(pool.name, "getQueue", QUEUES[state], 0, 256, expected=(ids, len(ids)))
        m.agrees(pool.name, "taskCounter", expected=len(pool.tasks))


def workers_agree(m):
    """One after each step, all in turn."""
    workers = m.workers if m.whole else [m.workers[len(m.program) % len(m.workers)]]
    for worker in workers if m.touched or m.whole else []:
        best = m.router.best_for(worker)
        m.agrees("router", "getBestTaskFor", worker, expected=(best[0].name, best[1].task_id) if best else (NOBODY, 0))
        claim = m.router.active_task(worker)
        if not claim:
            m.agrees("router", "getUserStatus", worker, expected=(NOBODY, 0, 0, 0, False))
            continue
        pool, task = claim
        expected = (pool.name, task.task_id, task.deadline, task.reward, True)
        m.agrees("router", "getUserStatus", worker, expected=expected)
        m.agrees(pool.name, "userActiveTask", worker, expected=task.task_id)


def tasks_agree(m):
    """Of a pool that was touched one task after each step, all in turn."""
    for pool in looked_at(m):
        tasks = list(pool.tasks.values())
        if m.is_ending:
            tasks = [task for task in tasks if task.task_id > 30 or len(tasks) <= 30]
        elif tasks:
            tasks = [tasks[-1 - len(m.program) % len(tasks)]]
        for task in tasks:
            task_agrees(m, pool, task)


def task_agrees(m, pool, task):
    task_id, name = task.task_id, pool.name
    deadline = task.deadline if task.state == ACTIVE else task.expiry
    proof, public_input, public_result, text = task.result
    worker = task.worker
    expected = (
        task.reward, deadline, worker, True, proof, public_input, public_result,
        task.reference, task.model_id, task.input_data, text,
    )  # fmt: skip
    m.agrees(name, "tasks", task_id, expected=expected)
    if not task.is_ended:
        m.agrees("viewer", "verifierOf", name, task_id, expected=pool.verifier_of(task))
        m.agrees("viewer", "submittedAt", name, task_id, expected=task.submitted_at)
    m.agrees(name, "taskQueueType", task_id, expected=QUEUES[task.state])
    expected = (task.reference, task.model_id, task.input_data, text, task.state == "paid")
    m.agrees(name, "getAITaskData", task_id, expected=expected)
    claim = (task.worker, task.deadline) if task.state == ACTIVE else (NOBODY, 0)
    m.agrees(name, "claimOf", task_id, expected=claim)


def settings_agree(m):
    """Who owns, approves and verifies, and on which terms."""
    if not m.whole:
        return
    for pool in m.pools:
        for view, expected in (
            ("isActive", pool.is_active),
            ("isApproved", pool.is_approved),
            ("owner", pool.owner),
            ("pendingOwner", pool.pending_owner),
            ("zkpVerifier", pool.verifier),
            ("getTaskTerms", pool.terms),
        ):
            m.agrees(pool.name, view, expected=expected)
        m.agrees(pool.registry.name, "isApprovedPool", pool.name, expected=pool.is_approved)
    for of in (m.factory, *m.registries):
        m.agrees(of.name, "owner", expected=of.owner)
        m.agrees(of.name, "pendingOwner", expected=of.pending_owner)


def factory_agrees(m):
    if not m.whole:
        return
    m.agrees("factory", "modelRegistry", expected=m.factory.registry.name)
    m.agrees("factory", "getActivePools", expected=[pool.name for pool in m.pools if pool.is_active])
    for pool in m.pools:
        m.agrees("factory", "allPools", pool.pool_id, expected=pool.name)
        m.agrees("factory", "poolCategory", pool.name, expected=pool.category)
        m.agrees("factory", "poolInfo", pool.name, expected=(pool.owner, pool.created, pool.is_active, pool.metadata))
    for category in sorted({pool.category for pool in m.pools}):
        members = [pool.name for pool in m.pools if pool.category == category]
        m.agrees("factory", "getPoolsByCategory", category, expected=members)


def registries_agree(m):
    if not m.whole:
        return
    for registry in m.registries:
        name = registry.name
        m.agrees(name, "protocolFeeBps", expected=registry.fee_bps)
        m.agrees(name, "requestLifetime", expected=registry.lifetime)
        for model_id, model in registry.models.items():
            expected = (model.name, model.description, model.pricing, model.is_active, model.created, model.price)
            m.agrees(name, "models", model_id, expected=expected)
        for verifier in m.verifiers:
            m.agrees(name, "verifiers", verifier, expected=verifier in registry.verifiers)
        listed = [pool.name for pool in registry.listed()]
        output, view = m.chain.view(name, "getRequestPools", 0, 256)
        m.same(
            f"the pools that {name} lists",
            (sorted(listed), len(listed)),
            in_order(m.chain.unpacked(view.outputs, output)),
        )


def in_order(page: tuple) -> tuple:
    return sorted(page[0]), page[1]


def credits_agree(m):
    """Those that the last step reached, and now and then all."""
    for pool in looked_at(m):
        for account in (*m.workers, *m.owners) if m.whole else pool.credits:
            m.agrees(pool.name, "creditOf", account, expected=pool.credits[account])
    for registry in m.registries:
        if m.whole or registry.name in m.touched:
            for account in m.actors if m.whole else registry.credits:
                m.agrees(registry.name, "refundOf", account, expected=registry.credits[account])


def requests_agree(m):
    """One of each registry in turn, all at the end."""
    for registry in m.registries if m.whole else []:
        requests = list(registry.requests.items())
        if not m.is_ending and requests:
            requests = [requests[len(m.program) // 10 % len(requests)]]
        for request_id, request in requests:
            m.agrees(registry.name, "requestTask", request_id, expected=(request.pool.name, request.task_id))
            expected = (
                request.user, request.model_id, request.prompt, request.tokens, request.cost, request.created,
                request.result, request.is_completed or request.is_submitted,
            )  # fmt: skip
            m.agrees(registry.name, "inferenceRequests", request_id, expected=expected)


ALL = [
    money_is_where_it_should,
    counters_agree,
    ranking_agrees,
    queues_agree,
    workers_agree,
    tasks_agree,
    settings_agree,
    factory_agrees,
    registries_agree,
    credits_agree,
    requests_agree,
]
