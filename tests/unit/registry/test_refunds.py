"""ModelRegistry.creditRefund, refundOf, withdrawRefund, withdrawRefundTo"""

import boa
import pytest

from tests.helpers.chain import DAY, balance, reverts, wait
from tests.helpers.flow import IMAGE_PRICE, REFUSES, new_account, new_pool, request, work
from tests.helpers.logs import logs

NOBODY = "0x" + "00" * 20


@pytest.fixture
def credited(system, registry, approved_pool, requester):
    """A requester with a credit."""
    request(system, requester)
    registry.cancelRequest(1, sender=requester)
    return requester


# ---------------------------------------------------------------- withdrawRefund


def test_withdraw_refund_default_behavior(registry, credited):
    before = balance(credited)
    registry.withdrawRefund(sender=credited)
    assert balance(credited) == before + IMAGE_PRICE
    assert registry.refundOf(credited) == registry.reservedBalance() == balance(registry) == 0


def test_withdraw_refund_emits_refund_withdrawn(registry, credited):
    registry.withdrawRefund(sender=credited)
    assert [(log.name, log.fields) for log in logs(registry)] == [
        ("RefundWithdrawn", {"user": credited, "amount": IMAGE_PRICE}),
        ("CreditWithdrawn", {"account": credited, "to": credited, "amount": IMAGE_PRICE}),
    ]


def test_withdraw_refund_pays_the_sum_of_all(system, registry, approved_pool, credited, stranger):
    for user in (credited, stranger):
        request_id, _ = request(system, user)
        registry.cancelRequest(request_id, sender=user)
    assert registry.refundOf(credited) == 2 * IMAGE_PRICE
    before = balance(credited)
    registry.withdrawRefund(sender=credited)
    assert balance(credited) == before + 2 * IMAGE_PRICE
    assert registry.refundOf(stranger) == registry.reservedBalance() == balance(registry) == IMAGE_PRICE


def test_withdraw_refund_reverts_without_a_credit(registry, credited, stranger):
    with reverts("InsufficientFunds()"):
        registry.withdrawRefund(sender=stranger)
    registry.withdrawRefund(sender=credited)
    with reverts("InsufficientFunds()"):
        registry.withdrawRefund(sender=credited)


def test_withdraw_refund_reverts_where_the_caller_refuses(registry, credited):
    boa.env.set_code(credited, REFUSES)
    with reverts("TransferFailed()"):
        registry.withdrawRefund(sender=credited)
    assert registry.refundOf(credited) == registry.reservedBalance() == balance(registry) == IMAGE_PRICE


# ---------------------------------------------------------------- withdrawRefundTo


def test_withdraw_refund_to_default_behavior(registry, credited, stranger):
    boa.env.set_code(credited, REFUSES)
    before = balance(stranger)
    registry.withdrawRefundTo(stranger, sender=credited)
    assert [(log.name, log.fields) for log in logs(registry)] == [
        ("RefundWithdrawn", {"user": credited, "amount": IMAGE_PRICE}),
        ("CreditWithdrawn", {"account": credited, "to": stranger, "amount": IMAGE_PRICE}),
    ]
    assert balance(stranger) == before + IMAGE_PRICE
    assert registry.refundOf(credited) == registry.reservedBalance() == balance(registry) == 0


def test_withdraw_refund_to_reverts_zero(registry, credited):
    with reverts("InvalidInput()"):
        registry.withdrawRefundTo(NOBODY, sender=credited)
    assert registry.refundOf(credited) == IMAGE_PRICE


def test_withdraw_refund_to_reverts_without_a_credit(registry, credited, stranger):
    with reverts("InsufficientFunds()"):
        registry.withdrawRefundTo(credited, sender=stranger)


def test_withdraw_refund_to_reverts_where_the_payee_refuses(registry, credited):
    refusing = new_account("refusing")
    boa.env.set_code(refusing, REFUSES)
    with reverts("TransferFailed()"):
        registry.withdrawRefundTo(refusing, sender=credited)
    assert registry.refundOf(credited) == registry.reservedBalance() == IMAGE_PRICE


# ---------------------------------------------------------------- creditRefund


def test_credit_refund_reverts_caller_is_not_the_pool_of_the_task(
    system, registry, approved_pool, pool_owner, operator, requester
):
    request(system, requester)
    other_pool = new_pool(system, pool_owner, approved=True)
    for caller in (other_pool.address, system.router.address, pool_owner, operator, requester):
        with reverts("Unauthorized()"):
            registry.creditRefund(1, sender=caller)
    assert registry.refundOf(requester) == 0


def test_credit_refund_reverts_unknown_request(registry, approved_pool):
    for unknown in (0, 1, 2**256 - 1):
        with reverts("RequestNotFound()"):
            registry.creditRefund(unknown, sender=approved_pool.address)


def test_credit_refund_reverts_a_second_outcome(system, registry, approved_pool, requester, credited, worker, verifier):
    request(system, requester)
    work(system, approved_pool, 2, worker)
    approved_pool.verifyAndPay(2, True, sender=verifier)
    for request_id in (1, 2):
        with reverts("ResultAlreadySubmitted()"):
            registry.creditRefund(request_id, sender=approved_pool.address)
    assert registry.refundOf(credited) == IMAGE_PRICE


# ---------------------------------------------------------------- when a task ends without payment


def test_credits_when_nobody_claims(system, registry, approved_pool, requester, stranger):
    request(system, requester)
    wait(DAY + 1)
    approved_pool.releaseExpiredTasks([1], sender=stranger)
    assert registry.refundOf(requester) == registry.reservedBalance() == balance(registry) == IMAGE_PRICE


def test_credits_when_the_verifiers_are_silent(system, registry, approved_pool, requester, worker, stranger):
    request(system, requester)
    work(system, approved_pool, 1, worker)
    wait(DAY)
    approved_pool.settleUnverified([1], sender=stranger)
    assert registry.refundOf(requester) == 0
    wait(1)
    approved_pool.settleUnverified([1], sender=stranger)
    assert registry.refundOf(requester) == registry.reservedBalance() == balance(registry) == IMAGE_PRICE


def test_credits_when_the_last_attempt_is_rejected(system, registry, approved_pool, requester, verifier):
    request(system, requester)
    for attempt in range(3):
        assert registry.refundOf(requester) == 0
        work(system, approved_pool, 1, new_account(f"worker {attempt}"))
        approved_pool.verifyAndPay(1, False, sender=verifier)
    assert registry.refundOf(requester) == registry.reservedBalance() == balance(registry) == IMAGE_PRICE
