# pragma version 0.4.3
"""
@title TaskManager
@license MIT
@notice Schedules calls for future blocks. A task is paid for when it is scheduled; whoever executes what is due earns the fee; every task runs
        as an account of its own, its environment.
@dev Decide first: what never changes about a task lies in its environment's code (environments.vy), what changes in one word
     (task_records.vy), the tasks of one block and size in another (due_queues.vy), and which of these are not empty in three levels of
     bitmaps (calendar.vy). A task that is scheduled into a block in use writes four words, one that is executed writes one.

     Trusted: nobody; there is no owner. A task's implementation and target are its owner's choice and can do nothing but fail, at the cost
     of the gas that was paid for. The lock is not the compiler's: it names its error and lets the running task come again (run_lock.vy).
"""

from contracts.interfaces import ITaskManager
from contracts.scheduler import calendar
from contracts.scheduler import cancel_rights
from contracts.scheduler import due_queues
from contracts.scheduler import environments
from contracts.scheduler import ledger
from contracts.scheduler import manager_errors as errors
from contracts.scheduler import pricing
from contracts.scheduler import run_lock
from contracts.scheduler import task_ids
from contracts.scheduler import task_records as records
from contracts.shared import errors as shared_errors
from contracts.shared import payments

initializes: calendar
initializes: cancel_rights
initializes: due_queues
initializes: environments
initializes: payments
initializes: ledger[payments := payments]
initializes: records
initializes: run_lock

implements: ITaskManager

interface TaskEnvironmentProxy:
    def sweep(to: address): nonpayable
    def sweepToken(token: address, to: address): nonpayable

# The largest gas limit of each size.
SMALL_GAS: public(constant(uint64)) = 100_000
MEDIUM_GAS: public(constant(uint64)) = 250_000
LARGE_GAS: public(constant(uint64)) = 750_000
MAX_SCHEDULE_DISTANCE: public(constant(uint64)) = 2_097_152
SMALL: constant(uint256) = 0
MEDIUM: constant(uint256) = 1
LARGE: constant(uint256) = 2
MAX_IDS: constant(uint256) = 256
MAX_PAGE: constant(uint256) = 256

# A payment is enough for some gas if payment * PAYMENT_UNITS >= gas * gas price * GAS_UNITS: the executor's share of it is at least 1.1
# times what the gas costs.
PAYMENT_UNITS: constant(uint256) = ledger.EXECUTOR_SHARE_BPS * 10
GAS_UNITS: constant(uint256) = ledger.BPS * 11
# Unprofitable tasks that one call passes over.
MAX_PASSED: constant(uint256) = 64
# What a call takes before its first instruction: 21,000 and the calldata of executeTasks, 68 bytes, at most 16 gas each.
CALL_GAS: constant(uint256) = 22_500
# What the environment's proxies need before the implementation is entered, and for each byte of code that they read.
PROXY_GAS: constant(uint256) = 13_000
PROXY_GAS_PER_BYTE: constant(uint256) = 3
# Two levels of calls each hold back a 64th: limit * (64/63)^2.
GROSS_DIVIDEND: constant(uint256) = 4_096
GROSS_DIVISOR: constant(uint256) = 3_969
# What one more task costs a call besides its gas: its word, its environment's account, its event, the search.
TASK_GAS: constant(uint256) = 15_000
# What the end of a call costs at its worst: the queue, the calendar, three credits, a payment to a new account, the events.
END_GAS: constant(uint256) = 125_000
# What must be there for the end of a call: that, and what a payee may burn (payments.vy).
END_GAS_LIMIT: constant(uint256) = 250_000
# For a look at the next queue and the next task.
LOOK_GAS: constant(uint256) = 40_000
# What a call has used at its worst when it comes to its first task: CALL_GAS, six words of the calendar, five of the queue.
FRESH_GAS: constant(uint256) = 60_000
MAX_STEPS: constant(uint256) = 2**64

EXECUTION_WINDOW: public(immutable(uint64))
MINIMUM_GAS_PRICE: public(immutable(uint256))

nonces: public(HashMap[address, uint256])
# Where a call stopped that passed over tasks: number of the queue << 16 | index; 0 if none did.
stopped_at: uint256


@deploy
def __init__(treasury: address, executionWindow: uint64, minimumGasPrice: uint256, proxyBlueprint: address):
    """
    @dev Reverts with `InvalidInput()`.
    @param treasury Who is credited with the protocol's share.
    @param executionWindow How many blocks after its target a task can be executed, 1 to 2,097,152.
    @param minimumGasPrice Tasks are priced and executors paid as if the base fee were at least this, in wei, 1 to 2^64.
    @param proxyBlueprint ERC-5202 blueprint of TaskEnvironmentProxy.
    """
    if treasury == empty(address):
        shared_errors._invalid_input()
    if executionWindow == 0 or executionWindow > MAX_SCHEDULE_DISTANCE:
        shared_errors._invalid_input()
    if minimumGasPrice == 0 or minimumGasPrice > 2**64:
        shared_errors._invalid_input()
    EXECUTION_WINDOW = executionWindow
    MINIMUM_GAS_PRICE = minimumGasPrice
    ledger.__init__(treasury)
    environments.__init__(proxyBlueprint)


