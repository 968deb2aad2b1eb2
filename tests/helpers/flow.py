"""The steps of a task's life, as the tests of pools, router and registry take them."""

import boa
from eth_abi import encode
from eth_utils import keccak, to_checksum_address

from tests.helpers.chain import DAY, events, now

MODEL = "llm-chat-v1"
REWARD = 10**15
CLAIM_WINDOW = 3_600
VERIFICATION_WINDOW = DAY
PROOF = b"p" * 995
PUBLIC_INPUT = 2**256 - 2
PUBLIC_RESULT = 2**255 + 1
RESULT = "a result"
IMAGE_PRICE = 5 * 10**15  # of the fixture `registry`

# queue types
ENDED, AVAILABLE, ACTIVE, PENDING = range(4)

# code of accounts that take no payment
REFUSES = bytes.fromhex("5f5ffd")
BURNS_GAS = bytes.fromhex("5b5f56")
RETURNS_MEGABYTES = bytes.fromhex("621000005ff3")
REVERTS_WITH_MEGABYTES = bytes.fromhex("621000005ffd")


def add_tasks(
    pool,
    rewards: list[int],
    *,
    labels: list[int] | None = None,
    models: list[str] | None = None,
    inputs: list[str] | None = None,
    lifetime: int = DAY,
    value: int | None = None,
) -> list[int]:
    """The owner adds tasks, 16 a call, paid with exactly their rewards unless told otherwise."""
    first = pool.taskCounter() + 1
    owner = pool.owner()
    for at in range(0, len(rewards), 16):
        part = rewards[at : at + 16]
        paid = sum(part) if value is None else value
        boa.env.set_balance(owner, boa.env.get_balance(owner) + paid)
        pool.addAITasks(
            part,
            labels[at : at + 16] if labels else [0] * len(part),
            models[at : at + 16] if models else [MODEL] * len(part),
            inputs[at : at + 16] if inputs else ["an input"] * len(part),
            [now() + lifetime] * len(part),
            value=paid,
            sender=owner,
        )
    return list(range(first, first + len(rewards)))


def add_task(
    pool,
    reward: int = REWARD,
    *,
    label: int = 0,
    model: str = MODEL,
    text: str = "an input",
    lifetime: int = DAY,
    value: int | None = None,
) -> int:
    """The owner adds one task."""
    return add_tasks(pool, [reward], labels=[label], models=[model], inputs=[text], lifetime=lifetime, value=value)[0]


def request(system, requester, prompt: str = "a cat", model: str = "image-v1") -> tuple[int, int]:
    """Somebody pays for an inference; returns the ids of request and task."""
    cost = system.registry.calculateInferenceCost(model, prompt)[1]
    request_id = system.registry.requestInference(model, prompt, value=cost, sender=requester)
    return request_id, system.registry.requestTask(request_id)[1]


def claim(system, pool, task_id: int, worker):
    """A worker claims a chosen task."""
    system.router.claimTask(pool.address, task_id, sender=worker)


def submit(
    system,
    pool,
    task_id: int,
    worker,
    *,
    proof: bytes = PROOF,
    public_input: int = PUBLIC_INPUT,
    public_result: int = PUBLIC_RESULT,
    result: str = RESULT,
):
    """The worker submits the result of his task."""
    system.router.submitTask(pool.address, task_id, proof, public_input, public_result, result, sender=worker)


def work(system, pool, task_id: int, worker, **submission):
    """A worker claims and submits."""
    claim(system, pool, task_id, worker)
    submit(system, pool, task_id, worker, **submission)


def accept(pool, task_id: int, verifier):
    pool.verifyAndPay(task_id, True, sender=verifier)


def reject(pool, task_id: int, verifier):
    pool.verifyAndPay(task_id, False, sender=verifier)


def new_pool(system, owner, category: str = "AI Tasks", approved: bool = False):
    """One more pool."""
    pool = system.pool(system.factory.createPool(category, "", sender=owner))
    if approved:
        system.registry.approvePool(pool.address)
    return pool


def new_account(name: str) -> str:
    account = boa.env.generate_address(name)
    boa.env.set_balance(account, 10**21)
    return account


def send(to, amount: int, sender):
    """A plain transfer."""
    boa.env.raw_call(getattr(to, "address", to), sender=sender, value=amount)


def call_unbounded(to, signature: str, *arguments, sender, value: int = 0):
    """
    A call as a client sends it whose ABI knows no bounds of lists and texts; returns the computation.

    Not through an ABI contract of boa: that would take the place of the real one in the decoding of later logs.
    """
    data = keccak(text=signature)[:4] + encode(signature[signature.index("(") + 1 : -1].split(","), arguments)
    return boa.env.execute_code(to_address=to.address, sender=sender, value=value, data=data)


def log_names(contract) -> list[str]:
    """The names of the events of the contract's last call, in their order."""
    return [type(event).__name__ for event in contract.get_logs()]


def only_event(contract, name: str) -> dict:
    """The one event of this name that the last call logged."""
    found = events(contract, name)
    assert len(found) == 1, f"{len(found)} events {name}"
    return event_fields(found[0])


def raw_logs(contract) -> list[tuple[str, bytes, bytes]]:
    """Address, first topic and data of each log of the contract's last call."""
    return [
        (to_checksum_address(address), topics[0].to_bytes(32, "big"), data)
        for _, address, topics, data in contract._computation.get_raw_log_entries()
    ]


def event_fields(event) -> dict:
    fields = dict(
        zip(event._fields, event, strict=False)
    )  # not by attribute: `count` and `index` are methods of a tuple
    del fields["address"]
    return fields
