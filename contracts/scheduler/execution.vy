# pragma version 0.4.3
"""
@title Execution
@license MIT
@notice Runs the tasks that are due and pays the executor. Two promises: a task that is started has all the gas that
        the task asked for, and a call that ran a task pays at least what the call's gas costs.
@dev Neither promise depends on a price list. The first: the environment's proxy compares the remaining gas with the
     task's gas limit where the proxy hands the gas over. If the gas does not suffice, the proxy reverts, and the task
     stays scheduled. The second: before the payment, the executor's share is compared with the cost of the gas that
     the call has used. A call that would lose is undone.

     The numbers of gas_costs.vy only decide what is tried. A task is tried if its payment covers its own gas, and, with
     the payments of the tasks around it, the call. Other tasks are passed over. A call that has earned something
     searches on only while the earnings cover the search.
"""

from ..interfaces import ITaskManager
from ..shared import bits
from ..shared import list_bounds
from ..shared import payments
from ..shared import task_data
from . import buckets
from . import calendar
from . import gas_costs
from . import ledger
from . import manager_errors
from . import pricing
from . import run_lock
from . import task_ids
from . import task_records
from . import task_schedule

uses: calendar
uses: buckets
uses: gas_costs
uses: ledger
uses: payments
uses: task_records
uses: run_lock
uses: task_schedule

# How many tasks one call passes over.
MAX_PASSED: constant(uint256) = 64
# How many tasks one call looks at to find out whether they pay for the call together. If they do not, the call passes
# over half of them. So the next call looks at every group of neighbours from its first task on.
MAX_GROUP: constant(uint256) = 64
# Gas that must be left for the payment, besides CALL_GAS: what a payee may burn, and a credit.
PAYMENT_ROOM: constant(uint256) = 2 * payments.PAYMENT_GAS
# A payment promises 1.1 times the cost of the gas, at the price of the block in which the task was scheduled. So a call
# searches on only while that holds: payment * PROMISE_UNITS >= gas * gas units * PROMISED_UNITS.
PROMISE_UNITS: constant(uint256) = ledger.EXECUTOR_SHARE_BPS * 10
PROMISED_UNITS: constant(uint256) = 11
# Vyper wants a bound for a loop; gas is the real one.
MAX_STEPS: constant(uint256) = 2**64

# What became of a run.
NOT_STARTED: constant(uint256) = 0
FAILED: constant(uint256) = 1
SUCCEEDED: constant(uint256) = 2

# What keeps a task from running.
NOTHING: constant(uint256) = 0
TIME: constant(uint256) = 1
GAS: constant(uint256) = 2
PRICE: constant(uint256) = 3

# Where the last call that passed over tasks stopped: bucket << 16 | index. 0 if there was none.
stopped_at: uint256


