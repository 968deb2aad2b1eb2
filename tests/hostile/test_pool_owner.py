"""A pool's owner who turns every knob he has, at every step of a request: worker and requester do not notice."""

import boa
import pytest

from tests.helpers.chain import DAY, ETHER, balance, reverts, wait
from tests.helpers.flow import send
from tests.hostile.conftest import FEE, FREE, PRICE, REWARD

ESCROW = PRICE - FEE


# ---------------------------------------------------------------- lives of a request, step by step


def ask(scene):
    scene.task = scene.request_task()
    scene.life = scene.registry.requestCounter()


def claim(worker):
    def step(scene):
        scene.router.claimTask(scene.pool.address, scene.task, sender=getattr(scene, worker))

    return step


def submit(worker):
    def step(scene):
        arguments = (scene.pool.address, scene.task, b"proof", 1, 2, f"by {worker}")
        scene.router.submitTask(*arguments, sender=getattr(scene, worker))

    return step


def judge(is_valid):
    def step(scene):
        scene.pool.verifyAndPay(scene.task, is_valid, sender=scene.verifier)

    return step


def let_pass(seconds):
    return lambda scene: wait(seconds)


def release(scene):
    scene.pool.releaseExpiredTasks([scene.task], sender=scene.operator)


def settle(scene):
    scene.pool.settleUnverified([scene.task], sender=scene.operator)


def cancel(scene):
    scene.registry.cancelRequest(scene.life, sender=scene.requester)


def rejection(worker):
    return [claim(worker), submit(worker), judge(False)]


LIVES = {
    "accepted": [ask, claim("stranger"), submit("stranger"), judge(True)],
    "accepted in the last second": [
        ask,
        claim("stranger"),
        let_pass(3_600),
        submit("stranger"),
        let_pass(DAY),
        judge(True),
    ],
    "rejected, then accepted": [ask, *rejection("stranger"), claim("requester"), submit("requester"), judge(True)],
    "rejected for good": [ask, *rejection("stranger"), *rejection("requester"), *rejection("verifier")],
    "lapsed, then accepted": [
        ask,
        claim("stranger"),
        let_pass(3_601),
        release,
        claim("requester"),
        submit("requester"),
        judge(True),
    ],
    "expired": [ask, let_pass(DAY + 1), release],
    "verifier silent": [ask, claim("stranger"), submit("stranger"), let_pass(DAY + 1), settle],
    "cancelled": [ask, cancel],
}
PAYS = {"accepted": "stranger", "accepted in the last second": "stranger"} | dict.fromkeys(
    ["rejected, then accepted", "lapsed, then accepted"], "requester"
)


# ---------------------------------------------------------------- what the owner does


class Owner:
    """Whoever owns the pool at the moment, and what he has left to try."""

    def __init__(self, scene):
        self.scene = scene
        self.address = scene.pool_owner
        self.turn = 0

    def fresh(self) -> str:
        account = boa.env.generate_address()
        boa.env.set_balance(account, 100 * ETHER)
        return account

    def change_verifier(self):
        self.scene.pool.setZKPVerifier(self.fresh(), sender=self.address)

    def change_terms(self):
        self.turn += 1
        tight = (300, 3_600, 1, True)
        loose = (604_800, 2_592_000, 10, False)
        self.scene.pool.setTaskTerms(*(tight if self.turn % 2 else loose), sender=self.address)

    def hand_over(self):
        heir = self.fresh()
        self.scene.pool.transferOwnership(heir, sender=self.address)
        self.scene.pool.acceptOwnership(sender=heir)
        self.address = heir

    def take_the_free_balance(self):
        send(self.scene.pool, 1, self.address)
        self.scene.pool.emergencyWithdraw(sender=self.address)

    def add_tasks(self):
        """Better paid than any request, and his own."""
        self.scene.own_task(owner=self.address)

    def close_and_open(self):
        """The factory's owner does that, with the pool's."""
        self.scene.factory.deactivatePool(self.scene.pool.address, sender=self.scene.operator)
        self.scene.factory.activatePool(self.scene.pool.address, sender=self.scene.operator)

    def everything(self):
        self.change_terms()
        self.change_verifier()
        self.add_tasks()
        self.close_and_open()
        self.take_the_free_balance()
        self.hand_over()


TRICKS = [
    "change_verifier",
    "change_terms",
    "hand_over",
    "take_the_free_balance",
    "add_tasks",
    "close_and_open",
    "everything",
]


