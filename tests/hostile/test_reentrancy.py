"""
A payee that calls back while it is paid: each state-changing function of the ABI, at each place where somebody is paid.
"""

import boa
import pytest
from eth_utils import keccak

from tests.helpers.chain import ETHER, balance, wait
from tests.helpers.flow import send
from tests.helpers.hostile import POOL_CONTRACTS, calldata, mock, view_calls
from tests.hostile.conftest import PRICE, REWARD

# Open while a call of their contract runs, to those that they are for.
CALLBACKS = {
    "updateInferenceResult(uint256,string)",
    "creditRefund(uint256)",
    "updatePoolListing(bool,bool)",
}


class Site:
    """A payment. `prepare` brings it about that the payee is due, `pay` makes it."""

    payer = "TaskPool"
    amount = REWARD

    def prepare(self, scene, payee):
        raise NotImplementedError

    def pay(self, scene, payee):
        raise NotImplementedError


class Accepted(Site):
    def prepare(self, scene, payee):
        self.task = scene.own_task()
        scene.submit(self.task, payee.address)

    def pay(self, scene, payee):
        scene.pool.verifyAndPay(self.task, True, sender=scene.pool_owner)


class AcceptedRequest(Site):
    amount = PRICE - PRICE // 100

    def prepare(self, scene, payee):
        self.task = scene.request_task()
        scene.submit(self.task, payee.address)

    def pay(self, scene, payee):
        scene.pool.verifyAndPay(self.task, True, sender=scene.verifier)


class Batch(Accepted):
    def pay(self, scene, payee):
        scene.pool.batchVerifyAndPay([self.task], [True], sender=scene.pool_owner)


class SilencePays(Accepted):
    def prepare(self, scene, payee):
        scene.pool.setTaskTerms(3_600, 3_600, 1, True, sender=scene.pool_owner)
        super().prepare(scene, payee)
        wait(3_601)

    def pay(self, scene, payee):
        scene.pool.settleUnverified([self.task], sender=scene.stranger)


class Credit(Accepted):
    def prepare(self, scene, payee):
        super().prepare(scene, payee)
        payee.refuse(True)
        scene.pool.verifyAndPay(self.task, True, sender=scene.pool_owner)
        payee.refuse(False)
        assert scene.pool.creditOf(payee.address) == REWARD

    def pay(self, scene, payee):
        scene.pool.withdrawCredit(payee.address, sender=payee.address)


class FreeBalance(Site):
    amount = 3 * ETHER

    def prepare(self, scene, payee):
        scene.pool.transferOwnership(payee.address, sender=scene.pool_owner)
        scene.pool.acceptOwnership(sender=payee.address)

    def pay(self, scene, payee):
        scene.pool.emergencyWithdraw(sender=payee.address)


class Surplus(Site):
    payer = "ModelRegistry"
    amount = ETHER

    def prepare(self, scene, payee):
        pass

    def pay(self, scene, payee):
        scene.registry.requestInference("image-v1", "a cat", value=PRICE + ETHER, sender=payee.address)


class Refund(Site):
    payer = "ModelRegistry"
    amount = PRICE

    def prepare(self, scene, payee):
        scene.request_task(payee.address)
        scene.registry.cancelRequest(scene.registry.requestCounter(), sender=payee.address)

    def pay(self, scene, payee):
        scene.registry.withdrawRefund(sender=payee.address)


class RefundTo(Refund):
    def pay(self, scene, payee):
        scene.registry.withdrawRefundTo(payee.address, sender=payee.address)


class Fees(Site):
    payer = "ModelRegistry"
    amount = PRICE // 100

    def prepare(self, scene, payee):
        task = scene.request_task()
        scene.submit(task, scene.stranger)
        scene.pool.verifyAndPay(task, True, sender=scene.verifier)
        scene.registry.transferOwnership(payee.address, sender=scene.operator)
        scene.registry.acceptOwnership(sender=payee.address)

    def pay(self, scene, payee):
        scene.registry.withdrawTokens(sender=payee.address)


class Rescue(Fees):
    amount = 3 * ETHER

    def pay(self, scene, payee):
        scene.registry.rescueSurplus(payee.address, sender=payee.address)


SITES = [Accepted, AcceptedRequest, Batch, SilencePays, Credit, FreeBalance, Surplus, Refund, RefundTo, Fees, Rescue]
NOT_TRIED, REFUSED, SUCCEEDED = 1, 2, 3


@pytest.fixture(params=SITES, ids=lambda site: site.__name__)
def site(request):
    return request.param()


@pytest.fixture
def payee(scene, site):
    """
    A contract that is due a payment, and a verifier of the registry's at that, so that some of its calls are its right.
    """
    payee = mock("Reenterer", wei=10 * ETHER)
    scene.registry.addVerifier(payee.address)
    site.prepare(scene, payee)
    return payee


