# pragma version 0.4.3
"""
@title TaskManager
@license MIT
@notice Schedules calls for future blocks. The owner pays for a task when scheduling it. Anyone may execute the tasks
        that are due, and earns the fee. Each task runs as an account of its own, the task's environment.
@dev The design decision to know first: where a task's data is kept. The fixed data is in the code of the environment
     (task_accounts.vy). One word has the rest, the record (task_records.vy). The tasks of one block and size share a
     word, the head of their bucket (buckets.vy). Three levels of bitmaps show which buckets have tasks (calendar.vy).
     Scheduling into a block in use writes three words and the environment. Executing a task writes one word.

     Trusted: nobody. There is no owner. A task's owner chooses implementation and target. Whatever these do can only
     make that task fail, at the cost of the gas that was paid for. We use our own lock, not @nonreentrant: it reverts
     with TaskManagerLocked and still admits rescheduleTask (run_lock.vy).
"""

from ..interfaces import ITaskEnvironmentProxy
from ..interfaces import ITaskManager
from ..shared import list_bounds
from ..shared import payments
from ..shared import task_data
from . import buckets
from . import calendar
from . import cancel_rights
from . import execution
from . import ledger
from . import manager_errors
from . import pricing
from . import run_lock
from . import task_accounts
from . import task_ids
from . import task_records
from . import task_schedule
from . import task_views

initializes: calendar
initializes: buckets
initializes: task_accounts
initializes: payments
initializes: task_records
initializes: run_lock
initializes: ledger[payments := payments, run_lock := run_lock]
initializes: task_schedule[calendar := calendar, buckets := buckets, task_records := task_records]
initializes: cancel_rights[run_lock := run_lock, task_schedule := task_schedule]
initializes: execution[
    calendar := calendar,
    buckets := buckets,
    ledger := ledger,
    payments := payments,
    task_records := task_records,
    run_lock := run_lock,
    task_schedule := task_schedule,
]
initializes: task_views[
    calendar := calendar,
    buckets := buckets,
    execution := execution,
    task_records := task_records,
    run_lock := run_lock,
    task_schedule := task_schedule,
]

implements: ITaskManager

exports: (
    cancel_rights.addEnvironmentCanceller,
    cancel_rights.addTaskCanceller,
    cancel_rights.removeEnvironmentCanceller,
    cancel_rights.removeTaskCanceller,
    ledger.EXECUTOR_SHARE_BPS,
    ledger.PROTOCOL_SHARE_BPS,
    ledger.TREASURY,
    ledger.VALIDATOR_SHARE_BPS,
    ledger.bondOf,
    ledger.creditOf,
    ledger.depositBond,
    ledger.depositBondFor,
    ledger.withdrawBond,
    ledger.withdrawCredit,
    ledger.withdrawCreditFor,
    task_accounts.EXECUTION_ENV_TEMPLATE,
    task_accounts.encodeTask,
    task_accounts.getEnvironment,
    task_schedule.EXECUTION_WINDOW,
    task_schedule.LARGE_GAS,
    task_schedule.MAX_SCHEDULE_DISTANCE,
    task_schedule.MEDIUM_GAS,
    task_schedule.MINIMUM_GAS_PRICE,
    task_schedule.SMALL_GAS,
    task_views.currentTask,
    task_views.estimateCost,
    task_views.estimateCostAt,
    task_views.getNextExecutionBlockInRange,
    task_views.getTaskMetadata,
    task_views.getTaskPayment,
    task_views.getTaskScheduleInRange,
    task_views.getTaskStatus,
    task_views.isTaskCancelled,
    task_views.isTaskExecuted,
    task_views.whyStuck,
)

# How many tasks an account has scheduled, which is the nonce of the next.
nonces: public(HashMap[address, uint256])


