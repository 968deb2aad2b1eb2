"""What the README tells to type works."""

import re
import runpy
from pathlib import Path

import boa
import pytest

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.parametrize("number", [0, 1])
def test_python_example(tmp_path, number):
    examples = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(examples) == 2
    with boa.swap_env(boa.Env()):
        (tmp_path / "example.py").write_text(examples[number])
        runpy.run_path(str(tmp_path / "example.py"))


def test_names_each_contract_and_module():
    contracts = README.parent / "contracts"
    for path in contracts.glob("pools/*.vy"):
        assert f"    {path.name} " in README.read_text()
