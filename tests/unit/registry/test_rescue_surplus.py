"""ModelRegistry.rescueSurplus, and the plain transfers that make a surplus"""

import boa
import pytest
from eth.exceptions import Revert

from tests.helpers.chain import balance, error_data, reverts
from tests.helpers.flow import IMAGE_PRICE, REFUSES, accept, new_account, request, send, work
from tests.helpers.logs import logs

NOBODY = "0x" + "00" * 20


def test_default_behavior(registry, operator, stranger):
    send(registry, 777, stranger)
    assert balance(registry) == registry.getContractBalance() == 777
    assert registry.reservedBalance() == 0
    heir = new_account("heir")
    before = balance(heir)
    registry.rescueSurplus(heir, sender=operator)
    assert [(log.name, log.fields) for log in logs(registry)] == [("SurplusRescued", {"to": heir, "amount": 777})]
    assert balance(heir) == before + 777
    assert balance(registry) == 0


def test_leaves_what_is_owed(system, registry, operator, approved_pool, requester, worker, verifier, stranger):
    fee = IMAGE_PRICE // 10
    registry.setProtocolFeeBps(1_000)
    _, task_id = request(system, requester)
    work(system, approved_pool, task_id, worker)
    accept(approved_pool, task_id, verifier)  # an earned fee
    request(system, requester)  # one that is not
    cancelled, _ = request(system, requester)
    registry.cancelRequest(cancelled, sender=requester)  # a credit
    send(registry, 777, stranger)
    before = balance(operator)
    registry.rescueSurplus(operator, sender=operator)
    assert balance(operator) == before + 777
    assert balance(registry) == registry.reservedBalance() == 2 * fee + IMAGE_PRICE
    with reverts("InsufficientFunds()"):
        registry.rescueSurplus(operator, sender=operator)
    registry.withdrawRefund(sender=requester)
    registry.withdrawTokens(sender=operator)
    assert balance(registry) == registry.reservedBalance() == fee


def test_reverts_zero(registry, stranger):
    send(registry, 777, stranger)
    with reverts("InvalidInput()"):
        registry.rescueSurplus(NOBODY)
    assert balance(registry) == 777


def test_reverts_without_surplus(registry, operator):
    with reverts("InsufficientFunds()"):
        registry.rescueSurplus(operator)


def test_reverts_caller_is_not_the_owner(registry, stranger):
    send(registry, 777, stranger)
    with reverts("Unauthorized()"):
        registry.rescueSurplus(stranger, sender=stranger)
    assert balance(registry) == 777


def test_reverts_where_the_payee_refuses(registry, stranger):
    send(registry, 777, stranger)
    refusing = new_account("refusing")
    boa.env.set_code(refusing, REFUSES)
    with reverts("TransferFailed()"):
        registry.rescueSurplus(refusing)
    assert balance(registry) == 777


@pytest.mark.parametrize("data", [b"\x00", b"\x12\x34\x56\x78"])
def test_reverts_money_with_data_that_names_no_function(registry, stranger, data):
    with pytest.raises(Revert) as refusal:
        boa.env.raw_call(registry.address, data=data, value=1, sender=stranger)
    assert refusal.value.args[0] == error_data("InvalidInput()")
    assert balance(registry) == 0
