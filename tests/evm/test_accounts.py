"""Balances, code, storage and nonces that tests set and read are the same on both engines, and anchors undo them."""

import boa
import pytest
from eth_utils import keccak

from tests.evm import code
from tests.helpers.chain import ETHER


def account() -> str:
    return boa.env.generate_address()


def word(computation) -> int:
    return int.from_bytes(computation.output, "big")


@pytest.mark.parametrize("kind", [b"", code.REVERTS, code.SWAPS_STORAGE], ids=["plain", "refuses", "contract"])
def test_balance(env, kind):
    """An account's code has no say in it, and does not run."""
    somebody = account()
    env.set_code(somebody, kind)
    for wei in (5, 5 * ETHER, 3, 0, 2**255, 1):
        env.set_balance(somebody, wei)
        assert env.get_balance(somebody) == wei
        assert env.get_code(somebody) == kind
        assert env.get_storage(somebody, 0) == 0
        assert env.evm.vm.state.get_nonce(bytes.fromhex(somebody[2:])) == 0


@pytest.mark.parametrize("kind", [b"", code.REVERTS], ids=["plain", "refuses"])
@pytest.mark.parametrize("before", [0, 7, 70])
def test_balance_after_an_anchor(env, kind, before):
    somebody, other = account(), account()
    env.set_code(somebody, kind)
    env.set_balance(somebody, before)
    with env.anchor():
        env.set_balance(somebody, 20)
        env.raw_call(other, sender=somebody, value=13)
        env.set_balance(somebody, 9)
        env.set_balance(other, 1)
        env.raw_call(other, sender=somebody, value=2)
        assert (env.get_balance(somebody), env.get_balance(other)) == (7, 3)
    assert (env.get_balance(somebody), env.get_balance(other)) == (before, 0)


def test_code(env):
    somebody = account()
    assert env.get_code(somebody) == b""
    for given in (code.STOPS, code.reads(0x42), b"\x5b" + bytes(40), b""):
        env.set_code(somebody, given)
        assert env.get_code(somebody) == given


def test_code_of_a_deployed_contract(env):
    """With zero bytes at its end too, however many."""
    for runtime in (code.STOPS, code.RETURNS_CALLER, b"\x5b" + bytes(33), b"\x5b" + bytes(66), bytes(34)):
        address, output = env.deploy_code(bytecode=code.initcode(runtime))
        assert output == env.get_code(address) == runtime


def test_code_hash(env):
    """Of code that was set, of code that was put back, and of an account after its own call."""
    asks = account()
    env.set_code(asks, bytes.fromhex("5f353f" + code.RETURN_WORD))
    deployed, _ = env.deploy_code(bytecode=code.initcode(code.RETURNS_CALLER))
    for given in (code.STOPS, code.LOGS, env.get_code(deployed)):
        env.set_code(deployed, given)
        env.execute_code(asks, sender=deployed)
        assert env.execute_code(asks, data=bytes(12) + deployed.canonical_address).output == keccak(given)


def test_code_after_an_anchor(env):
    """What was there before comes back: plain accounts, contracts, those that were created inside."""
    plain, other = account(), account()
    contract, _ = env.deploy_code(bytecode=code.initcode(code.RETURNS_CALLER))
    with env.anchor():
        created, _ = env.deploy_code(bytecode=code.initcode(code.LOGS))
        for address in (plain, contract, created):
            env.set_code(address, code.STOPS)
            with env.anchor():
                env.set_code(address, code.REVERTS)
                env.raw_call(other, sender=address)
                env.set_code(address, code.LOGS)
            assert env.get_code(address) == code.STOPS
    assert env.get_code(plain) == env.get_code(created) == b""
    assert env.get_code(contract) == code.RETURNS_CALLER
    assert word(env.execute_code(contract)) == int(env.eoa, 16)


def test_money_and_nonce_after_an_anchor_in_which_code_changed(env):
    """What the account got and created after the change is undone before the change is."""
    payer = account()
    env.set_balance(payer, 100)
    contract, _ = env.deploy_code(bytecode=code.initcode(code.STOPS))
    with env.anchor():
        env.raw_call(contract, sender=payer, value=3)
        env.set_code(contract, code.CREATES)
        env.raw_call(contract, sender=payer, value=5, data=code.initcode(code.STOPS))
    assert (env.get_balance(contract), env.get_balance(payer)) == (0, 100)
    assert env.evm.vm.state.get_nonce(contract.canonical_address) == 1
    assert env.get_code(contract) == code.STOPS


def test_swapped_code_keeps_storage_and_money(env):
    contract, _ = env.deploy_code(bytecode=code.initcode(code.SWAPS_STORAGE))
    env.execute_code(contract, data=(5).to_bytes(32, "big"))
    env.set_balance(contract, 7)
    own = env.get_code(contract)
    env.set_code(contract, code.REVERTS)
    assert env.execute_code(contract).is_error
    env.set_code(contract, own)
    assert word(env.execute_code(contract, data=bytes(32))) == 5
    assert env.get_balance(contract) == 7


def test_storage(env):
    contract, _ = env.deploy_code(bytecode=code.initcode(code.SWAPS_STORAGE))
    assert env.get_storage(contract, 0) == 0
    env.set_storage(contract, 0, 2**256 - 1)
    env.set_storage(contract, 2**255, 3)
    assert word(env.execute_code(contract, data=(4).to_bytes(32, "big"))) == 2**256 - 1
    assert (env.get_storage(contract, 0), env.get_storage(contract, 2**255)) == (4, 3)


def test_storage_after_an_anchor(env):
    contract, _ = env.deploy_code(bytecode=code.initcode(code.SWAPS_STORAGE))
    untouched = account()
    env.set_storage(contract, 0, 1)
    with env.anchor():
        env.set_storage(untouched, 0, 9)
        env.set_storage(contract, 0, 2)
        env.execute_code(contract, data=(3).to_bytes(32, "big"))
        with env.anchor():
            env.set_storage(contract, 0, 4)
        assert env.get_storage(contract, 0) == 3
    assert (env.get_storage(contract, 0), env.get_storage(untouched, 0)) == (1, 0)


def test_nonces_and_created_addresses(env):
    """A deployment counts, one that fails too; a call does not. A contract counts what it creates; an anchor undoes."""
    state = env.evm.vm.state
    sender = account()
    env.set_balance(sender, ETHER)

    def nonce(of) -> int:
        return state.get_nonce(bytes.fromhex(of[2:]))

    first, _ = env.deploy(sender=sender, bytecode=code.initcode(code.CREATES))
    assert (nonce(sender), nonce(first)) == (1, 1)
    _, failed = env.deploy(sender=sender, bytecode=code.REVERTS)
    assert failed.is_error
    assert nonce(sender) == 2
    env.execute_code(first, sender=sender)
    assert nonce(sender) == 2
    with env.anchor():
        inner = env.execute_code(first, sender=sender, data=code.initcode(code.STOPS))
        assert nonce(first) == 3
        assert env.get_code(inner.output[12:]) == code.STOPS
    assert nonce(first) == 2
    assert env.get_code(inner.output[12:]) == b""
    assert env.execute_code(first, sender=sender, data=code.initcode(code.STOPS)).output == inner.output
