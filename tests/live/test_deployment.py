"""deploy.py --rpc where nothing goes wrong"""

import json
import stat

from eth_account import Account
from eth_utils import keccak

from taskpools.abi import abi
from taskpools.deployment.keys import from_environment
from taskpools.deployment.plan import create_address
from taskpools.deployment.record import COMPILER
from taskpools.steps import steps
from taskpools.system import CONTRACTS, SOURCES

STEPS = len(steps())


def test_default_behavior(node, operator):
    status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    assert "checked on the chain" in output
    assert not operator.journal_file.exists()

    record = operator.record()
    assert record["chainId"] == node.chain_id
    assert set(record["contracts"]) == set(SOURCES)
    sent = node.sent_by(operator.address)
    assert len(sent) == STEPS
    transactions = {item["hash"]: int(item["blockNumber"], 16) for item in sent}
    for name, contract in record["contracts"].items():
        code = bytes.fromhex(node.ask("eth_getCode", contract["address"], "latest")[2:])
        assert contract["codeHash"] == "0x" + keccak(code).hex()
        assert transactions[contract["transaction"]] == contract["block"]
        assert contract["abi"] == json.loads(json.dumps(abi(name)))
        assert contract["compiler"] == COMPILER
        assert contract["settings"]["evmVersion"] == "prague"
        assert (CONTRACTS.parent / contract["source"]).exists()
    manager = record["contracts"]["TaskManager"]
    assert manager["constructorArguments"][0] == operator.address
    assert manager["constructorArguments"][3] == record["blueprints"]["TaskEnvironmentProxy"]["address"]
    assert [call["function"] for call in record["calls"]] == ["setModelRegistry", "setTaskRouter"]
    for name in SOURCES:
        assert json.loads((operator.folder / "abi" / f"{name}.json").read_text()) == record["contracts"][name]["abi"]


def test_a_rehearsal_shows_the_plan_and_sends_nothing(node, operator):
    status, output, errors = operator.deploy("--dry-run")
    assert (status, errors) == (0, "")
    for nonce, step in enumerate(steps()):
        if hasattr(step, "blueprint"):
            assert create_address(operator.address, nonce) in output
    assert "TaskRouter(TaskPoolFactory, TaskPoolViewer)" in output
    assert "has 1000.000000 ether" in output
    assert "gas, about 0.0" in output
    assert node.number("eth_getTransactionCount", operator.address, "pending") == 0
    assert not (operator.folder / "deployments").exists()


def test_a_second_run_checks_and_sends_nothing(node, operator):
    operator.deploy()
    before = operator.record_file.read_text()
    status, output, _ = operator.deploy()
    assert status == 0
    assert "nothing is sent" in output
    assert "checked on the chain" in output
    assert operator.record_file.read_text() == before
    assert node.number("eth_getTransactionCount", operator.address, "latest") == STEPS


def test_a_second_run_tells_of_wrong_code(node, operator):
    operator.deploy()
    router = operator.record()["contracts"]["TaskRouter"]["address"]
    node.ask("anvil_setCode", router, "0x00")
    status, output, errors = operator.deploy()
    assert status == 1
    assert "WRONG  TaskRouter has the build's code" in output
    assert "WRONG  TaskRouter.factory() is 0x" in output
    assert errors.startswith("deploy.py: the system on the chain is not what was planned: 4 of ")


def test_another_deployment_keeps_the_record_of_the_first(operator):
    operator.deploy()
    first = operator.record_file.read_text()
    status, output, _ = operator.deploy("--again")
    kept = operator.record_file.with_name(f"{operator.node.chain_id}.1.json")
    assert status == 0
    assert str(kept) in output
    assert kept.read_text() == first != operator.record_file.read_text()
    assert (kept.with_suffix("") / "bundle.json").exists()
    assert (
        json.loads((operator.record_file.with_suffix("") / "bundle.json").read_text())["TaskPool"]["address"]
        == (operator.record()["contracts"]["TaskPool"]["address"])
    )


def test_the_new_owner_is_proposed_and_accepts_by_himself(node, operator):
    owner, verifier = "0x" + 19 * "00" + "0a", "0x" + 19 * "00" + "0b"
    status, output, _ = operator.deploy("--owner", owner, "--verifier", verifier, "--treasury", verifier)
    assert status == 0
    contracts = operator.record()["contracts"]
    registry, factory = contracts["ModelRegistry"]["address"], contracts["TaskPoolFactory"]["address"]
    assert f"by calling acceptOwnership() of TaskPoolFactory at {factory} and ModelRegistry at {registry}" in " ".join(
        output.split()
    )
    assert contracts["TaskManager"]["constructorArguments"][0][-2:] == "0b"
    for contract in (registry, factory):
        pending = node.ask(
            "eth_call", {"to": contract, "data": "0x" + keccak(text="pendingOwner()")[:4].hex()}, "latest"
        )
        assert int(pending, 16) == int(owner, 16)
    node.ask("anvil_impersonateAccount", owner)
    node.fund(owner)
    for contract in (registry, factory):
        accept = {"from": owner, "to": contract, "data": "0x" + keccak(text="acceptOwnership()")[:4].hex()}
        node.ask("eth_sendTransaction", accept)
    assert operator.deploy()[0] == 0


def test_an_encrypted_key(operator):
    keystore, password = operator.folder / "key.json", operator.folder / "password"
    encrypted = Account.encrypt(operator.account.key, "correct horse", kdf="pbkdf2", iterations=1000)
    keystore.write_text(json.dumps(encrypted))
    password.write_text("wrong\n")
    files = ("--keystore", str(keystore), "--password-file", str(password))
    assert operator.deploy("--dry-run", *files)[0] == 0  # the keystore says whose it is
    status, _, errors = operator.deploy(*files)
    assert status == 2
    assert errors == f"deploy.py: --keystore: {keystore}: the password is wrong\n"
    password.write_text("correct horse\n")
    assert operator.deploy(*files)[0] == 0
    assert operator.record()["terms"]["deployer"] == operator.address


def test_no_file_holds_the_key(operator):
    operator.deploy()
    for file in operator.folder.rglob("*"):
        if stat.S_ISREG(file.stat().st_mode):
            assert operator.key not in file.read_text()


def test_a_signer_does_not_show_its_key(operator, monkeypatch):
    monkeypatch.setenv("DEPLOYER_KEY", operator.key)
    signer = from_environment("DEPLOYER_KEY")
    assert repr(signer) == f"<Signer of {operator.address}>"
    assert operator.key not in repr(vars(signer))
