"""
What all models share: accounts, money, time, events and refusals, in plain Python. No contract is called here.

Accounts and contracts go by name ("worker 2", "pool 1"), and so do the things that they make ("task 3"). Each action of
a contract is a method of the same name in snake case. An action returns what the contract returns, a `Refusal` that
names the error, or `Left` where the contract has a choice. All checks come before the first change, so that a refused
action leaves no trace.
"""

import functools
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

NOBODY = "nobody"  # the zero address


@dataclass(frozen=True)
class Refusal:
    """The custom error with which the contract must refuse."""

    error: str
    arguments: tuple = ()

    def __str__(self) -> str:
        name = self.error.split("(")[0]
        return f"{name}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True)
class Left:
    """The contract has a choice: `change` is told what the contract did, judges that, and changes the model."""

    change: Callable


class Refused(Exception):
    """Raised inside a model; an action turns it into a `Refusal`."""


def refuse_if(condition: bool, error: str, *arguments):
    if condition:
        raise Refused(Refusal(error, arguments))


def action(method):
    """A function of the ABI: what is refused, it returns as a `Refusal`."""

    @functools.wraps(method)
    def acted(*arguments, **named):
        try:
            return method(*arguments, **named)
        except Refused as refused:
            return refused.args[0]

    return acted


@dataclass
class World:
    """What all contracts of a chain share."""

    clock: str = "now"  # or "block": what deadlines count in
    now: int = 1_800_000_000
    block: int = 1_000
    base_fee: int = 10**9
    coinbase: str = NOBODY
    refusing: set[str] = field(default_factory=set)  # accounts that take no payment
    wei: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    # Of the action under way.
    log: list[tuple] = field(default_factory=list)  # emitter, name, arguments as the ABI orders them
    met: set[str] = field(default_factory=set)  # situations
    made: list[str] = field(default_factory=list)  # names of what was made
    to_give: list[str] = field(default_factory=list)  # the names for that, if they are fixed
    # Of the whole run.
    given: Counter = field(default_factory=Counter)  # names, by kind
    addresses: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # which contract stands at a name
    ids: dict[str, int | bytes] = field(default_factory=dict)  # of tasks and requests
    objects: dict = field(default_factory=dict)  # the models of contracts

    def later(self, count: int) -> int:
        """So many seconds or blocks from now."""
        return getattr(self, self.clock) + count

    def emit(self, emitter: str, event: str, *arguments):
        self.log.append((emitter, event, arguments))

    def move(self, sender: str, to: str, amount: int):
        self.wei[sender] -= amount
        self.wei[to] += amount
        assert self.wei[sender] >= 0, f"{sender} has too little"

    def send(self, sender: str, to: str, amount: int):
        """A withdrawal: a payee that refuses makes the call revert."""
        refuse_if(to in self.refusing, "TransferFailed()")
        self.move(sender, to, amount)

    # ------------------------------------------------ what happens besides calls

    def wait(self, seconds: int):
        self.now += seconds
        self.block += max(1, seconds // 12)

    def mine(self, blocks: int):
        self.now += 12 * blocks
        self.block += blocks

    def set_base_fee(self, wei: int):
        self.base_fee = wei

    def set_coinbase(self, account: str):
        self.coinbase = account

    def refuse(self, account: str, does: bool):
        """Whether an account takes payments."""
        (self.refusing.add if does else self.refusing.discard)(account)

    # ------------------------------------------------ names

    def fresh(self, kind: str, id_: int | bytes | None = None) -> str:
        """The name of a new thing of this kind, such as "task 3"."""
        self.given[kind] += 1
        name = self.to_give.pop(0) if self.to_give else f"{kind} {self.given[kind]}"
        self.made.append(name)
        if id_ is not None:
            self.ids[name] = id_
        return name

    def stand(self, name: str, kind: str, address: str, model=None):
        """From now on this contract stands at that address."""
        self.addresses[name] = address
        self.kinds[name] = kind
        self.objects[name] = model


class Ownable:
    world: World
    name: str
    owner: str
    pending_owner: str = NOBODY

    def only_owner(self, sender: str):
        refuse_if(sender != self.owner, "Unauthorized()")

    @action
    def transfer_ownership(self, sender: str, new_owner: str):
        self.only_owner(sender)
        self.pending_owner = new_owner
        self.world.emit(self.name, "OwnershipTransferStarted", self.owner, new_owner)

    @action
    def accept_ownership(self, sender: str):
        refuse_if(sender != self.pending_owner, "Unauthorized()")
        self.world.emit(self.name, "OwnershipTransferred", self.owner, sender)
        self.owner = sender
        self.pending_owner = NOBODY


class Payer:
    """What cannot be paid is credited."""

    world: World
    name: str
    credits: dict[str, int]

    def pay(self, to: str, amount: int):
        if to in self.world.refusing:
            self.credits[to] += amount
            self.world.emit(self.name, "PaymentCredited", to, amount)
            self.world.met.add("a payment that was refused is credited")
        else:
            self.world.move(self.name, to, amount)


class Creditor(Payer):
    """Credits that are withdrawn as pools and registries have it."""

    def withdraw(self, sender: str, to: str, told_as: str = ""):
        """`told_as`: an event of the contract's own, before the one of every credit."""
        refuse_if(to == NOBODY, "InvalidInput()")
        amount = self.credits[sender]
        refuse_if(amount == 0, "InsufficientFunds()")
        self.world.send(self.name, to, amount)
        self.credits[sender] = 0
        if told_as:
            self.world.emit(self.name, told_as, sender, amount)
        self.world.emit(self.name, "CreditWithdrawn", sender, to, amount)