@internal
def _execute_due(executor: address, gas_reserve: uint256, entry_gas: uint256) -> (uint256, uint256, uint256):
    """
    @notice Run the tasks that are due: the earliest block first; in a block large, medium, small; in a size by index.
    @param executor The account that called the manager.
    @param gas_reserve Gas that must be left for the caller.
    @param entry_gas The gas that is left, and the gas that the transaction had used before.
    @return The payments for the tasks that ran, in wei; how many ran; how many of those failed.
    """
    gas_kept: uint256 = self._gas_kept(gas_reserve)
    gas_units: uint256 = self._gas_units()
    overhead: uint256 = gas_costs.TASK_GAS
    first: uint256 = task_schedule._first_due() << 16
    last_bucket: uint256 = block.number * 4 + 3
    stopped_before: uint256 = self.stopped_at
    # A call that does not begin with the first due task wraps around, up to the bucket where the call began.
    position: uint256 = max(stopped_before, first)
    wrapped: bool = position == first
    stop_at: uint256 = 0
    largest: uint256 = task_schedule.LARGE
    # Up to here tasks pay for the call together: the call searches on although the earnings do not cover the search.
    group_end: uint256 = 0
    max_passed: uint256 = MAX_PASSED
    passed: uint256 = 0
    executed: uint256 = 0
    failed: uint256 = 0
    paid: uint256 = 0
    halted: bool = False

    for _: uint256 in range(MAX_STEPS):
        if msg.gas < unsafe_add(gas_kept, overhead) or (
            executed != 0 and position >= group_end and not self._covers(paid, entry_gas, gas_units)
        ):
            stop_at = position if passed != 0 else stopped_before
            break
        bucket: uint256 = calendar._next(position >> 16, last_bucket)
        if bucket == calendar.NO_BUCKET:
            if wrapped:
                break
            wrapped = True
            position = first
            group_end = 0
            last_bucket = stopped_before >> 16
            continue
        start: uint256 = 0
        if bucket == position >> 16:
            start = position & 65_535
        position = unsafe_add(bucket, 1) << 16
        size: uint256 = unsafe_sub(task_schedule.LARGE, bucket & 3)
        if size > largest:
            continue
        head: uint256 = buckets.heads[bucket]
        executed_before: uint256 = executed
        for _i: uint256 in range(buckets.MAX_TASKS):
            index: uint256 = buckets._next(bucket, head, start)
            if index == buckets.NO_INDEX:
                break
            here: uint256 = bucket << 16 | index
            start = unsafe_add(index, 1)
            # In this loop fields are packed and unpacked without the helpers: each call of a helper costs 50 gas.
            place: uint256 = size << task_ids.SIZE_AT | index << task_ids.INDEX_AT | bucket >> 2
            record: uint256 = task_records.records[place]
            gas_limit: uint256 = (record >> task_records.GAS_AT) & task_records.GAS
            gas_left: uint256 = msg.gas
            outcome: uint256 = NOT_STARTED
            payment: uint256 = 0
            # As `_gross`.
            gross: uint256 = unsafe_add(unsafe_add(gas_limit, gas_limit >> 4), unsafe_mul(overhead, 2))
            if gas_left >= unsafe_add(gas_kept, gross):
                payment = task_records._payment(place, record)
                task_gas: uint256 = unsafe_add(gas_limit, overhead)
                units: uint256 = unsafe_mul(payment, ledger.EXECUTOR_SHARE_BPS)
                runs: bool = units >= unsafe_mul(task_gas, gas_units)
                if runs and executed == 0 and here >= group_end:
                    pays: bool = False
                    if passed == 0:
                        call_gas: uint256 = unsafe_add(unsafe_sub(entry_gas, gas_left), self._end_gas())
                        pays = units >= unsafe_mul(unsafe_add(task_gas, call_gas), gas_units)
                    else:
                        pays = self._covers(payment, unsafe_add(entry_gas, gas_limit), gas_units)
                        if not pays and self._pays_for_call(gas_limit, payment, gas_units):
                            # This call has passed over too many. The next call begins here.
                            halted = True
                            stop_at = here
                            break
                    if not pays:
                        # Perhaps this task pays for the call together with those behind it.
                        if max_passed == MAX_PASSED:
                            group_end = self._group_end(here, last_bucket, gas_kept, entry_gas, gas_units)
                            if group_end == 0:
                                max_passed = MAX_GROUP // 2
                        runs = group_end > here
                if not runs:
                    passed = unsafe_add(passed, 1)
                    if passed >= max_passed or (
                        executed != 0 and here >= group_end and not self._covers(paid, entry_gas, gas_units)
                    ):
                        halted = True
                        stop_at = unsafe_add(here, 1)
                        break
                    continue
                outcome = self._run(executor, place, record, gas_kept)
            if outcome == NOT_STARTED:
                # A smaller task may fit.
                if size == task_schedule.SMALL:
                    halted = True
                    stop_at = here if passed != 0 else stopped_before
                else:
                    largest = size - 1
                break
            head = buckets._clear(bucket, head, index)
            if index >= buckets.INLINE:
                # The further word is written, so the head is too: views agree during the next run.
                buckets.heads[bucket] = head
            paid = unsafe_add(paid, payment)
            executed = unsafe_add(executed, 1)
            if outcome == FAILED:
                failed = unsafe_add(failed, 1)
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
@view
def _group_end(
    start_at: uint256, last_bucket: uint256, gas_kept: uint256, entry_gas: uint256, gas_units: uint256
) -> uint256:
    """
    @notice Whether a task and those behind it pay for the call together. Looks at 64 tasks at most, and not around
            the end.
    @param start_at The task: bucket << 16 | index.
    @return The place behind the last task that is needed for that. 0 if the tasks do not pay for the call.
    """
    position: uint256 = start_at
    surplus: uint256 = 0
    gross: uint256 = 0
    looked: uint256 = 0
    for _: uint256 in range(MAX_GROUP):
        bucket: uint256 = calendar._next(position >> 16, last_bucket)
        if bucket == calendar.NO_BUCKET:
            break
        start: uint256 = 0
        if bucket == position >> 16:
            start = position & 65_535
        position = unsafe_add(bucket, 1) << 16
        head: uint256 = buckets.heads[bucket]
        for _i: uint256 in range(MAX_GROUP):
            index: uint256 = buckets._next(bucket, head, start)
            if index == buckets.NO_INDEX:
                break
            start = unsafe_add(index, 1)
            place: uint256 = task_ids._place_at(
                bucket >> 2, index, unsafe_sub(task_schedule.LARGE, bucket & 3)
            )
            record: uint256 = task_records.records[place]
            gas_limit: uint256 = task_records._gas_limit(record)
            units: uint256 = unsafe_mul(task_records._payment(place, record), ledger.EXECUTOR_SHARE_BPS)
            own_units: uint256 = unsafe_mul(unsafe_add(gas_limit, gas_costs.TASK_GAS), gas_units)
            if units >= own_units:
                surplus = unsafe_add(surplus, unsafe_sub(units, own_units))
                gross = unsafe_add(gross, self._gross(gas_limit))
                gas_left: uint256 = msg.gas
                if gas_left < unsafe_add(gas_kept, gross):
                    return 0
                call_gas: uint256 = unsafe_add(unsafe_sub(entry_gas, gas_left), self._end_gas())
                if surplus >= unsafe_mul(call_gas, gas_units):
                    return bucket << 16 | start
            looked = unsafe_add(looked, 1)
            if looked == MAX_GROUP:
                return 0
    return 0


