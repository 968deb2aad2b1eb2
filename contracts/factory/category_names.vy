# pragma version 0.4.3
"""
@title Category names
@license MIT
@notice The names of categories, and the numbers that stand for them: 1, 2, ... in order of first use.
"""

from ..shared import errors

MAX_CATEGORY: constant(uint256) = 64
# How long a category can be as an argument. The room above the bound is there so that a name just over the bound gets
# our error, and not the compiler's revert without data.
CATEGORY_ROOM: constant(uint256) = 2 * MAX_CATEGORY

ids: HashMap[bytes32, uint256]  # by keccak256 of the name
names: DynArray[String[MAX_CATEGORY], 2**32]  # of category c at c - 1


@internal
def _id_or_new(category: String[CATEGORY_ROOM]) -> uint256:
    """
    @dev Reverts with `InvalidCategory()` for a name that is empty or too long.
    @return The category's id. A name that is used for the first time gets a new id.
    """
    if len(category) == 0 or len(category) > MAX_CATEGORY:
        errors._invalid_category()
    digest: bytes32 = keccak256(category)
    category_id: uint256 = self.ids[digest]
    if category_id == 0:
        self.names.append(convert(category, String[MAX_CATEGORY]))
        category_id = len(self.names)
        self.ids[digest] = category_id
    return category_id


@internal
@view
def _id(category: String[CATEGORY_ROOM]) -> uint256:
    """
    @return The category's id, 0 for an unknown name.
    """
    return self.ids[keccak256(category)]


@internal
@view
def _name(category_id: uint256) -> String[MAX_CATEGORY]:
    return self.names[category_id - 1]
