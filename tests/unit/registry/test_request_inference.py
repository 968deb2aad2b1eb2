"""ModelRegistry.requestInference and requestInferenceWithMax"""

import boa
import pytest

from tests.helpers.chain import DAY, ETHER, balance, now, reverts, wait
from tests.helpers.flow import REFUSES, new_account
from tests.helpers.logs import hashed, logged, logs
from tests.helpers.texts import text

CHAT_PRICE = 10**12  # of the fixture `registry`
IMAGE_PRICE = 5 * 10**15
MAX_COST = 2**96 - 1


def nothing_happened(registry, pool, requester, before):
    assert registry.requestCounter() == 0
    assert registry.requestTask(1) == ("0x" + "00" * 20, 0)
    assert pool.taskCounter() == 0
    assert (balance(requester), balance(registry), balance(pool)) == (before, 0, 0)
    assert registry.reservedBalance() == registry.refundOf(requester) == 0


# ---------------------------------------------------------------- requestInference


def test_default_behavior(registry, approved_pool, requester):
    before = balance(requester)
    cost = 2 * CHAT_PRICE
    request_id = registry.requestInference("llm-chat-v1", "Hello", value=cost, sender=requester)

    assert request_id == registry.requestCounter() == 1
    assert registry.requestTask(1) == (approved_pool.address, 1)
    request = registry.getInferenceRequest(1)
    assert (request.user, request.modelId, request.prompt) == (requester, "llm-chat-v1", "Hello")
    assert (request.tokenCount, request.totalCost, request.timestamp) == (2, cost, now())
    assert (request.resultData, request.hasResult) == ("", False)
    # the task
    reward, deadline, assigned_to, exists, *_, label, model_id, prompt, result = approved_pool.tasks(1)
    assert (reward, deadline, assigned_to, exists) == (cost, now() + DAY, "0x" + "00" * 20, True)
    assert (label, model_id, prompt, result) == (1, "llm-chat-v1", "Hello", "")
    assert approved_pool.taskQueueType(1) == 1
    # the money
    assert balance(requester) == before - cost
    assert balance(approved_pool) == approved_pool.reservedBalance() == cost
    assert balance(registry) == registry.reservedBalance() == registry.getContractBalance() == 0
    assert registry.refundOf(requester) == 0


def test_emits_inference_requested(registry, approved_pool, requester):
    registry.requestInference("llm-chat-v1", "Hello", value=2 * CHAT_PRICE, sender=requester)
    assert [(log.emitter, log.name, log.fields) for log in logs(registry)] == [
        (approved_pool.address, "TasksAdded", {"taskIds": (1,)}),
        (
            registry.address,
            "InferenceRequested",
            {
                "requestId": 1,
                "user": requester,
                "modelId": hashed("llm-chat-v1"),
                "tokenCount": 2,
                "totalCost": 2 * CHAT_PRICE,
            },
        ),
    ]


def test_ids_ascend_from_one(registry, approved_pool, requester, stranger):
    for expected, user in ((1, requester), (2, stranger), (3, requester)):
        assert registry.requestInference("image-v1", f"{expected}", value=IMAGE_PRICE, sender=user) == expected
    assert registry.requestCounter() == 3
    for request_id, user in ((1, requester), (2, stranger), (3, requester)):
        assert registry.requestTask(request_id) == (approved_pool.address, request_id)
        assert registry.requestText(request_id) == ("image-v1", f"{request_id}")
        assert registry.getInferenceRequest(request_id).user == user


@pytest.mark.parametrize("surplus", [1, ETHER])
def test_returns_the_surplus(registry, approved_pool, requester, surplus):
    before = balance(requester)
    registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE + surplus, sender=requester)
    assert balance(requester) == before - IMAGE_PRICE
    assert balance(approved_pool) == IMAGE_PRICE
    assert balance(registry) == registry.reservedBalance() == registry.refundOf(requester) == 0


