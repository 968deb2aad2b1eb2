"""Everything that a stranger can call, and what becomes of it."""

import boa
import pytest

from tests.helpers.chain import DAY, ETHER, balance, error_data, now, reverts, wait
from tests.helpers.hostile import POOL_CONTRACTS, calldata, functions, mock
from tests.hostile.conftest import REWARD

# A stranger is refused, with this error.
CLOSED = {
    "TaskPool": {
        "acceptOwnership()": "Unauthorized()",
        "addAITasks(uint256[],uint256[],string[],string[],uint256[])": "Unauthorized()",
        "addRegistryTask(uint256,uint256)": "Unauthorized()",
        "batchVerifyAndPay(uint256[],bool[])": "Unauthorized()",
        "cancelTask(uint256)": "Unauthorized()",
        "claimTaskForUser(address)": "Unauthorized()",
        "claimTaskForUser(address,uint256)": "Unauthorized()",
        "emergencyWithdraw()": "Unauthorized()",
        "initialize(address,address,address)": "AlreadyInitialized()",
        "releaseMyClaim(uint256)": "NotAssigned()",
        "setActive(bool)": "Unauthorized()",
        "setApproval(bool)": "Unauthorized()",
        "setTaskTerms(uint256,uint256,uint256,bool)": "Unauthorized()",
        "setZKPVerifier(address)": "Unauthorized()",
        "submitTaskForUser(address,uint256,bytes,uint256,uint256,string)": "Unauthorized()",
        "transferOwnership(address)": "Unauthorized()",
        "verifyAndPay(uint256,bool)": "Unauthorized()",
        "withdrawCredit(address)": "InsufficientFunds()",
    },
    "ModelRegistry": {
        "acceptOwnership()": "Unauthorized()",
        "addVerifier(address)": "Unauthorized()",
        "approvePool(address)": "Unauthorized()",
        "cancelRequest(uint256)": "Unauthorized()",
        "creditRefund(uint256)": "Unauthorized()",
        "registerModel(string,string,string,uint8,uint256)": "Unauthorized()",
        "removeVerifier(address)": "Unauthorized()",
        "rescueSurplus(address)": "Unauthorized()",
        "revokePool(address)": "Unauthorized()",
        "setModelActive(string,bool)": "Unauthorized()",
        "setProtocolFeeBps(uint256)": "Unauthorized()",
        "setRequestLifetime(uint256)": "Unauthorized()",
        "setTaskRouter(address)": "Unauthorized()",
        "submitResult(uint256,string)": "Unauthorized()",
        "transferOwnership(address)": "Unauthorized()",
        "updateInferenceResult(uint256,string)": "Unauthorized()",
        "updateModel(string,string,string,uint256)": "Unauthorized()",
        "updatePoolListing(bool,bool)": "Unauthorized()",
        "withdrawRefund()": "InsufficientFunds()",
        "withdrawRefundTo(address)": "InsufficientFunds()",
        "withdrawTokens()": "Unauthorized()",
    },
    "TaskRouter": {
        "assignSlot()": "Unauthorized()",
        "poolChanged(uint256,uint256,uint256)": "Unauthorized()",
        "submitTask(address,uint256,bytes,uint256,uint256,string)": "NotAssigned()",
    },
    "TaskPoolFactory": {
        "acceptOwnership()": "Unauthorized()",
        "activatePool(address)": "Unauthorized()",
        "activatePools(address[])": "Unauthorized()",
        "createPoolFor(address,string,string)": "Unauthorized()",
        "deactivatePool(address)": "Unauthorized()",
        "deactivatePools(address[])": "Unauthorized()",
        "reactivatePool(address)": "Unauthorized()",
        "setModelRegistry(address)": "Unauthorized()",
        "setPoolCategory(address,string)": "Unauthorized()",
        "setPoolMetadata(address,string)": "Unauthorized()",
        "transferOwnership(address)": "Unauthorized()",
    },
    "TaskPoolViewer": {},
    "TaskLens": {},
}

# Open to anyone, as the spec says; refused only where there is nothing to do, with this error.
OPEN = {
    "TaskPool": {
        "deliverOutcome(uint256)": "InvalidInput()",
        "releaseExpired(uint256[])": None,
        "releaseExpiredTasks(uint256[])": None,
        "settleUnverified(uint256[])": None,
        "sync()": None,
    },
    "ModelRegistry": {
        "requestInference(string,string)": None,
        "requestInferenceWithMax(string,string,uint256)": None,
    },
    "TaskRouter": {
        "claimBestTask()": None,
        "claimTask(address,uint256)": None,
        "claimTaskFromPool(address)": None,
        "releaseAllExpiredTasks(address[],uint256)": None,
        "releaseExpiredTasks(address,uint256[])": None,
    },
    "TaskPoolFactory": {
        "createPool(string,string)": None,
        "createPoolDeterministic(string,string,bytes32)": None,
        "createPools(string[],string[])": None,
    },
    "TaskPoolViewer": {},
    "TaskLens": {},
}


