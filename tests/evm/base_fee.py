"""
The base fee for contracts on revm.

pyrevm runs every call with a base fee of 0. So the base fee is passed as PREVRANDAO, and a contract's BASEFEE
instructions are rewritten to PREVRANDAO when the contract is deployed. Both are one byte and cost the same. No contract
here asks for PREVRANDAO.
"""

import cbor2

BASEFEE, PREVRANDAO = 0x48, 0x44
PUSH1, PUSH32 = 0x60, 0x7F


def places(initcode: bytes, runtime: bytes) -> list[int]:
    """Where the runtime code of a compiled Vyper contract has BASEFEE; `initcode` has no constructor arguments."""
    if BASEFEE not in runtime:
        return []
    found, at = [], 0
    end = len(runtime) - _data_size(initcode)
    while at < end:
        opcode = runtime[at]
        if opcode == BASEFEE:
            found.append(at)
        at += opcode - PUSH1 + 2 if PUSH1 <= opcode <= PUSH32 else 1
    return found


def rewritten(code: bytes, at: list[int], before: int = BASEFEE, after: int = PREVRANDAO) -> bytes:
    """The code with these bytes exchanged."""
    changed = bytearray(code)
    for place in at:
        assert changed[place] == before
        changed[place] = after
    return bytes(changed)


def _data_size(initcode: bytes) -> int:
    """How many bytes at the end of the runtime code are data; the compiler notes that at the end of the initcode."""
    noted = int.from_bytes(initcode[-2:], "big")
    _, _, sections, _, about = cbor2.loads(initcode[-noted:-2])
    assert "vyper" in about
    return sum(sections)
