"""A worker who refuses the payment gets a credit: creditOf, withdrawCredit"""

import boa
import pytest

from tests.helpers.chain import balance, events, reverts
from tests.helpers.flow import (
    BURNS_GAS,
    IMAGE_PRICE,
    REFUSES,
    RETURNS_MEGABYTES,
    REVERTS_WITH_MEGABYTES,
    REWARD,
    accept,
    add_task,
    log_names,
    new_account,
    only_event,
    request,
    work,
)

TAKES = bytes.fromhex("00")


def pay(system, pool, payee, code, reward=REWARD):
    """The worker becomes a contract with this code before he is paid."""
    task_id = add_task(pool, reward)
    boa.env.set_code(payee, b"")
    work(system, pool, task_id, payee)
    boa.env.set_code(payee, code)
    accept(pool, task_id, pool.owner())
    return task_id


@pytest.mark.parametrize("code", [REFUSES, BURNS_GAS, REVERTS_WITH_MEGABYTES])
def test_credited(system, pool, worker, code):
    before = balance(worker)
    task_id = pay(system, pool, worker, code)
    assert log_names(pool) == ["ZKPVerified", "RewardPaid", "PaymentCredited"]
    assert only_event(pool, "PaymentCredited") == {"account": worker, "amount": REWARD}
    assert balance(worker) == before
    assert pool.creditOf(worker) == REWARD
    assert pool.reservedBalance() == balance(pool) == REWARD
    assert pool.getAITaskData(task_id)[4]
    assert pool.getPoolStats() == (0, 0, 0, 1, REWARD, REWARD)


@pytest.mark.parametrize("code", [TAKES])
def test_contract_that_takes_it_is_paid(system, pool, worker, code):
    before = balance(worker)
    pay(system, pool, worker, code)
    assert balance(worker) == before + REWARD
    assert pool.creditOf(worker) == 0


def test_payee_that_returns_megabytes_costs_only_itself(system, pool, worker):
    """Megabytes of memory cost more gas than a payee is given."""
    pay(system, pool, worker, RETURNS_MEGABYTES)
    assert pool.creditOf(worker) == pool.reservedBalance() == REWARD


def test_payee_that_returns_what_it_can_is_paid(system, pool, worker):
    before = balance(worker)
    pay(system, pool, worker, bytes.fromhex("6140005ff3"))
    assert balance(worker) == before + REWARD


def test_credits_add_up(system, pool, worker):
    pay(system, pool, worker, REFUSES, 3)
    pay(system, pool, worker, REFUSES, 4)
    assert pool.creditOf(worker) == pool.reservedBalance() == 7


def test_one_refuser_does_not_block_a_batch(system, pool, pool_owner, worker, other_worker):
    first, second = add_task(pool, 3), add_task(pool, 4)
    work(system, pool, first, worker)
    work(system, pool, second, other_worker)
    boa.env.set_code(worker, BURNS_GAS)
    before = balance(other_worker)
    pool.batchVerifyAndPay([first, second], [True, True], sender=pool_owner)
    assert balance(other_worker) == before + 4
    assert pool.creditOf(worker) == pool.reservedBalance() == 3


def test_registry_task(system, approved_pool, requester, worker, verifier):
    request_id, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    boa.env.set_code(worker, REFUSES)
    accept(approved_pool, task_id, verifier)
    assert approved_pool.creditOf(worker) == IMAGE_PRICE
    assert system.registry.getInferenceRequest(request_id).hasResult


def test_withdrawn(system, pool, worker, stranger):
    pay(system, pool, worker, REFUSES)
    before = balance(stranger)
    pool.withdrawCredit(stranger, sender=worker)
    assert log_names(pool) == ["CreditWithdrawn"]
    assert only_event(pool, "CreditWithdrawn") == {"account": worker, "to": stranger, "amount": REWARD}
    assert balance(stranger) == before + REWARD
    assert pool.creditOf(worker) == pool.reservedBalance() == balance(pool) == 0


def test_withdrawn_to_oneself(system, pool, worker):
    pay(system, pool, worker, REFUSES)
    boa.env.set_code(worker, TAKES)
    before = balance(worker)
    pool.withdrawCredit(worker, sender=worker)
    assert balance(worker) == before + REWARD


def test_withdrawn_from_a_deactivated_pool(system, pool, worker, stranger):
    pay(system, pool, worker, REFUSES)
    system.factory.deactivatePool(pool.address)
    pool.withdrawCredit(stranger, sender=worker)
    assert pool.reservedBalance() == 0


def test_withdrawing_leaves_other_credits_and_escrow(system, pool, worker, other_worker, stranger):
    pay(system, pool, worker, REFUSES, 3)
    pay(system, pool, other_worker, REFUSES, 4)
    add_task(pool, 5)
    pool.withdrawCredit(stranger, sender=worker)
    assert pool.creditOf(other_worker) == 4
    assert pool.reservedBalance() == balance(pool) == 9


def test_reverts_without_a_credit(system, pool, worker, stranger):
    pay(system, pool, worker, REFUSES)
    with reverts("InsufficientFunds()"):
        pool.withdrawCredit(stranger, sender=stranger)
    pool.withdrawCredit(stranger, sender=worker)
    with reverts("InsufficientFunds()"):
        pool.withdrawCredit(stranger, sender=worker)


def test_reverts_to_zero(system, pool, worker):
    pay(system, pool, worker, REFUSES)
    with reverts("InvalidInput()"):
        pool.withdrawCredit("0x" + "00" * 20, sender=worker)
    assert pool.creditOf(worker) == REWARD


def test_reverts_payee_refuses_again(system, pool, worker):
    pay(system, pool, worker, REFUSES)
    with reverts("TransferFailed()"):
        pool.withdrawCredit(worker, sender=worker)
    assert pool.creditOf(worker) == pool.reservedBalance() == REWARD


def test_no_payment_event_is_missing(system, pool, pool_owner):
    """Each of several payments is either made or credited."""
    ids, payees = [], []
    for i in range(4):
        payees.append(new_account(f"payee {i}"))
        ids.append(add_task(pool, 10 + i))
        work(system, pool, ids[-1], payees[-1])
        if i % 2:
            boa.env.set_code(payees[-1], REFUSES)
    pool.batchVerifyAndPay(ids, [True] * 4, sender=pool_owner)
    credited = [(event.account, event.amount) for event in events(pool, "PaymentCredited")]
    assert credited == [(payees[1], 11), (payees[3], 13)]
    assert pool.reservedBalance() == balance(pool) == 24
