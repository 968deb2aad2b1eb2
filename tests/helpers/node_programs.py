"""
The programs from npm that tests need: the nodes that contracts are deployed on and the clients that read them.

`python -m tests.helpers.node_programs` installs what is missing into `.node/`, in exactly these versions. It needs npm.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent.parent / ".node"
NODE_PROGRAMS = {
    "@foundry-rs/anvil": "1.7.1",
    "ethers": "6.17.0",
    "hardhat": "3.18.0",
    "node": "22.23.3",  # hardhat 3 does not run on older ones
}


def missing() -> list[str]:
    """The programs that are not there in the pinned version, as npm names them: `hardhat@3.18.0`."""
    return [f"{name}@{version}" for name, version in NODE_PROGRAMS.items() if _installed(name) != version]


def install():
    """Install what is missing. Raises `subprocess.CalledProcessError` if npm fails and `FileNotFoundError` if there is no npm."""
    wanted = missing()
    if not wanted:
        return
    FOLDER.mkdir(exist_ok=True)
    # npm removes what the command does not name, so all are named.
    names = [f"{name}@{version}" for name, version in NODE_PROGRAMS.items()]
    quiet = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "install", *quiet, "--prefix", str(FOLDER), *names], check=True)
    left = missing()
    if left:
        raise RuntimeError(f"npm did not install {', '.join(left)}")


def require(*names: str):
    """Skip the test if one of these programs is not installed, with a line that says what to do; under CI fail."""
    absent = [name for name in names if _installed(name) != NODE_PROGRAMS[name]]
    if not absent:
        return
    line = f"needs {', '.join(absent)}: install npm and run python -m tests.helpers.node_programs"
    if os.environ.get("CI") == "true":
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


def anvil_path() -> Path:
    """The anvil binary itself: the wrapper that npm puts into `.bin` does not stop its child."""
    return next(package("@foundry-rs").glob("anvil-*/bin/anvil*"))


def node_path() -> Path:
    """Node 22."""
    return package("node") / "bin" / "node"


def package(name: str) -> Path:
    """The folder of an installed package."""
    return FOLDER / "node_modules" / name


def _installed(name: str) -> str | None:
    """The version that is there, None if none is."""
    about = package(name) / "package.json"
    return json.loads(about.read_text())["version"] if about.exists() else None


if __name__ == "__main__":
    if shutil.which("npm") is None:
        sys.exit("there is no npm: install Node.js first")
    install()
