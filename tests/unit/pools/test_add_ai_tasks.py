"""TaskPool.addAITasks"""

import boa
import pytest

from tests.helpers.chain import DAY, ETHER, balance, now, reverts
from tests.helpers.flow import (
    AVAILABLE,
    MODEL,
    REWARD,
    add_task,
    add_tasks,
    call_unbounded,
    claim,
    log_names,
    only_event,
    send,
)

MAX_REWARD = 2**96 - 1


def add(pool, sender, **changes):
    arguments = {
        "rewards": [REWARD],
        "requestIds": [0],
        "modelIds": [MODEL],
        "inputData": ["an input"],
        "deadlines": [now() + DAY],
    }
    value = changes.pop("value", REWARD)
    arguments.update(changes)
    pool.addAITasks(*arguments.values(), value=value, sender=sender)


def test_default_behavior(system, pool, pool_owner):
    before = balance(pool_owner)
    add(pool, pool_owner, requestIds=[77])
    assert log_names(pool) == ["TasksAdded"]
    assert only_event(pool, "TasksAdded") == {"taskIds": [1]}

    assert balance(pool_owner) == before - REWARD
    assert balance(pool) == REWARD
    assert pool.reservedBalance() == REWARD
    assert pool.taskCounter() == 1
    assert pool.taskQueueType(1) == AVAILABLE
    assert pool.getQueueLengths() == (1, 0, 0)
    assert pool.getPoolStats() == (1, 0, 0, 0, 0, REWARD)
    assert pool.getNextAvailable() == 1
    assert pool.getAITaskData(1) == (77, MODEL, "an input", "", False)
    assert pool.tasks(1) == (REWARD, now() + DAY, "0x" + "00" * 20, True, b"", 0, 0, 77, MODEL, "an input", "")
    assert system.router.getGlobalStats() == (1, 1, 1, 0, 0, 0, 0)


def test_many_at_once(pool, pool_owner):
    rewards = list(range(1, 17))
    labels = [2**256 - 1 - i for i in range(16)]
    models = [f"model-{i}" for i in range(16)]
    inputs = ["x" * (i * 33) for i in range(16)]
    deadlines = [now() + 600 + i for i in range(16)]
    pool.addAITasks(rewards, labels, models, inputs, deadlines, value=sum(rewards), sender=pool_owner)
    assert only_event(pool, "TasksAdded") == {"taskIds": list(range(1, 17))}
    for i in range(16):
        assert pool.getAITaskData(i + 1) == (labels[i], models[i], inputs[i], "", False)
        assert pool.tasks(i + 1)[:2] == (rewards[i], deadlines[i])
    assert pool.reservedBalance() == balance(pool) == sum(rewards)


def test_ids_are_never_reused(pool, pool_owner):
    assert add_tasks(pool, [1, 2, 3]) == [1, 2, 3]
    pool.cancelTask(3, sender=pool_owner)
    assert add_task(pool) == 4


@pytest.mark.parametrize("label", [0, 1, 2**47, 2**128, 2**255, 2**256 - 1])
def test_label_of_any_size(pool, label):
    task_id = add_task(pool, label=label)
    assert pool.getAITaskData(task_id)[0] == label
    assert pool.tasks(task_id)[7] == label


# ---- money


def test_surplus_becomes_free_balance(pool, pool_owner):
    add_task(pool, 5, value=8)
    assert (balance(pool), pool.reservedBalance()) == (8, 5)
    add_task(pool, 3, value=0)
    assert (balance(pool), pool.reservedBalance()) == (8, 8)


def test_attached_value_first_then_free_balance(pool, pool_owner, stranger):
    send(pool, 10, stranger)
    add_tasks(pool, [4, 5], value=6)
    assert (balance(pool), pool.reservedBalance()) == (16, 9)
    pool.emergencyWithdraw(sender=pool_owner)
    assert (balance(pool), pool.reservedBalance()) == (9, 9)


def test_free_balance_alone(pool, stranger):
    send(pool, 10, stranger)
    add_task(pool, 10, value=0)
    assert (balance(pool), pool.reservedBalance()) == (10, 10)


def test_reverts_one_wei_short(pool, pool_owner, stranger):
    send(pool, 10, stranger)
    with reverts("InsufficientFunds()"):
        add(pool, pool_owner, rewards=[16], value=5)
    assert (balance(pool), pool.reservedBalance(), pool.taskCounter()) == (10, 0, 0)


def test_reverts_escrow_of_other_tasks_is_not_free(pool, pool_owner):
    add_task(pool, 100)
    with reverts("InsufficientFunds()"):
        add(pool, pool_owner, rewards=[1], value=0)


def test_reverts_sum_of_rewards_counts(pool, pool_owner):
    with reverts("InsufficientFunds()"):
        pool.addAITasks([5, 5], [0, 0], ["m", "m"], ["", ""], [now() + DAY] * 2, value=9, sender=pool_owner)