# ---------------------------------------------------------------- schedulers


@external
@payable
def scheduleTask(
    implementation: address,
    taskGasLimit: uint256,
    targetBlock: uint64,
    maxPayment: uint256,
    taskCallData: Bytes[environments.MAX_DATA],
) -> (bool, uint256, bytes32):
    """
    @notice Schedule a call and pay for it with the attached value; what is above the cost comes back.
    @dev Reverts with, in this order, `TaskManagerLocked()`, `TaskValidation_InvalidTargetAddress()`, `TaskGasTooLarge(gasLimit)`,
         `TaskValidation_TargetBlockInPast(targetBlock, currentBlock)`, `TaskValidation_TargetBlockTooFar(targetBlock, currentBlock)`,
         `TaskCostAboveMax(cost, maxPayment)`, `InvalidPaymentAmount(expected, provided)`, `TooManyTasksScheduled()`.
    @param implementation The execution environment that the task's account delegates to; it must have code.
    @param taskGasLimit Gas that the implementation gets, up to 750,000. It decides the size: up to 100,000 is small, up to 250,000 medium.
    @param targetBlock The first block in which it can be executed, up to 2,097,152 ahead.
    @param maxPayment Refuse if it costs more, in wei.
    @param taskCallData The call to the implementation, up to 4,096 bytes; `encodeTask` makes it.
    @return True, the cost in wei, the task's id.
    """
    run_lock._enter()
    cost: uint256 = 0
    queue: uint256 = 0
    queue_word: uint256 = 0
    cost, queue, queue_word = self._offer(implementation, taskGasLimit, targetBlock, maxPayment)
    if msg.value < cost:
        errors._invalid_payment_amount(cost, msg.value)
    nonce: uint256 = self._take_nonce()
    environment: address = environments._create(msg.sender, nonce, implementation, taskCallData)
    task_id: uint256 = self._schedule(environment, implementation, nonce, taskGasLimit, cost, queue, queue_word)
    if msg.value > cost:
        payments._pay(msg.sender, unsafe_sub(msg.value, cost))
    run_lock._leave()
    return True, cost, convert(task_id, bytes32)


@external
def scheduleWithBond(
    implementation: address,
    taskGasLimit: uint256,
    targetBlock: uint64,
    maxPayment: uint256,
    taskCallData: Bytes[environments.MAX_DATA],
) -> (bool, uint256, bytes32):
    """
    @notice As `scheduleTask`, paid from the caller's bond.
    @dev Reverts as `scheduleTask` does, with `InsufficientBond(required, actual)` in place of `InvalidPaymentAmount`.
    """
    run_lock._only_free()
    cost: uint256 = 0
    queue: uint256 = 0
    queue_word: uint256 = 0
    cost, queue, queue_word = self._offer(implementation, taskGasLimit, targetBlock, maxPayment)
    ledger._charge_bond(msg.sender, cost)
    nonce: uint256 = self._take_nonce()
    environment: address = environments._create(msg.sender, nonce, implementation, taskCallData)
    task_id: uint256 = self._schedule(environment, implementation, nonce, taskGasLimit, cost, queue, queue_word)
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
        errors._invalid_payment_amount(1, 0)
    word: uint256 = self._scheduled_word(taskId)
    records._top_up(task_ids._slot(convert(taskId, uint256)), word, msg.value)
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
    word: uint256 = self._scheduled_word(taskId)
    task_id: uint256 = convert(taskId, uint256)
    environment: address = task_ids._environment(task_id)
    owner: address = environments._owner(environment)
    if (
        msg.sender != owner
        and not cancel_rights.granted[task_id][msg.sender]
        and not cancel_rights.granted[convert(environment, uint256)][msg.sender]
    ):
        errors._unauthorized(msg.sender, owner)
    payment: uint256 = self._end_unexecuted(task_id, word, records.CANCELLED)
    log ITaskManager.TaskCancelled(taskId=taskId, owner=owner)
    payments._pay(owner, payment)
    run_lock._leave()


@external
def addTaskCanceller(taskId: bytes32, canceller: address):
    """
    @notice Let somebody cancel this task. The right ends with the id: a rescheduled task has another.
    @dev Reverts with `TaskManagerLocked()`, `TaskNotFound(taskId)`, `Unauthorized(caller, owner)`, `InvalidCancellerAddress()`.
    """
    owner: address = self._owner_of(taskId)
    cancel_rights._set(convert(taskId, uint256), canceller, owner, True)
    log ITaskManager.TaskCancellerAuthorized(taskId=taskId, owner=owner, canceller=canceller)


