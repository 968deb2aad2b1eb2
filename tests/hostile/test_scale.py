"""
Ten thousand pools: approved, with a task each.

`POOLS=10000 pytest -n 0 tests/hostile/test_scale.py` for the full size; 100 by default.
"""

import os
from dataclasses import dataclass

import boa
import pytest

from deploy import deploy
from tests.conftest import START, funded
from tests.helpers.chain import DAY, ETHER, balance, now, reverts
from tests.helpers.hostile import Attempt, calldata

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold")

POOLS = int(os.environ.get("POOLS", "100"))
BATCH = 16
VIEW_GAS = 1_000_000


@dataclass
class Many:
    system: object
    owner: str
    pools: list[str]
    rewards: list[int]

    def by_rank(self) -> list[int]:
        """Positions in `pools`, best task first: among equals the older, which here is the pool with the smaller id."""
        return sorted(range(len(self.pools)), key=lambda at: (-self.rewards[at], at))


def settle_state():
    """What was done so far is kept for good: each later call is spared the journals of thousands of accounts."""
    boa.env.evm.vm.state._account_db.persist()


@pytest.fixture(scope="module")
def many():
    """A chain of its own, since what was kept for good cannot be rolled back."""
    with boa.swap_env(boa.Env()):
        boa.env.evm.patch.timestamp = START
        system = deploy()
        owner = funded("pool_owner", 10**6 * ETHER)
        pools: list[str] = []
        for _ in range(0, POOLS, BATCH):
            size = min(BATCH, POOLS - len(pools))
            pools += system.factory.createPools(["AI Tasks"] * size, [""] * size, sender=owner)
            settle_state()
        # spread over 1,000 rewards, so that with many pools some are equal
        rewards = [ETHER + (at * 7_919 + 13) % 1_000 * 10**12 for at in range(POOLS)]
        for at, (address, reward) in enumerate(zip(pools, rewards, strict=True)):
            run(system.registry.address, system.deployer, calldata("approvePool(address)", address))
            run(address, owner, add_task(reward), reward)
            if at % 64 == 63:
                settle_state()
        settle_state()
        yield Many(system, owner, pools, rewards)


def add_task(reward: int) -> bytes:
    signature = "addAITasks(uint256[],uint256[],string[],string[],uint256[])"
    return calldata(signature, [reward], [1], ["llm-chat-v1"], ["a prompt"], [now() + 10 * DAY])


def run(to: str, sender: str, data: bytes, value: int = 0):
    assert boa.env.execute_code(to, sender=sender, data=data, value=value).is_success


def test_claims_come_in_order_of_reward(many):
    router = many.system.router
    for at in many.by_rank()[:20]:
        best = router.getBestAvailableTask()
        assert (best.pool, best.taskId, best.reward) == (many.pools[at], 1, many.rewards[at])
        assert router.claimBestTask(sender=boa.env.generate_address()) == (many.pools[at], 1)
    assert router.getGlobalStats()[2:4] == (POOLS - 20, 20)


def test_claims_stay_in_order_as_pools_close_and_open(many):
    factory, router = many.system.factory, many.system.router
    ranked = many.by_rank()
    closed = [many.pools[at] for at in ranked[:32:2]]
    factory.deactivatePools(closed)
    assert factory.getPoolCount() == (POOLS, POOLS - 16)
    for at in ranked[1:16:2]:
        assert router.claimBestTask(sender=boa.env.generate_address()) == (many.pools[at], 1)
    factory.activatePools(closed)
    assert factory.getPoolCount() == (POOLS, POOLS)
    left = [*ranked[:16:2], *ranked[16:40]]
    for at in left:
        assert router.claimBestTask(sender=boa.env.generate_address()) == (many.pools[at], 1)


