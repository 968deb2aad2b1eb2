"""ModelRegistry.calculateTokenCount and calculateInferenceCost"""

import pytest

from tests.helpers.chain import reverts
from tests.helpers.texts import text

CHAT_PRICE = 10**12  # of the fixture `registry`
IMAGE_PRICE = 5 * 10**15

# bytes of a prompt: tokens
TOKENS = {0: 1, 1: 1, 3: 1, 4: 1, 5: 2, 7: 2, 8: 2, 9: 3, 4_095: 1_024, 4_096: 1_024}


@pytest.mark.parametrize(("length", "tokens"), TOKENS.items())
def test_token_count_is_bytes_by_four_rounded_up(registry, length, tokens):
    assert registry.calculateTokenCount(text(length)) == tokens


def test_token_count_counts_bytes(registry):
    assert registry.calculateTokenCount("éé") == 1
    assert registry.calculateTokenCount("ééé") == 2


def test_bytes_per_token(registry):
    assert registry.BYTES_PER_TOKEN() == 4


@pytest.mark.parametrize(("length", "tokens"), TOKENS.items())
def test_flexible_cost_is_tokens_by_price(registry, length, tokens):
    assert registry.calculateInferenceCost("llm-chat-v1", text(length)) == (tokens, tokens * CHAT_PRICE)


@pytest.mark.parametrize("length", TOKENS)
def test_fixed_cost_is_one_token(registry, length):
    assert registry.calculateInferenceCost("image-v1", text(length)) == (1, IMAGE_PRICE)


def test_cost_follows_the_price_and_not_the_state(registry):
    registry.updateModel("image-v1", "", "", 3)
    registry.setModelActive("image-v1", False)
    assert registry.calculateInferenceCost("image-v1", "") == (1, 3)


def test_reverts_unknown_model(registry):
    for unknown in ("", "image-v2", text(65)):
        with reverts("ModelNotFound()"):
            registry.calculateInferenceCost(unknown, "a cat")
