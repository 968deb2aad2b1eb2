# pragma version 0.4.3
"""
@title Token
@license MIT
@notice An ERC-20 token that answers a transfer with whatever it was made to answer.
"""

balanceOf: public(HashMap[address, uint256])
answer: Bytes[64]
fails: bool


@deploy
def __init__(answer: Bytes[64], fails: bool):
    self.answer = answer
    self.fails = fails


@external
def mint(to: address, amount: uint256):
    self.balanceOf[to] += amount


@external
@raw_return
def transfer(to: address, amount: uint256) -> Bytes[64]:
    if self.fails:
        raw_revert(self.answer)
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[to] += amount
    return self.answer
