"""
What a deployment may cost: the operator agreed to a limit, in wei, and nothing is signed that could exceed the limit.

Of all transactions with one nonce at most one is mined. So a nonce costs at most the gas limit times the maximum fee
of the dearest transaction that was ever signed for that nonce. This bound needs no word of the node: no receipt,
price or balance that a node tells makes room for more.
"""

from collections.abc import Sequence

from taskpools.deployment.journal import Entry, Journal, Sent
from taskpools.deployment.plan import GAS_PERCENT, Plan

# Nodes take a transaction in another one's place for at least a tenth more; some want an eighth.
BUMP_PERCENT = 113
# What is agreed to is so many hundredths of what the first offers come to: room for replacements.
ROOM_PERCENT = 150
# What is agreed to is rounded up to so many wei, so that the whole of it can be shown.
SHOWN = 10**12
# The least tip of a replacement, in wei a gas, beside an eighth of the base fee.
LEAST_TIP = 10**6


def offer(base_fee: int, tip: int, cap: int | None, above: Sequence[Sent] = ()) -> tuple[int, int] | None:
    """
    The maximum fee and the tip to offer, in wei a gas; None if they would have to be more than `cap`.

    Twice the base fee and the tip, so that six full blocks cannot price it out. To take the place of the transactions
    `above`, both are an eighth more than any of theirs, and the tip is twice theirs if the cap allows.
    """
    least_fee, least_tip = base_fee, 0
    if above:
        least_tip = _bump(max(sent.tip for sent in above))
        least_fee = max(base_fee, least_tip, _bump(max(sent.fee for sent in above)))
        tip = max(tip, least_tip, 2 * max(sent.tip for sent in above), base_fee // 8, LEAST_TIP)
    fee = max(2 * base_fee + tip, least_fee)
    if cap is None:
        return fee, tip
    if least_fee > cap:
        return None
    fee = min(fee, cap)
    return fee, min(tip, fee)


def most(plan: Plan, journal: Journal, fee: int, cap: int | None) -> int:
    """
    What the whole deployment can cost, in wei, if `fee` a gas is offered for each step that is left.

    Replacements offer more, up to half as much again, but not more than `cap`.
    """
    costs = journal.costs()
    dearest = fee * ROOM_PERCENT // 100
    if cap is not None:
        dearest = min(dearest, max(cap, fee))
    for planned, entry in zip(plan.transactions, journal.entries, strict=True):
        if entry.receipt is None:
            costs[entry.nonce] = max(costs.get(entry.nonce, 0), planned.gas * GAS_PERCENT // 100 * dearest)
    return -(-sum(costs.values()) // SHOWN) * SHOWN


def room(plan: Plan, journal: Journal, step: Entry) -> int:
    """
    What the transactions of a step may cost at most, in wei.

    The steps that nothing was signed for share what is left of the limit by their gas, so that none is left without.
    """
    costs = journal.costs()
    free = journal.agreed - sum(cost for nonce, cost in costs.items() if nonce != step.nonce)
    own = later = 0
    for planned, entry in zip(plan.transactions, journal.entries, strict=True):
        if entry is step:
            own = planned.gas
        elif entry.nonce > step.nonce and entry.receipt is None and entry.nonce not in costs:
            later += planned.gas
    return max(0, free) * own // (own + later)


def _bump(price: int) -> int:
    return price * BUMP_PERCENT // 100 + 1
