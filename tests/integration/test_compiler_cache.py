"""What is deployed is made of the sources as they are, whatever was compiled before."""

import shutil
import subprocess
import sys

from eth_utils import keccak

from scripts.system import ROOT

PRINT_THE_CODE = (
    "from scripts.system import deployer; print(deployer('BasicTaskEnvironment').compiler_data.bytecode_runtime.hex())"
)


def compiled(folder) -> bytes:
    run = subprocess.run([sys.executable, "-c", PRINT_THE_CODE], cwd=folder, check=True, capture_output=True, text=True)
    return bytes.fromhex(run.stdout)


def test_a_change_far_below_is_seen(tmp_path):
    """The environment imports `task_execution_base`, and only that imports the errors."""
    for name in ("contracts", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    before = compiled(tmp_path)
    assert compiled(tmp_path) == before
    errors = tmp_path / "contracts" / "environments" / "environment_errors.vy"
    text = errors.read_text()
    assert text.count("EmptyCalldata()") == 1
    errors.write_text(text.replace("EmptyCalldata()", "NothingToCall()"))

    after = compiled(tmp_path)

    old, new = (keccak(text=signature)[:4] for signature in ("EmptyCalldata()", "NothingToCall()"))
    assert old in before and new not in before
    assert new in after and old not in after
    assert len(list((tmp_path / "build" / "compiled").iterdir())) == 1
