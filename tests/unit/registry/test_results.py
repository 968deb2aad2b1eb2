"""ModelRegistry.updateInferenceResult and submitResult: each request gets one result"""

import pytest

from tests.helpers.chain import balance, reverts
from tests.helpers.flow import IMAGE_PRICE, accept, claim, new_pool, request, submit, work
from tests.helpers.logs import logged, logs
from tests.helpers.texts import text

MODEL = "image-v1"


@pytest.fixture
def asked(system, approved_pool, requester):
    return request(system, requester)


@pytest.fixture
def refunded(registry, asked, requester):
    """A request whose task ended in a refund."""
    registry.cancelRequest(1, sender=requester)


def result_of(registry, request_id=1):
    """Both shapes must say the same."""
    request_ = registry.getInferenceRequest(request_id)
    assert registry.inferenceRequests(request_id)[6:] == (request_.resultData, request_.hasResult)
    return request_.resultData, request_.hasResult


# ---------------------------------------------------------------- updateInferenceResult


def test_accepted_result_reaches_the_registry(system, registry, approved_pool, asked, worker, verifier):
    work(system, approved_pool, 1, worker, result="the result")
    assert result_of(registry) == ("", False)
    before = balance(worker)
    accept(approved_pool, 1, verifier)
    assert logged(approved_pool, "InferenceCompleted") == [{"requestId": 1, "resultData": "the result"}]
    assert result_of(registry) == ("the result", True)
    assert balance(worker) == before + IMAGE_PRICE
    assert balance(approved_pool) == balance(registry) == 0


@pytest.mark.parametrize("length", [0, 1, 32, 4_095, 4_096])
def test_result_of_a_worker_at_its_bounds(system, registry, approved_pool, asked, worker, verifier, length):
    work(system, approved_pool, 1, worker, result=text(length))
    accept(approved_pool, 1, verifier)
    assert result_of(registry) == (text(length), True)


def test_rejected_result_does_not(system, registry, approved_pool, asked, worker, verifier):
    work(system, approved_pool, 1, worker)
    approved_pool.verifyAndPay(1, False, sender=verifier)
    assert logged(approved_pool, "InferenceCompleted") == []
    assert result_of(registry) == ("", False)


def test_update_inference_result_reverts_caller_is_not_the_pool_of_the_task(
    system, registry, approved_pool, asked, pool_owner, operator, verifier
):
    other_pool = new_pool(system, pool_owner, approved=True)
    for caller in (other_pool.address, system.router.address, pool_owner, operator, verifier):
        with reverts("Unauthorized()"):
            registry.updateInferenceResult(1, "forged", sender=caller)
    assert result_of(registry) == ("", False)


def test_update_inference_result_reverts_unknown_request(registry, approved_pool, asked):
    for unknown in (0, 2, 2**256 - 1):
        with reverts("RequestNotFound()"):
            registry.updateInferenceResult(unknown, "", sender=approved_pool.address)


def test_update_inference_result_reverts_a_second_outcome(system, registry, approved_pool, refunded, requester):
    with reverts("ResultAlreadySubmitted()"):
        registry.updateInferenceResult(1, "late", sender=approved_pool.address)
    request(system, requester)
    registry.updateInferenceResult(2, "", sender=approved_pool.address)
    with reverts("ResultAlreadySubmitted()"):
        registry.updateInferenceResult(2, "again", sender=approved_pool.address)


def test_label_of_an_owners_own_task_never_reaches_the_registry(
    system, registry, approved_pool, asked, pool_owner, worker
):
    """The owner labels his task with the id of somebody's request."""
    approved_pool.addAITasks([1], [1], [MODEL], ["x"], [2_000_000_000], value=1, sender=pool_owner)
    work(system, approved_pool, 2, worker, result="forged")
    approved_pool.verifyAndPay(2, True, sender=pool_owner)
    assert logged(approved_pool, "InferenceCompleted") == []
    assert result_of(registry) == ("", False)


# ---------------------------------------------------------------- submitResult


