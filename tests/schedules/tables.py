"""
Price lists of chains: prices.csv has the published ones, a column each. The next fork is one new column there.

Besides them there are lists that nobody has published: Osaka's with some prices multiplied.

- Amsterdam: EIP-2780, 7976, 8037 and 8038 as @ethereumjs/vm 10.1.3 has them. State gas is charged as any other gas: a
  transaction of at most 2^24 gas has no reservoir. Not in it: what a reverted frame paid in state gas comes back.
- Monad: docs.monad.xyz/developer-essentials/opcode-pricing. Words that share a page of 128 are cheaper there; here each
  word has a page of its own, which is the dearest case. Monad charges a transaction's gas limit, not what it used.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

TX_GAS_LIMIT = 2**24  # EIP-7825

NO_PRICES = {"refund_percent"}
STORAGE = {
    "write_warm",
    "write_same",
    "write_new",
    "write_changed",
    "refund_cleared",
    "refund_new",
    "refund_new_at_once",
    "refund_changed",
}
COLD = {"cold_account", "cold_word"}
LOGS = {"log", "log_topic", "log_byte"}


@dataclass(frozen=True)
class Table:
    """One price list; `price.cold_word` and the like are in gas."""

    name: str
    price: SimpleNamespace = field(hash=False)

    def __repr__(self) -> str:
        return self.name

    def memory(self, words: int) -> int:
        """Gas of a memory of so many words."""
        return words * self.price.memory_word_half // 2 + words * words * self.price.memory_square // 512

    def write(self, original: int, current: int, new: int, cold: bool) -> tuple[int, int]:
        """Gas and refund of an SSTORE: the word's value when the transaction began, now and then."""
        price = self.price
        gas, refund = price.cold_word if cold else price.write_warm, 0
        if current == new:
            return gas + price.write_same, 0
        if original == current:
            gas += price.write_changed if original else price.write_new
            return gas, price.refund_cleared if original and not new else 0
        gas += price.write_same
        if original and not current:
            refund -= price.refund_cleared
        if original and not new:
            refund += price.refund_cleared
        if original == new:
            refund += price.refund_changed if original else price.refund_new
            gas -= 0 if original else price.refund_new_at_once
        return gas, refund

    def intrinsic(self, data: bytes, value: int = 0, creates: bool = False) -> int:
        """
        What a transaction costs before its first instruction.

        Not in it: the words of creation code, which py-evm counts with the execution.
        """
        zeros = data.count(0)
        gas = self._start(value, creates)
        return gas + zeros * self.price.calldata_zero + (len(data) - zeros) * self.price.calldata_byte

    def floor(self, data: bytes, value: int = 0, creates: bool = False) -> int:
        """The least that a transaction costs."""
        zeros = data.count(0)
        gas = self._start(value, creates=False)
        return gas + zeros * self.price.floor_zero + (len(data) - zeros) * self.price.floor_byte

    def _start(self, value: int, creates: bool) -> int:
        price = self.price
        return (
            price.transaction
            + (price.transaction_value if value and not creates else 0)
            + (price.transaction_creation if creates else 0)
        )


def _published() -> dict[str, Table]:
    with (Path(__file__).parent / "prices.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in ("kind", "what is paid for")]
    return {name: Table(name, SimpleNamespace(**{row["kind"]: int(row[name]) for row in rows})) for name in names}


def multiplied(name: str, factor: int, kinds: set[str]) -> Table:
    """Osaka's prices, those of these kinds multiplied."""
    prices = {kind: gas * (factor if kind in kinds else 1) for kind, gas in vars(PUBLISHED["Osaka"].price).items()}
    return Table(name, SimpleNamespace(**prices))


PUBLISHED = _published()
OSAKA = PUBLISHED["Osaka"]
_EVERYTHING = vars(OSAKA.price).keys() - NO_PRICES
TABLES: Mapping[str, Table] = PUBLISHED | {
    table.name: table
    for table in (
        multiplied("SSTORE x2", 2, STORAGE),
        multiplied("SSTORE x4", 4, STORAGE),
        multiplied("everything x2", 2, set(_EVERYTHING)),
        multiplied("everything x4", 4, set(_EVERYTHING)),
        multiplied("cold access x4", 4, COLD),
        multiplied("LOG x4", 4, LOGS),
    )
}
