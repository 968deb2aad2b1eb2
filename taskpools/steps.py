"""
What a deployment consists of: contracts and wiring calls in their order, and what must be true of them at the end.

Both the system in process (system.py), which tests run on, and a live deployment (plan.py) are made from this list.
"""

from dataclasses import dataclass
from typing import Any

EXECUTION_WINDOW = 50_400  # blocks: a week of 12 seconds each
MINIMUM_GAS_PRICE = 10**9  # wei
RECURRING_INTERVAL = 7_200  # blocks: a day of 12 seconds each

NOBODY = "0x" + 40 * "0"


@dataclass(frozen=True)
class Link:
    """The address of what is called so: a contract, a blueprint, or the role `deployer` or `treasury`."""

    name: str


@dataclass(frozen=True)
class Deploy:
    """Create a contract, or the ERC-5202 blueprint of one."""

    contract: str
    arguments: tuple = ()
    blueprint: bool = False

    @property
    def name(self) -> str:
        return f"{self.contract} blueprint" if self.blueprint else self.contract


@dataclass(frozen=True)
class Call:
    """
    A transaction to a contract that an earlier step deployed.

    `proof` is a view of that contract, its arguments and what it returns once the call has been made.
    """

    contract: str
    function: str
    arguments: tuple
    proof: tuple

    @property
    def name(self) -> str:
        shown = ", ".join(getattr(argument, "name", str(argument)) for argument in self.arguments)
        return f"{self.contract}.{self.function}({shown})"


@dataclass(frozen=True)
class Fact:
    """What a view must return once everything is deployed; one of `values`."""

    contract: str
    view: str
    arguments: tuple
    values: tuple


PROXY_BLUEPRINT = "TaskEnvironmentProxy blueprint"

# What the manager's constructor creates: name of the contract, of its creator, the creator's nonce.
CREATED = ("TaskEnvironmentProxy", "TaskManager", 1)

# Whose owner can be changed; the task manager and the environments have none.
OWNED = ("TaskPoolFactory", "ModelRegistry")


def steps(owner: str | None = None, verifiers: tuple[str, ...] = ()) -> tuple[Deploy | Call, ...]:
    """
    The steps in their order.

    `owner`, if given, is proposed as the owner of what has one; `verifiers` are added to the registry.
    """
    manager = Link("TaskManager")
    return (
        Deploy("TaskLens"),
        Deploy("TaskPool", (Link("TaskLens"),)),
        Deploy("TaskPoolFactory", (Link("TaskPool"),)),
        Deploy("ModelRegistry"),
        # before the router, which serves the registry that the factory has then
        _set("TaskPoolFactory", "setModelRegistry", Link("ModelRegistry"), "modelRegistry"),
        Deploy("TaskPoolViewer"),
        Deploy("TaskRouter", (Link("TaskPoolFactory"), Link("TaskPoolViewer"))),
        _set("ModelRegistry", "setTaskRouter", Link("TaskRouter"), "taskRouter"),
        Deploy("TaskEnvironmentProxy", blueprint=True),
        Deploy("TaskManager", (Link("treasury"), EXECUTION_WINDOW, MINIMUM_GAS_PRICE, Link(PROXY_BLUEPRINT))),
        Deploy("MinimalTaskEnvironment"),
        Deploy("BasicTaskEnvironment", (manager,)),
        Deploy("ReschedulingTaskEnvironment", (manager,)),
        Deploy("ValidatedTaskEnvironment", (manager,)),
        Deploy("RecurringTaskEnvironment", (manager, RECURRING_INTERVAL)),
        *(
            Call("ModelRegistry", "addVerifier", (verifier,), ("verifiers", (verifier,), True))
            for verifier in verifiers
        ),
        *(_set(contract, "transferOwnership", owner, "pendingOwner") for contract in OWNED if owner),
    )


def facts(owner: str | None = None, verifiers: tuple[str, ...] = ()) -> tuple[Fact, ...]:
    """The links, owners and constants of the deployed system, at least one view of each contract that has one."""
    found = [
        Fact("TaskLens", "LAYOUT", (), (1,)),
        Fact("TaskPool", "lens", (), (Link("TaskLens"),)),
        Fact("TaskPool", "owner", (), (NOBODY,)),
        Fact("TaskPoolFactory", "implementation", (), (Link("TaskPool"),)),
        Fact("TaskPoolFactory", "modelRegistry", (), (Link("ModelRegistry"),)),
        Fact("TaskRouter", "factory", (), (Link("TaskPoolFactory"),)),
        Fact("TaskRouter", "viewer", (), (Link("TaskPoolViewer"),)),
        Fact("TaskRouter", "modelRegistry", (), (Link("ModelRegistry"),)),
        Fact("TaskPoolViewer", "getMultiplePoolsData", ([],), ((),)),
        Fact("ModelRegistry", "taskRouter", (), (Link("TaskRouter"),)),
        Fact("ModelRegistry", "BYTES_PER_TOKEN", (), (4,)),
        Fact("ModelRegistry", "MAX_FEE_BPS", (), (1_000,)),
        Fact("TaskManager", "TREASURY", (), (Link("treasury"),)),
        Fact("TaskManager", "EXECUTION_ENV_TEMPLATE", (), (Link("TaskEnvironmentProxy"),)),
        Fact("TaskManager", "EXECUTION_WINDOW", (), (EXECUTION_WINDOW,)),
        Fact("TaskManager", "MINIMUM_GAS_PRICE", (), (MINIMUM_GAS_PRICE,)),
        Fact("TaskManager", "SMALL_GAS", (), (100_000,)),
        Fact("TaskManager", "MEDIUM_GAS", (), (250_000,)),
        Fact("TaskManager", "LARGE_GAS", (), (750_000,)),
        Fact("TaskManager", "MAX_SCHEDULE_DISTANCE", (), (2_097_152,)),
        Fact("ReschedulingTaskEnvironment", "RETRY_DELAY", (), (5,)),
        Fact("ReschedulingTaskEnvironment", "MAX_RETRIES", (), (3,)),
        Fact("RecurringTaskEnvironment", "INTERVAL", (), (RECURRING_INTERVAL,)),
    ]
    for kind in ("Basic", "Rescheduling", "Validated", "Recurring"):
        found.append(Fact(f"{kind}TaskEnvironment", "TASK_MANAGER", (), (Link("TaskManager"),)))
    for contract in OWNED:
        # The proposed owner may have accepted by the time that somebody looks.
        found.append(Fact(contract, "owner", (), (Link("deployer"), owner) if owner else (Link("deployer"),)))
        found.append(Fact(contract, "pendingOwner", (), (owner, NOBODY) if owner else (NOBODY,)))
    found.extend(Fact("ModelRegistry", "verifiers", (verifier,), (True,)) for verifier in verifiers)
    return tuple(found)


def _set(contract: str, function: str, value: Any, view: str) -> Call:
    """A call with one argument, which a view returns afterwards."""
    return Call(contract, function, (value,), (view, (), value))
