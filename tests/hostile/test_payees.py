"""A payee that takes no payment, in each way and at each place where somebody is paid: only he feels it."""

import boa
import pytest

from tests.helpers.chain import DAY, ETHER, balance, reverts, wait
from tests.helpers.flow import send
from tests.helpers.hostile import CODE, FAILING, behave, calldata, mock
from tests.helpers.logs import logged
from tests.hostile.conftest import FEE, FREE, PRICE, REWARD

ACCEPTING = [behavior for behavior in CODE if behavior not in FAILING]


def covered(scene):
    """Every wei that is owed is there."""
    assert balance(scene.pool) >= scene.pool.reservedBalance()
    assert balance(scene.registry) >= scene.registry.reservedBalance()
    return True


# ---------------------------------------------------------------- workers


@pytest.mark.parametrize("behavior", FAILING)
def test_worker_that_takes_no_payment_is_credited(scene, behavior):
    task = scene.own_task()
    scene.submit(task, scene.stranger)
    behave(scene.stranger, behavior)
    before = balance(scene.stranger), balance(scene.pool), scene.pool.reservedBalance()

    scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)

    assert logged(scene.pool, "PaymentCredited") == [{"account": scene.stranger, "amount": REWARD}]
    assert scene.pool.creditOf(scene.stranger) == REWARD
    assert (balance(scene.stranger), balance(scene.pool), scene.pool.reservedBalance()) == before
    assert scene.pool.getAITaskData(task)[4]
    assert covered(scene)


@pytest.mark.parametrize("behavior", ACCEPTING)
def test_worker_that_answers_strangely_is_paid(scene, behavior):
    task = scene.own_task()
    scene.submit(task, scene.stranger)
    behave(scene.stranger, behavior)
    before, held = balance(scene.stranger), balance(scene.pool)

    scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)

    assert logged(scene.pool, "PaymentCredited") == []
    assert balance(scene.stranger) == before + REWARD
    assert balance(scene.pool) == held - REWARD
    assert scene.pool.creditOf(scene.stranger) == 0
    assert covered(scene)


@pytest.mark.parametrize("behavior", CODE)
def test_batch_pays_the_others(scene, behavior):
    hostile, honest = scene.own_task(), scene.own_task()
    scene.submit(hostile, scene.stranger)
    scene.submit(honest, scene.verifier)
    behave(scene.stranger, behavior)
    before = balance(scene.verifier)

    scene.pool.batchVerifyAndPay([hostile, honest], [True, True], sender=scene.pool_owner)

    assert balance(scene.verifier) == before + REWARD
    assert scene.pool.getAITaskData(hostile)[4]
    assert scene.pool.getAITaskData(honest)[4]
    assert covered(scene)


@pytest.mark.parametrize("behavior", CODE)
def test_settling_for_a_silent_verifier_pays_the_others(scene, behavior):
    scene.pool.setTaskTerms(3_600, 3_600, 1, True, sender=scene.pool_owner)
    hostile, honest = scene.own_task(), scene.own_task()
    scene.submit(hostile, scene.stranger)
    scene.submit(honest, scene.verifier)
    behave(scene.stranger, behavior)
    before, hostiles = balance(scene.verifier), balance(scene.stranger)
    wait(3_601)

    scene.pool.settleUnverified([hostile, honest])

    assert balance(scene.verifier) == before + REWARD
    assert balance(scene.stranger) + scene.pool.creditOf(scene.stranger) == hostiles + REWARD
    assert covered(scene)


def test_gas_that_a_payee_can_waste_is_bounded(scene):
    """A payee gets 50,000 gas, and what it returns is not copied: the caller pays that much more at most."""
    used = {}
    for behavior in CODE:
        with boa.env.anchor():
            task = scene.own_task()
            scene.submit(task, scene.stranger)
            behave(scene.stranger, behavior)
            scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)
            used[behavior] = scene.pool._computation.get_gas_used()
    payee = 50_000 + 2_300  # and the stipend
    credit = 25_000  # with its event
    assert all(gas < used["returns nothing"] + payee + credit for gas in used.values()), used
    assert used["burns all gas"] > used["returns nothing"] + 50_000


def test_payee_has_enough_for_a_smart_account(scene):
    account = mock("SmartAccount")
    task = scene.own_task()
    scene.submit(task, account.address)
    scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)
    assert account.payments() == 1
    assert account.payers(1) == scene.pool.address
    assert balance(account) == REWARD


