# pragma version 0.4.3
"""
@title TaskManager
@license MIT
@notice Schedules calls for future blocks. A task is paid for when it is scheduled; whoever executes what is due earns the fee; every task runs
        as an account of its own, its environment.
@dev Decide first: what never changes about a task lies in its environment's code (task_accounts.vy), what changes in one word
     (task_records.vy), the tasks of one block and size in another (buckets.vy), and which of these are not empty in three levels of
     bitmaps (calendar.vy). A task that is scheduled into a block in use writes three words and its environment, one that is
     executed writes one.

     Trusted: nobody; there is no owner. A task's implementation and target are its owner's choice and can do nothing but fail, at the cost
     of the gas that was paid for. The lock is not the compiler's: it names its error and lets the running task come again (run_lock.vy).
"""

from ..interfaces import ITaskManager
from ..shared import payments
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
initializes: execution[calendar := calendar, buckets := buckets, ledger := ledger, payments := payments, task_records := task_records, run_lock := run_lock, task_schedule := task_schedule]
initializes: task_views[calendar := calendar, buckets := buckets, execution := execution, task_records := task_records, run_lock := run_lock, task_schedule := task_schedule]

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
    task_schedule.EXECUTION_WINDOW,
    task_schedule.LARGE_GAS,
    task_schedule.MAX_SCHEDULE_DISTANCE,
    task_schedule.MEDIUM_GAS,
    task_schedule.MINIMUM_GAS_PRICE,
    task_schedule.SMALL_GAS,
    task_views.currentTask,
    task_views.getNextExecutionBlockInRange,
    task_views.getTaskMetadata,
    task_views.getTaskPayment,
    task_views.getTaskScheduleInRange,
    task_views.getTaskStatus,
    task_views.isTaskCancelled,
    task_views.isTaskExecuted,
    task_views.whyStuck,
)

interface TaskEnvironmentProxy:
    def sweep(to: address): nonpayable
    def sweepToken(token: address, to: address): nonpayable

nonces: public(HashMap[address, uint256])


@deploy
def __init__(treasury: address, executionWindow: uint64, minimumGasPrice: uint256, proxyBlueprint: address):
    """
    @dev Reverts with `InvalidInput()`.
    @param treasury Who is credited with the protocol's share.
    @param executionWindow How many blocks after its target a task can be executed, 1 to 2,097,152.
    @param minimumGasPrice Tasks are priced and executors paid as if the base fee were at least this, in wei, 1 to 2^64.
    @param proxyBlueprint ERC-5202 blueprint of TaskEnvironmentProxy, of which the manager makes its own.
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
    taskCallData: Bytes[task_accounts.MAX_DATA],
) -> (bool, uint256, bytes32):
    """
    @notice Schedule a call and pay for it with the attached value; what is above the cost comes back. A surplus worth less than the gas
            of returning it is added to the task's payment instead, as a top-up, if the payment can be kept exactly with it.
    @dev Reverts with, in this order, `TaskManagerLocked()`, `TaskValidation_InvalidTargetAddress()`, `TaskGasTooLarge(gasLimit)`,
         `TaskValidation_TargetBlockInPast(targetBlock, currentBlock)`, `TaskValidation_TargetBlockTooFar(targetBlock, currentBlock)`,
         `TaskCostAboveMax(cost, maxPayment)`, `InvalidPaymentAmount(expected, provided)`, `InsufficientGas()`,
         `TooManyTasksScheduled()`. An estimate of the gas suffices some blocks later too, whatever others schedule or cancel meanwhile.
    @param implementation The execution environment that the task's account delegates to; it must have code.
    @param taskGasLimit Gas that the implementation gets, up to 750,000. It decides the size: up to 100,000 is small, up to 250,000 medium.
    @param targetBlock The first block in which it can be executed, up to 2,097,152 ahead.
    @param maxPayment Refuse if it costs more, in wei.
    @param taskCallData The call to the implementation, up to 4,096 bytes; `encodeTask` makes it.
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
    # The gas of a refund is asked for although there may be none: an estimate then suffices for a later block, with another price.
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
    taskCallData: Bytes[task_accounts.MAX_DATA],
) -> (bool, uint256, bytes32):
    """
    @notice As `scheduleTask`, paid from the caller's bond.
    @dev Reverts as `scheduleTask` does, with `InsufficientBond(required, actual)` in place of `InvalidPaymentAmount`.
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
    @notice Add the attached value to a task's payment, so that it is worth executing when the base fee has risen. Anyone may; a refund
            goes to the task's owner.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPaymentAmount(1, 0)`, `TaskNotFound(taskId)`, `TaskAlreadyCancelled(taskId)`,
         `TaskAlreadyExecuted(taskId)`.
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
    @notice Cancel a task; the whole payment goes back to its owner, as a credit if he refuses it.
    @dev Reverts with, in this order, `TaskManagerLocked()`, `TaskNotFound(taskId)`, `TaskAlreadyCancelled(taskId)`,
         `TaskAlreadyExecuted(taskId)` for one that was executed or is past its window, `Unauthorized(caller, owner)` for anyone but
         the owner, a canceller of the task and one of its environment.
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
    @notice Send what ether is left in a task's environment to an account; its owner only, at any time outside a run.
    @dev Reverts with `TaskManagerLocked()`, `TaskNotFound(taskId)`, `Unauthorized(caller, owner)`, `InvalidPayoutAddress(0)`,
         `TransferFailed()`.
    """
    environment: address = self._sweep(taskId, to)
    extcall TaskEnvironmentProxy(environment).sweep(to)
    run_lock._leave()


