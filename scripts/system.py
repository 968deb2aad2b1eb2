"""The deployed system: what `deploy` returns."""

import functools
import shutil
import warnings
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import boa
from boa.contracts.vyper.vyper_contract import VyperContract, VyperDeployer

from scripts.steps import CREATED, Call, Deploy, Link, steps

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


def _cache_by_sources():
    """
    Let boa keep what it compiled only as long as no source below contracts/ changes.

    Its own cache sees a change of a module that a contract imports itself, but not of what that module imports.
    """
    digest = sha256()
    for path in sorted(CONTRACTS.rglob("*.vy*")):
        text = path.read_bytes()
        digest.update(f"{path.relative_to(CONTRACTS)} {len(text)} ".encode() + text)
    folder = ROOT / "build" / "compiled" / digest.hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    for older in folder.parent.iterdir():
        if older != folder:
            shutil.rmtree(older, ignore_errors=True)
    boa.interpret.set_cache_dir(folder)


_cache_by_sources()


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
    made = {"deployer": boa.env.eoa, "treasury": boa.env.eoa}
    for step in steps():
        _perform(step, made)
    return System(
        implementation=made["TaskPool"],
        factory=made["TaskPoolFactory"],
        viewer=made["TaskPoolViewer"],
        router=made["TaskRouter"],
        registry=made["ModelRegistry"],
        manager=made["TaskManager"],
        environment_proxy=deployer(CREATED[0]).at(made["TaskManager"].EXECUTION_ENV_TEMPLATE()),
        minimal=made["MinimalTaskEnvironment"],
        basic=made["BasicTaskEnvironment"],
        rescheduling=made["ReschedulingTaskEnvironment"],
        validated=made["ValidatedTaskEnvironment"],
        recurring=made["RecurringTaskEnvironment"],
        deployer=boa.env.eoa,
    )


def _perform(step: Deploy | Call, made: dict):
    """Do one step on boa's current chain; `made` has what came of the earlier ones."""
    arguments = [made[argument.name] if isinstance(argument, Link) else argument for argument in step.arguments]
    arguments = [getattr(argument, "address", argument) for argument in arguments]
    if isinstance(step, Call):
        getattr(made[step.contract], step.function)(*arguments)
    elif step.blueprint:
        made[step.name] = deployer(step.contract).deploy_as_blueprint(*arguments)
    else:
        made[step.name] = deployer(step.contract).deploy(*arguments)
