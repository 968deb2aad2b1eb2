# pragma version 0.4.3
"""
@title Probe
@license MIT
@notice Asks an address whether it is the kind of contract it should be, before it is trusted for good.
"""


@internal
@view
def _answers(target: address, selector: bytes4) -> bool:
    """
    @return True if the target has code and answers the call with one word.
    """
    if not target.is_contract:
        return False
    success: bool = False
    answer: Bytes[33] = b""
    success, answer = raw_call(
        target, concat(selector, b""), max_outsize=33, is_static_call=True, revert_on_failure=False
    )
    return success and len(answer) == 32
