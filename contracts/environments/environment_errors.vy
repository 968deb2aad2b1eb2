# pragma version 0.4.3
"""
@title Environment errors
@license MIT
@notice The custom errors of the environments and of their proxy. Each has one helper, for the reason in
        shared/errors.vy.
"""


@internal
@pure
def _caller_not_owner_or_task_manager():
    raw_revert(method_id("CallerNotOwnerOrTaskManager()"))


@internal
@pure
def _empty_calldata():
    raw_revert(method_id("EmptyCalldata()"))


@internal
@pure
def _invalid_target():
    raw_revert(method_id("InvalidTarget()"))


@internal
@pure
def _invalid_value():
    raw_revert(method_id("InvalidValue()"))


@internal
@pure
def _zero_target_address():
    raw_revert(method_id("ZeroTargetAddress()"))
