# pragma version 0.4.3
"""
@title Ranking
@license MIT
@notice Which of many leaves has the highest key, kept up to date in one storage word a level: a tree whose nodes are
        lists, best first. Used by a pool for its tasks and by the router for its pools.

        An entry of a node names the best leaf below one of its children by the leaf's offset in the node, plus one.
        All the entries of a node fit one word, since the offsets of the lower levels are short:

        | level | bits an entry | children | leaves below a node |
        |-------|---------------|----------|---------------------|
        | 0     | 6             | 32       | 32                  |
        | 1     | 10            | 25       | 800                 |
        | 2     | 15            | 17       | 13,600              |
        | 3     | 18            | 14       | 190,400             |
        | 4     | 21            | 11       | 2,094,400           |
        | 5     | 25            | 10       | 20,944,000          |

        When the best leaf leaves a node the next one stands behind it already; only where its child then stands among
        its siblings has to be found, by binary search: about log2(n) keys are read, and one word a level is written.
        A binary heap writes a word for each of its log2(n) levels.
@dev Keys of leaves in the same tree must differ in their top 168 bits. Bit 255 of the words above level 0 stays set
     once it is, so that an emptied word costs 5,000 gas to fill again instead of 22,100. The top 64 bits of the words
     of level 0 are marks: the importer says with `_mark` what they hold.
"""

LEVELS: constant(uint256) = 6
MAX_LEAF: constant(uint256) = 20_943_999
MAX_TOP: constant(uint256) = 128
# A leaf that is taken out of the frontier adds one entry a level.
MAX_FRONTIER: constant(uint256) = 1 + MAX_TOP * (LEVELS - 1)
USED: constant(uint256) = 1 << 255
# Leaves below a word of level 0, and where the importer's bits in such a word begin.
LEAVES_0: constant(uint256) = 32
MARKS_AT: constant(uint256) = 192
LIST_0: constant(uint256) = 2**MARKS_AT - 1
# The table above, 8 bits a width and 32 bits a size, level 0 lowest.
WIDTHS: constant(uint256) = 6 | 10 << 8 | 15 << 16 | 18 << 24 | 21 << 32 | 25 << 40
SIZES: constant(uint256) = 32 | 800 << 32 | 13_600 << 64 | 190_400 << 96 | 2_094_400 << 128 | 20_944_000 << 160

keys: HashMap[uint256, uint256]
nodes: HashMap[uint256, uint256]  # tree << 40 | level << 32 | index of the node in its level


@internal
def _place(tree: uint256, leaf: uint256, present: bool, levels: uint256):
    """
    @notice Bring the tree up to date after a leaf came, went, or changed its key.
    @dev `keys[leaf]` holds the new key already. Climbs until a node's best leaf is the one it was. Nothing here can
         overflow: leaves are below 2^25, offsets in a word below 256.
    @param tree Which tree.
    @param leaf The leaf.
    @param present Whether the leaf shall be in the tree.
    @param levels The levels of the tree, from `_levels`.
    """
    best: uint256 = 0  # the best leaf below the child that has changed, plus one
    if present:
        best = leaf + 1
    child_size: uint256 = 1
    widths: uint256 = WIDTHS
    sizes: uint256 = SIZES
    for level: uint256 in range(LEVELS):
        if level == levels:
            break
        width: uint256 = widths & 255
        size: uint256 = sizes & (2**32 - 1)
        slot: uint256 = tree << 40 | level << 32 | unsafe_div(leaf, size)
        place: uint256 = leaf % size
        first: uint256 = unsafe_sub(leaf, place)
        word: uint256 = self.nodes[slot]
        entries: uint256 = word & LIST_0
        extra: uint256 = word & ~LIST_0
        if level > 0:
            entries = word & ~USED
            extra = USED
        mask: uint256 = (1 << width) - 1
        was: uint256 = entries & mask

        # Take the child's entry out. In this node the child covers the offsets from `low` to `low + child_size - 1`.
        low: uint256 = unsafe_sub(place, place % child_size)
        for i: uint256 in range(32):
            offset: uint256 = unsafe_mul(i, width)
            entry: uint256 = (entries >> offset) & mask
            if entry == 0:
                break
            if entry > low and entry <= unsafe_add(low, child_size):
                below: uint256 = (1 << offset) - 1
                entries = (entries & below) | ((entries >> width) & ~below)
                break

        # Put it back where its key belongs.
        if best != 0:
            key: uint256 = self.keys[best - 1]
            start: uint256 = 0
            end: uint256 = unsafe_sub(unsafe_div(size, child_size), 1)
            for _: uint256 in range(6):
                if start >= end:
                    break
                middle: uint256 = unsafe_add(start, end) >> 1
                entry: uint256 = (entries >> unsafe_mul(middle, width)) & mask
                if entry != 0 and self.keys[unsafe_sub(unsafe_add(first, entry), 1)] > key:
                    start = unsafe_add(middle, 1)
                else:
                    end = middle
            # `start` is the first place whose key is lower; the last place is left over by the search
            offset: uint256 = unsafe_mul(start, width)
            below: uint256 = (1 << offset) - 1
            entries = (entries & below) | ((entries & ~below) << width) | (unsafe_sub(best, first) << offset)

        changed: uint256 = entries | extra
        if changed != word:
            self.nodes[slot] = changed
        now: uint256 = entries & mask
        if now == was and now != unsafe_add(place, 1):
            break
        best = 0
        if now != 0:
            best = unsafe_add(first, now)
        child_size = size
        widths >>= 8
        sizes >>= 32