def test_new_task_of_any_pool_goes_to_the_top(many):
    router = many.system.router
    for step, at in enumerate([0, POOLS // 3, POOLS // 2, POOLS - 1]):
        pool = many.system.pool(many.pools[at])
        reward = 2 * ETHER + step
        run(pool.address, many.owner, add_task(reward), reward)
        best = router.getBestAvailableTask()
        assert (best.pool, best.taskId, best.reward) == (pool.address, 2, reward)
    for step, at in reversed(list(enumerate([0, POOLS // 3, POOLS // 2, POOLS - 1]))):
        worker = boa.env.generate_address()
        assert router.claimBestTask(sender=worker) == (many.pools[at], 2)
        router.submitTask(many.pools[at], 2, b"", 0, 0, "", sender=worker)
        many.system.pool(many.pools[at]).verifyAndPay(2, True, sender=many.owner)
        assert balance(worker) == 2 * ETHER + step
    assert router.claimBestTask(sender=boa.env.generate_address())[0] == many.pools[many.by_rank()[0]]
    assert router.getGlobalStats()[2:] == (POOLS - 1, 1, 0, 4, 8 * ETHER + 6)


def test_revoked_pools_leave_the_ranking(many):
    registry, router = many.system.registry, many.system.router
    ranked = many.by_rank()
    for at in ranked[:5]:
        registry.revokePool(many.pools[at])
    assert router.claimBestTask(sender=boa.env.generate_address()) == (many.pools[ranked[5]], 1)
    assert registry.getRequestPools(0, 0)[1] == POOLS - 5
    assert router.getGlobalStats()[2] == POOLS - 1


@pytest.mark.parametrize("name", ["getGlobalStats", "getPoolCount", "getAggregatedStats", "factory's getGlobalStats"])
def test_totals_within_a_million_gas(many, name):
    system = many.system
    to, data = {
        "getGlobalStats": (system.router, calldata("getGlobalStats()")),
        "getPoolCount": (system.factory, calldata("getPoolCount()")),
        "getAggregatedStats": (system.viewer, calldata("getAggregatedStats(address)", system.factory.address)),
        "factory's getGlobalStats": (system.factory, calldata("getGlobalStats()")),
    }[name]
    attempt = Attempt(boa.env.eoa, to.address, data, 0, VIEW_GAS, [])
    assert attempt.succeeded
    assert system.factory.getPoolCount() == (POOLS, POOLS)
    assert system.router.getGlobalStats() == (POOLS, POOLS, POOLS, 0, 0, 0, 0)
    assert system.viewer.getAggregatedStats(system.factory.address) == system.router.getGlobalStats()
    assert system.factory.getGlobalStats() == system.router.getGlobalStats()[:5]


def test_claim_needs_no_more_than_the_estimate(many):
    """At a cost that does not grow with the number of pools: the limit is a constant."""
    gas = many.system.router.estimateClaimGas(many.pools[0])
    worker = boa.env.generate_address()
    attempt = Attempt(worker, many.system.router.address, calldata("claimBestTask()"), 0, gas, [])
    assert attempt.succeeded


def test_requests_are_spread_over_all_pools(many):
    registry = many.system.registry
    registry.registerModel("image-v1", "Image", "", 0, 10**9)
    requester = funded("requester")
    size = min(POOLS, 64)
    used = set()
    for _ in range(size):
        registry.requestInference("image-v1", "a cat", value=10**9, sender=requester)
        used.add(registry.requestTask(registry.requestCounter())[0])
    assert len(used) == size
    assert registry.getRequestPools(0, 256)[1] == POOLS


def test_reverts_no_available_task_when_every_pool_is_closed(many):
    factory, router = many.system.factory, many.system.router
    size = min(POOLS, 640)
    for at in range(0, size, 64):
        factory.deactivatePools(many.pools[at : min(at + 64, size)])
    best = [at for at in many.by_rank() if at >= size]
    if best:
        assert router.claimBestTask(sender=boa.env.generate_address()) == (many.pools[best[0]], 1)
    else:
        with reverts("NoAvailableTask()"):
            router.claimBestTask(sender=boa.env.generate_address())
