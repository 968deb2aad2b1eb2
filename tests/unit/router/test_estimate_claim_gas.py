"""TaskRouter.estimateClaimGas suffices as the gas limit of a transaction."""

from contextlib import contextmanager

import boa
import pytest
from eth.db.backends.memory import MemoryDB
from eth.db.journal import JournalDB

from tests.helpers.chain import wait
from tests.helpers.flow import ACTIVE, add_task, add_tasks, claim, new_account, new_pool, reject, request, work

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold")


@contextmanager
def transaction(monkeypatch):
    """
    A call as the only one of its transaction: everything is cold, and stored words cost what they do at its beginning.
    """
    accounts = boa.env.evm.vm.state._account_db
    originals = {}
    read = accounts.get_storage

    def get_storage(address, slot, from_journal=True):
        if from_journal:
            return read(address, slot, from_journal=True)
        return originals.setdefault((address, slot), read(address, slot, from_journal=True))

    with monkeypatch.context() as patch:
        patch.setattr(accounts, "_journal_accessed_state", JournalDB(MemoryDB()))
        patch.setattr(accounts, "get_storage", get_storage)
        yield


def intrinsic(data: bytes) -> int:
    """What a transaction costs before it runs: EIP-2028."""
    return 21_000 + sum(16 if byte else 4 for byte in data)


def claim_with(monkeypatch, function, *arguments, gas, sender):
    data = function.prepare_calldata(*arguments)
    with transaction(monkeypatch):
        return function(*arguments, gas=gas - intrinsic(data), sender=sender)


@pytest.fixture
def router(system):
    return system.router


def test_claim_from_pool(system, router, approved_pool, worker, monkeypatch):
    task_id = add_task(approved_pool)
    gas = router.estimateClaimGas(approved_pool.address)
    assert claim_with(monkeypatch, router.claimTaskFromPool, approved_pool.address, gas=gas, sender=worker) == task_id
    assert approved_pool.taskQueueType(task_id) == ACTIVE
    assert router.getGlobalStats()[2:4] == (0, 1)  # the pool's report had enough gas too


def test_claim_chosen(system, router, pool, worker, monkeypatch):
    add_tasks(pool, [5, 4])
    gas = router.estimateClaimGas(pool.address)
    claim_with(monkeypatch, router.claimTask, pool.address, 2, gas=gas, sender=worker)
    assert pool.taskQueueType(2) == ACTIVE
    assert router.getGlobalStats()[2:4] == (1, 1)


def test_claim_best(system, router, approved_pool, pool_owner, worker, monkeypatch):
    for i in range(34):
        add_task(new_pool(system, pool_owner, approved=True), 10 + i)
    best = add_task(approved_pool, 100)
    add_tasks(approved_pool, [90] * 40)
    gas = router.estimateClaimGas(approved_pool.address)
    claimed = claim_with(monkeypatch, router.claimBestTask, gas=gas, sender=worker)
    assert claimed == (approved_pool.address, best)
    assert router.getGlobalStats()[3] == 1


def test_claim_of_a_barred_worker(system, router, approved_pool, pool_owner, worker, monkeypatch):
    first, second = add_tasks(approved_pool, [9, 8])
    work(system, approved_pool, first, worker)
    reject(approved_pool, first, pool_owner)
    gas = router.estimateClaimGas(approved_pool.address)
    for function, arguments in ((router.claimTaskFromPool, (approved_pool.address,)), (router.claimBestTask, ())):
        with boa.env.anchor():
            claim_with(monkeypatch, function, *arguments, gas=gas, sender=worker)
            assert approved_pool.taskQueueType(second) == ACTIVE


@pytest.fixture
def behind_expired(approved_pool):
    """The best task behind as many expired ones as a claim may pass."""
    add_tasks(approved_pool, [9] * 7, lifetime=600)
    add_tasks(approved_pool, [1] * 40)
    good = add_task(approved_pool, 8)
    wait(601)
    return good


def test_claim_from_pool_past_expired_tasks(router, approved_pool, worker, behind_expired, monkeypatch):
    gas = router.estimateClaimGas(approved_pool.address)
    claim_with(monkeypatch, router.claimTaskFromPool, approved_pool.address, gas=gas, sender=worker)
    assert approved_pool.taskQueueType(behind_expired) == ACTIVE


def test_claim_best_past_expired_tasks(router, approved_pool, worker, behind_expired, monkeypatch):
    gas = router.estimateClaimGas(approved_pool.address)
    claim_with(monkeypatch, router.claimBestTask, gas=gas, sender=worker)
    assert approved_pool.taskQueueType(behind_expired) == ACTIVE


def barred_from(system, pool, count, worker):
    """The worker was rejected for the best tasks; returns the best that is left for him."""
    ids = add_tasks(pool, [9] * count + [8])
    for task_id in ids[:-1]:
        work(system, pool, task_id, worker, proof=b"", result="")
    for task_id in ids[:-1]:
        reject(pool, task_id, pool.owner())
    return ids[-1]


def test_claim_from_pool_of_a_worker_barred_from_many(system, router, approved_pool, worker, monkeypatch):
    left = barred_from(system, approved_pool, 20, worker)
    gas = router.estimateClaimGas(approved_pool.address)
    claim_with(monkeypatch, router.claimTaskFromPool, approved_pool.address, gas=gas, sender=worker)
    assert approved_pool.taskQueueType(left) == ACTIVE


def test_zero_where_there_is_nothing_to_claim(system, router, approved_pool, stranger, worker):
    for address in (approved_pool.address, stranger, system.registry.address, "0x" + "00" * 20):
        assert router.estimateClaimGas(address) == 0
    task_id = add_task(approved_pool, lifetime=600)
    assert router.estimateClaimGas(approved_pool.address) > 0
    system.factory.deactivatePool(approved_pool.address)
    assert router.estimateClaimGas(approved_pool.address) == 0
    system.factory.activatePool(approved_pool.address)
    wait(601)
    assert router.estimateClaimGas(approved_pool.address) == 0
    other = add_task(approved_pool)
    claim(system, approved_pool, other, worker)
    assert router.estimateClaimGas(approved_pool.address) == 0
    assert task_id != other


def test_request_of_the_registry(system, router, approved_pool, requester, monkeypatch):
    _, task_id = request(system, requester)
    gas = router.estimateClaimGas(approved_pool.address)
    assert claim_with(monkeypatch, router.claimBestTask, gas=gas, sender=new_account("w")) == (
        approved_pool.address,
        task_id,
    )
