"""
The main job on a chain in process: inference requests from payment to payment, with all that can go wrong on the way.

Every actor is an account with a balance of its own; at the end every wei of them is accounted for.
"""

import json
import statistics
from hashlib import sha256

import boa
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from taskpools.abi import abi
from taskpools.compiled import Contract
from taskpools.demo.actors import Stage, ether
from taskpools.demo.scheduled_calls import Scheduling
from taskpools.system import System, deploy
from taskpools.units import ETHER

STATES = ["none", "available", "active", "pending", "paid", "refunded"]
FIXED, FLEXIBLE = 0, 1
PROOF_LENGTH = 995  # published clients send proofs of 989 to 997 bytes of text

MODELS = [
    ("llm-chat-v1", "Chat 8B", "Conversation and summaries, 8 billion parameters.", FLEXIBLE, 2 * 10**13),
    ("llm-code-v2", "Code 34B", "Code completion and review, 34 billion parameters.", FLEXIBLE, 9 * 10**13),
    ("image-xl", "Image XL", "One picture of 1024 by 1024 pixels.", FIXED, 4 * 10**15),
    ("speech-small", "Speech small", "A minute of speech from text.", FIXED, 1 * 10**15),
]

POOLS = [
    ("AI Tasks", "Pool for AI inference tasks"),
    ("Image Processing", "Pictures and frames; workers with at least 24 GB of video memory"),
    ("Speech", "Text to speech"),
]

REQUESTS = [
    (
        "llm-chat-v1",
        "Summarise the attached minutes of the residents' meeting in five sentences, naming who agreed to do what.",
    ),
    ("image-xl", "A lighthouse on a basalt cliff at dusk, long exposure, calm sea, no people."),
    (
        "llm-code-v2",
        "Review this function for off-by-one errors: def window(xs, n): return [xs[i:i+n] for i in range(len(xs)-n)]",
    ),
    ("speech-small", "The 14:20 to Basel leaves from platform 6. Mind the gap."),
    ("llm-chat-v1", "Explain to a ten-year-old why the moon does not fall down."),
    ("llm-chat-v1", "Traduis en français : the warranty does not cover damage caused by frost."),
    ("image-xl", "Cutaway drawing of a hydroelectric dam, labelled, in the style of a 1950s encyclopaedia."),
    (
        "llm-code-v2",
        "Write a SQL query for the three customers with the highest revenue in each region, ties included.",
    ),
    ("speech-small", "Chapter one. It was the best of times, it was the worst of times."),
    ("llm-chat-v1", "List the steps to bleed a radiator, and what tools are needed."),
    ("llm-code-v2", "Why does this loop never end? i = 10\nwhile i != 0: i = i - 3"),
    ("image-xl", "Isometric map of a small harbour town, clean lines, muted colours."),
    ("llm-chat-v1", "Draft a polite letter to a landlord about a dripping tap that was reported twice."),
    ("llm-chat-v1", "What is the difference between a comet, an asteroid and a meteor? Two sentences."),
    ("speech-small", "Warning: this door is alarmed."),
    (
        "llm-code-v2",
        "Turn this recursive Fibonacci into an iterative one and state its complexity. "
        + "def f(n): return n if n < 2 else f(n-1)+f(n-2)",
    ),
    ("image-xl", "Product photo of a walnut desk lamp on white background, soft shadow."),
    ("llm-chat-v1", "Give three arguments for and against daylight saving time, one line each."),
    ("llm-chat-v1", "Suggest a menu for six people, one of whom eats no gluten."),
    ("llm-code-v2", "Explain the regular expression ^(?=.*\\d)(?=.*[a-z]).{8,}$ part by part."),
]


def proof_of(text: str) -> bytes:
    """A proof of the usual form and length: a JSON text of hexadecimal numbers, made from the result."""
    digits = "".join(sha256(f"{text}{i}".encode()).hexdigest() for i in range(16))
    head = '{"protocol":"groth16","curve":"bn128","pi":"'
    return (head + digits[: PROOF_LENGTH - len(head) - 2] + '"}').encode()


