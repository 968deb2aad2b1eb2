"""Scheduling and executing, as tests do it."""

import boa

from taskpools.demo.scheduled_calls import task_data as layered
from taskpools.system import System
from tests.helpers.compiled import mock_deployer

SMALL, MEDIUM, LARGE = range(3)
NO_TASK, SCHEDULED, SUCCEEDED, FAILED, CANCELLED, RESCHEDULED, EXPIRED = range(7)
NO_MAXIMUM = 2**256 - 1
GAS = {SMALL: 100_000, MEDIUM: 250_000, LARGE: 750_000}


def mock(name: str):
    """The compiled mock of tests/mocks/scheduler."""
    return mock_deployer(f"scheduler/{name}.vy")


def block() -> int:
    return boa.env.evm.patch.block_number


def roll_to(number: int):
    """Go to this block."""
    boa.env.evm.patch.block_number = number


def set_base_fee(wei: int):
    boa.env.evm.vm.state.execution_context._base_fee_per_gas = wei


def set_coinbase(account: str):
    boa.env.evm.patch.coinbase = boa.util.abi.Address(account).canonical_address


def schedule(system: System, environment, target, call: bytes, at: int, gas: int = 100_000, *, sender, bond=False):
    """Schedule with the exact cost attached, or from the bond. Returns the task's id and its cost."""
    manager = system.manager
    data = layered(getattr(target, "address", target), call)
    if bond:
        _, cost, task = manager.scheduleWithBond(environment.address, gas, at, NO_MAXIMUM, data, sender=sender)
        return task, cost
    cost = manager.estimateCost(at, gas)
    done, charged, task = manager.scheduleTask(
        environment.address, gas, at, NO_MAXIMUM, data, value=cost, sender=sender
    )
    assert done
    assert charged == cost
    return task, cost


def schedule_data(manager, owner: str, implementation: str, gas: int, data: bytes, at: int) -> bytes:
    """Schedule this task data in this implementation, with the exact cost attached. Returns the task's id."""
    cost = manager.estimateCost(at, gas)
    return manager.scheduleTask(implementation, gas, at, NO_MAXIMUM, data, value=cost, sender=owner)[2]


def unpack(task: bytes) -> tuple[int, int, int, int, int]:
    """(environment, block, index, size, flag) of an id."""
    number = int.from_bytes(task, "big")
    return (
        number & 2**160 - 1,
        number >> 160 & 2**64 - 1,
        number >> 224 & 0xFFFF,
        number >> 240 & 0xFF,
        number >> 248,
    )


def pack(environment: int, block_number: int, index: int, size: int, flag: int = 0) -> bytes:
    return (flag << 248 | size << 240 | index << 224 | block_number << 160 | environment).to_bytes(32, "big")
