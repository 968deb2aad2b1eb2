# pragma version 0.4.3
"""
@title Code blob
@license MIT
@notice Keeps long data as the code of an account: 200 gas a byte, against 690 a byte in storage. The first byte is STOP, so
        that nobody can run the data. A blob is named by the nonce with which its contract created it, which takes a few bits
        where an address takes a slot; the contract counts its creations, starting at 1 (EIP-161).
@dev The technique of storing data as code is known as SSTORE2; the creation code is the usual one:
     61 LLLL  PUSH2 length     3d  RETURNDATASIZE (0)     81  DUP2     60 0a  PUSH1 10
     3d  RETURNDATASIZE (0)    39  CODECOPY               f3  RETURN
"""

from . import bits

# Room for the longest blob: a pool's result, header 72 + proof 1,024 + result 4,096.
MAX_BLOB: constant(uint256) = 5_376
CHUNK: constant(uint256) = 256
# The first two bytes of the RLP of [address, one byte]: 0xd6, 0x94.
LIST_OF_22_AND_ADDRESS: constant(uint256) = 214 << 8 | 148


@internal
def _write(data: Bytes[MAX_BLOB]) -> address:
    """
    @param data What to keep, its first byte STOP (0x00), at least 32 bytes long so that the tail can be read as a word.
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
    @dev `slice` takes a literal length from code: chunks of 256, then words, then the rest out of the word that it ends.
    """
    data: Bytes[MAX_BLOB] = b""
    position: uint256 = start
    end: uint256 = start + length
    for _: uint256 in range(MAX_BLOB // CHUNK + 8):
        if position + CHUNK > end:
            break
        data = convert(concat(data, slice(blob.code, position, CHUNK)), Bytes[MAX_BLOB])
        position += CHUNK
    for _: uint256 in range(CHUNK // 32):
        if position + 32 > end:
            break
        data = convert(concat(data, slice(blob.code, position, 32)), Bytes[MAX_BLOB])
        position += 32
    if position < end:
        word_at: uint256 = max(end, 32) - 32
        rest: Bytes[32] = slice(slice(blob.code, word_at, 32), position - word_at, end - position)
        data = convert(concat(data, rest), Bytes[MAX_BLOB])
    return data


@internal
@view
def _word(blob: address, start: uint256) -> uint256:
    return convert(slice(blob.code, start, 32), uint256)


@internal
@pure
def _address(creator: address, nonce: uint256) -> address:
    """
    @dev The address of an account made with CREATE: the last 20 bytes of keccak256(rlp([creator, nonce])), yellow paper (88).
         RLP: 0xc0 + length of the list, 0x80 + 20, creator, nonce; a nonce below 128 is one byte, a larger one is preceded by 0x80 +
         its length.
    @param nonce Below 2^32.
    """
    packed: uint256 = LIST_OF_22_AND_ADDRESS << 160 | convert(creator, uint256)
    length: uint256 = 23
    if nonce < 128:
        packed = packed << 8 | nonce
    else:
        size: uint256 = 1
        for _: uint256 in range(3):
            if nonce >> (8 * size) == 0:
                break
            size += 1
        packed = ((packed + (size << 168)) << 8 | 128 + size) << (8 * size) | nonce
        length += size
    digest: bytes32 = keccak256(slice(convert(packed, bytes32), 32 - length, length))
    return convert(convert(digest, uint256) & bits.ADDRESS, address)
