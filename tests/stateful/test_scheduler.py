"""
The task manager under random use: contracts and a plain model take the same steps, and must agree on every answer,
error, event and wei.

To search longer, on all cores: uv run pytest tests/stateful --fuzz 10m
"""

import pytest
from eth_utils import keccak

from tests.helpers.schedule import NO_MAXIMUM
from tests.stateful.conftest import keys
from tests.stateful.engine.interfaces import interface
from tests.stateful.engine.machine import Disagreement
from tests.stateful.engine.program import Cost, Later
from tests.stateful.machines import Scheduler
from tests.stateful.manager.money import EDGES
from tests.stateful.models.scheduled import CANCELLED, WORK, Call

BATCHES = 16

# Each of them must be met, those in TOLD in what a task returned.
ERRORS = {
    "InsufficientBond(uint256,uint256)",
    "InsufficientFunds()",
    "InvalidCancellerAddress()",
    "InvalidPaymentAmount(uint256,uint256)",
    "InvalidPayoutAddress(address)",
    "LookaheadExceedsMaxScheduleDistance(uint64)",
    "NoActiveTask()",
    "TaskAlreadyCancelled(bytes32)",
    "TaskAlreadyExecuted(bytes32)",
    "TaskCostAboveMax(uint256,uint256)",
    "TaskGasTooLarge(uint256)",
    "TaskNotFound(bytes32)",
    "TaskValidation_InvalidTargetAddress()",
    "TaskValidation_TargetBlockInPast(uint64,uint256)",
    "TaskValidation_TargetBlockTooFar(uint64,uint256)",
    "TransferFailed()",
    "Unauthorized(address,address)",
}
TOLD = {
    "EmptyCalldata()",
    "InsufficientBond(uint256,uint256)",
    "InvalidTarget()",
    "InvalidValue()",
    "NotReady()",
    "TaskManagerLocked()",
    "TaskValidation_TargetBlockInPast(uint64,uint256)",
    "ZeroTargetAddress()",
}
SITUATIONS = {
    "a canceller lost the right",
    "a payment that was refused is credited",
    "a recurring task came again",
    "a retry lacked gas",
    "a small retry came again",
    "a topped-up task ran",
    "an environment was swept",
    "an environment's canceller cancelled a retry",
    "attempt 1 failed and comes again",
    "attempt 2 failed and comes again",
    "attempt 3 failed and comes again",
    "cancelled by a canceller of the environment",
    "cancelled by a canceller of the task",
    "cancelled by the owner",
    "executed in its last block",
    "expired and refunded",
    "fees with a validator",
    "fees without a validator",
    "more tasks than a bucket's head holds",
    "passed over 64",
    "passed over an unprofitable task",
    "ran by id",
    "ran by id at a loss",
    "recurrence refused: InsufficientBond(uint256,uint256)",
    "recurrence refused: TaskAlreadyRescheduled(bytes32)",
    "retries exhausted",
    "retry refused: InsufficientBond(uint256,uint256)",
    "retry refused: TaskCostAboveMax(uint256,uint256)",
    "stopped by the gas",
    "surplus came back",
    "surplus stayed with the task",
    "too late by a block",
    "top-up refunded",
    "went on where the last call had stopped",
}
# Nothing that the machine has succeeds with it.
NEVER = {"rescheduleTask", "sweepEnvironmentToken"}
WRONG = {"schedule_wrongly", "use_a_forged_id"}  # rules all of whose calls are to be refused


@pytest.fixture(scope="module")
def tally(default_run):
    return default_run(Scheduler, BATCHES)


def test_contracts_follow_the_model(tally):
    assert tally["runs"] > 10
    assert tally["called"] > 200


def test_each_function_succeeds(everything):
    used = {function for name, of, function in keys(everything, "success") if of == "TaskManager"}
    assert interface("TaskManager").changing() - used == NEVER


def test_each_rule_succeeds(everything):
    assert {body.__name__ for body in Scheduler.rules} - {name for _, name in keys(everything, "rule")} == WRONG


def test_each_error_is_met(everything):
    assert ERRORS - {error for _, error in keys(everything, "error")} == set()


def test_each_answer_of_a_task_is_met(everything):
    answers = {answer for _, answer in keys(everything, "told")}
    assert {error for error in TOLD if keccak(text=error)[:4] not in answers} == set()


def test_each_situation_is_met(everything):
    assert SITUATIONS - {situation for _, situation in keys(everything, "situation")} == set()


def test_each_edge_of_a_gas_limit_is_met(everything):
    assert set(EDGES) - {gas for _, gas in keys(everything, "gas limit")} == set()


def test_most_calls_are_not_refused(everything):
    assert everything["refused"] < 0.4 * everything["called"]


def last_task(m):
    return list(m.model.tasks.values())[-1]


def move_the_last_task(m):
    task = last_task(m)
    task.block = m.world.block + 1
    m.model.given[task.block, task.size] = 1


# What the model has is changed behind the contracts' back.
TAMPERED = {
    "manager_has_what_it_owes": lambda m: m.model.credits.update({"stranger": 1}),
    "tasks_have_status_and_payment": lambda m: setattr(last_task(m), "status", CANCELLED),
    "a_task_runs_at_most_once": lambda m: m.runs.append(m.runs[-1]),
    "a_task_runs_within_its_window": lambda m: m.runs.append((m.runs[-1][0], m.runs[-1][1] + 31)),
    "nothing_runs_or_ends_after_its_end": lambda m: m.ran_after_end.append(m.runs[-1][0]),
    "next_due_block_is_found": move_the_last_task,
    "schedule_shows_the_buckets": move_the_last_task,
    "calendar_marks_just_the_buckets_with_tasks": move_the_last_task,
    "live_bits_of_a_bucket_are_its_tasks": lambda m: m.model.scheduled.popitem(),
    "a_forged_id_is_no_task": lambda m: setattr(m, "forged", lambda task, field: m.world.ids[task.name]),
    "attempts_are_limited": lambda m: m.runs.append(m.runs[-1]),
    "an_executor_never_loses": lambda m: m.calls.append((m.calls[-1][1] * 10**9, m.calls[-1][1], 10**9)),
    "wealth_changes_but_by_the_rule": lambda m: m.model.bonds.update({"stranger": 1}),
    "the_target_did_each_work_once": lambda m: setattr(m.model, "total", m.model.total + 1),
    "nothing_is_under_way": lambda m: m.chain.questions.update(
        {("manager", "currentTask", ()): m.chain.questions["target", "total", ()]}
    ),
}


@pytest.mark.parametrize("invariant", Scheduler.invariants, ids=lambda invariant: invariant.__name__)
def test_each_invariant_can_fail(invariant, a_run):
    run = a_run(Scheduler)
    work = Call(WORK, raw=keccak(text="poke(uint256)")[:4] + (7).to_bytes(32, "big"), amount=7)
    for delay in (1, 9):
        schedule = ("basic", 250_000, Later(delay), NO_MAXIMUM, work)
        run.act("owner 1", "manager", "scheduleTask", *schedule, value=Cost(0))
    run.happen("mine", 1)
    run.act("executor 1", "manager", "executeTasks", "executor 1", 0, gas=10**8)
    assert len(run.runs) == 1
    run.whole = True
    invariant(run)
    TAMPERED[invariant.__name__](run)
    with pytest.raises(Disagreement):
        invariant(run)
