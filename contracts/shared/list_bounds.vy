# pragma version 0.4.3
"""
@title List bounds
@license MIT
@notice How long the lists can be that contracts take and return.
"""

# The most items in a page, and in a list that a caller passes. An array in memory costs gas for its whole bound: 256
# items cost little, 4,096 cost 46,000 gas.
MAX_PAGE: constant(uint256) = 256
# The most pools that a getter of a whole list returns. The paged getters reach all pools.
MAX_LIST: constant(uint256) = 16_384
# The most pools in a call that finds or releases expired tasks: there is a page of tasks for each pool.
MAX_POOLS: constant(uint256) = 64
