"""tasks, getAITaskData, taskWords, and submittedAt of the viewer: what a task holds, for texts of many lengths"""

import pytest

from tests.helpers.chain import DAY, now, wait
from tests.helpers.flow import REWARD, accept, add_task, add_tasks, claim, new_account, request, work

LENGTHS = [0, 1, 31, 32, 33, 63, 64, 65, 255, 256, 257, 511, 512, 513]
ZERO = "0x" + "00" * 20


def pattern(length: int) -> str:
    """No two bytes alike in the same place of a word or chunk."""
    return "".join(chr(33 + (i * 7 + i // 32) % 90) for i in range(length))


@pytest.mark.parametrize("length", [*LENGTHS, 1023, 1024])
def test_proof(system, pool, worker, length):
    proof = bytes((i * 11 + i // 256) % 256 for i in range(length))
    task_id = add_task(pool)
    work(system, pool, task_id, worker, proof=proof, result=pattern(40))
    assert pool.tasks(task_id)[4] == proof
    assert pool.tasks(task_id)[10] == pattern(40)


@pytest.mark.parametrize("length", [*LENGTHS, 4095, 4096])
def test_result(system, pool, worker, length):
    task_id = add_task(pool)
    work(system, pool, task_id, worker, proof=b"\x01\x02\x03", result=pattern(length))
    assert pool.tasks(task_id)[10] == pool.getAITaskData(task_id)[3] == pattern(length)
    assert pool.tasks(task_id)[4] == b"\x01\x02\x03"


@pytest.mark.parametrize("lengths", [(0, 0), (1, 0), (0, 1), (1_024, 4_096), (31, 33), (257, 255), (989, 997)])
def test_proof_and_result(system, pool, worker, lengths):
    task_id = add_task(pool)
    proof = pattern(lengths[0]).encode()
    work(system, pool, task_id, worker, proof=proof, public_input=5, public_result=6, result=pattern(lengths[1]))
    data = pool.tasks(task_id)
    assert (data[4], data[5], data[6], data[10]) == (proof, 5, 6, pattern(lengths[1]))


def test_inputs_and_models(pool):
    lengths = [*LENGTHS, 4095, 4096]
    inputs = [pattern(length) for length in lengths]
    models = [pattern(1 + i * 4) for i in range(len(lengths))]
    labels = [2**256 - 1 - i for i in range(len(lengths))]
    for i, task_id in enumerate(add_tasks(pool, [1] * len(lengths), labels=labels, models=models, inputs=inputs)):
        assert pool.getAITaskData(task_id) == (labels[i], models[i], inputs[i], "", False)


def test_texts_are_bytes_not_characters(pool):
    task_id = add_task(pool, model="é" * 32, text="模" * 1_365)
    assert pool.getAITaskData(task_id)[1:3] == ("é" * 32, "模" * 1_365)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 255, 256, 257, 4_095, 4_096])
def test_texts_of_a_request(system, approved_pool, requester, length):
    request_id, task_id = request(system, requester, pattern(length))
    assert approved_pool.getAITaskData(task_id) == (request_id, "image-v1", pattern(length), "", False)
    assert approved_pool.tasks(task_id)[7:] == (request_id, "image-v1", pattern(length), "")


def test_many_blobs(system, pool):
    """Texts are found by the number of their creation, whose encoding changes at 128."""
    ids = add_tasks(pool, [1] * 136, inputs=[f"input {i}" for i in range(136)])
    for i in (0, 1, 126, 127, 128, 135):
        assert pool.getAITaskData(ids[i])[2] == f"input {i}"
    work(system, pool, ids[0], new_account("late"), proof=b"proof", result="result")
    assert pool.tasks(ids[0])[4] == b"proof"
    assert pool.tasks(ids[0])[10] == "result"


@pytest.mark.parametrize("task_id", [0, 1, 2**32, 2**256 - 1])
def test_unknown_task(system, pool, task_id):
    assert pool.tasks(task_id) == (0, 0, ZERO, False, b"", 0, 0, 0, "", "", "")
    assert pool.getAITaskData(task_id) == (0, "", "", "", False)
    assert pool.taskWords(task_id) == (0, 0)
    assert system.viewer.submittedAt(pool.address, task_id) == 0


def test_task_words(system, pool, worker):
    """The reward leads the first word, so that words can be compared; the second is zero until the first claim."""
    task_id = add_task(pool, 77)
    word, progress = pool.taskWords(task_id)
    assert (word >> 160, progress) == (77, 0)
    claim(system, pool, task_id, worker)
    word_2, progress = pool.taskWords(task_id)
    assert word_2 == word
    assert progress & (2**160 - 1) == int(worker, 16)


def test_submitted_at(system, pool, pool_owner, worker):
    task_id = add_task(pool, lifetime=DAY)
    claim(system, pool, task_id, worker)
    assert system.viewer.submittedAt(pool.address, task_id) == 0
    wait(33)
    system.router.submitTask(pool.address, task_id, b"", 0, 0, "", sender=worker)
    submitted = now()
    wait(1_000)
    assert system.viewer.submittedAt(pool.address, task_id) == submitted
    accept(pool, task_id, pool_owner)
    assert system.viewer.submittedAt(pool.address, task_id) == submitted
    assert pool.tasks(task_id)[:4] == (REWARD, submitted - 33 + DAY, worker, True)


def test_ended_without_a_result(system, pool, pool_owner):
    task_id = add_task(pool)
    pool.cancelTask(task_id, sender=pool_owner)
    data = pool.tasks(task_id)
    assert data[2:7] == (ZERO, True, b"", 0, 0)
    assert data[10] == ""
    assert system.viewer.submittedAt(pool.address, task_id) == 0
