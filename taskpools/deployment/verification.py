"""
Verification of sources by explorers, and the bundle from which it can be done later by hand.

A bundle holds, for each contract, the compiler's standard input as `<Contract>.json`, and in `bundle.json` what an
explorer's form asks for besides. Explorers may take minutes to see a new contract: they are asked again until they do.
"""

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import requests
from vyper.compiler.output import build_solc_json

from taskpools.deployment.console import Stopped
from taskpools.deployment.options import EXPLORER_KINDS
from taskpools.deployment.plan import Plan
from taskpools.deployment.record import COMPILER, Folder, integrity, settings
from taskpools.files import write_whole
from taskpools.steps import Call
from taskpools.system import ROOT, SOURCES
from taskpools.system import deployer as compiled

ETHERSCAN = "https://api.etherscan.io/v2/api"
TRIES = 20  # of each contract: an explorer that has not seen it yet, or has not decided
PAUSE = 5.0  # seconds between two tries
PATIENCE = 60  # seconds for one answer


def standard_input(name: str) -> dict:
    """What the compiler needs to make a contract again: sources, settings, the integrity hash of both."""
    with contextlib.chdir(ROOT):  # the compiler names the sources as seen from here
        found = build_solc_json(compiled(name).compiler_data)
    chosen = settings(name)
    found["settings"] |= {"evmVersion": chosen["evmVersion"], "optimize": chosen["optimize"]}
    return found


def write_bundle(folder: Folder, plan: Plan) -> None:
    """Write the bundle of a deployment."""
    folder.bundle.mkdir(parents=True, exist_ok=True)
    encoded = {planned.name: planned.encoded for planned in plan.transactions if not isinstance(planned.step, Call)}
    about = {}
    for name in SOURCES:
        write_whole(folder.bundle / f"{name}.json", json.dumps(standard_input(name), indent=1) + "\n")
        about[name] = {
            "address": plan.addresses[name],
            "contract": f"contracts/{SOURCES[name]}:{name}",
            "standardInput": f"{name}.json",
            "compiler": COMPILER,
            "settings": settings(name),
            "constructorArguments": "0x" + encoded.get(name, b"").hex(),
            "integrity": integrity(name),
        }
    write_whole(folder.bundle / "bundle.json", json.dumps(about, indent=1) + "\n")


class Etherscan:
    """An explorer with the API of Etherscan, version 2. The key is in no message."""

    def __init__(self, url: str, chain_id: int, key: str):
        self._url = url
        self._key = key
        self.chain_id = chain_id

    def verify(self, about: dict, standard: str) -> None:
        """Verify one contract; raises `Stopped`."""
        form = {
            "module": "contract",
            "action": "verifysourcecode",
            "codeformat": "vyper-json",
            "sourceCode": standard,
            "contractaddress": about["address"],
            "contractname": about["contract"],
            "compilerversion": f"vyper:{about['compiler'].split('+')[0]}",
            "optimizationUsed": "0" if about["settings"]["optimize"] == "none" else "1",
            # So spelled in the API.
            "constructorArguements": about["constructorArguments"][2:],
        }
        ticket = _until_settled(about, lambda: self._ask("post", form))
        if ticket is not None:
            question = {"module": "contract", "action": "checkverifystatus", "guid": ticket}
            _until_settled(about, lambda: self._ask("get", question))

    def _ask(self, method: str, form: dict) -> tuple[bool, str | None]:
        """(settled, result): result is None for a contract that is verified."""
        address = {"chainid": str(self.chain_id), "apikey": self._key}
        if method == "post":
            answer = _request("post", self._url, params=address, data=form)
        else:
            answer = _request("get", self._url, params={**address, **form})
        if answer is None:
            return False, "no answer"
        result = str(answer.get("result"))
        told = result.lower()
        if "already verified" in told or "pass - verified" in told:
            return True, None
        if answer.get("status") == "1":
            return True, result
        passing = ("pending", "unable to locate", "rate limit", "does not have bytecode", "in queue")
        if any(text in told for text in passing):
            return False, result
        raise Stopped(f"the explorer refuses: {result}")


class Blockscout:
    """An explorer with the API of Blockscout, version 2."""

    def __init__(self, url: str, chain_id: int, key: str):
        self._url = url.rstrip("/")
        self._key = key

    def verify(self, about: dict, standard: str) -> None:
        """Verify one contract; raises `Stopped`."""
        at = f"{self._url}/api/v2/smart-contracts/{about['address']}"
        query = {"apikey": self._key} if self._key else {}
        if self._is_verified(at, query):
            return

        def submit() -> tuple[bool, str]:
            answer = _request(
                "post",
                f"{at}/verification/via/vyper-standard-input",
                params=query,
                data={"compiler_version": f"v{about['compiler']}", "license_type": "mit"},
                files={"files[0]": ("input.json", standard, "application/json")},
            )
            # 404 until the explorer has seen the contract
            return (answer is not None), "the explorer does not know the contract"

        _until_settled(about, submit)
        _until_settled(about, lambda: (self._is_verified(at, query), "the explorer has not verified it"))

    def _is_verified(self, at: str, query: dict) -> bool:
        answer = _request("get", at, params=query)
        return answer is not None and answer.get("is_verified") is True


EXPLORERS: dict[str, type[Etherscan] | type[Blockscout]] = dict(
    zip(EXPLORER_KINDS, (Etherscan, Blockscout), strict=True)
)


def verify(folder: Folder, explorer: Etherscan | Blockscout, tell: Callable[[str], Any]) -> list[str]:
    """
    Have an explorer verify every contract of the bundle; `tell` gets a line for each.

    Returns a line for each that it did not verify.
    """
    problems = []
    for name, about in json.loads((folder.bundle / "bundle.json").read_text()).items():
        try:
            explorer.verify(about, (folder.bundle / about["standardInput"]).read_text())
            tell(f"verified {name}")
        except Stopped as error:
            problems.append(f"{name}: {error}")
    return problems


def _until_settled(about: dict, ask: Callable[[], tuple[bool, str | None]]) -> str | None:
    """Ask until it is settled; raises `Stopped` with the last answer if it never is."""
    result: str | None = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        settled, result = ask()
        if settled:
            return result
    raise Stopped(f"not verified after {TRIES} tries: {result}")


def _request(method: str, url: str, **options: Any) -> dict | None:
    """The answer as JSON; None if there is none now and there may be one later."""
    try:
        response = requests.request(method, url, timeout=PATIENCE, **options)
    except requests.RequestException:
        return None
    if response.status_code in (404, 429) or response.status_code >= 500:
        return None
    try:
        answer = response.json()
    except ValueError:
        raise Stopped(f"the explorer does not speak JSON (status {response.status_code})") from None
    if response.status_code >= 400:
        raise Stopped(f"the explorer refuses: {answer.get('message', response.status_code)}")
    return answer
