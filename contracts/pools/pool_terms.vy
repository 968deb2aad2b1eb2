# pragma version 0.4.3
"""
@title Pool terms
@license MIT
@notice One word: the registry of a pool, for good, and the terms of the owner's own tasks. Beside the word: the
        verifiers that the owner has chosen one after the other. A submitted task keeps the version of its verifier.

        | bits    | field                                  |
        |---------|----------------------------------------|
        | 0-159   | registry                               |
        | 160-183 | claim window, seconds                  |
        | 184-207 | verification window, seconds           |
        | 208-223 | version of the verifier                |
        | 224-231 | attempts                               |
        | 232     | silence pays the worker                |
"""

from . import task_rules
from . import task_words
from ..shared import bits
from ..shared import ownable

uses: ownable

CLAIM_WINDOW_AT: constant(uint256) = 160
VERIFICATION_WINDOW_AT: constant(uint256) = 184
VERSION_AT: constant(uint256) = 208
ATTEMPTS_AT: constant(uint256) = 224
SILENCE_PAYS: constant(uint256) = 1 << 232
MASK_8: constant(uint256) = 2**8 - 1
MASK_24: constant(uint256) = 2**24 - 1
# A change of the terms keeps registry and version.
KEPT: constant(uint256) = bits.ADDRESS | task_words.VERSION << VERSION_AT

# The terms of a new pool.
DEFAULTS: constant(uint256) = (
    task_rules.CLAIM_WINDOW << CLAIM_WINDOW_AT
    | task_rules.VERIFICATION_WINDOW << VERIFICATION_WINDOW_AT
    | task_rules.MAX_ATTEMPTS << ATTEMPTS_AT
)

terms: uint256
verifiers: HashMap[uint256, address]  # by version; none for version 0: the owner


@internal
@pure
def _initial(registry: address) -> uint256:
    """
    @param registry The registry of the pool, for good.
    @return The word of a new pool.
    """
    return convert(registry, uint256) | DEFAULTS


@internal
def _set_terms(claim_window: uint256, verification_window: uint256, max_attempts: uint256, silence_pays: bool):
    """
    @param claim_window Seconds, below 2^24.
    @param verification_window Seconds, below 2^24.
    @param max_attempts Below 2^8.
    @param silence_pays Whether the worker is paid if the verifier is silent.
    """
    terms: uint256 = (
        self.terms & KEPT
        | claim_window << CLAIM_WINDOW_AT
        | verification_window << VERIFICATION_WINDOW_AT
        | max_attempts << ATTEMPTS_AT
    )
    if silence_pays:
        terms |= SILENCE_PAYS
    self.terms = terms


@internal
def _set_verifier(version: uint256, verifier: address):
    """
    @param version The present version plus one, at most task_words.VERSION.
    @param verifier Who judges what is submitted from now on.
    """
    self.verifiers[version] = verifier
    self.terms += 1 << VERSION_AT


@internal
@view
def _terms() -> (uint256, uint256, uint256, bool):
    """
    @return Claim window and verification window in seconds, attempts, whether silence pays the worker.
    """
    terms: uint256 = self.terms
    return (
        (terms >> CLAIM_WINDOW_AT) & MASK_24,
        (terms >> VERIFICATION_WINDOW_AT) & MASK_24,
        (terms >> ATTEMPTS_AT) & MASK_8,
        terms & SILENCE_PAYS != 0,
    )


@internal
@view
def _claim_window() -> uint256:
    """
    @return Seconds from claim to submission.
    """
    return (self.terms >> CLAIM_WINDOW_AT) & MASK_24


@internal
@view
def _registry() -> address:
    """
    @return The pool's registry.
    """
    return convert(self.terms & bits.ADDRESS, address)


@internal
@view
def _version() -> uint256:
    """
    @return How often the verifier was changed.
    """
    return (self.terms >> VERSION_AT) & task_words.VERSION


@internal
@view
def _verifier(version: uint256) -> address:
    """
    @param version At most the present one.
    @return Who judges tasks that were submitted at this version.
    """
    verifier: address = self.verifiers[version]
    if verifier == empty(address):
        return ownable.owner
    return verifier


@internal
@view
def _verifier_of_task(progress: uint256) -> address:
    """
    @param progress The second word of an owner's own task.
    @return Who judges the task in this state.
    """
    if task_words._state(progress) == task_words.PENDING:
        return self._verifier(task_words._version(progress))
    return self._verifier(self._version())
