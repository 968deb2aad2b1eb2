# pragma version 0.4.3
"""
@title Looker
@license MIT
@notice Called by a task: asks the manager's views what waits, and logs the answers.
"""

struct BlockSchedule:
    blockNumber: uint64
    small: uint256
    medium: uint256
    large: uint256

interface TaskManager:
    def getNextExecutionBlockInRange(lookahead: uint64) -> uint64: view
    def getTaskScheduleInRange(
        lookahead: uint64, offset: uint256, limit: uint256
    ) -> (DynArray[BlockSchedule, 256], uint256): view
    def getTaskStatus(taskId: bytes32) -> uint8: view


event Looked:
    nextBlock: uint64
    firstBlock: uint64
    small: uint256
    medium: uint256
    large: uint256
    blocks: uint256
    statuses: DynArray[uint256, 8]


watched: DynArray[bytes32, 8]


@external
def watch(task_ids: DynArray[bytes32, 8]):
    """
    @param task_ids The tasks whose statuses are logged.
    """
    self.watched = task_ids


@external
def look(manager: TaskManager):
    page: DynArray[BlockSchedule, 256] = []
    blocks: uint256 = 0
    page, blocks = staticcall manager.getTaskScheduleInRange(0, 0, 1)
    statuses: DynArray[uint256, 8] = []
    for task_id: bytes32 in self.watched:
        statuses.append(convert(staticcall manager.getTaskStatus(task_id), uint256))
    log Looked(
        nextBlock=staticcall manager.getNextExecutionBlockInRange(0),
        firstBlock=page[0].blockNumber,
        small=page[0].small,
        medium=page[0].medium,
        large=page[0].large,
        blocks=blocks,
        statuses=statuses,
    )
