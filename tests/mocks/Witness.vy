# pragma version 0.4.3
"""
@title Witness
@license MIT
@notice Looks, while it is paid, at what the payer owes and has.
"""

interface IPayer:
    def reservedBalance() -> uint256: view


visits: public(uint256)
reserved_seen: public(uint256)
balance_seen: public(uint256)


@external
def get_ready():
    """
    @notice Words that are in use already cost little to write.
    """
    self.visits = 1
    self.reserved_seen = max_value(uint256)
    self.balance_seen = max_value(uint256)


@external
@payable
def __default__():
    self.visits += 1
    self.reserved_seen = staticcall IPayer(msg.sender).reservedBalance()
    self.balance_seen = msg.sender.balance
