# pragma version 0.4.3
"""
@title Task texts
@license MIT
@notice The long data of a pool, as code: one blob for the label, model and input of an owner's own task, one for each submission.

        own task:   STOP 0 | label 1-32 | length of the model's id 33 | model's id | input
        submission: STOP 0 | unix time 1-5 | public input 6-37 | public result 38-69 | length of the proof 70-71 | proof | result
"""

from ..shared import code_blob

OWN_TEXTS_AT: constant(uint256) = 34
PROOF_AT: constant(uint256) = 72


@internal
def _write_own_task(label: uint256, model_id: String[96], input_data: String[4128]):
    blob: address = code_blob._write(
        concat(
            0x00,
            convert(label, bytes32),
            convert(convert(len(model_id), uint8), bytes1),
            convert(model_id, Bytes[96]),
            convert(input_data, Bytes[4128]),
        )
    )


@internal
@view
def _read_own_task(blob: address) -> (uint256, String[96], String[4128]):
    """
    @return Label, model's id, input.
    """
    id_length: uint256 = code_blob._word(blob, 2) & 255
    start: uint256 = OWN_TEXTS_AT + id_length
    return (
        code_blob._word(blob, 1),
        convert(code_blob._read(blob, OWN_TEXTS_AT, id_length), String[96]),
        convert(code_blob._read(blob, start, blob.codesize - start), String[4128]),
    )


@internal
def _write_submission(public_input: uint256, public_result: uint256, proof: Bytes[1056], result: String[4128]):
    blob: address = code_blob._write(
        concat(
            0x00,
            convert(convert(block.timestamp, uint40), bytes5),
            convert(public_input, bytes32),
            convert(public_result, bytes32),
            convert(convert(len(proof), uint16), bytes2),
            proof,
            convert(result, Bytes[4128]),
        )
    )


@internal
@view
def _submitted_at(blob: address) -> uint256:
    return code_blob._word(blob, 1) >> 216


@internal
@view
def _read_proof(blob: address) -> (Bytes[1056], uint256, uint256):
    """
    @return Proof, public input, public result.
    """
    proof: Bytes[1056] = convert(code_blob._read(blob, PROOF_AT, self._proof_length(blob)), Bytes[1056])
    return proof, code_blob._word(blob, 6), code_blob._word(blob, 38)


@internal
@view
def _read_result(blob: address) -> String[4128]:
    start: uint256 = PROOF_AT + self._proof_length(blob)
    return convert(code_blob._read(blob, start, blob.codesize - start), String[4128])


@internal
@view
def _proof_length(blob: address) -> uint256:
    return code_blob._word(blob, 40) & 65_535
