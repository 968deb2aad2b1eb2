"""
The task manager's numbers of gas, from the prices of a chain.

`gas_costs` says how often each thing is paid for in the worst case; docs/design.md has the same table. `probe` is code
that measures the prices where it runs, `read` what it returns.
"""

import secrets
from dataclasses import dataclass

# What LOOP costs from Berlin to Osaka.
LOOP_GAS = 6_503
STIPEND = 2_300  # comes back from a payee that does nothing
# Beyond the cold word, writing over a word costs this part of writing a new one, at the prices up to Osaka. A word that
# has a value cannot be had where nothing is deployed yet. On Amsterdam this is more than it costs, by half.
CHANGED = (2_900, 20_000)
FIELDS = ("new_word", "cold_word", "cold_account", "payment", "log", "loop")


@dataclass(frozen=True)
class Prices:
    """
    In gas: a call before its first instruction; a new word of storage, a word and an account that were not touched
    before, ether to a new account, a log with 3 topics and 100 bytes, and a loop that costs 6,503 up to Osaka.
    """

    transaction: int
    new_word: int
    cold_word: int
    cold_account: int
    payment: int
    log: int
    loop: int

    @property
    def changed_word(self) -> int:
        """Writing over a word of storage that was not touched before."""
        part, whole = CHANGED
        return self.cold_word + (self.new_word - self.cold_word) * part // whole


def gas_costs(prices: Prices) -> tuple[int, int, int, int]:
    """
    Of a transaction before its first instruction, of a call that runs one task, of one more task, of adding a task.

    All but the first are in the worst case. Rounded to hundreds and thousands.
    """
    call = (
        11 * prices.cold_word
        + 4 * prices.changed_word
        + 3 * prices.new_word
        + prices.payment
        + 4 * prices.log
        + 8_800 * prices.loop // LOOP_GAS
    )
    task = prices.changed_word + 3 * prices.cold_account + 2 * prices.log + 19_600 * prices.loop // LOOP_GAS
    enlist = 6 * prices.new_word + prices.log + 100 * prices.loop // LOOP_GAS
    # An estimate of a node may be some gas too high.
    return _to(100, prices.transaction), _to(1_000, call), _to(1_000, task), _to(1_000, enlist)


def probe() -> bytes:
    """Creation code that returns what it measured, a word for each of `FIELDS`. It needs a wei to send on."""
    measured = {
        # operands, the last one on top of the stack; the instruction; how many words it leaves
        "new_word": ([_push(1), _push(1)], b"\x55", 0),
        "cold_word": ([_push(2)], b"\x54", 1),
        "cold_account": ([_nobody()], b"\x31", 1),
        "payment": ([*[_push(0)] * 4, _push(1), _nobody(), _push(0)], b"\xf1", 1),
        "log": ([_push(3), _push(2), _push(1), _push(100), _push(0)], b"\xa3", 0),
        "loop": ([], b"", 1),
    }
    # a word far behind, so that no measurement pays for memory
    code = _push(0) + b"\x61\x02\x00\x52"
    for place, name in enumerate(FIELDS):
        operands, instruction, left = measured[name]
        at = _push(32 * place)
        code += b"\x5a" + at + b"\x52" + b"".join(operands)
        code += instruction or _loop(len(code))
        code += b"\x50" * left + b"\x5a" + at + b"\x51\x03"
        # less what surrounds it
        code += _push(3 * (2 + len(operands)) + 2 * (1 + left)) + b"\x90\x03" + at + b"\x52"
    return code + _push(32 * len(FIELDS)) + _push(0) + b"\xf3"


def read(measured: bytes, transaction: int) -> Prices:
    """The prices that `probe` returned; raises `ValueError` if that is nothing of the kind."""
    if len(measured) != 32 * len(FIELDS):
        raise ValueError("this is not what the probe returns")
    words = [int.from_bytes(measured[at : at + 32]) for at in range(0, len(measured), 32)]
    found = Prices(transaction, **dict(zip(FIELDS, words, strict=True)))
    found = Prices(**{**vars(found), "payment": found.payment + STIPEND})
    if not all(0 < price < 2**24 for price in vars(found).values()):
        raise ValueError("these are no prices")
    return found


def _push(value: int) -> bytes:
    return bytes([0x60, value])


def _nobody() -> bytes:
    """Push an address that nobody has."""
    return b"\x73" + secrets.token_bytes(20)


def _loop(at: int) -> bytes:
    """250 rounds of six instructions; leaves a zero."""
    start = at + 2
    return _push(250) + b"\x5b" + _push(1) + b"\x90\x03\x80\x61" + start.to_bytes(2) + b"\x57"


def _to(unit: int, gas: int) -> int:
    return (gas + unit // 2) // unit * unit
