"""What an environment answers: the hooks of receivers of ERC-721 and ERC-1155, and supportsInterface"""

import boa
import pytest

from tests.helpers.chain import balance, error_data
from tests.helpers.hostile import calldata
from tests.helpers.schedule import SUCCEEDED, block, mock, schedule
from tests.helpers.tasks import environment_of, run

HOOKS = {
    "onERC721Received(address,address,uint256,bytes)": "150b7a02",
    "onERC1155Received(address,address,uint256,uint256,bytes)": "f23a6e61",
    "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)": "bc197c81",
}
LENGTHS = [0, 1, 64, 65, 1_024, 5_000]
ERC165_GAS = 30_000


@pytest.fixture
def at():
    return block() + 5


@pytest.fixture
def task(system, owner, target, call, at):
    return schedule(system, system.minimal, target, call, at, sender=owner)[0]


@pytest.fixture(params=["waits", "has run", "template"])
def receiver(request, system, manager, executor, task):
    """An environment before and after its run, and the account that all delegate to."""
    if request.param == "has run":
        run(manager, task, executor)
    return system.environment_proxy.address if request.param == "template" else environment_of(task)


@pytest.mark.parametrize("length", LENGTHS)
def test_nft(receiver, length):
    nft = mock("Nft").deploy()
    nft.safeMint(receiver, 1, b"\xff" * length)
    assert nft.ownerOf(1) == receiver


@pytest.mark.parametrize("length", LENGTHS)
def test_multi_token(receiver, length):
    tokens = mock("MultiToken").deploy()
    tokens.mint(receiver, 1, 10, b"\xff" * length)
    ids = list(range(1, 65))
    tokens.mintBatch(receiver, ids, ids, b"\xff" * length)
    tokens.mintBatch(receiver, [], [], b"\xff" * length)
    assert [tokens.balanceOf(receiver, number) for number in (1, 2, 64)] == [11, 2, 64]


def test_during_a_run(system, manager, owner, executor, at):
    """A target makes an NFT for its caller; the owner takes the NFT out afterwards."""
    nft = mock("Nft").deploy()
    for number, length in enumerate((0, 65, 3_000)):
        call = nft.claim.prepare_calldata(number, b"\xff" * length)
        task, _ = schedule(system, system.minimal, nft, call, at + number, 250_000, sender=owner)
        run(manager, task, executor)
        assert manager.getTaskStatus(task) == SUCCEEDED
        environment = environment_of(task)
        assert nft.ownerOf(number) == environment
        take = nft.transferFrom.prepare_calldata(environment, owner, number)
        manager.callFromEnvironment(task, nft.address, 0, take, sender=owner)
        assert nft.ownerOf(number) == owner


@pytest.mark.parametrize("selector", HOOKS.values())
@pytest.mark.parametrize("value", [0, 5])
def test_hook_is_answered_by_its_selector(receiver, stranger, selector, value):
    """To anyone, whatever follows, with ether or without; nothing else comes of it."""
    selector = bytes.fromhex(selector)
    before = balance(receiver)
    for number, rest in enumerate((b"", b"\xff", b"\xff" * 28, b"\xff" * 20_000), 1):
        result = boa.env.execute_code(receiver, sender=stranger, value=value, data=selector + rest)
        assert result.is_success
        assert result.output == selector.ljust(32, b"\0")
        assert not result.get_log_entries()
        assert balance(receiver) == before + number * value


def test_selectors_are_those_of_the_hooks():
    for signature, selector in HOOKS.items():
        empty = {"address": "0x" + "00" * 20, "uint256": 0, "bytes": b"", "uint256[]": []}
        arguments = [empty[type_] for type_ in signature[signature.index("(") + 1 : -1].split(",")]
        assert calldata(signature, *arguments)[:4].hex() == selector


@pytest.mark.parametrize("data", ["150b7a03", "140b7a02", "f23a6e60", "bc197c80", "150b7a", "f2", "bc19", "00000000"])
def test_reverts_what_is_no_hook(receiver, stranger, data):
    """A selector that differs by a bit, and one that is cut."""
    result = boa.env.execute_code(receiver, sender=stranger, data=bytes.fromhex(data))
    assert (result.is_error, result.output) == (True, error_data("CallerNotOwnerOrTaskManager()"))


@pytest.mark.parametrize(
    ("interface", "has"),
    [
        ("01ffc9a7", True),
        ("150b7a02", True),
        ("4e2312e0", True),
        ("ffffffff", False),
        ("00000000", False),
        ("80ac58cd", False),
        ("d9b67a26", False),
        ("f23a6e61", False),
        ("bc197c81", False),
    ],
)
def test_supports_interface(receiver, stranger, interface, has):
    """Within the gas that ERC-165 allows, and without changing anything."""
    data = calldata("supportsInterface(bytes4)", bytes.fromhex(interface))
    result = boa.env.execute_code(receiver, sender=stranger, data=data, gas=ERC165_GAS, is_modifying=False)
    assert result.is_success
    assert result.output == int(has).to_bytes(32, "big")
