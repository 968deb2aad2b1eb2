"""The protocol's fee: setProtocolFeeBps, earnedFees, withdrawTokens"""

import boa
import pytest

from tests.helpers.chain import ETHER, balance, reverts
from tests.helpers.flow import IMAGE_PRICE, REFUSES, accept, new_account, request, send, work
from tests.helpers.logs import logs


def paid_request(system, pool, requester, worker, verifier, cost=IMAGE_PRICE):
    """A request of this cost whose worker is paid."""
    if cost != IMAGE_PRICE:
        system.registry.updateModel("image-v1", "", "", cost)
    _, task_id = request(system, requester)
    work(system, pool, task_id, worker)
    accept(pool, task_id, verifier)


# ---------------------------------------------------------------- setProtocolFeeBps


def test_no_fee_at_first(registry):
    assert registry.protocolFeeBps() == registry.earnedFees() == 0
    assert registry.MAX_FEE_BPS() == 1_000


@pytest.mark.parametrize("bps", [0, 1, 999, 1_000])
def test_set_protocol_fee_bps_default_behavior(registry, operator, bps):
    registry.setProtocolFeeBps(30)
    registry.setProtocolFeeBps(bps, sender=operator)
    assert [(log.name, log.fields) for log in logs(registry)] == [("ProtocolFeeUpdated", {"oldBps": 30, "newBps": bps})]
    assert registry.protocolFeeBps() == bps


def test_set_protocol_fee_bps_changes_nothing_else(registry, approved_pool, requester):
    registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE, sender=requester)
    registry.setRequestLifetime(2_592_000)
    registry.setProtocolFeeBps(1_000)
    registry.setProtocolFeeBps(1)
    assert registry.requestLifetime() == 2_592_000
    assert registry.requestCounter() == 1
    assert registry.getRequestPools(0, 256) == ([approved_pool.address], 1)


@pytest.mark.parametrize("bps", [1_001, 65_536, 2**256 - 1])
def test_set_protocol_fee_bps_reverts_over_bound(registry, bps):
    registry.setProtocolFeeBps(30)
    with reverts("InvalidInput()"):
        registry.setProtocolFeeBps(bps)
    assert registry.protocolFeeBps() == 30


def test_set_protocol_fee_bps_reverts_caller_is_not_the_owner(registry, stranger):
    with reverts("Unauthorized()"):
        registry.setProtocolFeeBps(1, sender=stranger)
    assert registry.protocolFeeBps() == 0


# ---------------------------------------------------------------- what becomes of it


# cost in wei, fee rate, floor(cost * rate / 10,000)
FLOORS = [
    (1, 1_000, 0),
    (9, 1_000, 0),
    (10, 1_000, 1),
    (19, 1_000, 1),
    (9_999, 1, 0),
    (10_000, 1, 1),
    (19_999, 1, 1),
    (20_000, 1, 2),
    (12_345_678, 77, 95_061),
    (10**18, 0, 0),
]


@pytest.mark.parametrize(("cost", "bps", "fee"), FLOORS)
def test_fee_is_part_of_the_cost(system, registry, approved_pool, requester, worker, verifier, cost, bps, fee):
    registry.setProtocolFeeBps(bps)
    registry.updateModel("image-v1", "", "", cost)
    before = balance(requester)
    registry.requestInference("image-v1", "a cat", value=ETHER, sender=requester)

    assert balance(requester) == before - cost
    assert registry.getInferenceRequest(1).totalCost == cost
    assert approved_pool.tasks(1)[0] == balance(approved_pool) == cost - fee
    assert balance(registry) == registry.reservedBalance() == fee
    assert registry.earnedFees() == 0

    before = balance(worker)
    work(system, approved_pool, 1, worker)
    assert registry.earnedFees() == 0
    accept(approved_pool, 1, verifier)
    assert balance(worker) == before + cost - fee
    assert registry.earnedFees() == balance(registry) == registry.reservedBalance() == fee


