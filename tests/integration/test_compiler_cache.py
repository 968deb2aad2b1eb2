"""What is deployed is made of the sources as they are, whatever was compiled before, and nothing is compiled twice."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys

import pytest
from eth_utils import keccak

from taskpools.artifacts import ROOT, DoesNotCompile, artifact

PRINT_THE_CODE = "from taskpools.artifacts import artifact; print(artifact('BasicTaskEnvironment').runtime)"
LOAD_TWO = """
from taskpools.artifacts import CONTRACTS, SOURCES, contracts
contracts.prepare([CONTRACTS / SOURCES[f"{kind}TaskEnvironment"] for kind in ("Basic", "Recurring")])
"""


def python(folder, code: str, status: int = 0) -> subprocess.CompletedProcess:
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == status, run.stderr
    return run


def compiled(folder) -> bytes:
    return bytes.fromhex(python(folder, PRINT_THE_CODE).stdout)


@pytest.fixture
def project(tmp_path):
    """A copy of the project in which nothing is compiled."""
    for name in ("contracts", "taskpools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def replace(path, old: str, new: str):
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_a_change_far_below_is_seen(project):
    """The environment imports `task_execution_base`, and only that imports the errors."""
    before = compiled(project)
    assert compiled(project) == before
    replace(project / "contracts" / "environments" / "environment_errors.vy", "EmptyCalldata()", "NothingToCall()")

    after = compiled(project)

    old, new = (keccak(text=signature)[:4] for signature in ("EmptyCalldata()", "NothingToCall()"))
    assert old in before
    assert new not in before
    assert new in after
    assert old not in after
    assert len(list((project / "build" / "compiled").iterdir())) == 1


def artifacts(project) -> dict[str, tuple]:
    """Contract: digest of its code, when it was compiled."""
    return {
        json.loads(file.read_text())["contract_path"].split("/")[-1]: (file.read_bytes(), file.stat().st_mtime_ns)
        for file in (project / "build" / "compiled").glob("*/*.json")
    }


def test_only_what_a_change_reaches_is_compiled_again(project):
    """Both import the base; progress is told on stderr."""
    first = python(project, LOAD_TWO)
    assert "compiling contracts" in first.stderr
    assert first.stdout == ""
    before = artifacts(project)
    assert len(before) == 2
    assert python(project, LOAD_TWO).stderr == ""
    replace(project / "contracts" / "environments" / "RecurringTaskEnvironment.vy", "@license MIT", "@license  MIT")

    python(project, LOAD_TWO)

    after = artifacts(project)
    assert [name for name in before if before[name] != after[name]] == ["RecurringTaskEnvironment.vy"]


def test_a_new_source_is_seen(project):
    """An import might find it."""
    python(project, LOAD_TWO)
    before = artifacts(project)
    (project / "contracts" / "environments" / "another.vyi").write_text("# pragma version 0.4.3\n")
    python(project, LOAD_TWO)
    after = artifacts(project)
    assert all(before[name] != after[name] for name in before)


def test_processes_that_start_at_once(project):
    """One compiles, the others wait for it."""
    command = [sys.executable, "-c", LOAD_TWO]
    runs = [subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0] * 3, told
    assert sum("compiling contracts" in text for text in told) == 1
    assert not list((project / "build").rglob("*.unfinished"))


@pytest.mark.parametrize("code", [LOAD_TWO, PRINT_THE_CODE], ids=["several", "one"])
def test_source_that_does_not_compile(project, code):
    """The compiler's words, and nothing kept; the next run with the source mended works."""
    source = project / "contracts" / "environments" / "BasicTaskEnvironment.vy"
    text = source.read_text()
    source.write_text(text + "\n@external\ndef broken():\n    return nothing\n")
    told = python(project, code, status=1).stderr
    assert "DoesNotCompile: contracts/environments/BasicTaskEnvironment.vy does not compile" in told
    assert "broken" in told
    assert "BasicTaskEnvironment.vy" not in artifacts(project)
    source.write_text(text)
    assert compiled(project)


def test_source_that_changes_under_a_running_process():
    """Its source lines would be wrong."""
    loaded = artifact("BasicTaskEnvironment")
    made_of = {path: "0" * 64 for path in loaded.made_of}
    changed = dataclasses.replace(loaded, made_of=made_of)
    with pytest.raises(DoesNotCompile, match="changed since BasicTaskEnvironment was loaded"):
        _ = changed.compiler_data


def test_artifact_is_what_the_compiler_makes():
    import boa

    loaded = artifact("BasicTaskEnvironment")
    whole = boa.loads_partial(
        (ROOT / loaded.contract_path).read_text(), name=loaded.contract_path, filename=loaded.contract_path
    ).compiler_data
    assert loaded.bytecode == whole.bytecode
    assert loaded.bytecode_runtime == whole.bytecode_runtime
    assert loaded.integrity_sum == whole.integrity_sum
    assert os.path.samefile(loaded.contract_path, whole.contract_path)
