"""
Verification of sources. Explorers are outside: a stand-in of their APIs takes what is sent and compiles it, as they do.
"""

import json
import threading
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from eth_utils import keccak
from vyper.cli.vyper_json import compile_json

from taskpools.deployment import verification
from taskpools.system import SOURCES


def rebuilt(standard: dict, contract: str) -> tuple[bytes, bytes]:
    """Creation and runtime code that the compiler makes of a standard input."""
    path, name = contract.split(":")
    objects = ["evm.bytecode.object", "evm.deployedBytecode.object"]
    standard = {**standard, "settings": {**standard["settings"], "outputSelection": {path: objects}}}
    evm = compile_json(standard)["contracts"][path][name]["evm"]
    return tuple(bytes.fromhex(evm[kind]["object"].removeprefix("0x")) for kind in ("bytecode", "deployedBytecode"))


class StandIn:
    """An explorer: sees a contract at the second look only, decides at the second question."""

    def __init__(self, node):
        self.node = node
        self.verified = set()
        self.looks = {}
        self.busy = {}
        self.requests = []

    def matches(self, address: str, standard: str) -> bool:
        """Whether the sources give the code on the chain, but for the immutables at its end."""
        standard = json.loads(standard)
        contract = next(iter(standard["settings"]["outputSelection"]))
        name = contract.split("/")[-1].removesuffix(".vy")
        runtime = rebuilt(standard, f"{contract}:{name}")[1]
        return bytes.fromhex(self.node.ask("eth_getCode", address, "latest")[2:]).startswith(runtime)

    def sees(self, address: str) -> bool:
        self.looks[address] = self.looks.get(address, 0) + 1
        return self.looks[address] > 1

    def etherscan(self, query: dict, form: dict) -> tuple[int, dict]:
        self.requests.append((query, form))
        if query.get("apikey") != "explorer-key" or query["chainid"] != str(self.node.chain_id):
            return 200, {"status": "0", "message": "NOTOK", "result": "Invalid API Key"}
        if query.get("action") == "checkverifystatus":
            address = query["guid"]
            self.busy[address] = self.busy.get(address, 0) + 1
            if self.busy[address] == 1:
                return 200, {"status": "0", "message": "NOTOK", "result": "Pending in queue"}
            if address in self.verified:
                return 200, {"status": "1", "message": "OK", "result": "Pass - Verified"}
            return 200, {"status": "0", "message": "NOTOK", "result": "Fail - Unable to verify"}
        address = form["contractaddress"]
        if address in self.verified:
            return 200, {"status": "0", "message": "NOTOK", "result": "Contract source code already verified"}
        if not self.sees(address):
            return 200, {"status": "0", "message": "NOTOK", "result": f"Unable to locate ContractCode at {address}"}
        assert form["codeformat"] == "vyper-json"
        assert form["compilerversion"] == "vyper:0.4.3"
        if self.matches(address, form["sourceCode"]):
            self.verified.add(address)
        return 200, {"status": "1", "message": "OK", "result": address}

    def blockscout(self, path: str, form: dict | None) -> tuple[int, dict]:
        address = path.split("/")[4]
        if form is None:
            return (200, {"is_verified": True}) if address in self.verified else (404, {"message": "Not found"})
        if not self.sees(address):
            return 404, {"message": "Not found"}
        assert form["compiler_version"] == "v0.4.3+commit.bff19ea2"
        if self.matches(address, form["files[0]"]):
            self.verified.add(address)
        return 200, {"message": "Smart-contract verification started"}


@pytest.fixture
def explorer(node):
    """The stand-in, at `url`."""
    stand_in = StandIn(node)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._answer(None)

        def do_POST(self):
            self._answer(self.rfile.read(int(self.headers["content-length"])))

        def _answer(self, body: bytes | None):
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            if url.path == "/v2/api":
                sent = parse_qs(body.decode(), keep_blank_values=True) if body else {}
                status, answer = stand_in.etherscan(query, {name: values[0] for name, values in sent.items()})
            else:
                status, answer = stand_in.blockscout(url.path, self._parts(body))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def _parts(self, body: bytes | None) -> dict | None:
            if body is None:
                return None
            head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
            parts = BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
            return {
                part.get_param("name", header="content-disposition"): part.get_payload(decode=True).decode()
                for part in parts
            }

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    yield stand_in
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def few(monkeypatch):
    """Two small contracts are enough for an explorer."""
    inner = verification.write_bundle

    def write(folder, plan):
        inner(folder, plan)
        path = folder.bundle / "bundle.json"
        about = json.loads(path.read_text())
        path.write_text(json.dumps({name: about[name] for name in FEW}))

    monkeypatch.setattr("taskpools.deployment.deployment.write_bundle", write)


