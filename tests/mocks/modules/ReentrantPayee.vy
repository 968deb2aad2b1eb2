# pragma version 0.4.3
"""
@title Reentrant payee
@license MIT
@notice Withdraws its credit again when it is paid.
"""

wasRefused: public(bool)


@external
def withdraw(payer: address):
    success: bool = raw_call(payer, self._call(), revert_on_failure=False)
    assert success


@external
@payable
def __default__():
    self.wasRefused = not raw_call(msg.sender, self._call(), revert_on_failure=False)


@internal
@view
def _call() -> Bytes[36]:
    return abi_encode(self, method_id=method_id("withdrawCredit(address)"))
