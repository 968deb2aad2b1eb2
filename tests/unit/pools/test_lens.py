"""The lens, which reads the texts of tasks for the pools, and the constructor that takes it"""

import boa
import pytest
from eth_abi import decode, encode

from taskpools.abi import abi
from taskpools.system import ROOT, deployer
from tests.helpers.chain import reverts
from tests.helpers.flow import (
    MODEL,
    PROOF,
    PUBLIC_INPUT,
    PUBLIC_RESULT,
    RESULT,
    REWARD,
    accept,
    add_task,
    request,
    work,
)
from tests.helpers.signatures import canonical_type, digest

NOBODY = "0x" + "00" * 20


def published(pool, name: str, *arguments) -> dict:
    """What a client reads that has the published ABI: names and values of the outputs."""
    (entry,) = [entry for entry in abi("TaskPool") if entry.get("name") == name]
    data = digest(entry)[:4] + encode([item["type"] for item in entry["inputs"]], arguments)
    answer = boa.env.raw_call(pool.address, data=data).output
    types = [canonical_type(item) for item in entry["outputs"]]
    values = decode(types, answer, strict=True)
    assert encode(types, values) == answer  # no byte before, between or after
    return dict(zip([item["name"] for item in entry["outputs"]], values, strict=True))


# ---------------------------------------------------------------- what clients read


def test_published_abi_decodes_a_task(system, pool, pool_owner, worker):
    expiry = boa.env.evm.patch.timestamp + 86_400
    task_id = add_task(pool, REWARD, label=7, model=MODEL, text="an input")
    work(system, pool, task_id, worker)
    assert published(pool, "tasks", task_id) == {
        "reward": REWARD,
        "deadline": expiry,
        "assignedTo": worker.lower(),
        "exists": True,
        "zkpProof": PROOF,
        "zkpPublicInput": PUBLIC_INPUT,
        "zkpPublicResult": PUBLIC_RESULT,
        "requestId": 7,
        "modelId": MODEL,
        "inputData": "an input",
        "resultData": RESULT,
    }
    data = {"requestId": 7, "modelId": MODEL, "inputData": "an input", "resultData": RESULT, "isCompleted": False}
    assert published(pool, "getAITaskData", task_id) == data
    accept(pool, task_id, pool_owner)
    assert published(pool, "getAITaskData", task_id) == data | {"isCompleted": True}


def test_published_abi_decodes_a_request(system, approved_pool, requester):
    request_id, task_id = request(system, requester, "a cat")
    found = published(approved_pool, "tasks", task_id)
    assert [found[name] for name in ("requestId", "modelId", "inputData")] == [request_id, "image-v1", "a cat"]
    assert published(approved_pool, "getAITaskData", task_id)["inputData"] == "a cat"


def test_published_abi_decodes_an_unknown_task(pool):
    assert set(published(pool, "tasks", 1).values()) == {0, NOBODY, b"", ""}
    assert set(published(pool, "getAITaskData", 1).values()) == {0, ""}


def test_longest_texts(system, pool, worker):
    """The answer has room for all of them."""
    task_id = add_task(pool, model="m" * 64, text="i" * 4_096)
    work(system, pool, task_id, worker, proof=b"p" * 1_024, result="r" * 4_096)
    found = published(pool, "tasks", task_id)
    assert [len(found[name]) for name in ("zkpProof", "modelId", "inputData", "resultData")] == [
        1_024,
        64,
        4_096,
        4_096,
    ]


# ---------------------------------------------------------------- who the lens is


def test_implementation_and_clones_have_the_lens(system, pool):
    assert system.implementation.lens() == pool.lens() == system.lens.address
    assert system.lens.LAYOUT() == 1


def test_lens_answers_anyone_what_the_pool_answers(system, pool, worker, stranger):
    task_id = add_task(pool)
    work(system, pool, task_id, worker)
    question = (1, pool.address, system.registry.address, *pool.taskWords(task_id))
    assert system.lens.tasks(*question, sender=stranger) == pool.tasks(task_id)
    assert system.lens.getAITaskData(*question, sender=stranger) == pool.getAITaskData(task_id)


@pytest.mark.parametrize("layout", [0, 2, 2**256 - 1])
def test_lens_reverts_words_of_another_layout(system, pool, layout):
    question = (layout, pool.address, system.registry.address, 0, 0)
    for view in (system.lens.tasks, system.lens.getAITaskData):
        with reverts("InvalidInput()"):
            view(*question)


def test_constructor_reverts_lens_without_code(stranger):
    for lens in (NOBODY, stranger):
        with reverts("InvalidInput()"):
            deployer("TaskPool").deploy(lens)


@pytest.mark.parametrize("layout", [0, 2])
def test_constructor_reverts_lens_of_another_layout(layout):
    lens = boa.load(str(ROOT / "tests" / "mocks" / "OtherLens.vy"), layout)
    with reverts("InvalidInput()"):
        deployer("TaskPool").deploy(lens.address)


def test_constructor_reverts_what_is_no_lens(system):
    with reverts(""):
        deployer("TaskPool").deploy(system.viewer.address)


# ---------------------------------------------------------------- verifiers by version


def test_verifier_of_version(pool, pool_owner, verifier, stranger):
    pool.setZKPVerifier(verifier, sender=pool_owner)
    pool.setZKPVerifier(stranger, sender=pool_owner)
    assert [pool.verifierOfVersion(version) for version in range(3)] == [pool_owner, verifier, stranger]
    with reverts("InvalidInput()"):
        pool.verifierOfVersion(3)
