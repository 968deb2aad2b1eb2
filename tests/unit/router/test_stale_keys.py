"""
A pool whose last report was lost is ranked by a task that it refuses. A claim steps over the pool, which leaves the
ranking until it reports again.
"""

import boa
import pytest

from tests.conftest import funded
from tests.helpers.chain import reverts
from tests.helpers.flow import add_task, new_pool
from tests.helpers.hostile import Attempt, calldata, lowest

NONE = ("0x" + "00" * 20, 0)


def closed(system, pool):
    system.factory.deactivatePool(pool.address)


def cancelled(system, pool):
    pool.cancelTask(1, sender=pool.owner())


@pytest.fixture(params=[closed, cancelled])
def stale(request, system, pool_owner, registry):
    """A new approved pool, ranked by a task of this reward that it refuses."""

    def make(reward: int = 9):
        pool = new_pool(system, pool_owner, approved=True)
        add_task(pool, reward)
        router = FactoryOnly(system)
        request.param(system, pool)
        router.repair()
        return pool

    return make


class FactoryOnly:
    """In the router's place: answers `factory()` and refuses all else."""

    def __init__(self, system):
        self.address = system.router.address
        self.code = boa.env.get_code(self.address)
        selector = system.router.factory.prepare_calldata()[:4].hex()
        factory = system.factory.address[2:]
        boa.env.set_code(
            self.address, bytes.fromhex(f"5f3560e01c63{selector}14601157" + "5f5ffd" + f"5b73{factory}5f5260205ff3")
        )

    def repair(self):
        boa.env.set_code(self.address, self.code)


def is_ranked(system, pool) -> bool:
    return any(system.router.rankedPool(pool.address, slot) != (0, 0, 0) for slot in range(1, 20))


def test_claim_steps_over(system, stale, approved_pool, worker):
    pool = stale()
    good = add_task(approved_pool, 5)
    assert is_ranked(system, pool)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, good)
    assert not is_ranked(system, pool)
    assert system.router.getUserStatus(worker).activePool == approved_pool.address


def test_views_pass_over(system, stale, approved_pool, worker):
    stale()
    good = add_task(approved_pool, 5)
    assert system.router.getBestTaskFor(worker) == (approved_pool.address, good)
    assert system.router.getBestAvailableTask().taskId == good
    assert system.router.getRecommendedPools(worker, 5) == [approved_pool.address]


def test_only_stale_ones(system, stale, worker):
    """What leaves the ranking is kept, as with expired tasks."""
    pools = [stale() for _ in range(2)]
    assert system.router.claimBestTask(sender=worker) == NONE
    assert not any(is_ranked(system, pool) for pool in pools)
    with reverts("NoAvailableTask()"):
        system.router.claimBestTask(sender=worker)


@pytest.mark.parametrize("count", [7, 8])
def test_eight_a_call(system, stale, approved_pool, worker, count):
    for _ in range(count):
        stale()
    good = add_task(approved_pool, 5)
    if count == 8:
        assert system.router.claimBestTask(sender=worker) == NONE
        assert not system.router.getUserStatus(worker).hasActiveTask
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, good)


def test_back_with_the_next_report(system, stale, registry, worker):
    pool = stale()
    assert system.router.claimBestTask(sender=worker) == NONE
    pool.sync()
    assert not is_ranked(system, pool)
    if not pool.isActive():
        system.factory.activatePool(pool.address)
    task = add_task(pool, 11)
    assert system.router.claimBestTask(sender=worker) == (pool.address, task)


def test_sync_alone_mends_the_ranking(system, stale, worker):
    pool = stale()
    pool.sync()
    assert not is_ranked(system, pool)


SAYS_INSUFFICIENT_GAS = bytes.fromhex("63" + calldata("InsufficientGas()").hex() + "5f526004601cfd")


@pytest.mark.parametrize("code", [SAYS_INSUFFICIENT_GAS, bytes.fromhex("fe")], ids=["says so", "ran out of gas"])
def test_pool_with_too_little_gas_is_not_stepped_over(system, approved_pool, pool_owner, worker, code):
    """However much the router has left: the whole call is refused, and the pool stays ranked."""
    add_task(approved_pool, 9)
    add_task(new_pool(system, pool_owner, approved=True), 5)
    boa.env.set_code(approved_pool.address, code)
    with reverts("InsufficientGas()"):
        system.router.claimBestTask(sender=worker)
    assert is_ranked(system, approved_pool)


@pytest.mark.py_evm("each call is a transaction that begins cold, with exact gas")
def test_nobody_takes_a_good_pool_out_with_too_little_gas(system, registry, pool_owner):
    """At each limit of gas the best task is claimed, or the whole call is refused and changes nothing."""
    pools = [new_pool(system, pool_owner, approved=True) for _ in range(2)]
    for pool in pools:
        add_task(pool, 9)
    account = funded("claimer")
    accounts = [system.router.address, *(pool.address for pool in pools)]
    data = calldata("claimBestTask()")

    def look():
        return system.router.activeTaskOf(account)

    def attempt(gas: int) -> Attempt:
        return Attempt(account, system.router.address, data, 0, gas, accounts, look)

    enough = lowest(lambda gas: attempt(gas).succeeded, 5_000_000)
    wanted = attempt(5_000_000)
    for gas in [*range(20_000, enough + 20_000, 1_500), *range(enough - 3_000, enough + 300, 100)]:
        tried = attempt(gas)
        assert tried.succeeded == (gas >= enough), gas
        if tried.succeeded:
            assert (tried.came_to, tried.seen) == (wanted.came_to, (pools[0].address, 1))
        else:
            assert not tried.changes
            assert tried.revert_data in (b"", calldata("InsufficientGas()")), tried.revert_data.hex()
