"""
A node of a chain, over JSON-RPC.

The URL may hold a secret of the operator: only its host is ever shown. What a node says is shown in one line, without
the parts of the URL.

A fault that may pass is waited for: no answer, too many requests, an answer that is cut off or that no node with this
question's block would give. docs/deploying.md has the table.
"""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import requests

from taskpools.deployment.console import Stopped, one_line

Answer = TypeVar("Answer")

TRIES = 5  # of a request that meets a fault that may pass
PAUSE = 0.5  # seconds before the second try; doubled each time
LONGEST_PAUSE = 60  # seconds that a node may ask to be left alone
PATIENCE = (10, 60)  # seconds for the connection, and for one answer
BRACKETS = 10_000  # in an answer at most; those that are asked for have some hundreds

DENIED = (401, 403)
BUSY = (408, 425, 429, 500, 502, 503, 504)
# Codes of errors that may pass: limits of rate, no healthy node behind the address.
PASSING_CODES = (429, -32005, -32007, -32011, -32016, -32029, -32097)
# Parts of what nodes and providers say then, and if one that lags behind does not know a block yet.
PASSING = (
    "rate limit",
    "rate-limit",
    "too many requests",
    "request limit",
    "request count exceeded",
    "per second capacity",
    "header not found",
    "block not found",
    "unknown block",
    "missing trie node",
    "state not available",
    "state is not available",
    "not yet available",
    "indexing is in progress",
    "timeout",
    "timed out",
    "temporarily",
    "try again",
    "no backend",
    "service unavailable",
    "internal server error",
)
# Codes and parts of what nodes say if the code that they ran has failed.
FAILED_CODES = (3, -32015)
FAILED = ("revert", "vm exception", "vm execution", "evm error", "out of gas", "jump destination")
# The same if the code has an instruction that the chain's fork does not know.
UNKNOWN_INSTRUCTION = ("opcode", "instruction", "notactivated", "not activated")

# Code that runs only if the node knows what an evm version added. Vyper 0.4.3 uses nothing that came with prague.
CANCUN = "0x5f5f5f5e5f5c00"  # MCOPY(0, 0, 0), TLOAD(0)
SHANGHAI = "0x5f00"  # PUSH0
PROBES = {"shanghai": SHANGHAI, "cancun": CANCUN, "prague": CANCUN}


class Refused(Stopped):
    """The node answered with an error; `text` is what it says, in one line."""

    def __init__(self, host: str, method: str, text: str, code: object):
        super().__init__(f"{host} refuses {method}: {text}")
        self.text = text
        self._code = code

    @property
    def failed(self) -> bool:
        """Whether the code that was to be run has failed, so that another try would fail too."""
        return self._code in FAILED_CODES or says(self.text, FAILED + UNKNOWN_INSTRUCTION)

    @property
    def lacks_instruction(self) -> bool:
        """Whether the code has an instruction that the chain's fork does not know."""
        return says(self.text, UNKNOWN_INSTRUCTION)


class Passing(Exception):
    """A fault that may pass, told as what the node does; `pause` is for how many seconds the node asks, if it does."""

    def __init__(self, line: str, pause: float | None = None):
        super().__init__(line)
        self.pause = pause


