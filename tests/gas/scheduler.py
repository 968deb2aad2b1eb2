"""
Labelled operations of the task manager.

Unless the label says else: 164 bytes of task data, which are the three layers around an empty call; the target is a
contract that does nothing; a small task of 100,000 gas, in the minimal environment, of an owner who had tasks before,
in a block that has tasks; one more task waits within a thousand blocks; treasury and validator were paid before; the
executor's account exists.
"""

import boa

from tests.gas.scene import ETHER, Scene
from tests.helpers.compiled import mock_deployer
from tests.helpers.schedule import CANCELLED, EXPIRED, FAILED, NO_MAXIMUM, RESCHEDULED, SUCCEEDED, layered

GWEI = 10**9
GAS = 30_000_000  # of a call that executes
SMALL, LARGE = 100_000, 750_000
BATCHES = [1, 2, 5, 10, 20, 50, 100]
GAPS = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 2_000_000]
GAPS_BEFORE_OTHERS = [10, 100_000, 1_000_000]
CALLS = [0, 64, 256, 512, 864, 1_920, 3_904]  # bytes, none of them zero
LATER = 1_000  # blocks
NOTHING = bytes.fromhex("60005f5360015ff3")  # creation code of a contract whose code is STOP


class Office:
    """A deployment, an owner of tasks with a bond, an executor, and a target that does nothing."""

    def __init__(self, scene: Scene):
        self.scene = scene
        self.system = scene.deploy()
        self.manager = self.system.manager
        self.owner, self.executor = scene.account("owner"), scene.account("executor")
        self.stranger, self.canceller = scene.account("stranger"), scene.account("canceller")
        self.target = boa.env.deploy(bytecode=NOTHING)[0]

    def schedule(
        self, ahead: int, *, call=b"", target=None, environment=None, gas=SMALL, bond=False, surplus=0
    ) -> bytes:
        """For a block so far ahead. Returns the id."""
        block = self.scene.block + ahead
        environment = environment or self.system.minimal
        data = layered(target or self.target, call)
        arguments = (environment.address, gas, block, NO_MAXIMUM, data)
        if bond:
            return self.manager.scheduleWithBond(*arguments, sender=self.owner)[2]
        value = self.manager.estimateCost(block, gas) + surplus
        return self.manager.scheduleTask(*arguments, value=value, sender=self.owner)[2]

    def execute(self, reserve: int = 0) -> int:
        return self.manager.executeTasks(self.executor, reserve, sender=self.executor, gas=GAS)

    def settle(self):
        """From now on everybody was there before, and a task waits a thousand blocks later."""
        self.manager.depositBond(value=100 * ETHER, sender=self.owner)
        self.schedule(1)
        self.scene.go_to(self.scene.block + 1)
        assert self.execute() > 0
        self.schedule(LATER)

    def run(self, label: str, ahead: int, *, expect=SUCCEEDED, of: bytes | None = None):
        """Let the blocks pass and execute; `of` is a task that must end so."""
        self.scene.go_to(self.scene.block + ahead)
        self.execute()
        self.scene.note(label)
        if of is not None:
            assert self.manager.getTaskStatus(of) == expect


def label(operation: str) -> str:
    return f"TaskManager.{operation}"


def scheduling(scene: Scene):
    """Scheduling against the size of the data, from value and bond."""
    office = Office(scene)
    manager, owner = office.manager, office.owner
    scene.do(label("depositBond[first]"), manager.depositBond, value=10 * ETHER, sender=owner)
    scene.do(label("depositBond"), manager.depositBond, value=10 * ETHER, sender=owner)
    scene.do(label("depositBondFor"), manager.depositBondFor, owner, value=ETHER, sender=office.stranger)
    office.schedule(10)
    scene.note(label("scheduleTask[data=164,first]"))
    office.schedule(10)
    for length in CALLS:
        office.schedule(10, call=b"\xff" * length)
        scene.note(label(f"scheduleTask[data={length + 164}]"))
    office.schedule(10, surplus=ETHER)
    scene.note(label("scheduleTask[data=164,surplus]"))
    office.schedule(11)
    scene.note(label("scheduleTask[data=164,block=new]"))
    office.schedule(2_000_000)
    scene.note(label("scheduleTask[data=164,block=far]"))
    arguments = (office.system.minimal.address, SMALL, scene.block + 10, NO_MAXIMUM, b"\xff" * 4_096)
    manager.scheduleWithBond(*arguments, sender=owner)
    scene.note(label("scheduleWithBond[data=4096,no layers]"))
    task = office.schedule(10, bond=True)
    scene.note(label("scheduleWithBond[data=164]"))
    for _ in range(94):
        office.schedule(20)
    office.schedule(20)
    scene.note(label("scheduleTask[data=164,index=94]"))
    office.schedule(20)
    scene.note(label("scheduleTask[data=164,index=95]"))

    scene.do(label("topUpTask[first]"), manager.topUpTask, task, value=ETHER, sender=office.stranger)
    scene.do(label("topUpTask"), manager.topUpTask, task, value=ETHER, sender=office.stranger)
    scene.do(label("withdrawBond"), manager.withdrawBond, ETHER, sender=owner)

    target = scene.block + 10
    scene.execution(label("estimateCost[exec]"), manager.estimateCost, target, SMALL)
    scene.execution(label("estimateCostAt[exec]"), manager.estimateCostAt, target, SMALL, GWEI)
    scene.execution(label("getTaskStatus[exec]"), manager.getTaskStatus, task)
    scene.execution(label("getTaskMetadata[exec]"), manager.getTaskMetadata, task)
    scene.execution(label("getTaskPayment[exec]"), manager.getTaskPayment, task)
    scene.execution(label("whyStuck[exec]"), manager.whyStuck, task)
    data = layered(office.target, b"")
    scene.execution(
        label("getEnvironment[exec]"), manager.getEnvironment, owner, 0, office.system.minimal.address, data
    )
    page = scene.execution(label("getTaskScheduleInRange[exec,blocks=3]"), manager.getTaskScheduleInRange, 100, 0, 256)
    assert page[1] == 3


