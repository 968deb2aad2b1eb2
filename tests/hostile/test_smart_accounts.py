"""
Every function that changes state, called by an account that is a contract: the same events, money, storage and answer
as from the account itself. Who signed the transaction has no part in anything: whatever the key to an account may do
itself, a call of another account does not get the right.
"""

from types import SimpleNamespace

import boa
import pytest
from eth_abi import encode

from taskpools.system import deployer
from tests.conftest import funded
from tests.helpers.chain import DAY, ETHER, balance, error_data, wait
from tests.helpers.hostile import Attempt, behave, behaving, calldata, functions, mock
from tests.helpers.schedule import block, roll_to
from tests.hostile.conftest import market
from tests.hostile.test_manager_calls import scheduled

pytestmark = pytest.mark.py_evm("what a call stores is compared")

GAS = 20_000_000
MARKET_ROLES = (
    "pool_owner", "requester", "worker", "other_worker", "verifier", "stranger", "operator", "idle_worker", "heir",
)  # fmt: skip

# Role: contract.function that the role may call.
RIGHTS = {
    "TaskPool": {
        "pool_owner": [
            "addAITasks(uint256[],uint256[],string[],string[],uint256[])",
            "cancelTask(uint256)",
            "emergencyWithdraw()",
            "setTaskTerms(uint256,uint256,uint256,bool)",
            "setZKPVerifier(address)",
            "transferOwnership(address)",
        ],
        "heir": ["acceptOwnership()"],
        "verifier": ["batchVerifyAndPay(uint256[],bool[])", "verifyAndPay(uint256,bool)"],
        "worker": ["releaseMyClaim(uint256)"],
        "other_worker": ["withdrawCredit(address)"],
        "stranger": [
            "deliverOutcome(uint256)",
            "releaseExpired(uint256[])",
            "releaseExpiredTasks(uint256[])",
            "settleUnverified(uint256[])",
            "sync()",
        ],
    },
    "ModelRegistry": {
        "operator": [
            "addVerifier(address)",
            "approvePool(address)",
            "registerModel(string,string,string,uint8,uint256)",
            "removeVerifier(address)",
            "rescueSurplus(address)",
            "revokePool(address)",
            "setModelActive(string,bool)",
            "setProtocolFeeBps(uint256)",
            "setRequestLifetime(uint256)",
            "transferOwnership(address)",
            "updateModel(string,string,string,uint256)",
            "withdrawTokens()",
        ],
        "heir": ["acceptOwnership()"],
        "requester": [
            "cancelRequest(uint256)",
            "requestInference(string,string)",
            "requestInferenceWithMax(string,string,uint256)",
            "withdrawRefund()",
            "withdrawRefundTo(address)",
        ],
        "verifier": ["submitResult(uint256,string)"],
    },
    "TaskRouter": {
        "idle_worker": ["claimBestTask()", "claimTask(address,uint256)", "claimTaskFromPool(address)"],
        "worker": ["submitTask(address,uint256,bytes,uint256,uint256,string)"],
        "stranger": ["releaseAllExpiredTasks(address[],uint256)", "releaseExpiredTasks(address,uint256[])"],
    },
    "TaskPoolFactory": {
        "operator": [
            "activatePool(address)",
            "activatePools(address[])",
            "createPoolFor(address,string,string)",
            "deactivatePool(address)",
            "deactivatePools(address[])",
            "reactivatePool(address)",
            "setModelRegistry(address)",
            "transferOwnership(address)",
        ],
        "heir": ["acceptOwnership()"],
        "pool_owner": ["setPoolCategory(address,string)", "setPoolMetadata(address,string)"],
        "stranger": [
            "createPool(string,string)",
            "createPoolDeterministic(string,string,bytes32)",
            "createPools(string[],string[])",
        ],
    },
}
# Called by other contracts of the system alone, so never by the account that signs.
BY_CONTRACTS = {
    "TaskPool": [
        "addRegistryTask(uint256,uint256)",
        "claimTaskForUser(address)",
        "claimTaskForUser(address,uint256)",
        "initialize(address,address,address)",
        "setActive(bool)",
        "setApproval(bool)",
        "submitTaskForUser(address,uint256,bytes,uint256,uint256,string)",
    ],
    "ModelRegistry": [
        "creditRefund(uint256)",
        "updateInferenceResult(uint256,string)",
        "updatePoolListing(bool,bool)",
    ],
    "TaskRouter": ["assignSlot()", "poolChanged(uint256,uint256,uint256)"],
    "TaskPoolFactory": [],
}
# Once, before there is a pool: test_deployed_by_an_account.
AT_DEPLOYMENT = {"ModelRegistry": ["setTaskRouter(address)"]}
# Of the manager's functions all but these are the owner's. Anyone may call some of those too.
MANAGER_RIGHTS = {
    "executeTasks(address,uint256)": "executor",
    "executeTasksById(bytes32[],address)": "executor",
    "executeTasksById(bytes32[],address,uint256)": "executor",
    "executeTasksById(bytes32[],address,uint256,bool)": "executor",
    "expireTasks(bytes32[])": "executor",
    "withdrawCredit(address)": "treasury",
    "withdrawCreditFor(address)": "treasury",
}
# Called by environments, and by the manager itself.
NOT_BY_ACCOUNTS = {"rescheduleTask(uint64,uint256)", "executeDue(address,address,uint256,uint256)"}


