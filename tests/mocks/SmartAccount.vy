# pragma version 0.4.3
"""
@title SmartAccount
@license MIT
@notice An honest account that is a contract: it keeps a record of each payment, which takes most of the gas that a payee gets. With
        less it refuses at once, so that who starves it has gas left to go on.
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
