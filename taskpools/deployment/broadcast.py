"""
Gets the transactions of a plan mined, one after the other, through kills, lost transactions and reorganisations.

Each step has one nonce, so whatever is sent for it can be mined once at most. Before anything is signed, the chain is
asked for the transactions that the journal knows.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from taskpools.deployment.checks import is_done
from taskpools.deployment.console import Stopped, say
from taskpools.deployment.fees import offer, room
from taskpools.deployment.journal import Entry, Journal, Sent
from taskpools.deployment.keys import Signer
from taskpools.deployment.node import Node, Refused
from taskpools.deployment.plan import GAS_PERCENT, Plan, Planned, Terms, make_plan
from taskpools.units import GWEI, exact

Answer = TypeVar("Answer")

# Nodes behind one address may lag behind each other for so many looks, a second apart.
LOOKS = 5
LOOK_PAUSE = 1.0
# Between two looks for a receipt, in seconds: the first, then 1.5 times as much each time, and the most.
FIRST_WAIT, LONGEST_WAIT = 0.05, 3.0
# Between two looks for confirmations, in seconds.
CONFIRMATION_WAIT = 2.0
# A transaction that a node has had for so many blocks without its being mined offers too little.
STUCK_BLOCKS = 8
# Parts of what nodes answer if they have the transaction,
KNOWN = ("already known", "alreadyknown", "already imported", "known transaction")
# if its nonce is used up,
USED = ("nonce too low", "nonce is too low")
# and if it offers too little, or no more than another one with its nonce.
CHEAP = ("underpriced", "base fee", "basefee", "tip cap", "fee too low", "feetoolow", "below minimum")
# What they answer if the deployer cannot pay.
POOR = ("insufficient", "balance", "funds")


def resume(node: Node, path: Path, terms: Terms) -> tuple[Journal, Plan, bool]:
    """
    The journal that was left, the plan that goes with it, and whether that plan is another one than before.

    A step that was not made though its nonce is used up gets a new nonce, and so do all after it. That is so if the
    deployer sent something else meanwhile, or if a step failed. The journal is not saved. Raises `Stopped` for a
    journal of other terms.
    """
    journal, anew = Journal.resume(path, terms), False
    while True:
        plan, used = make_plan(terms, journal.nonces()), node.nonce(terms.deployer)
        lost = _first_lost(node, plan, journal, used)
        if lost is None:
            return journal, plan, anew
        journal.move(lost, used)
        anew = True


def _first_lost(node: Node, plan: Plan, journal: Journal, used: int) -> int | None:
    """The number of the first step that was not made though its nonce is below `used`."""
    for number, (planned, entry) in enumerate(zip(plan.transactions, journal.entries, strict=True)):
        if entry.nonce < used and not _looks(partial(_succeeded, node, plan, planned, entry)):
            return number
    return None


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
        # The hash of what the node has taken, and the number of the block that was the latest then.
        self.taken: dict[str, int] = {}

    def run(self) -> None:
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

    def _settle(self, planned: Planned, entry: Entry) -> None:
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
        """
        Do what is needed for the step to be mined, if anything is; returns what it waits for.

        A transaction that the node refuses, or that is stuck, is signed anew with the same nonce.
        """
        base_fee, tip = self.node.base_fee(), self.node.tip()
        last, refusal, above = entry.sent[-1] if entry.sent else None, "", []
        if last is not None:
            # Also if the node has it: that costs nothing, and it may have forgotten in a reorganisation.
            refusal = self._send(last)
            if _says(refusal, USED) or (not refusal and not self._is_stuck(last, base_fee)):
                return f"waiting for {last.hash} to be mined"
            # What is refused for another reason than its price may have to offer less.
            above = entry.sent if not refusal or _says(refusal, CHEAP) else []
        gas = max(planned.gas, self._estimate(planned)) * GAS_PERCENT // 100
        known = {sent.hash for sent in entry.sent}
        for replaced in [above] if _says(refusal, POOR) else [above, entry.sent]:
            offered = offer(base_fee, tip, self._cap(entry, gas), replaced)
            if offered is None:
                break
            sent = self._sign(planned, gas, *offered)
            # The same as before would be refused again: it takes more.
            if sent.hash not in known:
                return self._begin(planned, entry, sent)
        if refusal and not _says(refusal, CHEAP):
            raise Stopped(f"the chain refuses {planned.name}: {refusal}")
        return self._too_dear(entry, gas, base_fee, last)

    def _begin(self, planned: Planned, entry: Entry, sent: Sent) -> str:
        """Send what was just signed; it is in the journal before the node gets it."""
        entry.sent.append(sent)
        self.journal.save()
        refusal = self._send(sent)
        if refusal and not _says(refusal, USED + CHEAP):
            raise Stopped(f"the chain refuses {planned.name}: {refusal}")
        return f"waiting for {sent.hash} to be mined"

    def _cap(self, entry: Entry, gas: int) -> int:
        """The most to offer for a gas, in wei: what was agreed to, or --max-fee if that is less."""
        agreed = room(self.plan, self.journal, entry) // gas
        return agreed if self.max_fee is None else min(agreed, self.max_fee)

    def _too_dear(self, entry: Entry, gas: int, base_fee: int, last: Sent | None) -> str:
        """Why nothing can be signed for a step."""
        cap = self._cap(entry, gas)
        bound = f"--max-fee {cap / GWEI:g}"
        if cap != self.max_fee:
            bound = f"the {cap / GWEI:g} gwei for each of {gas:,} gas that {exact(self.journal.agreed)} ether allow"
        dear = f"the base fee is {base_fee / GWEI:g} gwei"
        if last is None or base_fee > cap:
            return f"{dear}, above {bound},"
        return f"waiting for {last.hash} to be mined, {dear}, and a replacement would exceed {bound}"

    def _sign(self, planned: Planned, gas: int, fee: int, tip: int) -> Sent:
        transaction = {
            **({} if planned.to is None else {"to": planned.to}),
            "type": 2,
            "chainId": self.plan.terms.chain_id,
            "nonce": planned.nonce,
            "value": 0,
            "data": "0x" + planned.data.hex(),
            "gas": gas,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": tip,
        }
        return Sent.of(self.signer.sign(transaction))

    def _estimate(self, planned: Planned) -> int:
        transaction = {"from": self.signer.address, "data": "0x" + planned.data.hex()}
        if planned.to is not None:
            transaction["to"] = planned.to
        for look in range(LOOKS):
            try:
                return self.node.estimate(transaction)
            except Refused as error:
                refusal = error
            if look < LOOKS - 1:
                time.sleep(LOOK_PAUSE)
        raise Stopped(f"the chain refuses {planned.name}: {refusal}")

    def _send(self, sent: Sent) -> str:
        """Hand a transaction to the node; returns why the node does not take it, nothing if it does or did before."""
        try:
            self.node.send(sent.raw)
        except Refused as error:
            refusal = str(error)
            if not _says(refusal, KNOWN):
                # What this node had is in its pool still, if only another node behind the same address answered.
                took = sent.hash in self.taken and not _says(refusal, USED + CHEAP)
                return "" if took else refusal
        self.taken.setdefault(sent.hash, self.node.head())
        return ""

    def _is_stuck(self, sent: Sent, base_fee: int) -> bool:
        return sent.fee < base_fee or self.node.head() - self.taken[sent.hash] >= STUCK_BLOCKS

    def _accept(self, planned: Planned, entry: Entry, receipt: dict) -> None:
        """Note the receipt. A contract must have the code that was planned."""
        if int(receipt["status"], 16) != 1:
            raise Stopped(
                f"{planned.name} failed on the chain, as {receipt['transactionHash']}. "
                "Run the same command again: it plans anew from there"
            )
        if planned.address is not None and not _looks(lambda: self.node.code(planned.created) == planned.code):
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

    def _accept_unknown(self, planned: Planned, entry: Entry) -> None:
        """The nonce is used up, by what the journal does not know or the node does not find."""
        if receipt := _looks(lambda: find_receipt(self.node, entry)):
            return self._accept(planned, entry, receipt)
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
            if not all(self._stays(entry, entry.receipt) for entry in self.journal.entries if entry.receipt):
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

    def _stays(self, entry: Entry, noted: dict) -> bool:
        receipt = find_receipt(self.node, entry)
        return receipt is not None and receipt["blockHash"] == noted["blockHash"]


def find_receipt(node: Node, entry: Entry) -> dict | None:
    """The receipt of whichever of the step's transactions was mined."""
    for sent in reversed(entry.sent):
        receipt = node.receipt(sent.hash)
        if receipt is not None and receipt["blockNumber"] is not None:
            return receipt
    return None


def _says(refusal: str, parts: tuple[str, ...]) -> bool:
    return any(part in refusal.lower() for part in parts)


def _succeeded(node: Node, plan: Plan, planned: Planned, entry: Entry) -> bool | None:
    """Whether the step was made; None if that cannot be told yet."""
    receipt = find_receipt(node, entry)
    if receipt is not None:
        return int(receipt["status"], 16) == 1
    return is_done(node, plan, planned)


def _looks(question: Callable[[], Answer]) -> Answer:
    """Ask a question until the answer is yes, a few times; returns the last answer."""
    for _ in range(LOOKS - 1):
        if answer := question():
            return answer
        time.sleep(LOOK_PAUSE)
    return question()