@pytest.mark.parametrize("behavior", FAILING)
def test_credit_is_withdrawn_elsewhere(scene, behavior):
    task = scene.own_task()
    scene.submit(task, scene.stranger)
    behave(scene.stranger, behavior)
    scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)
    reserved, held = scene.pool.reservedBalance(), balance(scene.pool)
    fresh = boa.env.generate_address()

    with reverts("InvalidInput()"):
        scene.pool.withdrawCredit(boa.eval("empty(address)"), sender=scene.stranger)
    scene.pool.withdrawCredit(fresh, sender=scene.stranger)

    assert balance(fresh) == REWARD
    assert balance(scene.pool) == held - REWARD
    assert scene.pool.reservedBalance() == reserved - REWARD
    with reverts("InsufficientFunds()"):
        scene.pool.withdrawCredit(fresh, sender=scene.stranger)


@pytest.mark.parametrize("behavior", ["reverts", "reverts with a megabyte", "burns all gas"])
def test_reverts_credit_withdrawn_to_one_that_refuses(scene, behavior):
    task = scene.own_task()
    scene.submit(task, scene.stranger)
    behave(scene.stranger, behavior)
    scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)
    with reverts("TransferFailed()"):
        scene.pool.withdrawCredit(scene.stranger, sender=scene.stranger)
    assert scene.pool.creditOf(scene.stranger) == REWARD
    assert covered(scene)


def test_megabyte_of_a_chosen_payee_is_not_copied(scene):
    """A withdrawal passes on all the gas: the payee can return its megabyte, for 2.2 million gas of its own."""
    task = scene.own_task()
    scene.submit(task, scene.stranger)
    behave(scene.stranger, "returns a megabyte")
    scene.pool.verifyAndPay(task, True, sender=scene.pool_owner)
    before = balance(scene.stranger)
    scene.pool.withdrawCredit(scene.stranger, sender=scene.stranger)
    assert balance(scene.stranger) == before + REWARD
    assert scene.pool._computation.get_gas_used() < 2_300_000


# ---------------------------------------------------------------- requesters


@pytest.fixture
def deaf_requester(scene):
    """A contract without a receive function."""
    behave(scene.stranger, "reverts")
    return scene.stranger


@pytest.mark.parametrize("behavior", FAILING)
def test_surplus_of_a_requester_that_takes_no_payment_is_credited(scene, behavior):
    behave(scene.stranger, behavior)
    before, owed = balance(scene.stranger), scene.registry.reservedBalance()

    request = scene.registry.requestInference("image-v1", "a cat", value=PRICE + ETHER, sender=scene.stranger)

    assert logged(scene.registry, "PaymentCredited") == [{"account": scene.stranger, "amount": ETHER}]
    assert scene.registry.refundOf(scene.stranger) == ETHER
    assert balance(scene.stranger) == before - PRICE - ETHER
    assert scene.registry.reservedBalance() == owed + ETHER + FEE
    assert scene.registry.requestTask(request)[0] == scene.pool.address
    assert covered(scene)


@pytest.mark.parametrize("behavior", ACCEPTING)
def test_surplus_of_a_requester_that_answers_strangely_is_paid(scene, behavior):
    behave(scene.stranger, behavior)
    before, owed = balance(scene.stranger), scene.registry.reservedBalance()
    scene.registry.requestInference("image-v1", "a cat", value=PRICE + ETHER, sender=scene.stranger)
    assert balance(scene.stranger) == before - PRICE
    assert scene.registry.refundOf(scene.stranger) == 0
    assert scene.registry.reservedBalance() == owed + FEE
    assert covered(scene)


def test_requester_without_receive_pays_exactly_and_gets_no_credit(scene, deaf_requester):
    before = balance(deaf_requester)
    scene.request_task(deaf_requester)
    assert balance(deaf_requester) == before - PRICE
    assert scene.registry.refundOf(deaf_requester) == 0


def cancel(scene, request, task):
    scene.registry.cancelRequest(request, sender=scene.stranger)


def expire(scene, request, task):
    wait(DAY + 1)
    scene.pool.releaseExpiredTasks([task])


def reject_for_good(scene, request, task):
    for worker in (scene.other_worker, scene.verifier, scene.requester):
        scene.submit(task, worker)
        scene.pool.verifyAndPay(task, False, sender=scene.verifier)


def fall_silent(scene, request, task):
    scene.submit(task, scene.other_worker)
    wait(DAY + 1)
    scene.pool.settleUnverified([task])


