"""
A chain in process on which operations are measured: every call is a transaction, every transaction is kept, so that a
real node can take it over. The same addresses in each run, whatever ran before.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import boa
from eth_utils import keccak, to_checksum_address

from deploy import deploy
from taskpools.deployment.record import integrity
from taskpools.receipts import Receipts, Transaction
from taskpools.system import System

ETHER = 10**18
START = 1_800_000_000
START_BLOCK = 20_000_000
SECONDS_A_BLOCK = 12
WRITTEN_OUT = 16  # steps
ZERO_BYTE_SAVES = 12  # gas of calldata


@dataclass(frozen=True)
class Funding:
    """An account was given money that nobody paid."""

    account: str
    wei: int

    def on_node(self, node):
        node.rpc("anvil_setBalance", self.account, hex(self.wei))


def address_of(name: str) -> str:
    """The account of a role."""
    return to_checksum_address(keccak(text=f"taskpools {name}")[-20:])


class Scene:
    """`figures` are label to gas, `steps` what a node needs to come to the same."""

    def __init__(self):
        self.figures: dict[str, int] = {}
        self.steps: list[Transaction | Funding] = []
        self.env = boa.Env()
        self.env.eoa = address_of("operator")
        self.env.evm.patch.timestamp = START
        self.env.evm.patch.block_number = START_BLOCK
        self.receipts = Receipts(self.env, self._keep)
        self.coinbase = address_of("validator")
        self.fund(self.coinbase, 1)
        self.env.evm.patch.coinbase = bytes.fromhex(self.coinbase[2:])

    def _keep(self, transaction: Transaction):
        self.steps.append(transaction)
        if len(self.steps) % WRITTEN_OUT == 0:
            # else each frame journals every account that was ever written
            self.env.evm.vm.state._account_db.persist()

    def deploy(self) -> System:
        """
        Both halves, and what each creation cost.

        Creation code ends with a hash of the sources. A zero byte of that hash is chance and saves gas, so that each
        changed comment would move the figure: all bytes of the hash count as nonzero.
        """
        first = len(self.steps)
        system = deploy()
        created = {step.created: step.used for step in self.steps[first:] if step.created}
        for name, contract in system.contracts().items():
            if contract.address in created:
                zeros = bytes.fromhex(integrity(name)).count(0)
                self.figures[f"{name}.deploy"] = created[contract.address] + ZERO_BYTE_SAVES * zeros
        return system

    def account(self, name: str, wei: int = 10**6 * ETHER) -> str:
        address = address_of(name)
        if wei:
            self.fund(address, wei)
        return address

    def fund(self, account: str, wei: int):
        self.env.set_balance(account, wei)
        self.steps.append(Funding(account, wei))

    def do(self, label: str, function, *arguments, **options):
        """A transaction whose gas is the figure of this label."""
        result = function(*arguments, **options)
        self.note(label)
        return result

    def note(self, label: str):
        """The latest transaction's gas is the figure of this label."""
        assert label not in self.figures, f"{label} twice"
        self.figures[label] = self.receipts.last

    def between(self, label: str, calls: list[Callable]):
        """
        Transactions that differ by what they happen to meet: the dearest is the figure, the cheapest that of
        `[...,least]`.
        """
        used = []
        for call in calls:
            call()
            used.append(self.receipts.last)
        least = f"{label[:-1]},least]" if label.endswith("]") else f"{label}[least]"
        assert label not in self.figures
        assert least not in self.figures
        self.figures |= {label: max(used), least: min(used)}

    def execution(self, label: str, function, *arguments, sender: str | None = None):
        """
        A view's gas of execution alone, with cold access; sent as a transaction, so that a node can follow.

        Returns what the view returns.
        """
        contract, data = function.contract, function.prepare_calldata(*arguments)
        computation = self.env.execute_code(contract.address, sender=sender, data=data)
        assert computation.is_success
        assert computation.get_gas_refund() == 0
        assert label not in self.figures, f"{label} twice"
        self.figures[label] = computation.get_gas_used()
        return function(*arguments)

    # ------------------------------------------------------------ time

    @property
    def block(self) -> int:
        return self.env.evm.patch.block_number

    @property
    def now(self) -> int:
        return self.env.evm.patch.timestamp

    def go_to(self, block: int):
        self.env.evm.patch.timestamp += (block - self.block) * SECONDS_A_BLOCK
        self.env.evm.patch.block_number = block

    def wait(self, seconds: int):
        """At least so long."""
        self.go_to(self.block + -(-seconds // SECONDS_A_BLOCK))

    def set_base_fee(self, wei: int):
        """From the next block on."""
        self.go_to(self.block + 1)
        self.env.evm.vm.state.execution_context._base_fee_per_gas = wei


@functools.cache
def play(act: Callable[[Scene], None]) -> Scene:
    """Run an act on a chain of its own, once a process."""
    scene = Scene()
    with boa.swap_env(scene.env):
        act(scene)
    return scene
