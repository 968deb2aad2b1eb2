"""What depends on the chain is measured, shown, taken from options, recorded and checked."""

import json

import pytest
from eth_abi import decode
from eth_utils import function_signature_to_4byte_selector as selector

from taskpools.deployment import chain
from taskpools.deployment.journal import Journal
from taskpools.deployment.node import Node
from taskpools.steps import EXECUTION_WINDOW, GAS_COSTS, MAX_TASK_GAS, MINIMUM_GAS_PRICE, NOBODY, RECURRING_INTERVAL
from tests.helpers.proxy import Refusal, proxy
from tests.live.test_faults import is_whole, stop_after

GWEI = 10**9
START = 1_700_000_000


@pytest.fixture
def before(node):
    with proxy(node) as lying:
        yield lying


def pretend(before, head: int, seconds: float, base_fee: int, seen=None):
    """The chain has so many blocks; `seen` is the number that contracts see in one, their own unless given."""

    def block(params, honest):
        number = head if params[0] == "latest" else int(params[0], 16)
        fields = {
            "number": hex(number),
            "timestamp": hex(START + int(number * seconds)),
            "baseFeePerGas": hex(base_fee),
        }
        return {**fields, "gasLimit": hex(3 * 10**7)}

    def call(params, honest):
        if params[0].get("data") != chain.NUMBER:
            return honest()
        number = int(params[1], 16)
        return "0x" + f"{number if seen is None else seen(number):064x}"

    before.lies = {"eth_getBlockByNumber": block, "eth_call": call}