def pool_cases():
    return [
        pytest.param(name, signature, role, id=f"{name}.{signature}")
        for name, rights in RIGHTS.items()
        for role, signatures in rights.items()
        for signature in signatures
    ]


@pytest.mark.parametrize("name", RIGHTS)
def test_every_function_is_called(name):
    called = [signature for signatures in RIGHTS[name].values() for signature in signatures]
    assert sorted(called + BY_CONTRACTS[name] + AT_DEPLOYMENT.get(name, [])) == sorted(functions(name))


# ---------------------------------------------------------------- two ways to call


class Ways:
    """
    A scene's accounts, each with the code of an account, and what a call comes to in one way or the other. `look` tells
    what a call has made that is neither in a storage nor in a log.
    """

    def __init__(self, accounts: list[str], contracts: list[str], look=None):
        self.look = look
        self.key = funded("key")
        self.accounts = accounts
        self.watched = accounts + contracts
        code = boa.env.get_code(mock("SmartAccount").address)
        for account in accounts:
            boa.env.set_code(account, code)

    def direct(self, sender: str, to: str, data: bytes, value: int):
        return self.told(Attempt(sender, to, data, value, GAS, self.watched, self.look))

    def through(self, account: str, key: str, to: str, data: bytes, value: int):
        """`key` signs, the account calls and pays."""
        call = calldata("execute(address,uint256,bytes)", to, value, data)
        return self.told(Attempt(key, account, call, 0, GAS, self.watched, self.look))

    def told(self, attempt) -> SimpleNamespace:
        told = SimpleNamespace(succeeded=attempt.succeeded, output=attempt.output, changes=attempt.changes)
        if attempt.succeeded:
            told.seen = attempt.seen
            told.logs, storage, told.balances = attempt.came_to
            own = {boa.util.abi.Address(account).canonical_address for account in self.accounts}
            # an account's own records of its payments are its own affair
            told.storage = {at: word for at, word in storage.items() if at[0] not in own and word}
        return told


def same_in_both_ways(ways, right: str, wrong: str, to: str, data: bytes, value: int, may: bool = True):
    """The account with the right as its own key and as a contract; then its key signs for a call of another account."""
    expected = ways.direct(right, to, data, value)
    assert expected.succeeded == may, expected.output.hex()
    assert expected.changes == may
    assert ways.through(right, ways.key, to, data, value) == expected
    expected = ways.direct(wrong, to, data, value)
    assert ways.through(wrong, right, to, data, value) == expected


# ---------------------------------------------------------------- pools


@pytest.fixture(scope="module")
def scene(deployed):
    """The market, and something to do for each function."""
    with boa.env.anchor():
        scene = market(deployed)
        scene.idle_worker, scene.heir = funded("idle_worker"), funded("heir")
        _prepare(scene)
        scene.ways = Ways(
            [getattr(scene, role) for role in MARKET_ROLES],
            [scene.pool.address, scene.unapproved.address, *(c.address for c in deployed.contracts().values())],
            # the texts and the user of a request are code
            lambda: deployed.registry.inferenceRequests(deployed.registry.requestCounter()),
        )
        yield scene


