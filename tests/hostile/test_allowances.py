"""
What a pool hands to router and registry may fail, and is then handed over later. But it counts as refused only if the
call had its whole allowance: nobody chooses a limit of gas that makes the call fail.
"""

import boa
import pytest

from tests.helpers.chain import DAY, balance, error_data, wait
from tests.helpers.hostile import CODE, Attempt, behave, calldata, lowest, topic
from tests.helpers.modules import constant

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold, with exact gas")

REPORT_GAS = constant("pools/pool_core.vy", "REPORT_GAS")
DELIVERY_GAS = constant("pools/outcome.vy", "DELIVERY_GAS")
UNDELIVERED = topic("OutcomeUndelivered(uint256)")
# What a transaction of these costs besides what it hands on.
REST = 250_000


def needs(gas: int) -> bytes:
    """Code that takes any call with so much gas, and burns what it has otherwise: `if gas > GAS: INVALID; STOP`."""
    return bytes.fromhex(f"5a62{gas:06x}11600a57005bfe")


def cancel(scene):
    """A report."""
    return scene.router, calldata("cancelTask(uint256)", scene.available), scene.pool_owner


def expire(scene):
    """A delivery, and a report."""
    wait(DAY + 1)
    return scene.registry, calldata("releaseExpiredTasks(uint256[])", [scene.requested]), scene.stranger


def settle(scene):
    wait(DAY + 1)
    return scene.registry, calldata("settleUnverified(uint256[])", [scene.pending]), scene.stranger


def attempts(scene, data, sender):
    accounts = [scene.pool.address, scene.registry.address, scene.router.address, sender]
    return lambda gas: Attempt(sender, scene.pool.address, data, 0, gas, accounts)


@pytest.mark.parametrize("prepare", [cancel, expire, settle])
def test_nobody_starves_a_neighbour_that_needs_its_allowance(scene, prepare):
    """At each limit the neighbour takes the call, or the whole call is refused."""
    neighbour, data, sender = prepare(scene)
    boa.env.set_code(neighbour.address, needs(min(REPORT_GAS, DELIVERY_GAS) - 1_000))
    attempt = attempts(scene, data, sender)
    enough = lowest(lambda gas: attempt(gas).succeeded, 5_000_000)
    plenty = attempt(5_000_000)
    assert UNDELIVERED not in plenty.topics
    for gas in [*range(40_000, enough, 90_000), *range(enough - 40_000, enough + 40_000, 2_500)]:
        tried = attempt(gas)
        assert tried.succeeded == (gas >= enough)
        assert tried.came_to == plenty.came_to if tried.succeeded else not tried.changes
    assert enough < max(REPORT_GAS, DELIVERY_GAS) + REST, "nothing is demanded but what the neighbour needs"


@pytest.mark.parametrize("behavior", ["reverts", "burns all gas"])
@pytest.mark.parametrize("prepare", [cancel, expire, settle])
def test_refused_only_with_the_whole_allowance(scene, prepare, behavior):
    neighbour, data, sender = prepare(scene)
    behave(neighbour.address, behavior)
    attempt = attempts(scene, data, sender)
    enough = lowest(lambda gas: attempt(gas).succeeded, 5_000_000)
    assert REPORT_GAS * 64 // 63 < enough < REPORT_GAS + 2 * REST
    for gas in [*range(40_000, enough, 90_000), *range(enough - 40_000, enough, 2_500), enough - 1]:
        below = attempt(gas)
        assert not below.succeeded
        assert not below.changes
        assert below.revert_data in (b"", error_data("InsufficientGas()"))
    assert attempt(enough - 1).revert_data == error_data("InsufficientGas()")
    for gas in range(enough, enough + 100_000, 20_000):
        assert attempt(gas).came_to == attempt(enough).came_to
    used = attempt(5_000_000).used
    assert used < REST if behavior == "reverts" else REPORT_GAS < used < REPORT_GAS + REST


@pytest.mark.parametrize("act", ["sync", "deliver"])
def test_repair_hands_on_all_gas(scene, act):
    """A neighbour that needs more than the allowance gets what the caller of a repair brings."""
    dear = 3 * REPORT_GAS
    neighbour, data, sender = cancel(scene) if act == "sync" else expire(scene)
    code = boa.env.get_code(neighbour.address)
    boa.env.set_code(neighbour.address, needs(dear))
    assert boa.env.execute_code(scene.pool.address, sender=sender, data=data).is_success
    repair = calldata("sync()") if act == "sync" else calldata("deliverOutcome(uint256)", scene.requested)
    attempt = attempts(scene, repair, scene.stranger)
    for gas, expected in ((1_000_000, "InsufficientGas()"), (dear - 100_000, "DeliveryFailed()")):
        assert attempt(gas).revert_data == error_data(expected)
        assert not attempt(gas).changes
    enough = lowest(lambda gas: attempt(gas).succeeded, 4 * dear)
    assert dear < enough < dear * 64 // 63 + REST
    # and with the real one
    boa.env.set_code(neighbour.address, code)
    assert boa.env.execute_code(scene.pool.address, sender=scene.stranger, data=repair).is_success
    pools = [scene.pool.getPoolStats(), scene.unapproved.getPoolStats()]
    assert scene.router.getGlobalStats()[2:] == tuple(sum(pool[field] for pool in pools) for field in range(5))
    if act == "deliver":
        assert scene.registry.refundOf(scene.requester) > 0
    assert balance(scene.pool) >= scene.pool.reservedBalance()


@pytest.mark.parametrize("behavior", ["reverts", "reverts with a megabyte", "burns all gas"])
def test_sync_says_that_the_router_refuses(scene, behavior):
    assert behavior in CODE
    behave(scene.router.address, behavior)
    attempt = attempts(scene, calldata("sync()"), scene.stranger)
    assert attempt(5_000_000).revert_data == error_data("DeliveryFailed()")
    assert not attempt(5_000_000).changes
    assert attempt(1_000_000).revert_data == error_data("InsufficientGas()")
