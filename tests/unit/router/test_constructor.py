"""TaskRouter.__init__"""

from taskpools.system import deployer
from tests.helpers.chain import reverts


def test_default_behavior(system):
    assert system.router.factory() == system.factory.address
    assert system.router.viewer() == system.viewer.address
    assert system.router.getGlobalStats() == (0, 0, 0, 0, 0, 0, 0)


def test_reverts_factory_without_code(system, stranger):
    with reverts("InvalidInput()"):
        deployer("TaskRouter").deploy(stranger, system.viewer.address)


def test_reverts_viewer_without_code(system, stranger):
    with reverts("InvalidInput()"):
        deployer("TaskRouter").deploy(system.factory.address, stranger)
