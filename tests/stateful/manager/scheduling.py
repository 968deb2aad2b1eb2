"""Rules: who schedules what."""

from dataclasses import replace

from tests.helpers.chain import error_data
from tests.helpers.schedule import NO_MAXIMUM
from tests.stateful.engine.machine import rule
from tests.stateful.engine.program import Cost, Later
from tests.stateful.models.manager import KINDS
from tests.stateful.models.scheduled import (
    AGAIN,
    BURN,
    FAIL,
    GARBAGE,
    LOCKED,
    NOTHING,
    WAIT,
    WORK,
    Call,
    round_up,
)
from tests.stateful.models.world import NOBODY, Refusal

DELAYS = [1, 1, 2, 2, 3, 4, 5, 8, 13, 21, 60, 63, 64, 65, 2_000, 70_000, 2_097_152]
WRONG_DELAYS = [-5, -1, 0, 2_097_153, 2**40]
GAS = [0, 1, 100_000, 100_000, 100_001, 180_000, 250_000, 250_001, 400_000, 750_000]
DOES = [WORK, WORK, FAIL, FAIL, WAIT, BURN, NOTHING, NOTHING, LOCKED, AGAIN, GARBAGE]
LENGTHS = [0, 0, 1, 3, 4, 31, 32, 33, 100, 127, 128, 129, 200, 1_000, 3_700]
SLOWEST = 250_001  # the highest gas limit of a target that loops until it is used up
INLINE = 94  # tasks of a bucket that are in its head
CROWD = 97
LOCKED_CALLS = [
    error_data("depositBond()"),
    error_data("cancelTask(bytes32)", bytes(32)),
    error_data("executeTasks(address,uint256)", "0x" + "00" * 20, 0),
    error_data("withdrawBond(uint256)", 1),
    error_data("withdrawCredit(address)", "0x" + "00" * 20),
    error_data("expireTasks(bytes32[])", [bytes(32)]),
]


def call_of(m, does: str, length: int, variant: int, gas: int, delay: int) -> Call:
    padding = bytes([7]) * length
    if does == WORK:
        amount = m.draw.number(1, 99)
        return Call(WORK, raw=error_data("poke(uint256)", amount) + padding, amount=amount)
    if does == FAIL:
        reason = bytes(range(1, 251))[: min(length, 250)]
        return Call(FAIL, raw=error_data("fail(bytes)", reason), reason=reason)
    if does == WAIT:
        return Call(WAIT, raw=error_data("when_ready()") + padding)
    if does == BURN:
        slow = "burn()" if gas <= SLOWEST else "return_bomb()"
        return Call(BURN, raw=error_data(("return_bomb()", "revert_bomb()", slow, "return_bomb()")[variant]))
    if does == NOTHING:
        if variant == 0:
            return Call(NOTHING, raw=padding[: length % 4])
        return Call(NOTHING, (NOBODY, "account without code")[variant % 2], padding, has_code=False)
    if does == LOCKED:
        return Call(LOCKED, "manager", LOCKED_CALLS[(length + variant) % len(LOCKED_CALLS)])
    if does == AGAIN:
        return Call(AGAIN, "manager", at=Later(delay + (4, 9, 14, -1)[variant]), most=(NO_MAXIMUM, 10**17)[length % 2])
    return Call(GARBAGE, raw=padding if length < 3_700 else padding + bytes(4_096 - length))


def a_task(m, kind=None, does=None, delay=None, gas=None, length=None, variant=None) -> tuple:
    """Implementation, gas limit, block and call; what is not given is drawn."""
    draw = m.draw
    kind = kind or draw.one_of([*KINDS, "basic", "validated"])
    does = does or draw.one_of(DOES)
    delay = draw.one_of(DELAYS) if delay is None else delay
    gas = draw.one_of(GAS) if gas is None else gas
    length = draw.one_of(LENGTHS) if length is None else length
    variant = draw.below(4) if variant is None else variant
    # What these do with little gas is not in the model. A retry of a small task is: the chain says whether it fits.
    is_costly = does == AGAIN or kind == "recurring" or (does == BURN and kind == "rescheduling")
    if is_costly and 1 < gas < 250_000:
        gas = 250_000 if variant % 2 else 400_000
    if gas < 250_000:
        length = min(length, 200)
    return kind, gas, Later(delay), call_of(m, does, length, variant, gas, delay)


