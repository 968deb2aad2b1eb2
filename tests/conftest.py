"""One deployment a session, made by deploy.py's own function; each test starts from it and leaves no trace."""

import boa
import pytest

from deploy import deploy
from tests.helpers.chain import ETHER

START = 1_800_000_000  # boa starts at the wall clock


@pytest.fixture(scope="session")
def deployed():
    boa.env.evm.patch.timestamp = START
    return deploy()


@pytest.fixture(autouse=True)
def isolated(deployed):
    with boa.env.anchor():
        yield


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