@external
def removeTaskCanceller(taskId: bytes32, canceller: address):
    """
    @notice Take that right back.
    @dev Reverts as `addTaskCanceller` does.
    """
    owner: address = self._owner_of(taskId)
    cancel_rights._set(convert(taskId, uint256), canceller, owner, False)
    log ITaskManager.TaskCancellerRevoked(taskId=taskId, owner=owner, canceller=canceller)


@external
def addEnvironmentCanceller(taskId: bytes32, canceller: address):
    """
    @notice Let somebody cancel every task of this task's environment, those of later attempts included.
    @dev Reverts as `addTaskCanceller` does.
    """
    owner: address = self._owner_of(taskId)
    environment: address = task_ids._environment(convert(taskId, uint256))
    cancel_rights._set(convert(environment, uint256), canceller, owner, True)
    log ITaskManager.TaskEnvironmentCancellerAuthorized(environment=environment, owner=owner, canceller=canceller)


@external
def removeEnvironmentCanceller(taskId: bytes32, canceller: address):
    """
    @notice Take that right back.
    @dev Reverts as `addTaskCanceller` does.
    """
    owner: address = self._owner_of(taskId)
    environment: address = task_ids._environment(convert(taskId, uint256))
    cancel_rights._set(convert(environment, uint256), canceller, owner, False)
    log ITaskManager.TaskEnvironmentCancellerRevoked(environment=environment, owner=owner, canceller=canceller)


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
        errors._no_active_task()
    environment: address = task_ids._environment(running)
    if msg.sender != environment:
        errors._task_must_reschedule_self()
    if run_lock.rescheduled:
        errors._task_already_rescheduled(convert(running, bytes32))
    record: uint256 = records.words[task_ids._slot(running)]
    owner: address = environments._owner(environment)
    cost: uint256 = 0
    queue: uint256 = 0
    queue_word: uint256 = 0
    cost, queue, queue_word = self._quote(
        targetBlock, records._gas_limit(record), task_ids._size(running), self._gas_price()
    )
    if cost > maxPayment:
        errors._task_cost_above_max(cost, maxPayment)
    if msg.value == 0:
        ledger._charge_bond(owner, cost)
    elif msg.value < cost:
        errors._invalid_payment_amount(cost, msg.value)
    run_lock.rescheduled = True
    task_id: uint256 = self._enlist(queue, queue_word, records._again(record, cost), owner)
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
    entry_gas: uint256 = msg.gas + CALL_GAS
    run_lock._enter()
    if payoutAddress == empty(address):
        errors._invalid_payout_address(payoutAddress)
    gas_kept: uint256 = min(targetGasReserve, 2**64) + END_GAS_LIMIT
    gas_units: uint256 = self._gas_units()
    first: uint256 = self._first_due() << 16
    last_queue: uint256 = block.number * 4 + 3
    stopped_before: uint256 = self.stopped_at
    # A call that does not begin with what is due first wraps around, up to the queue where it began.
    position: uint256 = max(stopped_before, first)
    wrapped: bool = position == first
    stop_at: uint256 = 0
    largest: uint256 = LARGE
    passed: uint256 = 0
    executed: uint256 = 0
    failed: uint256 = 0
    paid: uint256 = 0
    halted: bool = False

    for _: uint256 in range(MAX_STEPS):
        if msg.gas < gas_kept + LOOK_GAS:
            stop_at = position if passed != 0 else stopped_before
            break
        queue: uint256 = calendar._next(position >> 16, last_queue)
        if queue == calendar.NOTHING:
            if wrapped:
                break
            wrapped = True
            position = first
            last_queue = stopped_before >> 16
            continue
        start: uint256 = 0
        if queue == position >> 16:
            start = position & 65_535
        position = (queue + 1) << 16
        size: uint256 = LARGE - (queue & 3)
        if size > largest:
            continue
        queue_word: uint256 = due_queues.words[queue]
        executed_before: uint256 = executed
        for _i: uint256 in range(due_queues.MAX_TASKS):
            index: uint256 = due_queues._next(queue, queue_word, start)
            if index == due_queues.NOTHING:
                break
            start = unsafe_add(index, 1)
            slot: uint256 = size << 80 | index << 64 | queue >> 2
            record: uint256 = records.words[slot]
            task_gas: uint256 = 0
            gross_gas: uint256 = 0
            task_gas, gross_gas = self._gas_of(record)
            gas_left: uint256 = msg.gas
            if gas_left < unsafe_add(gas_kept, gross_gas):
                # Smaller ones may fit.
                if size == SMALL:
                    halted = True
                    stop_at = queue << 16 | index if passed != 0 else stopped_before
                else:
                    largest = size - 1
                break
            payment: uint256 = records._payment(slot, record)
            units: uint256 = unsafe_mul(payment, PAYMENT_UNITS)
            pays_itself: bool = units >= unsafe_mul(task_gas, gas_units)
            call_gas: uint256 = unsafe_add(unsafe_sub(entry_gas, gas_left), unsafe_add(task_gas, END_GAS))
            if pays_itself and unsafe_add(unsafe_mul(paid, PAYMENT_UNITS), units) >= unsafe_mul(call_gas, gas_units):
                paid = unsafe_add(paid, payment)
                executed = unsafe_add(executed, 1)
                queue_word = due_queues._clear(queue, queue_word, index)
                if not self._run(slot, record, gross_gas):
                    failed = unsafe_add(failed, 1)
            elif pays_itself and passed + executed != 0 and units >= (FRESH_GAS + task_gas + END_GAS) * gas_units:
                # This call has passed over so many that the task does not pay for it. The next call begins here.
                halted = True
                stop_at = queue << 16 | index
                break
            else:
                passed += 1
                if passed == MAX_PASSED:
                    halted = True
                    stop_at = (queue << 16) + start
                    break
        if executed != executed_before:
            if due_queues._live(queue_word) == 0:
                calendar._unmark(queue)
            else:
                due_queues.words[queue] = queue_word
        if halted:
            break

    if stop_at != stopped_before:
        self.stopped_at = stop_at
    fees: uint256 = self._pay_out(payoutAddress, paid, executed, failed)
    run_lock._leave()
    return fees