def schedule(m, owner: str, task: tuple, *, bond: bool = False, attach=0, most=NO_MAXIMUM) -> str | None:
    """Returns the new task's name, or nothing if it is refused."""
    kind, gas, block, call = task
    if bond:
        done = m.act(owner, "manager", "scheduleWithBond", kind, gas, block, most, call)
    else:
        value = 0 if attach is None else Cost(attach)
        done = m.act(owner, "manager", "scheduleTask", kind, gas, block, most, call, value=value)
    if isinstance(done, Refusal):
        return None
    m.tally["gas limit", gas] += 1
    made = m.model.tasks[done[2]]
    m.agrees("manager", "getEnvironment", owner, made.nonce, kind, replace(made.call), expected=made.environment)
    return done[2]


def kept_surplus(m, task: tuple) -> int:
    """A surplus that is worth too little to be returned."""
    kind, gas, block, _ = task
    cost = m.model.cost(kind, gas, m.world.block + block)
    return round_up(cost + 1, 40) - cost


@rule(8)
def schedule_and_pay(m):
    task = a_task(m)
    attach = m.draw.mostly([0, 0, 0, 12_345, kept_surplus(m, task)], [-1, None])
    most = m.draw.mostly([NO_MAXIMUM, NO_MAXIMUM, Cost(0)], [Cost(-1)])
    schedule(m, m.draw.one_of(m.owners), task, attach=attach, most=most)


@rule(6)
def schedule_from_the_bond(m):
    most = m.draw.mostly([NO_MAXIMUM, Cost(0)], [Cost(-1)])
    schedule(m, m.draw.one_of(m.owners), a_task(m), bond=True, most=most)


@rule(2)
def schedule_several_into_a_block(m):
    """The last of them is of a kind that is rare otherwise; the target is not ready for it."""
    kind, does = m.draw.one_of([("recurring", AGAIN), ("basic", WAIT), ("validated", NOTHING)])
    delay = m.draw.one_of([1, 2, 3, 5, 20])
    if does == WAIT:
        get_ready_in(m, delay + 2)
    for _ in range(m.draw.number(1, 4)):
        schedule(m, m.draw.one_of(m.owners), a_task(m, delay=delay))
    schedule(m, m.draw.one_of(m.owners), a_task(m, kind, does, delay))


@rule(1, when=lambda m: not m.is_crowded and m.model.gas_price < 10**12 and m.draw.once_in(6))
def fill_a_block(m):
    """With more tasks than a bucket's head holds, each cheap to run; executed at another price, perhaps."""
    m.is_crowded = True
    owner, delay = m.draw.one_of(m.owners), m.draw.one_of([1, 2, 6])
    crowd = a_task(m, "minimal", GARBAGE, delay, 0, 0, 0)
    names = [schedule(m, owner, crowd) for _ in range(CROWD)]
    m.tally["situation", "more tasks than a bucket's head holds"] += 1
    at = m.world.block + delay
    is_dearer = not m.draw.once_in(3)
    if is_dearer:
        m.happen("set_base_fee", m.draw.one_of([40, 60]) * 10**9)
    schedule(m, owner, a_task(m, delay=delay))
    if is_dearer:
        m.roll_to(at)
        for _ in range(m.draw.number(1, 3)):
            m.act("executor 1", "manager", "executeTasks", "executor 1", 0, gas=200_000_000)
    if m.draw.flip():
        for name in m.draw.some_of([name for name in names if name], 5):
            m.act(owner, "manager", "cancelTask", name)


@rule(3)
def schedule_wrongly(m):
    """Each of these makes it wrong, and several of them too: the first in the spec's order is told."""
    kind, gas, block, call = a_task(m)
    wrongs = [m.draw.flip() for _ in range(3)]
    if wrongs[0] or not any(wrongs):
        block = Later(m.draw.one_of(WRONG_DELAYS))
    if wrongs[1]:
        gas = m.draw.one_of([750_001, 2**40])
        m.tally["gas limit", gas] += 1
    if wrongs[2]:
        kind = m.draw.one_of([NOBODY, "account without code", "manager"])
    schedule(m, m.draw.one_of(m.owners), (kind, gas, block, call), bond=m.draw.flip())


def get_ready_in(m, blocks: int):
    m.act("stranger", "target", "get_ready", Later(blocks))


@rule(1)
def the_target_gets_ready(m):
    get_ready_in(m, m.draw.one_of([0, 3, 8, 12, 40]))
