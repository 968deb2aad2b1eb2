# pragma version 0.4.3
"""
@title Manager errors
@license MIT
@notice Every custom error of the task manager, encoded exactly as Solidity does. Each has one helper, for the reason in
        shared/errors.vy.
"""

# Bytes of the longest of these errors: the selector and two words.
LONGEST: constant(uint256) = 4 + 2 * 32


@internal
@pure
def _insufficient_bond(required: uint256, actual: uint256):
    raw_revert(abi_encode(required, actual, method_id=method_id("InsufficientBond(uint256,uint256)")))


@internal
@pure
def _invalid_canceller_address():
    raw_revert(method_id("InvalidCancellerAddress()"))


@internal
@pure
def _invalid_payment_amount(expected: uint256, provided: uint256):
    raw_revert(abi_encode(expected, provided, method_id=method_id("InvalidPaymentAmount(uint256,uint256)")))


@internal
@pure
def _invalid_payout_address(payout_address: address):
    raw_revert(abi_encode(payout_address, method_id=method_id("InvalidPayoutAddress(address)")))


@internal
@pure
def _lookahead_exceeds_max_schedule_distance(lookahead: uint64):
    raw_revert(abi_encode(lookahead, method_id=method_id("LookaheadExceedsMaxScheduleDistance(uint64)")))


@internal
@pure
def _no_active_task():
    raw_revert(method_id("NoActiveTask()"))


@internal
@pure
def _task_already_cancelled(task_id: bytes32):
    raw_revert(abi_encode(task_id, method_id=method_id("TaskAlreadyCancelled(bytes32)")))


@internal
@pure
def _task_already_executed(task_id: bytes32):
    raw_revert(abi_encode(task_id, method_id=method_id("TaskAlreadyExecuted(bytes32)")))


@internal
@pure
def _task_already_rescheduled(task_id: bytes32):
    raw_revert(abi_encode(task_id, method_id=method_id("TaskAlreadyRescheduled(bytes32)")))


@internal
@pure
def _task_cost_above_max(cost: uint256, max_payment: uint256):
    raw_revert(abi_encode(cost, max_payment, method_id=method_id("TaskCostAboveMax(uint256,uint256)")))


@internal
@pure
def _task_gas_too_large(gas_limit: uint256):
    raw_revert(abi_encode(gas_limit, method_id=method_id("TaskGasTooLarge(uint256)")))


@internal
@pure
def _task_manager_locked():
    raw_revert(method_id("TaskManagerLocked()"))


@internal
@pure
def _task_must_reschedule_self():
    raw_revert(method_id("TaskMustRescheduleSelf()"))


@internal
@pure
def _task_not_found(task_id: bytes32):
    raw_revert(abi_encode(task_id, method_id=method_id("TaskNotFound(bytes32)")))


@internal
@pure
def _invalid_target_address():
    raw_revert(method_id("TaskValidation_InvalidTargetAddress()"))


@internal
@pure
def _target_block_in_past(target_block: uint64, current_block: uint256):
    raw_revert(
        abi_encode(
            target_block, current_block, method_id=method_id("TaskValidation_TargetBlockInPast(uint64,uint256)")
        )
    )


@internal
@pure
def _target_block_too_far(target_block: uint64, current_block: uint256):
    raw_revert(
        abi_encode(
            target_block, current_block, method_id=method_id("TaskValidation_TargetBlockTooFar(uint64,uint256)")
        )
    )


@internal
@pure
def _too_many_tasks_scheduled():
    raw_revert(method_id("TooManyTasksScheduled()"))


@internal
@pure
def _unauthorized(caller: address, owner: address):
    raw_revert(abi_encode(caller, owner, method_id=method_id("Unauthorized(address,address)")))
