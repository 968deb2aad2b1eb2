"""
The task pools under random use: contracts and a plain model take the same steps, and must agree on every answer, error,
event and wei.

To search longer, on all cores: uv run pytest tests/stateful --fuzz 10m
"""

import pytest

from tests.stateful.conftest import keys
from tests.stateful.engine.interfaces import interface
from tests.stateful.engine.machine import Disagreement
from tests.stateful.machines import Pools
from tests.stateful.models.tasks import AVAILABLE
from tests.stateful.pools.anyone import CALLBACKS

BATCHES = 8

# Each of them must be met.
ERRORS = {
    "AlreadyInitialized()",
    "CostAboveMax()",
    "InsufficientFunds()",
    "InsufficientPayment()",
    "InvalidCategory()",
    "InvalidInput()",
    "ModelInactive()",
    "ModelNotFound()",
    "NoAvailableTask()",
    "NoPoolAvailable()",
    "NotAssigned()",
    "PoolAlreadyActive()",
    "PoolAlreadyInactive()",
    "PoolInactive()",
    "PoolNotFound()",
    "RequestNotFound()",
    "RequestOpen()",
    "ResultAlreadySubmitted()",
    "TaskDeadlinePassed()",
    "TaskNotFound()",
    "TaskNotPending()",
    "TransferFailed()",
    "Unauthorized()",
    "UserHasActiveTask()",
}
SITUATIONS = {
    "a claim gets past expired tasks",
    "a claim meets expired tasks only",
    "a fee is earned",
    "a lapsed claim is released",
    "a new verifier costs a pool its approval",
    "a payment that was refused is credited",
    "a task ends in a closed pool",
    "a worker is barred from the best task",
    "expired and refunded",
    "paid",
    "refunded after the last rejection",
    "rejected after expiry",
    "rejected and available again",
    "silence pays the worker",
    "silence refunds",
}


@pytest.fixture(scope="module")
def tally(default_run):
    return default_run(Pools, BATCHES)


def test_contracts_follow_the_model(tally):
    assert tally["runs"] > 10
    assert tally["called"] > 200


def test_each_function_succeeds(everything):
    for kind, callbacks in CALLBACKS.items():
        used = {function for name, of, function in keys(everything, "success") if of == kind}
        assert interface(kind).changing() - used == set(callbacks)


def test_each_rule_succeeds(everything):
    assert {body.__name__ for body in Pools.rules} - {name for _, name in keys(everything, "rule")} == {
        "try_a_callback"
    }


def test_each_error_is_met(everything):
    assert {error for _, error in keys(everything, "error")} == ERRORS


def test_each_situation_is_met(everything):
    assert {situation for _, situation in keys(everything, "situation")} == SITUATIONS


def test_most_calls_are_not_refused(everything):
    assert everything["refused"] < 0.4 * everything["called"]


# What the model has is changed behind the contracts' back.
TAMPERED = {
    "money_is_where_it_should": lambda m: m.world.wei.update({"worker 1": 1}),
    "counters_agree": lambda m: setattr(m.pools[0], "rewarded", 1),
    "ranking_agrees": lambda m: m.pools[0].tasks.popitem(),
    "queues_agree": lambda m: setattr(m.pools[0].tasks[1], "state", "active"),
    "workers_agree": lambda m: m.pools[0].tasks[1].barred.update(m.workers),
    "tasks_agree": lambda m: setattr(m.pools[0].tasks[1], "expiry", 5),
    "settings_agree": lambda m: setattr(m.pools[0], "pending_owner", "stranger"),
    "factory_agrees": lambda m: setattr(m.pools[0], "category", "another"),
    "registries_agree": lambda m: m.registries[0].verifiers.clear(),
    "credits_agree": lambda m: m.pools[0].credits.update({"worker 1": 1}),
    "requests_agree": lambda m: setattr(m.registries[0].requests[1], "result", "another"),
}


@pytest.mark.parametrize("invariant", Pools.invariants, ids=lambda invariant: invariant.__name__)
def test_each_invariant_can_fail(invariant, a_run):
    run = a_run(Pools)
    for _ in range(2):
        run.act("requester 1", "registry 1", "requestInference", "llm", "", value=10**9)
    assert run.pools[0].tasks[1].state == AVAILABLE
    run.whole = True
    invariant(run)
    TAMPERED[invariant.__name__](run)
    with pytest.raises(Disagreement):
        invariant(run)