def run(scene, steps, trick=None, after=None):
    """
    Go through a life and return what came of it. After the step `after` (each, if none is named) the owner plays a
    trick.

    What the owner has, and his own tasks, are left out.
    """
    with boa.env.anchor():
        owner = Owner(scene)
        parties = [scene.stranger, scene.requester, scene.verifier, scene.worker, scene.other_worker]
        for number, step in enumerate(steps):
            step(scene)
            if trick and after in (None, number):
                getattr(owner, trick)()
        reserved, owed = scene.pool.reservedBalance(), scene.registry.reservedBalance()
        assert balance(scene.pool) >= reserved
        assert balance(scene.registry) >= owed
        word, progress = scene.pool.taskWords(scene.task)
        return {
            "money": [balance(party) for party in parties],
            "refunds": [scene.registry.refundOf(party) for party in parties],
            "fees": scene.registry.earnedFees(),
            "owed": owed,
            "request": scene.registry.inferenceRequests(scene.life),
            "state": (progress >> 248) & 7,
            "rejections": (progress >> 244) & 15,
            "worker": progress & (2**160 - 1),
            "reward": word >> 160,
        }


@pytest.mark.parametrize("life", LIVES)
def test_undisturbed(scene, life):
    """What the others are compared with: the worker has the reward, or the requester the whole cost."""
    before = {role: balance(getattr(scene, role)) for role in ("stranger", "requester")}
    outcome = run(scene, LIVES[life])
    money = dict(zip(["stranger", "requester"], outcome["money"], strict=False))
    earned = {role: ESCROW if PAYS.get(life) == role else 0 for role in money}
    assert money["stranger"] == before["stranger"] + earned["stranger"]
    assert money["requester"] == before["requester"] - PRICE + earned["requester"]
    assert outcome["refunds"][1] == (0 if life in PAYS else PRICE)
    assert outcome["fees"] == (FEE if life in PAYS else 0)
    assert outcome["request"][7] == (life in PAYS)


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("life", LIVES)
def test_tricks_after_every_step_change_nothing(scene, life, trick):
    assert run(scene, LIVES[life], trick) == run(scene, LIVES[life])


@pytest.mark.parametrize("life", LIVES)
def test_everything_after_one_step_changes_nothing(scene, life):
    undisturbed = run(scene, LIVES[life])
    for after in range(len(LIVES[life])):
        assert run(scene, LIVES[life], "everything", after) == undisturbed, after


@pytest.mark.parametrize("life", ["accepted", "expired", "verifier silent", "cancelled"])
def test_closing_the_pool_for_good_keeps_the_exits(scene, life):
    """Closed once the task is claimed, or at once where nobody claims it."""
    steps = list(LIVES[life])
    at = 2 if life in ("accepted", "verifier silent") else 1
    steps.insert(at, lambda scene: scene.factory.deactivatePool(scene.pool.address, sender=scene.operator))
    assert run(scene, steps) == run(scene, LIVES[life])


def test_owner_as_verifier_of_the_registry_is_as_any_other(scene):
    """The trust is in the registry's list, not in the pool."""
    scene.registry.addVerifier(scene.pool_owner)
    scene.pool.verifyAndPay(scene.pending, True, sender=scene.pool_owner)
    assert scene.registry.getInferenceRequest(1)[7]


@pytest.mark.parametrize("is_valid", [True, False])
def test_reverts_owner_and_his_verifiers_judging_a_request(scene, is_valid):
    judges = [scene.pool_owner, scene.stranger]
    for judge in judges:
        with reverts("Unauthorized()"):
            scene.pool.verifyAndPay(scene.pending, is_valid, sender=judge)
    scene.pool.setZKPVerifier(scene.stranger, sender=scene.pool_owner)
    for judge in judges:
        with reverts("Unauthorized()"):
            scene.pool.verifyAndPay(scene.pending, is_valid, sender=judge)
        with reverts("Unauthorized()"):
            scene.pool.batchVerifyAndPay([scene.pending], [is_valid], sender=judge)


def test_reverts_owner_cancelling_a_request(scene):
    with reverts("Unauthorized()"):
        scene.pool.cancelTask(scene.requested, sender=scene.pool_owner)


def test_owner_gets_the_free_balance_only(scene):
    before = balance(scene.pool_owner)
    scene.pool.emergencyWithdraw(sender=scene.pool_owner)
    assert balance(scene.pool_owner) == before + FREE
    assert balance(scene.pool) == scene.pool.reservedBalance() == 3 * ESCROW + REWARD
    with reverts("InsufficientFunds()"):
        scene.pool.emergencyWithdraw(sender=scene.pool_owner)
