"""The manager's numbers of gas, from the prices of a chain as code finds them there"""

from dataclasses import asdict, replace

import pytest

from taskpools.calibration import Prices, gas_costs
from taskpools.deployment.chain import measure_prices
from taskpools.deployment.node import Node, Stopped
from tests.helpers.node_programs import require
from tests.helpers.nodes import anvil, ethereumjs, hardhat
from tests.helpers.proxy import Refusal, proxy
from tests.schedules.tables import TABLES
from tests.schedules.world import measured

OSAKA, AMSTERDAM = measured(TABLES["Osaka"]), measured(TABLES["Amsterdam"])
NUMBERS = (21_000, 164_000, 37_000, 135_000)


def test_the_numbers_at_the_prices_up_to_osaka():
    assert gas_costs(OSAKA) == NUMBERS
    assert sum(NUMBERS[:3]) == 222_000
    assert OSAKA.changed_word == 5_000


def test_the_numbers_on_amsterdam():
    """A changed word costs 12,100 there; the estimate is above that."""
    assert AMSTERDAM.changed_word == 17_748
    transaction, call, task, enlist = gas_costs(AMSTERDAM)
    assert transaction == 15_000
    exact = 11 * 2_100 + 4 * 12_100 + 3 * 110_020 + 197_900 + 4 * 2_300 + 8_800
    assert exact < call < exact * 105 // 100
    assert 12_100 + 9_000 + 4_600 + 19_600 < task < 52_000
    assert enlist == 663_000


@pytest.mark.parametrize("factor", [2, 4])
def test_everything_dearer_is_dearer_by_the_same(factor):
    dear = Prices(**{name: factor * price for name, price in asdict(OSAKA).items()})
    assert gas_costs(dear) == tuple(factor * number for number in NUMBERS)


@pytest.mark.parametrize("name", asdict(OSAKA))
def test_each_price_counts(name):
    dear = replace(OSAKA, **{name: 4 * getattr(OSAKA, name)})
    assert sum(gas_costs(dear)) > sum(NUMBERS)


@pytest.mark.parametrize("hardfork", ["cancun", "prague", "osaka"])
def test_a_node_says_the_prices(hardfork, operator_of):
    require("@foundry-rs/anvil")
    with anvil(hardfork=hardfork) as node:
        found = measure_prices(Node(node.url), operator_of(node).address)
    assert found == OSAKA


def test_another_node_says_the_same(operator_of, tmp_path):
    require("hardhat", "node")
    with hardhat(tmp_path) as node:
        found = measure_prices(Node(node.url), operator_of(node).address)
    assert found is not None
    assert gas_costs(found) == NUMBERS


def test_a_node_says_the_prices_of_amsterdam(operator_of, tmp_path):
    require("@ethereumjs/vm", "node")
    with ethereumjs(tmp_path) as node:
        found = measure_prices(Node(node.url), operator_of(node).address)
    assert found is not None
    assert replace(found, transaction=AMSTERDAM.transaction) == AMSTERDAM
    assert gas_costs(found) == pytest.approx(gas_costs(AMSTERDAM), rel=0.3)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_changed_word_is_dearer_than_taken_for(table):
    """Within a hundredth: on Monad a new word is cheaper by 100."""
    assert measured(table).changed_word >= (table.price.cold_word + table.price.write_changed) * 99 // 100


def test_an_account_without_a_wei_finds_nothing(node, operator_of):
    assert measure_prices(Node(node.url), operator_of(node, wei=0).address) is None


def test_a_node_that_runs_no_code_of_its_callers(node, operator_of):
    def refuse(params, honest):
        raise Refusal("missing to")

    with proxy(node) as before:
        before.lies = {"eth_call": refuse}
        assert measure_prices(Node(before.url), operator_of(before).address) is None


@pytest.mark.parametrize("answer", ["0x", "0x" + 192 * "00", "0x" + 192 * "ff", "0x" + 64 * "01"])
def test_what_is_not_from_the_probe(node, operator_of, answer):
    with proxy(node) as before:
        before.lies = {"eth_call": lambda params, honest: answer}
        with pytest.raises(Stopped, match="answers eth_call with what cannot be read"):
            measure_prices(Node(before.url), operator_of(before).address)
