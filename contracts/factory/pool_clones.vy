# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Pool clones
@license MIT
@notice Makes clones of the pool's implementation (EIP-1167), and knows where CREATE2 puts them (EIP-1014).
"""

from ..shared import bits
from ..shared import errors

# The creation code of a clone is this, the implementation, and CLONE_TAIL, as `create_minimal_proxy_to` makes it.
CLONE_HEAD: constant(Bytes[19]) = x"602d3d8160093d39f3363d3d373d3d3d363d73"
CLONE_TAIL: constant(Bytes[15]) = x"5af43d82803e903d91602b57fd5bf3"

implementation: public(immutable(address))


@deploy
def __init__(_implementation: address):
    """
    @dev Reverts with `InvalidInput()` for an address without code.
    @param _implementation The TaskPool that is cloned.
    """
    if not _implementation.is_contract:
        errors._invalid_input()
    implementation = _implementation


@view
@external
@reentrant
def predictPoolAddress(creator: address, salt: bytes32) -> address:
    """
    @notice Where `createPoolDeterministic` puts a pool, made already or not.
    @param creator The caller of `createPoolDeterministic`.
    @param salt The caller's salt.
    @return The address.
    """
    return self._predict(self._bound_salt(creator, salt))


@internal
def _create() -> address:
    return create_minimal_proxy_to(implementation)


@internal
def _create_at(salt: bytes32) -> address:
    """
    @dev Reverts with `InvalidInput()` if there is a pool of this salt already: a collision would burn 63/64 of the
         gas.
    @param salt As `_bound_salt` makes it.
    """
    if self._predict(salt).is_contract:
        errors._invalid_input()
    return create_minimal_proxy_to(implementation, salt=salt)


@internal
@pure
def _bound_salt(creator: address, salt: bytes32) -> bytes32:
    """
    @return A salt that no other creator can use.
    """
    return keccak256(concat(convert(creator, bytes20), salt))


@internal
@view
def _predict(salt: bytes32) -> address:
    """
    @dev The last 20 bytes of keccak256(0xff, creator, salt, keccak256(creation code)).
    """
    code_hash: bytes32 = keccak256(concat(CLONE_HEAD, convert(implementation, bytes20), CLONE_TAIL))
    digest: bytes32 = keccak256(concat(0xff, convert(self, bytes20), salt, code_hash))
    return convert(convert(digest, uint256) & bits.ADDRESS, address)