@internal
def _execute_named(
    executor: address, task_ids_: DynArray[bytes32, list_bounds.MAX_PAGE], gas_reserve: uint256
) -> (uint256, uint256, uint256):
    """
    @notice Run these tasks, whatever they pay. Tasks that are not due, have ended, or do not fit into the gas are
            left out. The rest of the ids is left out once the gas only covers finishing the call.
    @dev Reverts with `TaskNotFound(taskId)` for the first id that no task has, among the ids that the call comes to.
    @param gas_reserve Gas that must be left for the caller.
    @return As `_execute_due`.
    """
    gas_kept: uint256 = self._gas_kept(gas_reserve)
    executed: uint256 = 0
    failed: uint256 = 0
    paid: uint256 = 0
    for taskId: bytes32 in task_ids_:
        if msg.gas < unsafe_add(gas_kept, gas_costs.TASK_GAS):
            break
        record: uint256 = task_schedule._record(taskId)
        task_id: uint256 = convert(taskId, uint256)
        if task_records._status(record) != task_records.SCHEDULED:
            continue
        if task_ids._block(task_id) > block.number or task_schedule._is_past_window(task_id):
            continue
        if msg.gas < unsafe_add(gas_kept, self._gross(task_records._gas_limit(record))):
            continue
        place: uint256 = task_ids._place(task_id)
        payment: uint256 = task_records._payment(place, record)
        outcome: uint256 = self._run(executor, place, record, gas_kept)
        if outcome == NOT_STARTED:
            continue
        task_schedule._delist(task_id)
        paid = unsafe_add(paid, payment)
        executed = unsafe_add(executed, 1)
        if outcome == FAILED:
            failed = unsafe_add(failed, 1)
    return paid, executed, failed


