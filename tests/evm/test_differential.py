"""
Both engines come to the same with one program of random operations on both halves of the system.

Compared after each operation: success, output or revert data, logs, and the money and nonces of all accounts; at the
end their first storage slots. The gas is the same but for accounts that revm finds warm and py-evm finds cold.
"""

import random

import boa
import pytest

from deploy import deploy
from tests.conftest import funded
from tests.evm.conftest import on_both
from tests.helpers.chain import ETHER, wait
from tests.helpers.hostile import CODE, POOL_CONTRACTS, behave, calldata, functions, mock
from tests.helpers.schedule import GAS, NO_MAXIMUM, layered, roll_to, set_base_fee, set_coinbase
from tests.helpers.schedule import mock as scheduler_mock
from tests.hostile.conftest import market

OPERATIONS = 160
COLD_ACCOUNT = 2_600 - 100
CHANGING = [name for name in POOL_CONTRACTS if functions(name)]
AMOUNTS = [0, 1, 5 * 10**15, ETHER]


class Program:
    """The same for each seed. `seen` is what each operation came to, `used` its gas."""

    def __init__(self, seed: int):
        self.choices = random.Random(seed)
        self.scene = market(deploy())
        self.manager = self.scene.system.manager
        self.target = scheduler_mock("Target").deploy().address
        self.account = mock("SmartAccount", wei=10 * ETHER).address
        roles = ["pool_owner", "requester", "worker", "other_worker", "verifier", "stranger", "operator"]
        self.actors = [getattr(self.scene, role) for role in roles] + [self.account, funded("executor")]
        self.accounts = [*self.actors, self.target]
        self.accounts += [contract.address for contract in self.scene.system.contracts().values()]
        self.accounts += [self.scene.pool.address, self.scene.unapproved.address]
        self.tasks = [bytes(32)]
        self.seen, self.used = [], []
        self.called = set()  # by `pools`
        set_coinbase(self.actors[-1])

    def call(self, to: str, sender: str, data: bytes, value: int, gas: int | None = None):
        if value > boa.env.get_balance(sender):
            boa.env.set_balance(sender, value)
        computation = boa.env.execute_code(to, sender=sender, data=data, value=value, gas=gas)
        self.seen.append(
            (
                computation.is_success,
                computation.output.hex(),
                computation.get_log_entries(),
                [boa.env.get_balance(account) for account in self.accounts],
                [str(boa.env.evm.vm.state.get_nonce(bytes.fromhex(account[2:]))) for account in self.accounts],
            )
        )
        self.used.append(computation.get_gas_used())
        return computation

    def pools(self):
        """A call of any state-changing function of pools, registry, router and factory, about any task."""
        choices, scene = self.choices, self.scene
        pool = choices.choice([scene.pool, scene.unapproved])
        counter = max(1, pool.taskCounter())
        scene.pending, scene.active, scene.available = (choices.randint(1, counter) for _ in range(3))
        scene.request = choices.randint(1, max(1, scene.registry.requestCounter()))
        sender = choices.choice(self.actors)
        name = choices.choice(CHANGING if choices.random() < 0.5 else ["TaskPool", "TaskRouter"])
        self.called.add(name)
        calls = scene.calls(choices.choice(self.actors))[name]
        signature = choices.choice(sorted(calls))
        arguments, value = calls[signature]
        to = pool if name == "TaskPool" else scene.contract(name)
        self.call(to.address, sender, calldata(signature, *arguments), value)

    def scheduler(self):
        choices, manager = self.choices, self.manager
        sender, task = choices.choice(self.actors), choices.choice(self.tasks)
        now = boa.env.evm.patch.block_number
        kind = choices.choice(["schedule", "schedule", "run", "run", "byId", "cancel", "bond", "expire", "stuck"])
        gas = None
        value = 0
        if kind == "schedule":
            limit, at = choices.choice([*GAS.values(), 1]), now + choices.randint(0, 8)
            environment = choices.choice([self.scene.system.minimal, self.scene.system.basic]).address
            data = layered(self.target, choices.choice([b"", b"\x01" * 40, calldata("poke(uint256)", 7)]))
            value = (
                choices.choice([0, ETHER]) if at <= now else manager.estimateCost(at, limit) + choices.choice([0, 5])
            )
            call = manager.scheduleTask.prepare_calldata(environment, limit, at, NO_MAXIMUM, data)
        elif kind == "run":
            call, gas = manager.executeTasks.prepare_calldata(sender, 0), choices.choice([300_000, 3_000_000])
        elif kind == "byId":
            call, gas = manager.executeTasksById.prepare_calldata([task], sender), 3_000_000
        elif kind == "cancel":
            call = manager.cancelTask.prepare_calldata(task)
        elif kind == "bond":
            value = ETHER
            call = manager.depositBond.prepare_calldata()
        elif kind == "expire":
            call = manager.expireTasks.prepare_calldata([task])
        else:
            call = manager.whyStuck.prepare_calldata(task)
        computation = self.call(manager.address, sender, call, value, gas)
        if kind == "schedule" and computation.is_success:
            self.tasks.append(computation.output[64:96])

    def outside(self):
        """What tests do to the chain themselves."""
        choices = self.choices
        kind = choices.choice(["wait", "roll", "fee", "code", "money", "send", "anchor"])
        account = choices.choice([self.account, self.scene.stranger])
        if kind == "wait":
            wait(choices.choice([12, 4_000, 90_000]))
        elif kind == "roll":
            roll_to(boa.env.evm.patch.block_number + choices.randint(1, 9))
        elif kind == "fee":
            set_base_fee(choices.choice([0, 10**9, 10**11]))
        elif kind == "code":
            behave(account, choices.choice(sorted(CODE)))
        elif kind == "money":
            boa.env.set_balance(account, choices.choice(AMOUNTS))
        elif kind == "send":
            self.call(account, self.scene.requester, b"", choices.choice(AMOUNTS), 500_000)
        else:
            fee = boa.env.evm.vm.state.execution_context.base_fee_per_gas
            with boa.env.anchor():
                for _ in range(3):
                    choices.choice([self.pools, self.scheduler, self.outside])()
            set_base_fee(fee)  # on py-evm an anchor does not bring it back

    def run(self):
        steps = [self.pools] * 5 + [self.scheduler] * 4 + [self.outside] * 2
        for _ in range(OPERATIONS):
            self.choices.choice(steps)()
        assert self.called == set(CHANGING)
        slots = {account: range(64) for account in self.accounts}
        stored = {account: [boa.env.get_storage(account, slot) for slot in some] for account, some in slots.items()}
        return self.seen, self.used, stored


@pytest.mark.parametrize("seed", range(2))
def test_the_same_program_on_both(seed):
    (seen, used, stored), (seen_on_revm, used_on_revm, stored_on_revm) = on_both(lambda: Program(seed).run())
    for at, (one, other) in enumerate(zip(seen, seen_on_revm, strict=True)):
        assert one == other, f"operation {at}"
    assert stored == stored_on_revm
    differences = [one - other for one, other in zip(used, used_on_revm, strict=True)]
    assert all(difference >= 0 and difference % COLD_ACCOUNT == 0 for difference in differences), differences
    succeeded = sum(operation[0] for operation in seen)
    assert len(seen) > OPERATIONS / 2
    assert len(seen) / 4 < succeeded < len(seen), "both kinds of outcome are compared"