@external
def sweepEnvironmentToken(taskId: bytes32, token: address, to: address):
    """
    @notice Send what is left of an ERC-20 token in a task's environment to an account; its owner only.
    @dev Reverts as `sweepEnvironment` does, and with what the token reverts with.
    """
    environment: address = self._sweep(taskId, to)
    extcall TaskEnvironmentProxy(environment).sweepToken(token, to)
    run_lock._leave()


# ---------------------------------------------------------------- the running task


@external
@payable
def rescheduleTask(targetBlock: uint64, maxPayment: uint256) -> (bool, uint256, bytes32):
    """
    @notice The running task comes again: same environment, owner, size and gas, a new id. Paid from the attached value, the surplus of
            which goes back to the environment, or from the owner's bond if no value is attached.
    @dev Reverts with `NoActiveTask()`, `TaskMustRescheduleSelf()` for anyone but the running task's environment,
         `TaskAlreadyRescheduled(taskId)` the second time in a run, then as `scheduleTask` does from the target block on.
    @param maxPayment Refuse if it costs more, in wei.
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
        # An environment is the proxy and takes plain ether.
        payments._send(msg.sender, unsafe_sub(msg.value, cost))
    return True, cost, convert(task_id, bytes32)


# ---------------------------------------------------------------- executors


@external
def executeTasks(payoutAddress: address, targetGasReserve: uint256) -> uint256:
    """
    @notice Execute what is due: the earliest block first, in a block large, medium, small, in a size by index, as much as the gas allows.
            Passes over tasks that do not pay at this base fee, at most 64; the next call goes on where this one stopped.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPayoutAddress(0)`. An estimate of the gas is that of doing nothing: set it yourself.
    @param payoutAddress Who gets the fees, as a credit if it refuses them.
    @param targetGasReserve Gas that must be left for the caller at the end.
    @return What was paid, in wei; 0 with nothing due or too little gas. If anything ran, at least 1.1 times what the call's gas costs.
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
    taskIds: DynArray[bytes32, execution.MAX_IDS], payoutAddress: address, targetGasReserve: uint256 = 0
) -> uint256:
    """
    @notice Execute the tasks of the caller's choice, in the caller's order, at whatever they pay. What is not due, was executed or
            cancelled, or does not fit into the gas, is left out.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPayoutAddress(0)`, and with `TaskNotFound(taskId)` for an id that is no task's.
    @param taskIds Up to 256.
    @param payoutAddress Who gets the fees, as a credit if it refuses them.
    @param targetGasReserve Gas that must be left for the caller at the end; 0 unless given.
    @return What was paid, in wei.
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
def expireTasks(taskIds: DynArray[bytes32, execution.MAX_IDS]) -> uint256:
    """
    @notice Refund tasks that nobody executed within their window to their owners; anyone may. Others are left out.
    @dev Reverts with `TaskManagerLocked()`, with `TaskNotFound(taskId)` for an id that is no task's, and with `InsufficientGas()` if there
         is too little gas for a payment.
    @param taskIds Up to 256.
    @return How many expired.
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


# ---------------------------------------------------------------- views


@view
@external
def estimateCost(targetBlock: uint64, taskGasLimit: uint256) -> uint256:
    """
    @notice What `scheduleTask` charges in this block (pricing.vy).
    @dev Reverts with `TaskGasTooLarge(gasLimit)`, `TaskValidation_TargetBlockInPast(targetBlock, currentBlock)`,
         `TaskValidation_TargetBlockTooFar(targetBlock, currentBlock)`.
    @return In wei, never 0; the largest uint256 where it cannot be paid.
    """
    cost: uint256 = 0
    bucket: uint256 = 0
    head: uint256 = 0
    cost, bucket, head = task_schedule._quote(targetBlock, taskGasLimit, task_schedule._size(taskGasLimit), task_schedule._gas_price())
    return cost


@view
@external
def estimateCostAt(targetBlock: uint64, taskGasLimit: uint256, baseFee: uint256) -> uint256:
    """
    @notice As `estimateCost`, at a base fee that the caller names, in wei: many nodes show 0 to a call.
    """
    gas_price: uint256 = max(baseFee, task_schedule.MINIMUM_GAS_PRICE)
    cost: uint256 = 0
    bucket: uint256 = 0
    head: uint256 = 0
    cost, bucket, head = task_schedule._quote(targetBlock, taskGasLimit, task_schedule._size(taskGasLimit), gas_price)
    return cost


@view
@external
def getEnvironment(
    owner: address, taskNonce: uint256, implementation: address, taskData: Bytes[task_accounts.MAX_DATA]
) -> address:
    """
    @return The account that the owner's task with this nonce, implementation and data has or would have.
    """
    return task_accounts._address(owner, taskNonce, implementation, taskData)


@view
@external
def EXECUTION_ENV_TEMPLATE() -> address:
    """
    @return The proxy that every environment delegates to.
    """
    return task_accounts.template


@pure
@external
def encodeTask(target: address, call: Bytes[task_accounts.MAX_CALL]) -> Bytes[4_068]:
    """
    @notice The three layers of task data: `executeTask(bytes)` of an environment, of (target, call), of the call.
    @param call Up to 3,904 bytes.
    """
    return task_accounts._task_data(target, call)


# ---------------------------------------------------------------- internals


@internal
@view
def _offer(
    implementation: address, gas_limit: uint256, target_block: uint64, max_payment: uint256
) -> (uint256, uint256, uint256):
    """
    @return The cost, the bucket and its word, of a task that may be scheduled.
    """
    if implementation == self or not implementation.is_contract:
        manager_errors._invalid_target_address()
    cost: uint256 = 0
    bucket: uint256 = 0
    head: uint256 = 0
    cost, bucket, head = task_schedule._quote(target_block, gas_limit, task_schedule._size(gas_limit), task_schedule._gas_price())
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
