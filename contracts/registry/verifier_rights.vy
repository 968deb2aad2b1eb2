# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Verifier rights
@license MIT
@notice The accounts that the owner trusts to judge the results of requests, in every pool.
"""

from ..interfaces import IModelRegistry
from ..shared import errors
from ..shared import ownable

uses: ownable

verifiers: public(reentrant(HashMap[address, bool]))


@external
def addVerifier(verifier: address):
    """
    @notice Trust an account to judge the results of requests.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` for zero and for an account
         that is a verifier already.
    @param verifier The account.
    """
    ownable._only_owner()
    if verifier == empty(address) or self.verifiers[verifier]:
        errors._invalid_input()
    self.verifiers[verifier] = True
    log IModelRegistry.VerifierAdded(verifier=verifier)


@external
def removeVerifier(verifier: address):
    """
    @notice Stop trusting a verifier, for pending tasks too.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` for an account that is no
         verifier.
    @param verifier The account.
    """
    ownable._only_owner()
    if not self.verifiers[verifier]:
        errors._invalid_input()
    self.verifiers[verifier] = False
    log IModelRegistry.VerifierRemoved(verifier=verifier)


@internal
@view
def _only_verifier():
    if not self.verifiers[msg.sender]:
        errors._unauthorized()
