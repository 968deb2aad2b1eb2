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
# What npm leaves out in silence if it thinks that the platform does not fit.
BINARIES = {
    "@foundry-rs/anvil": "@foundry-rs/anvil-*/bin/anvil*",
    "hardhat": "@nomicfoundation/edr-*/*.node",
    "node": "node/bin/node",
}


def missing() -> list[str]:
    """The programs that are not there in the pinned version, as npm names them: `hardhat@3.18.0`."""
    return [f"{name}@{version}" for name, version in NODE_PROGRAMS.items() if _installed(name) != version]


def install():
    """
    Install all of them anew if one is missing: npm remembers what it has left out. Raises
    `subprocess.CalledProcessError` if npm fails, `FileNotFoundError` if there is no npm.
    """
    if not missing():
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    _npm_install([f"node@{NODE_PROGRAMS['node']}"])
    # npm removes what the command does not name, so all are named.
    _npm_install([f"{name}@{version}" for name, version in NODE_PROGRAMS.items()])
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
    return next((FOLDER / "node_modules").glob(BINARIES["@foundry-rs/anvil"]))


def node_path() -> Path:
    """Node 22."""
    return package("node") / "bin" / "node"


def package(name: str) -> Path:
    """The folder of an installed package."""
    return FOLDER / "node_modules" / name


def _installed(name: str) -> str | None:
    """The version that is there, None if none is or its binary is not."""
    about = package(name) / "package.json"
    if not about.exists() or (name in BINARIES and not any((FOLDER / "node_modules").glob(BINARIES[name]))):
        return None
    return json.loads(about.read_text())["version"]


def _npm_install(names: list[str]):
    """Run npm on the Node that is installed here, if it is: an older one makes npm leave out what hardhat needs."""
    quiet = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    path = f"{node_path().parent}{os.pathsep}{os.environ['PATH']}"
    command = ["npm", "install", *quiet, "--prefix", str(FOLDER), *names]
    subprocess.run(command, check=True, env={**os.environ, "PATH": path})


if __name__ == "__main__":
    if shutil.which("npm") is None:
        sys.exit("there is no npm: install Node.js first")
    install()
