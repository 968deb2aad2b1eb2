"""The registry's getters of requests: flat, nested, unknown ids"""

import pytest

from tests.helpers.chain import now, reverts, wait
from tests.helpers.flow import new_pool, request
from tests.helpers.texts import text

NOBODY = "0x" + "00" * 20


def test_flat_and_nested_say_the_same(system, registry, approved_pool, requester, stranger):
    wait(1_000)
    request(system, requester, prompt="Hello, world", model="llm-chat-v1")
    asked = now()
    wait(5)
    request(system, stranger, prompt=text(4_096), model="llm-chat-v1")
    expected = (requester, "llm-chat-v1", "Hello, world", 3, 3 * 10**12, asked, "", False)
    assert registry.inferenceRequests(1) == expected
    nested = registry.getInferenceRequest(1)
    assert (
        nested.user,
        nested.modelId,
        nested.prompt,
        nested.tokenCount,
        nested.totalCost,
        nested.timestamp,
        nested.resultData,
        nested.hasResult,
    ) == expected
    assert registry.inferenceRequests(2) == (
        stranger,
        "llm-chat-v1",
        text(4_096),
        1_024,
        1_024 * 10**12,
        asked + 5,
        "",
        False,
    )


def test_what_was_paid_stays_when_the_model_changes(system, registry, approved_pool, requester):
    request(system, requester, prompt="Hello, world", model="llm-chat-v1")
    before = registry.inferenceRequests(1)
    registry.updateModel("llm-chat-v1", "Other", "", 99)
    registry.setModelActive("llm-chat-v1", False)
    assert registry.inferenceRequests(1) == before


def test_request_task_in_each_pool(system, registry, pool_owner, requester):
    pools = [new_pool(system, pool_owner, approved=True) for _ in range(2)]
    requests = [request(system, requester) for _ in range(4)]
    for request_id, task_id in requests:
        pool, found = registry.requestTask(request_id)
        assert found == task_id
        assert system.pool(pool).getAITaskData(task_id)[0] == request_id
    assert {registry.requestTask(request_id)[0] for request_id, _ in requests} == {pool.address for pool in pools}


@pytest.mark.parametrize("request_id", [0, 2, 2**256 - 1])
def test_unknown_request(system, registry, approved_pool, requester, request_id):
    request(system, requester)
    assert registry.requestTask(request_id) == (NOBODY, 0)
    assert registry.inferenceRequests(request_id) == (NOBODY, "", "", 0, 0, 0, "", False)
    with reverts("RequestNotFound()"):
        registry.getInferenceRequest(request_id)
    with reverts("RequestNotFound()"):
        registry.requestText(request_id)


@pytest.mark.parametrize("blobs", [127, 255])
def test_texts_where_the_encoding_of_a_nonce_changes(system, registry, approved_pool, requester, blobs):
    """
    Texts are found by the nonce of their blob, which models use up too: one byte up to 127, with its length up to 255,
    then two.
    """
    for _ in range(blobs - 4):  # the fixture made two
        registry.updateModel("image-v1", "", "", 1)
    for number in range(1, 6):
        registry.requestInference("image-v1", f"prompt {number}", value=1, sender=requester)
    for number in range(1, 6):
        assert registry.requestText(number) == ("image-v1", f"prompt {number}")
        assert registry.getInferenceRequest(number).user == requester
    assert registry.getModel("llm-chat-v1").name == "Chat"
