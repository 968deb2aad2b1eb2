"""Every package that is installed is pinned in pyproject.toml: what passed here passes on a new machine."""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())
# The project itself, and what uv or venv put into an environment of their own accord.
NOT_PINNED = {"taskpools", "pip", "setuptools", "uv"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    """Name to version, of the dependencies, the extras, the groups and the constraints."""
    listed = list(PROJECT["project"]["dependencies"])
    for several in (PROJECT["project"].get("optional-dependencies", {}), PROJECT["dependency-groups"]):
        pinned = [pin for group in several.values() for pin in group if isinstance(pin, str)]
        listed += [pin for pin in pinned if not pin.startswith("taskpools[")]
    listed += PROJECT["tool"]["uv"]["constraint-dependencies"]
    found = {}
    for pin in listed:
        name, version = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[a-z,-]+\])?==([A-Za-z0-9.+!]+)", pin).groups()
        assert found.setdefault(canonical(name), version) == version, f"{name} is pinned twice"
    return found


def test_what_is_installed_is_what_is_pinned():
    pinned = pins()
    installed = {canonical(found.metadata["Name"]): found.version for found in distributions()}
    wrong = {
        f"{name}=={version}"
        for name, version in installed.items()
        if name not in NOT_PINNED and pinned.get(name) != version
    }
    assert not wrong, f"pin in [tool.uv] constraint-dependencies: {sorted(wrong)}"
