# pragma version 0.4.3
"""
@title Execution
@license MIT
@notice Runs the tasks that are due and pays the executor. Two promises: a task that is started has all the gas that
        the task asked for, and a call that ran a task pays at least 1.1 times the cost of the call's gas.
@dev The first promise: a task is started only if the remaining gas covers the task, the 1/64 that each call on the way
     withholds, and finishing this call.

     The second promise: a task runs only if the call's earnings with this task cover the gas that the call has used,
     the task in the worst case, and finishing the call in the worst case. A task that does not pay for itself is
     passed over. A call that has earned something searches on only while the earnings cover the search.
"""

from ..interfaces import ITaskManager
from ..shared import bits
from ..shared import list_bounds
from ..shared import payments
from ..shared import task_data
from . import buckets
from . import calendar
from . import ledger
from . import pricing
from . import run_lock
from . import task_ids
from . import task_records
from . import task_schedule

uses: calendar
uses: buckets
uses: ledger
uses: payments
uses: task_records
uses: run_lock
uses: task_schedule

# A payment is enough for some gas if payment * PAYMENT_UNITS >= gas * gas price * GAS_UNITS. Then the executor's
# share of the payment is at least 1.1 times the cost of that gas.
PAYMENT_UNITS: constant(uint256) = ledger.EXECUTOR_SHARE_BPS * 10
GAS_UNITS: constant(uint256) = ledger.BPS * 11
# How many unprofitable tasks one call passes over.
MAX_PASSED: constant(uint256) = 64
# Gas before the first instruction: 21,000, and the calldata of executeTasks, 68 bytes at 16 gas or less.
CALL_GAS: constant(uint256) = 22_500
# Gas of the environment's proxies before they enter the implementation, and for each byte of code that they read.
PROXY_GAS: constant(uint256) = 14_000
PROXY_GAS_PER_BYTE: constant(uint256) = 3
# Each of two calls on the way withholds 1/64: limit * (64/63)^2.
GROSS_DIVIDEND: constant(uint256) = 4_096
GROSS_DIVISOR: constant(uint256) = 3_969
# Gas of one more task besides the task's own: record, account of the environment, event, search.
TASK_GAS: constant(uint256) = 15_000
# Gas to finish a call in the worst case: bucket, calendar, three credits, a payment to a new account, events.
END_GAS: constant(uint256) = 125_000
# Gas that must be left to finish a call: END_GAS, and what a payee may burn (payments.vy).
END_GAS_LIMIT: constant(uint256) = 250_000
# A look at a task that the executor named: record, account, and one pass of the loop.
NAMED_GAS: constant(uint256) = 10_000
# A look at the next bucket and its first task: six words of the calendar, three of the bucket, a record, an account.
LOOK_GAS: constant(uint256) = 30_000
# Gas that a call has used in the worst case at its first task: CALL_GAS, six words of the calendar, five of the bucket.
FRESH_GAS: constant(uint256) = 60_000
# Vyper wants a bound for a loop; gas is the real one.
MAX_STEPS: constant(uint256) = 2**64

# Where the last call that passed over tasks stopped: bucket << 16 | index. 0 if there was none.
stopped_at: uint256


