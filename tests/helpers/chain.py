"""What tests ask of the chain: exact refusals, events, time, money."""

from contextlib import contextmanager

import boa
from eth_abi import encode
from eth_utils import keccak

ETHER = 10**18
DAY = 86_400


def error_data(signature: str, *arguments) -> bytes:
    """The revert data of a custom error, such as `error_data("PoolNotFound()")`."""
    types = signature[signature.index("(") + 1 : -1]
    return keccak(text=signature)[:4] + (encode(types.split(","), arguments) if types else b"")


def revert_data(error: boa.BoaError) -> bytes:
    """What a refused call returned."""
    return error.call_trace.computation.output


@contextmanager
def reverts(signature: str, *arguments):
    """The block must be refused with exactly this custom error; an empty signature means empty revert data."""
    expected = error_data(signature, *arguments) if signature else b""
    try:
        yield
    except boa.BoaError as error:
        data = revert_data(error)
        assert data == expected, f"reverted with 0x{data.hex()}, not with {signature or 'empty data'}"
    else:
        raise AssertionError(f"did not revert with {signature}")


def balance(account) -> int:
    return boa.env.get_balance(getattr(account, "address", account))


def events(contract, name: str) -> list:
    """The events of this name that the last call of `contract` logged, whichever contract logged them through it."""
    return [event for event in contract.get_logs() if type(event).__name__ == name]


def now() -> int:
    return boa.env.evm.patch.timestamp


def wait(seconds: int):
    """Let time pass."""
    boa.env.evm.patch.timestamp += seconds
    boa.env.evm.patch.block_number += max(1, seconds // 12)
