# pragma version 0.4.3
"""
@title Task words
@license MIT
@notice The two words that a pool keeps of a task, packed and unpacked in this one place.

        `word`, which never changes; a task with a higher one is better, so it is the task's key in the ranking too:

        | bits    | field                                                                          |
        |---------|--------------------------------------------------------------------------------|
        | 160-255 | reward, wei                                                                    |
        | 128-159 | 2^32 - 1 - task id: among equal rewards the older task is better               |
        | 88-127  | created, unix time                                                             |
        | 48-87   | expiry, unix time                                                              |
        | 1-47    | reference: the request's id, or the nonce of the blob of an owner's own task   |
        | 0       | 1 for the registry's tasks, 0 for the owner's own                              |

        `progress`, which is zero until the first claim:

        | bits    | field                                                                          |
        |---------|--------------------------------------------------------------------------------|
        | 0-159   | worker: while active, pending, and once ended                                  |
        | 160-199 | deadline, unix time: of the claim while active, of the verification while pending |
        | 200-239 | while active: claimed, unix time; while available again: released, unix time   |
        | 200-227 | once submitted: nonce of the result's blob                                     |
        | 228-243 | once submitted: version of the verifier, fixed at submission                   |
        | 244-247 | rejections so far                                                              |
        | 248-250 | state                                                                          |
        | 251     | silence pays the worker, fixed at submission                                   |
        | 252     | a rejection now ends the task, fixed at submission                             |
        | 253     | some worker is barred from the task                                            |
        | 254     | ended, and the registry did not take the outcome yet                           |
"""

# The version of these words and of the blobs of task_texts: a pool, its lens and a viewer must agree on it.
LAYOUT: constant(uint256) = 1

OWN: constant(uint256) = 0
REGISTRY: constant(uint256) = 1

AVAILABLE: constant(uint256) = 0
ACTIVE: constant(uint256) = 1
PENDING: constant(uint256) = 2
PAID: constant(uint256) = 3
REFUNDED: constant(uint256) = 4

ADDRESS: constant(uint256) = 2**160 - 1
TIME: constant(uint256) = 2**40 - 1
MAX_REFERENCE: constant(uint256) = 2**47 - 1
MAX_BLOB_NONCE: constant(uint256) = 2**28 - 1
VERSION: constant(uint256) = 2**16 - 1

ONE_REJECTION: constant(uint256) = 1 << 244
STATE_AT: constant(uint256) = 248
SILENCE_PAYS: constant(uint256) = 1 << 251
LAST_ATTEMPT: constant(uint256) = 1 << 252
SOMEBODY_BARRED: constant(uint256) = 1 << 253
IS_UNDELIVERED: constant(uint256) = 1 << 254
# Blob and version of a submission.
SUBMISSION: constant(uint256) = (2**44 - 1) << 200
# What stays when a task is released.
KEPT: constant(uint256) = 15 << 244 | SOMEBODY_BARRED


@internal
@pure
def _word(reward: uint256, task_id: uint256, created: uint256, expiry: uint256, reference: uint256, tree: uint256) -> uint256:
    return reward << 160 | (2**32 - 1 - task_id) << 128 | created << 88 | expiry << 48 | reference << 1 | tree


@internal
@pure
def _reward(word: uint256) -> uint256:
    return word >> 160


@internal
@pure
def _created(word: uint256) -> uint256:
    return (word >> 88) & TIME


@internal
@pure
def _expiry(word: uint256) -> uint256:
    return (word >> 48) & TIME


@internal
@pure
def _reference(word: uint256) -> uint256:
    return (word >> 1) & MAX_REFERENCE


@internal
@pure
def _tree(word: uint256) -> uint256:
    return word & 1


@internal
@pure
def _claimed(progress: uint256, worker: address, now: uint256, deadline: uint256) -> uint256:
    return convert(worker, uint256) | deadline << 160 | now << 200 | ACTIVE << STATE_AT | (progress & KEPT)


@internal
@pure
def _submitted(
    progress: uint256, deadline: uint256, blob_nonce: uint256, version: uint256, max_attempts: uint256, silence_pays: bool
) -> uint256:
    submitted: uint256 = (
        progress & (ADDRESS | KEPT) | deadline << 160 | blob_nonce << 200 | version << 228 | PENDING << STATE_AT
    )
    if silence_pays:
        submitted |= SILENCE_PAYS
    if self._rejections(progress) + 1 >= max_attempts:
        submitted |= LAST_ATTEMPT
    return submitted


@internal
@pure
def _released(progress: uint256, now: uint256) -> uint256:
    return progress & KEPT | now << 200


@internal
@pure
def _with_state(progress: uint256, state: uint256) -> uint256:
    return progress & ~(7 << STATE_AT) | state << STATE_AT


@internal
@pure
def _worker(progress: uint256) -> address:
    return convert(progress & ADDRESS, address)


@internal
@pure
def _deadline(progress: uint256) -> uint256:
    return (progress >> 160) & TIME


@internal
@pure
def _claim_deadline_or_expiry(word: uint256, progress: uint256) -> uint256:
    """
    @return The claim's deadline of an active task, otherwise the expiry; in unix time.
    """
    if self._state(progress) == ACTIVE:
        return self._deadline(progress)
    return self._expiry(word)


@internal
@pure
def _moved_at(progress: uint256) -> uint256:
    """
    @return When an active task was claimed, or an available one released: 0 if it never was.
    """
    return (progress >> 200) & TIME


@internal
@pure
def _blob_nonce(progress: uint256) -> uint256:
    """
    @return 0 without a result: before the first submission, and after a rejection.
    """
    if self._state(progress) < PENDING:
        return 0
    return (progress >> 200) & MAX_BLOB_NONCE


@internal
@pure
def _version(progress: uint256) -> uint256:
    return (progress >> 228) & VERSION


@internal
@pure
def _rejections(progress: uint256) -> uint256:
    return (progress >> 244) & 15


@internal
@pure
def _state(progress: uint256) -> uint256:
    return (progress >> STATE_AT) & 7
