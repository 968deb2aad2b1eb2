"""The deployed system: what `deploy` returns."""

import functools
import warnings
from dataclasses import dataclass
from pathlib import Path

import boa
from boa.contracts.vyper.vyper_contract import VyperContract, VyperDeployer

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"

# name: path below contracts/
SOURCES = {
    "TaskPool": "pools/TaskPool.vy",
    "TaskPoolFactory": "pools/TaskPoolFactory.vy",
    "TaskPoolViewer": "pools/TaskPoolViewer.vy",
    "TaskRouter": "pools/TaskRouter.vy",
    "ModelRegistry": "pools/ModelRegistry.vy",
    "TaskManager": "scheduler/TaskManager.vy",
    "TaskEnvironmentProxy": "scheduler/TaskEnvironmentProxy.vy",
    "MinimalTaskEnvironment": "environments/MinimalTaskEnvironment.vy",
    "BasicTaskEnvironment": "environments/BasicTaskEnvironment.vy",
    "ReschedulingTaskEnvironment": "environments/ReschedulingTaskEnvironment.vy",
    "ValidatedTaskEnvironment": "environments/ValidatedTaskEnvironment.vy",
    "RecurringTaskEnvironment": "environments/RecurringTaskEnvironment.vy",
}

EXECUTION_WINDOW = 50_400  # blocks: a week of 12 seconds each
MINIMUM_GAS_PRICE = 10**9  # wei
RECURRING_INTERVAL = 7_200  # blocks: a day of 12 seconds each


def _take_bytecode(contract: VyperContract, bytecode: bytes, inner=VyperContract._set_bytecode):
    with warnings.catch_warnings(record=True):
        inner(contract, bytecode)


# boa warns that a clone's code is not the implementation's; vyper resets any filter.
VyperContract._set_bytecode = _take_bytecode
# boa prints a contract's whole storage into each revert message: with 250 tasks that is 40 reverts a second instead of 943.
VyperContract.__repr__ = lambda contract: f"<{contract.compiler_data.contract_path} at {contract.address}>"


@dataclass
class System:
    """The contracts of one deployment."""

    implementation: VyperContract
    factory: VyperContract
    viewer: VyperContract
    router: VyperContract
    registry: VyperContract
    manager: VyperContract
    environment_proxy: VyperContract
    minimal: VyperContract
    basic: VyperContract
    rescheduling: VyperContract
    validated: VyperContract
    recurring: VyperContract
    deployer: str

    def contracts(self) -> dict[str, VyperContract]:
        """Name to contract, in the order of deployment."""
        return {
            "TaskPool": self.implementation,
            "TaskPoolFactory": self.factory,
            "TaskPoolViewer": self.viewer,
            "TaskRouter": self.router,
            "ModelRegistry": self.registry,
            "TaskManager": self.manager,
            "TaskEnvironmentProxy": self.environment_proxy,
            "MinimalTaskEnvironment": self.minimal,
            "BasicTaskEnvironment": self.basic,
            "ReschedulingTaskEnvironment": self.rescheduling,
            "ValidatedTaskEnvironment": self.validated,
            "RecurringTaskEnvironment": self.recurring,
        }

    def pool(self, address: str) -> VyperContract:
        """A clone, as a contract that can be called."""
        return deployer("TaskPool").at(address)


@functools.cache
def deployer(name: str) -> VyperDeployer:
    """The compiled contract; `boa.load` would analyse the source again each time."""
    return boa.load_partial(str(CONTRACTS / SOURCES[name]))


def deploy() -> System:
    """
    Deploy both halves on boa's current chain and wire them; the owner of the task pools and the treasury is `boa.env.eoa`.

    Pools do not exist yet, and no model, verifier or approved pool: those are the owner's to add. The task manager has no owner.
    """
    implementation = deployer("TaskPool").deploy()
    factory = deployer("TaskPoolFactory").deploy(implementation.address)
    viewer = deployer("TaskPoolViewer").deploy()
    router = deployer("TaskRouter").deploy(factory.address, viewer.address)
    registry = deployer("ModelRegistry").deploy()
    registry.setTaskRouter(router.address)
    factory.setModelRegistry(registry.address)
    blueprint = deployer("TaskEnvironmentProxy").deploy_as_blueprint()
    manager = deployer("TaskManager").deploy(boa.env.eoa, EXECUTION_WINDOW, MINIMUM_GAS_PRICE, blueprint.address)
    return System(
        implementation=implementation,
        factory=factory,
        viewer=viewer,
        router=router,
        registry=registry,
        manager=manager,
        environment_proxy=deployer("TaskEnvironmentProxy").at(manager.EXECUTION_ENV_TEMPLATE()),
        minimal=deployer("MinimalTaskEnvironment").deploy(),
        basic=deployer("BasicTaskEnvironment").deploy(manager.address),
        rescheduling=deployer("ReschedulingTaskEnvironment").deploy(manager.address),
        validated=deployer("ValidatedTaskEnvironment").deploy(manager.address),
        recurring=deployer("RecurringTaskEnvironment").deploy(manager.address, RECURRING_INTERVAL),
        deployer=boa.env.eoa,
    )
