# pragma version 0.4.3
"""
@title Pool terms
@license MIT
@notice The terms of the owner's own tasks. Each change of the owner's makes a version: a word with the verifier and the
        terms. A claim keeps the version of its time, up to the verdict. One more word has the registry of the pool, for
        good, and the present version with a copy of its terms, so that a claim reads one word:

        | bits    | field                                                       |
        |---------|-------------------------------------------------------------|
        | 0-159   | of a version: its verifier; of the present terms: registry  |
        | 160-183 | claim window, seconds                                       |
        | 184-207 | verification window, seconds                                |
        | 208-223 | of the present terms: their version                         |
        | 224-231 | attempts                                                    |
        | 232     | silence pays the worker                                     |
"""

from . import task_rules
from . import task_words
from ..shared import bits
from ..shared import errors
from ..shared import ownable

uses: ownable

CLAIM_WINDOW_AT: constant(uint256) = 160
VERIFICATION_WINDOW_AT: constant(uint256) = 184
VERSION_AT: constant(uint256) = 208
ATTEMPTS_AT: constant(uint256) = 224
SILENCE_PAYS: constant(uint256) = 1 << 232
MASK_8: constant(uint256) = 2**8 - 1
MASK_24: constant(uint256) = 2**24 - 1

# The terms of a new pool.
DEFAULTS: constant(uint256) = (
    task_rules.CLAIM_WINDOW << CLAIM_WINDOW_AT
    | task_rules.VERIFICATION_WINDOW << VERIFICATION_WINDOW_AT
    | task_rules.MAX_ATTEMPTS << ATTEMPTS_AT
)

present: uint256
versions: HashMap[uint256, uint256]  # zero for version 0 as long as its verifier is the owner


@internal
@pure
def _initial(registry: address) -> uint256:
    """
    @param registry The registry of the pool, for good.
    @return The present terms of a new pool.
    """
    return convert(registry, uint256) | DEFAULTS


@internal
@pure
def _word(
    verifier: address, claim_window: uint256, verification_window: uint256, max_attempts: uint256, silence_pays: bool
) -> uint256:
    """
    @param verifier Who judges the results.
    @param claim_window Seconds, below 2^24.
    @param verification_window Seconds, below 2^24.
    @param max_attempts Below 2^8.
    @param silence_pays Whether the worker is paid if the verifier is silent.
    @return The word of a version.
    """
    word: uint256 = (
        convert(verifier, uint256)
        | claim_window << CLAIM_WINDOW_AT
        | verification_window << VERIFICATION_WINDOW_AT
        | max_attempts << ATTEMPTS_AT
    )
    if silence_pays:
        word |= SILENCE_PAYS
    return word


@internal
@view
def _of(version: uint256) -> uint256:
    """
    @param version At most the present one.
    @return The word of the version.
    """
    word: uint256 = self.versions[version]
    if word == 0:
        return convert(ownable.owner, uint256) | DEFAULTS
    return word


@internal
def _change(word: uint256):
    """
    @notice Make a new version, for the claims from now on.
    @dev Reverts with `InvalidInput()` after task_words.VERSION changes.
    @param word The word of the new version.
    """
    version: uint256 = self._version()
    if version == task_words.VERSION:
        errors._invalid_input()
    version += 1
    self.versions[version] = word
    self.present = word & ~bits.ADDRESS | self.present & bits.ADDRESS | version << VERSION_AT


@internal
@pure
def _terms(word: uint256) -> (uint256, uint256, uint256, bool):
    """
    @param word The word of a version, or the present terms.
    @return Claim window and verification window in seconds, attempts, whether silence pays the worker.
    """
    return (
        (word >> CLAIM_WINDOW_AT) & MASK_24,
        (word >> VERIFICATION_WINDOW_AT) & MASK_24,
        (word >> ATTEMPTS_AT) & MASK_8,
        word & SILENCE_PAYS != 0,
    )


@internal
@view
def _claim_window() -> uint256:
    """
    @return Seconds from claim to submission.
    """
    return (self.present >> CLAIM_WINDOW_AT) & MASK_24


@internal
@view
def _registry() -> address:
    """
    @return The pool's registry.
    """
    return convert(self.present & bits.ADDRESS, address)


@internal
@view
def _version() -> uint256:
    """
    @return How often the owner changed verifier or terms.
    """
    return (self.present >> VERSION_AT) & task_words.VERSION


@internal
@view
def _verifier(version: uint256) -> address:
    """
    @param version At most the present one.
    @return Who judges the results of this version's claims.
    """
    return convert(self._of(version) & bits.ADDRESS, address)


@internal
@view
def _version_of_task(progress: uint256) -> uint256:
    """
    @param progress The second word of an owner's own task.
    @return The version of the task's claim, the present one without a claim.
    """
    if task_words._is_claimed(progress):
        return task_words._version(progress)
    return self._version()
