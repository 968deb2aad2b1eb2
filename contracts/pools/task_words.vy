# pragma version 0.4.3
"""
@title Task words
@license MIT
@notice The two words that a pool keeps of a task, packed and unpacked in this one place: a function for each field,
        which makes this module longer than others.

        `word`, which never changes; a task with a higher one is better, so the word is the task's key in the ranking:

        | bits    | field                                                                             |
        |---------|-----------------------------------------------------------------------------------|
        | 160-255 | reward, wei                                                                       |
        | 128-159 | 2^32 - 1 - task id: among equal rewards the older task is better                  |
        | 88-127  | created, unix time                                                                |
        | 48-87   | expiry, unix time                                                                 |
        | 1-47    | reference: the request's id, or the nonce of the blob of an owner's own task      |
        | 0       | tree: 1 for the registry's tasks, 0 for the owner's own                           |

        `progress`, which is zero until the first claim:

        | bits    | field                                                                             |
        |---------|-----------------------------------------------------------------------------------|
        | 0-159   | worker: while active, pending, and once ended                                     |
        | 160-199 | deadline, unix time: of the claim while active, of the verification while pending |
        | 200-239 | while active: claimed, unix time; while available again: released, unix time      |
        | 200-227 | once submitted: nonce of the result's blob                                        |
        | 228-243 | once submitted: version of the verifier, fixed at submission                      |
        | 244-247 | rejections so far                                                                 |
        | 248-250 | state                                                                             |
        | 251     | silence pays the worker, fixed at submission                                      |
        | 252     | a rejection now ends the task, fixed at submission                                |
        | 253     | some worker is barred from the task                                               |
        | 254     | ended, and the registry did not take the outcome yet                              |

        And the key of its best task that a pool reports to the router: reward 160-255 | 2^40 - 1 - created 120-159 |
        task id 0-31.
"""

from ..shared import bits

# The version of these words and of the blobs of task_texts: a pool, its lens and a viewer must agree on it.
LAYOUT: constant(uint256) = 1

OWN: constant(uint256) = 0
REGISTRY: constant(uint256) = 1

AVAILABLE: constant(uint256) = 0
ACTIVE: constant(uint256) = 1
PENDING: constant(uint256) = 2
PAID: constant(uint256) = 3
REFUNDED: constant(uint256) = 4

TIME: constant(uint256) = 2**40 - 1
MAX_REFERENCE: constant(uint256) = 2**47 - 1
MAX_BLOB_NONCE: constant(uint256) = 2**28 - 1
VERSION: constant(uint256) = 2**16 - 1
MAX_ID: constant(uint256) = 2**32 - 1
MASK_3: constant(uint256) = 2**3 - 1
MASK_4: constant(uint256) = 2**4 - 1

# Fields of `word`.
REFERENCE_AT: constant(uint256) = 1
EXPIRY_AT: constant(uint256) = 48
CREATED_AT: constant(uint256) = 88
ID_AT: constant(uint256) = 128
REWARD_AT: constant(uint256) = 160

# Fields of `progress`.
DEADLINE_AT: constant(uint256) = 160
MOVED_AT: constant(uint256) = 200
BLOB_AT: constant(uint256) = 200
VERSION_AT: constant(uint256) = 228
REJECTIONS_AT: constant(uint256) = 244
STATE_AT: constant(uint256) = 248
ONE_REJECTION: constant(uint256) = 1 << REJECTIONS_AT
SILENCE_PAYS: constant(uint256) = 1 << 251
LAST_ATTEMPT: constant(uint256) = 1 << 252
SOMEBODY_BARRED: constant(uint256) = 1 << 253
IS_UNDELIVERED: constant(uint256) = 1 << 254
# Blob and version of a submission.
SUBMISSION: constant(uint256) = (2**44 - 1) << BLOB_AT
# A released task keeps these.
KEPT: constant(uint256) = MASK_4 << REJECTIONS_AT | SOMEBODY_BARRED

# Fields of the key.
KEY_REWARD_AT: constant(uint256) = 160
KEY_CREATED_AT: constant(uint256) = 120


# ---------------------------------------------------------------- the word and the key, packed


@internal
@pure
def _word(
    reward: uint256, task_id: uint256, created: uint256, expiry: uint256, reference: uint256, tree: uint256
) -> uint256:
    """
    @param reward In wei, below 2^96.
    @param task_id Below 2^32.
    @param created Unix time.
    @param expiry Unix time, at most TIME.
    @param reference The request's id, or the nonce of the blob of an owner's own task; at most MAX_REFERENCE.
    @param tree OWN or REGISTRY.
    @return The word of a new task.
    """
    return (
        reward << REWARD_AT
        | (MAX_ID - task_id) << ID_AT
        | created << CREATED_AT
        | expiry << EXPIRY_AT
        | reference << REFERENCE_AT
        | tree
    )


@internal
@pure
def _key(word: uint256, task_id: uint256) -> uint256:
    """
    @param word The first word of the task.
    @param task_id The task.
    @return The key with which the task ranks its pool.
    """
    return self._reward(word) << KEY_REWARD_AT | (TIME - self._created(word)) << KEY_CREATED_AT | task_id


# ---------------------------------------------------------------- fields of the word, which each function takes


