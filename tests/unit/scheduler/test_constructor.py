"""The constructor of the task manager"""

import boa
import pytest

from taskpools.steps import EXECUTION_WINDOW, MINIMUM_GAS_PRICE
from taskpools.system import deployer
from tests.helpers.chain import reverts
from tests.helpers.schedule import NO_MAXIMUM, block, layered, roll_to
from tests.helpers.tasks import NOBODY, price


@pytest.fixture(scope="module")
def blueprint(deployed):
    return deployer("TaskEnvironmentProxy").deploy_as_blueprint().address


def construct(blueprint: str, treasury: str | None = None, window: int = 100, gas_price: int = 10):
    return deployer("TaskManager").deploy(treasury or boa.env.eoa, window, gas_price, blueprint)


def test_default_behavior(system, manager):
    assert manager.TREASURY() == system.deployer
    assert manager.EXECUTION_WINDOW() == EXECUTION_WINDOW == 50_400
    assert manager.MINIMUM_GAS_PRICE() == MINIMUM_GAS_PRICE
    assert manager.EXECUTION_ENV_TEMPLATE() == system.environment_proxy.address
    assert boa.env.get_code(manager.EXECUTION_ENV_TEMPLATE())


def test_makes_a_proxy_of_its_own(blueprint, stranger):
    first, second = construct(blueprint), construct(blueprint, stranger)
    assert first.EXECUTION_ENV_TEMPLATE() != second.EXECUTION_ENV_TEMPLATE()
    assert second.TREASURY() == stranger


@pytest.mark.parametrize("window", [1, 2, 2_097_151, 2_097_152])
def test_window_within_bounds(blueprint, window):
    assert construct(blueprint, window=window).EXECUTION_WINDOW() == window


@pytest.mark.parametrize("window", [0, 2_097_153, 2**64 - 1])
def test_reverts_window_out_of_bounds(blueprint, window):
    with reverts("InvalidInput()"):
        construct(blueprint, window=window)


@pytest.mark.parametrize("gas_price", [1, 2, 2**64 - 1, 2**64])
def test_minimum_gas_price_within_bounds(blueprint, gas_price):
    manager = construct(blueprint, gas_price=gas_price)
    assert manager.MINIMUM_GAS_PRICE() == gas_price
    assert manager.estimateCostAt(block() + 5, 100_000, 0) == price(100_000, 5, 0, gas_price) > 0


@pytest.mark.parametrize("gas_price", [0, 2**64 + 1, 2**256 - 1])
def test_reverts_minimum_gas_price_out_of_bounds(blueprint, gas_price):
    with reverts("InvalidInput()"):
        construct(blueprint, gas_price=gas_price)


def test_reverts_no_treasury(blueprint):
    with reverts("InvalidInput()"):
        construct(blueprint, NOBODY)


def test_reverts_blueprint_without_code(stranger):
    for account in (stranger, NOBODY):
        with reverts("InvalidInput()"):
            construct(account)


def test_shortest_window(system, blueprint, owner, executor, target, call):
    """The target block and the next."""
    manager = construct(blueprint, window=1)
    at = block() + 5
    data = layered(target.address, call)
    _, _, task = manager.scheduleTask(system.minimal.address, 100_000, at, NO_MAXIMUM, data, value=10**18, sender=owner)
    roll_to(at + 2)
    assert manager.executeTasks(executor, 0, sender=executor) == 0
    assert manager.getTaskStatus(task) == 6
    roll_to(at + 1)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
