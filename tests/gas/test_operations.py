"""Labelled operations against the committed figures, and against the receipts of a real node."""

import boa
import pytest

from taskpools.receipts import BASE, FLOOR_TOKEN, Transaction, intrinsic_gas
from taskpools.system import SOURCES
from tests.gas import pools, scheduler, snapshots
from tests.gas.node import Node, created_by
from tests.gas.scene import SECONDS_A_BLOCK, START, START_BLOCK, Scene, play
from tests.gas.test_scale import is_small
from tests.helpers.node_programs import anvil_path, require

ACTS = {act.__name__: act for act in pools.ACTS + scheduler.ACTS}


def figures_of(name: str) -> dict[str, int]:
    """The act's own; each act deploys, the first one's figures of that are taken."""
    figures = play(ACTS[name]).figures
    return {label: gas for label, gas in figures.items() if name == "factory" or not label.endswith(".deploy")}


def transactions_of(name: str) -> list[Transaction]:
    return [step for step in play(ACTS[name]).steps if isinstance(step, Transaction)]


@pytest.mark.parametrize("name", ACTS)
def test_gas_is_as_committed(name, hand_over):
    hand_over("gas", name, figures_of(name))


@pytest.mark.parametrize("contract", SOURCES)
def test_compiler_and_size_are_as_committed(contract, pytestconfig):
    if not pytestconfig.getoption("--update-gas"):
        committed = snapshots.load(contract)
        snapshots.check(committed, snapshots.head(contract))


def test_every_committed_figure_is_measured(pytestconfig):
    if pytestconfig.getoption("--update-gas"):
        return
    measured = {label for name in ACTS for label in figures_of(name)}
    for contract in SOURCES:
        left = [label for label in snapshots.load(contract)["gas"] if label not in measured and not is_small(label)]
        assert not left, f"no act measures {left}"


@pytest.mark.parametrize("name", ACTS)
def test_gas_equals_the_receipts_of_a_real_node(name):
    require("@foundry-rs/anvil")
    ours = transactions_of(name)
    with Node(anvil_path(), START_BLOCK, START - SECONDS_A_BLOCK) as node:
        receipts = node.replay(play(ACTS[name]).steps)
    assert len(receipts) == len(ours) >= 30
    wrong = [
        f"{'creation' if mine.to is None else mine.data[:4].hex()} in block {mine.block}: "
        f"{mine.used:,} here, {theirs:,} there"
        for mine, receipt in zip(ours, receipts, strict=True)
        if mine.used != (theirs := int(receipt["gasUsed"], 16))
    ]
    assert not wrong, "\n".join(wrong)
    assert [mine.succeeded for mine in ours] == [receipt["status"] == "0x1" for receipt in receipts]
    assert [mine.created for mine in ours] == [created_by(receipt) for receipt in receipts]
    assert [mine.logs for mine in ours] == [len(receipt["logs"]) for receipt in receipts]


def test_the_compared_transactions_are_of_each_kind():
    everything = [step for name in ACTS for step in transactions_of(name)]
    creations = [step for step in everything if step.to is None]
    refunded = [step for step in everything if step.refund]
    capped = [step for step in refunded if step.refund_cap]
    clones = [
        step for name in ("factory", "scheduling") for step in transactions_of(name) if step.to and step.used > 130_000
    ]
    heavy = [step for step in everything if len(step.data) > 4_000]
    floored = [step for step in everything if step.used == BASE + FLOOR_TOKEN * (intrinsic_gas(step.data) - BASE) // 4]
    refused = [step for step in everything if not step.succeeded]
    kinds = [creations, refunded, capped, clones, heavy, floored, refused]
    assert all(kinds), [len(kind) for kind in kinds]


def test_addresses_and_gas_do_not_depend_on_what_ran_before():
    first = play(ACTS["claims"])
    again = Scene()
    with boa.swap_env(again.env):
        pools.claims(again)
    assert again.steps == first.steps
    assert again.figures == first.figures