@deploy
def __init__(treasury: address, executionWindow: uint64, minimumGasPrice: uint256, proxyBlueprint: address):
    """
    @dev Reverts with `InvalidInput()`.
    @param treasury The account that is credited with the protocol's share.
    @param executionWindow For how many blocks after its target block a task can be executed, 1 to 2,097,152.
    @param minimumGasPrice The lowest gas price that tasks are priced at and executors are paid at, in wei, 1 to 2^64.
    @param proxyBlueprint ERC-5202 blueprint of TaskEnvironmentProxy, from which the manager creates a proxy of its own.
    """
    ledger.__init__(treasury)
    task_schedule.__init__(executionWindow, minimumGasPrice)
    task_accounts.__init__(proxyBlueprint)


# ---------------------------------------------------------------- schedulers


@external
@payable
def scheduleTask(
    implementation: address,
    taskGasLimit: uint256,
    targetBlock: uint64,
    maxPayment: uint256,
    taskCallData: Bytes[task_data.MAX_DATA],
) -> (bool, uint256, bytes32):
    """
    @notice Schedule a call and pay for it with the attached value. The surplus goes back to the caller. A surplus
            worth less than the gas of returning it is added to the task's payment, as a top-up, if the payment stays
            exact with it.
    @dev An estimate of the gas also suffices some blocks later, whatever others schedule or cancel meanwhile. Reverts
         with, in this order, `TaskManagerLocked()`, `TaskValidation_InvalidTargetAddress()`,
         `TaskGasTooLarge(gasLimit)`, `TaskValidation_TargetBlockInPast(targetBlock, currentBlock)`,
         `TaskValidation_TargetBlockTooFar(targetBlock, currentBlock)`, `TaskCostAboveMax(cost, maxPayment)`,
         `InvalidPaymentAmount(expected, provided)`, `InsufficientGas()`, `TooManyTasksScheduled()`.
    @param implementation The execution environment that the task's account delegates to. Must have code.
    @param taskGasLimit Gas for the implementation, at most 750,000. Up to 100,000 the task is small, up to 250,000
           medium.
    @param targetBlock The first block in which the task can be executed, at most 2,097,152 blocks ahead.
    @param maxPayment The highest cost that the caller accepts, in wei.
    @param taskCallData The call to the implementation, at most 4,096 bytes. `encodeTask` makes this data.
    @return True, the cost in wei, the task's id.
    """
    run_lock._enter()
    cost: uint256 = 0
    bucket: uint256 = 0
    head: uint256 = 0
    cost, bucket, head = self._offer(implementation, taskGasLimit, targetBlock, maxPayment)
    if msg.value < cost:
        manager_errors._invalid_payment_amount(cost, msg.value)
    nonce: uint256 = self._take_nonce()
    environment: address = task_accounts._create(msg.sender, nonce, implementation, taskCallData)
    # Demand the gas of a refund even if there is none: an estimate then suffices in a later block, at another price.
    task_schedule._ask_for_gas(payments.PAYMENT_GAS_LEFT)
    surplus: uint256 = unsafe_sub(msg.value, cost)
    is_kept: bool = pricing._keeps_surplus(cost, msg.value, task_schedule._gas_price())
    record: uint256 = task_records._new(environment, taskGasLimit, cost, msg.value if is_kept else cost)
    task_id: uint256 = self._schedule(environment, implementation, nonce, record, bucket, head)
    if is_kept:
        log ITaskManager.TaskToppedUp(taskId=convert(task_id, bytes32), sender=msg.sender, amount=surplus)
    elif surplus != 0:
        payments._pay(msg.sender, surplus)
    run_lock._leave()
    return True, cost, convert(task_id, bytes32)


