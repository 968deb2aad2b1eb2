# pragma version 0.4.3
"""
@title MultiToken
@license MIT
@notice Tokens of ERC-1155 that anyone makes. A contract gets them only if it answers the receiver's hooks.
"""

interface Receiver:
    def onERC1155Received(
        operator: address, former: address, id: uint256, amount: uint256, data: Bytes[8_192]
    ) -> bytes4: nonpayable
    def onERC1155BatchReceived(
        operator: address,
        former: address,
        ids: DynArray[uint256, 64],
        amounts: DynArray[uint256, 64],
        data: Bytes[8_192],
    ) -> bytes4: nonpayable


balanceOf: public(HashMap[address, HashMap[uint256, uint256]])


@external
def mint(to: address, id: uint256, amount: uint256, data: Bytes[8_192]):
    self.balanceOf[to][id] += amount
    answer: bytes4 = extcall Receiver(to).onERC1155Received(msg.sender, empty(address), id, amount, data)
    assert answer == 0xf23a6e61


@external
def mintBatch(to: address, ids: DynArray[uint256, 64], amounts: DynArray[uint256, 64], data: Bytes[8_192]):
    for i: uint256 in range(64):
        if i == len(ids):
            break
        self.balanceOf[to][ids[i]] += amounts[i]
    answer: bytes4 = extcall Receiver(to).onERC1155BatchReceived(msg.sender, empty(address), ids, amounts, data)
    assert answer == 0xbc197c81


@external
def transfer(to: address, id: uint256, amount: uint256):
    self.balanceOf[msg.sender][id] -= amount
    self.balanceOf[to][id] += amount