@internal
def _execute_due(gas_reserve: uint256) -> (uint256, uint256, uint256):
    """
    @notice Run the tasks that are due: the earliest block first; in a block large, medium, small; in a size by index.
    @param gas_reserve Gas that must be left for the caller.
    @return The payments for the tasks that ran, in wei; how many ran; how many of those failed.
    """
    entry_gas: uint256 = msg.gas + CALL_GAS
    gas_kept: uint256 = min(gas_reserve, 2**64) + END_GAS_LIMIT
    gas_units: uint256 = self._gas_units()
    first: uint256 = task_schedule._first_due() << 16
    last_bucket: uint256 = block.number * 4 + 3
    stopped_before: uint256 = self.stopped_at
    # A call that does not begin with the first due task wraps around, up to the bucket where the call began.
    position: uint256 = max(stopped_before, first)
    wrapped: bool = position == first
    stop_at: uint256 = 0
    largest: uint256 = task_schedule.LARGE
    passed: uint256 = 0
    executed: uint256 = 0
    failed: uint256 = 0
    paid: uint256 = 0
    halted: bool = False

    for _: uint256 in range(MAX_STEPS):
        if msg.gas < gas_kept + LOOK_GAS or (executed != 0 and not self._covers(paid, entry_gas, gas_units)):
            stop_at = position if passed != 0 else stopped_before
            break
        bucket: uint256 = calendar._next(position >> 16, last_bucket)
        if bucket == calendar.NO_BUCKET:
            if wrapped:
                break
            wrapped = True
            position = first
            last_bucket = stopped_before >> 16
            continue
        start: uint256 = 0
        if bucket == position >> 16:
            start = position & 65_535
        position = (bucket + 1) << 16
        size: uint256 = task_schedule.LARGE - (bucket & 3)
        if size > largest:
            continue
        head: uint256 = buckets.heads[bucket]
        executed_before: uint256 = executed
        for _i: uint256 in range(buckets.MAX_TASKS):
            index: uint256 = buckets._next(bucket, head, start)
            if index == buckets.NO_INDEX:
                break
            start = unsafe_add(index, 1)
            # In this loop fields are packed and unpacked without the helpers: each call of a helper costs 50 gas.
            place: uint256 = size << task_ids.SIZE_AT | index << task_ids.INDEX_AT | bucket >> 2
            record: uint256 = task_records.records[place]
            task_gas: uint256 = 0
            gross_gas: uint256 = 0
            task_gas, gross_gas = self._gas_of(record)
            gas_left: uint256 = msg.gas
            if gas_left < unsafe_add(gas_kept, gross_gas):
                # A smaller task may fit.
                if size == task_schedule.SMALL:
                    halted = True
                    stop_at = bucket << 16 | index if passed != 0 else stopped_before
                else:
                    largest = size - 1
                break
            payment: uint256 = task_records._payment(place, record)
            units: uint256 = unsafe_mul(payment, PAYMENT_UNITS)
            pays_itself: bool = units >= unsafe_mul(task_gas, gas_units)
            call_gas: uint256 = unsafe_add(unsafe_sub(entry_gas, gas_left), unsafe_add(task_gas, END_GAS))
            if pays_itself and unsafe_add(unsafe_mul(paid, PAYMENT_UNITS), units) >= unsafe_mul(call_gas, gas_units):
                paid = unsafe_add(paid, payment)
                executed = unsafe_add(executed, 1)
                head = buckets._clear(bucket, head, index)
                if not self._run(place, record, gross_gas):
                    failed = unsafe_add(failed, 1)
            elif pays_itself and passed + executed != 0 and units >= (FRESH_GAS + task_gas + END_GAS) * gas_units:
                # This call has passed over so many tasks that this one does not pay for the call. The next call
                # begins here.
                halted = True
                stop_at = bucket << 16 | index
                break
            else:
                passed += 1
                if passed == MAX_PASSED or (executed != 0 and not self._covers(paid, entry_gas, gas_units)):
                    halted = True
                    stop_at = (bucket << 16) + start
                    break
        if executed != executed_before:
            if buckets._live(head) == 0:
                calendar._unmark(bucket)
            else:
                buckets.heads[bucket] = head
        if halted:
            break

    if stop_at != stopped_before:
        self.stopped_at = stop_at
    return paid, executed, failed


@internal
def _execute_named(
    task_ids_: DynArray[bytes32, list_bounds.MAX_PAGE], gas_reserve: uint256
) -> (uint256, uint256, uint256):
    """
    @notice Run these tasks, whatever they pay. Tasks that are not due, have ended, or do not fit into the gas are
            left out. The rest of the ids is left out once the gas only covers finishing the call.
    @dev Reverts with `TaskNotFound(taskId)` for the first id that no task has, among the ids that the call comes to.
    @param gas_reserve Gas that must be left for the caller.
    @return As `_execute_due`.
    """
    gas_kept: uint256 = min(gas_reserve, 2**64) + END_GAS_LIMIT
    executed: uint256 = 0
    failed: uint256 = 0
    paid: uint256 = 0
    for taskId: bytes32 in task_ids_:
        if msg.gas < gas_kept + NAMED_GAS:
            break
        record: uint256 = task_schedule._record(taskId)
        task_id: uint256 = convert(taskId, uint256)
        if task_records._status(record) != task_records.SCHEDULED:
            continue
        if task_ids._block(task_id) > block.number or task_schedule._is_past_window(task_id):
            continue
        task_gas: uint256 = 0
        gross_gas: uint256 = 0
        task_gas, gross_gas = self._gas_of(record)
        if msg.gas < gas_kept + gross_gas:
            continue
        place: uint256 = task_ids._place(task_id)
        paid += task_records._payment(place, record)
        executed += 1
        task_schedule._delist(task_id)
        if not self._run(place, record, gross_gas):
            failed += 1
    return paid, executed, failed


