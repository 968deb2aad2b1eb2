"""
The deployer's key. It is in no message, representation, record or traceback: errors are raised where no variable holds
it, and without the error that they come from, which may quote it.
"""

import codecs
import json
import os
import re
from pathlib import Path
from typing import Any

import click
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import ValidationError, to_checksum_address

NO_KEYSTORE = "this is not a keystore of version 3"


class Signer:
    """Signs as one account."""

    def __init__(self, account: LocalAccount):
        self.address = account.address
        self._account = account

    def __repr__(self) -> str:
        return f"<Signer of {self.address}>"

    def sign(self, transaction: dict) -> str:
        """The signed transaction, in hexadecimal digits with 0x."""
        return "0x" + bytes(self._account.sign_transaction(transaction).raw_transaction).hex()


def from_environment(name: str) -> Signer:
    """The key in an environment variable, as 64 hexadecimal digits; raises `click.UsageError`."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", name) or _is_key(name):
        # Somebody may have given the key itself.
        raise click.UsageError("--key-env takes the name of an environment variable")
    if name not in os.environ:
        raise click.UsageError(f"--key-env: there is no environment variable {name}")
    account = _account_of(os.environ[name].strip())
    if account is None:
        raise click.UsageError(f"--key-env: {name} does not hold a private key, 64 hexadecimal digits")
    return Signer(account)


class Keystore:
    """
    An account's encrypted key in a file, version 3 of the Web3 secret storage, as clients and wallets write it.

    `address` is whose the file says it is, None if it does not say. Raises `click.UsageError` for any other file.
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            self._content = _small(json.loads(_read(path, "--keystore")))
        except (ValueError, TypeError):
            raise self._refusal(NO_KEYSTORE) from None
        try:
            fault = _fault(self._content)
        except (KeyError, TypeError, AttributeError):
            fault = "the file is damaged"
        if fault is not None:
            raise self._refusal(fault)
        address = self._content.get("address")
        self.address = to_checksum_address(address) if address else None

    def unlock(self, password: str) -> Signer:
        """The signer; raises `click.UsageError` if the password is wrong or the key is another account's."""
        account = _decrypt(self._content, password)
        if account is None:
            raise self._refusal("the password is wrong, or the file is damaged")
        if self.address not in (None, account.address):
            raise self._refusal(f"it says that it is of {self.address}, but its key is that of {account.address}")
        return Signer(account)

    def ask(self) -> Signer:
        """Ask for the password, then `unlock`."""
        return self.unlock(click.prompt(f"Password of {self.path.name}", hide_input=True, err=True))

    def _refusal(self, reason: str) -> click.UsageError:
        return click.UsageError(f"--keystore: {self.path}: {reason}")


def read_password(path: Path) -> str:
    """The first line of a file, as geth has it: further lines are for further accounts."""
    return _read(path, "--password-file").split("\n")[0].rstrip("\r")


def _small(found: Any) -> dict:
    """A keystore with the names of its fields in small letters: some wallets write `Crypto`. Raises `TypeError`."""
    if not isinstance(found, dict):
        raise TypeError("this is no object")
    return {name.lower(): _small(value) if isinstance(value, dict) else value for name, value in found.items()}


def _fault(keystore: dict) -> str | None:
    """Why this is not an account's key that can be decrypted, None if it is; may raise as for any damaged file."""
    if "encseed" in keystore:
        return "this is a wallet of the presale, not a keystore of version 3"
    version = keystore.get("version")
    if "pubkey" in keystore or version == 4:
        return "this is a validator's key (EIP-2335), not that of an account"
    if version != 3:
        return NO_KEYSTORE if version is None else f"this is a keystore of version {version}, not of version 3"
    crypto = keystore["crypto"]
    if crypto["cipher"] != "aes-128-ctr":
        return f"its cipher is {crypto['cipher']}, and only aes-128-ctr is known"
    sizes = {"ciphertext": (crypto["ciphertext"], 32), "mac": (crypto["mac"], 32)}
    sizes["iv"] = (crypto["cipherparams"]["iv"], 16)
    if keystore.get("address"):
        sizes["address"] = (keystore["address"], 20)
    for name, (value, size) in sizes.items():
        if not re.fullmatch(f"(0x)?[0-9a-fA-F]{{{2 * size}}}", value):
            return f"the file is damaged: its {name} is not {2 * size} hexadecimal digits"
    function, values = crypto["kdf"], crypto["kdfparams"]
    if not re.fullmatch("(0x)?([0-9a-fA-F]{2})*", values["salt"]):
        return "the file is damaged: its salt is not hexadecimal digits"
    if function == "scrypt":
        n, r, p = values["n"], values["r"], values["p"]
        # As much memory as a wallet asks for, and what any machine has.
        fits = min(r, p) > 0 and n > 1 and n & (n - 1) == 0 and 128 * n * r <= 2**30 and p <= 64
    elif function == "pbkdf2":
        fits = values["prf"] == "hmac-sha256" and 0 < values["c"] <= 10**8
    else:
        return f"its key derivation is {function}, and only scrypt and pbkdf2 are known"
    return None if fits and values["dklen"] == 32 else "the file is damaged: its kdfparams cannot be"


def _is_key(text: str) -> bool:
    return re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", text) is not None


def _account_of(text: str) -> LocalAccount | None:
    if not _is_key(text):
        return None
    try:
        return Account.from_key(text)
    except (ValueError, ValidationError):  # zero, and what is not below the order of the curve
        return None


def _decrypt(content: dict, password: str) -> LocalAccount | None:
    """The account; None if the password is not the one, or what comes out is no key."""
    try:
        return Account.from_key(Account.decrypt(content, password))
    except (ValueError, ValidationError):
        return None


def _read(path: Path, option: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 as some shells write it, without the mark at its beginning."""
    try:
        content = path.read_bytes()
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return content.decode("utf-16" if is_wide else "utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"{option}: cannot read {path}") from None