def wealth(scene, accounts) -> list[int]:
    return [balance(account) + scene.pool.creditOf(account) + scene.registry.refundOf(account) for account in accounts]


def free(contract) -> int:
    """What nobody is owed, never negative."""
    amount = balance(contract) - contract.reservedBalance()
    assert amount >= 0
    return amount


@pytest.mark.parametrize("name", [name for name in POOL_CONTRACTS if name not in ("TaskPoolViewer", "TaskLens")])
def test_payee_calls_back(scene, site, payee, name):
    """
    While a contract pays, it takes no call that changes state, save the callbacks, which know who may call them.
    Whatever else the payee reaches, the payment is made or credited, and nobody else loses a wei.
    """
    payer = scene.contract(site.payer)
    target = scene.contract(name).address
    others = [scene.pool_owner, scene.requester, scene.worker, scene.other_worker, scene.verifier, scene.operator]
    with boa.env.anchor():
        before = wealth(scene, [payee.address])[0]
        site.pay(scene, payee)
        quiet = wealth(scene, others), wealth(scene, [payee.address])[0], free(scene.pool), free(scene.registry)
        assert balance(payee) > 0
        assert quiet[1] >= before - PRICE

    for signature, (arguments, value) in scene.calls(payee.address)[name].items():
        with boa.env.anchor():
            payee.plan(target, calldata(signature, *arguments), value)

            site.pay(scene, payee)

            result = payee.result()
            assert result != NOT_TRIED, f"{signature}: the payee had too little gas to try"
            if name == site.payer:
                assert result == REFUSED, f"{signature} was open"
                if signature not in CALLBACKS:
                    assert payee.answer() == keccak(b""), f"{signature}: not refused by the lock"
            assert payer.reservedBalance() <= balance(payer)
            others_now, payee_now = wealth(scene, others), wealth(scene, [payee.address])[0]
            assert all(now >= then for now, then in zip(others_now, quiet[0], strict=True)), signature
            assert payee_now <= quiet[1], f"{signature} made the payee richer"
            assert free(scene.pool) >= quiet[2], signature
            assert free(scene.registry) >= quiet[3], signature


def test_what_is_owed_is_covered_while_paying(scene, site, payee):
    """
    Views answer during a call, and what they say is true then too: balance >= reservedBalance, with nothing to spare.
    """
    payer = scene.contract(site.payer)
    if not isinstance(site, FreeBalance | Rescue):
        boa.env.set_balance(payer.address, payer.reservedBalance())
    witness = mock("Witness")
    boa.env.set_code(payee.address, boa.env.get_code(witness.address))
    seen = witness.deployer.at(payee.address)
    seen.get_ready()

    site.pay(scene, payee)

    assert seen.visits() == 2
    assert seen.balance_seen() == balance(payer)
    assert seen.balance_seen() == seen.reserved_seen()


@pytest.mark.parametrize("site", [Credit, Refund], ids=lambda site: site.__name__, indirect=True)
@pytest.mark.parametrize("name", POOL_CONTRACTS)
def test_views_answer_during_a_call(scene, site, payee, name):
    """And say what they say after it."""
    target = scene.contract(name).address
    for signature, arguments in view_calls(scene)[name].items():
        data = calldata(signature, *arguments)
        with boa.env.anchor():
            payee.plan(target, data, 0)
            site.pay(scene, payee)
            assert payee.result() == SUCCEEDED, signature
            after = boa.env.execute_code(target, data=data, is_modifying=False)
            assert after.is_success, signature
            assert payee.answer() == keccak(after.output), signature


def test_payee_sends_the_payment_back(scene):
    """Plain ether is taken during a call too, and is the free balance of the contract."""
    site = Accepted()
    payee = mock("Reenterer")
    site.prepare(scene, payee)
    payee.plan(scene.pool.address, b"", REWARD)
    free_before = free(scene.pool)
    site.pay(scene, payee)
    assert payee.result() == SUCCEEDED
    assert balance(payee) == 0
    assert free(scene.pool) == free_before + REWARD


def test_verifier_that_is_paid_by_the_registry_may_verify_meanwhile(scene):
    """The registry's callbacks are open while it pays: the pool ends a request then as at any other time."""
    site = Refund()
    payee = mock("Reenterer", wei=ETHER)
    scene.registry.addVerifier(payee.address)
    site.prepare(scene, payee)
    payee.plan(scene.pool.address, calldata("verifyAndPay(uint256,bool)", scene.pending, True), 0)
    before, mine = balance(scene.other_worker), balance(payee)

    site.pay(scene, payee)

    assert payee.result() == SUCCEEDED
    assert balance(payee) == mine + PRICE
    assert balance(scene.other_worker) == before + PRICE - PRICE // 100
    assert scene.registry.earnedFees() == PRICE // 100
    assert scene.registry.getInferenceRequest(1)[6:] == ("a result", True)
    send(scene.registry, 1, scene.stranger)
    free(scene.registry)
