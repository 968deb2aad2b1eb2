# pragma version 0.4.3
"""
@title Probe
@license MIT
@notice Asks whether an address is the right kind of contract, before a contract trusts that address for good.
"""


@internal
@view
def _answers(target: address, selector: bytes4) -> bool:
    """
    @param selector A view without arguments.
    @return Whether the target has code and answers the call with exactly one word.
    """
    if not target.is_contract:
        return False
    success: bool = False
    answer: Bytes[33] = b""
    success, answer = raw_call(
        target, concat(selector, b""), max_outsize=33, is_static_call=True, revert_on_failure=False
    )
    return success and len(answer) == 32
