"""The implementation of TaskPool, which the pools are clones of, does nothing for anyone."""

import boa
import pytest

from tests.conftest import funded
from tests.helpers.chain import balance, error_data
from tests.helpers.hostile import Attempt, calldata, functions, mock
from tests.hostile.conftest import market

# Calls that change nothing, where all others are refused: lists that name no task, and a report to nobody.
IDLE = {
    "batchVerifyAndPay(uint256[],bool[])": ([], []),
    "releaseExpired(uint256[])": ([],),
    "releaseExpiredTasks(uint256[])": ([],),
    "settleUnverified(uint256[])": ([],),
    "sync()": (),
}

pytestmark = pytest.mark.py_evm("what a call has written is looked up in py-evm")


@pytest.fixture(scope="module")
def scene(deployed):
    with boa.env.anchor():
        yield market(deployed)


@pytest.fixture
def implementation(scene):
    return scene.factory.implementation()


def accounts(scene) -> list[str]:
    contracts = [scene.system.contracts()[name].address for name in ("ModelRegistry", "TaskRouter", "TaskPoolFactory")]
    return [
        *contracts,
        scene.operator,
        scene.pool_owner,
        scene.verifier,
        funded("anyone"),
        mock("SmartAccount").address,
    ]


@pytest.mark.parametrize("signature", functions("TaskPool"))
def test_each_function_does_nothing(scene, implementation, signature):
    for sender in accounts(scene):
        boa.env.set_balance(sender, 10**18)
        arguments, value = scene.calls(sender)["TaskPool"][signature]
        for given in [arguments, IDLE.get(signature, arguments)]:
            before = balance(implementation)
            attempt = Attempt(
                sender, implementation, calldata(signature, *given), 0, 5_000_000, [implementation, sender]
            )
            assert not attempt.succeeded or (signature in IDLE and given == IDLE[signature]), given
            assert not attempt.changes
            assert balance(implementation) == before
            if value:
                paid = Attempt(sender, implementation, calldata(signature, *given), 1, 5_000_000, [implementation])
                assert not paid.succeeded


def test_ether_is_refused_whatever_was_called_before(scene, implementation):
    anyone = funded("anyone")
    for signature, arguments in IDLE.items():
        done = boa.env.execute_code(implementation, sender=anyone, data=calldata(signature, *arguments))
        assert done.is_success
        sent = boa.env.execute_code(implementation, sender=anyone, value=1)
        assert sent.is_error
        assert sent.output == error_data("InvalidInput()")
    assert balance(implementation) == 0
