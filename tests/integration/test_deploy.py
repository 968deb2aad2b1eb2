"""The command deploy.py"""

import json
import subprocess
import sys

import pytest

import deploy
from taskpools.abi import abi
from taskpools.artifacts import ROOT, artifact
from taskpools.demo.life_cycle import LifeCycle


def run(monkeypatch, *arguments) -> int:
    monkeypatch.setattr(sys, "argv", ["deploy.py", *arguments])
    with pytest.raises(SystemExit) as end:
        deploy.main()
    return end.value.code


def test_default_behavior(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, "--record", str(tmp_path / "run.json")) == 0
    output = capsys.readouterr().out
    assert "every wei is accounted for" in output
    assert "WRONG" not in output

    record = json.loads((tmp_path / "run.json").read_text())
    assert list(record) == ["chainId", "contracts", "tasks", "scheduled", "gas"]
    assert record["chainId"] == 1
    for name, contract in record["contracts"].items():
        assert contract["abi"] == json.loads(json.dumps(abi(name)))
        assert contract["address"].startswith("0x")
    assert len(record["tasks"]) == 22  # twenty requests and two tasks of a pool's owner
    assert {task["state"] for task in record["tasks"]} == {"paid", "refunded"}
    assert all(set(task) == {"pool", "id", "state", "reward", "worker"} for task in record["tasks"])
    assert {task["status"] for task in record["scheduled"]} == {
        "succeeded",
        "failed",
        "cancelled",
        "rescheduled",
        "expired",
    }
    assert max(task["attempts"] for task in record["scheduled"]) == 4
    assert record["gas"]["submitTask"] > 21_000


def test_exits_with_1_if_a_wei_is_missing(monkeypatch, capsys):
    """However little of the run takes place."""
    left_out = ["request", "own_tasks", "cancel", "lapse", "work", "schedule", "retry", "cancel_scheduled", "rise"]
    for step in [*left_out, "silence", "expire", "withdraw"]:
        monkeypatch.setattr(LifeCycle, f"_{step}", lambda run: None)
    monkeypatch.setattr(LifeCycle, "_check", lambda run: [("no pool holds a wei", False)])
    assert run(monkeypatch) == 1
    assert "not every wei is accounted for" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--recrod", "x"], "deploy.py: No such option '--recrod'. (Did you mean one of: '--record', '--rpc'?)\n"),
        (["surplus"], "deploy.py: Got unexpected extra argument (surplus)\n"),
        (["--record", "no/such/folder/x"], None),
        (["--record"], "deploy.py: Option '--record' requires an argument.\n"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(monkeypatch, capsys, arguments, line):
    assert run(monkeypatch, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert line is None or captured.err == line


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--rcp", "x"], ["--export-abi", "{folder}"]])
def test_what_needs_no_chain_loads_neither_titanoboa_nor_the_compiler(arguments, tmp_path):
    artifact("TaskPool")
    arguments = [argument.format(folder=tmp_path) for argument in arguments]
    loaded = python(f"""
import sys, contextlib, deploy
sys.argv = ["deploy.py", *{arguments}]
with contextlib.suppress(SystemExit):
    deploy.main()
print("loaded:", [name for name in ("boa", "vyper", "eth") if name in sys.modules])
""")
    assert loaded.endswith("loaded: []\n")


def test_titanoboa_stays_as_it_is():
    """Whoever imports the project, or deploys with it, keeps his own boa."""
    assert (
        python("""
import boa
from boa.contracts.vyper.vyper_contract import VyperContract

def state():
    patched = VyperContract.__repr__, VyperContract._set_bytecode, boa.Env.__new__, boa.Env.__init__
    return patched, boa.interpret._disk_cache.cache_dir, type(boa.env)

before = state()
from deploy import deploy
deploy()
print(before == state())
""")
        == "True\n"
    )
