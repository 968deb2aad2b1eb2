"""Calls of executors, each a transaction that begins cold, with the gas of its receipt. On py-evm."""

import boa

from taskpools.receipts import receipt_gas
from tests.helpers.hostile import calldata, transaction


def due(payee: str, reserve: int = 0) -> bytes:
    return calldata("executeTasks(address,uint256)", payee, reserve)


def named(tasks: list[bytes], payee: str, allows_loss: bool = False) -> bytes:
    return calldata("executeTasksById(bytes32[],address,uint256,bool)", tasks, payee, 0, allows_loss)


def execute(manager, executor, data: bytes, gas: int) -> tuple[int, int]:
    """A transaction of its own. Returns what it paid and the gas of its receipt."""
    with transaction(executor, manager.address):
        computation = boa.env.execute_code(manager.address, sender=executor, gas=gas, data=data)
    assert computation.is_success, computation.output.hex()
    used = receipt_gas(data, computation, creates=False)
    assert used <= gas + 25_000
    return int.from_bytes(computation.output, "big"), used