def cancelling(scene: Scene):
    """Cancelling by each kind of canceller, and the rights to."""
    office = Office(scene)
    manager, owner, canceller = office.manager, office.owner, office.canceller
    only = office.schedule(10)
    manager.topUpTask(only, value=ETHER, sender=office.stranger)
    scene.do(label("cancelTask[the only one,topped up]"), manager.cancelTask, only, sender=owner)  # refund at its cap
    office.settle()
    tasks = [office.schedule(10) for _ in range(6)]
    scene.do(label("cancelTask"), manager.cancelTask, tasks[0], sender=owner)
    scene.do(label("addTaskCanceller"), manager.addTaskCanceller, tasks[1], canceller, sender=owner)
    scene.do(label("addEnvironmentCanceller"), manager.addEnvironmentCanceller, tasks[2], canceller, sender=owner)
    scene.do(label("cancelTask[by canceller]"), manager.cancelTask, tasks[1], sender=canceller)
    scene.do(label("cancelTask[by environment's canceller]"), manager.cancelTask, tasks[2], sender=canceller)
    manager.addTaskCanceller(tasks[3], canceller, sender=owner)
    manager.addEnvironmentCanceller(tasks[3], canceller, sender=owner)
    scene.do(label("removeTaskCanceller"), manager.removeTaskCanceller, tasks[3], canceller, sender=owner)
    scene.do(label("removeEnvironmentCanceller"), manager.removeEnvironmentCanceller, tasks[3], canceller, sender=owner)
    manager.topUpTask(tasks[4], value=ETHER, sender=office.stranger)
    scene.do(label("cancelTask[topped up]"), manager.cancelTask, tasks[4], sender=owner)
    manager.cancelTask(tasks[3], sender=owner)
    scene.do(label("cancelTask[last of its block]"), manager.cancelTask, tasks[5], sender=owner)
    assert {manager.getTaskStatus(task) for task in tasks} == {CANCELLED}

    task = office.schedule(10)
    environment = "0x" + task.hex()[-40:]
    boa.env.raw_call(environment, sender=owner, value=ETHER)
    scene.do(label("sweepEnvironment"), manager.sweepEnvironment, task, owner, sender=owner)

    doomed = [office.schedule(10) for _ in range(51)]
    scene.go_to(scene.block + 10 + manager.EXECUTION_WINDOW() + 1)
    scene.do(label("expireTasks[tasks=1]"), manager.expireTasks, doomed[:1], sender=office.stranger)
    scene.do(label("expireTasks[tasks=50]"), manager.expireTasks, doomed[1:], sender=office.stranger)
    assert {manager.getTaskStatus(each) for each in doomed} == {EXPIRED}


def executing(scene: Scene):
    """Executing against the number of tasks."""
    office = Office(scene)
    manager = office.manager
    manager.depositBond(value=100 * ETHER, sender=office.owner)
    office.schedule(10)
    office.run(label("executeTasks[tasks=1,first]"), 10)
    office.schedule(LATER)
    office.execute()
    scene.note(label("executeTasks[tasks=0]"))
    for count in BATCHES:
        tasks = [office.schedule(10) for _ in range(count)]
        office.run(label(f"executeTasks[tasks={count}]"), 10, of=tasks[-1])
    for i in range(50):
        last = office.schedule(10 + i)
    office.run(label("executeTasks[tasks=50,blocks=50]"), 60, of=last)
    tasks = [office.schedule(10) for _ in range(11)]
    for task in tasks[:10]:
        manager.cancelTask(task, sender=office.owner)
    office.run(label("executeTasks[tasks=1,cancelled=10]"), 10, of=tasks[10])
    tasks = [office.schedule(10) for _ in range(51)]
    scene.go_to(scene.block + 10)
    by_id = manager.executeTasksById
    scene.do(label("executeTasksById[tasks=1]"), by_id, tasks[:1], office.executor, sender=office.executor, gas=GAS)
    scene.do(label("executeTasksById[tasks=50]"), by_id, tasks[1:], office.executor, sender=office.executor, gas=GAS)
    treasury = scene.env.eoa
    validator = scene.coinbase
    payee = scene.account("payee", 0)
    scene.do(label("withdrawCredit[new account]"), manager.withdrawCredit, payee, sender=treasury)
    scene.do(label("withdrawCreditFor"), manager.withdrawCreditFor, validator, sender=office.stranger)


