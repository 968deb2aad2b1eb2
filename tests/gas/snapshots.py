"""The committed figures: a file for each contract, with what it was compiled with and its size in the head."""

import json
import re
from pathlib import Path

import vyper

from scripts.system import SOURCES, deployer

FOLDER = Path(__file__).resolve().parent / "snapshots"
SECTIONS = ("gas", "gasAtScale")  # the second is measured with --scale only


def natural(label: str) -> list:
    """Sorts 9 before 10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", label)]


def head(contract: str) -> dict:
    """What the figures depend on besides the source, and the size of the code in bytes."""
    compiled = deployer(contract).compiler_data
    return {
        "contract": contract,
        "compiler": f"vyper {vyper.__version__}",
        "evmVersion": compiled.settings.evm_version,
        "optimizer": str(compiled.settings.optimize),
        "runtimeSize": len(compiled.bytecode_runtime),
    }


def load(contract: str) -> dict:
    """The snapshot of a contract; an empty one if there is none yet."""
    path = FOLDER / f"{contract}.json"
    return json.loads(path.read_text()) if path.exists() else {section: {} for section in SECTIONS}


def figures() -> dict[str, int]:
    """Every committed figure, in the order of the contracts, then of the labels."""
    found = {}
    for contract in SOURCES:
        snapshot = load(contract)
        both = snapshot["gas"] | snapshot["gasAtScale"]
        found |= {label: both[label] for label in sorted(both, key=natural)}
    return found


def save(measured: dict[str, dict[str, int]], complete: dict[str, bool]):
    """
    Write what was measured, by section. Figures of before stay where their section is not complete: not every act of it was run.
    """
    FOLDER.mkdir(exist_ok=True)
    for contract in SOURCES:
        committed, new = load(contract), {}
        for section in SECTIONS:
            mine = {label: gas for label, gas in measured[section].items() if label.split(".")[0] == contract}
            kept = {} if complete[section] else committed[section]
            both = kept | mine
            new[section] = {label: both[label] for label in sorted(both, key=natural)}
        (FOLDER / f"{contract}.json").write_text(json.dumps(head(contract) | new, indent=2) + "\n")


def differences(committed: dict, measured: dict) -> list[str]:
    """A line for each figure that is not the committed one; a label that is not committed is one too."""
    changed = [label for label in measured if committed.get(label) != measured[label]]
    if not changed:
        return []
    width = max(map(len, changed))
    lines = [f"{'label':{width}}  {'committed':>12}  {'now':>12}  {'difference':>11}"]
    for label in changed:
        before, now = committed.get(label), measured[label]
        if isinstance(before, int) and isinstance(now, int):
            lines.append(f"{label:{width}}  {before:>12,}  {now:>12,}  {now - before:>+11,}")
        else:
            lines.append(f"{label:{width}}  {'none' if before is None else before:>12}  {now:>12}")
    return lines


def check(committed: dict, measured: dict):
    """Fails with the differences."""
    lines = differences(committed, measured)
    assert not lines, "gas has changed; `--update-gas` takes the new figures over\n" + "\n".join(lines)