def attempt(scene, name, signature, caller, at=None):
    arguments, value = scene.calls(caller)[name][signature]
    to = at or scene.contract(name).address
    return boa.env.execute_code(to, sender=caller, value=value, data=calldata(signature, *arguments))


def every(table):
    return [pytest.param(name, signature, id=f"{name}.{signature}") for name in table for signature in table[name]]


@pytest.mark.parametrize("name", POOL_CONTRACTS)
def test_every_function_is_classified(scene, name):
    assert sorted([*CLOSED[name], *OPEN[name]]) == sorted(functions(name))
    assert sorted(scene.calls(scene.stranger)[name]) == sorted(functions(name))


@pytest.mark.parametrize(("name", "signature"), every(CLOSED))
def test_reverts_stranger(scene, name, signature):
    computation = attempt(scene, name, signature, scene.stranger)
    assert computation.is_error
    assert computation.output == error_data(CLOSED[name][signature]), computation.output.hex()


@pytest.mark.parametrize(("name", "signature"), every(CLOSED))
def test_reverts_stranger_that_is_a_contract(scene, name, signature):
    caller = mock("CloneMaker", wei=2 * ETHER).address
    computation = attempt(scene, name, signature, caller)
    assert computation.is_error
    assert computation.output == error_data(CLOSED[name][signature]), computation.output.hex()


@pytest.mark.parametrize(("name", "signature"), every(OPEN))
def test_open_to_a_stranger_at_nobodys_expense(scene, name, signature):
    others = [scene.pool_owner, scene.requester, scene.worker, scene.other_worker, scene.verifier, scene.operator]
    money = [balance(account) for account in others]
    reserved, owed = scene.pool.reservedBalance(), scene.registry.reservedBalance()
    mine = balance(scene.stranger)

    computation = attempt(scene, name, signature, scene.stranger)

    refusal = OPEN[name][signature]
    assert computation.is_error == (refusal is not None)
    assert computation.is_success or computation.output == error_data(refusal)
    assert [balance(account) for account in others] == money
    assert scene.pool.reservedBalance() >= reserved
    assert scene.registry.reservedBalance() >= owed
    assert balance(scene.pool) >= scene.pool.reservedBalance()
    assert balance(scene.registry) >= scene.registry.reservedBalance()
    assert balance(scene.stranger) <= mine


@pytest.mark.parametrize("signature", CLOSED["TaskPool"])
def test_implementation_cannot_be_taken(scene, signature):
    """Neither its tasks nor its ownership: it has none, and can never be initialised."""
    implementation = scene.system.implementation
    assert implementation.owner() == boa.eval("empty(address)")
    computation = attempt(scene, "TaskPool", signature, scene.stranger, at=implementation.address)
    unknown = {"batchVerifyAndPay", "cancelTask", "releaseMyClaim", "verifyAndPay"}
    expected = "TaskNotFound()" if signature.split("(")[0] in unknown else CLOSED["TaskPool"][signature]
    if signature == "setActive(bool)":
        expected = ""  # asks the router for the factory, and there is no router
    assert computation.is_error
    assert computation.output == (error_data(expected) if expected else b""), computation.output.hex()


# ---------------------------------------------------------------- clones that the factory did not make


@pytest.fixture
def maker(scene):
    return mock("CloneMaker", wei=10 * ETHER)


def test_reverts_initialize_of_a_foreign_clone(scene, maker):
    clone = maker.make(scene.system.implementation.address)
    initialize = calldata("initialize(address,address,address)", maker.address, maker.address, scene.registry.address)
    with reverts("Unauthorized()"):
        maker.act(clone, initialize)
    assert scene.system.pool(clone).owner() != maker.address


def test_reverts_initialize_of_a_foreign_clone_with_a_foreign_registry_of_our_router(scene, maker):
    clone = maker.make(scene.system.implementation.address)
    maker.play(scene.router.address, maker.address)
    initialize = calldata("initialize(address,address,address)", maker.address, maker.address, maker.address)
    with reverts("Unauthorized()"):
        maker.act(clone, initialize)


@pytest.fixture
def foreign_pool(scene, maker):
    """A clone that the stranger could initialise, with a registry, router and factory of his own."""
    clone = maker.make(scene.system.implementation.address)
    maker.act(clone, calldata("initialize(address,address,address)", maker.address, maker.address, maker.address))
    return scene.system.pool(clone)


