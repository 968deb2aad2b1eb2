# pragma version 0.4.3
"""
@title Edges
@license MIT
@notice Costs more if the state of one transaction lasts into the next, or if a transaction begins without the slots and
        accounts that are warm from its start.
"""

mark: transient(uint256)
seen: uint256


@external
def touch():
    """
    @notice Transient storage must be empty, a precompile and the coinbase warm.
    """
    for i: uint256 in range(10 * self.mark, bound=10):
        self.seen += i
    self.mark = 1
    digest: Bytes[32] = raw_call(0x0000000000000000000000000000000000000002, b"edges", max_outsize=32)
    self.seen += block.coinbase.balance + convert(digest, uint256) % 2
