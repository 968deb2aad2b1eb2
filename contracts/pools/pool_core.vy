# pragma version 0.4.3
"""
@title Pool core
@license MIT
@notice The two words of a pool that nearly each call reads, and how the router learns of their changes.

        `core`:

        | bits    | field                                                     |
        |---------|-----------------------------------------------------------|
        | 0-159   | router                                                    |
        | 160-191 | tasks so far                                              |
        | 192-223 | blobs so far                                              |
        | 224-247 | slot in the router's ranking, 0 before the first approval |
        | 248-252 | flags                                                     |

        `counters`, which the router's totals add up: tasks available 0-39 | active 40-79 | pending 80-119 | paid 120-159 | wei paid to
        workers 160-255. The highest field wraps at 2^96 wei and cannot touch the others.
"""

from ..shared import errors

COUNT: constant(uint256) = 2**40 - 1
ONE_AVAILABLE: constant(uint256) = 1
ONE_ACTIVE: constant(uint256) = 1 << 40
ONE_PENDING: constant(uint256) = 1 << 80
ONE_PAID: constant(uint256) = 1 << 120

ADDRESS: constant(uint256) = 2**160 - 1
ONE_TASK: constant(uint256) = 1 << 160
ONE_BLOB: constant(uint256) = 1 << 192
ONE_SLOT: constant(uint256) = 1 << 224
HAS_SLOT: constant(uint256) = (2**24 - 1) << 224
IS_ACTIVE: constant(uint256) = 1 << 248
IS_APPROVED: constant(uint256) = 1 << 249
IS_UNREPORTED: constant(uint256) = 1 << 250
# The pool has, or had, tasks of the owner's own; of the registry. Spares a look into an empty ranking.
HAS_OWN: constant(uint256) = 1 << 251
HAS_REGISTRY: constant(uint256) = 1 << 252

# What a report may use, and what must be left before it so that nobody can make it fail by sending too little gas: at worst it
# fills a new word at each level of the router's ranking.
REPORT_GAS: constant(uint256) = 200_000
REPORT_GAS_LEFT: constant(uint256) = 260_000

core: uint256
counters: uint256
unreported: uint256  # the change of `counters` that the router did not take


@internal
@pure
def _router(core: uint256) -> address:
    return convert(core & ADDRESS, address)


@internal
@pure
def _tasks(core: uint256) -> uint256:
    return (core >> 160) & (2**32 - 1)


@internal
@pure
def _blobs(core: uint256) -> uint256:
    return (core >> 192) & (2**32 - 1)


@internal
@pure
def _slot(core: uint256) -> uint256:
    return (core >> 224) & (2**24 - 1)


@internal
def _report(before: uint256, key: uint256):
    """
    @notice Tell the router how the counters changed since `before`, and what the pool is ranked by.
    @dev What the router does not take is kept for the next report. The fields of `counters` are summed as one number: their sums over
         all pools never leave their fields, so neither do the sums of the changes.
    @param key KEY_UNCHANGED if the pool's best task is what it was.
    """
    if msg.gas < REPORT_GAS_LEFT:
        errors._insufficient_gas()
    core: uint256 = self.core
    delta: uint256 = unsafe_sub(self.counters, before)
    if core & IS_UNREPORTED != 0:
        delta = unsafe_add(delta, self.unreported)
    taken: bool = raw_call(
        self._router(core),
        abi_encode(self._slot(core), delta, key, method_id=method_id("poolChanged(uint256,uint256,uint256)")),
        gas=REPORT_GAS,
        revert_on_failure=False,
    )
    if not taken:
        self.unreported = delta
        self.core = core | IS_UNREPORTED
    elif core & IS_UNREPORTED != 0:
        self.unreported = 0
        self.core = core ^ IS_UNREPORTED


@internal
@view
def _only_active():
    if self.core & IS_ACTIVE == 0:
        errors._pool_inactive()