def test_foreign_pool_is_unknown(scene, foreign_pool):
    operator, stranger = scene.operator, scene.stranger
    pool = foreign_pool.address
    assert not scene.factory.isRegisteredPool(pool)
    assert not scene.registry.isApprovedPool(pool)
    with reverts("InvalidInput()"):
        scene.registry.approvePool(pool, sender=operator)
    with reverts("PoolNotFound()"):
        scene.router.claimTaskFromPool(pool, sender=stranger)
    with reverts("PoolNotFound()"):
        scene.router.claimTask(pool, 1, sender=stranger)
    with reverts("PoolNotFound()"):
        scene.router.releaseExpiredTasks(pool, [1], sender=stranger)
    with reverts("PoolNotFound()"):
        scene.router.releaseAllExpiredTasks([scene.pool.address, pool], 1, sender=stranger)
    with reverts("PoolNotFound()"):
        scene.factory.deactivatePool(pool, sender=operator)
    with reverts("NotAssigned()"):
        scene.router.submitTask(pool, 1, b"", 0, 0, "", sender=stranger)


CALLBACKS = {
    "ModelRegistry": ["updateInferenceResult(uint256,string)", "creditRefund(uint256)", "updatePoolListing(bool,bool)"],
    "TaskRouter": ["assignSlot()", "poolChanged(uint256,uint256,uint256)"],
}


@pytest.mark.parametrize(("name", "signature"), every(CALLBACKS))
def test_reverts_callback_of_a_foreign_pool(scene, foreign_pool, name, signature):
    boa.env.set_balance(foreign_pool.address, ETHER)
    computation = attempt(scene, name, signature, foreign_pool.address)
    assert computation.is_error
    assert computation.output == error_data("Unauthorized()")


@pytest.mark.parametrize("signature", ["updateInferenceResult(uint256,string)", "creditRefund(uint256)"])
def test_reverts_outcome_from_another_pool_of_the_factory(scene, signature):
    """Approved or not: only the pool that holds the request's task can end it."""
    scene.registry.approvePool(scene.unapproved.address)
    boa.env.set_balance(scene.unapproved.address, ETHER)
    computation = attempt(scene, "ModelRegistry", signature, scene.unapproved.address)
    assert computation.is_error
    assert computation.output == error_data("Unauthorized()")


def test_reverts_report_for_the_slot_of_another_pool(scene):
    best = scene.router.getBestAvailableTask()
    with reverts("Unauthorized()"):
        scene.router.poolChanged(1, 0, 0, sender=scene.unapproved.address)
    assert scene.router.getBestAvailableTask() == best


def test_pool_without_slot_reports_its_counters_only(scene):
    """What an unapproved pool may do: its counters go into the totals, no key into the ranking."""
    best = scene.router.getBestAvailableTask()
    available = scene.router.getGlobalStats()[2]
    scene.router.poolChanged(0, 1, 1 << 255, sender=scene.unapproved.address)
    assert scene.router.getGlobalStats()[2] == available + 1
    assert scene.router.getBestAvailableTask() == best


def test_ranked_pool_tells_the_best_task(scene):
    """`rankedPool`, of the pool whose slot it is; zeros for a slot of somebody else's."""
    word = scene.pool.taskWords(scene.available)[0]
    assert scene.router.rankedPool(scene.pool.address, 1) == (REWARD, (word >> 88) & (2**40 - 1), scene.available)
    assert scene.router.rankedPool(scene.unapproved.address, 1) == (0, 0, 0)


def test_foreign_pool_pays_with_its_own_money_only(scene, maker, foreign_pool):
    """The stranger is registry, router and verifier of his clone, and uses the ids of requests of ours."""
    held = balance(scene.pool), balance(scene.registry), balance(scene.pool_owner)
    before = balance(maker)
    maker.act(
        foreign_pool.address,
        calldata("addRegistryTask(uint256,uint256)", scene.request, now() + DAY),
        value=ETHER,
        sender=scene.stranger,
    )
    foreign_pool.claimTaskForUser(maker.address, 1, sender=maker.address)
    foreign_pool.submitTaskForUser(maker.address, 1, b"", 0, 0, "", sender=maker.address)
    wait(DAY + 1)
    foreign_pool.settleUnverified([1])
    assert balance(foreign_pool) == 0
    assert balance(maker) == before + ETHER
    assert (balance(scene.pool), balance(scene.registry), balance(scene.pool_owner)) == held
    assert not scene.registry.getInferenceRequest(scene.request)[7]