CHAINS = {
    "ethereum": (24_000_000, 12.05, 10 * GWEI, None, (50_400, 7_200, GWEI)),
    "ethereum when it is cheap": (24_000_000, 12.05, GWEI // 10, None, (50_400, 7_200, GWEI // 10)),
    "optimism": (150_000_000, 2, 5_123_456, None, (300_000, 43_000, 5_100_000)),
    "a chain of a quarter of a second": (10**9, 0.25, 10**7, None, (2_097_152, 350_000, 10**7)),
    "a chain without a base fee": (10**8, 3, 0, None, (200_000, 29_000, 1)),
    "arbitrum": (4 * 10**8, 0.25, 10**7, lambda number: 24_000_000 + number // 48, (50_400, 7_200, 10**7)),
    "a young one": (900, 1, 7, None, (50_400, 7_200, GWEI)),
}


@pytest.mark.parametrize("name", CHAINS)
def test_what_is_measured(before, name):
    head, seconds, base_fee, seen, expected = CHAINS[name]
    pretend(before, head, seconds, base_fee, seen)
    found = chain.measure(Node(before.url), 7, NOBODY)
    assert (found.week, found.day, found.minimum_gas_price) == expected
    assert found.foreign == (name == "arbitrum")


@pytest.mark.parametrize(("chain_id", "foreign", "window"), [(42_161, True, 50_400), (10, False, 2_097_152)])
def test_a_node_that_runs_no_code_of_its_callers(before, chain_id, foreign, window):
    pretend(before, 4 * 10**8, 0.25, 10**7)

    def refuse(params, honest):
        raise Refusal("missing to")

    before.lies["eth_call"] = refuse
    found = chain.measure(Node(before.url), chain_id, NOBODY)
    assert (found.foreign, found.week) == (foreign, window)


def deployed(operator) -> tuple[int, int, int]:
    """What the chain has: window, interval, price."""

    def ask(contract, selector):
        address = operator.record()["contracts"][contract]["address"]
        answer = operator.node.ask("eth_call", {"to": address, "data": selector}, "latest")
        return decode(["uint256"], bytes.fromhex(answer[2:]))[0]

    views = [
        ("TaskManager", "EXECUTION_WINDOW()"),
        ("RecurringTaskEnvironment", "INTERVAL()"),
        ("TaskManager", "MINIMUM_GAS_PRICE()"),
    ]
    return tuple(ask(contract, "0x" + selector(view).hex()) for contract, view in views)


def test_default_behavior(operator):
    status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    assert "execution window: 50,400 blocks, 7 days at 12 seconds a block\n" in output
    assert "recurring interval: 7,200 blocks, 1 days\n" in output
    assert "minimum gas price: 1 gwei, " in output
    assert deployed(operator) == (EXECUTION_WINDOW, RECURRING_INTERVAL, MINIMUM_GAS_PRICE)


def test_measured_numbers_are_shown_deployed_recorded_and_checked(before, operator_of):
    operator = operator_of(before)
    pretend(before, 150_000_000, 2, 5 * 10**6)
    status, output, errors = operator.deploy("--max-cost", "1")
    assert (status, errors) == (0, "")
    assert "execution window: 300,000 blocks, 6.9 days at 2 seconds a block\n" in output
    assert "minimum gas price: 0.005 gwei, 1 times the base fee\n" in output
    assert deployed(operator) == (300_000, 43_000, 5 * 10**6)
    terms = operator.record()["terms"]
    assert (terms["execution_window"], terms["recurring_interval"]) == (300_000, 43_000)
    assert operator.deploy()[0] == 0
    record = operator.record()
    record["terms"]["execution_window"] += 1
    operator.record_file.write_text(json.dumps(record))
    status, output, _ = operator.deploy()
    assert status == 1
    assert "WRONG  TaskManager.EXECUTION_WINDOW() is 300001" in output


def test_numbers_of_gas_are_measured_or_given(node, operator, operator_of):
    status, output, _ = operator.deploy()
    assert status == 0
    assert (
        "gas of a task besides its own: 21,000 + 164,000 + 37,000, 1 times Ethereum's; of adding it: 135,000\n"
        in output
    )
    terms = operator.record()["terms"]
    assert (tuple(terms["gas_costs"]), terms["max_task_gas"]) == (GAS_COSTS, MAX_TASK_GAS)
    another = operator_of(node)
    status, output, _ = another.deploy("--again", "--gas-costs", "1,2,3,4", "--max-task-gas", "5000000")
    assert status == 0
    assert "largest gas limit of a task: 5,000,000\n" in output
    assert another.record()["contracts"]["TaskManager"]["constructorArguments"][4:] == [5_000_000, 1, 2, 3, 4]
    assert another.deploy()[0] == 0


def test_a_dear_chain_is_told(before, operator_of, monkeypatch):
    dear = chain.Prices(21_000, 110_500, 2_100, 2_600, 36_600, 2_300, 6_503)
    monkeypatch.setattr(chain, "measure_prices", lambda node, deployer: dear)
    operator = operator_of(before)
    status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    assert "largest gas limit of a task: 3,800,000\n" in output
    assert tuple(operator.record()["terms"]["gas_costs"]) == chain.gas_costs(dear)


def test_prices_that_cannot_be_measured_are_told(operator, monkeypatch):
    monkeypatch.setattr(chain, "measure_prices", lambda node, deployer: None)
    status, output, _ = operator.deploy("--dry-run")
    assert status == 0
    assert "; the node does not tell the chain's prices of gas, so Ethereum's are taken\n" in output


OPTIONS = ("--execution-window", "1000", "--recurring-interval", "77", "--minimum-gas-price", "0.25")


def test_options(operator):
    status, output, errors = operator.deploy(*OPTIONS)
    assert (status, errors) == (0, "")
    assert "execution window: 1,000 blocks, 0.14 days" in output
    assert deployed(operator) == (1_000, 77, GWEI // 4)


@pytest.mark.parametrize("given", [(), OPTIONS])
def test_what_was_decided_holds_when_a_deployment_goes_on(before, operator_of, monkeypatch, given):
    """Blocks have become slower meanwhile: the numbers of the first run hold, unless others are given."""
    operator = operator_of(before)
    pretend(before, 150_000_000, 2, 5 * 10**6)
    with monkeypatch.context() as stopped:
        stop_after(stopped, Journal, "save", 6)
        assert operator.deploy("--max-cost", "1")[0] == 130
    pretend(before, 150_000_000, 6, 10**8)
    status, _, errors = operator.deploy("--max-cost", "1", *given)
    if given:
        assert (status, errors.split(":")[1]) == (
            1,
            " a deployment is under way whose execution window is 300000, not 1000",
        )
    else:
        assert (status, errors) == (0, "")
        assert is_whole(operator)
        assert deployed(operator) == (300_000, 43_000, 5 * 10**6)


def test_contracts_that_see_another_chain_s_numbers_are_told(before, operator_of):
    operator = operator_of(before)
    pretend(before, 4 * 10**8, 0.25, 10**7, lambda number: 24_000_000 + number // 48)
    status, output, _ = operator.deploy("--dry-run", "--max-cost", "1")
    assert status == 0
    assert "12 seconds a block; contracts see the block numbers of the chain below\n" in output


def test_what_data_cost_on_the_chain_below_is_shown_and_needed(before, operator_of):
    operator = operator_of(before, wei=10**18)
    asked = []

    def oracle(fee):
        def call(params, honest):
            if params[0].get("to") != chain.ORACLE:
                return honest()
            asked.append(int(params[0]["data"][10:], 16))
            return "0x" + f"{fee:064x}"

        code = lambda params, honest: "0xfe" if params[0] == chain.ORACLE else honest()
        before.lies = {"eth_call": call, "eth_getCode": code}

    oracle(10**15)
    status, output, errors = operator.deploy("--dry-run")
    assert (status, errors) == (0, "")
    assert "besides, the chain takes about 0.015000 ether for the data on the chain below" in output
    assert len(asked) == 15
    assert max(asked) > 20_000
    oracle(10**17)
    status, _, errors = operator.deploy("--dry-run")
    assert status == 1
    assert "may need 1.5" in errors


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--execution-window", "0"),
        ("--execution-window", "2097153"),
        ("--recurring-interval", "0"),
        ("--recurring-interval", "a"),
        ("--minimum-gas-price", "0"),
        ("--max-task-gas", "749999"),
        ("--max-task-gas", "16777216"),
        ("--gas-costs", "1,2,3"),
        ("--gas-costs", "1,2,3,0"),
        ("--gas-costs", "1,2,3,16777216"),
        ("--gas-costs", "1,2,3,x"),
        ("--minimum-gas-price", "18446744074"),
    ],
)
def test_numbers_out_of_bounds_are_refused(operator, option, value):
    status, output, errors = operator.deploy(option, value)
    assert (status, output) == (2, "")
    assert errors.startswith(f"deploy.py: Invalid value for '{option}': ")
    assert errors.count("\n") == 1
