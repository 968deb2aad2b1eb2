"""Real nodes for tests: each on a free port of its own, with a random chain id, started and stopped here."""

import json
import random
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.helpers.node_programs import anvil_path, node_path, package

START_SECONDS = 60


class RealNode:
    """A running node."""

    def __init__(self, name: str, port: int, chain_id: int):
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self.chain_id = chain_id
        self._session = requests.Session()  # one connection for all requests
        self._session.trust_env = False  # a proxy for the world outside is none for this node
        self._funded: dict[str, int] = {}  # account: the block before it had money

    def post(self, method: str, params) -> dict:
        """The node's whole answer."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self._session.post(self.url, json=body, timeout=60).json()

    def ask(self, method: str, *params):
        answer = self.post(method, params)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def number(self, method: str, *params) -> int:
        return int(self.ask(method, *params), 16)

    def fund(self, address: str, wei: int = 10**21):
        self._funded.setdefault(address, self.number("eth_blockNumber"))
        self.ask(f"{self.name}_setBalance", address, hex(wei))

    def mine(self, blocks: int = 1):
        self.ask(f"{self.name}_mine", hex(blocks))

    @contextmanager
    def undone(self):
        """What is sent meanwhile leaves no trace."""
        state = self.ask("evm_snapshot")
        yield
        self.ask("evm_revert", state)

    def sent_by(self, address: str) -> list[dict]:
        """Every mined transaction of an account, in order; from when it was funded, if it was funded here."""
        found = []
        for number in range(self._funded.get(address, 0), self.number("eth_blockNumber") + 1):
            block = self.ask("eth_getBlockByNumber", hex(number), True)
            found += [item for item in block["transactions"] if item["from"] == address.lower()]
        return found


@contextmanager
def anvil(*arguments: str, hardfork: str = "prague", chain_id: int | None = None):
    """anvil, with more of its arguments."""
    chain_id, port = chain_id or _chain_id(), _port()
    command = [str(anvil_path()), "--port", str(port), "--chain-id", str(chain_id), "--hardfork", hardfork]
    command += ["--prune-history", "200", "--silent", *arguments]
    with _running(command, RealNode("anvil", port, chain_id)) as node:
        yield node


@contextmanager
def hardhat(folder: Path):
    """hardhat 3; its settings go into this folder."""
    chain_id, port = _chain_id(), _port()
    network = {"type": "edr-simulated", "chainId": chain_id, "hardfork": "prague"}
    (folder / "package.json").write_text('{"type": "module"}')
    networks = json.dumps({"default": network, "node": network})
    (folder / "hardhat.config.js").write_text(f"export default {{ networks: {networks} }};\n")
    (folder / "node_modules").symlink_to(package(""))
    command = [str(node_path()), str(package("hardhat") / "dist" / "src" / "cli.js"), "node"]
    command += ["--hostname", "127.0.0.1", "--port", str(port)]
    with _running(command, RealNode("hardhat", port, chain_id), folder) as node:
        yield node


@contextmanager
def _running(command: list[str], node: RealNode, folder: Path | None = None):
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(node, process)
        yield node
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(node: RealNode, process: subprocess.Popen):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, f"{node.name} ended with {process.returncode}"
        try:
            assert node.number("eth_chainId") == node.chain_id
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(f"{node.name} does not answer after {START_SECONDS} seconds")


def _chain_id() -> int:
    return random.SystemRandom().randrange(10**6, 2**31)


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
