"""
Gets the transactions of a plan mined, one after the other, through kills, lost transactions and reorganisations.

Each step has one nonce, so whatever is sent for it can be mined once at most. Before anything is signed, the chain is asked for the
transactions that the journal knows.
"""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from scripts.inspection import is_done
from scripts.journal import Entry, Journal, Sent
from scripts.keys import Signer
from scripts.node import Node, Refused
from scripts.plan import GAS_PERCENT, Plan, Planned
from scripts.telling import Stopped, say

GWEI = 10**9
# Nodes behind one address may lag behind each other for so many looks, a second apart.
LOOKS = 5
LOOK_PAUSE = 1.0
# Between two looks for a receipt, in seconds: the first, then 1.5 times as much each time, and the most.
FIRST_WAIT, LONGEST_WAIT = 0.05, 3.0
# Between two looks for confirmations, in seconds.
CONFIRMATION_WAIT = 2.0
# Nodes take a transaction in another one's place for at least a tenth more; some want an eighth.
BUMP_PERCENT = 113
# What nodes answer if there is nothing to do but to look again.
PASSING = (
    "already known",
    "already imported",
    "known transaction",
    "nonce too low",
    "nonce is too low",
    "underpriced",
    "base fee",
    "basefee",
)


def offer(base_fee: int, tip: int, max_fee: int | None, above: Sent | None = None) -> tuple[int, int] | None:
    """
    The maximum fee and the tip to offer, in wei a gas; None if that is more than `max_fee`.

    Twice the base fee and the tip, so that six full blocks cannot price it out; more than what it takes the place of.
    """
    fee = 2 * base_fee + tip
    if above is not None:
        tip = max(tip, above.tip * BUMP_PERCENT // 100 + 1)
        fee = max(fee, above.fee * BUMP_PERCENT // 100 + 1, base_fee + tip)
    if max_fee is None:
        return fee, tip
    least = base_fee if above is None else max(base_fee, above.fee * BUMP_PERCENT // 100 + 1)
    if least > max_fee:
        return None
    fee = min(fee, max_fee)
    return fee, min(tip, fee)


def place(node: Node, plan: Plan, journal: Journal) -> bool:
    """
    Give new nonces to the first step that was not made though its nonce is used up, and to all after it.

    That is so if the deployer sent something else meanwhile, or if a step failed. Returns whether there was one; the journal is not saved.
    """
    used = node.nonce(plan.terms.deployer)
    for number, (planned, entry) in enumerate(zip(plan.transactions, journal.entries, strict=True)):
        if entry.nonce >= used:
            return False
        if not _looks(lambda entry=entry, planned=planned: _succeeded(node, plan, planned, entry)):
            for offset, later in enumerate(journal.entries[number:]):
                later.nonce, later.sent, later.receipt = used + offset, [], None
            return True
    return False


class Broadcast:
    """One run. `run` returns when everything is mined and confirmed; raises `Stopped`."""

    def __init__(
        self,
        node: Node,
        signer: Signer,
        plan: Plan,
        journal: Journal,
        console: Console,
        max_fee: int | None,
        timeout: float,
        confirmations: int,
    ):
        self.node = node
        self.signer = signer
        self.plan = plan
        self.journal = journal
        self.console = console
        self.max_fee = max_fee
        self.timeout = timeout
        self.confirmations = confirmations

    def run(self):
        columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
        with Progress(*columns, console=self.console, transient=True) as progress:
            bar = progress.add_task("", total=len(self.plan.transactions))
            self.tell = lambda text: progress.update(bar, description=text)
            while True:
                progress.reset(bar)
                for planned, entry in zip(self.plan.transactions, self.journal.entries, strict=True):
                    self._settle(planned, entry)
                    progress.advance(bar)
                if self._confirmed():
                    return

    # ------------------------------------------------------------ one step

    def _settle(self, planned: Planned, entry: Entry):
        """Get a step mined, whatever was sent for it before."""
        end, pause = time.monotonic() + self.timeout, FIRST_WAIT
        while True:
            receipt = find_receipt(self.node, entry)
            if receipt is not None:
                return self._accept(planned, entry, receipt)
            if self.node.nonce(self.signer.address) > entry.nonce:
                return self._accept_unknown(planned, entry)
            state = self._push(planned, entry)
            self.tell(f"{planned.name}: {state}")
            if time.monotonic() > end:
                raise Stopped(
                    f"{planned.name}: {state} for {self.timeout:g} seconds. Run the same command again to go on"
                )
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_WAIT)

    def _push(self, planned: Planned, entry: Entry) -> str:
        """Do what is needed for the step to be mined, if anything is; returns what it waits for."""
        last = entry.sent[-1] if entry.sent else None
        base_fee = self.node.base_fee()
        waiting = f"waiting for {last.hash} to be mined" if last else ""
        if last is not None and last.fee >= base_fee:
            # Also if the node says that it knows it: that costs nothing, and it may have forgotten in a reorganisation.
            self._send(planned, last)
            return waiting
        offered = offer(base_fee, self.node.tip(), self.max_fee, last)
        if offered is None:
            dear = f"the base fee is {base_fee / GWEI:g} gwei"
            if self.max_fee is not None and self.max_fee >= base_fee:
                return f"{waiting}, {dear}, and a replacement would exceed --max-fee {self.max_fee / GWEI:g}"
            return f"{dear}, above --max-fee {self.max_fee / GWEI:g},"
        sent = self._sign(planned, *offered)
        entry.sent.append(sent)
        self.journal.save()
        self._send(planned, sent)
        return f"waiting for {sent.hash} to be mined"

    def _sign(self, planned: Planned, fee: int, tip: int) -> Sent:
        transaction = {"from": self.signer.address, "data": "0x" + planned.data.hex()}
        if planned.to is not None:
            transaction["to"] = planned.to
        gas = max(planned.gas, self._estimate(planned, transaction)) * GAS_PERCENT // 100
        del transaction["from"]
        transaction |= {
            "type": 2,
            "chainId": self.plan.terms.chain_id,
            "nonce": planned.nonce,
            "value": 0,
            "gas": gas,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": tip,
        }
        raw, transaction_hash = self.signer.sign(transaction)
        return Sent(transaction_hash, raw, fee, tip)

    def _estimate(self, planned: Planned, transaction: dict) -> int:
        for look in range(LOOKS):
            try:
                return self.node.estimate(transaction)
            except Refused as error:
                refusal = error
            if look < LOOKS - 1:
                time.sleep(LOOK_PAUSE)
        raise Stopped(f"the chain refuses {planned.name}: {refusal}")

    def _send(self, planned: Planned, sent: Sent):
        try:
            self.node.send(sent.raw)
        except Refused as error:
            if not any(text in str(error).lower() for text in PASSING):
                raise Stopped(f"the chain refuses {planned.name}: {error}") from None

    def _accept(self, planned: Planned, entry: Entry, receipt: dict):
        """Note the receipt. A contract must have the code that was planned."""
        if int(receipt["status"], 16) != 1:
            raise Stopped(
                f"{planned.name} failed on the chain, as {receipt['transactionHash']}. "
                "Run the same command again: it plans anew from there"
            )
        if planned.address is not None and not _looks(lambda: self.node.code(planned.address) == planned.code):
            raise Stopped(f"{planned.name}: at {planned.address} is other code than the build's")
        note = {
            "hash": receipt["transactionHash"],
            "block": int(receipt["blockNumber"], 16),
            "blockHash": receipt["blockHash"],
            "gasUsed": int(receipt["gasUsed"], 16),
            "gasPrice": int(receipt["effectiveGasPrice"], 16),
        }
        if entry.receipt != note:
            entry.receipt = note
            self.journal.save()
            where = f" at {planned.address}" if planned.address else ""
            say(self.console, f"[green]done[/] {planned.name}{where}, block {note['block']}")

    def _accept_unknown(self, planned: Planned, entry: Entry):
        """The nonce is used up, by what the journal does not know or the node does not find."""
        if _looks(lambda: find_receipt(self.node, entry) is not None):
            return self._accept(planned, entry, find_receipt(self.node, entry))
        if not is_done(self.node, self.plan, planned):
            raise Stopped(
                f"{planned.name}: another transaction of the deployer has taken nonce {planned.nonce}. "
                "Run the same command again: it plans anew from there"
            )
        say(self.console, f"[green]kept[/] {planned.name}, by a transaction that is not known")

    # ------------------------------------------------------------ the end

    def _confirmed(self) -> bool:
        """Wait for the confirmations; False as soon as a receipt is not on the chain any more."""
        last = max((entry.receipt["block"] for entry in self.journal.entries if entry.receipt), default=0)
        end = time.monotonic() + self.timeout
        while True:
            have = self.node.head() - last + 1
            if not all(self._stays(entry) for entry in self.journal.entries if entry.receipt):
                return False
            if have >= self.confirmations:
                return True
            self.tell(f"{have} of {self.confirmations} confirmations")
            if time.monotonic() > end:
                raise Stopped(
                    f"{have} of {self.confirmations} confirmations after {self.timeout:g} seconds. "
                    "Run the same command again to go on"
                )
            time.sleep(min(CONFIRMATION_WAIT, self.timeout / 10))

    def _stays(self, entry: Entry) -> bool:
        receipt = find_receipt(self.node, entry)
        return receipt is not None and receipt["blockHash"] == entry.receipt["blockHash"]


def find_receipt(node: Node, entry: Entry) -> dict | None:
    """The receipt of whichever of the step's transactions was mined."""
    for sent in reversed(entry.sent):
        receipt = node.receipt(sent.hash)
        if receipt is not None and receipt["blockNumber"] is not None:
            return receipt
    return None


def _succeeded(node: Node, plan: Plan, planned: Planned, entry: Entry) -> bool | None:
    """Whether the step was made; None if that cannot be told yet."""
    receipt = find_receipt(node, entry)
    if receipt is not None:
        return int(receipt["status"], 16) == 1
    return is_done(node, plan, planned)


def _looks(question) -> bool:
    """Ask a question until the answer is yes, a few times."""
    for look in range(LOOKS):
        if look:
            time.sleep(LOOK_PAUSE)
        if question():
            return True
    return False
