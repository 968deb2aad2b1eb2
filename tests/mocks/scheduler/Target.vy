# pragma version 0.4.3
"""
@title Target
@license MIT
@notice What tasks call: works, fails in every way, and remembers who called.
"""

event Poked:
    caller: indexed(address)
    amount: uint256


total: public(uint256)
caller: public(address)
ready_at: public(uint256)


@external
@payable
def __default__():
    pass


@external
def poke(amount: uint256):
    self.total += amount
    self.caller = msg.sender
    log Poked(caller=msg.sender, amount=amount)


@external
def get_ready(at: uint256):
    self.ready_at = at


@external
def when_ready():
    """
    @notice Fails before the block that `get_ready` named.
    """
    if block.number < self.ready_at:
        raw_revert(method_id("NotReady()"))
    self.total += 1


@external
def fail(reason: Bytes[1_024]):
    raw_revert(reason)


@external
def answer(words: Bytes[1_024]) -> Bytes[1_024]:
    return words


@external
def burn():
    """
    @notice Takes all the gas there is.
    """
    for i: uint256 in range(2**40):
        self.total = i


@external
@raw_return
def return_bomb() -> Bytes[1_000_000]:
    return self._megabyte()


@external
def revert_bomb():
    raw_revert(self._megabyte())


@internal
@view
def _megabyte() -> Bytes[1_000_000]:
    # Untouched memory reads as zeros: the length is all that is written.
    return abi_encode(empty(uint256[31_250]))