def test_credits_a_surplus_that_the_requester_refuses(registry, approved_pool):
    contract = new_account("contract")
    boa.env.set_code(contract, REFUSES)
    registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE + 77, sender=contract)

    assert logged(registry, "PaymentCredited") == [{"account": contract, "amount": 77}]
    assert registry.requestTask(1) == (approved_pool.address, 1)
    assert registry.refundOf(contract) == registry.reservedBalance() == balance(registry) == 77
    assert balance(approved_pool) == IMAGE_PRICE


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 255, 256, 257, 4_095, 4_096])
@pytest.mark.parametrize("model_id", ["llm-chat-v1", "image-v1"])
def test_prompt_within_bounds(registry, approved_pool, requester, model_id, length):
    tokens, cost = registry.calculateInferenceCost(model_id, text(length))
    registry.requestInference(model_id, text(length), value=ETHER, sender=requester)
    request = registry.getInferenceRequest(1)
    assert (request.modelId, request.prompt, request.tokenCount, request.totalCost) == (
        model_id,
        text(length),
        tokens,
        cost,
    )
    assert registry.requestText(1) == (model_id, text(length))
    assert approved_pool.getAITaskData(1) == (1, model_id, text(length), "", False)


@pytest.mark.parametrize("length", [4_097, 4_128])
def test_reverts_prompt_over_bound(registry, approved_pool, requester, length):
    before = balance(requester)
    with reverts("InvalidInput()"):
        registry.requestInference("image-v1", text(length), value=ETHER, sender=requester)
    nothing_happened(registry, approved_pool, requester, before)


def test_reverts_prompt_wider_than_its_type(registry, approved_pool, requester):
    with reverts(""):
        registry.requestInference("image-v1", text(4_129), value=ETHER, sender=requester)


@pytest.mark.parametrize("length", [1, 64])
def test_model_id_at_its_bounds(registry, approved_pool, requester, length):
    registry.registerModel(text(length), "", "", 0, 1)
    registry.requestInference(text(length), "a cat", value=1, sender=requester)
    assert registry.requestText(1) == (text(length), "a cat")


def test_reverts_unknown_model(registry, approved_pool, requester):
    before = balance(requester)
    for unknown in ("", "image-v2", text(65)):
        with reverts("ModelNotFound()"):
            registry.requestInference(unknown, "a cat", value=ETHER, sender=requester)
    nothing_happened(registry, approved_pool, requester, before)


def test_reverts_model_inactive(registry, approved_pool, requester):
    before = balance(requester)
    registry.setModelActive("image-v1", False)
    with reverts("ModelInactive()"):
        registry.requestInference("image-v1", "a cat", value=ETHER, sender=requester)
    nothing_happened(registry, approved_pool, requester, before)
    registry.setModelActive("image-v1", True)
    assert registry.requestInference("image-v1", "a cat", value=ETHER, sender=requester) == 1


@pytest.mark.parametrize("value", [0, IMAGE_PRICE - 1])
def test_reverts_insufficient_payment(registry, approved_pool, requester, value):
    before = balance(requester)
    with reverts("InsufficientPayment()"):
        registry.requestInference("image-v1", "a cat", value=value, sender=requester)
    nothing_happened(registry, approved_pool, requester, before)


def test_reverts_without_an_approved_pool(registry, pool, requester):
    before = balance(requester)
    with reverts("NoPoolAvailable()"):
        registry.requestInference("image-v1", "a cat", value=ETHER, sender=requester)
    nothing_happened(registry, pool, requester, before)


def test_reverts_while_the_approved_pool_is_inactive(system, registry, approved_pool, requester):
    system.factory.deactivatePool(approved_pool.address)
    before = balance(requester)
    with reverts("NoPoolAvailable()"):
        registry.requestInference("image-v1", "a cat", value=ETHER, sender=requester)
    nothing_happened(registry, approved_pool, requester, before)
    system.factory.activatePool(approved_pool.address)
    assert registry.requestInference("image-v1", "a cat", value=ETHER, sender=requester) == 1


def test_reverts_once_the_pool_is_revoked(registry, approved_pool, requester):
    registry.revokePool(approved_pool.address)
    before = balance(requester)
    with reverts("NoPoolAvailable()"):
        registry.requestInference("image-v1", "a cat", value=ETHER, sender=requester)
    nothing_happened(registry, approved_pool, requester, before)


def test_cost_at_its_bound(registry, approved_pool, requester):
    """A reward has 96 bits."""
    registry.registerModel("dear", "", "", 0, MAX_COST)
    boa.env.set_balance(requester, MAX_COST)
    registry.requestInference("dear", "", value=MAX_COST, sender=requester)
    assert registry.getInferenceRequest(1).totalCost == MAX_COST
    assert approved_pool.tasks(1)[0] == balance(approved_pool) == MAX_COST


