"""The deployed system: what `deploy` returns."""

import functools
from dataclasses import dataclass

import boa

from taskpools.artifacts import CONTRACTS, ROOT, SOURCES, artifact, contracts
from taskpools.compiled import Contract, Deployer
from taskpools.steps import CREATED, Call, Deploy, Link, steps

__all__ = ["CONTRACTS", "ROOT", "SOURCES", "System", "deploy", "deployer"]


@dataclass
class System:
    """The contracts of one deployment."""

    lens: Contract
    implementation: Contract
    factory: Contract
    viewer: Contract
    router: Contract
    registry: Contract
    manager: Contract
    environment_proxy: Contract
    minimal: Contract
    basic: Contract
    rescheduling: Contract
    validated: Contract
    recurring: Contract
    deployer: str

    def contracts(self) -> dict[str, Contract]:
        """Name to contract, in the order of deployment."""
        return {
            "TaskLens": self.lens,
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

    def pool(self, address: str) -> Contract:
        """A clone, as a contract that can be called."""
        return deployer("TaskPool").at(address)


@functools.cache
def deployer(name: str) -> Deployer:
    """The compiled contract. Raises `DoesNotCompile`."""
    return Deployer(artifact(name))


def deploy() -> System:
    """
    Deploy both halves on boa's current chain and wire them; the owner of the task pools and the treasury is
    `boa.env.eoa`.

    Pools do not exist yet, and no model, verifier or approved pool: those are the owner's to add. The task manager has
    no owner.
    """
    contracts.prepare([CONTRACTS / path for path in SOURCES.values()])
    made = {"deployer": boa.env.eoa, "treasury": boa.env.eoa}
    for step in steps():
        _perform(step, made)
    return System(
        lens=made["TaskLens"],
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


def _perform(step: Deploy | Call, made: dict) -> None:
    """Do one step on boa's current chain; `made` has what came of the earlier ones."""
    arguments = [made[argument.name] if isinstance(argument, Link) else argument for argument in step.arguments]
    arguments = [getattr(argument, "address", argument) for argument in arguments]
    if isinstance(step, Call):
        getattr(made[step.contract], step.function)(*arguments)
    elif step.blueprint:
        made[step.name] = deployer(step.contract).deploy_as_blueprint(*arguments)
    else:
        made[step.name] = deployer(step.contract).deploy(*arguments)