@external
def executeTasksById(taskIds: DynArray[bytes32, MAX_IDS], payoutAddress: address) -> uint256:
    """
    @notice Execute the tasks of the caller's choice, in his order, at whatever they pay. What is not due, was executed or cancelled, or
            does not fit into the gas, is left out.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPayoutAddress(0)`, and with `TaskNotFound(taskId)` for an id that is no task's.
    @param taskIds Up to 256.
    @param payoutAddress Who gets the fees, as a credit if it refuses them.
    @return What was paid, in wei.
    """
    run_lock._enter()
    if payoutAddress == empty(address):
        errors._invalid_payout_address(payoutAddress)
    executed: uint256 = 0
    failed: uint256 = 0
    paid: uint256 = 0
    for taskId: bytes32 in taskIds:
        record: uint256 = self._word(taskId)
        task_id: uint256 = convert(taskId, uint256)
        if records._status(record) != records.SCHEDULED:
            continue
        if task_ids._block(task_id) > block.number or self._is_past_window(task_id):
            continue
        task_gas: uint256 = 0
        gross_gas: uint256 = 0
        task_gas, gross_gas = self._gas_of(record)
        if msg.gas < END_GAS_LIMIT + gross_gas:
            continue
        slot: uint256 = task_ids._slot(task_id)
        paid += records._payment(slot, record)
        executed += 1
        self._delist(task_id)
        if not self._run(slot, record, gross_gas):
            failed += 1
    fees: uint256 = self._pay_out(payoutAddress, paid, executed, failed)
    run_lock._leave()
    return fees


@external
def expireTasks(taskIds: DynArray[bytes32, MAX_IDS]) -> uint256:
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
        record: uint256 = self._word(taskId)
        task_id: uint256 = convert(taskId, uint256)
        if records._status(record) == records.SCHEDULED and self._is_past_window(task_id):
            owner: address = environments._owner(task_ids._environment(task_id))
            payment: uint256 = self._end_unexecuted(task_id, record, records.EXPIRED)
            expired += 1
            log ITaskManager.TaskExpired(taskId=taskId, owner=owner)
            payments._pay(owner, payment)
    run_lock._leave()
    return expired


# ---------------------------------------------------------------- bonds and credits


@external
@payable
def depositBond():
    """
    @notice Add the attached value to the caller's bond.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPaymentAmount(1, 0)`.
    """
    run_lock._only_free()
    ledger._deposit(msg.sender, msg.value)


@external
@payable
def depositBondFor(owner: address):
    """
    @notice Add the attached value to somebody's bond.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPayoutAddress(0)` for zero, `InvalidPaymentAmount(1, 0)`.
    """
    run_lock._only_free()
    if owner == empty(address):
        errors._invalid_payout_address(owner)
    ledger._deposit(owner, msg.value)


@external
def withdrawBond(amount: uint256):
    """
    @notice Take from one's bond.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPaymentAmount(1, 0)` for nothing, `InsufficientBond(required, actual)`,
         `TransferFailed()`.
    @param amount In wei.
    """
    run_lock._enter()
    if amount == 0:
        errors._invalid_payment_amount(1, 0)
    ledger._take_bond(msg.sender, amount)
    log ITaskManager.BondWithdrawn(owner=msg.sender, amount=amount)
    payments._send(msg.sender, amount)
    run_lock._leave()


