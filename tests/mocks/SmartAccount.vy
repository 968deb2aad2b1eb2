# pragma version 0.4.3
"""
@title SmartAccount
@license MIT
@notice An honest account that is a contract. The account keeps a record of each payment, for most of the gas that a
        payee gets. With less gas the account refuses at once, so that a caller who starves the account has gas left.
"""

# A payee gets 50,000 and the stipend of 2,300.
NEEDED: constant(uint256) = 51_500

payments: public(uint256)
payers: public(HashMap[uint256, address])


@external
@payable
def __default__():
    assert msg.gas >= NEEDED
    self.payments += 1
    self.payers[self.payments] = msg.sender
