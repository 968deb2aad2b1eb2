"""The choice of the engine, and what a failure on revm shows."""

import boa
import pytest
from boa import BoaError
from boa.environment import Env

from tests.evm import engines
from tests.evm.environment import RevmEnv
from tests.evm.replay import explain
from tests.helpers.schedule import set_base_fee

GUARD = """
# pragma version 0.4.3
LIMIT: immutable(uint256)
spent: public(uint256)

@deploy
def __init__(limit: uint256):
    assert limit < 100  # dev: limit too high
    LIMIT = limit

@external
@payable
def spend(amount: uint256):
    left: uint256 = LIMIT - self.spent + block.basefee
    assert amount < left + self.balance  # dev: above the limit
    self.spent += amount
"""
CALLER = """
# pragma version 0.4.3
interface Guard:
    def spend(amount: uint256): nonpayable

@external
def spend(guard: address, amount: uint256):
    extcall Guard(guard).spend(amount)
"""


def test_default(evm, request):
    assert evm == request.config.getoption("--evm")
    assert type(engines.environment()) is {"revm": RevmEnv, "py-evm": Env}[evm]


@pytest.mark.py_evm("this is what is tested")
def test_marked(evm):
    assert evm == "py-evm"
    assert type(engines.environment()) is Env


def guard(limit: int):
    set_base_fee(0)
    return boa.loads(GUARD, limit)


def failure(function, *arguments, **options) -> BoaError:
    with pytest.raises(BoaError) as raised:
        function(*arguments, **options)
    return raised.value


def test_failed_call_is_shown_with_source_lines(revm):
    """On the state that it met: what is stored, paid in the call, and the base fee of the block."""
    guarded, caller = guard(50), boa.loads(CALLER)
    set_base_fee(3)
    guarded.spend(20)
    revm.set_balance(revm.eoa, 10)
    error = failure(guarded.spend, 36, value=2)
    assert "above the limit" not in str(error)
    output = error.call_trace.computation.output

    explain(error)

    assert "dev: above the limit" in str(error)
    assert "left=33" in str(error)
    assert error.call_trace.computation.output == output
    guarded.spend(34, value=2)
    inner = failure(caller.spend, guarded.address, 50)
    explain(inner)
    assert "dev: above the limit" in str(inner)
    assert "extcall Guard(guard).spend(amount)" in str(inner)
    assert guarded.spent() == 54


def test_failed_deployment_is_shown_with_source_lines(revm):
    error = failure(boa.loads, GUARD, 100)
    explain(error)
    assert "dev: limit too high" in str(error)


def test_failure_behind_another_error(revm):
    guarded = guard(5)
    try:
        try:
            guarded.spend(6)
        except BoaError as inner:
            raise AssertionError("refused") from inner
    except AssertionError as error:
        explain(ExceptionGroup("two", [error, ValueError()]))
        assert "above the limit" in str(error.__cause__)  # noqa: PT017


def test_failure_that_ends_an_anchor(revm):
    """Afterwards the state is gone, so its lines are read before."""
    guarded = guard(50)

    def spend():
        with revm.anchor():
            guarded.spend(30)
            with revm.anchor():
                guarded.spend(40)

    assert "left=20" in str(failure(spend))
    revm.explains = False
    assert "above the limit" not in str(failure(spend))


def test_refusals_that_a_test_expects_cost_no_replay(revm, monkeypatch):
    monkeypatch.setattr("tests.evm.replay.run_on_py_evm", lambda computation: pytest.fail("replayed"))
    guarded = guard(5)
    with revm.anchor():
        failure(guarded.spend, 6)


def test_replay_leaves_py_evm_as_it_was(revm):
    explain(failure(guard(5).spend, 6))
    assert not Env().evm.is_forked
