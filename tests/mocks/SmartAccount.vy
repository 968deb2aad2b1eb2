# pragma version 0.4.3
"""
@title SmartAccount
@license MIT
@notice An honest account that is a contract: it keeps a record of each payment, which takes most of the gas that a payee gets.
"""

payments: public(uint256)
payers: public(HashMap[uint256, address])


@external
@payable
def __default__():
    self.payments += 1
    self.payers[self.payments] = msg.sender
