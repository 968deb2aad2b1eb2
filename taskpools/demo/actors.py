"""
A chain in process with actors: every account has a name and a balance that is remembered, every call is a transaction
of its own.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import boa
from rich.console import Console

from taskpools.receipts import Receipts
from taskpools.units import ETHER

START = 1_800_000_000  # so that two runs are the same
START_BLOCK = 20_000_000
SECONDS_A_BLOCK = 12


def ether(wei: int) -> str:
    return f"{wei / ETHER:.6f}"


class Stage:
    """What the steps of a run share. `spent` and `earned` are what accounts must have paid and got, in wei."""

    def __init__(self, console: Console):
        self.console = console
        self.gas: dict[str, list[int]] = defaultdict(list)
        self.names: dict[str, str] = {}
        self.given: dict[str, int] = {}
        self.spent: dict[str, int] = defaultdict(int)
        self.earned: dict[str, int] = defaultdict(int)

    def open(self) -> None:
        """Begin, on boa's current environment."""
        boa.env.evm.patch.timestamp = START
        boa.env.evm.patch.block_number = START_BLOCK
        self.receipts = Receipts(boa.env)

    def do(self, operation: str, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call and note the gas."""
        result = function(*arguments, **options)
        self.gas[operation].append(self.receipts.last)
        return result

    def account(self, name: str, amount: int = ETHER) -> str:
        address = boa.env.generate_address(name)
        boa.env.set_balance(address, amount)
        self.add(name, address, amount)
        return address

    def add(self, name: str, address: str, amount: int = 0) -> None:
        """Make an address known, with what it holds, in wei."""
        self.names[name] = address
        self.given[name] = amount

    def name(self, address: str) -> str:
        return next(name for name, known in self.names.items() if known == address)

    def wait(self, seconds: int) -> None:
        boa.env.evm.patch.timestamp += seconds
        boa.env.evm.patch.block_number += seconds // SECONDS_A_BLOCK

    def say(self, text: str) -> None:
        passed = boa.env.timestamp - START
        clock = f"{passed // 86_400}d {passed // 3600 % 24:02}:{passed // 60 % 60:02}"
        self.console.print(f"[dim]{clock}[/] {text}", highlight=False)