def searching(scene: Scene):
    """The next task against its distance: nothing else waits, or one task far behind it."""
    office = Office(scene)
    manager = office.manager
    manager.depositBond(value=100 * ETHER, sender=office.owner)
    office.schedule(1)
    scene.go_to(scene.block + 1)
    office.execute()
    _search(office, GAPS, "")
    office.schedule(2_097_152)
    _search(office, GAPS_BEFORE_OTHERS, ",another waits")


def _search(office: Office, gaps: list[int], suffix: str):
    scene, manager = office.scene, office.manager
    for gap in gaps:
        office.schedule(gap)
        if gap == 10_000:
            scene.go_to(scene.block + 1_000)
            ahead, view = 10_000, 9_000
        else:
            ahead, view = manager.MAX_SCHEDULE_DISTANCE(), gap
        name = label(f"getNextExecutionBlockInRange[exec,at={view}{suffix}]")
        found = scene.execution(name, manager.getNextExecutionBlockInRange, ahead)
        assert found == scene.block + view
        office.run(label(f"executeTasks[tasks=1,gap={gap}{suffix}]"), view)


def outcomes(scene: Scene):
    """Each environment, failures, retries, tasks that do not pay, and the dearest task there can be."""
    office = Office(scene)
    system, manager, owner = office.system, office.manager, office.owner
    office.settle()
    target = mock_deployer("scheduler/Target.vy").deploy()
    poke = target.poke.prepare_calldata(1)
    target.poke(1)
    environments = {
        "Minimal": system.minimal,
        "Basic": system.basic,
        "Rescheduling": system.rescheduling,
        "Validated": system.validated,
    }
    for name, environment in environments.items():
        task = office.schedule(5, call=poke, target=target.address, environment=environment)
        office.run(label(f"executeTasks[tasks=1,environment={name}]"), 5, of=task)

    fail = target.fail.prepare_calldata(b"")
    task = office.schedule(5, call=fail, target=target.address)
    office.run(label("executeTasks[tasks=1,failed]"), 5, of=task, expect=FAILED)
    task = office.schedule(5, call=fail, target=target.address, environment=system.rescheduling, bond=True)
    office.run(label("executeTasks[rescheduled=1]"), 5, of=task, expect=RESCHEDULED)
    for attempt in (2, 3):
        office.run(label(f"executeTasks[rescheduled=1,attempt={attempt}]"), 5)
    office.run(label("executeTasks[tasks=1,attempt=4]"), 5)

    burn = target.burn.prepare_calldata()
    for gas in (SMALL, LARGE):
        task = office.schedule(5, call=burn, target=target.address, gas=gas)
        office.run(label(f"executeTasks[tasks=1,gas={gas},burnt]"), 5, of=task, expect=FAILED)
    bomb = target.return_bomb.prepare_calldata()
    task = office.schedule(5, call=bomb, target=target.address, gas=LARGE)
    office.run(label(f"executeTasks[tasks=1,gas={LARGE},returns a megabyte]"), 5, of=task, expect=FAILED)
    tasks = [office.schedule(5, call=b"\xff" * 3_904) for _ in range(10)]
    office.run(label("executeTasks[tasks=10,data=4068]"), 5, of=tasks[-1])

    tasks = [office.schedule(5) for _ in range(66)]
    scene.go_to(scene.block + 5)
    scene.set_base_fee(50 * GWEI)
    assert office.execute() == 0
    scene.note(label("executeTasks[passed=64]"))
    assert office.execute() == 0
    scene.note(label("executeTasks[passed=64,wraps around]"))
    assert manager.getTaskStatus(tasks[0]) == 1
    scene.set_base_fee(GWEI)
    payee = scene.account("new payee", 0)
    manager.executeTasks(payee, 0, sender=office.executor, gas=GAS)
    scene.note(label("executeTasks[tasks=66,payee=new account]"))
    refusing = boa.env.deploy(bytecode=bytes.fromhex("635f5ffd005f526004601cf3"))[0]  # its code: revert
    office.schedule(5)
    scene.go_to(scene.block + 5)
    manager.executeTasks(refusing, 0, sender=office.executor, gas=GAS)
    scene.note(label("executeTasks[tasks=1,payee refuses]"))
    assert manager.creditOf(refusing) > 0
    assert manager.bondOf(owner) > 0


ACTS = [scheduling, cancelling, executing, searching, outcomes]