def _prepare(scene):
    pool, registry, operator = scene.pool, scene.registry, scene.operator
    # a silent verifier, a claim that lapsed, a request that expired, an outcome that the registry did not take
    pool.setTaskTerms(3_600, 3_600, 1, True, sender=scene.pool_owner)
    scene.silent = scene.own_task()
    scene.submit(scene.silent, scene.stranger)
    registry.setRequestLifetime(600, sender=operator)
    scene.undelivered, scene.expired = scene.request_task(), scene.request_task()
    registry.setRequestLifetime(DAY, sender=operator)
    scene.lapsed = scene.active
    wait(3_601)
    with behaving(registry, "reverts"):
        pool.releaseExpiredTasks([scene.undelivered], sender=scene.stranger)
    scene.active = scene.request_task()
    scene.router.claimTask(pool.address, scene.active, sender=scene.worker)
    scene.judged = scene.own_task()
    scene.submit(scene.judged, scene.idle_worker)
    # a worker's credit, a fee, a refund
    task = scene.own_task()
    scene.submit(task, scene.other_worker)
    behave(scene.other_worker, "reverts")
    pool.verifyAndPay(task, True, sender=scene.pool_owner)
    boa.env.set_code(scene.other_worker, b"")
    task = scene.request_task()
    scene.submit(task, scene.stranger)
    pool.verifyAndPay(task, True, sender=scene.verifier)
    scene.request_task()
    scene.cancelled = registry.requestCounter()
    registry.cancelRequest(scene.cancelled, sender=scene.requester)
    # a change that the router did not take
    task = scene.own_task()
    with behaving(scene.router, "reverts"):
        pool.cancelTask(task, sender=scene.pool_owner)
    # a pool to open, and owners to come
    scene.closed = scene.system.pool(scene.factory.createPool("AI Tasks", "", sender=scene.pool_owner))
    scene.factory.deactivatePool(scene.closed.address, sender=operator)
    for of, owner in ((pool, scene.pool_owner), (registry, operator), (scene.factory, operator)):
        of.transferOwnership(scene.heir, sender=owner)


def _arguments(scene, name: str, signature: str, me: str) -> tuple[tuple, int]:
    closed = scene.closed.address
    own = {
        "activatePool(address)": (closed,),
        "activatePools(address[])": ([closed],),
        "addVerifier(address)": (scene.heir,),
        "deliverOutcome(uint256)": (scene.undelivered,),
        "reactivatePool(address)": (closed,),
        "releaseExpired(uint256[])": ([scene.lapsed, scene.expired],),
        "releaseExpiredTasks(address,uint256[])": (scene.pool.address, [scene.lapsed, scene.expired]),
        "releaseExpiredTasks(uint256[])": ([scene.lapsed, scene.expired],),
        "setZKPVerifier(address)": (scene.verifier,),
        "settleUnverified(uint256[])": ([scene.silent],),
        "submitResult(uint256,string)": (scene.cancelled, "a result"),
        "transferOwnership(address)": (scene.verifier,),
    }
    arguments, value = scene.calls(me)[name][signature]
    return own.get(signature, arguments), value


@pytest.mark.parametrize(("name", "signature", "role"), pool_cases())
def test_pools(scene, name, signature, role):
    right = getattr(scene, role)
    arguments, value = _arguments(scene, name, signature, right)
    to, data = scene.contract(name).address, calldata(signature, *arguments)
    wrong = scene.requester if role == "stranger" else scene.stranger
    same_in_both_ways(scene.ways, right, wrong, to, data, value)


@pytest.mark.parametrize("is_valid", [True, False])
def test_verdict_on_an_owners_own_task(scene, is_valid):
    data = calldata("verifyAndPay(uint256,bool)", scene.judged, is_valid)
    same_in_both_ways(scene.ways, scene.pool_owner, scene.verifier, scene.pool.address, data, 0)


@pytest.mark.parametrize("signature", ["setPoolCategory(address,string)", "setPoolMetadata(address,string)"])
def test_the_factorys_owner_instead_of_the_pools(scene, signature):
    data = calldata(signature, scene.pool.address, "theirs")
    same_in_both_ways(scene.ways, scene.operator, scene.stranger, scene.factory.address, data, 0)


def test_a_second_claim_is_refused(scene):
    """One claim an account, whoever signs: the key of an account with a claim may claim for another account."""
    data = calldata("claimTask(address,uint256)", scene.pool.address, scene.available)
    same_in_both_ways(scene.ways, scene.worker, scene.idle_worker, scene.router.address, data, 0, may=False)


