"""Rules: who asks for inference, and who runs a registry."""

from tests.stateful.engine.machine import rule
from tests.stateful.engine.program import Cost
from tests.stateful.models.tasks import AVAILABLE

MAX_RANKED = 30  # the contracts look at the best 32 tasks of a kind for a worker
RICHEST_MODEL = 2**90


def has_room(m) -> bool:
    return all(len(pool.tasks_in(AVAILABLE)) < MAX_RANKED for pool in m.pools)


@rule(8, when=lambda m: has_room(m) and any(registry.listed() for registry in m.registries))
def request_inference(m):
    listed = [registry for registry in m.registries if registry.listed()]
    is_odd = not listed or m.draw.once_in(8)
    registry = m.draw.one_of(m.registries if is_odd else listed)
    models = registry.models
    usable = [name for name, model in models.items() if model.is_active and model.price < RICHEST_MODEL]
    inactive = [name for name, model in models.items() if not model.is_active]
    if inactive and m.draw.once_in(6):
        usable = inactive
    model_id = m.draw.one_of([*models, "none"] if not usable or (is_odd and m.draw.flip()) else usable)
    prompt = "p" * m.draw.one_of([0, 4, 5, 33, 4_096, 4_097] if is_odd else [0, 4, 5, 33])
    is_dear = model_id in models and models[model_id].price >= RICHEST_MODEL
    value = 0 if is_dear else Cost(m.draw.one_of([0, 0, 1, 12_345, -1] if is_odd else [0, 0, 1, 12_345]))
    sender = m.draw.one_of(m.requesters)
    if m.draw.once_in(3):
        most = Cost(m.draw.mostly([0, 1], [-1]))
        m.act(sender, registry.name, "requestInferenceWithMax", model_id, prompt, most, value=value)
    else:
        m.act(sender, registry.name, "requestInference", model_id, prompt, value=value)


@rule(2, when=lambda m: m.requests())
def cancel_a_request(m):
    waiting = [
        (registry, at)
        for registry, at in m.requests()
        if registry.requests[at].pool.tasks[registry.requests[at].task_id].state == AVAILABLE
    ]
    registry, at = m.draw.mostly(waiting, m.requests())
    request = registry.requests[at]
    m.act(m.sender(request.user), registry.name, "cancelRequest", m.draw.mostly([request.name], [10**6]))


@rule(2, when=lambda m: m.requests())
def submit_a_result(m):
    refunded = [pair for pair in m.requests() if pair[0].requests[pair[1]].is_refunded]
    open_ = [pair for pair in refunded if not pair[0].requests[pair[1]].is_submitted]
    registry, at = m.draw.mostly(open_, refunded or m.requests())
    name = m.draw.mostly([registry.requests[at].name], [10**6])
    sender = m.sender(*(sorted(registry.verifiers) or ["stranger"]))
    m.act(sender, registry.name, "submitResult", name, "r" * m.draw.mostly([0, 5], [4_097]))


@rule(5, when=lambda m: any(amount for registry in m.registries for amount in registry.credits.values()))
def take_credit_from_a_registry(m):
    owing = [registry for registry in m.registries if any(registry.credits.values())]
    registry = m.draw.mostly(owing, m.registries, 20)
    holders = [account for account, amount in registry.credits.items() if amount]
    sender = m.sender(*(holders or m.requesters))
    if sender in m.world.refusing or m.draw.once_in(4):
        m.act(sender, registry.name, "withdrawRefundTo", m.oneself_or(sender))
    else:
        m.act(sender, registry.name, "withdrawRefund")


@rule(3, when=lambda m: any(registry.earned or registry.surplus for registry in m.registries))
def take_fees_and_surplus(m):
    holding = [registry for registry in m.registries if registry.earned or registry.surplus]
    registry = m.draw.mostly(holding, m.registries)
    sender = m.sender(registry.owner)
    if not registry.surplus or (registry.earned and m.draw.flip()):
        m.act(sender, registry.name, "withdrawTokens")
    else:
        m.act(sender, registry.name, "rescueSurplus", m.oneself_or(sender))


@rule(3)
def set_models(m):
    registry = m.draw.one_of(m.registries)
    sender = m.sender(registry.owner)
    price = m.draw.mostly([1, 10**9, 3 * 10**9, 2**96 - 1], [2**96, 0])
    function = m.draw.one_of(["registerModel", "updateModel", "setModelActive"])
    new = [name for name in ("m" * 64, "another") if name not in registry.models]
    if function == "registerModel":
        model_id = m.draw.mostly(new, ["llm", "m" * 65])
        pricing = m.draw.mostly([0, 1, 1], [2])
        m.act(sender, registry.name, function, model_id, "n" * 128, "d" * 1_024, pricing, price)
        return
    model_id = m.draw.mostly(list(registry.models), ["unknown"])
    if function == "updateModel":
        m.act(sender, registry.name, function, model_id, "name", "", price)
    else:
        m.act(sender, registry.name, function, model_id, m.draw.flip())


@rule(3)
def set_verifiers(m):
    registry = m.draw.one_of(m.registries)
    sender = m.sender(registry.owner)
    verifier = m.draw.mostly(m.verifiers, ["nobody"])
    removes = verifier in registry.verifiers and len(registry.verifiers) > 1
    m.act(sender, registry.name, "removeVerifier" if removes else "addVerifier", verifier)


@rule(1)
def approve_or_revoke_a_pool(m):
    pool = m.draw.one_of(m.pools)
    is_odd = m.draw.once_in(9)
    registry = m.draw.one_of(m.registries) if is_odd else pool.registry
    approves = m.draw.flip() if is_odd else not pool.is_approved
    name = m.draw.mostly([pool.name], ["stranger"])
    m.act(m.sender(registry.owner), registry.name, "approvePool" if approves else "revokePool", name)


@rule(1)
def set_rules_of_requests(m):
    registry = m.draw.one_of(m.registries)
    sender = m.sender(registry.owner)
    if m.draw.flip():
        m.act(sender, registry.name, "setProtocolFeeBps", m.draw.mostly([0, 1, 333, 1_000], [1_001]))
    else:
        m.act(
            sender, registry.name, "setRequestLifetime", m.draw.mostly([600, 601, 7_200, 2_592_000], [599, 2_592_001])
        )