@internal
def _mark(tree: uint256, leaf: uint256, mask: uint256, marks: uint256):
    """
    @notice Replace some of the importer's bits in the leaf's word of level 0.
    @param tree Which tree.
    @param leaf The leaf.
    @param mask The bits to replace, of those from MARKS_AT on.
    @param marks Their new values, within the mask.
    """
    node: uint256 = tree << 40 | leaf // LEAVES_0
    self.nodes[node] = self.nodes[node] & ~mask | marks


@internal
@view
def _marks(tree: uint256, index: uint256) -> uint256:
    """
    @param tree Which tree.
    @param index Of a word of level 0: the leaf over LEAVES_0.
    @return The importer's 64 bits of the word.
    """
    return self.nodes[tree << 40 | index] >> MARKS_AT


@internal
def _grow(tree: uint256, levels: uint256):
    """
    @notice Put one more level on top of a tree, before the first leaf that needs it is placed.
    @param tree Which tree.
    @param levels The levels of the tree so far.
    """
    best: uint256 = self._best(tree, levels)
    if best != 0:
        self.nodes[tree << 40 | levels << 32] = best | USED


@internal
@view
def _best(tree: uint256, levels: uint256) -> uint256:
    """
    @param tree Which tree.
    @param levels The levels of the tree, from `_levels`.
    @return The leaf with the highest key plus one, 0 if the tree is empty.
    """
    level: uint256 = levels - 1
    return self.nodes[tree << 40 | level << 32] & ((1 << self._width(level)) - 1)


@internal
@view
def _top(tree: uint256, levels: uint256, limit: uint256) -> DynArray[uint256, MAX_TOP]:
    """
    @notice The leaves with the highest keys, best first.
    @dev Best-first search: a leaf that is taken makes room for the entry behind it, in its node and in each node
         below, where it is first.
    @param tree Which tree.
    @param levels The levels of the tree, from `_levels`.
    @param limit At most MAX_TOP.
    @return As many leaves as the limit, all of them if there are fewer.
    """
    leaves: DynArray[uint256, MAX_TOP] = []
    # Entries to choose from next: top of the key 88-255 | leaf 16-87 | level 8-15 | position in the node 0-7
    frontier: DynArray[uint256, MAX_FRONTIER] = []
    best: uint256 = self._best(tree, levels)
    if best != 0:
        frontier.append(self._entry(best - 1, levels - 1, 0))
    for _: uint256 in range(limit, bound=MAX_TOP):
        if len(frontier) == 0:
            break
        chosen: uint256 = 0
        for i: uint256 in range(1, len(frontier), bound=MAX_FRONTIER):
            if frontier[i] > frontier[chosen]:
                chosen = i
        taken: uint256 = frontier[chosen]
        last: uint256 = frontier.pop()
        if chosen < len(frontier):
            frontier[chosen] = last
        leaf: uint256 = (taken >> 16) & (2**72 - 1)
        leaves.append(leaf)
        position: uint256 = 1
        for level: uint256 in range(LEVELS):
            if level == (taken >> 8) & 255:
                position = (taken & 255) + 1
            width: uint256 = self._width(level)
            size: uint256 = self._size(level)
            entries: uint256 = self.nodes[tree << 40 | level << 32 | leaf // size] & ~USED
            if level == 0:
                entries &= LIST_0
            entry: uint256 = (entries >> (position * width)) & ((1 << width) - 1)
            if entry != 0:
                frontier.append(self._entry(leaf - leaf % size + entry - 1, level, position))
            if level == (taken >> 8) & 255:
                break
    return leaves


@internal
@view
def _entry(leaf: uint256, level: uint256, position: uint256) -> uint256:
    """
    @param leaf The leaf.
    @param level The level of a node above the leaf.
    @param position The leaf's position in the node.
    @return An entry of the frontier of `_top`.
    """
    return (self.keys[leaf] >> 88) << 88 | leaf << 16 | level << 8 | position


@internal
@pure
def _levels(highest: uint256) -> uint256:
    """
    @param highest At most MAX_LEAF.
    @return The levels of a tree that has room for the leaves 0 to `highest`.
    """
    for level: uint256 in range(LEVELS):
        if highest < self._size(level):
            return level + 1
    return LEVELS


@internal
@pure
def _width(level: uint256) -> uint256:
    """
    @param level Below LEVELS.
    @return Bits an entry.
    """
    return (WIDTHS >> (level * 8)) & 255


@internal
@pure
def _size(level: uint256) -> uint256:
    """
    @param level Below LEVELS.
    @return Leaves below a node.
    """
    return (SIZES >> (level * 32)) & (2**32 - 1)