def test_a_role_of_each_kind_is_lost_on_others(scene):
    """What the tests above take for granted: the stranger has none of the rights, though the right key signs."""
    pool = scene.pool.address
    data = calldata("transferOwnership(address)", scene.stranger)
    refused = scene.ways.through(scene.stranger, scene.pool_owner, pool, data, 0)
    assert (refused.succeeded, refused.output) == (False, error_data("Unauthorized()"))
    data = calldata("withdrawCredit(address)", scene.stranger)
    refused = scene.ways.through(scene.stranger, scene.other_worker, pool, data, 0)
    assert (refused.succeeded, refused.output) == (False, error_data("InsufficientFunds()"))


# ---------------------------------------------------------------- manager


@pytest.fixture(scope="module")
def tasks(deployed):
    with boa.env.anchor():
        tasks = scheduled(deployed)
        tasks.executor = funded("executor")
        tasks.treasury = deployed.manager.TREASURY()
        # the treasury's share of a task before
        soon = tasks.schedule(block() + 2, surplus=0)
        roll_to(block() + 2)
        deployed.manager.executeTasksById([soon], tasks.executor, sender=tasks.executor)
        assert deployed.manager.creditOf(tasks.treasury)
        deployed.manager.addTaskCanceller(tasks.waiting, tasks.executor, sender=tasks.owner)
        deployed.manager.addEnvironmentCanceller(tasks.waiting, tasks.executor, sender=tasks.owner)
        environment = boa.util.abi.Address(tasks.waiting[-20:])
        boa.env.set_balance(environment, ETHER)
        tasks.token = mock("scheduler/Token", encode(["bool"], [True]), False)
        tasks.token.mint(environment, 5)
        tasks.ways = Ways(
            [tasks.owner, tasks.stranger, tasks.executor, tasks.treasury], [deployed.manager.address, environment]
        )
        yield tasks


@pytest.mark.parametrize("signature", [s for s in functions("TaskManager") if s not in NOT_BY_ACCOUNTS])
def test_manager(tasks, signature):
    role = MANAGER_RIGHTS.get(signature, "owner")
    right = getattr(tasks, role)
    arguments, value = tasks.calls(right)[signature]
    if "Canceller" in signature:
        arguments = (tasks.waiting, tasks.executor)
    if signature.startswith("sweepEnvironmentToken"):
        arguments = (tasks.waiting, tasks.token.address, right)
    to, data = tasks.manager.address, calldata(signature, *arguments)
    same_in_both_ways(tasks.ways, right, tasks.stranger, to, data, value)


def test_canceller(tasks):
    data = calldata("cancelTask(bytes32)", tasks.waiting)
    same_in_both_ways(tasks.ways, tasks.executor, tasks.stranger, tasks.manager.address, data, 0)


def test_environment_reschedules_whoever_executes(tasks):
    """`rescheduleTask` knows the environment by the call, not by the account that signed."""
    arguments, value = tasks.calls(tasks.owner)["rescheduleTask(uint64,uint256)"]
    data = calldata("rescheduleTask(uint64,uint256)", *arguments)
    same_in_both_ways(tasks.ways, tasks.owner, tasks.executor, tasks.manager.address, data, value, may=False)


# ---------------------------------------------------------------- deployment


@pytest.mark.parametrize("name", ["ModelRegistry", "TaskPoolFactory"])
def test_deployed_by_an_account(system, name):
    """The account is the first owner, not its key."""
    key, account = funded("key"), mock("SmartAccount")
    arguments = () if name == "ModelRegistry" else (system.implementation.address,)
    code = deployer(name).compiler_data.bytecode + encode(["address"] * len(arguments), arguments)
    made = deployer(name).at(account.create(code, sender=key))
    assert made.owner() == account.address
    set_one = {"ModelRegistry": "setTaskRouter(address)", "TaskPoolFactory": "setModelRegistry(address)"}[name]
    link = {"ModelRegistry": system.router.address, "TaskPoolFactory": system.registry.address}[name]
    refused = boa.env.execute_code(made.address, sender=key, data=calldata(set_one, link))
    assert (refused.is_error, refused.output) == (True, error_data("Unauthorized()"))
    call = calldata("execute(address,uint256,bytes)", made.address, 0, calldata(set_one, link))
    boa.env.raw_call(account.address, data=call, sender=key)
    assert (made.taskRouter() if name == "ModelRegistry" else made.modelRegistry()) == link
    assert balance(account) == 0
