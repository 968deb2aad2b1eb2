"""
Too little gas: a call is refused, or it does everything. Nobody can make a payee starve, or keep registry or router in
the dark, by the choice of a limit.
"""

import boa
import pytest

from tests.helpers.chain import DAY, ETHER, wait
from tests.helpers.hostile import Attempt, behave, calldata, mock, sweep, topic
from tests.hostile.conftest import PRICE

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold")

LONGEST = {"result": "r" * 4_096, "proof": b"p" * 1_024}


@pytest.fixture
def account(scene):
    """An honest worker that is a contract, and needs nearly all the gas that a payee gets."""
    return mock("SmartAccount", wei=ETHER)


@pytest.fixture
def done(scene, account):
    """
    Sweep the limits, then look at the call with the lowest that was enough: the router's totals must be those of the
    pools, and its ranking must begin with the best task.
    """
    accounts = [scene.pool.address, scene.registry.address, account.address, scene.requester, scene.stranger]

    def look():
        pools = [scene.pool.getPoolStats(), scene.unapproved.getPoolStats()]
        totals = scene.router.getGlobalStats()
        assert totals[2:] == tuple(sum(pool[field] for pool in pools) for field in range(5))
        return totals, scene.router.getBestAvailableTask(), scene.registry.earnedFees()

    def sweep_and_look(data, sender, to=None, value=0):
        to = to or scene.pool.address
        enough = sweep(sender, to, data, accounts, value)
        attempt = Attempt(sender, to, data, value, enough, accounts, look)
        assert attempt.succeeded
        assert attempt.came_to[1], "the call writes nothing"
        return attempt

    return sweep_and_look


UNDELIVERED = topic("OutcomeUndelivered(uint256)")
CREDITED = topic("PaymentCredited(address,uint256)")


def test_accepting_a_request(scene, account, done):
    """The longest result, a payee that needs much, a fee."""
    task = scene.request_task()
    scene.submit(task, account.address, **LONGEST)
    data = calldata("verifyAndPay(uint256,bool)", task, True)
    attempt = done(data, scene.verifier)
    assert not attempt.topics & {UNDELIVERED, CREDITED}


def test_accepting_an_own_task(scene, account, done):
    task = scene.own_task()
    scene.submit(task, account.address)
    attempt = done(calldata("verifyAndPay(uint256,bool)", task, True), scene.pool_owner)
    assert CREDITED not in attempt.topics


def test_accepting_for_a_payee_that_burns_its_gas(scene, account, done):
    task = scene.request_task()
    scene.submit(task, scene.stranger)
    behave(scene.stranger, "burns all gas")
    attempt = done(calldata("verifyAndPay(uint256,bool)", task, True), scene.verifier)
    assert CREDITED in attempt.topics
    assert UNDELIVERED not in attempt.topics


def test_batch_with_a_payee_that_burns_its_gas(scene, account, done):
    hostile, honest = scene.request_task(), scene.request_task()
    scene.submit(hostile, scene.stranger)
    scene.submit(honest, account.address)
    behave(scene.stranger, "burns all gas")
    data = calldata("batchVerifyAndPay(uint256[],bool[])", [hostile, honest], [True, True])
    attempt = done(data, scene.verifier)
    assert UNDELIVERED not in attempt.topics


def test_rejecting_for_good(scene, account, done):
    task = scene.request_task()
    for worker in (scene.stranger, scene.requester):
        scene.submit(task, worker)
        scene.pool.verifyAndPay(task, False, sender=scene.verifier)
    scene.submit(task, account.address)
    attempt = done(calldata("verifyAndPay(uint256,bool)", task, False), scene.verifier)
    assert UNDELIVERED not in attempt.topics


def test_settling_in_favour_of_the_requester(scene, account, done):
    task = scene.request_task()
    scene.submit(task, account.address)
    wait(DAY + 1)
    attempt = done(calldata("settleUnverified(uint256[])", [task]), scene.stranger)
    assert UNDELIVERED not in attempt.topics


def test_settling_in_favour_of_the_worker(scene, account, done):
    scene.pool.setTaskTerms(3_600, 3_600, 1, True, sender=scene.pool_owner)
    task = scene.own_task()
    scene.submit(task, account.address)
    wait(3_601)
    attempt = done(calldata("settleUnverified(uint256[])", [task]), scene.stranger)
    assert CREDITED not in attempt.topics