@external
def scheduleWithBond(
    implementation: address,
    taskGasLimit: uint256,
    targetBlock: uint64,
    maxPayment: uint256,
    taskCallData: Bytes[task_data.MAX_DATA],
) -> (bool, uint256, bytes32):
    """
    @notice Schedule a call as `scheduleTask` does, and pay for it from the caller's bond.
    @dev Reverts as `scheduleTask` does, with `InsufficientBond(required, actual)` in place of `InvalidPaymentAmount`.
    @param implementation As in `scheduleTask`.
    @param taskGasLimit As in `scheduleTask`.
    @param targetBlock As in `scheduleTask`.
    @param maxPayment As in `scheduleTask`.
    @param taskCallData As in `scheduleTask`.
    @return True, the cost in wei, the task's id.
    """
    run_lock._only_free()
    cost: uint256 = 0
    bucket: uint256 = 0
    head: uint256 = 0
    cost, bucket, head = self._offer(implementation, taskGasLimit, targetBlock, maxPayment)
    ledger._charge_bond(msg.sender, cost)
    nonce: uint256 = self._take_nonce()
    environment: address = task_accounts._create(msg.sender, nonce, implementation, taskCallData)
    task_schedule._ask_for_gas(0)
    record: uint256 = task_records._new(environment, taskGasLimit, cost, cost)
    task_id: uint256 = self._schedule(environment, implementation, nonce, record, bucket, head)
    return True, cost, convert(task_id, bytes32)


@external
@payable
def topUpTask(taskId: bytes32):
    """
    @notice Add the attached value to a task's payment, so that executing the task pays although the base fee has
            risen. Anyone may do this. A refund goes to the task's owner.
    @dev Reverts with `TaskManagerLocked()`, with `InvalidPaymentAmount(1, 0)` if no value is attached, with
         `TaskNotFound(taskId)`, with `TaskAlreadyCancelled(taskId)`, and with `TaskAlreadyExecuted(taskId)` for a
         task that was executed or is past its window.
    @param taskId A scheduled task.
    """
    run_lock._only_free()
    if msg.value == 0:
        manager_errors._invalid_payment_amount(1, 0)
    record: uint256 = task_schedule._scheduled_record(taskId)
    task_records._top_up(task_ids._place(convert(taskId, uint256)), record, msg.value)
    log ITaskManager.TaskToppedUp(taskId=taskId, sender=msg.sender, amount=msg.value)


@external
def cancelTask(taskId: bytes32):
    """
    @notice Cancel a task. The whole payment goes back to the task's owner, as a credit if the owner refuses the
            payment.
    @dev Reverts with, in this order, `TaskManagerLocked()`, `TaskNotFound(taskId)`, `TaskAlreadyCancelled(taskId)`,
         `TaskAlreadyExecuted(taskId)` for a task that was executed or is past its window,
         `Unauthorized(caller, owner)` for anyone but the owner and the cancellers of the task and of its environment,
         `InsufficientGas()` if there is too little gas for the refund.
    @param taskId A scheduled task.
    """
    run_lock._enter()
    record: uint256 = task_schedule._scheduled_record(taskId)
    task_id: uint256 = convert(taskId, uint256)
    environment: address = task_ids._environment(task_id)
    owner: address = task_accounts._owner(environment)
    if msg.sender != owner and not cancel_rights._is_granted(task_id, environment, msg.sender):
        manager_errors._unauthorized(msg.sender, owner)
    payment: uint256 = task_schedule._end_unexecuted(task_id, record, task_records.CANCELLED)
    log ITaskManager.TaskCancelled(taskId=taskId, owner=owner)
    payments._pay(owner, payment)
    run_lock._leave()


@external
def sweepEnvironment(taskId: bytes32, to: address):
    """
    @notice Send the ether that is left in a task's environment to an account. Only the owner may, at any time outside
            a run.
    @dev Reverts with `TaskManagerLocked()`, with `TaskNotFound(taskId)`, with `Unauthorized(caller, owner)`, with
         `InvalidPayoutAddress(0)` for the zero account, and with `TransferFailed()` if the account refuses.
    @param taskId Any task of the environment, in any state.
    @param to The account that is paid.
    """
    environment: address = self._sweep(taskId, to)
    extcall ITaskEnvironmentProxy(environment).sweep(to)
    run_lock._leave()


@external
def sweepEnvironmentToken(taskId: bytes32, token: address, to: address):
    """
    @notice Send what is left of an ERC-20 token in a task's environment to an account. Only the owner may, at any time
            outside a run.
    @dev Reverts as `sweepEnvironment` does, with `TransferFailed()` if the token has no code or returns false, and
         with the token's own error.
    @param taskId Any task of the environment, in any state.
    @param token The token's contract.
    @param to The account that receives the tokens.
    """
    environment: address = self._sweep(taskId, to)
    extcall ITaskEnvironmentProxy(environment).sweepToken(token, to)
    run_lock._leave()