def test_reverts_cost_over_bound(registry, approved_pool, requester):
    registry.registerModel("dear", "", "", 1, 2**95)
    boa.env.set_balance(requester, 2**96)
    with reverts("InvalidInput()"):
        registry.requestInference("dear", text(8), value=2**96, sender=requester)
    nothing_happened(registry, approved_pool, requester, 2**96)


def test_price_is_that_of_the_moment(registry, approved_pool, requester):
    registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE, sender=requester)
    registry.updateModel("image-v1", "", "", 3 * IMAGE_PRICE)
    assert registry.getInferenceRequest(1).totalCost == IMAGE_PRICE
    registry.requestInference("image-v1", "a cat", value=3 * IMAGE_PRICE, sender=requester)
    assert registry.getInferenceRequest(2).totalCost == approved_pool.tasks(2)[0] == 3 * IMAGE_PRICE


def test_expires_after_the_lifetime_of_the_moment(registry, approved_pool, requester):
    registry.setRequestLifetime(700)
    registry.requestInference("image-v1", "a cat", value=IMAGE_PRICE, sender=requester)
    expiry = now() + 700
    registry.setRequestLifetime(600)
    wait(100)
    assert approved_pool.tasks(1)[1] == expiry
    wait(600)
    approved_pool.releaseExpiredTasks([1])
    assert approved_pool.taskQueueType(1) == 1
    wait(1)
    approved_pool.releaseExpiredTasks([1])
    assert approved_pool.taskQueueType(1) == 0
    assert registry.refundOf(requester) == IMAGE_PRICE


# ---------------------------------------------------------------- requestInferenceWithMax


@pytest.mark.parametrize("above", [0, 1, 2**200])
def test_with_max_default_behavior(registry, approved_pool, requester, above):
    before = balance(requester)
    request_id = registry.requestInferenceWithMax(
        "image-v1", "a cat", IMAGE_PRICE + above, value=IMAGE_PRICE + 5, sender=requester
    )
    (event,) = logged(registry, "InferenceRequested")
    assert event == {
        "requestId": 1,
        "user": requester,
        "modelId": hashed("image-v1"),
        "tokenCount": 1,
        "totalCost": IMAGE_PRICE,
    }
    assert request_id == 1
    assert registry.getInferenceRequest(1).totalCost == IMAGE_PRICE
    assert registry.requestTask(1) == (approved_pool.address, 1)
    assert balance(requester) == before - IMAGE_PRICE
    assert balance(approved_pool) == IMAGE_PRICE
    assert balance(registry) == 0


def test_with_max_reverts_cost_above_max(registry, approved_pool, requester):
    before = balance(requester)
    with reverts("CostAboveMax()"):
        registry.requestInferenceWithMax("image-v1", "a cat", IMAGE_PRICE - 1, value=ETHER, sender=requester)
    nothing_happened(registry, approved_pool, requester, before)


def test_with_max_reverts_a_price_raised_in_the_meantime(registry, approved_pool, requester):
    cost = registry.calculateInferenceCost("image-v1", "a cat")[1]
    registry.updateModel("image-v1", "", "", cost + 1)
    before = balance(requester)
    with reverts("CostAboveMax()"):
        registry.requestInferenceWithMax("image-v1", "a cat", cost, value=ETHER, sender=requester)
    nothing_happened(registry, approved_pool, requester, before)


def test_with_max_reverts_as_the_other_does(registry, pool, requester):
    def ask(model_id, prompt, value):
        registry.requestInferenceWithMax(model_id, prompt, ETHER, value=value, sender=requester)

    before = balance(requester)
    with reverts("ModelNotFound()"):
        ask("image-v2", "a cat", ETHER)
    with reverts("InvalidInput()"):
        ask("image-v1", text(4_097), ETHER)
    with reverts("InsufficientPayment()"):
        ask("image-v1", "a cat", IMAGE_PRICE - 1)
    with reverts("NoPoolAvailable()"):
        ask("image-v1", "a cat", IMAGE_PRICE)
    registry.setModelActive("image-v1", False)
    with reverts("ModelInactive()"):
        ask("image-v1", "a cat", ETHER)
    nothing_happened(registry, pool, requester, before)
