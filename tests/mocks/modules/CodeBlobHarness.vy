# pragma version 0.4.3
"""
@title Code blob harness
@license MIT
@notice Lets a test drive contracts/shared/code_blob.vy.
"""

from contracts.shared import code_blob


@external
def write(data: Bytes[5376]) -> address:
    return code_blob._write(data)


@external
@view
def read(blob: address, start: uint256, length: uint256) -> Bytes[5376]:
    return code_blob._read(blob, start, length)


@external
@view
def word(blob: address, start: uint256) -> uint256:
    return code_blob._word(blob, start)


@external
@pure
def addressOf(creator: address, nonce: uint256) -> address:
    return code_blob._address(creator, nonce)