@external
def withdrawCredit(to: address):
    """
    @notice Send the caller's credit to an account.
    @dev Reverts with `TaskManagerLocked()`, `InvalidPayoutAddress(0)`, `InsufficientFunds()`, `TransferFailed()`.
    """
    self._withdraw_credit(msg.sender, to)


@external
def withdrawCreditFor(account: address):
    """
    @notice Send an account's credit to the account itself, for those that cannot call, such as a validator's contract; anyone may.
    @dev Reverts as `withdrawCredit` does.
    """
    self._withdraw_credit(account, account)


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
    queue: uint256 = 0
    queue_word: uint256 = 0
    cost, queue, queue_word = self._quote(targetBlock, taskGasLimit, self._size(taskGasLimit), self._gas_price())
    return cost


@view
@external
def estimateCostAt(targetBlock: uint64, taskGasLimit: uint256, baseFee: uint256) -> uint256:
    """
    @notice As `estimateCost`, at a base fee that the caller names, in wei: many nodes show 0 to a call.
    """
    gas_price: uint256 = max(baseFee, MINIMUM_GAS_PRICE)
    cost: uint256 = 0
    queue: uint256 = 0
    queue_word: uint256 = 0
    cost, queue, queue_word = self._quote(targetBlock, taskGasLimit, self._size(taskGasLimit), gas_price)
    return cost


@view
@external
def getTaskStatus(taskId: bytes32) -> uint8:
    """
    @return 0 none, 1 scheduled, 2 succeeded, 3 failed, 4 cancelled, 5 rescheduled, 6 expired: past its window, refunded or not. Never
            reverts: an id that is no task's is 0.
    """
    return convert(self._status(taskId), uint8)


@view
@external
def isTaskCancelled(taskId: bytes32) -> bool:
    """
    @dev Reverts with `TaskNotFound(taskId)`.
    """
    self._word(taskId)
    return self._status(taskId) == records.CANCELLED


@view
@external
def isTaskExecuted(taskId: bytes32) -> bool:
    """
    @notice Whether it ran, with whatever outcome.
    @dev Reverts with `TaskNotFound(taskId)`.
    """
    self._word(taskId)
    status: uint256 = self._status(taskId)
    return status == records.SUCCEEDED or status == records.FAILED or status == records.RESCHEDULED


@view
@external
def getTaskMetadata(taskId: bytes32) -> ITaskManager.TaskMetadata:
    """
    @dev Reverts with `TaskNotFound(taskId)`.
    @return Owner, the nonce of the environment, size 0 to 2.
    """
    self._word(taskId)
    task_id: uint256 = convert(taskId, uint256)
    environment: address = task_ids._environment(task_id)
    return ITaskManager.TaskMetadata(
        owner=environments._owner(environment),
        nonce=environments._nonce(environment),
        size=convert(task_ids._size(task_id), uint8),
    )


@view
@external
def getTaskPayment(taskId: bytes32) -> uint256:
    """
    @notice What is held for a task, top-ups included.
    @dev Reverts with `TaskNotFound(taskId)`.
    @return In wei, 0 once it was executed, cancelled or refunded.
    """
    return records._payment(task_ids._slot(convert(taskId, uint256)), self._word(taskId))


@view
@external
def currentTask() -> (bytes32, address, uint256, uint256, uint256):
    """
    @notice The task that runs now, for its environment.
    @dev Reverts with `NoActiveTask()`.
    @return Its id, its owner, the attempt (from 1, at most 255), what was paid for it in wei, the price of the first attempt in wei
            (without top-ups, rounded down to 11 significant bits).
    """
    running: uint256 = run_lock.state
    if running <= run_lock.TAKEN:
        errors._no_active_task()
    slot: uint256 = task_ids._slot(running)
    record: uint256 = records.words[slot]
    return (
        convert(running, bytes32),
        environments._owner(task_ids._environment(running)),
        records._attempt(record),
        records._payment(slot, record),
        records._first_price(record),
    )


@view
@external
def getEnvironment(
    owner: address, taskNonce: uint256, implementation: address, taskData: Bytes[environments.MAX_DATA]
) -> address:
    """
    @return The account that the owner's task with this nonce, implementation and data has or would have.
    """
    return environments._address(owner, taskNonce, implementation, taskData)


@view
@external
def getNextExecutionBlockInRange(lookahead: uint64) -> uint64:
    """
    @notice The first block with a task to execute, overdue ones included.
    @dev Reverts with `LookaheadExceedsMaxScheduleDistance(lookahead)`.
    @param lookahead How many blocks ahead, up to 2,097,152.
    @return The block, 0 if there is none.
    """
    queue: uint256 = calendar._next(self._first_due(), self._last_queue(lookahead))
    if queue == calendar.NOTHING:
        return 0
    return convert(queue >> 2, uint64)


