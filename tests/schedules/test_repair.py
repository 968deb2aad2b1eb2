"""Property 2: what a capped call could not hand over, anyone can hand over later; no exit is lost."""

import boa
import pytest

from tests.conftest import funded
from tests.helpers.chain import DAY, balance, wait
from tests.helpers.flow import IMAGE_PRICE, REWARD, VERIFICATION_WINDOW, accept, add_task, claim, reject, request, work
from tests.schedules.tables import STORAGE, multiplied
from tests.schedules.world import CELLS, in_every_cell

pytestmark = pytest.mark.holds(2)

LONGEST = "r" * 4_096
# A report or a delivery that writes new words needs more than any allowance, a changed word less.
BEYOND = multiplied("SSTORE x60", 60, STORAGE)


def sync(pool):
    pool.sync(sender=funded("anybody"))


def deliver(pool, task: int):
    """Hand the outcome over unless the registry has taken it."""
    if any(name == "OutcomeUndelivered" for name in names_of(pool)):
        pool.deliverOutcome(task, sender=funded("anybody"))


def names_of(contract) -> list[str]:
    return [type(event).__name__ for event in contract.get_logs()]


@in_every_cell()
def test_request_is_found(world, system, approved_pool, requester, worker):
    """The first report of a pool fills new words of the router."""
    _, task = request(system, requester)
    sync(approved_pool)
    assert system.router.claimBestTask(sender=worker) == (approved_pool.address, task)
    sync(approved_pool)
    assert system.router.getGlobalStats()[2:] == (0, 1, 0, 0, 0)


@in_every_cell()
def test_refund_reaches_the_requester(world, system, approved_pool, requester):
    _, task = request(system, requester)
    wait(DAY + 1)
    approved_pool.releaseExpiredTasks([task], sender=funded("anybody"))
    deliver(approved_pool, task)
    before = balance(requester)
    assert system.registry.refundOf(requester) == IMAGE_PRICE
    system.registry.withdrawRefund(sender=requester)
    assert balance(requester) == before + IMAGE_PRICE
    assert balance(approved_pool) == approved_pool.reservedBalance() == 0


@in_every_cell()
def test_longest_result_reaches_the_registry(world, system, approved_pool, requester, worker, verifier):
    request_id, task = request(system, requester)
    work(system, approved_pool, task, worker, result=LONGEST)
    before = balance(worker)
    accept(approved_pool, task, verifier)
    assert balance(worker) == before + IMAGE_PRICE
    deliver(approved_pool, task)
    found = system.registry.getInferenceRequest(request_id)
    assert (found.hasResult, found.resultData) == (True, LONGEST)


@in_every_cell()
def test_every_exit_of_a_request(world, system, approved_pool, requester, worker, other_worker, verifier):
    """Cancelled, rejected for good, and left without a verdict: the requester has the money back each time."""
    registry = system.registry
    request_id, _ = request(system, requester)
    registry.cancelRequest(request_id, sender=requester)
    deliver_after_cancelling(registry, approved_pool, request_id)
    assert registry.refundOf(requester) == IMAGE_PRICE
    rejected, silent = (request(system, requester)[1] for _ in range(2))
    for name in ("first", "second", "third"):
        work(system, approved_pool, rejected, funded(name))
        reject(approved_pool, rejected, verifier)
    deliver(approved_pool, rejected)
    assert registry.refundOf(requester) == 2 * IMAGE_PRICE
    work(system, approved_pool, silent, worker)
    wait(VERIFICATION_WINDOW + 1)
    approved_pool.settleUnverified([silent], sender=other_worker)
    deliver(approved_pool, silent)
    assert registry.refundOf(requester) == 3 * IMAGE_PRICE
    assert balance(approved_pool) == approved_pool.reservedBalance() == 0


def deliver_after_cancelling(registry, pool, request_id: int):
    """A request that is cancelled in the registry ends in its pool."""
    if any(name == "OutcomeUndelivered" for name in names_of(registry)):
        pool.deliverOutcome(registry.requestTask(request_id)[1], sender=funded("anybody"))


@in_every_cell()
def test_every_exit_of_an_own_task(world, system, approved_pool, pool_owner, worker, other_worker):
    """Paid, given back, lapsed, cancelled, expired."""
    pool = approved_pool
    paid, given_back, lapsed, cancelled = (add_task(pool) for _ in range(4))
    work(system, pool, paid, worker)
    before = balance(worker)
    accept(pool, paid, pool_owner)
    assert balance(worker) == before + REWARD
    claim(system, pool, given_back, worker)
    pool.releaseMyClaim(given_back, sender=worker)
    claim(system, pool, lapsed, other_worker)
    pool.cancelTask(cancelled, sender=pool_owner)
    wait(3_601)
    system.router.releaseExpiredTasks(pool.address, [lapsed], sender=worker)
    assert pool.getQueueLengths() == (2, 0, 0)
    wait(DAY)
    pool.releaseExpiredTasks([given_back, lapsed], sender=worker)
    pool.emergencyWithdraw(sender=pool_owner)
    assert balance(pool) == pool.reservedBalance() == 0
    sync(pool)
    assert system.router.getGlobalStats()[2:] == (0, 0, 0, 1, REWARD)


# ---- a list beyond any allowance: the repair itself


@pytest.mark.parametrize("world", [pytest.param(CELLS["Osaka"], id="Osaka")], indirect=True)
def test_sync_brings_all_its_gas(world, system, registry, pool, worker):
    task = add_task(pool)
    boa.env.table = BEYOND
    registry.approvePool(pool.address)
    assert system.router.getBestAvailableTask().taskId == 0, "the report fits into its allowance"
    sync(pool)
    assert boa.env.used > 2_000_000
    assert system.router.getBestAvailableTask().taskId == task


@pytest.mark.parametrize("world", [pytest.param(CELLS["Osaka"], id="Osaka")], indirect=True)
def test_delivery_brings_all_its_gas(world, system, approved_pool, requester):
    _, task = request(system, requester)
    wait(DAY + 1)
    boa.env.table = BEYOND
    approved_pool.releaseExpiredTasks([task], sender=funded("anybody"))
    assert "OutcomeUndelivered" in names_of(approved_pool), "the delivery fits into its allowance"
    deliver(approved_pool, task)
    assert boa.env.used > 2_000_000
    assert system.registry.refundOf(requester) == IMAGE_PRICE
