"""ModelRegistry.registerModel, updateModel, setModelActive and the getters of one model"""

import pytest

from tests.helpers.chain import now, reverts, wait
from tests.helpers.logs import hashed, logs
from tests.helpers.texts import text

MAX_PRICE = 2**96 - 1


@pytest.fixture
def registry(system):
    """The registry without models."""
    return system.registry


def model_of(registry, model_id):
    """The nested getter's members; the flat getter must say the same."""
    model = registry.getModel(model_id)
    members = (
        model.name,
        model.description,
        model.modelPricingType,
        model.isActive,
        model.createdAt,
        model.tokenPrice,
    )
    assert registry.models(model_id) == members
    return members


# ---------------------------------------------------------------- registerModel


@pytest.mark.parametrize("pricing_type", [0, 1])
def test_register_model_default_behavior(registry, operator, pricing_type):
    registry.registerModel("llm-chat-v1", "Chat", "A chat model", pricing_type, 10**12, sender=operator)

    assert model_of(registry, "llm-chat-v1") == ("Chat", "A chat model", pricing_type, True, now(), 10**12)
    assert registry.getAllModelIds() == ["llm-chat-v1"]
    assert registry.getActiveModels() == ["llm-chat-v1"]
    assert registry.getModelsByPricingType(pricing_type) == ["llm-chat-v1"]
    assert registry.getModelsByPricingType(1 - pricing_type) == []
    assert registry.modelIds(0) == "llm-chat-v1"


def test_register_model_emits_model_registered(registry):
    registry.registerModel("llm-chat-v1", "Chat", "A chat model", 1, 10**12)
    assert [(log.name, log.fields) for log in logs(registry)] == [
        ("ModelRegistered", {"modelId": hashed("llm-chat-v1"), "modelPricingType": 1, "tokenPrice": 10**12})
    ]


def test_register_model_keeps_the_others(registry):
    for i in range(3):
        registry.registerModel(f"model-{i}", f"Name {i}", text(40 * i), i % 2, 10 + i)
        wait(12)
    assert [model_of(registry, f"model-{i}") for i in range(3)] == [
        (f"Name {i}", text(40 * i), i % 2, True, now() - 12 * (3 - i), 10 + i) for i in range(3)
    ]


@pytest.mark.parametrize("length", [1, 31, 32, 33, 63, 64])
def test_model_id_within_bounds(registry, length):
    registry.registerModel(text(length), "Chat", "A chat model", 1, 1)
    assert registry.getAllModelIds() == [text(length)]
    assert registry.modelIds(0) == text(length)
    assert model_of(registry, text(length))[:2] == ("Chat", "A chat model")


@pytest.mark.parametrize("length", [0, 65, 96])
def test_register_model_reverts_model_id_out_of_bounds(registry, length):
    with reverts("InvalidInput()"):
        registry.registerModel(text(length), "Chat", "A chat model", 1, 1)
    assert registry.getAllModelIds() == []


@pytest.mark.parametrize("length", [0, 1, 32, 127, 128])
def test_name_within_bounds(registry, length):
    registry.registerModel("model", text(length), "A chat model", 1, 1)
    assert model_of(registry, "model")[:2] == (text(length), "A chat model")


@pytest.mark.parametrize("length", [129, 160])
def test_register_model_reverts_name_over_bound(registry, length):
    with reverts("InvalidInput()"):
        registry.registerModel("model", text(length), "A chat model", 1, 1)
    assert registry.getAllModelIds() == []


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 255, 256, 257, 1_023, 1_024])
def test_description_within_bounds(registry, length):
    registry.registerModel("model", "Chat", text(length), 1, 1)
    assert model_of(registry, "model")[:2] == ("Chat", text(length))


@pytest.mark.parametrize("length", [1_025, 1_056])
def test_register_model_reverts_description_over_bound(registry, length):
    with reverts("InvalidInput()"):
        registry.registerModel("model", "Chat", text(length), 1, 1)
    assert registry.getAllModelIds() == []


def test_all_texts_at_their_bounds(registry):
    registry.registerModel(text(64), text(128), text(1_024), 0, MAX_PRICE)
    assert model_of(registry, text(64)) == (text(128), text(1_024), 0, True, now(), MAX_PRICE)
    registry.registerModel("n", "", "", 0, 1)
    assert model_of(registry, "n") == ("", "", 0, True, now(), 1)


def test_register_model_reverts_texts_wider_than_their_types(registry):
    for texts in ((97, 0, 0), (1, 161, 0), (1, 0, 1_057)):
        with reverts(""):
            registry.registerModel(*map(text, texts), 0, 1)


@pytest.mark.parametrize("price", [1, 2, MAX_PRICE - 1, MAX_PRICE])
def test_price_within_bounds(registry, price):
    registry.registerModel("model", "", "", 0, price)
    assert registry.getModel("model").tokenPrice == price
    assert registry.calculateInferenceCost("model", "") == (1, price)


@pytest.mark.parametrize("price", [0, MAX_PRICE + 1, 2**256 - 1])
def test_register_model_reverts_price_out_of_bounds(registry, price):
    with reverts("InvalidInput()"):
        registry.registerModel("model", "", "", 0, price)
    assert registry.getAllModelIds() == []


