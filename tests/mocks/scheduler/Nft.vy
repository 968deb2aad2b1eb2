# pragma version 0.4.3
"""
@title Nft
@license MIT
@notice Tokens of ERC-721 that anyone makes. A contract gets one only if it answers the receiver's hook.
"""

interface Receiver:
    def onERC721Received(operator: address, former: address, id: uint256, data: Bytes[8_192]) -> bytes4: nonpayable


ownerOf: public(HashMap[uint256, address])
getApproved: public(HashMap[uint256, address])
isApprovedForAll: public(HashMap[address, HashMap[address, bool]])


@external
def safeMint(to: address, id: uint256, data: Bytes[8_192]):
    self._safe_mint(to, id, data)


@external
def claim(id: uint256, data: Bytes[8_192]):
    """
    @notice As `safeMint`, to the caller.
    """
    self._safe_mint(msg.sender, id, data)


@external
def approve(to: address, id: uint256):
    assert self.ownerOf[id] == msg.sender
    self.getApproved[id] = to


@external
def setApprovalForAll(operator: address, approved: bool):
    self.isApprovedForAll[msg.sender][operator] = approved


@external
def transferFrom(former: address, to: address, id: uint256):
    assert self.ownerOf[id] == former
    assert msg.sender in [former, self.getApproved[id]] or self.isApprovedForAll[former][msg.sender]
    self.getApproved[id] = empty(address)
    self.ownerOf[id] = to


@internal
def _safe_mint(to: address, id: uint256, data: Bytes[8_192]):
    self.ownerOf[id] = to
    answer: bytes4 = extcall Receiver(to).onERC721Received(msg.sender, empty(address), id, data)
    assert answer == 0x150b7a02