REBUILT = ("TaskRouter", "TaskEnvironmentProxy", "MinimalTaskEnvironment", "RecurringTaskEnvironment")
FEW = ("BasicTaskEnvironment", "RecurringTaskEnvironment")


def verify(operator, explorer, kind: str):
    operator.monkeypatch.setenv("EXPLORER_KEY", "explorer-key")
    url = explorer.url + ("/v2/api" if kind == "etherscan" else "")
    return operator.deploy("--verify", kind, "--explorer", url, "--explorer-key-env", "EXPLORER_KEY")


@pytest.mark.parametrize("kind", ["etherscan", "blockscout"])
def test_an_explorer_verifies(operator, explorer, few, kind):
    status, output, errors = verify(operator, explorer, kind)
    assert (status, errors) == (0, "")
    contracts = operator.record()["contracts"]
    assert explorer.verified == {contracts[name]["address"] for name in FEW}
    assert all(f"verified {name}" in output for name in FEW)
    assert "explorer-key" not in output
    status, output, _ = verify(operator, explorer, kind)  # again: it is verified already
    assert status == 0
    assert "nothing is sent" in output


@pytest.mark.parametrize("kind", ["etherscan", "blockscout"])
def test_an_explorer_that_does_not_verify(operator, explorer, few, kind, monkeypatch):
    monkeypatch.setattr(StandIn, "matches", lambda self, address, standard: False)
    status, output, errors = verify(operator, explorer, kind)
    assert status == 1
    assert "NOT VERIFIED  BasicTaskEnvironment: " in output
    assert errors == (
        "deploy.py: 2 contracts are not verified. The system is deployed and recorded: "
        "run the same command again to try once more\n"
    )
    assert operator.record_file.exists()
    assert not operator.journal_file.exists()


def test_a_wrong_key_of_the_explorer_is_not_shown(operator, explorer, few):
    operator.monkeypatch.setenv("WRONG", "another-key")
    url = explorer.url + "/v2/api"
    status, output, errors = operator.deploy("--verify", "etherscan", "--explorer", url, "--explorer-key-env", "WRONG")
    assert status == 1
    assert "the explorer refuses: Invalid API Key" in output
    assert "another-key" not in output + errors


def test_the_constructor_arguments_go_along(operator, explorer, few):
    verify(operator, explorer, "etherscan")
    manager = operator.record()["contracts"]["TaskManager"]["address"]
    sent = {form["contractname"]: form for _, form in explorer.requests if form}
    form = sent["contracts/environments/RecurringTaskEnvironment.vy:RecurringTaskEnvironment"]
    assert form["constructorArguements"] == manager[2:].lower().rjust(64, "0") + f"{7200:064x}"


def test_the_bundle_gives_the_code_of_the_chain(node, operator, request):
    """Of one contract of each kind, of all with --all: compiling takes seconds."""
    operator.deploy()
    record, folder = operator.record(), operator.record_file.with_suffix("")
    bundle = json.loads((folder / "bundle.json").read_text())
    assert set(bundle) == set(SOURCES)
    transactions = {item["hash"]: item for item in node.sent_by(operator.address)}
    for name, about in bundle.items():
        standard = json.loads((folder / about["standardInput"]).read_text())
        assert standard["integrity"] == about["integrity"] == record["contracts"][name]["integrity"]
        if name not in REBUILT and not request.config.getoption("--all"):
            continue
        creation, runtime = rebuilt(standard, about["contract"])
        code = bytes.fromhex(node.ask("eth_getCode", about["address"], "latest")[2:])
        assert code.startswith(runtime)
        assert "0x" + keccak(code).hex() == record["contracts"][name]["codeHash"]
        if name == "TaskEnvironmentProxy":
            continue  # made by the manager
        arguments = bytes.fromhex(about["constructorArguments"][2:])
        assert transactions[record["contracts"][name]["transaction"]]["input"] == "0x" + (creation + arguments).hex()


def test_a_changed_source_does_not_give_it(node, operator):
    operator.deploy()
    folder, name = operator.record_file.with_suffix(""), "ReschedulingTaskEnvironment"
    about = json.loads((folder / "bundle.json").read_text())[name]
    standard = json.loads((folder / about["standardInput"]).read_text())
    source = standard["sources"][about["contract"].split(":")[0]]
    source["content"] = source["content"].replace(
        "RETRY_DELAY: public(constant(uint64)) = 5", "RETRY_DELAY: public(constant(uint64)) = 6"
    )
    code = bytes.fromhex(node.ask("eth_getCode", about["address"], "latest")[2:])
    assert not code.startswith(rebuilt(standard, about["contract"])[1])
