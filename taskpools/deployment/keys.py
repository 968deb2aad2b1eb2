"""
The deployer's key. It is in no message, representation, record or traceback: errors are raised where no variable holds
it, and without the error that they come from, which may quote it.
"""

import json
import os
import re
from pathlib import Path

import click
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import ValidationError, to_checksum_address


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


def from_keystore(keystore: Path, password_file: Path | None) -> Signer:
    """The key in an encrypted file, with the password in a file or asked for; raises `click.UsageError`."""
    content = _read(keystore, "--keystore")
    if password_file is None:
        password = click.prompt(f"Password of {keystore.name}", hide_input=True, err=True)
    else:
        password = _read(password_file, "--password-file").rstrip("\r\n")
    account = _decrypt(content, password)
    if isinstance(account, str):
        raise click.UsageError(f"--keystore: {keystore}: {account}")
    return Signer(account)


def address_in(keystore: Path) -> str | None:
    """The address that a keystore says it is of, None if it does not say; raises `click.UsageError`."""
    try:
        return to_checksum_address(json.loads(_read(keystore, "--keystore"))["address"])
    except (ValueError, KeyError, TypeError):
        return None


def _is_key(text: str) -> bool:
    return re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", text) is not None


def _account_of(text: str) -> LocalAccount | None:
    if not _is_key(text):
        return None
    try:
        return Account.from_key(text)
    except (ValueError, ValidationError):  # zero, and what is not below the order of the curve
        return None


def _decrypt(content: str, password: str) -> LocalAccount | str:
    """The account, or why there is none."""
    try:
        return Account.from_key(Account.decrypt(json.loads(content), password))
    except (KeyError, TypeError, NotImplementedError, json.JSONDecodeError):
        return "this is not a keystore of version 3"
    except ValueError:
        return "the password is wrong"


def _read(path: Path, option: str) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"{option}: cannot read {path}") from None
