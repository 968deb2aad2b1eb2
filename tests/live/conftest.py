"""
A real node for each file, a deployer with a key of his own and a folder for each test. The command runs in this
process, so that the contracts are compiled once.
"""

import itertools
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_account import Account
from eth_utils import keccak

import deploy
from taskpools.deployment import broadcast, verification
from tests.helpers.client import Client
from tests.helpers.node_programs import require
from tests.helpers.nodes import RealNode, anvil

counter = itertools.count()


@pytest.fixture(autouse=True)
def isolated(monkeypatch):
    """These tests need no chain in process. Their nodes are near, so that waits can be short."""
    monkeypatch.setattr(broadcast, "FIRST_WAIT", 0.005)
    monkeypatch.setattr(broadcast, "LOOK_PAUSE", 0.02)
    monkeypatch.setattr(broadcast, "CONFIRMATION_WAIT", 0.05)
    monkeypatch.setattr(verification, "PAUSE", 0.02)


@pytest.fixture(scope="module")
def node():
    require("@foundry-rs/anvil")
    with anvil() as running:
        yield running


@dataclass
class Operator:
    """Runs the command against a node, from a folder and with a key of his own."""

    node: RealNode
    folder: Path
    account: object
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture

    @property
    def address(self) -> str:
        return self.account.address

    @property
    def key(self) -> str:
        return self.account.key.hex()

    @property
    def record_file(self) -> Path:
        return self.folder / "deployments" / f"{self.node.chain_id}.json"

    @property
    def journal_file(self) -> Path:
        return self.folder / "deployments" / f"{self.node.chain_id}.journal.json"

    def record(self) -> dict:
        return json.loads(self.record_file.read_text())

    def arguments(self, *more: str) -> list[str]:
        """A deployment without questions; what is in `more` comes on top."""
        folders = ["--deployments", str(self.folder / "deployments"), "--export-abi", str(self.folder / "abi")]
        key = [] if "--keystore" in more else ["--key-env", "DEPLOYER_KEY"]
        chain = [] if "--chain-id" in more else ["--chain-id", str(self.node.chain_id)]
        return ["--rpc", self.node.url, "--yes", *chain, *key, *folders, *more]

    def deploy(self, *more: str) -> tuple[int, str, str]:
        """The command's exit status, output and error output."""
        return self.run(*self.arguments(*more))

    def run(self, *arguments: str) -> tuple[int, str, str]:
        self.monkeypatch.setenv("DEPLOYER_KEY", self.key)
        self.monkeypatch.setattr(sys, "argv", ["deploy.py", *arguments])
        with pytest.raises(SystemExit) as end:
            deploy.main()
        captured = self.capsys.readouterr()
        assert self.key not in captured.out + captured.err
        return end.value.code, captured.out, captured.err


@pytest.fixture
def operator_of(tmp_path, monkeypatch, capsys):
    """Make an operator for a node, with 1,000 ether."""

    def make(node: RealNode, wei: int = 10**21) -> Operator:
        key = keccak(text=f"deployer {node.chain_id} {next(counter)}")
        operator = Operator(node, tmp_path, Account.from_key(key), monkeypatch, capsys)
        node.fund(operator.address, wei)
        return operator

    return make


@pytest.fixture
def operator(node, operator_of):
    return operator_of(node)


@pytest.fixture(scope="module")
def client(node, tmp_path_factory):
    """A system that is deployed once a file, and its user. Its operator is `client.operator`."""
    folder = tmp_path_factory.mktemp("system")
    deployer = Account.from_key(keccak(text=f"deployer {node.chain_id}"))
    node.fund(deployer.address)
    arguments = ["--rpc", node.url, "--yes", "--chain-id", str(node.chain_id), "--key-env", "KEY"]
    arguments += ["--deployments", str(folder), "--export-abi", str(folder / "abi")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEY", deployer.key.hex())
        patch.setattr(sys, "argv", ["deploy.py", *arguments])
        with pytest.raises(SystemExit) as end:
            deploy.main()
    assert end.value.code == 0
    client = Client(node, json.loads((folder / f"{node.chain_id}.json").read_text()))
    client.operator = deployer
    return client


@pytest.fixture
def rolled_back(node, client):
    """The test starts from the deployment and leaves no trace."""
    with node.undone():
        yield
