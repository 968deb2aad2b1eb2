"""Keystores as their users have them: each read as its writer meant, or one line that says what the file is."""

import codecs
import json

import click
import pytest
from eth_account import Account
from eth_keyfile import create_keyfile_json

from taskpools.deployment.keys import Keystore, read_password
from tests.integration.test_deploy import run

KEY = "0x" + "4c" * 32
ADDRESS = Account.from_key(KEY).address
PASSWORD = "correct horse"
# One of another account, and what eth_keyfile would take for one.
VALIDATOR = create_keyfile_json(b"\x01" * 32, PASSWORD.encode(), version=4, kdf="pbkdf2", iterations=2)
GIVEN = Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=2)
SCRYPT = Account.encrypt(KEY, PASSWORD, kdf="scrypt", iterations=2)


def changed(given=GIVEN, **changes) -> dict:
    """A keystore with other values: `crypto__kdfparams__c=7`; None takes the field out."""
    found = json.loads(json.dumps(given))
    for path, value in changes.items():
        *outer, last = path.split("__")
        place = found
        for name in outer:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return found


def damaged(given=GIVEN, **changes) -> bytes:
    return json.dumps(changed(given, **changes)).encode()


def capital(given: dict) -> dict:
    return {name.capitalize() if name == "crypto" else name: value for name, value in given.items()}


TEXT = json.dumps(GIVEN)
READ = {
    "as geth writes it": TEXT.encode(),
    "with scrypt": json.dumps(SCRYPT).encode(),
    "with a byte order mark": codecs.BOM_UTF8 + TEXT.encode(),
    "as a shell of Windows writes it": TEXT.encode("utf-16"),
    "with lines of Windows": json.dumps(GIVEN, indent=1).replace("\n", "\r\n").encode(),
    "with Crypto in capitals": json.dumps(capital(GIVEN)).encode(),
    "without an address": damaged(address=None),
    "with an empty address": damaged(address=""),
    "with 0x": damaged(address="0x" + GIVEN["address"], crypto__mac="0x" + GIVEN["crypto"]["mac"]),
    "with a checksum": damaged(address=ADDRESS),
}

NO_KEYSTORE = "this is not a keystore of version 3"
DAMAGED = "the file is damaged"
CANNOT = "the file is damaged: its kdfparams cannot be"
REFUSED = {
    "nothing": (b"", NO_KEYSTORE),
    "no JSON": (b"no JSON", NO_KEYSTORE),
    "a list": (b"[]", NO_KEYSTORE),
    "an empty object": (b"{}", NO_KEYSTORE),
    "half a file": (TEXT[:200].encode(), NO_KEYSTORE),
    "a raw key": (KEY.encode(), NO_KEYSTORE),
    "a number": (b"7", NO_KEYSTORE),
    "a validator's": (json.dumps(VALIDATOR).encode(), "this is a validator's key (EIP-2335), not that of an account"),
    "version 1": (damaged(version="1"), "this is a keystore of version 1, not of version 3"),
    "a presale": (
        b'{"encseed": "00", "ethaddr": "00"}',
        "this is a wallet of the presale, not a keystore of version 3",
    ),
    "another cipher": (
        damaged(crypto__cipher="aes-128-cbc"),
        "its cipher is aes-128-cbc, and only aes-128-ctr is known",
    ),
    "another derivation": (
        damaged(crypto__kdf="argon2id"),
        "its key derivation is argon2id, and only scrypt and pbkdf2 are known",
    ),
    "no crypto": (damaged(crypto=None), DAMAGED),
    "crypto of a text": (damaged(crypto="x"), DAMAGED),
    "no mac": (damaged(crypto__mac=None), DAMAGED),
    "a mac of null": (damaged(crypto__mac=7), DAMAGED),
    "a short mac": (damaged(crypto__mac="ab"), f"{DAMAGED}: its mac is not 64 hexadecimal digits"),
    "a short ciphertext": (damaged(crypto__ciphertext="ab"), f"{DAMAGED}: its ciphertext is not 64 hexadecimal digits"),
    "no digits": (damaged(crypto__ciphertext="zz" * 32), f"{DAMAGED}: its ciphertext is not 64 hexadecimal digits"),
    "a short iv": (damaged(crypto__cipherparams__iv="ab"), f"{DAMAGED}: its iv is not 32 hexadecimal digits"),
    "a short address": (damaged(address="ab"), f"{DAMAGED}: its address is not 40 hexadecimal digits"),
    "an odd salt": (damaged(crypto__kdfparams__salt="abc"), f"{DAMAGED}: its salt is not hexadecimal digits"),
    "no salt": (damaged(crypto__kdfparams__salt=None), DAMAGED),
    "another hash": (damaged(crypto__kdfparams__prf="hmac-sha512"), CANNOT),
    "no rounds": (damaged(crypto__kdfparams__c=0), CANNOT),
    "rounds of a text": (damaged(crypto__kdfparams__c="7"), DAMAGED),
    "rounds for years": (damaged(crypto__kdfparams__c=10**12), CANNOT),
    "a short derived key": (damaged(crypto__kdfparams__dklen=16), CANNOT),
    "n of 3": (damaged(SCRYPT, crypto__kdfparams__n=3), CANNOT),
    "n of 2**40": (damaged(SCRYPT, crypto__kdfparams__n=2**40), CANNOT),
    "r of 0": (damaged(SCRYPT, crypto__kdfparams__r=0), CANNOT),
    "p of 2**30": (damaged(SCRYPT, crypto__kdfparams__p=2**30), CANNOT),
    "no text": (b"\xff" + TEXT.encode(), None),
}