@pytest.mark.parametrize("pricing_type", [2, 255])
def test_register_model_reverts_unknown_pricing_type(registry, pricing_type):
    with reverts("InvalidInput()"):
        registry.registerModel("model", "", "", pricing_type, 1)
    assert registry.getAllModelIds() == []


def test_register_model_reverts_known_id(registry):
    registry.registerModel("model", "Chat", "", 0, 1)
    for _ in range(2):
        with reverts("InvalidInput()"):
            registry.registerModel("model", "Other", "", 1, 2)
        registry.setModelActive("model", False)
    assert model_of(registry, "model") == ("Chat", "", 0, False, now(), 1)
    assert registry.getAllModelIds() == ["model"]


def test_register_model_reverts_caller_is_not_the_owner(registry, stranger):
    with reverts("Unauthorized()"):
        registry.registerModel("model", "", "", 0, 1, sender=stranger)
    assert registry.getAllModelIds() == []


# ---------------------------------------------------------------- updateModel


@pytest.fixture
def models(registry):
    registry.registerModel("first", "First", text(100), 0, 7)
    registry.registerModel("model", "Chat", "A chat model", 1, 10**12)
    registry.registerModel("last", "Last", "", 1, 9)


def test_update_model_default_behavior(registry, operator, models):
    created = now()
    others = model_of(registry, "first"), model_of(registry, "last")
    wait(1_000)
    registry.updateModel("model", "Talk", text(50), 5, sender=operator)

    assert model_of(registry, "model") == ("Talk", text(50), 1, True, created, 5)
    assert (model_of(registry, "first"), model_of(registry, "last")) == others
    assert registry.getAllModelIds() == ["first", "model", "last"]
    assert registry.calculateInferenceCost("model", "12345") == (2, 10)


@pytest.mark.parametrize("is_active", [True, False])
def test_update_model_emits_model_updated(registry, models, is_active):
    registry.setModelActive("model", is_active)
    registry.updateModel("model", "Talk", "", 5)
    assert [(log.name, log.fields) for log in logs(registry)] == [
        ("ModelUpdated", {"modelId": hashed("model"), "isActive": is_active})
    ]
    assert registry.getModel("model").isActive is is_active


@pytest.mark.parametrize(("name", "description", "price"), [(0, 0, 1), (128, 1_024, MAX_PRICE), (127, 1_023, 2)])
def test_update_model_within_bounds(registry, models, name, description, price):
    registry.updateModel("model", text(name), text(description), price)
    assert model_of(registry, "model") == (text(name), text(description), 1, True, now(), price)


@pytest.mark.parametrize(
    ("name", "description", "price"), [(129, 0, 1), (0, 1_025, 1), (0, 0, 0), (0, 0, MAX_PRICE + 1)]
)
def test_update_model_reverts_out_of_bounds(registry, models, name, description, price):
    before = model_of(registry, "model")
    with reverts("InvalidInput()"):
        registry.updateModel("model", text(name), text(description), price)
    assert model_of(registry, "model") == before


def test_update_model_reverts_unknown_model(registry, models):
    for unknown in ("", "Model", text(65)):
        with reverts("ModelNotFound()"):
            registry.updateModel(unknown, "", "", 1)


def test_update_model_reverts_caller_is_not_the_owner(registry, models, stranger):
    before = model_of(registry, "model")
    with reverts("Unauthorized()"):
        registry.updateModel("model", "Talk", "", 1, sender=stranger)
    assert model_of(registry, "model") == before


# ---------------------------------------------------------------- setModelActive


def test_set_model_active_default_behavior(registry, operator, models):
    before = model_of(registry, "model")
    registry.setModelActive("model", False, sender=operator)
    assert model_of(registry, "model") == (*before[:3], False, *before[4:])
    assert registry.getActiveModels() == ["first", "last"]
    assert registry.getAllModelIds() == ["first", "model", "last"]
    registry.setModelActive("model", True, sender=operator)
    assert model_of(registry, "model") == before
    assert registry.getActiveModels() == ["first", "model", "last"]


@pytest.mark.parametrize("is_active", [True, False])
def test_set_model_active_emits_model_updated(registry, models, is_active):
    for _ in range(2):  # to the same state too
        registry.setModelActive("model", is_active)
        assert [(log.name, log.fields) for log in logs(registry)] == [
            ("ModelUpdated", {"modelId": hashed("model"), "isActive": is_active})
        ]
        assert registry.getModel("model").isActive is is_active


def test_set_model_active_reverts_unknown_model(registry, models):
    with reverts("ModelNotFound()"):
        registry.setModelActive("Model", True)


def test_set_model_active_reverts_caller_is_not_the_owner(registry, models, stranger):
    with reverts("Unauthorized()"):
        registry.setModelActive("model", False, sender=stranger)
    assert registry.getModel("model").isActive


# ---------------------------------------------------------------- getters


def test_unknown_model(registry, models):
    for unknown in ("", "Model", text(65)):
        assert registry.models(unknown) == ("", "", 0, False, 0, 0)
        with reverts("ModelNotFound()"):
            registry.getModel(unknown)


@pytest.mark.parametrize("index", [3, 2**32, 2**256 - 1])
def test_model_ids_reverts_past_the_end(registry, models, index):
    with reverts("InvalidInput()"):
        registry.modelIds(index)
