import pytest

from tests.helpers.schedule import mock


@pytest.fixture
def call(target):
    """A call that succeeds."""
    return target.poke.prepare_calldata(7)


@pytest.fixture
def puppet(deployed):
    """An implementation, or a contract, that does what its calldata says."""
    return mock("Puppet").deploy()
