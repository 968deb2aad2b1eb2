"""Rules: bonds, credits, and views with arguments."""

from tests.stateful.engine.machine import rule
from tests.stateful.manager.scheduling import DELAYS, WRONG_DELAYS
from tests.stateful.models.world import NOBODY

EDGES = (0, 1, 100_000, 100_001, 250_000, 250_001, 750_000, 750_001)
FEES = (0, 1, 10**9, 3 * 10**9 + 1, 10**13, 2**64, 2**99, 2**128, 2**129, 2**255)


@rule(2)
def deposit_a_bond(m):
    value = m.draw.mostly([1, 10**15, 10**17, 10**19], [0])
    person = m.draw.one_of(m.people)
    if m.draw.flip():
        m.act(person, "manager", "depositBond", value=value)
    else:
        m.act(person, "manager", "depositBondFor", m.draw.mostly(m.people, [NOBODY]), value=value)


@rule(1, when=lambda m: any(m.model.bonds.values()))
def withdraw_a_bond(m):
    person = m.draw.mostly([person for person in m.people if m.model.bonds[person]], m.people)
    bond = m.model.bonds[person]
    amount = m.draw.mostly([bond, 1, bond // 2 or 1], [0, bond + 1])
    m.act(person, "manager", "withdrawBond", amount)


@rule(2, when=lambda m: any(m.model.credits.values()))
def withdraw_credit(m):
    person = m.draw.mostly([person for person in m.people if m.model.credits[person]], m.people)
    if m.draw.flip():
        m.act(person, "manager", "withdrawCredit", m.draw.mostly(m.people, [NOBODY]))
    else:
        m.act("stranger", "manager", "withdrawCreditFor", m.draw.mostly([person], [NOBODY]))


@rule(1)
def ask_for_quotes(m):
    block = (m.world.block + m.draw.mostly(DELAYS, WRONG_DELAYS, 3)) % 2**64
    gas, lookahead = m.draw.one_of(EDGES), m.draw.one_of([0, 1, 30, 2_097_152, 2_097_153, 2**64 - 1])
    for view, arguments in (
        ("estimateCost", (block, gas)),
        ("estimateCostAt", (block, gas, m.draw.one_of(FEES))),
        ("getNextExecutionBlockInRange", (lookahead,)),
        ("getTaskScheduleInRange", (lookahead, m.draw.below(4), m.draw.below(5))),
    ):
        m.answers_as_the_model(view, *arguments)
    m.act("owner 1", "manager", "rescheduleTask", block, 2**256 - 1)