@pytest.mark.parametrize("end", [cancel, expire, reject_for_good, fall_silent])
def test_refund_of_a_requester_without_receive_is_a_credit_of_the_whole_cost(scene, deaf_requester, end):
    task = scene.request_task(deaf_requester)
    request = scene.registry.requestCounter()
    owed, reserved = scene.registry.reservedBalance(), scene.pool.reservedBalance()

    end(scene, request, task)

    assert scene.registry.refundOf(deaf_requester) == PRICE
    assert scene.registry.reservedBalance() == owed + PRICE - FEE
    assert scene.pool.reservedBalance() == reserved - (PRICE - FEE)
    assert covered(scene)

    with reverts("TransferFailed()"):
        scene.registry.withdrawRefund(sender=deaf_requester)
    with reverts("InvalidInput()"):
        scene.registry.withdrawRefundTo(boa.eval("empty(address)"), sender=deaf_requester)
    fresh = boa.env.generate_address()
    scene.registry.withdrawRefundTo(fresh, sender=deaf_requester)
    assert balance(fresh) == PRICE
    assert scene.registry.refundOf(deaf_requester) == 0
    assert scene.registry.reservedBalance() == owed - FEE
    with reverts("InsufficientFunds()"):
        scene.registry.withdrawRefundTo(fresh, sender=deaf_requester)


# ---------------------------------------------------------------- owners


@pytest.mark.parametrize("behavior", ["reverts", "reverts with a megabyte", "burns all gas"])
def test_pool_owner_that_takes_no_payment_costs_himself_only(scene, behavior):
    """His free balance stays his; workers are paid, and his tasks end."""
    paid, unclaimed = scene.own_task(), scene.own_task()
    scene.submit(paid, scene.stranger)
    behave(scene.pool_owner, behavior)
    with reverts("TransferFailed()"):
        scene.pool.emergencyWithdraw(sender=scene.pool_owner)
    before = balance(scene.stranger)
    scene.pool.verifyAndPay(paid, True, sender=scene.pool_owner)
    assert balance(scene.stranger) == before + REWARD
    scene.pool.cancelTask(unclaimed, sender=scene.pool_owner)
    assert balance(scene.pool) - scene.pool.reservedBalance() == FREE + REWARD


@pytest.mark.parametrize("behavior", ["reverts", "reverts with a megabyte", "burns all gas"])
def test_registry_owner_that_takes_no_payment_costs_himself_only(scene, behavior):
    scene.pool.verifyAndPay(scene.pending, True, sender=scene.verifier)
    assert scene.registry.earnedFees() == FEE
    scene.registry.transferOwnership(scene.stranger, sender=scene.operator)
    scene.registry.acceptOwnership(sender=scene.stranger)
    behave(scene.stranger, behavior)
    with reverts("TransferFailed()"):
        scene.registry.withdrawTokens(sender=scene.stranger)
    with reverts("TransferFailed()"):
        scene.registry.rescueSurplus(scene.stranger, sender=scene.stranger)
    assert scene.registry.earnedFees() == FEE
    scene.registry.cancelRequest(scene.request, sender=scene.requester)
    before = balance(scene.requester)
    scene.registry.withdrawRefund(sender=scene.requester)
    assert balance(scene.requester) == before + PRICE


# ---------------------------------------------------------------- plain ether


@pytest.mark.parametrize("name", ["TaskPool", "ModelRegistry"])
def test_plain_ether_is_taken_and_owed_to_nobody(scene, name):
    contract = scene.contract(name)
    held, reserved = balance(contract), contract.reservedBalance()
    send(contract, ETHER, scene.stranger)
    assert balance(contract) == held + ETHER
    assert contract.reservedBalance() == reserved


@pytest.mark.parametrize("name", ["TaskRouter", "TaskPoolFactory", "TaskPoolViewer", "TaskLens"])
def test_reverts_plain_ether(scene, name):
    contract = scene.contract(name)
    computation = boa.env.execute_code(contract.address, sender=scene.stranger, value=1)
    assert computation.is_error
    assert computation.output == b""
    assert balance(contract) == 0


@pytest.mark.parametrize("name", ["TaskPool", "ModelRegistry"])
@pytest.mark.parametrize("value", [0, 1])
def test_reverts_unknown_function(scene, name, value):
    contract = scene.contract(name)
    data = calldata("noSuchFunction(uint256)", 1)
    held = balance(contract)
    computation = boa.env.execute_code(contract.address, sender=scene.stranger, value=value, data=data)
    assert computation.is_error
    assert computation.output == calldata("InvalidInput()")
    assert balance(contract) == held
