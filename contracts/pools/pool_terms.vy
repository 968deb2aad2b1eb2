# pragma version 0.4.3
"""
@title Pool terms
@license MIT
@notice One word: the registry of a pool, for good, and the terms of the owner's own tasks; beside it the verifiers that the owner has chosen
        one after the other. A submitted task keeps the version of its verifier.

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
from ..shared import ownable

uses: ownable

ADDRESS: constant(uint256) = 2**160 - 1
WINDOW: constant(uint256) = 2**24 - 1
ONE_VERSION: constant(uint256) = 1 << 208
# What a change of the terms keeps: registry and version.
KEPT: constant(uint256) = ADDRESS | 65_535 << 208

# The terms of a new pool.
DEFAULTS: constant(uint256) = (
    task_rules.CLAIM_WINDOW << 160 | task_rules.VERIFICATION_WINDOW << 184 | task_rules.MAX_ATTEMPTS << 224
)

terms: uint256
verifiers: HashMap[uint256, address]  # by version; none for version 0: the owner


@internal
def _set_terms(claim_window: uint256, verification_window: uint256, max_attempts: uint256, silence_pays: bool):
    terms: uint256 = self.terms & KEPT | claim_window << 160 | verification_window << 184 | max_attempts << 224
    if silence_pays:
        terms |= 1 << 232
    self.terms = terms


@internal
@view
def _terms() -> (uint256, uint256, uint256, bool):
    """
    @return Claim window, verification window, attempts, whether silence pays the worker.
    """
    terms: uint256 = self.terms
    return (terms >> 160) & WINDOW, (terms >> 184) & WINDOW, (terms >> 224) & 255, (terms >> 232) & 1 == 1


@internal
@view
def _claim_window() -> uint256:
    return (self.terms >> 160) & WINDOW


@internal
@view
def _registry() -> address:
    return convert(self.terms & ADDRESS, address)


@internal
@view
def _version() -> uint256:
    return (self.terms >> 208) & task_words.VERSION


@internal
@view
def _verifier(version: uint256) -> address:
    verifier: address = self.verifiers[version]
    if verifier == empty(address):
        return ownable.owner
    return verifier


@internal
@view
def _verifier_of_task(progress: uint256) -> address:
    """
    @return Who judges an owner's own task in this state.
    """
    if task_words._state(progress) == task_words.PENDING:
        return self._verifier(task_words._version(progress))
    return self._verifier(self._version())
