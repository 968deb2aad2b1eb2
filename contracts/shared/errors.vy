# pragma version 0.4.3
"""
@title Errors
@license MIT
@notice The custom errors of the task pools, and those that both halves use. A call reverts with the error's four-byte
        selector only.
@dev Vyper 0.4.3 has no declaration of errors. One helper for each error gives the smallest code: 942 bytes for 20
     sites, against 1,751 bytes if each site has its own `raw_revert`.
"""


@internal
@pure
def _already_initialized():
    raw_revert(method_id("AlreadyInitialized()"))


@internal
@pure
def _cost_above_max():
    raw_revert(method_id("CostAboveMax()"))


@internal
@pure
def _delivery_failed():
    raw_revert(method_id("DeliveryFailed()"))


@internal
@pure
def _insufficient_funds():
    raw_revert(method_id("InsufficientFunds()"))


@internal
@pure
def _insufficient_gas():
    raw_revert(method_id("InsufficientGas()"))


@internal
@pure
def _insufficient_payment():
    raw_revert(method_id("InsufficientPayment()"))


@internal
@pure
def _invalid_category():
    raw_revert(method_id("InvalidCategory()"))


@internal
@pure
def _invalid_input():
    raw_revert(method_id("InvalidInput()"))


@internal
@pure
def _model_inactive():
    raw_revert(method_id("ModelInactive()"))


@internal
@pure
def _model_not_found():
    raw_revert(method_id("ModelNotFound()"))


@internal
@pure
def _no_available_task():
    raw_revert(method_id("NoAvailableTask()"))


@internal
@pure
def _no_pool_available():
    raw_revert(method_id("NoPoolAvailable()"))


@internal
@pure
def _not_assigned():
    raw_revert(method_id("NotAssigned()"))


@internal
@pure
def _pool_already_active():
    raw_revert(method_id("PoolAlreadyActive()"))


@internal
@pure
def _pool_already_inactive():
    raw_revert(method_id("PoolAlreadyInactive()"))


@internal
@pure
def _pool_inactive():
    raw_revert(method_id("PoolInactive()"))


@internal
@pure
def _pool_not_found():
    raw_revert(method_id("PoolNotFound()"))


@internal
@pure
def _request_not_found():
    raw_revert(method_id("RequestNotFound()"))


@internal
@pure
def _request_open():
    raw_revert(method_id("RequestOpen()"))


@internal
@pure
def _result_already_submitted():
    raw_revert(method_id("ResultAlreadySubmitted()"))


@internal
@pure
def _task_deadline_passed():
    raw_revert(method_id("TaskDeadlinePassed()"))


@internal
@pure
def _task_not_found():
    raw_revert(method_id("TaskNotFound()"))


@internal
@pure
def _task_not_pending():
    raw_revert(method_id("TaskNotPending()"))


@internal
@pure
def _transfer_failed():
    raw_revert(method_id("TransferFailed()"))


@internal
@pure
def _unauthorized():
    raw_revert(method_id("Unauthorized()"))


@internal
@pure
def _user_has_active_task():
    raw_revert(method_id("UserHasActiveTask()"))