class Node:
    """Asks a node. Numbers are integers, data is in hexadecimal digits with 0x. Each question raises `Stopped`."""

    def __init__(self, url: str):
        self._url = url
        self._session = requests.Session()
        self.host = urlsplit(url).hostname or "the node"

    def __repr__(self) -> str:
        return f"<Node at {self.host}>"

    def ask(self, method: str, *params: Any, read: Callable[[Any], Answer]) -> Answer:
        """
        The result as `read` has it, which raises `ValueError` or the like for what is no such result.

        Raises `Refused` for an error of the node, and `Stopped` if a fault does not pass.
        """
        problem, pause = "", 0.0
        for attempt in range(TRIES):
            try:
                result = self._request(method, params)
                try:
                    return read(result)
                except (ValueError, TypeError, LookupError, AttributeError):
                    raise Passing(f"answers {method} with what cannot be read") from None
            except Passing as fault:
                problem, pause = str(fault), PAUSE * 2**attempt if fault.pause is None else fault.pause
            if pause > LONGEST_PAUSE:
                raise Stopped(f"{self.host} {problem} and wants to be left alone for {pause:.0f} seconds")
            if attempt < TRIES - 1:
                time.sleep(pause)
        raise Stopped(f"{self.host} {problem}")

    def _request(self, method: str, params: tuple) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            response = self._session.post(self._url, json=body, timeout=PATIENCE, allow_redirects=False)
        except OSError as fault:
            raise Passing(f"does not answer ({type(fault).__name__})") from None
        status = response.status_code
        if status in DENIED:
            raise Stopped(f"{self.host} denies access (status {status}): is the key in the URL right?")
        answer = _json(response)
        error = answer.get("error") if isinstance(answer, dict) else None
        busy = status in BUSY and not (status == 500 and error)
        if busy:
            raise Passing(f"does not answer (status {status})", _retry_after(response))
        if not isinstance(answer, dict) or (error is None and "result" not in answer):
            raise Passing(f"does not speak JSON-RPC (status {status})")
        if error is None:
            return answer["result"]
        fields = error if isinstance(error, dict) else {}
        refused = Refused(self.host, method, self._shown(str(fields.get("message") or error)), fields.get("code"))
        if not refused.failed and (fields.get("code") in PASSING_CODES or says(refused.text, PASSING)):
            raise Passing(f"does not answer {method} ({refused.text})", _backoff(fields.get("data")))
        raise refused

    def _shown(self, text: str) -> str:
        """What a node says, in one line of printable characters, without what of the URL may be secret."""
        parts = urlsplit(self._url)
        found = [parts.username, parts.password, *parts.path.split("/"), *re.split("[&=]", parts.query)]
        for part in sorted(filter(None, found), key=len, reverse=True):
            for secret in {part, unquote(part)}:
                # Shorter ones are words such as v2 or rpc.
                if len(secret) > 5:
                    text = text.replace(secret, "...")
        return one_line(text)

    # ------------------------------------------------------------ what a deployment asks

    def chain_id(self) -> int:
        return self.ask("eth_chainId", read=_number)

    def stay_on(self, chain_id: int) -> None:
        """Raise `Stopped` if the node is on another chain than this one."""
        if (now := self.chain_id()) != chain_id:
            raise Stopped(f"{self.host} is on chain {now}, not on chain {chain_id}")

    def head(self) -> int:
        """The number of the latest block."""
        return self.ask("eth_blockNumber", read=_number)

    def block(self, number: int | str = "latest") -> dict[str, int]:
        """`number`, `timestamp`, `gasLimit` and `baseFeePerGas` of a block; before london the last is missing."""
        at = number if isinstance(number, str) else hex(number)
        return self.ask("eth_getBlockByNumber", at, False, read=_block)

    def base_fee(self) -> int:
        """Of the latest block, in wei a gas."""
        block = self.block()
        if "baseFeePerGas" not in block:
            raise Stopped("the chain has no base fee: it is from before the london fork")
        return block["baseFeePerGas"]

    def tip(self) -> int:
        """What validators get at present, in wei a gas; 1 gwei if the node has no opinion."""
        try:
            return self.ask("eth_maxPriorityFeePerGas", read=_number)
        except Refused:
            return 10**9

    def balance(self, address: str) -> int:
        return self.ask("eth_getBalance", address, "latest", read=_number)

    def code(self, address: str) -> bytes:
        return self.ask("eth_getCode", address, "latest", read=_data)

    def nonce(self, address: str, block: str = "latest") -> int:
        return self.ask("eth_getTransactionCount", address, block, read=_number)

    def call(self, to: str, data: bytes) -> bytes:
        """What a call returns; raises `Refused` if it fails."""
        return self.ask("eth_call", {"to": to, "data": "0x" + data.hex()}, "latest", read=_data)

    def estimate(self, transaction: dict) -> int:
        """The gas that a transaction would use; raises `Refused` if it would fail."""
        return self.ask("eth_estimateGas", transaction, read=_number)

    def send(self, raw: str) -> None:
        self.ask("eth_sendRawTransaction", raw, read=_anything)

    def knows(self, transaction_hash: str) -> bool:
        """Whether the node has a transaction, mined or not."""
        return self.ask("eth_getTransactionByHash", transaction_hash, read=_anything) is not None

    def receipt(self, transaction_hash: str) -> dict | None:
        """
        The receipt of a mined transaction: `hash`, `block`, `blockHash`, `gasUsed` and `succeeded`.

        None if there is none, or not yet.
        """
        return self.ask("eth_getTransactionReceipt", transaction_hash, read=_receipt)

    def supports(self, evm_version: str) -> bool:
        """
        Whether code for this evm version runs on the chain's fork.

        True if that cannot be found out: the estimate of the first contract will tell.
        """
        probe = {"data": PROBES.get(evm_version, "0x00")}
        try:
            self.ask("eth_call", probe, "latest", read=_anything)
        except Refused as error:
            if error.lacks_instruction:
                return False
            # Some nodes make no call without a receiver, but each must estimate what creates a contract.
            try:
                self.estimate(probe)
            except Refused as creation:
                return not creation.lacks_instruction
        return True


def says(text: str, parts: tuple[str, ...]) -> bool:
    """Whether a text has one of these parts, which are in small letters."""
    return any(part in text.lower() for part in parts)


# ---------------------------------------------------------------- reading answers


def _json(response: requests.Response) -> Any:
    """What the answer is as JSON; None if it is none, or so deep that reading it may end the process."""
    if response.content.count(b"[") + response.content.count(b"{") > BRACKETS:
        return None
    try:
        return response.json()
    except ValueError:
        return None


def _retry_after(response: requests.Response) -> float | None:
    """Seconds to wait, which the header gives as such or as a date; None if it does not say."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return int(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _backoff(data: Any) -> float | None:
    """Seconds to wait, as some providers say in the data of an error; None if they do not say."""
    rate = data.get("rate", data) if isinstance(data, dict) else None
    seconds = rate.get("backoff_seconds") if isinstance(rate, dict) else None
    return float(seconds) if isinstance(seconds, int | float) and seconds >= 0 else None


def _anything(result: Any) -> Any:
    return result


def _number(result: Any) -> int:
    if not re.fullmatch("0x[0-9a-fA-F]{1,64}", result):
        raise ValueError("this is not a number")
    return int(result, 16)


def _data(result: Any) -> bytes:
    if not result.startswith("0x"):
        raise ValueError("these are not data")
    return bytes.fromhex(result[2:])


def _block(result: Any) -> dict[str, int]:
    found = {name: _number(result[name]) for name in ("number", "timestamp", "gasLimit")}
    if result.get("baseFeePerGas") is not None:
        found["baseFeePerGas"] = _number(result["baseFeePerGas"])
    return found


def _receipt(result: Any) -> dict | None:
    if result is None or result["blockNumber"] is None:
        return None
    return {
        "hash": str(result["transactionHash"]),
        "block": _number(result["blockNumber"]),
        "blockHash": str(result["blockHash"]),
        "gasUsed": _number(result["gasUsed"]),
        "succeeded": _number(result["status"]) == 1,
    }
