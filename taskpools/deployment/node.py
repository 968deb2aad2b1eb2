"""
A node of a chain, over JSON-RPC.

The URL may hold a secret of the operator: only its host is ever shown.
"""

import time
from typing import Any
from urllib.parse import urlsplit

import requests

from taskpools.deployment.console import Stopped

TRIES = 4  # of a request that gets no answer
PAUSE = 0.5  # seconds before the second try; doubled each time
PATIENCE = 60  # seconds for one answer
BUSY = (429, 500, 502, 503, 504)

# Code that runs only if the node knows what an evm version added. Vyper 0.4.3 uses nothing that came with prague.
CANCUN = "0x5f5f5f5e5f5c00"  # MCOPY(0, 0, 0), TLOAD(0)
SHANGHAI = "0x5f00"  # PUSH0
PROBES = {"shanghai": SHANGHAI, "cancun": CANCUN, "prague": CANCUN}


class Refused(Exception):
    """The node answered with an error; its text is in one line."""


class Node:
    """Asks a node. Numbers are integers, data is in hexadecimal digits with 0x."""

    def __init__(self, url: str):
        self._url = url
        self._session = requests.Session()
        self.host = urlsplit(url).hostname or "the node"

    def __repr__(self) -> str:
        return f"<Node at {self.host}>"

    def ask(self, method: str, *params: Any) -> Any:
        """The result; raises `Refused` for an error of the node and `Stopped` if it does not answer."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        problem = ""
        for attempt in range(TRIES):
            if attempt:
                time.sleep(PAUSE * 2 ** (attempt - 1))
            try:
                response = self._session.post(self._url, json=body, timeout=PATIENCE)
                if response.status_code not in BUSY:
                    return self._result(response)
                problem = f"status {response.status_code}"
            except requests.RequestException as error:
                problem = type(error).__name__
        raise Stopped(f"{self.host} does not answer ({problem})")

    def _result(self, response: requests.Response) -> Any:
        try:
            answer = response.json()
            if "error" not in answer:
                return answer["result"]
            text = answer["error"].get("message") or str(answer["error"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Stopped(f"{self.host} does not speak JSON-RPC (status {response.status_code})") from None
        raise Refused(" ".join(str(text).split()))

    # ------------------------------------------------------------ what a deployment asks

    def chain_id(self) -> int:
        return int(self.ask("eth_chainId"), 16)

    def head(self) -> int:
        """The number of the latest block."""
        return int(self.ask("eth_blockNumber"), 16)

    def base_fee(self) -> int:
        """Of the latest block, in wei a gas."""
        block = self.ask("eth_getBlockByNumber", "latest", False)
        if "baseFeePerGas" not in block:
            raise Stopped("the chain has no base fee: it is from before the london fork")
        return int(block["baseFeePerGas"], 16)

    def tip(self) -> int:
        """What validators get at present, in wei a gas; 1 gwei if the node has no opinion."""
        try:
            return int(self.ask("eth_maxPriorityFeePerGas"), 16)
        except Refused:
            return 10**9

    def balance(self, address: str) -> int:
        return int(self.ask("eth_getBalance", address, "latest"), 16)

    def code(self, address: str) -> bytes:
        return bytes.fromhex(self.ask("eth_getCode", address, "latest")[2:])

    def nonce(self, address: str, block: str = "latest") -> int:
        return int(self.ask("eth_getTransactionCount", address, block), 16)

    def call(self, to: str, data: bytes) -> bytes:
        return bytes.fromhex(self.ask("eth_call", {"to": to, "data": "0x" + data.hex()}, "latest")[2:])

    def estimate(self, transaction: dict) -> int:
        """The gas that a transaction would use; raises `Refused` if it would fail."""
        return int(self.ask("eth_estimateGas", transaction), 16)

    def send(self, raw: str) -> None:
        self.ask("eth_sendRawTransaction", raw)

    def receipt(self, transaction_hash: str) -> dict | None:
        """The receipt of a mined transaction."""
        return self.ask("eth_getTransactionReceipt", transaction_hash)

    def supports(self, evm_version: str) -> bool:
        """Whether code for this evm version runs on the chain's fork."""
        if evm_version not in PROBES:
            return True
        try:
            self.ask("eth_call", {"data": PROBES[evm_version]}, "latest")
        except Refused:
            return False
        return True
