"""
What the figures are compared with: a straightforward implementation of the same ABI, and the goals that were set.

The reference of the task pools is a Solidity version that keeps lists and searches them; that of the task manager is
the original's design, the manager alone, with its staking token replaced by a nearly free one. All are transactions
with 21,000 and calldata included, save those marked [exec].
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the README's tables."""

    operation: str
    label: str
    reference: int | None = None
    goal: int | None = None


TASK_POOLS = [
    Row(
        'createPool("AI Tasks", "Pool for AI inference tasks"), later ones',
        "TaskPoolFactory.createPool",
        379_842,
        245_000,
    ),
    Row("activatePool, out of the middle of 100", "TaskPoolFactory.activatePool", 99_093, 60_000),
    Row("deactivatePool, likewise", "TaskPoolFactory.deactivatePool", 47_092, 47_000),
    Row(
        "requestInference that creates its task, 200-byte prompt, flexible price",
        "ModelRegistry.requestInference[prompt=200]",
        762_000,
        400_000,
    ),
    Row("the same, first task of a pool", "ModelRegistry.requestInference[prompt=200,first]"),
    Row("claimBestTask, 1 pool, a worker's first claim", "TaskRouter.claimBestTask[pools=1,first]", 151_795, 130_000),
    Row("claimBestTask, 10 approved pools with tasks, first claims", "TaskRouter.claimBestTask[pools=10]"),
    Row("the same, 400 pools", "TaskRouter.claimBestTask[pools=400]", 7_416_910, 165_000),
    Row(
        "the same, 10,000 pools (the reference: past any block)", "TaskRouter.claimBestTask[pools=10000]", None, 180_000
    ),
    Row(
        "submitTask, 995-byte proof, 200-byte result",
        "TaskRouter.submitTask[proof=995,result=200]",
        1_092_727,
        450_000,
    ),
    Row("verifyAndPay, accepted, worker's account exists", "TaskPool.verifyAndPay", 517_745, 120_000),
]

TASK_MANAGER = [
    Row("scheduleTask, later task of an owner, block in use", "TaskManager.scheduleTask[data=164]", 239_866, 160_000),
    Row("the same, an 864-byte call of nonzero bytes", "TaskManager.scheduleTask[data=1028]", 448_347, 335_000),
    Row("scheduleWithBond, likewise", "TaskManager.scheduleWithBond[data=164]", 233_519, 155_000),
    Row("cancelTask by the owner, refund included", "TaskManager.cancelTask", 38_882, 50_000),
    Row("addTaskCanceller", "TaskManager.addTaskCanceller", 49_688, 52_000),
    Row("executeTasks, nothing due", "TaskManager.executeTasks[tasks=0]", 83_101, 35_000),
    Row("executeTasks, 1 task", "TaskManager.executeTasks[tasks=1]", 170_045, 100_000),
    Row("executeTasks, 10 tasks of one block", "TaskManager.executeTasks[tasks=10]", 312_149, 260_000),
    Row("executeTasks, 50 tasks of one block", "TaskManager.executeTasks[tasks=50]", 960_400, 900_000),
    Row("executeTasks, 50 tasks in 50 blocks", "TaskManager.executeTasks[tasks=50,blocks=50]", 2_252_714, 1_250_000),
    Row("executeTasks, 1 task after 10 empty blocks", "TaskManager.executeTasks[tasks=1,gap=10]", 175_702, 105_000),
    Row("the same, 100,000", "TaskManager.executeTasks[tasks=1,gap=100000]", 440_860, 105_000),
    Row("the same, 2,000,000", "TaskManager.executeTasks[tasks=1,gap=2000000]", 9_544_589, 105_000),
    Row(
        "executeTasks, 10 cancelled tasks and 1 live one in a block",
        "TaskManager.executeTasks[tasks=1,cancelled=10]",
        250_000,
        110_000,
    ),
    Row(
        "the same, 10,000 cancelled (the reference: past any block)",
        "TaskManager.executeTasks[tasks=1,cancelled=10000]",
        None,
        200_000,
    ),
    Row(
        "ReschedulingTaskEnvironment, target fails, rescheduled from the bond",
        "TaskManager.executeTasks[rescheduled=1]",
        273_922,
        185_000,
    ),
    Row("estimateCost, execution only", "TaskManager.estimateCost[exec]", 24_419, 12_000),
    Row(
        "getNextExecutionBlockInRange(10,000), task at +9,000, execution only",
        "TaskManager.getNextExecutionBlockInRange[exec,at=9000]",
        225_762,
        25_000,
    ),
]

ROWS = {row.label: row for row in TASK_POOLS + TASK_MANAGER}

# Points of the plots' reference lines: what the operation depends on, gas.
CLAIM = {1: 151_795, 400: 7_416_910}
SEARCH = {10: 175_702, 100_000: 440_860, 2_000_000: 9_544_589}
EXECUTE = {0: 83_101, 1: 170_045, 10: 312_149, 50: 960_400}
SCHEDULE = {164: 239_866, 1_028: 448_347}