@view
@external
def getTaskScheduleInRange(
    lookahead: uint64, offset: uint256, limit: uint256
) -> (DynArray[ITaskManager.BlockSchedule, MAX_PAGE], uint256):
    """
    @notice How many tasks wait in each block, overdue ones included. Looks at each block with tasks: about 4,000 gas each.
    @dev Reverts with `LookaheadExceedsMaxScheduleDistance(lookahead)`.
    @param limit At most 256 are returned.
    @return The blocks from the offset-th on, and how many there are.
    """
    page: DynArray[ITaskManager.BlockSchedule, MAX_PAGE] = []
    total: uint256 = 0
    last_queue: uint256 = self._last_queue(lookahead)
    position: uint256 = self._first_due()
    for _: uint256 in range(MAX_STEPS):
        queue: uint256 = calendar._next(position, last_queue)
        if queue == calendar.NOTHING:
            break
        first: uint256 = queue & ~convert(3, uint256)
        position = first + 4
        if total >= offset and len(page) < min(limit, MAX_PAGE):
            page.append(
                ITaskManager.BlockSchedule(
                    blockNumber=convert(queue >> 2, uint64),
                    small=due_queues._live(due_queues.words[first + 2]),
                    medium=due_queues._live(due_queues.words[first + 1]),
                    large=due_queues._live(due_queues.words[first]),
                )
            )
        total += 1
    return page, total


@view
@external
def whyStuck(taskId: bytes32) -> ITaskManager.TaskSituation:
    """
    @notice What a task waits for.
    @dev Reverts with `TaskNotFound(taskId)`. Judges the price by this block's base fee.
    """
    record: uint256 = self._word(taskId)
    task_id: uint256 = convert(taskId, uint256)
    target_block: uint64 = convert(task_ids._block(task_id), uint64)
    situation: ITaskManager.TaskSituation = empty(ITaskManager.TaskSituation)
    status: uint256 = self._status(taskId)
    situation.status = convert(status, uint8)
    if records._status(record) != records.SCHEDULED:
        return situation
    if status == records.EXPIRED:
        situation.canCall = "expireTasks"
        return situation
    task_gas: uint256 = 0
    gross_gas: uint256 = 0
    task_gas, gross_gas = self._gas_of(record)
    situation.untilBlock = target_block + EXECUTION_WINDOW
    if block.number < convert(target_block, uint256):
        situation.waitsFor = "time"
        situation.untilBlock = target_block
        situation.who = environments._owner(task_ids._environment(task_id))
        situation.canCall = "cancelTask"
    elif block.gaslimit < FRESH_GAS + gross_gas + END_GAS_LIMIT:
        situation.waitsFor = "gas"
        situation.who = environments._owner(task_ids._environment(task_id))
        situation.canCall = "cancelTask"
    elif (
        records._payment(task_ids._slot(task_id), record) * PAYMENT_UNITS
        < (FRESH_GAS + task_gas + END_GAS) * self._gas_units()
    ):
        situation.waitsFor = "price"
        situation.canCall = "topUpTask"
    else:
        situation.canCall = "executeTasks"
    return situation


@view
@external
def bondOf(owner: address) -> uint256:
    """
    @return In wei.
    """
    return ledger.bonds[owner]


@view
@external
def creditOf(account: address) -> uint256:
    """
    @return In wei: shares of fees, and payments that the account refused.
    """
    return payments.credits[account]


@view
@external
def TREASURY() -> address:
    """
    @return Who is credited with the protocol's share.
    """
    return ledger.treasury


@view
@external
def EXECUTION_ENV_TEMPLATE() -> address:
    """
    @return The proxy that every environment delegates to.
    """
    return environments.template


@pure
@external
def EXECUTOR_SHARE_BPS() -> uint256:
    """
    @return The executor's share of a payment, in 1/10,000. Rounding goes to the executor.
    """
    return ledger.EXECUTOR_SHARE_BPS


@pure
@external
def VALIDATOR_SHARE_BPS() -> uint256:
    """
    @return The share of the block's coinbase, in 1/10,000.
    """
    return ledger.VALIDATOR_SHARE_BPS


@pure
@external
def PROTOCOL_SHARE_BPS() -> uint256:
    """
    @return The treasury's share, in 1/10,000.
    """
    return ledger.PROTOCOL_SHARE_BPS


@pure
@external
def encodeTask(target: address, call: Bytes[environments.MAX_CALL]) -> Bytes[4_068]:
    """
    @notice The three layers of task data: `executeTask(bytes)` of an environment, of (target, call), of the call.
    @param call Up to 3,904 bytes.
    """
    return environments._task_data(target, call)


