"""The wheel brings the contracts along: others' contracts can import them, and the package deploys them."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from taskpools.artifacts import CONTRACTS, ROOT
from tests.integration.test_readme import examples

UV = os.environ.get("UV") or shutil.which("uv") or ""
DEPLOY = """
import boa, taskpools.system
system = taskpools.system.deploy()
assert system.router.factory() == system.factory.address
print(taskpools.system.__file__)
"""
CHANGES_NOTHING = """
import pkgutil, warnings
import boa
from boa.contracts.vyper.vyper_contract import VyperContract

def seen():
    cache = boa.interpret._disk_cache
    return [
        dict(vars(VyperContract)), dict(vars(boa.Env)), vars(boa.interpret).copy(), cache and cache.cache_dir,
        boa.env, list(warnings.filters),
    ]

before = seen()
import taskpools
names = [module.name for module in pkgutil.walk_packages(taskpools.__path__, "taskpools.")]
for name in names:
    __import__(name)
assert "taskpools.system" in names and "taskpools.deployment.broadcast" in names
assert seen() == before
"""


def run(*command: str | Path, folder: Path, status: int = 0, **environment: str) -> str:
    """What a command prints, in a folder, away from the checkout."""
    surroundings = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=surroundings | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    assert UV, "uv is not on the path"
    folder = tmp_path_factory.mktemp("wheel")
    run(UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT, folder=folder)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture
def python(tmp_path):
    """An empty environment."""
    run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv", folder=tmp_path)
    return tmp_path / "venv" / "bin" / "python"


def test_it_has_each_source_of_the_contracts_and_of_the_package(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    contracts = {f"taskpools/contracts/{path.relative_to(CONTRACTS)}" for path in CONTRACTS.rglob("*.vy*")}
    package = {str(path.relative_to(ROOT)) for path in (ROOT / "taskpools").rglob("*.py")}
    assert len(contracts) > 50
    assert {name for name in names if name.endswith((".vy", ".vyi"))} - contracts == {"taskpools/demo/Counter.vy"}
    assert contracts | package <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "build/"))]


def test_an_environment_of_ones_own_compiles_with_the_wheel_and_vyper_only(wheel, python, tmp_path):
    run(UV, "pip", "install", "--quiet", "--python", python, wheel, "vyper==0.4.3", folder=tmp_path)
    (tmp_path / "MyEnvironment.vy").write_text(*examples("vyper"))
    code = run(python.with_name("vyper"), "MyEnvironment.vy", folder=tmp_path)
    assert len(bytes.fromhex(code.strip()[2:])) > 500
    run(python, "-c", "import boa", folder=tmp_path, status=1)


@pytest.mark.long("compiles every contract")
def test_the_installed_package_deploys(wheel, python, tmp_path):
    run(UV, "pip", "install", "--quiet", "--python", python, f"taskpools[local] @ {wheel.as_uri()}", folder=tmp_path)
    printed = run(python, "-c", DEPLOY, folder=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert Path(printed.strip()).is_relative_to(tmp_path / "venv")
    assert list((tmp_path / "cache" / "taskpools").glob("*/compiled/*/*.TaskPool.vy.json"))


def test_importing_the_package_changes_nothing_in_boa():
    run(sys.executable, "-c", CHANGES_NOTHING, folder=ROOT)
