"""What the README tells to type works."""

import re
import runpy
from pathlib import Path

import boa

README = Path(__file__).resolve().parents[2] / "README.md"


def test_python_example(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    with boa.swap_env(boa.Env()):
        (tmp_path / "example.py").write_text(example)
        runpy.run_path(str(tmp_path / "example.py"))


def test_names_each_contract_and_module():
    contracts = README.parent / "contracts"
    for path in contracts.glob("pools/*.vy"):
        assert f"    {path.name} " in README.read_text()
