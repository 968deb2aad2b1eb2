"""
The plan of a live deployment: every transaction with its nonce, address, data and gas, from a rehearsal in process.

The rehearsal runs the very bytes that will be sent, from the same deployer with the same nonces. So its contracts have
the same addresses, and their code, immutables included, is what the chain must have at the end.
"""

import functools
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import boa
from boa.util.abi import Address
from eth._utils.address import generate_contract_address
from eth_abi import encode
from eth_utils import to_canonical_address, to_checksum_address
from rich.console import Console
from vyper.compiler.output import build_blueprint_bytecode_output

from taskpools.abi import abi
from taskpools.deployment.console import Stopped, say
from taskpools.receipts import Receipts
from taskpools.steps import CREATED, Call, Deploy, Link, steps
from taskpools.system import deployer as compiled

# The gas limit is this many hundredths of what the rehearsal used or the node estimates, whichever is more.
GAS_PERCENT = 120


@dataclass(frozen=True)
class Terms:
    """Who deploys where, and what the operator chose. Two runs with the same terms are one deployment."""

    chain_id: int
    deployer: str
    treasury: str
    owner: str | None = None
    verifiers: tuple[str, ...] = ()

    def steps(self) -> tuple[Deploy | Call, ...]:
        return steps(self.owner, self.verifiers)


@dataclass(frozen=True)
class Planned:
    """One transaction. `address` is what it creates, `to` what it calls; `code` is what `address` must have then."""

    step: Deploy | Call
    nonce: int
    arguments: tuple
    encoded: bytes
    data: bytes
    to: str | None
    address: str | None
    code: bytes
    gas: int

    @property
    def created(self) -> str:
        """The address that it creates; only of a transaction that creates one."""
        assert self.address is not None
        return self.address

    @property
    def name(self) -> str:
        return self.step.name


@dataclass(frozen=True)
class Plan:
    """All transactions; `addresses` and `codes` are by name, with what constructors create."""

    terms: Terms
    transactions: tuple[Planned, ...]
    addresses: dict[str, str]
    codes: dict[str, bytes]

    def resolve(self, value: Any) -> Any:
        """The address that a link stands for; other values as they are."""
        return self.addresses[value.name] if isinstance(value, Link) else value

    def show(self, console: Console) -> None:
        """Print order, constructor arguments and predicted addresses."""
        say(console, f"[bold]Plan for chain {self.terms.chain_id}: step, its address, gas")
        names = {address: name for name, address in self.addresses.items()}
        for number, planned in enumerate(self.transactions, 1):
            shown = ", ".join(names.get(argument, str(argument)) for argument in planned.arguments)
            step = planned.name if isinstance(planned.step, Call) else f"{planned.name}({shown})"
            say(console, f"{number:>2}  {planned.address or '':42}  {planned.gas:>9,}  {step}")
        name, creator, _ = CREATED
        say(console, f"{creator} creates {name} at {self.addresses[name]}")
        say(console, f"treasury: {self.terms.treasury}")


def create_address(sender: str, nonce: int) -> str:
    """Where a contract goes that an account creates with CREATE."""
    return to_checksum_address(generate_contract_address(to_canonical_address(sender), nonce))


def fingerprint(step: Deploy | Call) -> str:
    """
    A hash of what a step does, whatever the addresses: the code, the arguments as far as they are not addresses of the
    system.
    """
    code = compiled(step.contract).compiler_data.bytecode if isinstance(step, Deploy) else b""
    return sha256(f"{step!r}{code.hex()}".encode()).hexdigest()


@functools.lru_cache(maxsize=8)
def make_plan(terms: Terms, nonces: tuple[int, ...]) -> Plan:
    """
    Rehearse the deployment with these nonces, one for each step, on a chain of its own.

    Raises `Stopped` if a step fails.
    """
    addresses = {"deployer": terms.deployer, "treasury": terms.treasury}
    transactions: list[Planned] = []
    codes: dict[str, bytes] = {}
    env = boa.Env()
    with boa.swap_env(env):
        env.evm.patch.chain_id = terms.chain_id
        receipts = Receipts(env)
        for step, nonce in zip(terms.steps(), nonces, strict=True):
            planned = _rehearse(env, receipts, step, nonce, addresses)
            transactions.append(planned)
            if planned.address is not None:
                codes[step.name] = planned.code
            if step.name == CREATED[1]:
                addresses[CREATED[0]] = create_address(planned.created, CREATED[2])
                codes[CREATED[0]] = env.get_code(Address(addresses[CREATED[0]]))
    return Plan(terms, tuple(transactions), addresses, codes)


def _rehearse(env: Any, receipts: Receipts, step: Deploy | Call, nonce: int, addresses: dict[str, str]) -> Planned:
    sender = Address(addresses["deployer"])
    env.evm.vm.state.set_nonce(sender.canonical_address, nonce)
    arguments = tuple(
        addresses[argument.name] if isinstance(argument, Link) else argument for argument in step.arguments
    )
    encoded = encode(_types(step), arguments)
    to, address, code = None, None, b""
    if isinstance(step, Call):
        to = addresses[step.contract]
        contract = compiled(step.contract).at(to)
        data = getattr(contract, step.function).prepare_calldata(*arguments)
        computation = env.execute_code(to, sender=sender, data=data)
    else:
        data = _creation_code(step) + encoded
        address = create_address(addresses["deployer"], nonce)
        created, computation = env.deploy(sender=sender, bytecode=data)
        code = env.get_code(created)
        addresses[step.name] = address
    if computation.is_error:
        raise Stopped(f"{step.name} fails in the rehearsal: {computation.error!r}")
    return Planned(step, nonce, arguments, encoded, data, to, address, code, receipts.last)


def _creation_code(step: Deploy) -> bytes:
    data = compiled(step.contract).compiler_data
    return bytes.fromhex(build_blueprint_bytecode_output(data)[2:]) if step.blueprint else data.bytecode


def _types(step: Deploy | Call) -> list[str]:
    if isinstance(step, Deploy) and step.blueprint:
        return []
    for entry in abi(step.contract):
        if entry["type"] == "constructor" if isinstance(step, Deploy) else entry.get("name") == step.function:
            return [item["type"] for item in entry["inputs"]]
    return []