# ---------------------------------------------------------------- the running task


@external
@payable
def rescheduleTask(targetBlock: uint64, maxPayment: uint256) -> (bool, uint256, bytes32):
    """
    @notice Schedule the running task again, under a new id. Environment, owner, size and gas stay the same. The
            attached value pays, and the surplus goes back to the environment. If no value is attached, the owner's
            bond pays.
    @dev Reverts with `NoActiveTask()`, with `TaskMustRescheduleSelf()` for anyone but the running task's environment,
         with `TaskAlreadyRescheduled(taskId)` the second time in a run, then with
         `TaskValidation_TargetBlockInPast(targetBlock, currentBlock)`,
         `TaskValidation_TargetBlockTooFar(targetBlock, currentBlock)`, `TaskCostAboveMax(cost, maxPayment)`,
         `InsufficientBond(required, actual)` or `InvalidPaymentAmount(expected, provided)`,
         `TooManyTasksScheduled()`.
    @param targetBlock The first block in which the next attempt can be executed, at most 2,097,152 blocks ahead.
    @param maxPayment The highest cost that the environment accepts, in wei.
    @return True, the cost in wei, the new id.
    """
    running: uint256 = run_lock.state
    if running <= run_lock.TAKEN:
        manager_errors._no_active_task()
    environment: address = task_ids._environment(running)
    if msg.sender != environment:
        manager_errors._task_must_reschedule_self()
    if run_lock.rescheduled:
        manager_errors._task_already_rescheduled(convert(running, bytes32))
    record: uint256 = task_records.records[task_ids._place(running)]
    owner: address = task_accounts._owner(environment)
    cost: uint256 = 0
    bucket: uint256 = 0
    head: uint256 = 0
    cost, bucket, head = task_schedule._quote(
        targetBlock, task_records._gas_limit(record), task_ids._size(running), task_schedule._gas_price()
    )
    if cost > maxPayment:
        manager_errors._task_cost_above_max(cost, maxPayment)
    if msg.value == 0:
        ledger._charge_bond(owner, cost)
    elif msg.value < cost:
        manager_errors._invalid_payment_amount(cost, msg.value)
    run_lock.rescheduled = True
    task_id: uint256 = task_schedule._enlist(bucket, head, task_records._again(record, cost), owner)
    if msg.value > cost:
        # An environment is a proxy that accepts plain ether.
        payments._send(msg.sender, unsafe_sub(msg.value, cost))
    return True, cost, convert(task_id, bytes32)


# ---------------------------------------------------------------- executors


@external
def executeTasks(payoutAddress: address, targetGasReserve: uint256) -> uint256:
    """
    @notice Execute as many due tasks as the gas allows: the earliest block first; in a block large, medium, small; in
            a size by index. A call passes over at most 64 tasks that do not pay at this base fee. The next call
            continues there.
    @dev Set the gas limit yourself: eth_estimateGas returns the cost of a call that executes nothing. Reverts with
         `TaskManagerLocked()`, and with `InvalidPayoutAddress(0)` for the zero account.
    @param payoutAddress The account that gets the fees, as a credit if the account refuses the payment.
    @param targetGasReserve Gas that must be left for the caller at the end.
    @return The fees in wei. 0 if nothing is due or there is too little gas. If a task ran, at least 1.1 times the
            cost of the call's gas.
    """
    self._begin_execution(payoutAddress)
    paid: uint256 = 0
    executed: uint256 = 0
    failed: uint256 = 0
    paid, executed, failed = execution._execute_due(targetGasReserve)
    fees: uint256 = execution._pay_out(payoutAddress, paid, executed, failed)
    run_lock._leave()
    return fees


