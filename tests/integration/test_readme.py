"""What the README tells to type works."""

import re
import runpy
from pathlib import Path

import boa
import pytest

from tests.helpers.schedule import FAILED, SUCCEEDED, block, layered, roll_to, schedule, set_base_fee

README = Path(__file__).resolve().parents[2] / "README.md"


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)


def run(example: str, folder: Path) -> dict:
    (folder / "example.py").write_text(example)
    return runpy.run_path(str(folder / "example.py"))


@pytest.mark.parametrize("number", [0, 1])
def test_python_example(tmp_path, number):
    with boa.swap_env(boa.Env()):
        run(examples("python")[number], tmp_path)


def test_encoding_example(tmp_path, manager, target):
    _, _, example = examples("python")
    task_data = run(example, tmp_path)["task_data"]
    for call in (b"", b"\x01", target.poke.prepare_calldata(7), b"\xff" * 3_904):
        assert task_data(target.address, call) == manager.encodeTask(target.address, call)
        assert task_data(target.address, call) == layered(target.address, call)


def test_environment_example(system, manager, owner, executor, target):
    (example,) = examples("vyper")
    # In a checkout the contracts are not within the package; test_wheel.py compiles the example as it stands.
    example = example.replace("from taskpools.contracts.", "from contracts.")
    environment = boa.loads(example, manager.address)
    at = block() + 5
    first, _ = schedule(system, environment, target, target.poke.prepare_calldata(7), at, sender=owner)
    roll_to(at)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert manager.getTaskStatus(first) == SUCCEEDED
    assert target.total() == 7

    set_base_fee(10**11)
    dear, _ = schedule(system, environment, target, target.poke.prepare_calldata(7), at + 1, sender=owner)
    roll_to(at + 1)
    assert manager.executeTasks(executor, 0, sender=executor) > 0
    assert manager.getTaskStatus(dear) == FAILED
    assert target.total() == 7


def test_names_each_contract_and_module():
    contracts = README.parent / "contracts"
    for folder in ("pools", "registry", "factory", "router", "scheduler", "environments"):
        for path in contracts.glob(f"{folder}/*.vy"):
            assert path.name.endswith("_errors.vy") or f"    {path.name} " in README.read_text(), path.name
