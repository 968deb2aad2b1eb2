"""The registry's lists of models, up to the bound of 1,024 models"""

import boa
import pytest

from tests.helpers.chain import reverts

COUNT = 300
MAX_MODELS = 1_024


def register(registry, count):
    for i in range(registry.getModelIds(0, 0)[1], count):
        registry.registerModel(f"model-{i}", "", "", i % 2, 1)
    return [f"model-{i}" for i in range(count)]


@pytest.fixture(scope="module")
def models(deployed):
    """All of odd number are flexible, all whose number can be divided by 5 inactive."""
    with boa.env.anchor():
        ids = register(deployed.registry, COUNT)
        for model_id in ids[::5]:
            deployed.registry.setModelActive(model_id, False)
        yield ids


def test_whole_lists(system, models):
    registry = system.registry
    assert registry.getAllModelIds() == models
    assert registry.getActiveModels() == [model_id for i, model_id in enumerate(models) if i % 5]
    assert registry.getModelsByPricingType(0) == models[::2]
    assert registry.getModelsByPricingType(1) == models[1::2]


@pytest.mark.parametrize("pricing_type", [2, 255])
def test_no_models_of_an_unknown_pricing_type(system, models, pricing_type):
    assert system.registry.getModelsByPricingType(pricing_type) == []


@pytest.mark.parametrize("index", [0, 1, 255, 256, COUNT - 1])
def test_model_ids_by_index(system, models, index):
    assert system.registry.modelIds(index) == models[index]


@pytest.mark.parametrize(
    ("offset", "limit"), [(0, 0), (0, 1), (0, 255), (0, 256), (44, 256), (45, 256), (100, 10), (299, 256)]
)
def test_pages(system, models, offset, limit):
    assert system.registry.getModelIds(offset, limit) == (models[offset : offset + limit], COUNT)


@pytest.mark.parametrize("offset", [COUNT, COUNT + 1, 2**256 - 1])
def test_pages_past_the_end(system, models, offset):
    assert system.registry.getModelIds(offset, 256) == ([], COUNT)


@pytest.mark.parametrize("limit", [257, 2**256 - 1])
def test_reverts_limit_above_256(system, models, limit):
    with reverts("InvalidInput()"):
        system.registry.getModelIds(0, limit)


def test_registers_1024_models_and_no_more(system, models):
    registry = system.registry
    ids = register(registry, MAX_MODELS - 1)
    assert registry.getModelIds(0, 0) == ([], MAX_MODELS - 1)
    registry.registerModel("last", "Last", "", 0, 1)
    with reverts("InvalidInput()"):
        registry.registerModel("one more", "", "", 0, 1)
    assert registry.getModel("last").name == "Last"
    assert registry.modelIds(MAX_MODELS - 1) == "last"
    assert registry.getAllModelIds() == [*ids, "last"]
