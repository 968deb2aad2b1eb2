"""
Labelled operations in large states: 10,000 pools with tasks, 100,000 waiting tasks, 65,536 tasks in a block.

The states are made by real transactions on a real node, many calls in each; the figures are its receipts.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Self

import boa
from eth_abi import decode

from taskpools.receipts import intrinsic_gas
from taskpools.system import System
from tests.gas.node import Node
from tests.gas.pools import CATEGORY, CHAT, DAY, FLEXIBLE, PROMPT_200, TOKEN_PRICE
from tests.gas.scene import ETHER, SECONDS_A_BLOCK, START, START_BLOCK, Scene, address_of
from tests.gas.scheduler import GAS, NOTHING, SMALL
from tests.helpers.chain import error_data
from tests.helpers.compiled import mock_deployer
from tests.helpers.schedule import NO_MAXIMUM, layered

POOLS = [10, 100, 400]
MANY_POOLS = [1_000, 2_000, 5_000, 10_000]
CLAIMS = 12
CANCELLED = 10_000
BLOCK_TASKS = 65_536
WAITING = 100_000
WAITING_BLOCKS = 1_000
BATCH = 1_024
BASE_FEE = 10**9
BULK_GAS = 10**10
BOND = 10**38

Progress = Callable[[str, int, int], None]  # what, how many are there, how many there will be


class Large:
    """A deployment on a node, and a crowd that owns pools and tasks."""

    def __init__(self, program: Path, progress: Progress):
        self.figures: dict[str, int] = {}
        self.progress = progress
        scene = Scene()
        with boa.swap_env(scene.env):
            self.system: System = scene.deploy()
            self.crowd = mock_deployer("Crowd.vy").deploy()
            self.target = boa.env.deploy(bytecode=NOTHING)[0]
        self.operator, self.coinbase = scene.env.eoa, scene.coinbase
        self.now = START
        self._waiting: list[str] = []
        self.node = Node(program, START_BLOCK, START - SECONDS_A_BLOCK)
        try:
            self.node.replay(scene.steps)
            self.node.rpc("anvil_setBalance", self.crowd.address, hex(100 * BOND))
        except BaseException:
            self.node.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_):
        self.node.stop()

    # ------------------------------------------------------------ transactions

    def put(self, function, *arguments, sender: str | None = None, value: int = 0, gas: int = BULK_GAS):
        """Into the next block."""
        data = function.prepare_calldata(*arguments)
        sent = self.node.send(sender or self.operator, str(function.contract.address), data, value, gas)
        self._waiting.append(sent)

    def mine(self) -> list[dict]:
        self.now += SECONDS_A_BLOCK
        self.node.mine(self.node.block + 1, self.now, BASE_FEE, self.coinbase)
        receipts = [self.node.receipt(sent) for sent in self._waiting]
        self._waiting.clear()
        assert all(receipt["status"] == "0x1" for receipt in receipts)
        return receipts

    def used(self, function, *arguments, gas: int = GAS, **options) -> int:
        self.put(function, *arguments, gas=gas, **options)
        return int(self.mine()[0]["gasUsed"], 16)

    def do(self, label: str, function, *arguments, **options):
        assert label not in self.figures, f"{label} twice"
        self.figures[label] = self.used(function, *arguments, **options)

    def execution(self, label: str, function, *arguments):
        """A view, sent as a transaction, less what is no execution."""
        self.do(label, function, *arguments)
        self.figures[label] -= intrinsic_gas(function.prepare_calldata(*arguments))

    def call(self, function, *arguments, types: str) -> tuple:
        """What a view returns."""
        fields = {"to": str(function.contract.address), "data": "0x" + function.prepare_calldata(*arguments).hex()}
        return decode(types.split(), bytes.fromhex(self.node.rpc("eth_call", fields, "latest")[2:]))

    @contextlib.contextmanager
    def undone(self):
        """What the block does is taken back at its end."""
        now = self.now
        with self.node.undone():
            yield
        self.now = now

    def go_to(self, block: int):
        """The next block is this one."""
        self.now += (block - self.node.block - 1) * SECONDS_A_BLOCK
        self.node.skip_to(block, self.now)

    # ------------------------------------------------------------ the crowd

    def through_crowd(self, calls: list[tuple[str, int, bytes]], size: int):
        for at in range(0, len(calls), size):
            self.put(self.crowd.each, calls[at : at + size])

    def schedule(self, what: str, blocks: list[int], each: int):
        """So many tasks of the crowd into each block."""
        done, total = 0, len(blocks) * each
        for block in blocks:
            for at in range(0, each, BATCH):
                size = min(BATCH, each - at)
                self.put(self.crowd.schedule, self.system.manager.address, self.scheduling(block), size)
                done += size
                if done % (16 * BATCH) < size or done == total:
                    self.mine()
                    self.progress(what, done, total)

    def cancel(self, what: str, first: int, count: int):
        for at in range(0, count, BATCH):
            self.put(self.crowd.cancel, self.system.manager.address, first + at, min(BATCH, count - at))
            if at // BATCH % 16 == 15 or at + BATCH >= count:
                self.mine()
                self.progress(what, min(at + BATCH, count), count)

    def scheduling(self, block: int) -> bytes:
        return self.system.manager.scheduleWithBond.prepare_calldata(*self.task(block))

    def task(self, block: int) -> tuple:
        return self.system.minimal.address, SMALL, block, NO_MAXIMUM, layered(self.target, b"")


# ---------------------------------------------------------------- pools


def claims(large: Large, sizes: list[int], measured: list[int]):
    """
    Claims against the number of pools, all of them approved and with tasks, each third with two.

    Twelve workers, each his first claim, one after the other.
    """
    system, crowd = large.system, large.crowd
    registry, router, factory = system.registry, system.router, system.factory
    model = registry.registerModel.prepare_calldata(CHAT, "Chat", "A chat model", FLEXIBLE, TOKEN_PRICE)
    large.put(registry.transferOwnership, crowd.address)
    large.mine()
    first = [registry.acceptOwnership.prepare_calldata(), model]
    large.through_crowd([(registry.address, 0, data) for data in first], 2)
    large.mine()
    pools: list[str] = []
    for size in sizes:
        while len(pools) < size:
            _grow(large, pools, min(320, size - len(pools)))
            large.progress("pools with tasks", len(pools), sizes[-1])
        assert large.call(factory.getPoolCount, types="uint256 uint256") == (size, size)
        if size not in measured:
            continue
        with large.undone():
            workers = [address_of(f"worker {number}") for number in range(CLAIMS)]
            used = [large.used(router.claimBestTask, sender=worker) for worker in workers]
            label = f"TaskRouter.claimBestTask[pools={size}"
            large.figures |= {f"{label}]": max(used), f"{label},least]": min(used)}
            claimed = large.call(router.getGlobalStats, types="uint256 " * 7)
            assert claimed[:4] == (size, size, size + len(range(0, size, 3)) - CLAIMS, CLAIMS)
        with large.undone():
            fresh = address_of("worker")
            large.execution(f"TaskRouter.getBestTaskFor[exec,pools={size}]", router.getBestTaskFor, fresh)
            large.execution(f"TaskRouter.getGlobalStats[exec,pools={size}]", router.getGlobalStats)
            viewer = system.viewer.getAggregatedStats
            large.execution(f"TaskPoolViewer.getAggregatedStats[exec,pools={size}]", viewer, factory.address)
            middle = pools[size // 2]
            large.do(f"TaskPoolFactory.deactivatePool[approved,pools={size}]", factory.deactivatePool, middle)
            large.do(f"TaskPoolFactory.activatePool[approved,pools={size}]", factory.activatePool, middle)
            requester, request = address_of("requester"), (CHAT, PROMPT_200)
            options = {"sender": requester, "value": 50 * TOKEN_PRICE}
            large.used(registry.requestInference, *request, **options)
            large.do(
                f"ModelRegistry.requestInference[prompt=200,pools={size}]",
                registry.requestInference,
                *request,
                **options,
            )


def _grow(large: Large, pools: list[str], count: int):
    """More pools of the crowd, approved, with one task or two."""
    system = large.system
    factory, registry = system.factory, system.registry
    for at in range(0, count, 16):
        size = min(16, count - at)
        data = factory.createPools.prepare_calldata([CATEGORY] * size, [""] * size)
        large.through_crowd([(factory.address, 0, data)], 1)
    large.mine()
    new: list[str] = []
    while len(new) < count:
        new += large.call(factory.getPools, len(pools) + len(new), 256, types="address[] uint256")[0]
    large.through_crowd([(registry.address, 0, registry.approvePool.prepare_calldata(pool)) for pool in new], 64)
    add = system.implementation.addAITasks.prepare_calldata
    calls = []
    for at, pool in enumerate(new, start=len(pools)):
        tasks = 2 if at % 3 == 0 else 1
        rewards = [ETHER + ((at + 31 * task) * 7_919 + 13) % 1_000 * 10**12 for task in range(tasks)]
        data = add(rewards, [1] * tasks, [CHAT] * tasks, ["a prompt"] * tasks, [large.now + 10 * DAY] * tasks)
        calls.append((pool, sum(rewards), data))
    large.through_crowd(calls, 32)
    large.mine()
    pools += new


# ---------------------------------------------------------------- tasks


def one_block(large: Large):
    """A block with 65,536 tasks; one more is refused. Cancelled ones in front of a live one, up to all but the last."""
    manager, crowd = large.system.manager, large.crowd
    owner, executor = _open(large)
    # As near as the making of them allows: an empty block takes long where there are so many accounts.
    cancelled, gone, full = (START_BLOCK + after for after in (23, 25, 27))
    large.schedule("tasks of a block to cancel", [cancelled], CANCELLED + 1)
    large.cancel("of them cancelled", 0, CANCELLED)
    first = large.call(crowd.count, types="uint256")[0]
    large.schedule("tasks of a full block to cancel", [gone], BLOCK_TASKS)
    large.cancel("of them cancelled, all but the last", first, BLOCK_TASKS - 1)
    large.schedule("tasks of a full block", [full], BLOCK_TASKS - 1)
    large.do(
        "TaskManager.scheduleWithBond[data=164,index=65535]", manager.scheduleWithBond, *large.task(full), sender=owner
    )
    call = {"from": owner, "to": str(manager.address), "data": "0x" + large.scheduling(full).hex()}
    refusal = large.node.refusal("eth_call", call, "latest")
    assert refusal == error_data("TooManyTasksScheduled()"), refusal.hex()

    execution = (manager.executeTasks, executor, 0)
    large.go_to(cancelled)
    large.do(f"TaskManager.executeTasks[tasks=1,cancelled={CANCELLED}]", *execution, sender=executor)
    large.go_to(gone)
    large.do(f"TaskManager.executeTasks[tasks=1,cancelled={BLOCK_TASKS - 1}]", *execution, sender=executor)
    assert large.call(manager.getNextExecutionBlockInRange, 100, types="uint64")[0] == full
    large.go_to(full)
    large.do(f"TaskManager.executeTasks[block=full,gas={GAS}]", *execution, sender=executor)


def waiting(large: Large):
    """100,000 tasks wait in 1,000 blocks."""
    manager = large.system.manager
    owner, executor = _open(large)
    first = START_BLOCK + 200
    blocks = [first + 7 * at for at in range(WAITING_BLOCKS)]
    large.schedule("waiting tasks", blocks, WAITING // WAITING_BLOCKS)
    suffix = f"waiting={WAITING}"
    large.do(
        f"TaskManager.scheduleWithBond[data=164,{suffix}]",
        manager.scheduleWithBond,
        *large.task(blocks[-1]),
        sender=owner,
    )
    lookahead = 50_000
    next_block, schedule = manager.getNextExecutionBlockInRange, manager.getTaskScheduleInRange
    large.execution(f"TaskManager.getNextExecutionBlockInRange[exec,{suffix}]", next_block, lookahead)
    large.execution(f"TaskManager.getTaskScheduleInRange[exec,{suffix}]", schedule, lookahead, 0, 256)
    execution = (manager.executeTasks, executor, 0)
    large.do(f"TaskManager.executeTasks[tasks=0,{suffix}]", *execution, sender=executor)
    for count in (1, 10, 50):
        block = large.node.block + 3
        for _ in range(count):
            large.put(manager.scheduleWithBond, *large.task(block), sender=owner)
        large.mine()
        large.go_to(block)
        large.do(f"TaskManager.executeTasks[tasks={count},{suffix}]", *execution, sender=executor)
    assert large.call(next_block, lookahead, types="uint64")[0] == first


def _open(large: Large) -> tuple[str, str]:
    """Bonds, and a first task so that everybody was paid before. Returns an owner and an executor."""
    manager = large.system.manager
    owner, executor = address_of("owner"), address_of("executor")
    large.put(manager.depositBond, sender=owner, value=ETHER * 10**6)
    large.through_crowd([(manager.address, BOND, manager.depositBond.prepare_calldata())], 1)
    large.mine()
    block = large.node.block + 2
    large.put(manager.scheduleWithBond, *large.task(block), sender=owner)
    large.mine()
    large.put(manager.executeTasks, executor, 0, sender=executor)
    large.mine()
    return owner, executor
