"""Contracts that environments call: tests/mocks/scheduler/Target.vy and Token.vy."""

from collections import defaultdict

from eth_abi import encode

from tests.stateful.models.manager import Manager
from tests.stateful.models.scheduled import Message, word
from tests.stateful.models.world import action, refuse_if

MAX_ANSWER = 1_024  # bytes


class Target:
    def __init__(self, manager: Manager):
        self.manager = manager

    @action
    def get_ready(self, sender: str, at: int):
        """From this block on `when_ready` works."""
        self.manager.ready_at = at

    def called(self, sender: str, amount: int, message: Message) -> bytes:
        """By an environment on its owner's order."""
        if not message.signature:
            return b""
        refuse_if(amount > 0, "")
        (argument,) = message.arguments
        refuse_if(message.signature == "fail(bytes)", "", argument)
        if message.signature == "poke(uint256)":
            self.manager.total += argument
            return b""
        return encode(["bytes"], [argument])[:MAX_ANSWER]  # answer(bytes)


class Token:
    """Anyone may make tokens."""

    def __init__(self):
        self.balances: dict[str, int] = defaultdict(int)

    @action
    def mint(self, sender: str, to: str, amount: int):
        self.balances[to] += amount

    def move(self, sender: str, to: str, amount: int):
        self.balances[sender] -= amount
        self.balances[to] += amount

    def called(self, sender: str, amount: int, message: Message) -> bytes:
        refuse_if(amount > 0 or not message.signature, "")
        to, count = message.arguments
        refuse_if(count > self.balances[sender], "")
        self.move(sender, to, count)
        return word(1)
