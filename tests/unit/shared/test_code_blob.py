"""contracts/shared/code_blob.vy: data kept as code, and the addresses of what was created."""

import boa
import pytest
import rlp
from eth_utils import keccak, to_canonical_address, to_checksum_address
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.chain import reverts
from tests.helpers.modules import harness

MAX_BLOB = 5_376
CREATORS = ["0x" + "00" * 19 + "01", "0x" + "ff" * 20, "0x80" + "00" * 19, "0x" + "a5" * 20]
QUICK = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def created_by(creator: str, nonce: int) -> str:
    """The yellow paper's address of an account made with CREATE."""
    return to_checksum_address(keccak(rlp.encode([to_canonical_address(creator), nonce]))[12:])


def pattern(length: int) -> bytes:
    """Bytes that differ from their neighbours; the first is STOP."""
    return b"\0" + bytes(1 + (at * 7 + at // 256) % 255 for at in range(length - 1))


@pytest.fixture(scope="module")
def blobs(deployed):
    return harness("CodeBlobHarness").deploy()


@pytest.fixture(scope="module")
def long_blob(blobs):
    return blobs.write(pattern(1_400))


@pytest.mark.parametrize("creator", CREATORS)
@pytest.mark.parametrize("nonce", [1, 126, 127, 128, 129, 255, 256, 65_535, 65_536, 2**24 - 1, 2**24, 2**32 - 1])
def test_address_by_nonce(blobs, creator, nonce):
    assert blobs.addressOf(creator, nonce) == created_by(creator, nonce)


@QUICK
@given(creator=st.binary(min_size=20, max_size=20), nonce=st.integers(1, 2**32 - 1))
def test_address_of_any_nonce(blobs, creator, nonce):
    address = "0x" + creator.hex()
    assert blobs.addressOf(address, nonce) == created_by(address, nonce)


def test_first_creation_of_a_contract_has_nonce_1():
    fresh = harness("CodeBlobHarness").deploy()
    addresses = [fresh.write(pattern(32 + at)) for at in range(130)]
    assert addresses == [fresh.addressOf(fresh.address, 1 + at) for at in range(130)]


@pytest.mark.parametrize(
    "length", [32, 127, 128, 129, 1_023, 1_024, 1_025, 2_048, 5_119, 5_120, 5_192, MAX_BLOB - 1, MAX_BLOB]
)
def test_code_is_the_data(blobs, length):
    blob = blobs.write(pattern(length))
    assert boa.env.get_code(blob) == pattern(length)
    assert blobs.read(blob, 0, length) == pattern(length)


def test_reverts_data_over_the_bound(blobs):
    with reverts(""):
        blobs.write(pattern(MAX_BLOB + 1))


def test_nobody_can_run_it(blobs):
    blob = blobs.write(b"\0" + bytes.fromhex("60006000fd") * 8)  # it would revert if it ran
    result = boa.env.execute_code(blob, data=b"")
    assert result.is_success
    assert result.output == b""


@pytest.mark.parametrize("start", [0, 1, 31, 32, 33, 63, 255, 256, 257])
@pytest.mark.parametrize(
    "length", [0, 1, 2, 31, 32, 33, 64, 127, 128, 129, 160, 255, 256, 287, 1_023, 1_024, 1_025, 1_143]
)
def test_reads_of_every_alignment(blobs, long_blob, start, length):
    assert blobs.read(long_blob, start, length) == pattern(1_400)[start : start + length]


@QUICK
@given(length=st.integers(32, 1_400), tail=st.integers(0, 1_400))
def test_reads_up_to_the_end(blobs, long_blob, length, tail):
    start = 1_400 - min(tail, length)
    assert blobs.read(long_blob, start, 1_400 - start) == pattern(1_400)[start:]


@pytest.mark.parametrize("length", [1, 5, 31, 32])
@pytest.mark.parametrize("start", [0, 1, 16])
def test_short_reads_of_the_shortest_blob(blobs, start, length):
    blob = blobs.write(pattern(32))
    length = min(length, 32 - start)
    assert blobs.read(blob, start, length) == pattern(32)[start : start + length]


@pytest.mark.parametrize("start", [0, 1, 31, 1_368])
def test_word(blobs, long_blob, start):
    assert blobs.word(long_blob, start) == int.from_bytes(pattern(1_400)[start : start + 32], "big")


@pytest.mark.parametrize(("start", "length"), [(1_144, 257), (1_400, 1), (1_369, 32), (0, 1_401)])
def test_reverts_read_past_the_end(blobs, long_blob, start, length):
    with reverts(""):
        blobs.read(long_blob, start, length)