@pytest.mark.parametrize(("cost", "bps"), [(cost, bps) for cost, bps, _ in FLOORS])
def test_fee_is_refunded_with_the_rest(registry, approved_pool, requester, cost, bps):
    registry.setProtocolFeeBps(bps)
    registry.updateModel("image-v1", "", "", cost)
    registry.requestInference("image-v1", "a cat", value=cost, sender=requester)
    registry.cancelRequest(1, sender=requester)
    assert registry.refundOf(requester) == balance(registry) == registry.reservedBalance() == cost
    assert registry.earnedFees() == 0
    registry.withdrawRefund(sender=requester)
    assert balance(registry) == registry.reservedBalance() == 0


def test_rate_is_that_of_the_time_of_the_request(system, registry, approved_pool, requester, worker, verifier):
    registry.setProtocolFeeBps(1_000)
    request(system, requester)
    registry.setProtocolFeeBps(0)
    request(system, requester)
    registry.setProtocolFeeBps(500)
    for task_id, earned in ((1, IMAGE_PRICE // 10), (2, IMAGE_PRICE // 10)):
        work(system, approved_pool, task_id, worker)
        accept(approved_pool, task_id, verifier)
        assert registry.earnedFees() == earned


# ---------------------------------------------------------------- withdrawTokens


def test_withdraw_tokens_default_behavior(system, registry, operator, approved_pool, requester, worker, verifier):
    fee = IMAGE_PRICE // 10
    registry.setProtocolFeeBps(1_000)
    paid_request(system, approved_pool, requester, worker, verifier)
    paid_request(system, approved_pool, requester, worker, verifier)
    before = balance(operator)
    registry.withdrawTokens(sender=operator)
    assert [(log.name, log.fields) for log in logs(registry)] == [
        ("TokensWithdrawn", {"owner": operator, "amount": 2 * fee})
    ]
    assert balance(operator) == before + 2 * fee
    assert registry.earnedFees() == registry.reservedBalance() == balance(registry) == 0


def test_withdraw_tokens_pays_earned_fees_only(
    system, registry, operator, approved_pool, requester, worker, verifier, stranger
):
    """Beside them: a fee that is not earned, a credit, a plain transfer."""
    fee = IMAGE_PRICE // 10
    registry.setProtocolFeeBps(1_000)
    paid_request(system, approved_pool, requester, worker, verifier)
    request(system, requester)
    cancelled, _ = request(system, requester)
    registry.cancelRequest(cancelled, sender=requester)
    send(registry, 12_345, stranger)
    before = balance(operator)
    registry.withdrawTokens(sender=operator)

    assert balance(operator) == before + fee
    assert balance(registry) == fee + IMAGE_PRICE + 12_345
    assert registry.reservedBalance() == fee + IMAGE_PRICE
    assert registry.earnedFees() == 0
    with reverts("InsufficientFunds()"):
        registry.withdrawTokens(sender=operator)


def test_withdraw_tokens_reverts_without_earned_fees(system, registry, operator, approved_pool, requester):
    registry.setProtocolFeeBps(1_000)
    request(system, requester)
    with reverts("InsufficientFunds()"):
        registry.withdrawTokens(sender=operator)
    assert balance(registry) == IMAGE_PRICE // 10


def test_withdraw_tokens_reverts_caller_is_not_the_owner(
    system, registry, approved_pool, requester, worker, verifier, stranger
):
    registry.setProtocolFeeBps(1_000)
    paid_request(system, approved_pool, requester, worker, verifier)
    for caller in (stranger, verifier, requester):
        with reverts("Unauthorized()"):
            registry.withdrawTokens(sender=caller)
    assert registry.earnedFees() == IMAGE_PRICE // 10


def test_withdraw_tokens_reverts_where_the_owner_refuses(system, registry, approved_pool, requester, worker, verifier):
    registry.setProtocolFeeBps(1_000)
    paid_request(system, approved_pool, requester, worker, verifier)
    contract = new_account("contract")
    registry.transferOwnership(contract)
    registry.acceptOwnership(sender=contract)
    boa.env.set_code(contract, REFUSES)
    with reverts("TransferFailed()"):
        registry.withdrawTokens(sender=contract)
    assert registry.earnedFees() == registry.reservedBalance() == IMAGE_PRICE // 10
