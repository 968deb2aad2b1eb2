# pragma version 0.4.3
"""
@title Pool core
@license MIT
@notice The two words of a pool that nearly each call reads, and how the router learns of their changes. One is
        `counters`, see pool_counters. The other is `core`:

        | bits    | field                                                     |
        |---------|-----------------------------------------------------------|
        | 0-159   | router                                                    |
        | 160-191 | tasks so far                                              |
        | 192-223 | blobs so far                                              |
        | 224-247 | slot in the router's ranking, 0 before the first approval |
        | 248-252 | flags                                                     |
"""

from ..shared import bits
from ..shared import errors

TASKS_AT: constant(uint256) = 160
BLOBS_AT: constant(uint256) = 192
SLOT_AT: constant(uint256) = 224
MASK_24: constant(uint256) = 2**24 - 1
MASK_32: constant(uint256) = 2**32 - 1

HAS_SLOT: constant(uint256) = MASK_24 << SLOT_AT
IS_ACTIVE: constant(uint256) = 1 << 248
IS_APPROVED: constant(uint256) = 1 << 249
IS_UNREPORTED: constant(uint256) = 1 << 250
# The pool has, or had, tasks of the owner's own; of the registry. Spares a look into an empty ranking.
HAS_OWN: constant(uint256) = 1 << 251
HAS_REGISTRY: constant(uint256) = 1 << 252

# The core of the implementation. The value is not zero, so nobody can initialise the implementation.
LOCKED: constant(uint256) = max_value(uint256)

# A report may use the first, and the second must be left before the report, so that nobody can make the report fail
# with too little gas. At worst a report fills a new word at each level of the router's ranking.
REPORT_GAS: constant(uint256) = 200_000
REPORT_GAS_LEFT: constant(uint256) = 260_000

core: uint256
counters: uint256  # written by `_report` alone
unreported: uint256  # the change of `counters` that the router did not take


@internal
@pure
def _initial(router: address) -> uint256:
    """
    @param router The router of the pool, for good.
    @return The core of a new pool, which is active.
    """
    return convert(router, uint256) | IS_ACTIVE


@internal
@pure
def _with_slot(core: uint256, slot: uint256) -> uint256:
    """
    @param core The core of a pool without a slot.
    @param slot The pool's place in the router's ranking, below 2^24.
    @return The core with the slot.
    """
    return core | slot << SLOT_AT


@internal
@pure
def _router(core: uint256) -> address:
    """
    @param core The word.
    @return The pool's router.
    """
    return convert(core & bits.ADDRESS, address)


@internal
@pure
def _tasks(core: uint256) -> uint256:
    """
    @param core The word.
    @return How many tasks were added so far, which is the highest task id.
    """
    return (core >> TASKS_AT) & MASK_32


@internal
@pure
def _slot(core: uint256) -> uint256:
    """
    @param core The word.
    @return The pool's place in the router's ranking, 0 before the first approval.
    """
    return (core >> SLOT_AT) & MASK_24


@internal
def _count_task(tree: uint256) -> uint256:
    """
    @notice Count a task that is added.
    @param tree task_words.OWN or task_words.REGISTRY.
    @return The task's id.
    """
    core: uint256 = (self.core + (1 << TASKS_AT)) | HAS_OWN << tree
    self.core = core
    return self._tasks(core)


@internal
def _count_blob() -> uint256:
    """
    @notice Count a blob, right before the pool creates the blob.
    @return The blob's nonce.
    """
    core: uint256 = self.core + (1 << BLOBS_AT)
    self.core = core
    return (core >> BLOBS_AT) & MASK_32


@internal
def _report(change: uint256, key: uint256):
    """
    @notice Add to the counters, and tell the router the change and the key that ranks the pool. No other code writes
            the counters, so a change that is counted is reported too.
    @dev A change that the router does not take is kept for the next report. The fields of `counters` are summed as one
         number: their sums over all pools never leave their fields, so neither do the sums of the changes. Reverts
         with `InsufficientGas()`.
    @param change A change of pool_counters, or a sum of such changes, modulo 2^256; 0 for none.
    @param key The key of the pool's best task (task_words), 0 for none, KEY_UNCHANGED for the key of before.
    """
    if msg.gas < REPORT_GAS_LEFT:
        errors._insufficient_gas()
    self.counters = unsafe_add(self.counters, change)
    core: uint256 = self.core
    delta: uint256 = change
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
    """
    @dev Reverts with `PoolInactive()`.
    """
    if self.core & IS_ACTIVE == 0:
        errors._pool_inactive()
