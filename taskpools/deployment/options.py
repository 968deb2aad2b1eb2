"""The options of a live deployment, as the command line has them, and what of them does not go together."""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from eth_utils import is_address, is_checksum_address, is_checksum_formatted_address, to_checksum_address

from taskpools.steps import NOBODY
from taskpools.units import ETHER, GWEI

ABIS = Path("build/abi")
EXPLORER_KINDS = ("etherscan", "blockscout")
# Options that say something without --rpc.
FREE = {"export_abi"}


class Account(click.ParamType):
    """An address; with a checksum in its letters, that must be right."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        mistyped = is_checksum_formatted_address(value) and not is_checksum_address(value)
        if not is_address(value) or mistyped or int(value, 16) == int(NOBODY, 16):
            self.fail("this is not the address of an account", param, context)
        return to_checksum_address(value)


class Amount(click.ParamType):
    """An amount in a unit such as gwei, as wei."""

    def __init__(self, unit: str, wei: int):
        self.name = unit
        self.wei = wei

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        try:
            wei = Decimal(value) * self.wei
        except InvalidOperation:
            self.fail(f"this is not an amount of {self.name}", param, context)
        if not wei.is_finite() or wei < 1 or wei != int(wei):
            self.fail(f"this is not an amount of {self.name}", param, context)
        return int(wei)


@dataclass
class Options:
    """What the operator chose; the command's help says what each is."""

    rpc: str
    chain_id: int | None = None
    keystore: Path | None = None
    password_file: Path | None = None
    key_env: str | None = None
    owner: str | None = None
    treasury: str | None = None
    verifiers: tuple[str, ...] = ()
    max_fee: int | None = None  # wei a gas
    max_cost: int | None = None  # wei
    confirmations: int = 1
    timeout: float = 600
    yes: bool = False
    dry_run: bool = False
    again: bool = False
    deployments: Path = Path("deployments")
    abis: Path = Path("build/abi")
    verify: str | None = None
    explorer: str | None = None
    explorer_key: str = ""


FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)

OPTIONS = [
    click.option("--rpc", metavar="URL", help="Deploy to the chain of this node."),
    click.option("--chain-id", type=click.IntRange(min=1), help="Refuse any other chain."),
    click.option("--keystore", type=FILE, help="The deployer's encrypted key; asks for the password."),
    click.option("--password-file", type=FILE, help="Read the password of --keystore here."),
    click.option(
        "--key-env", metavar="NAME", help="Read a raw key from this environment variable, for throwaway chains."
    ),
    click.option("--owner", type=Account(), help="Propose this account as the owner; it has to accept."),
    click.option("--treasury", type=Account(), help="Gets the task manager's fees, for good; else the deployer."),
    click.option("--verifier", "verifiers", type=Account(), multiple=True, help="Judges requests; may be repeated."),
    click.option("--max-fee", type=Amount("gwei", GWEI), help="Never offer more for a gas."),
    click.option("--max-cost", type=Amount("ether", ETHER), help="Never let the whole deployment cost more."),
    click.option(
        "--confirmations", type=click.IntRange(min=1), default=1, show_default=True, help="Blocks to wait for."
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=600,
        show_default=True,
        help="Seconds that one transaction may take.",
    ),
    click.option("--yes", is_flag=True, help="Do not ask before spending; needs --chain-id."),
    click.option("--dry-run", is_flag=True, help="Rehearse in process, show the plan, send nothing."),
    click.option("--again", is_flag=True, help="Make another deployment beside a recorded one."),
    click.option(
        "--deployments", type=FOLDER, default=Path("deployments"), help="Where records are.", show_default=True
    ),
    click.option(
        "--export-abi",
        type=FOLDER,
        is_flag=False,
        flag_value=ABIS,
        help=f"Write the ABI of each contract into this folder, {ABIS} if none is named.",
    ),
    click.option("--verify", type=click.Choice(EXPLORER_KINDS), help="Have this kind of explorer verify the sources."),
    click.option("--explorer", metavar="URL", help="The API of that explorer."),
    click.option(
        "--explorer-key-env", metavar="NAME", help="Read the key for that API from this environment variable."
    ),
]


def live_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command these options; it gets `live`, an `Options` or None, and `export_abi`, a folder or None."""

    @functools.wraps(command)
    def run(record: Path | None, **given: Any) -> int:
        return command(record=record, export_abi=given["export_abi"], live=_options(record, given))

    for option in reversed(OPTIONS):
        run = option(run)
    return run


def _options(record: Path | None, given: dict) -> Options | None:
    if given["rpc"] is None:
        _refuse_alone()
        return None
    _require(record is None, "--record is for the run in process: a live deployment is recorded in --deployments")
    _require(given["rpc"].startswith(("http://", "https://")), "--rpc takes a URL that begins with http:// or https://")
    keys = [given["keystore"], given["key_env"]]
    _require(keys.count(None) == 1, "the deployer's key is needed: either --keystore or --key-env")
    _require(given["password_file"] is None or given["keystore"], "--password-file goes with --keystore")
    _require(not given["yes"] or given["chain_id"], "--yes needs --chain-id")
    for name in ("explorer", "explorer_key_env"):
        _require(given[name] is None or given["verify"], f"--{name.replace('_', '-')} goes with --verify")
    _require(given["verify"] != "blockscout" or given["explorer"], "--verify blockscout needs --explorer")
    variable = given.pop("explorer_key_env")
    _require(variable is None or variable in os.environ, "--explorer-key-env: there is no such environment variable")
    abis = given.pop("export_abi") or ABIS
    return Options(**given, abis=abis, explorer_key=os.environ[variable] if variable else "")


def _refuse_alone() -> None:
    """An option of live deployments was given, but no node."""
    context = click.get_current_context()
    for parameter in context.command.params:
        if parameter.name in FREE | {"record"}:
            continue
        if context.get_parameter_source(parameter.name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[-1]} needs --rpc")


def _require(condition: object, line: str) -> None:
    if not condition:
        raise click.UsageError(line)