@internal
def _run(executor: address, place: uint256, record: uint256, gas_kept: uint256) -> uint256:
    """
    @notice Run a task with all the gas but what is kept. The environment's proxy passes exactly the task's gas limit
            on, or reverts with NOT_STARTED bytes, which no implementation can make it do.
    @dev The lock keeps the task's id until the next task or the payment: no other account is called in between.
    @param gas_kept Gas to finish the call. The caller has checked that more is left.
    @return NOT_STARTED, FAILED or SUCCEEDED.
    """
    task_id: uint256 = place << task_ids.PLACE_AT | record & bits.ADDRESS
    run_lock.state = task_id
    success: bool = False
    response: Bytes[task_data.NOT_STARTED] = b""
    success, response = raw_call(
        convert(record & bits.ADDRESS, address),
        abi_encode((record >> task_records.GAS_AT) & task_records.GAS, method_id=method_id("run(uint256)")),
        gas=max(msg.gas, gas_kept) - gas_kept,
        max_outsize=task_data.NOT_STARTED,
        revert_on_failure=False,
    )
    if len(response) == 32:
        if success:
            success = extract32(response, 0) != empty(bytes32)
    elif len(response) == task_data.NOT_STARTED:
        return NOT_STARTED
    elif len(response) != 0:
        success, response = self._told(success, response)
    status: uint256 = task_records.SUCCEEDED if success else task_records.FAILED
    if run_lock.rescheduled:
        run_lock.rescheduled = False
        status = task_records.RESCHEDULED
    task_records._end(place, record, status)
    log ITaskManager.TaskExecuted(
        taskId=convert(task_id, bytes32), executor=executor, success=success, returnData=response
    )
    return SUCCEEDED if success else FAILED


@internal
@pure
def _told(success: bool, response: Bytes[task_data.NOT_STARTED]) -> (bool, Bytes[task_data.NOT_STARTED]):
    """
    @return Whether the run succeeded, and the bytes to log. An environment that returned (false, bytes) failed, and the
            bytes are logged.
    """
    succeeded: bool = success
    start: uint256 = 0
    length: uint256 = len(response)
    if (
        success
        and length >= task_data.REASON_AT
        and extract32(response, 0) == empty(bytes32)
        and convert(extract32(response, 32), uint256) == 64
    ):
        succeeded = False
        start = task_data.REASON_AT
        length = min(unsafe_sub(length, task_data.REASON_AT), convert(extract32(response, 64), uint256))
    return succeeded, slice(response, start, min(length, task_data.MAX_OUTCOME))


@internal
def _pay_out(
    executor: address,
    payee: address,
    paid: uint256,
    executed: uint256,
    failed: uint256,
    entry_gas: uint256,
    allow_loss: bool,
) -> uint256:
    """
    @notice Share out the payments and pay the executor.
    @dev Reverts with `ExecutionUnprofitable(share, cost)` if the executor's share is less than what the gas of the call
         costs, without what a payee does, unless a loss is allowed.
    @param entry_gas As in `_execute_due`.
    @return The executor's share in wei.
    """
    if executed == 0:
        return 0
    fees: uint256 = ledger._share_out(paid, block.coinbase)
    log ITaskManager.ExecutorReimbursed(executor=payee, amount=fees)
    log ITaskManager.TasksExecuted(executed=executed, failed=failed)
    if not allow_loss:
        # The payment to an account that exists, and the way out, take less than TASK_GAS.
        gas_used: uint256 = unsafe_add(unsafe_sub(entry_gas, msg.gas), gas_costs.TASK_GAS)
        cost: uint256 = unsafe_mul(gas_used, self._gas_price())
        if fees < cost:
            manager_errors._execution_unprofitable(fees, cost)
    run_lock.state = run_lock.TAKEN
    payments._pay(payee, fees)
    return fees