@pytest.fixture
def keystore(tmp_path):
    return tmp_path / "key.json"


@pytest.mark.parametrize("kind", READ)
def test_a_keystore_is_read_as_its_writer_meant(keystore, kind):
    keystore.write_bytes(READ[kind])
    found = Keystore(keystore)
    assert found.address in (ADDRESS, None)
    assert found.unlock(PASSWORD).address == ADDRESS


@pytest.mark.parametrize("kind", REFUSED)
def test_another_file_is_one_line_before_a_node_is_asked(monkeypatch, capsys, keystore, kind):
    content, reason = REFUSED[kind]
    keystore.write_bytes(content)
    assert run(monkeypatch, "--rpc", "http://127.0.0.1:1", "--keystore", str(keystore)) == 2
    captured = capsys.readouterr()
    told = f"cannot read {keystore}" if reason is None else f"{keystore}: {reason}"
    assert (captured.out, captured.err) == ("", f"deploy.py: --keystore: {told}\n")
    assert KEY[2:] not in captured.err


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (TEXT.encode(), "the password is wrong, or the file is damaged"),
        (damaged(crypto__ciphertext="00" * 32), "the password is wrong, or the file is damaged"),
        (damaged(crypto__kdfparams__c=3), "the password is wrong, or the file is damaged"),
    ],
)
def test_a_wrong_password(keystore, content, reason):
    keystore.write_bytes(content)
    found = Keystore(keystore)
    with pytest.raises(click.UsageError) as end:
        found.unlock("wrong" if content == TEXT.encode() else PASSWORD)
    assert end.value.message == f"--keystore: {keystore}: {reason}"


def test_the_key_of_another_account_is_not_used(keystore):
    """Somebody has put another address into the file, or another key."""
    other = "0x" + 38 * "0" + "0a"
    keystore.write_bytes(damaged(address=other))
    with pytest.raises(click.UsageError) as end:
        Keystore(keystore).unlock(PASSWORD)
    assert end.value.message == (
        f"--keystore: {keystore}: it says that it is of {Keystore(keystore).address}, but its key is that of {ADDRESS}"
    )


@pytest.mark.parametrize("key", ["0x" + 64 * "0", "0x" + 64 * "f"])
def test_what_is_no_key_is_not_used(keystore, key, monkeypatch):
    """The right password of a file that holds no private key."""
    monkeypatch.setattr(Account, "decrypt", lambda *arguments: bytes.fromhex(key[2:]))
    keystore.write_text(TEXT)
    with pytest.raises(click.UsageError, match="the password is wrong, or the file is damaged"):
        Keystore(keystore).unlock(PASSWORD)


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"correct horse", PASSWORD),
        (b"correct horse\n", PASSWORD),
        (b"correct horse\r\n", PASSWORD),
        (b"correct horse\nof another account\n", PASSWORD),
        (codecs.BOM_UTF8 + b"correct horse\n", PASSWORD),
        ("correct horse\r\n".encode("utf-16"), PASSWORD),
        (b" correct horse \n", " correct horse "),
        ("größer\n".encode(), "größer"),
        ("one\u2028two\n".encode(), "one\u2028two"),
        (b"", ""),
    ],
)
def test_a_password_is_the_first_line(tmp_path, content, password):
    path = tmp_path / "password"
    path.write_bytes(content)
    assert read_password(path) == password


@pytest.mark.parametrize("content", [None, b"\xff\xff"])
def test_a_password_that_cannot_be_read(monkeypatch, capsys, tmp_path, keystore, content):
    keystore.write_text(TEXT)
    password = tmp_path / "password"
    if content is not None:
        password.write_bytes(content)
    arguments = ["--rpc", "http://127.0.0.1:1", "--keystore", str(keystore), "--password-file", str(password)]
    assert run(monkeypatch, *arguments) == 2
    assert capsys.readouterr().err == f"deploy.py: --password-file: cannot read {password}\n"


@pytest.mark.parametrize(("password", "status"), [("wrong", 2), (PASSWORD, 1)])
def test_a_wrong_password_is_told_before_a_node_is_asked(monkeypatch, capsys, tmp_path, keystore, password, status):
    monkeypatch.chdir(tmp_path)
    keystore.write_text(TEXT)
    (tmp_path / "password").write_text(password)
    arguments = ["--rpc", "http://127.0.0.1:1", "--keystore", str(keystore), "--password-file", "password"]
    assert run(monkeypatch, *arguments) == status
    told = capsys.readouterr().err
    assert told.startswith("deploy.py: 127.0.0.1 does not answer" if status == 1 else "deploy.py: --keystore: ")
    assert told.count("\n") == 1
