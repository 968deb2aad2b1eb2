"""Contracts see the block that tests set, on both engines."""

import boa
import pytest
from eth_utils import keccak

from tests.evm import code
from tests.evm.base_fee import BASEFEE
from tests.evm.conftest import on_both

COINBASE, TIMESTAMP, NUMBER, GASLIMIT, CHAINID = 0x41, 0x42, 0x43, 0x45, 0x46

ASKS = """
# pragma version 0.4.3
TREASURY: immutable(uint256)
LIMIT: constant(uint256) = 72  # the byte of BASEFEE, as are those of the word
WORD: constant(uint256) = 32694236961124572825478866355394232805629172140886747493493906072822530721864
fees: public(HashMap[uint256, uint256])

@deploy
def __init__(treasury: uint256):
    TREASURY = treasury

@external
@view
def fee() -> uint256:
    return block.basefee

@external
def keep(at: uint256) -> uint256:
    self.fees[at] = block.basefee * TREASURY
    return (WORD ^ at) + LIMIT + min(block.basefee, 7)
"""


def asked(opcode: int) -> int:
    address = boa.env.generate_address()
    boa.env.set_code(address, code.reads(opcode))
    return int.from_bytes(boa.env.execute_code(address).output, "big")


def set_base_fee(wei: int):
    boa.env.evm.vm.state.execution_context._base_fee_per_gas = wei


def test_block(env):
    patch = env.evm.patch
    for number, timestamp, coinbase in [(1, 2, 3), (2**63, 2**62, 2**160 - 1)]:
        patch.block_number, patch.timestamp, patch.coinbase = number, timestamp, coinbase.to_bytes(20, "big")
        assert (asked(NUMBER), asked(TIMESTAMP), asked(COINBASE)) == (number, timestamp, coinbase)
        assert (patch.block_number, patch.timestamp, env.timestamp) == (number, timestamp, timestamp)
    env.time_travel(seconds=24)
    assert (asked(NUMBER), asked(TIMESTAMP)) == (2**63 + 2, 2**62 + 24)


def test_what_is_the_same_from_the_start():
    def scenario():
        patch = boa.env.evm.patch
        constants = [asked(opcode) for opcode in (GASLIMIT, CHAINID, NUMBER, COINBASE)]
        fee = boa.env.evm.vm.state.execution_context.base_fee_per_gas
        return constants, patch.gas_limit, patch.chain_id, boa.env.evm.vm.chain_context.chain_id, fee

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm


def test_anchor_brings_the_block_back(env):
    patch = env.evm.patch
    before = patch.block_number, patch.timestamp, patch.coinbase
    with env.anchor():
        patch.block_number += 5
        patch.timestamp += 60
        patch.coinbase = b"\xcc" * 20
        assert asked(TIMESTAMP) == before[1] + 60
    assert (patch.block_number, patch.timestamp, patch.coinbase) == before
    assert asked(TIMESTAMP) == before[1]


def test_anchor_brings_the_base_fee_back(revm):
    set_base_fee(5)
    with revm.anchor():
        set_base_fee(6)
    assert revm.evm.vm.state.execution_context.base_fee_per_gas == 5


@pytest.mark.parametrize(
    "name", ["gas_limit", "chain_id", "difficulty", "prevrandao", "prev_hashes", "code_size_limit"]
)
def test_what_revm_cannot_change_is_refused(revm, name):
    with pytest.raises(NotImplementedError, match="py-evm"):
        setattr(revm.evm.patch, name, 12345)


def test_base_fee(env):
    """In a view and in a transaction, at any height; bytes of constants and of pushes stay as they are."""
    contract = boa.loads(ASKS, 3)
    for wei in (0, 1, 10**9, 2**200):
        set_base_fee(wei)
        assert contract.fee() == wei
        assert contract.keep(wei) == 0x48 + (int("48" * 32, 16) ^ wei) + min(wei, 7)
        assert contract.fees(wei) == 3 * wei


def test_code_that_reads_the_base_fee_is_shown_as_compiled():
    def scenario():
        contract = boa.loads(ASKS, 3)
        shown = boa.env.get_code(contract.address)
        assert shown == contract.bytecode
        assert bytes([BASEFEE]) in shown
        boa.env.set_code(contract.address, code.STOPS)
        boa.env.set_code(contract.address, shown)
        set_base_fee(77)
        return contract.fee(), keccak(boa.env.get_code(contract.address))

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm
    assert on_py_evm[0] == 77
