"""Figures in large states, on a real node. `--scale` for the largest: two minutes more."""

import re

import pytest

from tests.gas.scale import MANY_POOLS, POOLS, Large, claims, one_block, waiting
from tests.helpers.node_programs import anvil_path, require

ACTS_AT_SCALE = {
    "claims": lambda large: claims(large, POOLS[:1] + MANY_POOLS, MANY_POOLS),
    "one_block": one_block,
    "waiting": waiting,
}


def is_small(label: str) -> bool:
    """Whether the figure is of the claims that are measured without `--scale`."""
    found = re.search(r"pools=(\d+)", label)
    return found is not None and int(found[1]) in POOLS


def test_claims_of_up_to_400_pools(hand_over, progress):
    require("@foundry-rs/anvil")
    with Large(anvil_path(), progress) as large:
        claims(large, POOLS, POOLS)
    hand_over("gas", "claims of up to 400 pools", large.figures)


@pytest.mark.parametrize("name", ACTS_AT_SCALE)
def test_at_scale(name, hand_over, progress, pytestconfig):
    if not pytestconfig.getoption("--scale"):
        pytest.skip("takes long: --scale")
    require("@foundry-rs/anvil")
    with Large(anvil_path(), progress) as large:
        ACTS_AT_SCALE[name](large)
    hand_over("gasAtScale", name, large.figures)