@internal
def _run(place: uint256, record: uint256, gross_gas: uint256) -> bool:
    """
    @notice Run a task. The caller has checked the gas. The proxy passes exactly the gas limit on, and at most 128
            bytes come back.
    @dev The lock keeps the task's id until the next task or the payment: no other account is called in between.
    @return Whether the task succeeded.
    """
    task_id: uint256 = place << task_ids.PLACE_AT | record & bits.ADDRESS
    run_lock.state = task_id
    success: bool = False
    response: Bytes[task_data.MAX_OUTCOME] = b""
    success, response = raw_call(
        convert(record & bits.ADDRESS, address),
        abi_encode((record >> task_records.GAS_AT) & task_records.GAS, method_id=method_id("run(uint256)")),
        gas=gross_gas,
        max_outsize=task_data.MAX_OUTCOME,
        revert_on_failure=False,
    )
    if success and len(response) == 32 and extract32(response, 0) == empty(bytes32):
        success = False
    status: uint256 = task_records.SUCCEEDED if success else task_records.FAILED
    if run_lock.rescheduled:
        run_lock.rescheduled = False
        status = task_records.RESCHEDULED
    task_records._end(place, record, status)
    log ITaskManager.TaskExecuted(
        taskId=convert(task_id, bytes32), executor=msg.sender, success=success, returnData=response
    )
    return success


@internal
def _pay_out(payee: address, paid: uint256, executed: uint256, failed: uint256) -> uint256:
    """
    @notice Share out the payments and pay the executor.
    @return The executor's share in wei.
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
def _covers(paid: uint256, entry_gas: uint256, gas_units: uint256) -> bool:
    """
    @return Whether the payments cover one more look, besides the gas that the call has used and finishing the call.
    """
    call_gas: uint256 = unsafe_add(unsafe_sub(entry_gas, msg.gas), LOOK_GAS + END_GAS)
    return unsafe_mul(paid, PAYMENT_UNITS) >= unsafe_mul(call_gas, gas_units)


@internal
@view
def _obstacle(place: uint256, record: uint256) -> String[8]:
    """
    @return Why a due task cannot be the first of a call: "gas" if no block has enough gas for the task, "price" if
            the task does not pay at this block's base fee, otherwise nothing.
    """
    task_gas: uint256 = 0
    gross_gas: uint256 = 0
    task_gas, gross_gas = self._gas_of(record)
    if block.gaslimit < FRESH_GAS + gross_gas + END_GAS_LIMIT:
        return "gas"
    if task_records._payment(place, record) * PAYMENT_UNITS < (FRESH_GAS + task_gas + END_GAS) * self._gas_units():
        return "price"
    return ""


@internal
@view
def _gas_of(record: uint256) -> (uint256, uint256):
    """
    @return The gas that a task uses at most, including the manager's work, and the gas that must be passed on for the
            task.
    """
    environment: address = convert(record & bits.ADDRESS, address)
    proxy_gas: uint256 = unsafe_add(PROXY_GAS, unsafe_mul(PROXY_GAS_PER_BYTE, environment.codesize))
    gas_limit: uint256 = (record >> task_records.GAS_AT) & task_records.GAS
    return (
        unsafe_add(gas_limit, unsafe_add(proxy_gas, TASK_GAS)),
        unsafe_add(unsafe_mul(gas_limit, GROSS_DIVIDEND) // GROSS_DIVISOR, proxy_gas),
    )


@internal
@view
def _gas_units() -> uint256:
    """
    @return The worth of one gas, to compare with payment * PAYMENT_UNITS. Below 2^145, so products with gas do not
            overflow.
    """
    return min(task_schedule._gas_price(), pricing.MAX_GAS_PRICE) * GAS_UNITS
