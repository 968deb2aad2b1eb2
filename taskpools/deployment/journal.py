"""
The journal of a deployment that is under way: what was sent, before it is sent, and what came of it.

It lies beside the records, as `<chain id>.journal.json`, and goes when the record is written. It holds signed
transactions, no key. Journals of earlier versions, without `limit` and `given_up`, can be resumed.
"""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import rlp
from eth_utils import keccak
from rlp.exceptions import RLPException

from taskpools.deployment.console import Stopped
from taskpools.deployment.plan import Terms, fingerprint
from taskpools.files import write_whole


@dataclass
class Sent:
    """
    A signed transaction.

    `fee` is its maximum, in wei a gas, `tip` what of that the validator gets at most, `gas` its limit.
    """

    hash: str
    raw: str
    fee: int
    tip: int
    gas: int
    nonce: int

    @classmethod
    def of(cls, raw: str) -> "Sent":
        """Read a signed transaction of type 2; raises `ValueError` for anything else."""
        signed = bytes.fromhex(raw.removeprefix("0x"))
        if signed[:1] != b"\x02":
            raise ValueError("this is not a transaction of type 2")
        try:
            _, nonce, tip, fee, gas = (int.from_bytes(field) for field in rlp.decode(signed[1:])[:5])
        except (RLPException, TypeError):
            raise ValueError("this is not a signed transaction") from None
        return cls("0x" + keccak(signed).hex(), raw, fee, tip, gas, nonce)

    @property
    def cost(self) -> int:
        """The most that it can cost, in wei."""
        return self.gas * self.fee


@dataclass
class Entry:
    """A step: all that was sent for it, the latest last, and the receipt of what was mined."""

    name: str
    fingerprint: str
    nonce: int
    sent: list[Sent] = field(default_factory=list)
    receipt: dict | None = None


class Journal:
    """
    One deployment. Change what is in it, then `save`.

    `limit` is what the operator agreed to spend in all, in wei, None if nobody was asked yet. `given_up` was signed for
    nonces that the steps do not have any more.
    """

    def __init__(
        self, path: Path, terms: Terms, entries: list[Entry], limit: int | None = None, given_up: Sequence[Sent] = ()
    ):
        self.path = path
        self.terms = terms
        self.entries = entries
        self.limit = limit
        self.given_up = list(given_up)

    @classmethod
    def begin(cls, path: Path, terms: Terms, nonces: tuple[int, ...]) -> "Journal":
        """A new one, not saved yet."""
        entries = [
            Entry(step.name, fingerprint(step), nonce) for step, nonce in zip(terms.steps(), nonces, strict=True)
        ]
        return cls(path, terms, entries)

    @classmethod
    def resume(cls, path: Path, terms: Terms) -> "Journal":
        """The one that was left; raises `Stopped` if it is of another deployment."""
        try:
            content = json.loads(path.read_text())
            left = Terms(**{**content["terms"], "verifiers": tuple(content["terms"]["verifiers"])})
            entries = [Entry(**{**entry, "sent": _read(entry["sent"])}) for entry in content["entries"]]
            limit, given_up = content.get("limit"), _read(content.get("given_up", []))
            if not isinstance(limit, int | None):
                raise TypeError("this is not an amount")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Stopped(f"{path} is not a journal") from None
        remedy = f"go on as it was begun, or move {path} away to begin anew"
        for name, value in asdict(left).items():
            now = getattr(terms, name)
            if value != now:
                raise Stopped(
                    f"a deployment is under way whose {name.replace('_', ' ')} is {value}, not {now}: {remedy}"
                )
        if [entry.name for entry in entries] != [step.name for step in terms.steps()]:
            raise Stopped(f"a deployment with other steps is under way: {remedy}")
        for entry, step in zip(entries, terms.steps(), strict=True):
            if entry.fingerprint != fingerprint(step):
                raise Stopped(f"a deployment is under way with another build of {step.name}: {remedy}")
        return cls(path, terms, entries, limit, given_up)

    @property
    def agreed(self) -> int:
        """The limit, once somebody has agreed to one."""
        assert self.limit is not None
        return self.limit

    def costs(self) -> dict[int, int]:
        """The most that each nonce can cost, in wei, of those that anything was ever signed for."""
        found: dict[int, int] = {}
        for sent in [*self.given_up, *(sent for entry in self.entries for sent in entry.sent)]:
            found[sent.nonce] = max(found.get(sent.nonce, 0), sent.cost)
        return found

    def move(self, number: int, nonce: int) -> None:
        """Give new nonces, from this one on, to a step and all after it; what was signed for them is given up."""
        for offset, entry in enumerate(self.entries[number:]):
            self.given_up += entry.sent
            entry.nonce, entry.sent, entry.receipt = nonce + offset, [], None

    def save(self) -> None:
        """Write it: whoever reads it, at any moment, finds this state or the one before, whole."""
        content = {
            "terms": asdict(self.terms),
            "limit": self.limit,
            "entries": [asdict(entry) for entry in self.entries],
            "given_up": [asdict(sent) for sent in self.given_up],
        }
        write_whole(self.path, json.dumps(content, indent=1) + "\n")

    def remove(self) -> None:
        """The deployment is recorded."""
        self.path.unlink()

    def nonces(self) -> tuple[int, ...]:
        return tuple(entry.nonce for entry in self.entries)


def _read(sent: list[dict]) -> list[Sent]:
    """Signed transactions that a journal holds; raises `ValueError` if one is damaged."""
    found = [Sent.of(item["raw"]) for item in sent]
    if [item["hash"] for item in sent] != [item.hash for item in found]:
        raise ValueError("this is not what was signed")
    return found


@contextmanager
def alone(folder: Path, chain_id: int) -> Iterator[None]:
    """Let nobody else deploy to this chain from this folder meanwhile; raises `Stopped` if somebody does."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f".{chain_id}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stopped(f"another run deploys to chain {chain_id} from {folder}") from None
        yield
