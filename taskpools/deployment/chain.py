"""
What depends on the chain, measured: how long a block takes, what a gas costs, what data on another chain cost.

Contracts of some chains see the numbers of another chain's blocks: on Arbitrum those of Ethereum. So code is asked for
the number, if the node runs code that is not on the chain.
"""

import secrets
from dataclasses import dataclass

from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector

from taskpools.calibration import Prices, gas_costs, probe, read
from taskpools.deployment.node import Node, Refused
from taskpools.steps import (
    DAY_BLOCKS,
    GAS_COSTS,
    MAX_TASK_GAS,
    MINIMUM_GAS_PRICE,
    SECONDS,
    WEEK_BLOCKS,
    Parameters,
)
from taskpools.units import GWEI

DAY = 86_400  # seconds
SPAN = 1_000  # blocks that are looked at
FAR = 100  # blocks by which the numbers of two nodes or moments never differ
MOST_BLOCKS = 2_097_152  # of a window or an interval: what the manager takes
NUMBER = "0x435f5260205ff3"  # returns the number of the block
# Chains whose contracts see Ethereum's block numbers, should the node not run code.
ARBITRUM = (42_161, 42_170, 421_614)
# Where chains of the OP stack say what the data of a transaction cost on the chain below.
ORACLE = "0x420000000000000000000000000000000000000F"
PROBE_GAS = 4_000_000
OSAKA_WORD = 22_100  # gas of a new word of storage up to Osaka
MOST_GAS = 2**24 - 1  # of a task
SIGNATURE = 110  # bytes of a signed transaction besides its data, about


@dataclass(frozen=True)
class Chain:
    """
    `seconds` a block, as contracts count blocks; `foreign` if those are another chain's. `base_fee` is in wei a gas.

    `young` if there are too few blocks to measure anything.
    """

    seconds: float
    base_fee: int
    foreign: bool
    young: bool
    prices: Prices | None  # of gas; None if they could not be measured

    def days(self, blocks: int) -> str:
        return f"{blocks * self.seconds / DAY:.2g} days"

    @property
    def week(self) -> int:
        return min(WEEK_BLOCKS if self.seconds == SECONDS else _round(7 * DAY / self.seconds), MOST_BLOCKS)

    @property
    def day(self) -> int:
        return min(DAY_BLOCKS if self.seconds == SECONDS else _round(DAY / self.seconds), MOST_BLOCKS)

    @property
    def minimum_gas_price(self) -> int:
        """The base fee, but not more than a gwei; of a young chain a gwei."""
        return MINIMUM_GAS_PRICE if self.young else min(MINIMUM_GAS_PRICE, max(1, _round(self.base_fee)))

    @property
    def max_task_gas(self) -> int:
        """As much dearer as a new word of storage is, so that a task can do what it can on Ethereum."""
        if self.prices is None or self.prices.new_word <= OSAKA_WORD:
            return MAX_TASK_GAS
        return min(MOST_GAS, _round(MAX_TASK_GAS * self.prices.new_word / OSAKA_WORD))

    def parameters(self) -> Parameters:
        """What is taken unless it is given."""
        return Parameters(
            execution_window=self.week,
            minimum_gas_price=self.minimum_gas_price,
            recurring_interval=self.day,
            max_task_gas=self.max_task_gas,
            gas_costs=GAS_COSTS if self.prices is None else gas_costs(self.prices),
        )

    def told(self, chosen: Parameters) -> str:
        """The parameters as days and multiples, a line for each."""
        minimum_gas_price, window, interval = (
            chosen.minimum_gas_price,
            chosen.execution_window,
            chosen.recurring_interval,
        )
        costs = " + ".join(f"{gas:,}" for gas in chosen.gas_costs[:3])
        measured = "" if self.prices else "; the node does not tell the chain's prices of gas, so Ethereum's are taken"
        times = f"{minimum_gas_price / self.base_fee:.2g} times the base fee" if self.base_fee else "the base fee is 0"
        counted = "; contracts see the block numbers of the chain below" if self.foreign else ""
        return (
            f"execution window: {window:,} blocks, {self.days(window)} at {self.seconds:.3g} seconds a block{counted}\n"
            f"recurring interval: {interval:,} blocks, {self.days(interval)}\n"
            f"minimum gas price: {minimum_gas_price / GWEI:g} gwei, {times}\n"
            f"gas of a task besides its own: {costs}, {sum(chosen.gas_costs[:3]) / sum(GAS_COSTS[:3]):.2g} times "
            f"Ethereum's; of adding it: {chosen.gas_costs[3]:,}{measured}\n"
            f"largest gas limit of a task: {chosen.max_task_gas:,}"
        )


def measure(node: Node, chain_id: int, deployer: str) -> Chain:
    """Look at the chain's last blocks; a chain with fewer than 1,000 is taken for one with a block in 12 seconds."""
    latest = node.block()
    last, first = latest["number"], latest["number"] - SPAN
    seen = _number_seen(node, last)
    foreign = chain_id in ARBITRUM if seen is None else abs(seen - last) > FAR
    base_fee, seconds = latest.get("baseFeePerGas", 0), float(SECONDS)
    young = first <= 0
    if not young:
        earlier = node.block(first)
        base_fee = (base_fee + earlier.get("baseFeePerGas", 0)) // 2
        blocks = SPAN
        if foreign:
            before = _number_seen(node, first)
            blocks = 0 if seen is None or before is None else seen - before
        passed = latest["timestamp"] - earlier["timestamp"]
        if blocks > 0 and passed > 0:
            seconds = passed / blocks
            # Some blocks are missed.
            if abs(seconds - SECONDS) < SECONDS / 20:
                seconds = SECONDS
    return Chain(seconds, base_fee, foreign, young, measure_prices(node, deployer))


def data_fee(node: Node, sizes: list[int]) -> int | None:
    """What data of these sizes, each in a transaction, cost on the chain below, in wei; None if no oracle tells."""
    if not node.code(ORACLE):
        return None
    selector = function_signature_to_4byte_selector("getL1FeeUpperBound(uint256)")
    try:
        answers = [node.call(ORACLE, selector + encode(["uint256"], [size + SIGNATURE])) for size in sizes]
    except Refused:
        return None
    return sum(int.from_bytes(answer[:32]) for answer in answers)


def measure_prices(node: Node, deployer: str) -> Prices | None:
    """The chain's prices of gas; None if the node does not run the code that measures them, for this account."""
    nobody = "0x" + secrets.token_hex(20)
    call = {"from": deployer, "value": "0x1", "gas": hex(PROBE_GAS), "data": "0x" + probe().hex()}
    try:
        transaction = node.estimate({"from": deployer, "to": nobody})
        return node.ask("eth_call", call, "latest", read=lambda result: _prices(result, transaction))
    except Refused:
        return None


def _prices(result: str, transaction: int) -> Prices:
    return read(bytes.fromhex(result.removeprefix("0x")), transaction)


def _number_seen(node: Node, block: int) -> int | None:
    """The number that contracts saw in a block; None if the node does not run such code."""
    try:
        return int.from_bytes(node.ask("eth_call", {"data": NUMBER}, hex(block), read=_word))
    except Refused:
        return None


def _word(result: str) -> bytes:
    found = bytes.fromhex(result.removeprefix("0x"))
    if len(found) != 32:
        raise ValueError("this is not a word")
    return found


def _round(value: float) -> int:
    """To two digits."""
    return int(float(f"{value:.1e}"))
