"""A program: the steps of a run, as people read them and as a test repeats them."""

import textwrap
from dataclasses import dataclass, replace

LINE = 110
CHAIN = "the chain"  # the target of steps that are no calls: time passes, the base fee rises


ABSENT = ("0", "None", "()")  # not Cost(0)


class Later(int):
    """So many seconds, or blocks where blocks count, after the step."""

    def __repr__(self) -> str:
        return f"Later({int(self)})"

    __str__ = __repr__


class Cost(int):
    """What the step costs, and so many wei more."""

    def __repr__(self) -> str:
        return f"Cost({int(self)})"

    __str__ = __repr__


@dataclass(frozen=True)
class Step:
    """A call of a contract, or what happens around it. Accounts, contracts, tasks and requests are names."""

    sender: str
    target: str
    function: str
    arguments: tuple = ()
    value: int = 0
    gas: int | None = None
    makes: tuple[str, ...] = ()  # the names of what the step makes

    def __repr__(self) -> str:
        """As source."""
        parts = [repr(self.sender), repr(self.target), repr(self.function)]
        if self.arguments:
            parts.append(repr(self.arguments))
        parts += [
            f"{name}={getattr(self, name)!r}"
            for name in ("value", "gas", "makes")
            if repr(getattr(self, name)) not in ABSENT
        ]
        return f"Step({', '.join(parts)})"

    def __str__(self) -> str:
        """For people."""
        called = f"{self.function}({', '.join(map(shown, self.arguments))})"
        if self.target == CHAIN:
            return called
        text = f"{self.sender} calls {called} of {self.target}"
        if repr(self.value) not in ABSENT:
            text += f" with {shown(self.value)} wei"
        if self.gas:
            text += f" and {self.gas:,} gas"
        if self.makes:
            text += f", which makes {', '.join(self.makes)}"
        return text


def shown(value) -> str:
    """A value, for people: long texts are cut."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, (str, bytes)) and len(value) > 40:
        return f"{value[:8]!r}... ({len(value)} long)"
    if type(value) is int and value == 2**256 - 1:
        return "2**256 - 1"
    if type(value) is int and value >= 10**5:
        return f"{value:,}".replace(",", "_")
    return repr(value) if isinstance(value, (str, bytes)) and " " not in str(value) else str(value)


def renamed(steps: list[Step], names: dict[str, str]) -> list[Step]:
    """The same with other names."""

    def of(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(of, value))
        return names.get(value, value) if isinstance(value, str) else value

    return [
        replace(
            step, sender=of(step.sender), target=of(step.target), arguments=of(step.arguments), makes=of(step.makes)
        )
        for step in steps
    ]


REGRESSION = '''\
"""{headline}"""

from tests.stateful.engine.program import Cost, Later, Step
from tests.stateful.engine.search import replay
from tests.stateful.models.scheduled import Call
from tests.stateful.machines import {machine}


def test_{name}():
    replay(
        {machine},
        [
{steps}
        ],
    )
'''


def regression(machine: str, name: str, headline: str, steps: list[Step]) -> str:
    """A test file that repeats the steps."""
    return REGRESSION.format(
        machine=machine,
        name=name,
        headline="\n".join(textwrap.wrap(headline.replace("\\", "").replace('"""', "'''"), LINE)),
        steps="\n".join(f"            {step!r}," for step in steps),
    )