def test_releasing_lapsed_and_expired_tasks(scene, account, done):
    """Of the three a claim has lapsed and the requests have expired: available again, and refunds."""
    lapsed = scene.own_task()
    scene.router.claimTask(scene.pool.address, lapsed, sender=account.address)
    wait(DAY + 1)
    data = calldata("releaseExpiredTasks(uint256[])", [lapsed, scene.requested, scene.active])
    attempt = done(data, scene.stranger)
    assert UNDELIVERED not in attempt.topics


def test_releasing_through_the_router(scene, account, done):
    wait(DAY + 1)
    data = calldata("releaseAllExpiredTasks(address[],uint256)", [scene.pool.address], 10)
    attempt = done(data, scene.stranger, to=scene.router.address)
    assert UNDELIVERED not in attempt.topics


def test_cancelling_an_own_task(scene, account, done):
    done(calldata("cancelTask(uint256)", scene.available), scene.pool_owner)


def test_cancelling_a_request(scene, account, done):
    data = calldata("cancelRequest(uint256)", scene.request)
    attempt = done(data, scene.requester, to=scene.registry.address)
    assert UNDELIVERED not in attempt.topics


def test_requesting_with_surplus(scene, account, done):
    data = calldata("requestInference(string,string)", "image-v1", "a cat")
    attempt = done(data, account.address, to=scene.registry.address, value=PRICE + 1)
    assert CREDITED not in attempt.topics


def test_adding_a_task(scene, account, done):
    data = scene.calls(scene.pool_owner)["TaskPool"]["addAITasks(uint256[],uint256[],string[],string[],uint256[])"][0]
    data = calldata("addAITasks(uint256[],uint256[],string[],string[],uint256[])", *data)
    done(data, scene.pool_owner, value=1)


def test_claiming_the_best_task(scene, account, done):
    done(calldata("claimBestTask()"), account.address, to=scene.router.address)


def test_claiming_past_expired_tasks(scene, account, done):
    wait(DAY + 1)
    data = calldata("claimTaskFromPool(address)", scene.pool.address)
    done(data, account.address, to=scene.router.address)


def test_claiming_with_what_the_estimate_says(scene, account):
    gas = scene.router.estimateClaimGas(scene.pool.address)
    attempt = Attempt(account.address, scene.router.address, calldata("claimBestTask()"), 0, gas, [])
    assert attempt.succeeded


def test_submitting_the_longest_result(scene, account, done):
    task = scene.request_task()
    scene.router.claimTask(scene.pool.address, task, sender=account.address)
    data = calldata(
        "submitTask(address,uint256,bytes,uint256,uint256,string)",
        scene.pool.address,
        task,
        LONGEST["proof"],
        2**256 - 1,
        2**256 - 1,
        LONGEST["result"],
    )
    done(data, account.address, to=scene.router.address)


def test_releasing_a_claim(scene, account, done):
    done(calldata("releaseMyClaim(uint256)", scene.active), scene.worker)


def test_closing_the_pool(scene, account, done):
    data = calldata("deactivatePool(address)", scene.pool.address)
    done(data, scene.operator, to=scene.factory.address)


def test_changing_the_verifier(scene, account, done):
    data = calldata("setZKPVerifier(address)", scene.stranger)
    done(data, scene.pool_owner)


def test_revoking_the_pool(scene, account, done):
    data = calldata("revokePool(address)", scene.pool.address)
    done(data, scene.operator, to=scene.registry.address)


def test_approving_a_pool(scene, account, done):
    scene.own_task(2 * ETHER, pool=scene.unapproved)
    data = calldata("approvePool(address)", scene.unapproved.address)
    done(data, scene.operator, to=scene.registry.address)


def test_transactions_start_cold(scene, account):
    """The sweeps above mean something only if a call pays as on a chain: a second claim costs what a first does."""
    data = calldata("claimTask(address,uint256)", scene.pool.address, scene.available)
    first, second = (Attempt(account.address, scene.router.address, data, 0, 10**6, []) for _ in range(2))
    with boa.env.anchor():
        scene.router.claimTask(scene.pool.address, scene.available, sender=account.address)
        warm = scene.router._computation.get_gas_used()
    assert first.used == second.used
    assert first.used > warm + 20_000
