"""What of the options does not go together is told in one line, before anything is asked of a node"""

import pytest

from tests.integration.test_deploy import run

RPC = ["--rpc", "http://127.0.0.1:1"]
KEY = ["--key-env", "DEPLOYER_KEY"]
RAW = "0x" + "4c" * 32


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A folder of its own: a run that is refused has made `deployments` already."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--yes"], "--yes needs --rpc"),
        (["--chain-id", "1"], "--chain-id needs --rpc"),
        (["--rpc", "ws://somewhere", *KEY], "--rpc takes a URL that begins with http:// or https://"),
        (RPC, "the deployer's key is needed: either --keystore or --key-env"),
        ([*RPC, *KEY, "--keystore", "x"], "the deployer's key is needed: either --keystore or --key-env"),
        ([*RPC, *KEY, "--password-file", "x"], "--password-file goes with --keystore"),
        ([*RPC, *KEY, "--yes"], "--yes needs --chain-id"),
        ([*RPC, *KEY, "--explorer", "x"], "--explorer goes with --verify"),
        ([*RPC, *KEY, "--verify", "blockscout"], "--verify blockscout needs --explorer"),
        (
            [*RPC, *KEY, "--verify", "etherscan", "--explorer-key-env", "NO_SUCH"],
            "--explorer-key-env: there is no such environment variable",
        ),
        (
            [*RPC, *KEY, "--record", "x"],
            "--record is for the run in process: a live deployment is recorded in --deployments",
        ),
        (
            [*RPC, *KEY, "--owner", "0x1"],
            "Invalid value for '--owner': this is not the address of an account",
        ),
        (
            # one letter of another case than the checksum wants
            [*RPC, *KEY, "--owner", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8"],
            "Invalid value for '--owner': this is not the address of an account",
        ),
        (
            [*RPC, *KEY, "--treasury", "0x" + 40 * "0"],
            "Invalid value for '--treasury': this is not the address of an account",
        ),
        ([*RPC, *KEY, "--max-fee", "much"], "Invalid value for '--max-fee': this is not an amount of gwei"),
        ([*RPC, *KEY, "--max-fee", "0"], "Invalid value for '--max-fee': this is not an amount of gwei"),
        ([*RPC, *KEY, "--max-fee", "nan"], "Invalid value for '--max-fee': this is not an amount of gwei"),
    ],
)
def test_one_line_and_status_2(monkeypatch, capsys, arguments, line):
    assert run(monkeypatch, *arguments) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"deploy.py: {line}\n")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, "--key-env: there is no environment variable DEPLOYER_KEY"),
        ("secret words", "--key-env: DEPLOYER_KEY does not hold a private key, 64 hexadecimal digits"),
        ("00" * 32, "--key-env: DEPLOYER_KEY does not hold a private key, 64 hexadecimal digits"),
        ("ff" * 32, "--key-env: DEPLOYER_KEY does not hold a private key, 64 hexadecimal digits"),
    ],
)
def test_a_bad_key_is_not_shown(node, monkeypatch, capsys, value, line):
    if value is None:
        monkeypatch.delenv("DEPLOYER_KEY", raising=False)
    else:
        monkeypatch.setenv("DEPLOYER_KEY", value)
    assert run(monkeypatch, "--rpc", node.url, *KEY) == 2
    assert capsys.readouterr().err == f"deploy.py: {line}\n"


@pytest.mark.parametrize("given", [RAW, RAW[2:]])
def test_a_key_in_place_of_a_name_is_not_shown(node, monkeypatch, capsys, given):
    assert run(monkeypatch, "--rpc", node.url, "--key-env", given) == 2
    captured = capsys.readouterr()
    assert captured.err == "deploy.py: --key-env takes the name of an environment variable\n"
    assert RAW[2:] not in captured.out


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{}", "this is not a keystore of version 3"), ("no JSON", "this is not a keystore of version 3")],
)
def test_a_bad_keystore(node, monkeypatch, capsys, tmp_path, content, reason):
    keystore, password = tmp_path / "key.json", tmp_path / "password"
    keystore.write_text(content)
    password.write_text("x")
    arguments = ["--rpc", node.url, "--keystore", str(keystore), "--password-file", str(password)]
    assert run(monkeypatch, *arguments) == 2
    assert capsys.readouterr().err == f"deploy.py: --keystore: {keystore}: {reason}\n"
    password.unlink()
    assert run(monkeypatch, *arguments) == 2
    assert capsys.readouterr().err == f"deploy.py: --password-file: cannot read {password}\n"
