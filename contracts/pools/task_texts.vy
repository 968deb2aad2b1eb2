# pragma version 0.4.3
"""
@title Task texts
@license MIT
@notice The long data of a pool, as code: one blob for the label, model and input of an owner's own task, one for each
        submission.

        own task:   STOP 0 | label 1-32 | length of the model's id 33 | model's id | input
        submission: STOP 0 | unix time 1-5 | public input 6-37 | public result 38-69 | length of the proof 70-71 |
                    proof | result
"""

from ..shared import code_blob
from . import task_rules

# Where a word of the blob of an own task starts that is the label, that ends with the length; and where the id starts.
LABEL_AT: constant(uint256) = 1
ID_LENGTH_WORD_AT: constant(uint256) = 2
MODEL_ID_AT: constant(uint256) = 34

# The same of a submission: the word that begins with the time, the two words of the proof, the one that ends with the
# length.
TIME_WORD_AT: constant(uint256) = 1
PUBLIC_INPUT_AT: constant(uint256) = 6
PUBLIC_RESULT_AT: constant(uint256) = 38
PROOF_LENGTH_WORD_AT: constant(uint256) = 40
PROOF_AT: constant(uint256) = 72

MASK_8: constant(uint256) = 2**8 - 1
MASK_16: constant(uint256) = 2**16 - 1
# A time is the first 40 bits of a word.
TIME_SHIFT: constant(uint256) = 256 - 40


@internal
def _write_own_task(
    label: uint256, model_id: String[task_rules.MODEL_ID_ROOM], input_data: String[task_rules.INPUT_ROOM]
):
    """
    @notice Create the blob of an owner's own task.
    @param label The owner's own number for the task.
    @param model_id Below 256 bytes.
    @param input_data The input for the model.
    """
    blob: address = code_blob._write(
        concat(
            0x00,
            convert(label, bytes32),
            convert(convert(len(model_id), uint8), bytes1),
            convert(model_id, Bytes[task_rules.MODEL_ID_ROOM]),
            convert(input_data, Bytes[task_rules.INPUT_ROOM]),
        )
    )


@internal
@view
def _read_own_task(
    blob: address
) -> (uint256, String[task_rules.MODEL_ID_ROOM], String[task_rules.INPUT_ROOM]):
    """
    @param blob The blob of an owner's own task.
    @return Label, model's id, input.
    """
    id_length: uint256 = code_blob._word(blob, ID_LENGTH_WORD_AT) & MASK_8
    input_at: uint256 = MODEL_ID_AT + id_length
    return (
        code_blob._word(blob, LABEL_AT),
        convert(code_blob._read(blob, MODEL_ID_AT, id_length), String[task_rules.MODEL_ID_ROOM]),
        convert(code_blob._read(blob, input_at, blob.codesize - input_at), String[task_rules.INPUT_ROOM]),
    )


@internal
def _write_submission(
    public_input: uint256,
    public_result: uint256,
    proof: Bytes[task_rules.PROOF_ROOM],
    result: String[task_rules.RESULT_ROOM],
):
    """
    @notice Create the blob of a submission that is made now.
    @param public_input The proof's public input.
    @param public_result The proof's public result.
    @param proof The proof.
    @param result The result of the work.
    """
    blob: address = code_blob._write(
        concat(
            0x00,
            convert(convert(block.timestamp, uint40), bytes5),
            convert(public_input, bytes32),
            convert(public_result, bytes32),
            convert(convert(len(proof), uint16), bytes2),
            proof,
            convert(result, Bytes[task_rules.RESULT_ROOM]),
        )
    )


@internal
@view
def _submitted_at(blob: address) -> uint256:
    """
    @param blob The blob of a submission.
    @return Unix time.
    """
    return code_blob._word(blob, TIME_WORD_AT) >> TIME_SHIFT


@internal
@view
def _read_proof(blob: address) -> (Bytes[task_rules.PROOF_ROOM], uint256, uint256):
    """
    @param blob The blob of a submission.
    @return Proof, public input, public result.
    """
    return (
        convert(code_blob._read(blob, PROOF_AT, self._proof_length(blob)), Bytes[task_rules.PROOF_ROOM]),
        code_blob._word(blob, PUBLIC_INPUT_AT),
        code_blob._word(blob, PUBLIC_RESULT_AT),
    )


@internal
@view
def _read_result(blob: address) -> String[task_rules.RESULT_ROOM]:
    """
    @param blob The blob of a submission.
    @return The result of the work.
    """
    result_at: uint256 = PROOF_AT + self._proof_length(blob)
    return convert(code_blob._read(blob, result_at, blob.codesize - result_at), String[task_rules.RESULT_ROOM])


@internal
@view
def _proof_length(blob: address) -> uint256:
    """
    @param blob The blob of a submission.
    @return In bytes.
    """
    return code_blob._word(blob, PROOF_LENGTH_WORD_AT) & MASK_16
