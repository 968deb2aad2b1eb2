# pragma version 0.4.3
"""
@title Task rules
@license MIT
@notice The bounds and windows that pool and registry share. Times in seconds, lengths in bytes, rewards in wei.
"""

MAX_REWARD: constant(uint256) = 2**96 - 1
MAX_MODEL_ID: constant(uint256) = 64
MAX_INPUT: constant(uint256) = 4_096
MAX_RESULT: constant(uint256) = 4_096
MAX_PROOF: constant(uint256) = 1_024
# How long a text can be as an argument. The word more than the bound is there so that a text just over the bound gets
# our error, and not the compiler's revert without data.
MODEL_ID_ROOM: constant(uint256) = MAX_MODEL_ID + 32
INPUT_ROOM: constant(uint256) = MAX_INPUT + 32
RESULT_ROOM: constant(uint256) = MAX_RESULT + 32
PROOF_ROOM: constant(uint256) = MAX_PROOF + 32
# Tasks that are added in one call. With the longest texts they cost 15.6 million gas, of the 16.7 million that a
# transaction can have (EIP-7825).
MAX_ADDED: constant(uint256) = 16
# A task expires at the earliest this long after it was added.
MIN_LIFETIME: constant(uint256) = 600
# A request's task expires this long after the request, at first; the registry's owner may set up to 30 days.
REQUEST_LIFETIME: constant(uint256) = 86_400
MAX_REQUEST_LIFETIME: constant(uint256) = 2_592_000

# The rules of the registry's tasks, and at first those of an owner's own tasks.
CLAIM_WINDOW: constant(uint256) = 3_600
VERIFICATION_WINDOW: constant(uint256) = 86_400
MAX_ATTEMPTS: constant(uint256) = 3
SILENCE_PAYS_WORKER: constant(bool) = False

# The terms that an owner may set for the owner's own tasks.
MIN_CLAIM_WINDOW: constant(uint256) = 300
MAX_CLAIM_WINDOW: constant(uint256) = 604_800
MIN_VERIFICATION_WINDOW: constant(uint256) = 3_600
MAX_VERIFICATION_WINDOW: constant(uint256) = 2_592_000
MAX_MAX_ATTEMPTS: constant(uint256) = 10

# The key that a pool reports when its best task has not changed.
KEY_UNCHANGED: constant(uint256) = max_value(uint256)

# A gas limit that suffices for a claim: about 150,000 for itself, 260,000 kept for the report to the router, 23,000 for
# each of 8 expired tasks, and the search for a worker who is barred from the best 128.
CLAIM_GAS: constant(uint256) = 2_500_000
