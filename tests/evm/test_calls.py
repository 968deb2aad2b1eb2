"""Calls and deployments come to the same on both engines: outputs, errors, gas, logs, money."""

import boa
import pytest
from eth.exceptions import InsufficientFunds

from tests.evm import code
from tests.evm.conftest import on_both
from tests.helpers.chain import ETHER

EIP_170 = 24_576
EIP_3860 = 49_152


def contract(runtime: bytes) -> str:
    return boa.env.deploy_code(bytecode=code.initcode(runtime))[0]


def outcome(computation) -> tuple:
    kind = type(computation.error).__name__ if computation.is_error else ""
    return computation.is_success, bytes(computation.output), kind, computation.get_log_entries()


def used(computation) -> tuple:
    return computation.get_gas_used(), computation.get_gas_remaining()


@pytest.mark.parametrize(
    "runtime",
    [
        code.STOPS,
        code.REVERTS,
        code.ECHO_REVERT,
        code.BURNS_GAS,
        code.INVALID,
        code.BAD_JUMP,
        code.UNDERFLOW,
        code.RETURNS_CALLER,
        code.RETURNS_ITS_SIZE,
        code.LOGS,
        code.SWAPS_STORAGE,
        code.DEEP,
        b"\x0c",
    ],
    ids=lambda runtime: runtime.hex(),
)
def test_outcome_and_gas(runtime):
    def scenario():
        to = contract(runtime)
        seen = []
        for data in (b"", b"\x01" * 100, bytes(32)):
            computation = boa.env.execute_code(to, data=data, gas=300_000)
            seen += [outcome(computation), used(computation)]
        return seen

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm


def test_deepest_call(revm):
    """Anchors and changes from outside take nothing off the 1,024 calls that may be within each other."""

    to = contract(code.DEEP)
    deepest = revm.execute_code(to).output
    with revm.anchor(), revm.anchor():
        for _ in range(1_100):
            revm.set_code(revm.generate_address(), code.STOPS)
        assert revm.execute_code(to).output == deepest
    for _ in range(1_100):
        with revm.anchor():
            revm.set_balance(to, 1)
    assert revm.execute_code(to).output == deepest


def test_revert_data():
    def scenario():
        to = contract(code.ECHO_REVERT)
        return [boa.env.execute_code(to, data=bytes([length % 256]) * length).output for length in (0, 1, 4, 36, 5_000)]

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm
    assert on_revm[2] == b"\x04" * 4


def test_raw_call_raises_what_the_call_met(env):
    for runtime in (code.ECHO_REVERT, code.INVALID, code.BURNS_GAS):
        to = contract(runtime)
        computation = env.execute_code(to, data=b"why", gas=100_000)
        with pytest.raises(type(computation.error)) as raised:
            env.raw_call(to, data=b"why", gas=100_000)
        assert raised.value.args == computation.error.args


def test_gas_limit(env):
    """The last unit decides."""
    to = contract(code.SWAPS_STORAGE)
    boa.env.execute_code(to, data=(1).to_bytes(32, "big"))
    data = (2).to_bytes(32, "big")
    with env.anchor():
        needed = env.execute_code(to, data=data, gas=100_000).get_gas_used()
    with env.anchor():
        assert env.execute_code(to, data=data, gas=needed).is_success or needed < 2_300
    with env.anchor():
        assert type(env.execute_code(to, data=data, gas=needed - 1).error).__name__ == "OutOfGas"


def test_static_call(env):
    """A view call changes nothing: it may not log, write or pay."""
    for runtime in (code.LOGS, code.SWAPS_STORAGE, code.SWAPS_TRANSIENT, code.CREATES):
        to = contract(runtime)
        computation = env.execute_code(to, data=b"\x01" * 32, is_modifying=False, gas=100_000)
        assert type(computation.error).__name__ == "WriteProtection"
        assert computation.output == b""
        assert env.get_storage(to, 0) == 0
    assert env.execute_code(contract(code.RETURNS_CALLER), is_modifying=False).is_success


def test_simulated_call(env):
    to = contract(code.SWAPS_STORAGE)
    assert env.execute_code(to, data=b"\x01" * 32, simulate=True).is_success
    assert env.get_storage(to, 0) == 0


def test_logs():
    """In order, with emitter, topics and data; none of a call that failed."""

    def scenario():
        logs, echo = contract(code.LOGS), contract(code.ECHO_REVERT)
        seen = [boa.env.execute_code(logs, data=b"\xab" * length) for length in (0, 1, 500)]
        seen.append(boa.env.execute_code(echo, data=b"\xab"))
        entries = [sorted(computation.get_raw_log_entries()) for computation in seen]
        own = [computation._log_entries for computation in seen[:3]]
        assert [entry[1:] for entry in own[1]] == [entry[1:] for entry in entries[1]]
        return [[entry[1:] for entry in some] for some in entries]

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm
    assert [len(some) for some in on_revm] == [1, 1, 1, 0]


def test_caller_with_code():
    """It is the sender, keeps its code, can be called back and pays."""

    def scenario():
        asks, size = contract(code.RETURNS_CALLER), contract(code.RETURNS_SIZE_OF_CALLER)
        back, pays = contract(code.LOGS), contract(code.PAYS)
        boa.env.set_balance(back, 10)
        seen = [
            outcome(boa.env.execute_code(asks, sender=back)),
            outcome(boa.env.execute_code(size, sender=back)),
            outcome(boa.env.execute_code(pays, sender=back, value=4, data=bytes(12) + back.canonical_address)),
            boa.env.get_balance(back),
            boa.env.get_balance(pays),
            boa.env.get_code(back),
            outcome(boa.env.execute_code(back, data=b"x")),
        ]
        made, _ = boa.env.deploy_code(sender=back, bytecode=code.initcode(code.STOPS))
        return [*seen, made, boa.env.get_code(back), boa.env.evm.vm.state.get_nonce(back.canonical_address)]

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm
    assert on_revm[3] == 10


