"""Contracts of a few instructions for the tests of the engines."""

RETURN_WORD = "5f5260205ff3"
REVERTS = bytes.fromhex("5f5ffd")
STOPS = bytes.fromhex("00")
BURNS_GAS = bytes.fromhex("5b5f56")
INVALID = bytes.fromhex("fe")
BAD_JUMP = bytes.fromhex("60ff56")
UNDERFLOW = bytes.fromhex("50")
RETURNS_CALLER = bytes.fromhex("33" + RETURN_WORD)
RETURNS_ITS_SIZE = bytes.fromhex("38" + RETURN_WORD)
RETURNS_SIZE_OF_CALLER = bytes.fromhex("333b" + RETURN_WORD)
# Reverts with its calldata.
ECHO_REVERT = bytes.fromhex("365f5f37365ffd")
# The word after SLOAD(0), which becomes what the calldata begins with.
SWAPS_STORAGE = bytes.fromhex("5f545f355f55" + RETURN_WORD)
# TLOAD(0) before TSTORE(0, 1).
SWAPS_TRANSIENT = bytes.fromhex("5f5c60015f5d" + RETURN_WORD)
# Logs its calldata with the topics 1 and CALLER.
LOGS = bytes.fromhex("365f5f37336001365fa2")
# Calls the account whose address is its calldata with all its money, and returns whether that succeeded.
PAYS = bytes.fromhex("5f5f5f5f475f355af1" + RETURN_WORD)
# Creates a contract with its calldata as initcode and returns its address.
CREATES = bytes.fromhex("365f5f37365f5ff0" + RETURN_WORD)
# Calls itself with the same calldata until that fails, and returns how deep it got.
DEEP = bytes.fromhex("60205f5f5f5f305af15015601a575f51600101" + RETURN_WORD + "5b60015f5260205ff3")


def initcode(runtime: bytes) -> bytes:
    """Creation code for this runtime code: PUSH2 length, DUP1, PUSH1 12, PUSH0, CODECOPY, PUSH0, RETURN."""
    return bytes.fromhex(f"61{len(runtime):04x}80600a5f395ff3") + runtime


def reads(opcode: int) -> bytes:
    """Returns the word that an instruction without arguments puts on the stack."""
    return bytes([opcode]) + bytes.fromhex(RETURN_WORD)
