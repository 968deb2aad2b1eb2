"""
One deployment a file, made by deploy.py's own function, on a chain of its own: titanoboa slows down with every account
that was ever written, anchors or not. Each test starts from the deployment and leaves no trace.
"""

from collections import defaultdict

import boa
import pytest

from deploy import deploy
from taskpools.artifacts import ROOT
from tests.evm.engines import environment
from tests.gas.plugin import Collected
from tests.helpers.chain import ETHER
from tests.helpers.compiled import settle_boa
from tests.helpers.schedule import mock

pytest_plugins = ["tests.evm.plugin", "tests.helpers.session", "tests.stateful.plugin"]

START = 1_800_000_000  # boa starts at the wall clock
# Of a test with more than GRID cases in these places, each THINNING-th runs unless --all is given.
GRIDS = ("tests/hostile/", "tests/live/")
GRID = 6
THINNING = 3
# Where the longest files are. They begin first, so that both workers end together.
LONGEST = ["stateful", "live", "gas", "integration", "hostile", "evm", "unit"]


def pytest_addoption(parser):
    parser.addoption(
        "--all", action="store_true", help="run each case of the large grids, not a third, and what is marked long"
    )
    parser.addoption("--scale", action="store_true", help="measure gas in the largest states too: two minutes more")
    parser.addoption("--update-gas", action="store_true", help="take the measured gas over into snapshots and docs")
    parser.addoption("--update-abi", action="store_true", help="take the present ABIs over into abis.txt")
    parser.addoption("--gas-report", metavar="DIR", help="write the measured gas as tables, JSON and plots")


def pytest_configure(config):
    config.addinivalue_line("markers", "long(reason): runs with --all only")
    config.pluginmanager.register(Collected(config))
    settle_boa()


def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: LONGEST.index(item.path.relative_to(ROOT / "tests").parts[0]))
    if config.getoption("--all"):
        return
    cases = defaultdict(list)
    for item in items:
        if item.nodeid.startswith(GRIDS):
            cases[item.nodeid.split("[")[0]].append(item)
    left_out = {
        id(item)
        for grid in cases.values()
        if len(grid) > GRID
        for position, item in enumerate(grid)
        if position % THINNING
    }
    left_out |= {id(item) for item in items if item.get_closest_marker("long")}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]


@pytest.fixture(scope="module")
def deployed(evm):
    with boa.swap_env(environment()):
        boa.env.evm.patch.timestamp = START
        yield deploy()


@pytest.fixture(autouse=True)
def isolated(deployed):
    context = boa.env.evm.vm.state.execution_context
    base_fee = context.base_fee_per_gas
    with boa.env.anchor():
        yield
    # an anchor does not bring it back
    context._base_fee_per_gas = base_fee


@pytest.fixture
def system(deployed):
    return deployed


@pytest.fixture
def operator(deployed):
    """The owner of factory and registry."""
    return deployed.deployer


def funded(name: str, amount: int = 1_000 * ETHER) -> str:
    account = boa.env.generate_address(name)
    boa.env.set_balance(account, amount)
    return account


@pytest.fixture
def pool_owner():
    return funded("pool_owner")


@pytest.fixture
def requester():
    return funded("requester")


@pytest.fixture
def worker():
    return funded("worker")


@pytest.fixture
def other_worker():
    return funded("other_worker")


@pytest.fixture
def verifier():
    return funded("verifier")


@pytest.fixture
def stranger():
    return funded("stranger")


@pytest.fixture
def manager(system):
    return system.manager


@pytest.fixture
def owner():
    """Of tasks."""
    return funded("owner")


@pytest.fixture
def executor():
    return funded("executor")


@pytest.fixture
def canceller():
    return funded("canceller")


@pytest.fixture
def target(deployed):
    return mock("Target").deploy()


@pytest.fixture
def registry(system, verifier):
    """The registry with a model of each pricing type and a verifier."""
    system.registry.registerModel("llm-chat-v1", "Chat", "A chat model", 1, 10**12)
    system.registry.registerModel("image-v1", "Image", "An image model", 0, 5 * 10**15)
    system.registry.addVerifier(verifier)
    return system.registry


@pytest.fixture
def pool(system, pool_owner):
    """A pool that the registry has not approved."""
    return system.pool(system.factory.createPool("AI Tasks", "Pool for AI inference tasks", sender=pool_owner))


@pytest.fixture
def approved_pool(registry, pool):
    registry.approvePool(pool.address)
    return pool