def test_caller_without_money_that_is_paid():
    """Not as a new account, which would cost 25,000 more."""

    def scenario():
        caller, pays = boa.env.generate_address(), contract(code.PAYS)
        boa.env.set_code(caller, code.STOPS)
        boa.env.set_balance(pays, 5)
        boa.env.execute_code(caller)
        computation = boa.env.execute_code(pays, sender=caller, data=bytes(12) + caller.canonical_address)
        return used(computation), boa.env.get_balance(caller), boa.env.evm.vm.state.get_nonce(caller.canonical_address)

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm[1:] == on_revm[1:] == (5, 0)
    assert abs(on_py_evm[0][0] - on_revm[0][0]) < 3_000


def test_caller_that_creates_while_it_calls():
    """Its nonce goes up although its call is still under way."""

    def scenario():
        creates, calls = contract(code.CREATES), contract(code.PAYS)
        boa.env.execute_code(calls, sender=creates, data=bytes(12) + creates.canonical_address)
        return boa.env.evm.vm.state.get_nonce(creates.canonical_address)

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm == 2


def test_money_with_a_call():
    def scenario():
        sender, payee, refuses = boa.env.generate_address(), boa.env.generate_address(), contract(code.REVERTS)
        boa.env.set_balance(sender, ETHER)
        seen = [boa.env.execute_code(to, sender=sender, value=ETHER // 4).is_success for to in (payee, refuses)]
        made, _ = boa.env.deploy(sender=sender, value=5, bytecode=code.initcode(code.STOPS))
        return seen, [boa.env.get_balance(account) for account in (sender, payee, refuses, made)]

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm


def test_more_money_than_there_is(env):
    sender = env.generate_address()
    env.set_balance(sender, 5)
    with pytest.raises(InsufficientFunds):
        env.execute_code(env.generate_address(), sender=sender, value=6)
    with pytest.raises(InsufficientFunds):
        env.deploy(sender=sender, value=6, bytecode=code.initcode(code.STOPS))
    assert env.get_balance(sender) == 5


def test_transient_storage_ends_with_the_call(revm):
    """As on a chain; on boa's py-evm it lasts."""
    to = contract(code.SWAPS_TRANSIENT)
    assert [revm.execute_code(to).output for _ in range(2)] == [bytes(32)] * 2


def test_deployment():
    """Of code up to the limit of EIP-170 and over it, and one that fails."""

    def scenario():
        seen = []
        for runtime in (b"", code.STOPS, bytes(EIP_170), bytes(EIP_170 + 1)):
            address, computation = boa.env.deploy(bytecode=code.initcode(runtime), gas=10_000_000)
            seen += [address, outcome(computation), used(computation), boa.env.get_code(address)]
        for initcode in (code.REVERTS, code.ECHO_REVERT, code.INVALID):
            address, computation = boa.env.deploy(bytecode=initcode, gas=1_000_000)
            seen += [address, outcome(computation), used(computation), boa.env.get_code(address)]
        return seen

    on_py_evm, on_revm = on_both(scenario)
    assert on_py_evm == on_revm


def test_initcode_that_no_transaction_may_have_is_refused(revm):
    with pytest.raises(RuntimeError, match="CreateInitCodeSizeLimit"):
        revm.deploy(bytecode=bytes(EIP_3860 + 1))


def test_deployment_to_a_chosen_address_is_refused(revm):
    with pytest.raises(NotImplementedError, match="py-evm"):
        revm.deploy(bytecode=code.initcode(code.STOPS), override_address=revm.generate_address())


@pytest.mark.filterwarnings("ignore:casted bytecode")
def test_clones_become_known(env):
    """A contract that a call created is called, and its logs decoded, without anybody telling boa of it."""
    maker = boa.loads("""
# pragma version 0.4.3
event Made:
    who: address
made: public(address)
@external
def make() -> address:
    self.made = create_minimal_proxy_to(self)
    extcall Self(self.made).tell()
    return self.made
interface Self:
    def tell(): nonpayable
@external
def tell():
    log Made(who=msg.sender)
""")
    clone = maker.make()
    assert [(event.address, event.who) for event in maker.get_logs()] == [(clone, maker.address)]
    assert env.lookup_contract(clone).made() == "0x" + "00" * 20
    assert env.lookup_contract(env.generate_address()) is None


def test_eval_and_internal_functions(env):
    """boa runs them as other code at the contract's address."""
    some = boa.loads("""
# pragma version 0.4.3
kept: public(uint256)
@external
def keep(amount: uint256):
    self.kept = self._twice(amount)
@internal
def _twice(amount: uint256) -> uint256:
    return 2 * amount
""")
    own = env.get_code(some.address)
    some.keep(4)
    assert some.eval("self.kept") == 8
    some.eval("self.kept = 9")
    assert some.internal._twice(some.kept()) == 18
    assert env.get_code(some.address) == own


def test_no_gas_profile(revm):
    with pytest.raises(NotImplementedError, match="py-evm"):
        revm.enable_gas_profiling()