# ---------------------------------------------------------------- scheduling


@internal
@view
def _offer(
    implementation: address, gas_limit: uint256, target_block: uint64, max_payment: uint256
) -> (uint256, uint256, uint256):
    """
    @return The cost, the queue and its word, of a task that may be scheduled.
    """
    if implementation == self or not implementation.is_contract:
        errors._invalid_target_address()
    cost: uint256 = 0
    queue: uint256 = 0
    queue_word: uint256 = 0
    cost, queue, queue_word = self._quote(target_block, gas_limit, self._size(gas_limit), self._gas_price())
    if cost > max_payment:
        errors._task_cost_above_max(cost, max_payment)
    return cost, queue, queue_word


@internal
@view
def _quote(
    target_block: uint64, gas_limit: uint256, size: uint256, gas_price: uint256
) -> (uint256, uint256, uint256):
    """
    @return The price, the queue and its word.
    """
    target: uint256 = convert(target_block, uint256)
    if target <= block.number:
        errors._target_block_in_past(target_block, block.number)
    distance: uint256 = unsafe_sub(target, block.number)
    if distance > pricing.MAX_DISTANCE:
        errors._target_block_too_far(target_block, block.number)
    queue: uint256 = target * 4 + LARGE - size
    word: uint256 = due_queues.words[queue]
    return pricing._price(gas_limit, gas_price, due_queues._live(word), distance), queue, word


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
    gas_limit: uint256,
    cost: uint256,
    queue: uint256,
    queue_word: uint256,
) -> uint256:
    log ITaskManager.ExecutionEnvironmentCreated(
        owner=msg.sender, environment=environment, implementation=implementation, taskNonce=nonce
    )
    return self._enlist(queue, queue_word, records._new(environment, gas_limit, cost), msg.sender)


@internal
def _enlist(queue: uint256, queue_word: uint256, record: uint256, owner: address) -> uint256:
    """
    @return The id of the new task.
    """
    if due_queues._live(queue_word) == 0:
        calendar._mark(queue)
    index: uint256 = due_queues._add(queue, queue_word)
    target_block: uint256 = queue >> 2
    environment: address = convert(record & records.ADDRESS, address)
    task_id: uint256 = task_ids._pack(environment, target_block, index, LARGE - (queue & 3))
    records.words[task_ids._slot(task_id)] = record
    log ITaskManager.TaskScheduled(
        taskId=convert(task_id, bytes32), owner=owner, nextBlock=convert(target_block, uint64)
    )
    return task_id


@internal
@pure
def _size(gas_limit: uint256) -> uint256:
    if gas_limit <= convert(SMALL_GAS, uint256):
        return SMALL
    if gas_limit <= convert(MEDIUM_GAS, uint256):
        return MEDIUM
    if gas_limit > convert(LARGE_GAS, uint256):
        errors._task_gas_too_large(gas_limit)
    return LARGE


@internal
def _end_unexecuted(task_id: uint256, record: uint256, status: uint256) -> uint256:
    """
    @return What is to be refunded.
    """
    slot: uint256 = task_ids._slot(task_id)
    payment: uint256 = records._payment(slot, record)
    records._end(slot, record, status)
    self._delist(task_id)
    return payment


@internal
def _delist(task_id: uint256):
    queue: uint256 = task_ids._queue(task_id)
    word: uint256 = due_queues._clear(queue, due_queues.words[queue], task_ids._index(task_id))
    due_queues.words[queue] = word
    if due_queues._live(word) == 0:
        calendar._unmark(queue)


# ---------------------------------------------------------------- executing


@internal
def _run(slot: uint256, record: uint256, gross_gas: uint256) -> bool:
    """
    @notice Run a task; there must be enough gas. The proxy hands on exactly the gas limit, and at most 128 bytes come back.
    @dev The lock keeps the task's id until the next task or the payment: nobody is called in between.
    @return Whether it was a success.
    """
    task_id: uint256 = slot << 160 | record & records.ADDRESS
    run_lock.state = task_id
    success: bool = False
    response: Bytes[128] = b""
    success, response = raw_call(
        convert(record & records.ADDRESS, address),
        abi_encode((record >> records.GAS_AT) & records.GAS, method_id=method_id("run(uint256)")),
        gas=gross_gas,
        max_outsize=128,
        revert_on_failure=False,
    )
    if success and len(response) == 32 and extract32(response, 0) == empty(bytes32):
        success = False
    status: uint256 = records.SUCCEEDED if success else records.FAILED
    if run_lock.rescheduled:
        run_lock.rescheduled = False
        status = records.RESCHEDULED
    records._end(slot, record, status)
    log ITaskManager.TaskExecuted(
        taskId=convert(task_id, bytes32), executor=msg.sender, success=success, returnData=response
    )
    return success


