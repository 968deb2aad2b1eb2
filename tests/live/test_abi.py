"""The exported ABIs in the hands of a JavaScript client: ethers decodes each custom error of each contract"""

import json
import subprocess

import pytest
from eth_abi import encode
from eth_utils import keccak

from taskpools.abi import abi, export_abis
from taskpools.system import SOURCES
from tests.helpers.node_programs import node_path, package, require

DECODE = """
const { readFileSync } = require("fs");
const { Interface } = require(process.argv[1]);
const cases = JSON.parse(readFileSync(0, "utf8"));
const decoded = cases.map(({ file, data }) => {
  const error = new Interface(JSON.parse(readFileSync(file, "utf8"))).parseError(data);
  return error && { signature: error.signature, args: error.args.toObject ? error.args.map(String) : [] };
});
console.log(JSON.stringify(decoded));
"""
EXAMPLES = {"address": "0x" + "0a" * 20, "bytes32": b"\x07" * 32, "uint256": 2**255, "uint64": 2**63}
SHOWN = {**EXAMPLES, "bytes32": "0x" + (b"\x07" * 32).hex()}


def decode(cases: list[dict]) -> list:
    command = [str(node_path()), "-e", DECODE, str(package("ethers"))]
    run = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    require("ethers", "node")
    folder = tmp_path_factory.mktemp("abi")
    export_abis(folder)
    return folder


def errors_of(name: str) -> list[tuple[str, list[str]]]:
    found = [entry for entry in abi(name) if entry["type"] == "error"]
    return [(entry["name"], [item["type"] for item in entry["inputs"]]) for entry in found]


def test_each_error_of_each_contract(folder):
    cases, expected = [], []
    for name in SOURCES:
        for error, types in errors_of(name):
            signature = f"{error}({','.join(types)})"
            data = keccak(text=signature)[:4] + encode(types, [EXAMPLES[kind] for kind in types])
            cases.append({"file": str(folder / f"{name}.json"), "data": "0x" + data.hex()})
            expected.append({"signature": signature, "args": [str(SHOWN[kind]) for kind in types]})
    assert len(cases) > 80
    decoded = decode(cases)
    for one in decoded:
        one["args"] = [argument.lower() if argument.startswith("0x") else argument for argument in one["args"]]
    assert decoded == expected


def test_an_error_that_is_none_of_a_contracts(folder):
    data = "0x" + keccak(text="NoSuchError()")[:4].hex()
    assert decode([{"file": str(folder / "TaskPool.json"), "data": data}]) == [None]
