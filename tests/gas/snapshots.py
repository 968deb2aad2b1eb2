"""The committed figures: a file for each contract, with what it was compiled with and its size in the head."""

import json
import re
from pathlib import Path

import vyper

from taskpools.artifacts import SOURCES, artifact
from taskpools.deployment.record import settings

FOLDER = Path(__file__).resolve().parent / "snapshots"
SECTIONS = ("gas", "gasAtScale")  # the second is measured with --scale only


def natural(label: str) -> list:
    """Sorts 9 before 10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", label)]


def head(contract: str) -> dict:
    """What the figures depend on besides the source, and the size of the code in bytes."""
    compiled_with = settings(contract)
    return {
        "contract": contract,
        "compiler": f"vyper {vyper.__version__}",
        "evmVersion": compiled_with["evmVersion"],
        "optimizer": compiled_with["optimize"],
        "runtimeSize": len(artifact(contract).bytecode_runtime),
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
    Write what was measured, by section. Figures of before stay where their section is not complete: not every act of it
    was run.
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
    """A line for each figure that is not the committed one or is not committed, and the sum of those that are."""
    changed = [label for label in measured if committed.get(label) != measured[label]]
    if not changed:
        return []
    width = max(len("sum of 9"), *map(len, changed))
    lines = [f"{'label':{width}}  {'committed':>12}  {'now':>12}  {'difference':>11}  {'percent':>7}"]
    both = []
    for label in changed:
        before, now = committed.get(label), measured[label]
        if isinstance(before, int) and isinstance(now, int):
            both.append((before, now))
            lines.append(_line(label, before, now, width))
        else:
            lines.append(f"{label:{width}}  {_shown(before):>12}  {_shown(now):>12}")
    if both:
        lines.append(_line(f"sum of {len(both)}", *map(sum, zip(*both, strict=True)), width))
    return lines


def _line(label: str, before: int, now: int, width: int) -> str:
    difference = now - before
    percent = f"{100 * difference / before:>+7.2f}" if before else ""
    return f"{label:{width}}  {before:>12,}  {now:>12,}  {difference:>+11,}  {percent}".rstrip()


def _shown(value) -> str:
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def check(committed: dict, measured: dict):
    """Fails with the differences."""
    lines = differences(committed, measured)
    assert not lines, "gas has changed; `--update-gas` takes the new figures over\n" + "\n".join(lines)