@external
def executeTasksById(
    taskIds: DynArray[bytes32, list_bounds.MAX_PAGE], payoutAddress: address, targetGasReserve: uint256 = 0
) -> uint256:
    """
    @notice Execute the tasks that the caller names, in the caller's order, whatever they pay. Tasks that are not due,
            have ended, or do not fit into the gas are left out.
    @dev Reverts with `TaskManagerLocked()`, with `InvalidPayoutAddress(0)` for the zero account, and with
         `TaskNotFound(taskId)` for an id that no task has.
    @param taskIds At most 256.
    @param payoutAddress The account that gets the fees, as a credit if the account refuses the payment.
    @param targetGasReserve Gas that must be left for the caller at the end, 0 by default.
    @return The fees in wei.
    """
    self._begin_execution(payoutAddress)
    paid: uint256 = 0
    executed: uint256 = 0
    failed: uint256 = 0
    paid, executed, failed = execution._execute_named(taskIds, targetGasReserve)
    fees: uint256 = execution._pay_out(payoutAddress, paid, executed, failed)
    run_lock._leave()
    return fees


@external
def expireTasks(taskIds: DynArray[bytes32, list_bounds.MAX_PAGE]) -> uint256:
    """
    @notice Refund tasks that nobody executed within their window. The payments go to the owners. Anyone may call
            this. Other tasks are left out.
    @dev Reverts with `TaskManagerLocked()`, with `TaskNotFound(taskId)` for an id that no task has, and with
         `InsufficientGas()` if there is too little gas for a payment.
    @param taskIds At most 256.
    @return How many tasks expired.
    """
    run_lock._enter()
    expired: uint256 = 0
    for taskId: bytes32 in taskIds:
        record: uint256 = task_schedule._record(taskId)
        task_id: uint256 = convert(taskId, uint256)
        if task_records._status(record) == task_records.SCHEDULED and task_schedule._is_past_window(task_id):
            owner: address = task_accounts._owner(task_ids._environment(task_id))
            payment: uint256 = task_schedule._end_unexecuted(task_id, record, task_records.EXPIRED)
            expired += 1
            log ITaskManager.TaskExpired(taskId=taskId, owner=owner)
            payments._pay(owner, payment)
    run_lock._leave()
    return expired


# ---------------------------------------------------------------- internals


@internal
@view
def _offer(
    implementation: address, gas_limit: uint256, target_block: uint64, max_payment: uint256
) -> (uint256, uint256, uint256):
    """
    @notice Check the arguments of a new task.
    @return The cost in wei, the bucket, and the bucket's head.
    """
    if implementation == self or not implementation.is_contract:
        manager_errors._invalid_target_address()
    cost: uint256 = 0
    bucket: uint256 = 0
    head: uint256 = 0
    cost, bucket, head = task_schedule._quote(
        target_block, gas_limit, task_schedule._size(gas_limit), task_schedule._gas_price()
    )
    if cost > max_payment:
        manager_errors._task_cost_above_max(cost, max_payment)
    return cost, bucket, head


@internal
def _take_nonce() -> uint256:
    nonce: uint256 = self.nonces[msg.sender]
    self.nonces[msg.sender] = nonce + 1
    return nonce


@internal
def _schedule(
    environment: address,
    implementation: address,
    nonce: uint256,
    record: uint256,
    bucket: uint256,
    head: uint256,
) -> uint256:
    log ITaskManager.ExecutionEnvironmentCreated(
        owner=msg.sender, environment=environment, implementation=implementation, taskNonce=nonce
    )
    return task_schedule._enlist(bucket, head, record, msg.sender)


@internal
def _begin_execution(payout_address: address):
    run_lock._enter()
    if payout_address == empty(address):
        manager_errors._invalid_payout_address(payout_address)


@internal
def _sweep(taskId: bytes32, to: address) -> address:
    """
    @return The environment, which the caller owns.
    """
    run_lock._enter()
    task_schedule._record(taskId)
    environment: address = task_ids._environment(convert(taskId, uint256))
    owner: address = task_accounts._owner(environment)
    if msg.sender != owner:
        manager_errors._unauthorized(msg.sender, owner)
    if to == empty(address):
        manager_errors._invalid_payout_address(to)
    return environment
