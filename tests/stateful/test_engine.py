"""What a failure looks like: a fault in the model, which the search must find, shrink, tell, write down and keep."""

import pytest

from tests.stateful.engine import search
from tests.stateful.engine.program import Cost, Later, Step
from tests.stateful.engine.search import known_failure, replay
from tests.stateful.machines import Pools
from tests.stateful.models.pool import Pool
from tests.stateful.models.registry import Registry


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "FOUND", tmp_path / "found")
    monkeypatch.setattr(search, "KEPT", tmp_path / "kept")


@pytest.fixture
def fault(monkeypatch):
    """The model credits a wei too little for a request that is cancelled."""
    inner = Pool.cancel

    def cancel(pool, task):
        inner(pool, task)
        if task.is_request:
            request = pool.registry.requests[task.reference]
            pool.registry.credits[request.user] -= 1

    monkeypatch.setattr(Pool, "cancel", cancel)
    return monkeypatch


@pytest.fixture
def failure(evm, fault):
    for seed in range(20):
        found = search.search(Pools, seed, 20).failure
        if found:
            return found
    raise AssertionError("the fault was not found")


def test_a_failure_is_shrunk_to_the_steps_that_matter(failure):
    steps = failure.outcome.taken
    assert failure.before > 10 * len(steps)
    assert [step.function.removesuffix("WithMax") for step in steps] == ["requestInference", "cancelRequest"]
    assert steps[0].makes == ("request 1", "task 1")
    assert steps[1].arguments == ("request 1",)


def test_a_report_names_roles_and_says_what_was_expected(failure):
    report = failure.report(failure.keep())
    assert "0x" not in report
    assert " calls cancelRequest(request 1) of registry 1" in report
    assert "reservedBalance() of registry 1: the model says " in report
    assert f"2 steps, shrunk from {failure.before} in " in report
    assert "Repeat with: uv run pytest -n 0 " in report


def test_the_regression_test_fails_until_the_fault_is_mended(failure, fault):
    path = failure.keep()
    source = path.read_text()
    assert max(map(len, source.splitlines())) <= 120
    names: dict = {}
    exec(compile(source, path, "exec"), names)  # noqa: S102 - a test that was written by this test
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    with pytest.raises(AssertionError, match="cancelRequest"):
        test()
    fault.undo()
    test()


def test_a_report_has_the_source_lines_of_a_refusal(evm, monkeypatch):
    """The model lets anyone cancel a request. The contract refuses that, and says where, on each engine."""
    monkeypatch.setattr(Registry, "cancel_request", lambda registry, sender, request_id: None)
    steps = [
        Step(
            "requester 1", "registry 1", "requestInference", ("llm", ""), value=Cost(0), makes=("request 1", "task 1")
        ),
        Step("stranger", "registry 1", "cancelRequest", ("request 1",)),
    ]
    failure = search.shrunk(Pools, 0, search.outcome(Pools, steps), 0)
    report = failure.report(failure.keep())
    assert "the model expects: success; what happened: refused with Unauthorized()" in report
    assert "<ModelRegistry at registry 1>" in report
    assert "--->" in report
    assert 'raw_revert(method_id("Unauthorized()"))' in report


def test_a_failure_is_kept_until_it_passes(failure, fault, tmp_path):
    failure.keep()
    assert "cancelRequest(request 1)" in known_failure(Pools)
    fault.undo()
    fault.setattr(search, "KEPT", tmp_path / "kept")
    assert known_failure(Pools) == ""
    assert search.Kept("Pools").programs() == []


def test_steps_stand_for_themselves(evm):
    """
    Whatever is left out, the rest is a run: what was made goes by its name, amounts and times by what they are for.
    """
    steps = [
        Step(
            "requester 1", "registry 1", "requestInference", ("llm", ""), value=Cost(0), makes=("request 1", "task 1")
        ),
        Step(
            "requester 2", "registry 1", "requestInference", ("image", ""), value=Cost(5), makes=("request 2", "task 2")
        ),
        Step("owner 1", "pool 1", "addAITasks", ([7], [0], ["m"], ["i"], [Later(600)]), value=7, makes=("task 3",)),
        Step("", "the chain", "wait", (60,)),
        Step("worker 1", "router", "claimTask", ("pool 1", "task 3")),
        Step("requester 2", "registry 1", "cancelRequest", ("request 2",)),
    ]
    for left_out in range(len(steps)):
        replay(Pools, steps[:left_out] + steps[left_out + 1 :])
    assert eval(repr(steps)) == steps
