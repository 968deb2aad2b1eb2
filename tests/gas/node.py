"""
A real node, anvil, over JSON-RPC: takes over transactions that were run in process, and sends its own.

Every account may send without a key. Blocks are made on demand, each at the time and with the base fee and the coinbase
that are asked for.
"""

import contextlib
import gzip
import http.client
import itertools
import json
import random
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from eth_utils import to_checksum_address

from taskpools.receipts import Transaction

BLOCK_GAS = 10**13
FUNDS = 10**30  # wei; of every account that sends
MAX_FEE = 10**12  # wei; with no priority fee the price is the base fee
START_SECONDS = 30
KEPT_STATES = 200
NEAR = 100  # blocks that are made one by one


class NodeError(Exception):
    """The node refused a request: its message, and the revert data if a call reverted."""


class Node:
    """One anvil, from `start` to `stop`, also as a context."""

    def __init__(self, program: Path, number: int, timestamp: int):
        """The genesis block is the one before `number`, at `timestamp`."""
        self._program = program
        self._ids = itertools.count()
        self._senders: set[str] = set()
        self._start(number - 1, timestamp)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self, number: int, timestamp: int):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        options = {
            "--port": self.port,
            "--hardfork": "prague",
            "--chain-id": random.randrange(10**6, 10**9),
            "--prune-history": KEPT_STATES,
            "--number": number,
            "--timestamp": timestamp,
            "--gas-limit": BLOCK_GAS,
            "--order": "fifo",
            "--balance": 0,
        }
        words = [str(word) for option in options.items() for word in option]
        flags = ["--no-mining", "--auto-impersonate", "--no-request-size-limit", "--quiet"]
        self._process = subprocess.Popen([str(self._program), *words, *flags], stdout=subprocess.DEVNULL)
        self._connection = None
        self.block = number
        try:
            self._await()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def _await(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.rpc("eth_chainId")
                return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                self._connection = None
                time.sleep(0.02)

    def rpc(self, method: str, *arguments):
        """The result of one request. Raises `NodeError`."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        body = json.dumps({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": arguments})
        self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(self._connection.getresponse().read())
        if "error" in answer:
            raise NodeError(f"{method}: {answer['error']}", answer["error"].get("data") or "0x")
        return answer["result"]

    def refusal(self, method: str, *arguments) -> bytes:
        """The revert data of a call that must be refused."""
        try:
            self.rpc(method, *arguments)
        except NodeError as error:
            return bytes.fromhex(error.args[1][2:])
        raise AssertionError(f"{method} was not refused")

    # ------------------------------------------------------------ blocks

    def mine(self, block: int, timestamp: int, base_fee: int, coinbase: str):
        """Put what was sent into this block, which must be the next one."""
        assert block == self.block + 1, f"block {block} after {self.block}"
        self.rpc("evm_setNextBlockTimestamp", hex(timestamp))
        self.rpc("anvil_setNextBlockBaseFeePerGas", hex(base_fee))
        self.rpc("anvil_setCoinbase", coinbase)
        self.rpc("evm_mine")
        self.block = block
        assert int(self.rpc("eth_blockNumber"), 16) == block

    def skip_to(self, block: int, timestamp: int):
        """
        The block will be the next one; those in between are empty. Nothing may be waiting.

        anvil takes up to six milliseconds for an empty block. A far jump is a new node that goes on from the state of
        this one.
        """
        empty = block - self.block - 1
        if 0 < empty <= NEAR:
            self.rpc("anvil_mine", hex(empty), "0x0")
            self.block += empty
        elif empty > NEAR:
            state = json.loads(gzip.decompress(bytes.fromhex(self.rpc("anvil_dumpState")[2:])))
            self.stop()
            self._start(block - 1, timestamp - 1)
            state["block"] |= {"number": hex(block - 1), "timestamp": hex(timestamp - 1)}
            state |= {"best_block_number": block - 1, "blocks": [], "transactions": [], "historical_states": None}
            self.rpc("anvil_loadState", "0x" + gzip.compress(json.dumps(state).encode(), 1).hex())
            self.block = block - 1

    @contextlib.contextmanager
    def undone(self):
        """The blocks that are made meanwhile are taken back at the end."""
        block, senders = self.block, set(self._senders)
        state = self.rpc("evm_snapshot")
        yield
        assert self.rpc("evm_revert", state)
        self.block, self._senders = block, senders

    # ------------------------------------------------------------ transactions

    def send(self, sender: str, to: str | None, data: bytes, value: int, gas: int) -> str:
        """Into the next block, at its base fee; `gas` is the limit. Returns the hash."""
        if sender not in self._senders:
            self._senders.add(sender)
            self.rpc("anvil_setBalance", sender, hex(FUNDS))
        fields = {"from": sender, "data": "0x" + data.hex(), "value": hex(value), "gas": hex(gas)}
        fields |= {"maxFeePerGas": hex(MAX_FEE), "maxPriorityFeePerGas": "0x0"}
        if to is not None:
            fields["to"] = to
        return self.rpc("eth_sendTransaction", fields)

    def receipt(self, sent: str) -> dict:
        receipt = self.rpc("eth_getTransactionReceipt", sent)
        assert receipt is not None, "the transaction is not in a block"
        return receipt

    def replay(self, steps: list) -> list[dict]:
        """
        Take over what a scene did: its transactions, and the money that it gave to accounts, which must be new to the
        block.

        Transactions of one block stay in one block. Returns their receipts.
        """
        receipts: list[dict] = []
        waiting: list[tuple[Transaction, str]] = []

        def close():
            if not waiting:
                return
            last = waiting[-1][0]
            self.mine(last.block, last.timestamp, last.base_fee, last.coinbase)
            receipts.extend(self.receipt(sent) for _, sent in waiting)
            waiting.clear()

        def surroundings(transaction):
            return transaction.block, transaction.timestamp, transaction.base_fee, transaction.coinbase

        for step in steps:
            if not isinstance(step, Transaction):
                step.on_node(self)
                continue
            if waiting and surroundings(step) != surroundings(waiting[-1][0]):
                close()
            if not waiting:
                self.skip_to(step.block, step.timestamp)
            sent = self.send(step.sender, step.to, step.data, step.value, step.gas)
            waiting.append((step, sent))
        close()
        return receipts


def created_by(receipt: dict) -> str | None:
    """The address of the contract that the transaction made."""
    address = receipt["contractAddress"]
    return address and to_checksum_address(address)