class LifeCycle(Stage):
    """One run. `run` returns whether every wei is accounted for."""

    def run(self) -> bool:
        with boa.swap_env(boa.Env()):
            self.open()
            columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
            with Progress(*columns, console=self.console, transient=True) as progress:
                steps = [
                    self._deploy,
                    self._set_up,
                    self._request,
                    self._own_tasks,
                    self._cancel,
                    self._lapse,
                    self._work,
                    self._schedule,
                    self._retry,
                    self._cancel_scheduled,
                    self._rise,
                    self._silence,
                    self._expire,
                    self._withdraw,
                ]
                bar = progress.add_task("", total=len(steps))
                for step in steps:
                    title = (step.__doc__ or "").rstrip(".")
                    progress.update(bar, description=title)
                    self.console.rule(f"[bold]{title}", align="left")
                    step()
                    progress.advance(bar)
            self.tasks = self._read_tasks()
            self.scheduled = self.scheduling.record()
            self.checks = self._check()
            self.chain_id = boa.env.evm.vm.chain_context.chain_id
        return all(ok for _, ok in self.checks)

    # ------------------------------------------------------------ steps

    def _deploy(self) -> None:
        """Deployment."""
        self.operator = self.account("operator", 0)
        with boa.env.prank(self.operator):
            self.system: System = deploy()
        for name, contract in self.system.contracts().items():
            self.add(name, contract.address)
            self.say(f"{name} at {contract.address}")

    def _set_up(self) -> None:
        """Models, verifier, pools."""
        registry, factory = self.system.registry, self.system.factory
        self.verifier = self.account("verifier")
        self.workers = [self.account(f"worker {i}") for i in (1, 2, 3)]
        self.requesters = [self.account(f"requester {i}", 10 * ETHER) for i in (1, 2, 3, 4)]
        self.owners = [self.account(f"pool owner {i}", 10 * ETHER) for i in (1, 2, 3)]
        self.stranger = self.account("stranger")
        self.scheduling = Scheduling(self, self.system)
        for model_id, name, description, pricing, price in MODELS:
            self.do(
                "registerModel",
                registry.registerModel,
                model_id,
                name,
                description,
                pricing,
                price,
                sender=self.operator,
            )
            self.say(f"{model_id}: {ether(price)} ether {'a request' if pricing == FIXED else 'for 4 bytes'}")
        self.do("addVerifier", registry.addVerifier, self.verifier, sender=self.operator)
        self.do("setProtocolFeeBps", registry.setProtocolFeeBps, 250, sender=self.operator)
        self.pools: list[Contract] = []
        for owner, (category, metadata) in zip(self.owners, POOLS, strict=True):
            address = self.do("createPool", factory.createPool, category, metadata, sender=owner)
            self.do("approvePool", registry.approvePool, address, sender=self.operator)
            self.add(f"pool {len(self.pools)}", address)
            self.pools.append(self.system.pool(address))
            self.say(f"pool {len(self.pools) - 1} “{category}” of {self.name(owner)}, approved")

    def _request(self) -> None:
        """Twenty requests."""
        registry = self.system.registry
        self.requests = {}
        for number, (model_id, prompt) in enumerate(REQUESTS):
            requester = self.requesters[number % len(self.requesters)]
            _, cost = registry.calculateInferenceCost(model_id, prompt)
            surplus = ETHER // 100 if number % 3 == 0 else 0
            request = self.do(
                "requestInference", registry.requestInference, model_id, prompt, value=cost + surplus, sender=requester
            )
            self.spent[requester] += cost
            self.requests[request] = (requester, cost)
            pool, task = registry.requestTask(request)
            self.say(f"{self.name(requester)} pays {ether(cost)} to {model_id}: task {task} of {self.name(pool)}")
            self.wait(20)

    def _own_tasks(self) -> None:
        """A pool owner adds own tasks, paid from a plain transfer."""
        pool, owner = self.pools[1], self.owners[1]
        rewards = [5 * 10**15, 5 * 10**14]
        boa.env.execute_code(pool.address, sender=owner, value=10**16, data=b"")
        self.spent[owner] += 10**16
        deadline = boa.env.timestamp + 5 * 86_400
        self.do(
            "addAITasks, 2 tasks",
            pool.addAITasks,
            rewards,
            [1001, 1002],
            ["image-xl", "image-xl"],
            ["Frame 1 of the title sequence, fog.", "Frame 2 of the title sequence, less fog."],
            [deadline, deadline],
            sender=owner,
        )
        self.say(f"pool owner 2 adds tasks for {ether(rewards[0])} and {ether(rewards[1])}")

    def _cancel(self) -> None:
        """A requester takes a request back."""
        request = 14
        requester, cost = self.requests[request]
        self.do("cancelRequest", self.system.registry.cancelRequest, request, sender=requester)
        self.spent[requester] -= cost
        self.say(f"{self.name(requester)} cancels request {request} and is credited {ether(cost)}")

    def _lapse(self) -> None:
        """A worker claims the best task and goes silent."""
        router = self.system.router
        pool, task = self._claim(self.workers[2])
        self.wait(3_601)
        self.do("releaseExpiredTasks, 1 task", router.releaseExpiredTasks, pool.address, [task], sender=self.stranger)
        self.say(f"worker 3 lets task {task} of {self.name(pool.address)} lapse; a stranger releases it")

    def _work(self) -> None:
        """Workers claim by reward, the verifier accepts and rejects."""
        rejected = set()
        verdicts = 0
        while True:
            waiting = []
            for worker in self.workers:
                if self.system.router.getBestTaskFor(worker)[1] == 0:
                    continue
                pool, task = self._claim(worker)
                self._submit(worker, pool, task)
                waiting.append((worker, pool, task))
            if not waiting or self._left() <= 3:
                self.silent = waiting
                return
            for worker, pool, task in waiting:
                verdicts += 1
                # each fifth result is wrong the first time, and task 1 of pool 2 always
                wrong = (verdicts % 5 == 0 and (pool.address, task) not in rejected) or (
                    pool.address == self.pools[2].address and task == 1
                )
                if wrong:
                    rejected.add((pool.address, task))
                self._verify(worker, pool, task, not wrong)

    def _schedule(self) -> None:
        """Tasks of each size and environment."""
        self.scheduling.schedule_all()

    def _retry(self) -> None:
        """A target that fails twice and then works, and one that never works."""
        self.scheduling.retry()

    def _cancel_scheduled(self) -> None:
        """Each kind of canceller."""
        self.scheduling.cancel()

    def _rise(self) -> None:
        """The base fee rises."""
        self.scheduling.rise()

    def _silence(self) -> None:
        """The verifier falls silent; a scheduled task settles, and a stranger."""
        _, pool, task = self.silent[0]
        self.scheduling.schedule_settlement(pool, task, boa.env.timestamp + 86_400)
        self.say(f"scheduler 1 schedules the settling of task {task} of {self.name(pool.address)}")
        self.wait(86_400 + 60)
        self.scheduling.execute()
        for number, (worker, pool, task) in enumerate(self.silent):
            if number > 0:
                self.do("settleUnverified, 1 task", pool.settleUnverified, [task], sender=self.stranger)
            assert self._state(pool, task) == "refunded"
            self._note_refund(pool, task)
            self.say(
                f"task {task} of {self.name(pool.address)} is settled: the reward of {self.name(worker)} goes back"
            )
            request = self._request_of(pool, task)
            if request and request % 2 == 0:
                self.do(
                    "submitResult",
                    self.system.registry.submitResult,
                    request,
                    "late, free of charge",
                    sender=self.verifier,
                )

    def _expire(self) -> None:
        """What nobody claimed or executed expires."""
        self.scheduling.expire()
        for pool in self.pools:
            expired = self.system.viewer.getExpiredTasks(pool.address, 256)
            if expired:
                self.do("releaseExpiredTasks, expired", pool.releaseExpiredTasks, expired, sender=self.stranger)
                for task in expired:
                    self._note_refund(pool, task)
                self.say(f"{self.name(pool.address)}: tasks {expired} expired and are refunded")

    def _withdraw(self) -> None:
        """Refunds, fees and the free balance are withdrawn."""
        registry = self.system.registry
        for requester in self.requesters:
            credit = registry.refundOf(requester)
            if credit:
                self.do("withdrawRefund", registry.withdrawRefund, sender=requester)
                self.say(f"{self.name(requester)} withdraws {ether(credit)}")
        fees = registry.earnedFees()
        self.do("withdrawTokens", registry.withdrawTokens, sender=self.operator)
        self.say(f"operator withdraws {ether(fees)} of fees")
        self.fees = fees
        pool, owner = self.pools[1], self.owners[1]
        free = boa.env.get_balance(pool.address) - pool.reservedBalance()
        self.do("emergencyWithdraw", pool.emergencyWithdraw, sender=owner)
        self.spent[owner] -= free
        self.say(f"pool owner 2 withdraws {ether(free)} of free balance")
        self.scheduling.withdraw(self.operator, self.stranger)

    # ------------------------------------------------------------ parts of steps

    def _claim(self, worker: str) -> tuple[Contract, int]:
        router = self.system.router
        best = router.getBestTaskFor(worker)
        pool, task = self.do("claimBestTask", router.claimBestTask, sender=worker)
        assert (pool, task) == best
        pool = self.system.pool(pool)
        reward = pool.tasks(task)[0]
        self.say(f"{self.name(worker)} claims task {task} of {self.name(pool.address)} for {ether(reward)}")
        return pool, task

    def _submit(self, worker: str, pool: Contract, task: int) -> None:
        _, model_id, prompt, _, _ = pool.getAITaskData(task)
        result = f"{model_id} says: {prompt[:120]} ... done by {self.name(worker)}."
        arguments = (pool.address, task, proof_of(result), len(prompt), len(result), result)
        self.do("submitTask", self.system.router.submitTask, *arguments, sender=worker)
        self.wait(60)

    def _verify(self, worker: str, pool: Contract, task: int, valid: bool) -> None:
        own = self._request_of(pool, task) == 0
        verifier = self.owners[1] if own else self.verifier
        reward = pool.tasks(task)[0]
        operation = "verifyAndPay, accepted" if valid else "verifyAndPay, rejected"
        self.do(operation, pool.verifyAndPay, task, valid, sender=verifier)
        if valid:
            self.earned[worker] += reward
            self.say(f"task {task} of {self.name(pool.address)} accepted, {self.name(worker)} gets {ether(reward)}")
            return
        self.say(f"task {task} of {self.name(pool.address)} rejected, for {self.name(worker)} for good")
        self._note_refund(pool, task)

    def _note_refund(self, pool: Contract, task: int) -> None:
        """The cost goes back to the requester if the task ended in a refund."""
        request = self._request_of(pool, task)
        if request and self._state(pool, task) == "refunded":
            requester, cost = self.requests[request]
            self.spent[requester] -= cost

    def _request_of(self, pool: Contract, task: int) -> int:
        """The id of the task's request, 0 for an owner's own task."""
        for request in self.requests:
            if self.system.registry.requestTask(request) == (pool.address, task):
                return request
        return 0

    def _left(self) -> int:
        return sum(pool.getQueueLengths()[0] for pool in self.pools)

    def _state(self, pool: Contract, task: int) -> str:
        return self.system.viewer.whyStuck(pool.address, task).state

    # ------------------------------------------------------------ end

    def _read_tasks(self) -> list[dict]:
        found = []
        for pool in self.pools:
            for task in range(1, pool.taskCounter() + 1):
                reward, _, worker, *_ = pool.tasks(task)
                state = self._state(pool, task)
                found.append(
                    {"pool": pool.address, "id": task, "state": state, "reward": reward, "worker": str(worker)}
                )
        return found

    def _check(self) -> list[tuple[str, bool]]:
        registry = self.system.registry
        balance = boa.env.get_balance
        total = sum(balance(address) for address in self.names.values())
        checks = [
            ("all balances add up to what the accounts started with", total == sum(self.given.values())),
            ("each task is paid or refunded", all(task["state"] in ("paid", "refunded") for task in self.tasks)),
            ("no pool holds a wei", all(balance(pool.address) == pool.reservedBalance() == 0 for pool in self.pools)),
            ("the registry holds what it owes, nothing", balance(registry.address) == registry.reservedBalance() == 0),
            (
                "router and viewer hold nothing",
                balance(self.system.router.address) == balance(self.system.viewer.address) == 0,
            ),
            (
                "the operator has the fees of both halves",
                balance(self.operator) == self.fees + self.earned[self.operator],
            ),
        ]
        for account in self.workers:
            gained = balance(account) - self.given[self.name(account)]
            checks.append((f"{self.name(account)} has all rewards, {ether(gained)}", gained == self.earned[account]))
        for account in [*self.requesters, *self.owners]:
            spent = self.given[self.name(account)] - balance(account)
            checks.append((f"{self.name(account)} has spent {ether(spent)}", spent == self.spent[account]))
        stats = self.system.router.getGlobalStats()
        paid = sum(task["reward"] for task in self.tasks if task["state"] == "paid")
        checks.append(("the router's totals agree", stats[2:5] == (0, 0, 0) and stats[6] == paid))
        return checks + self.scheduling.checks()

    def show(self) -> None:
        """The two tables, and what was checked."""
        tasks = _table("Tasks at the end", "pool", "task>", "state", "reward, ether>", "worker")
        for task in self.tasks:
            worker = self.name(task["worker"]) if int(task["worker"], 16) else ""
            tasks.add_row(self.name(task["pool"]), str(task["id"]), task["state"], ether(task["reward"]), worker)
        scheduled = _table(
            "Scheduled tasks at the end", "environment", "attempt>", "status", "cost, ether>", "executor's share>"
        )
        for task in self.scheduled:
            environment = f"0x{task['id'][-40:-32]}…"
            share = ether(task["executorShare"])
            scheduled.add_row(environment, str(task["attempts"]), task["status"], ether(task["cost"]), share)
        gas = _table("Gas, as a receipt shows it", "operation", "calls>", "least>", "median>", "most>")
        for operation, used in self.gas.items():
            median = statistics.median_low(used)
            gas.add_row(operation, str(len(used)), f"{min(used):,}", f"{median:,}", f"{max(used):,}")
        self.console.print(tasks, scheduled, gas)
        for what, ok in self.checks:
            self.console.print(f"[green]ok[/]     {what}" if ok else f"[bold red]WRONG[/]  {what}")

    def record(self) -> str:
        """The run as JSON."""
        contracts = {
            name: {"address": contract.address, "abi": abi(name)} for name, contract in self.system.contracts().items()
        }
        gas = {operation: statistics.median_low(used) for operation, used in self.gas.items()}
        run = {
            "chainId": self.chain_id,
            "contracts": contracts,
            "tasks": self.tasks,
            "scheduled": self.scheduled,
            "gas": gas,
        }
        return json.dumps(run, indent=2) + "\n"


def _table(title: str, *columns: str) -> Table:
    """A table with these columns; figures, which stand on the right, end with >."""
    table = Table(title=title)
    for column in columns:
        table.add_column(column.rstrip(">"), justify="right" if column.endswith(">") else "left")
    return table
