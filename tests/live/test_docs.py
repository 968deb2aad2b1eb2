"""
The commands of README and docs/deploying.md, on a real node and a stand-in of nothing: what needs an explorer is only
parsed.
"""

import json
import re
import shlex

import pytest
from eth_account import Account

import deploy
from taskpools.deployment.options import OPTIONS
from taskpools.system import ROOT

DOCS = (ROOT / "README.md", ROOT / "docs" / "deploying.md")


def commands(path) -> list[str]:
    """The lines `uv run deploy.py --rpc ...` without their comments."""
    return [
        line.split("#")[0].strip()
        for line in path.read_text().splitlines()
        if line.startswith("uv run deploy.py --rpc")
    ]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_the_commands(node, operator, monkeypatch, path):
    found = commands(path)
    assert len(found) == 4
    monkeypatch.chdir(operator.folder)
    (operator.folder / "key.json").write_text(
        json.dumps(Account.encrypt(operator.account.key, "x", kdf="pbkdf2", iterations=1000))
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda *text, **options: "x")
    monkeypatch.setattr("click.confirm", lambda question: node.mine(3) or True)
    monkeypatch.setattr(
        "taskpools.deployment.node.Node.head", lambda asked: node.mine() or node.number("eth_blockNumber")
    )
    for command in found[:3]:
        arguments = shlex.split(command.replace("$RPC", node.url).replace("11155111", str(node.chain_id)))
        status, _, errors = operator.run(*arguments[3:])
        assert (status, errors) == (0, ""), command
    assert operator.record_file.exists()
    assert deploy.command.make_context("deploy.py", shlex.split(found[3])[3:]).params["verify"] == "etherscan"


def test_each_option_is_told():
    text = DOCS[1].read_text()
    names = {name for option in OPTIONS for name in re.findall(r"--[a-z-]+", " ".join(_names(option)))}
    assert len(names) == len(OPTIONS)
    assert [name for name in sorted(names) if f"`{name}" not in text] == []


def _names(option) -> list[str]:
    probe = option(lambda: None)
    return probe.__click_params__[0].opts
