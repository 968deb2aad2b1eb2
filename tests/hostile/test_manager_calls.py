"""
Every state-changing function of the task manager: called by a stranger, and by whoever is being paid (invariant 13).
"""

from dataclasses import dataclass

import boa
import pytest
from eth_utils import keccak

from tests.conftest import funded
from tests.helpers.chain import ETHER, balance, error_data
from tests.helpers.hostile import calldata, functions, mock, view_functions
from tests.helpers.schedule import NO_MAXIMUM, block, layered, roll_to, set_coinbase

NOT_TRIED, REFUSED, SUCCEEDED = 1, 2, 3
NOBODY = "0x" + "00" * 20
SURPLUS = ETHER


@dataclass
class Scene:
    """A task that waits, a due one and a lapsed one of an owner with a bond."""

    system: object
    manager: object
    owner: str
    stranger: str
    waiting: bytes
    due: bytes
    lapsed: bytes

    def schedule(self, at: int, sender: str | None = None, surplus: int = 0) -> bytes:
        manager = self.manager
        data = layered(self.owner, b"")
        value = manager.estimateCost(at, 100_000) + surplus
        arguments = (self.system.minimal.address, 100_000, at, NO_MAXIMUM, data)
        return manager.scheduleTask(*arguments, value=value, sender=sender or self.owner)[2]

    def calls(self, me: str) -> dict[str, tuple[tuple, int]]:
        """Signature: plausible arguments, and the wei to send."""
        task = (self.system.minimal.address, 100_000, block() + 9, NO_MAXIMUM, layered(me, b""))
        schedule = "(address,uint256,uint64,uint256,bytes)"
        return {
            "addEnvironmentCanceller(bytes32,address)": ((self.waiting, me), 0),
            "addTaskCanceller(bytes32,address)": ((self.waiting, me), 0),
            "cancelTask(bytes32)": ((self.waiting,), 0),
            "depositBond()": ((), 1),
            "depositBondFor(address)": ((me,), 1),
            "executeTasks(address,uint256)": ((me, 0), 0),
            "executeTasksById(bytes32[],address)": (([self.due], me), 0),
            "executeTasksById(bytes32[],address,uint256)": (([self.due], me, 0), 0),
            "expireTasks(bytes32[])": (([self.lapsed],), 0),
            "removeEnvironmentCanceller(bytes32,address)": ((self.waiting, me), 0),
            "removeTaskCanceller(bytes32,address)": ((self.waiting, me), 0),
            "rescheduleTask(uint64,uint256)": ((block() + 9, NO_MAXIMUM), ETHER // 10),
            f"scheduleTask{schedule}": (task, ETHER // 10),
            f"scheduleWithBond{schedule}": (task, 0),
            "sweepEnvironment(bytes32,address)": ((self.waiting, me), 0),
            "sweepEnvironmentToken(bytes32,address,address)": ((self.waiting, self.manager.address, me), 0),
            "topUpTask(bytes32)": ((self.waiting,), 1),
            "withdrawBond(uint256)": ((1,), 0),
            "withdrawCredit(address)": ((me,), 0),
            "withdrawCreditFor(address)": ((me,), 0),
        }

    def owed(self, *accounts: str) -> int:
        """What the manager owes: payments of tasks that wait, bonds and credits."""
        manager = self.manager
        payments = sum(manager.getTaskPayment(task) for task in (self.waiting, self.due, self.lapsed))
        return payments + sum(manager.bondOf(account) + manager.creditOf(account) for account in accounts)


@pytest.fixture(scope="module")
def scene(deployed):
    with boa.env.anchor():
        owner, stranger = funded("owner"), funded("stranger")
        scene = Scene(deployed, deployed.manager, owner, stranger, b"", b"", b"")
        set_coinbase(NOBODY)
        deployed.manager.depositBond(value=ETHER, sender=owner)
        start = block()
        scene.lapsed = scene.schedule(start + 1)
        scene.due = scene.schedule(start + deployed.manager.EXECUTION_WINDOW())
        scene.waiting = scene.schedule(start + deployed.manager.EXECUTION_WINDOW() + 1_000)
        roll_to(start + deployed.manager.EXECUTION_WINDOW() + 2)
        yield scene


AUTHORITY = "Unauthorized(address,address)"
# What a stranger gets: an error, or None for what is open to anyone.
STRANGER = {
    "addEnvironmentCanceller(bytes32,address)": AUTHORITY,
    "addTaskCanceller(bytes32,address)": AUTHORITY,
    "cancelTask(bytes32)": AUTHORITY,
    "depositBond()": None,
    "depositBondFor(address)": None,
    "executeTasks(address,uint256)": None,
    "executeTasksById(bytes32[],address)": None,
    "executeTasksById(bytes32[],address,uint256)": None,
    "expireTasks(bytes32[])": None,
    "removeEnvironmentCanceller(bytes32,address)": AUTHORITY,
    "removeTaskCanceller(bytes32,address)": AUTHORITY,
    "rescheduleTask(uint64,uint256)": "NoActiveTask()",
    "scheduleTask(address,uint256,uint64,uint256,bytes)": None,
    "scheduleWithBond(address,uint256,uint64,uint256,bytes)": "InsufficientBond(uint256,uint256)",
    "sweepEnvironment(bytes32,address)": AUTHORITY,
    "sweepEnvironmentToken(bytes32,address,address)": AUTHORITY,
    "topUpTask(bytes32)": None,
    "withdrawBond(uint256)": "InsufficientBond(uint256,uint256)",
    "withdrawCredit(address)": "InsufficientFunds()",
    "withdrawCreditFor(address)": "InsufficientFunds()",
}


def test_every_function_is_classified(scene):
    assert sorted(STRANGER) == sorted(scene.calls(scene.stranger)) == sorted(functions("TaskManager"))


@pytest.mark.parametrize("signature", STRANGER)
def test_stranger(scene, signature):
    """Is refused, or does what is open at nobody's expense."""
    manager, owner, stranger = scene.manager, scene.owner, scene.stranger
    arguments, value = scene.calls(stranger)[signature]
    before, payment = balance(owner) + scene.owed(owner), manager.getTaskPayment(scene.due)
    gifts = {"topUpTask(bytes32)": 1}
    computation = boa.env.execute_code(
        manager.address, sender=stranger, value=value, data=calldata(signature, *arguments), gas=3_000_000
    )
    error = STRANGER[signature]
    if error is None:
        assert computation.is_success, computation.output.hex()
        # what is executed is paid for by its owner
        spent = payment if signature.startswith("executeTasks") else 0
        assert balance(owner) + scene.owed(owner) == before - spent + gifts.get(signature, 0)
        return
    expected = {
        AUTHORITY: (stranger, owner),
        "InsufficientBond(uint256,uint256)": (
            manager.estimateCost(block() + 9, 100_000) if signature.startswith("schedule") else 1,
            0,
        ),
    }.get(error, ())
    assert computation.is_error
    assert computation.output == error_data(error, *expected)


# ---------------------------------------------------------------- whoever is paid


class Site:
    """
    A payment of the manager's. `prepare` brings it about that the payee is due, `pay` makes it; `from_bond` tells what
    pays it.
    """

    def prepare(self, scene, payee):
        pass

    def pay(self, scene, payee):
        raise NotImplementedError


class Surplus(Site):
    def pay(self, scene, payee):
        scene.schedule(block() + 50, payee.address, SURPLUS)


class Cancelled(Site):
    def prepare(self, scene, payee):
        self.task = scene.schedule(block() + 50, payee.address)

    def pay(self, scene, payee):
        scene.manager.cancelTask(self.task, sender=payee.address)


class Expired(Cancelled):
    def prepare(self, scene, payee):
        super().prepare(scene, payee)
        roll_to(block() + 51 + scene.manager.EXECUTION_WINDOW())

    def pay(self, scene, payee):
        scene.manager.expireTasks([self.task], sender=scene.stranger)


class Executor(Site):
    def pay(self, scene, payee):
        assert scene.manager.executeTasks(payee.address, 0, sender=scene.stranger, gas=3_000_000) > 0


class ExecutorById(Site):
    def pay(self, scene, payee):
        assert scene.manager.executeTasksById([scene.due], payee.address, sender=scene.stranger, gas=3_000_000) > 0


class Bond(Site):
    def prepare(self, scene, payee):
        scene.manager.depositBond(value=2 * ETHER, sender=payee.address)

    def pay(self, scene, payee):
        scene.manager.withdrawBond(ETHER, sender=payee.address)


class Credit(Site):
    def prepare(self, scene, payee):
        task = scene.schedule(block() + 50, payee.address)
        payee.refuse(True)
        scene.manager.cancelTask(task, sender=payee.address)
        payee.refuse(False)
        assert scene.manager.creditOf(payee.address) > 0

    def pay(self, scene, payee):
        scene.manager.withdrawCredit(payee.address, sender=payee.address)


class CreditFor(Credit):
    def pay(self, scene, payee):
        scene.manager.withdrawCreditFor(payee.address, sender=scene.stranger)


class Swept(Cancelled):
    def prepare(self, scene, payee):
        super().prepare(scene, payee)
        environment = boa.util.abi.Address(self.task[-20:])
        boa.env.set_balance(environment, ETHER)

    def pay(self, scene, payee):
        scene.manager.sweepEnvironment(self.task, payee.address, sender=payee.address)


SITES = [Surplus, Cancelled, Expired, Executor, ExecutorById, Bond, Credit, CreditFor, Swept]


@pytest.fixture(params=SITES, ids=lambda site: site.__name__)
def site(request):
    return request.param()


@pytest.fixture
def payee(scene, site):
    payee = mock("Reenterer", wei=10 * ETHER)
    site.prepare(scene, payee)
    return payee


def test_payee_calls_back(scene, site, payee):
    """
    While it pays, the manager takes no call that changes state; the payment is made all the same, and costs nobody else
    a wei.
    """
    manager = scene.manager
    accounts = [scene.owner, scene.stranger, scene.system.deployer]

    def wealth():
        own = balance(payee) + manager.creditOf(payee.address) + manager.bondOf(payee.address)
        return own, [balance(account) + manager.creditOf(account) for account in accounts], manager.bondOf(scene.owner)

    with boa.env.anchor():
        before = balance(payee)
        site.pay(scene, payee)
        quiet = wealth()
        assert balance(payee) > before - ETHER

    for signature, (arguments, value) in scene.calls(payee.address).items():
        with boa.env.anchor():
            payee.plan(manager.address, calldata(signature, *arguments), value)
            site.pay(scene, payee)
            assert payee.result() == REFUSED, signature
            refusal = "NoActiveTask()" if signature.startswith("reschedule") else "TaskManagerLocked()"
            assert payee.answer() == keccak(error_data(refusal)), signature
            assert wealth() == quiet, signature


@pytest.mark.parametrize("behavior", ["5f5ffd", "620f42405ffd", "fe", "620f42405ff3"])
@pytest.mark.parametrize("site", [Surplus, Cancelled, Expired, Executor, ExecutorById], indirect=True)
def test_payee_that_cannot_be_paid_is_credited(scene, site, payee, behavior):
    """It reverts, burns its gas or returns a megabyte: the amount is credited and can be withdrawn later."""
    manager, code = scene.manager, boa.env.get_code(payee.address)
    with boa.env.anchor():
        before = balance(payee)
        site.pay(scene, payee)
        gained = balance(payee) - before
    boa.env.set_code(payee.address, bytes.fromhex(behavior))
    site.pay(scene, payee)
    spent = before - balance(payee)
    assert manager.creditOf(payee.address) == gained + spent
    boa.env.set_code(payee.address, code)
    manager.withdrawCreditFor(payee.address, sender=scene.stranger)
    assert balance(payee) == before + gained
    assert manager.creditOf(payee.address) == 0


@pytest.mark.parametrize("site", [Cancelled, Bond], ids=lambda site: site.__name__, indirect=True)
def test_views_answer_during_a_call(scene, site, payee):
    """And say what they say after it."""
    by_name = {"taskId": scene.due, "lookahead": 100, "limit": 10, "taskGasLimit": 100_000, "baseFee": 7}
    by_name |= {"targetBlock": block() + 9, "call": b"call", "taskData": b"data"}
    by_type = {"address": scene.owner, "uint256": 0}
    for signature, entry in view_functions("TaskManager"):
        data = calldata(signature, *(by_name.get(item["name"], by_type.get(item["type"])) for item in entry["inputs"]))
        if signature == "currentTask()":
            continue  # refused but while a task runs
        with boa.env.anchor():
            payee.plan(scene.manager.address, data, 0)
            site.pay(scene, payee)
            assert payee.result() == SUCCEEDED, signature
            after = boa.env.execute_code(scene.manager.address, data=data, is_modifying=False)
            assert payee.answer() == keccak(after.output), signature


def test_ether_that_was_forced_on_the_manager_changes_nothing(scene):
    """Nothing is derived from the balance: whatever was owed is paid, and nobody gets more."""
    manager, before = scene.manager, balance(scene.owner)
    payment = manager.getTaskPayment(scene.waiting)
    boa.env.set_balance(manager.address, balance(manager) + 5 * ETHER)
    manager.cancelTask(scene.waiting, sender=scene.owner)
    assert balance(scene.owner) == before + payment
    assert balance(manager) == scene.owed(scene.owner) + 5 * ETHER