@internal
@view
def _covers(paid: uint256, entry_gas: uint256, gas_units: uint256) -> bool:
    """
    @return Whether the payments cover one more look, besides the gas that the call has used and finishing the call in
            the worst case.
    """
    # A look takes less than TASK_GAS. About a quarter of CALL_GAS is the search, which is over.
    rest: uint256 = unsafe_add(gas_costs.TASK_GAS, unsafe_sub(gas_costs.CALL_GAS, gas_costs.CALL_GAS // 4))
    call_gas: uint256 = unsafe_add(unsafe_sub(entry_gas, msg.gas), rest)
    return unsafe_mul(paid, PROMISE_UNITS) >= unsafe_mul(unsafe_mul(call_gas, gas_units), PROMISED_UNITS)


@internal
@view
def _obstacle(place: uint256, record: uint256) -> uint256:
    """
    @return Why a due task cannot be the first of a call: GAS if no block has enough gas for the task, PRICE if the task
            does not pay for a call at this block's base fee, otherwise NOTHING.
    """
    gas_limit: uint256 = task_records._gas_limit(record)
    if block.gaslimit < unsafe_add(unsafe_add(gas_costs._overhead(), self._gross(gas_limit)), PAYMENT_ROOM):
        return GAS
    if not self._pays_for_call(gas_limit, task_records._payment(place, record), self._gas_units()):
        return PRICE
    return NOTHING


@internal
@view
def _pays_for_call(gas_limit: uint256, payment: uint256, gas_units: uint256) -> bool:
    """
    @return Whether a task alone pays for a call that passes over nothing.
    """
    call_gas: uint256 = unsafe_add(gas_limit, unsafe_sub(gas_costs._overhead(), gas_costs.CALL_GAS >> 2))
    return unsafe_mul(payment, ledger.EXECUTOR_SHARE_BPS) >= unsafe_mul(call_gas, gas_units)


@internal
@view
def _gas_kept(gas_reserve: uint256) -> uint256:
    """
    @return Gas that must be left to finish a call.
    """
    return unsafe_add(min(gas_reserve, 2**64), unsafe_add(gas_costs.CALL_GAS, PAYMENT_ROOM))


@internal
@view
def _gross(gas_limit: uint256) -> uint256:
    """
    @return Gas that is worth a try for a task: the gas limit, a little more than the 1/64 that each of three calls on
            the way withholds, and twice what the proxies take. The environment's proxy decides.
    """
    return unsafe_add(unsafe_add(gas_limit, gas_limit >> 4), unsafe_mul(gas_costs.TASK_GAS, 2))


@internal
@view
def _end_gas() -> uint256:
    """
    @return Gas to finish a call that has passed over nothing, in the worst case without what a payee uses: half of
            CALL_GAS, and a quarter more for new words of treasury and validator. With less than that, a call that
            hardly pays would run its tasks and be undone, again and again, and hold up the tasks behind.
    """
    half: uint256 = gas_costs.CALL_GAS >> 1
    if payments.credits[block.coinbase] == 0 or payments.credits[ledger.TREASURY] == 0:
        return unsafe_add(half, half >> 1)
    return half


@internal
@view
def _gas_price() -> uint256:
    """
    @return The worth of one gas in wei, at most 2^128, so that products with gas do not overflow.
    """
    return min(task_schedule._gas_price(), pricing.MAX_GAS_PRICE)


@internal
@view
def _gas_units() -> uint256:
    """
    @return The worth of one gas, to compare with payment * EXECUTOR_SHARE_BPS.
    """
    return unsafe_mul(self._gas_price(), ledger.BPS)
