"""TaskPool.__default__: a pool is funded by plain transfers."""

import boa
import pytest

from tests.helpers.chain import ETHER, balance, error_data
from tests.helpers.flow import send


def test_default_behavior(pool, stranger):
    send(pool, ETHER, stranger)
    assert balance(pool) == ETHER
    assert pool.getPoolStats()[5] == ETHER
    assert pool.reservedBalance() == 0


@pytest.mark.parametrize("data", [b"\x00", bytes(4), b"\xde\xad\xbe\xef" + bytes(32)])
def test_reverts_unknown_function(pool, stranger, data):
    for value in (0, ETHER):
        result = boa.env.execute_code(to_address=pool.address, sender=stranger, value=value, data=data)
        assert result.is_error
        assert result.output == error_data("InvalidInput()")
    assert balance(pool) == 0


def test_reverts_for_the_implementation(system, stranger):
    """It has no owner, so that nobody could take the money out again."""
    implementation = system.implementation.address
    result = boa.env.execute_code(to_address=implementation, sender=stranger, value=ETHER, data=b"")
    assert result.is_error
    assert result.output == error_data("InvalidInput()")
    assert balance(implementation) == 0