def test_submit_result_default_behavior(registry, approved_pool, refunded, requester, verifier):
    before = balance(verifier), balance(requester), balance(registry)
    registry.submitResult(1, "the result", sender=verifier)

    assert result_of(registry) == ("the result", True)
    request_ = registry.getInferenceRequest(1)
    assert (request_.user, request_.modelId, request_.totalCost) == (requester, MODEL, IMAGE_PRICE)
    assert (balance(verifier), balance(requester), balance(registry)) == before
    assert registry.refundOf(requester) == registry.reservedBalance() == IMAGE_PRICE


def test_submit_result_emits_result_submitted(registry, refunded, verifier):
    registry.submitResult(1, text(100), sender=verifier)
    assert [(log.name, log.fields) for log in logs(registry)] == [
        ("ResultSubmitted", {"requestId": 1, "resultData": text(100)})
    ]


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 4_095, 4_096])
def test_submit_result_within_bounds(registry, refunded, verifier, length):
    registry.submitResult(1, text(length), sender=verifier)
    assert result_of(registry) == (text(length), True)


@pytest.mark.parametrize("length", [4_097, 4_128])
def test_submit_result_reverts_over_bound(registry, refunded, verifier, length):
    with reverts("InvalidInput()"):
        registry.submitResult(1, text(length), sender=verifier)
    assert result_of(registry) == ("", False)


def test_submit_result_reverts_wider_than_its_type(registry, refunded, verifier):
    with reverts(""):
        registry.submitResult(1, text(4_129), sender=verifier)


def test_texts_of_requests_after_it_stay_apart(system, registry, approved_pool, refunded, requester, verifier):
    """Results and requests are kept in blobs that are counted together."""
    registry.submitResult(1, "first", sender=verifier)
    request(system, requester, prompt="second prompt")
    registry.registerModel("another", "", "", 0, 1)
    request(system, requester, prompt="third prompt", model="another")
    registry.cancelRequest(2, sender=requester)
    registry.submitResult(2, "second", sender=verifier)
    assert [result_of(registry, request_id) for request_id in (1, 2, 3)] == [
        ("first", True),
        ("second", True),
        ("", False),
    ]
    assert registry.requestText(2) == (MODEL, "second prompt")
    assert registry.requestText(3) == ("another", "third prompt")


def test_submit_result_reverts_caller_is_not_a_verifier(
    registry, approved_pool, refunded, operator, pool_owner, requester
):
    for caller in (operator, pool_owner, requester, approved_pool.address):
        with reverts("Unauthorized()"):
            registry.submitResult(1, "forged", sender=caller)
    assert result_of(registry) == ("", False)


def test_submit_result_reverts_a_removed_verifier(registry, refunded, verifier):
    registry.removeVerifier(verifier)
    with reverts("Unauthorized()"):
        registry.submitResult(1, "the result", sender=verifier)


def test_submit_result_reverts_unknown_request(registry, refunded, verifier):
    for unknown in (0, 2, 2**256 - 1):
        with reverts("RequestNotFound()"):
            registry.submitResult(unknown, "the result", sender=verifier)


def test_submit_result_reverts_while_the_task_can_bring_one(system, registry, approved_pool, asked, worker, verifier):
    with reverts("RequestOpen()"):
        registry.submitResult(1, "early", sender=verifier)
    claim(system, approved_pool, 1, worker)
    with reverts("RequestOpen()"):
        registry.submitResult(1, "early", sender=verifier)
    submit(system, approved_pool, 1, worker)
    with reverts("RequestOpen()"):
        registry.submitResult(1, "early", sender=verifier)
    assert result_of(registry) == ("", False)


def test_submit_result_reverts_after_the_pools_result(system, registry, approved_pool, asked, worker, verifier):
    work(system, approved_pool, 1, worker, result="the result")
    accept(approved_pool, 1, verifier)
    with reverts("ResultAlreadySubmitted()"):
        registry.submitResult(1, "another", sender=verifier)
    assert result_of(registry) == ("the result", True)


def test_submit_result_reverts_a_second_result(registry, refunded, verifier):
    registry.submitResult(1, "the result", sender=verifier)
    with reverts("ResultAlreadySubmitted()"):
        registry.submitResult(1, "another", sender=verifier)
    assert result_of(registry) == ("the result", True)
