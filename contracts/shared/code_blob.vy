# pragma version 0.4.3
"""
@title Code blob
@license MIT
@notice Keeps long data as the code of an account, a blob. A byte costs 200 gas, against 690 gas in storage. The first
        byte is STOP, so that nobody can run the data. The name of a blob is the nonce of its creation: a nonce takes
        a few bits of a word, an address a whole one. The contract counts its creations, starting at 1 (EIP-161).
@dev The technique is known as SSTORE2. The creation code starts as usual:
     61 LLLL  PUSH2 length     3d  RETURNDATASIZE (0)     81  DUP2     60 0a  PUSH1 10
     3d  RETURNDATASIZE (0)    39  CODECOPY               f3  RETURN
"""

from . import bits

# Room for the longest blob, a pool's submission: header 72 + proof 1,024 + result 4,096.
MAX_BLOB: constant(uint256) = 5_376
# Bytes that are read at once: of the longest texts, and of the usual ones.
LARGE: constant(uint256) = 1_024
SMALL: constant(uint256) = 128
# The first two bytes of the RLP of [address, one byte]: 0xd6, 0x94.
LIST_OF_22_AND_ADDRESS: constant(uint256) = 214 << 8 | 148


@internal
def _write(data: Bytes[MAX_BLOB]) -> address:
    """
    @param data The first byte must be STOP (0x00). At least 32 bytes, so that the end can be read as a word.
    @return The account whose code is the data.
    """
    return raw_create(
        concat(
            0x61,
            convert(convert(len(data), uint16), bytes2),
            0x3d81600a3d39f3,
            data,
        )
    )


@internal
@view
def _read(blob: address, start: uint256, length: uint256) -> Bytes[MAX_BLOB]:
    """
    @dev `slice` of code needs a length that the compiler knows. So this reads large chunks, then small ones, then
         words, then the rest out of the word that ends with the rest. Each step copies what was read before.
    @param blob The account.
    @param start The first byte, from 0.
    @param length In bytes. Reverts without data if the blob ends before.
    @return The bytes from `start` on, as many as `length`.
    """
    data: Bytes[MAX_BLOB] = b""
    end: uint256 = start + length
    left: uint256 = length
    for _: uint256 in range(MAX_BLOB // LARGE):
        if left < LARGE:
            break
        data = convert(concat(data, slice(blob.code, end - left, LARGE)), Bytes[MAX_BLOB])
        left -= LARGE
    for _: uint256 in range(LARGE // SMALL):
        if left < SMALL:
            break
        data = convert(concat(data, slice(blob.code, end - left, SMALL)), Bytes[MAX_BLOB])
        left -= SMALL
    for _: uint256 in range(SMALL // 32):
        if left < 32:
            break
        data = convert(concat(data, slice(blob.code, end - left, 32)), Bytes[MAX_BLOB])
        left -= 32
    if left != 0:
        word_at: uint256 = max(end, 32) - 32
        rest: Bytes[32] = slice(slice(blob.code, word_at, 32), end - left - word_at, left)
        data = convert(concat(data, rest), Bytes[MAX_BLOB])
    return data


@internal
@view
def _word(blob: address, start: uint256) -> uint256:
    """
    @param blob The account. Reverts without data if the blob ends before.
    @param start The first byte, from 0.
    @return The 32 bytes from `start` on.
    """
    return convert(slice(blob.code, start, 32), uint256)


@internal
@pure
def _address(creator: address, nonce: uint256) -> address:
    """
    @dev The address that CREATE gives: the last 20 bytes of keccak256(rlp([creator, nonce])), yellow paper (88). The
         RLP is 0xc0 + the length of the list, 0x80 + 20, creator, nonce. A nonce below 128 is one byte. A larger
         nonce follows a byte 0x80 + its length.
    @param creator The contract.
    @param nonce Below 2^32.
    @return The address of the account that the creator made with this nonce.
    """
    packed: uint256 = LIST_OF_22_AND_ADDRESS << 160 | convert(creator, uint256)
    length: uint256 = 23
    if nonce < 128:
        packed = packed << 8 | nonce
    else:
        nonce_length: uint256 = 1
        for _: uint256 in range(3):
            if nonce >> (8 * nonce_length) == 0:
                break
            nonce_length += 1
        packed = ((packed + (nonce_length << 168)) << 8 | 128 + nonce_length) << (8 * nonce_length) | nonce
        length += nonce_length
    digest: bytes32 = keccak256(slice(convert(packed, bytes32), 32 - length, length))
    return convert(convert(digest, uint256) & bits.ADDRESS, address)