@internal
def _pay_out(payee: address, paid: uint256, executed: uint256, failed: uint256) -> uint256:
    """
    @return The executor's share of what was paid for the executed tasks.
    """
    if executed == 0:
        return 0
    fees: uint256 = ledger._share_out(paid, block.coinbase)
    log ITaskManager.ExecutorReimbursed(executor=payee, amount=fees)
    log ITaskManager.TasksExecuted(executed=executed, failed=failed)
    run_lock.state = run_lock.TAKEN
    payments._pay(payee, fees)
    return fees


@internal
@view
def _gas_of(record: uint256) -> (uint256, uint256):
    """
    @return What a task uses at most, the manager's work included, and what must be passed on for it.
    """
    environment: address = convert(record & records.ADDRESS, address)
    proxy_gas: uint256 = unsafe_add(PROXY_GAS, unsafe_mul(PROXY_GAS_PER_BYTE, environment.codesize))
    gas_limit: uint256 = (record >> records.GAS_AT) & records.GAS
    return (
        unsafe_add(gas_limit, unsafe_add(proxy_gas, TASK_GAS)),
        unsafe_add(unsafe_mul(gas_limit, GROSS_DIVIDEND) // GROSS_DIVISOR, proxy_gas),
    )


@internal
@view
def _gas_units() -> uint256:
    """
    @return What a unit of gas is worth, in units that compare with PAYMENT_UNITS; below 2^145, so that products with gas do not overflow.
    """
    return min(self._gas_price(), pricing.MAX_GAS_PRICE) * GAS_UNITS


@internal
@view
def _gas_price() -> uint256:
    return max(block.basefee, MINIMUM_GAS_PRICE)


@internal
@view
def _first_due() -> uint256:
    """
    @return The number of the first queue that can still be executed.
    """
    window: uint256 = convert(EXECUTION_WINDOW, uint256)
    return (max(block.number, window) - window) * 4


@internal
@view
def _last_queue(lookahead: uint64) -> uint256:
    if lookahead > MAX_SCHEDULE_DISTANCE:
        errors._lookahead_exceeds_max_schedule_distance(lookahead)
    return (block.number + convert(lookahead, uint256)) * 4 + 3


# ---------------------------------------------------------------- tasks


@internal
@view
def _word(taskId: bytes32) -> uint256:
    """
    @dev Reverts with `TaskNotFound(taskId)`.
    """
    task_id: uint256 = convert(taskId, uint256)
    word: uint256 = records.words[task_ids._slot(task_id)]
    if word == 0 or (word ^ task_id) & records.ADDRESS != 0:
        errors._task_not_found(taskId)
    return word


@internal
@view
def _scheduled_word(taskId: bytes32) -> uint256:
    """
    @dev Reverts with `TaskNotFound(taskId)`, `TaskAlreadyCancelled(taskId)`, `TaskAlreadyExecuted(taskId)`.
    """
    word: uint256 = self._word(taskId)
    status: uint256 = records._status(word)
    if status == records.CANCELLED:
        errors._task_already_cancelled(taskId)
    if status != records.SCHEDULED or self._is_past_window(convert(taskId, uint256)):
        errors._task_already_executed(taskId)
    return word


@internal
@view
def _status(taskId: bytes32) -> uint256:
    task_id: uint256 = convert(taskId, uint256)
    word: uint256 = records.words[task_ids._slot(task_id)]
    if (word ^ task_id) & records.ADDRESS != 0:
        return records.NOTHING
    status: uint256 = records._status(word)
    if status == records.SCHEDULED and self._is_past_window(task_id):
        return records.EXPIRED
    return status


@internal
@view
def _is_past_window(task_id: uint256) -> bool:
    return block.number > task_ids._block(task_id) + convert(EXECUTION_WINDOW, uint256)


@internal
@view
def _owner_of(taskId: bytes32) -> address:
    """
    @dev For functions that call nobody: `TaskManagerLocked()`, `TaskNotFound(taskId)`.
    """
    run_lock._only_free()
    self._word(taskId)
    return environments._owner(task_ids._environment(convert(taskId, uint256)))


@internal
def _sweep(taskId: bytes32, to: address) -> address:
    """
    @return The environment, which the caller owns.
    """
    owner: address = self._owner_of(taskId)
    run_lock._enter()
    if msg.sender != owner:
        errors._unauthorized(msg.sender, owner)
    if to == empty(address):
        errors._invalid_payout_address(to)
    return task_ids._environment(convert(taskId, uint256))


@internal
def _withdraw_credit(account: address, to: address):
    run_lock._enter()
    if to == empty(address):
        errors._invalid_payout_address(to)
    payments._withdraw_credit(account, to)
    run_lock._leave()
