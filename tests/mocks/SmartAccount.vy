# pragma version 0.4.3
"""
@title SmartAccount
@license MIT
@notice An honest account that is a contract. The account keeps a record of each payment, for most of the gas that a
        payee gets. With less gas the account refuses at once, so that a caller who starves the account has gas left.
        Whoever has the key, here anyone, lets the account call and create.
"""

# A payee gets 50,000 and the stipend of 2,300.
NEEDED: constant(uint256) = 51_500

payments: public(uint256)
payers: public(HashMap[uint256, address])


@external
@raw_return
def execute(to: address, amount: uint256, data: Bytes[8_192]) -> Bytes[8_192]:
    """
    @param amount Wei of the account's own.
    @return What the called contract returned; a refusal is passed on.
    """
    return raw_call(to, data, value=amount, max_outsize=8_192)


@external
def create(code: Bytes[32_768]) -> address:
    return raw_create(code)


@external
@payable
def __default__():
    assert msg.gas >= NEEDED
    self.payments += 1
    self.payers[self.payments] = msg.sender