@pytest.mark.parametrize("reward", [1, MAX_REWARD - 1, MAX_REWARD])
def test_reward_within_bounds(system, pool, worker, reward):
    task_id = add_task(pool, reward)
    assert pool.tasks(task_id)[0] == reward
    claim(system, pool, task_id, worker)
    assert pool.getUserActiveTask(worker)[1] == reward


@pytest.mark.parametrize("reward", [0, MAX_REWARD + 1, 2**256 - 1])
def test_reverts_reward_out_of_bounds(pool, pool_owner, reward):
    boa.env.set_balance(pool_owner, 2**97)
    with reverts("InvalidInput()"):
        add(pool, pool_owner, rewards=[reward], value=min(reward, 2**97))


# ---- bounds of lengths and times


@pytest.mark.parametrize("length", [1, 63, 64])
def test_model_id_within_bounds(pool, length):
    assert pool.getAITaskData(add_task(pool, model="m" * length))[1] == "m" * length


@pytest.mark.parametrize("length", [0, 65, 96])
def test_reverts_model_id_out_of_bounds(pool, pool_owner, length):
    with reverts("InvalidInput()"):
        add(pool, pool_owner, modelIds=["m" * length])


@pytest.mark.parametrize("length", [0, 4_095, 4_096])
def test_input_within_bounds(pool, length):
    assert pool.getAITaskData(add_task(pool, text="i" * length))[2] == "i" * length


@pytest.mark.parametrize("length", [4_097, 4_128])
def test_reverts_input_out_of_bounds(pool, pool_owner, length):
    with reverts("InvalidInput()"):
        add(pool, pool_owner, inputData=["i" * length])


@pytest.mark.parametrize("ahead", [600, 601])
def test_deadline_at_least_10_minutes_ahead(pool, ahead):
    assert pool.tasks(add_task(pool, lifetime=ahead))[1] == now() + ahead


@pytest.mark.parametrize("ahead", [-1, 0, 599])
def test_reverts_deadline_too_early(pool, pool_owner, ahead):
    with reverts("InvalidInput()"):
        add(pool, pool_owner, deadlines=[now() + ahead])


def test_deadline_at_its_upper_bound(pool, pool_owner):
    add(pool, pool_owner, deadlines=[2**40 - 1])
    assert pool.tasks(1)[1] == 2**40 - 1


@pytest.mark.parametrize("deadline", [2**40, 2**256 - 1])
def test_reverts_deadline_above_its_upper_bound(pool, pool_owner, deadline):
    with reverts("InvalidInput()"):
        add(pool, pool_owner, deadlines=[deadline])


def test_reverts_no_tasks(pool, pool_owner):
    with reverts("InvalidInput()"):
        pool.addAITasks([], [], [], [], [], sender=pool_owner)


@pytest.mark.parametrize("name", ["rewards", "requestIds", "modelIds", "inputData", "deadlines"])
def test_reverts_unequal_lengths(pool, pool_owner, name):
    one = {"rewards": 1, "requestIds": 0, "modelIds": "m", "inputData": "", "deadlines": now() + DAY}
    for length in (1, 3):
        lists = {key: [item] * (length if key == name else 2) for key, item in one.items()}
        with reverts("InvalidInput()"):
            pool.addAITasks(*lists.values(), value=ETHER, sender=pool_owner)


@pytest.mark.parametrize(("count", "is_refused"), [(16, False), (17, True)])
def test_reverts_17_at_once(pool, pool_owner, count, is_refused):
    """The compiler's own decoding refuses the lists, without data."""
    result = call_unbounded(
        pool,
        "addAITasks(uint256[],uint256[],string[],string[],uint256[])",
        [1] * count,
        [0] * count,
        ["m"] * count,
        [""] * count,
        [now() + DAY] * count,
        value=count,
        sender=pool_owner,
    )
    assert (result.is_error, result.output) == (is_refused, b"")
    assert pool.taskCounter() == (0 if is_refused else count)


def test_one_bad_task_refuses_all(pool, pool_owner):
    with reverts("InvalidInput()"):
        pool.addAITasks([1, 0], [0, 0], ["m", "m"], ["", ""], [now() + DAY] * 2, value=1, sender=pool_owner)
    assert (pool.taskCounter(), balance(pool)) == (0, 0)


# ---- who, when


def test_reverts_caller_is_not_the_owner(system, pool, worker, operator):
    for sender in (worker, operator, system.registry.address, system.router.address):
        boa.env.set_balance(sender, ETHER)
        with reverts("Unauthorized()"):
            add(pool, sender)


def test_reverts_pool_inactive(system, pool, pool_owner):
    system.factory.deactivatePool(pool.address)
    with reverts("PoolInactive()"):
        add(pool, pool_owner)
    system.factory.activatePool(pool.address)
    assert add_task(pool) == 1
