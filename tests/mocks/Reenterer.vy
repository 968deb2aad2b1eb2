# pragma version 0.4.3
"""
@title Reenterer
@license MIT
@notice A worker, requester, or owner that is a contract and, while it is paid, makes the call that it was told to make.
"""

NOT_TRIED: public(constant(uint256)) = 1
REFUSED: public(constant(uint256)) = 2
SUCCEEDED: public(constant(uint256)) = 3

# Kept, of a payment's 50,000, for sending value along and for the record of what the call did.
GAS_KEPT: constant(uint256) = 28_000

target: address
payload: Bytes[8192]
worth: uint256
refuses: bool
result: public(uint256)
answer: public(bytes32)  # hash of what the call returned


@external
def plan(target: address, payload: Bytes[8192], worth: uint256):
    """
    @param target Whom to call when paid.
    @param payload The calldata.
    @param worth Wei to send along.
    """
    self.target = target
    self.payload = payload
    self.worth = worth
    # words that are in use already cost little to write
    self.result = NOT_TRIED
    self.answer = keccak256("not tried")


@external
def refuse(yes: bool):
    """
    @param yes Whether to refuse payments from now on.
    """
    self.refuses = yes


@external
@payable
def __default__():
    assert not self.refuses
    if self.target == empty(address):
        return
    success: bool = False
    output: Bytes[16384] = b""
    success, output = raw_call(
        self.target,
        self.payload,
        value=self.worth,
        gas=msg.gas - GAS_KEPT,
        max_outsize=16384,
        revert_on_failure=False,
    )
    self.result = SUCCEEDED if success else REFUSED
    self.answer = keccak256(output)