@internal
@pure
def _reward(word: uint256) -> uint256:
    """
    @return In wei.
    """
    return word >> REWARD_AT


@internal
@pure
def _created(word: uint256) -> uint256:
    """
    @return Unix time.
    """
    return (word >> CREATED_AT) & TIME


@internal
@pure
def _expiry(word: uint256) -> uint256:
    """
    @return Unix time.
    """
    return (word >> EXPIRY_AT) & TIME


@internal
@pure
def _reference(word: uint256) -> uint256:
    """
    @return The request's id, or the nonce of the blob of an owner's own task.
    """
    return (word >> REFERENCE_AT) & MAX_REFERENCE


@internal
@pure
def _tree(word: uint256) -> uint256:
    """
    @return OWN or REGISTRY.
    """
    return word & 1


# ---------------------------------------------------------------- fields of the key, which each function takes


@internal
@pure
def _key_reward(key: uint256) -> uint256:
    """
    @return In wei; 0 if the pool has no claimable task.
    """
    return key >> KEY_REWARD_AT


@internal
@pure
def _key_created(key: uint256) -> uint256:
    """
    @return Unix time.
    """
    return TIME - ((key >> KEY_CREATED_AT) & TIME)


# ---------------------------------------------------------------- the progress, packed


@internal
@pure
def _claimed(progress: uint256, worker: address, now: uint256, deadline: uint256) -> uint256:
    """
    @param progress The progress of an available task.
    @param worker Who claims the task.
    @param now Unix time.
    @param deadline The end of the claim, unix time.
    @return The progress of the task once active.
    """
    return (
        convert(worker, uint256)
        | deadline << DEADLINE_AT
        | now << MOVED_AT
        | ACTIVE << STATE_AT
        | (progress & KEPT)
    )


@internal
@pure
def _submitted(
    progress: uint256,
    deadline: uint256,
    blob_nonce: uint256,
    version: uint256,
    max_attempts: uint256,
    silence_pays: bool,
) -> uint256:
    """
    @param progress The progress of an active task.
    @param deadline The end of the verification window, unix time.
    @param blob_nonce Names the blob of the submission, at most MAX_BLOB_NONCE.
    @param version The version of the verifier, at most VERSION; 0 for the registry's tasks.
    @param max_attempts Rejections after which the task is refunded.
    @param silence_pays Whether the worker is paid if the verifier is silent.
    @return The progress of the task once pending.
    """
    submitted: uint256 = (
        progress & (bits.ADDRESS | KEPT)
        | deadline << DEADLINE_AT
        | blob_nonce << BLOB_AT
        | version << VERSION_AT
        | PENDING << STATE_AT
    )
    if silence_pays:
        submitted |= SILENCE_PAYS
    if self._rejections(progress) + 1 >= max_attempts:
        submitted |= LAST_ATTEMPT
    return submitted


@internal
@pure
def _released(progress: uint256, now: uint256) -> uint256:
    """
    @param progress The progress of an active or pending task.
    @param now Unix time.
    @return The progress of the task once available again.
    """
    return progress & KEPT | now << MOVED_AT


@internal
@pure
def _with_state(progress: uint256, state: uint256) -> uint256:
    """
    @param progress The progress of a task.
    @param state PAID or REFUNDED.
    @return The progress with this state.
    """
    return progress & ~(MASK_3 << STATE_AT) | state << STATE_AT


# ---------------------------------------------------------------- fields of the progress, which each function takes


@internal
@pure
def _worker(progress: uint256) -> address:
    """
    @return The worker of a task that is active, pending or ended; zero if there is none.
    """
    return convert(progress & bits.ADDRESS, address)


@internal
@pure
def _deadline(progress: uint256) -> uint256:
    """
    @return The end of the claim while active, of the verification window while pending; unix time.
    """
    return (progress >> DEADLINE_AT) & TIME


@internal
@pure
def _claim_deadline_or_expiry(word: uint256, progress: uint256) -> uint256:
    """
    @return The claim's deadline of an active task, otherwise the expiry; unix time.
    """
    if self._state(progress) == ACTIVE:
        return self._deadline(progress)
    return self._expiry(word)


@internal
@pure
def _moved_at(progress: uint256) -> uint256:
    """
    @return When an active task was claimed, or an available one was released; 0 for one that was never claimed. Unix
            time.
    """
    return (progress >> MOVED_AT) & TIME


@internal
@pure
def _blob_nonce(progress: uint256) -> uint256:
    """
    @return 0 without a result: before the first submission, and after a rejection.
    """
    if self._state(progress) < PENDING:
        return 0
    return (progress >> BLOB_AT) & MAX_BLOB_NONCE


@internal
@pure
def _version(progress: uint256) -> uint256:
    """
    @return The version of the verifier of a submitted task.
    """
    return (progress >> VERSION_AT) & VERSION


@internal
@pure
def _rejections(progress: uint256) -> uint256:
    """
    @return How often a result was rejected so far.
    """
    return (progress >> REJECTIONS_AT) & MASK_4


@internal
@pure
def _state(progress: uint256) -> uint256:
    """
    @return AVAILABLE, ACTIVE, PENDING, PAID or REFUNDED.
    """
    return (progress >> STATE_AT) & MASK_3
