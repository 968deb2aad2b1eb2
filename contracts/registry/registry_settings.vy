# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Registry settings
@license MIT
@notice The owner's settings for all requests, and the registry's counters. Fee, lifetime and counters share one word,
        since a request reads or changes all of them.
@dev word: requests made 0-47 | blobs created 48-79 | pools listed 80-111 | fee, 1/10,000, 112-127 | lifetime of a
     request, seconds, 128-159
"""

from ..interfaces import IModelRegistry
from ..pools import task_rules
from ..shared import errors
from ..shared import ownable
from ..shared import probe

uses: ownable

MAX_FEE_BPS: public(constant(uint256)) = 1_000
BLOBS_AT: constant(uint256) = 48
LISTED_AT: constant(uint256) = 80
FEE_AT: constant(uint256) = 112
LIFETIME_AT: constant(uint256) = 128
MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_48: constant(uint256) = 2**48 - 1

taskRouter: public(reentrant(address))
word: uint256


@deploy
def __init__():
    """
    @notice No fee, and the lifetime of task_rules.
    """
    self.word = task_rules.REQUEST_LIFETIME << LIFETIME_AT


# ---------------------------------------------------------------- owner


@external
def setTaskRouter(_taskRouter: address):
    """
    @notice Set the router, once and for good: pools ask for the router when they are made. A router ranks the pools
            only of the registry that the factory had when the router was made.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` for an address that is no
         router and for a second call.
    @param _taskRouter The router.
    """
    ownable._only_owner()
    if self.taskRouter != empty(address) or not probe._answers(
        _taskRouter, method_id("factory()", output_type=bytes4)
    ):
        errors._invalid_input()
    self.taskRouter = _taskRouter
    log IModelRegistry.TaskRouterUpdated(oldRouter=empty(address), newRouter=_taskRouter)


@external
def setProtocolFeeBps(bps: uint256):
    """
    @notice Set the protocol's part of the cost of requests that are made from now on.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` above the bound.
    @param bps In 1/10,000, at most 1,000.
    """
    ownable._only_owner()
    if bps > MAX_FEE_BPS:
        errors._invalid_input()
    log IModelRegistry.ProtocolFeeUpdated(oldBps=self._fee_bps(), newBps=bps)
    self.word = self.word & ~(MASK_16 << FEE_AT) | bps << FEE_AT


@external
def setRequestLifetime(lifetime: uint256):
    """
    @notice Set for how long a worker can submit a request that is made from now on.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` out of bounds.
    @param lifetime In seconds, 600 to 2,592,000.
    """
    ownable._only_owner()
    if lifetime < task_rules.MIN_LIFETIME or lifetime > task_rules.MAX_REQUEST_LIFETIME:
        errors._invalid_input()
    log IModelRegistry.RequestLifetimeUpdated(oldLifetime=self._lifetime(), newLifetime=lifetime)
    self.word = self.word & ~(MASK_32 << LIFETIME_AT) | lifetime << LIFETIME_AT


# ---------------------------------------------------------------- views


@view
@external
@reentrant
def protocolFeeBps() -> uint256:
    """
    @notice The protocol's part of the cost of requests that are made now.
    @return In 1/10,000.
    """
    return self._fee_bps()


@view
@external
@reentrant
def requestLifetime() -> uint256:
    """
    @notice For how long a worker can submit a request that is made now.
    @return In seconds.
    """
    return self._lifetime()


@view
@external
@reentrant
def requestCounter() -> uint256:
    """
    @notice How many requests there have been.
    @return The number, which is the id of the last request.
    """
    return self._request_count()


# ---------------------------------------------------------------- internal


@internal
def _count_request():
    """
    @notice Count a request and its blob.
    """
    self.word += 1 + (1 << BLOBS_AT)


@internal
def _count_blob():
    self.word += 1 << BLOBS_AT


@internal
def _count_listed():
    self.word += 1 << LISTED_AT


@internal
def _count_unlisted():
    self.word -= 1 << LISTED_AT


@internal
@view
def _request_count() -> uint256:
    return self.word & MASK_48


@internal
@view
def _blob_count() -> uint256:
    """
    @return How many blobs there are, which is the nonce of the last one's creation.
    """
    return (self.word >> BLOBS_AT) & MASK_32


@internal
@view
def _listed_count() -> uint256:
    return (self.word >> LISTED_AT) & MASK_32


@internal
@view
def _fee_bps() -> uint256:
    return (self.word >> FEE_AT) & MASK_16


@internal
@view
def _lifetime() -> uint256:
    return (self.word >> LIFETIME_AT) & MASK_32
