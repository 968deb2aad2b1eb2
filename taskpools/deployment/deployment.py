"""
A live deployment from beginning to end: plan, expectations, question, broadcast, inspection, record, verification.
"""

import sys
import time

import click
from rich.console import Console

from taskpools.abi import export_abis
from taskpools.deployment import keys, record
from taskpools.deployment.broadcast import Broadcast, resume
from taskpools.deployment.checks import inspect
from taskpools.deployment.console import Stopped, say
from taskpools.deployment.fees import most, offer
from taskpools.deployment.journal import Journal, alone
from taskpools.deployment.node import Node
from taskpools.deployment.options import Options
from taskpools.deployment.plan import GAS_PERCENT, Plan, Terms, make_plan
from taskpools.deployment.record import Folder, evm_version
from taskpools.deployment.verification import ETHERSCAN, EXPLORERS, verify, write_bundle
from taskpools.steps import OWNED
from taskpools.units import ETHER, GWEI, exact


class Deployment:
    """One run of the command. `run` returns nothing; raises `Stopped` or `click.UsageError`."""

    def __init__(self, options: Options, console: Console):
        self.options = options
        self.console = console
        self.node = Node(options.rpc)

    def run(self) -> None:
        chain_id = self._expect_chain()
        folder = Folder(self.options.deployments, chain_id)
        found = record.read(folder)
        if found is not None and not folder.journal.exists() and not self.options.again:
            self._look_again(folder, found)
        elif self.options.dry_run:
            self._deploy(folder)
        else:
            with alone(folder.path, chain_id):
                self._deploy(folder)

    # ------------------------------------------------------------ parts

    def _expect_chain(self) -> int:
        """The chain must be the one that was asked for, and run the build's code."""
        chain_id = self.node.chain_id()
        if self.options.chain_id not in (None, chain_id):
            raise Stopped(f"{self.node.host} is on chain {chain_id}, not on chain {self.options.chain_id}")
        if not self.node.supports(evm_version()):
            raise Stopped(f"chain {chain_id} does not support the evm version {evm_version()}")
        return chain_id

    def _deploy(self, folder: Folder) -> None:
        deployer, signer = self._deployer()
        options = self.options
        treasury, verifiers = options.treasury or deployer, tuple(dict.fromkeys(options.verifiers))
        terms = Terms(folder.chain_id, deployer, treasury, options.owner, verifiers)
        journal, plan = self._prepare(folder, terms)
        plan.show(self.console)
        journal.limit = self._expect_money(plan, journal)
        if signer is None or options.dry_run:
            say(self.console, "rehearsed in process; nothing was sent")
            return
        self._ask()
        journal.save()
        broadcast = Broadcast(
            self.node,
            signer,
            plan,
            journal,
            self.console,
            options.max_fee,
            options.timeout,
            options.confirmations,
        )
        broadcast.run()
        self._inspect(plan)
        self._record(folder, plan, journal)
        self._verify(folder)

    def _deployer(self) -> tuple[str, keys.Signer | None]:
        """Who deploys. A rehearsal needs no password if the keystore says whose it is."""
        options = self.options
        if options.key_env is not None:
            signer = keys.from_environment(options.key_env)
            return signer.address, signer
        assert options.keystore is not None  # the options have one of the two
        if options.dry_run and (address := keys.address_in(options.keystore)) is not None:
            return address, None
        signer = keys.from_keystore(options.keystore, options.password_file)
        return signer.address, signer

    def _prepare(self, folder: Folder, terms: Terms) -> tuple[Journal, Plan]:
        """The journal that was left, or a new one, and the plan that goes with it."""
        if folder.journal.exists():
            journal, plan, anew = resume(self.node, folder.journal, terms)
            if anew:
                say(self.console, "[yellow]the deployer's nonces have changed: what is left is planned anew")
            done = sum(entry.receipt is not None for entry in journal.entries)
            say(self.console, f"going on with the deployment of {folder.journal}: {done} steps are done")
            return journal, plan
        first, pending = (self.node.nonce(terms.deployer, block) for block in ("latest", "pending"))
        if pending > first:
            count = f"{pending - first} transaction" + ("s" if pending - first > 1 else "")
            raise Stopped(f"the deployer has {count} that is not mined yet: wait for it, or replace it")
        nonces = tuple(range(first, first + len(terms.steps())))
        return Journal.begin(folder.journal, terms, nonces), make_plan(terms, nonces)

    def _expect_money(self, plan: Plan, journal: Journal) -> int:
        """
        Show what is left to pay; the base fee must be low enough, and the deployer able to pay.

        Returns the limit, in wei: the most that all transactions of the deployment may cost, with those of earlier
        runs.
        """
        options = self.options
        limit = options.max_cost or (journal.limit if options.yes else None)
        left = [
            (planned.gas, entry.nonce)
            for planned, entry in zip(plan.transactions, journal.entries, strict=True)
            if entry.receipt is None
        ]
        gas = sum(used for used, _ in left)
        cap, bound = options.max_fee, f"--max-fee {(options.max_fee or 0) / GWEI:g}"
        if limit is not None and left:
            spent = sum(cost for nonce, cost in journal.costs().items() if nonce not in {nonce for _, nonce in left})
            affordable = max(0, limit - spent) // (gas * GAS_PERCENT // 100)
            if cap is None or affordable < cap:
                cap, bound = (
                    affordable,
                    f"the {affordable / GWEI:g} gwei for each gas that {exact(limit)} ether allow",
                )
        end = time.monotonic() + (0 if options.dry_run else options.timeout)
        while (offered := offer(base_fee := self.node.base_fee(), tip := self.node.tip(), cap)) is None:
            if time.monotonic() > end:
                raise Stopped(f"the base fee is {base_fee / GWEI:g} gwei, above {bound}")
            say(self.console, f"the base fee is {base_fee / GWEI:g} gwei, above {bound}: waiting")
            time.sleep(min(12.0, options.timeout / 2))
        if limit is None:
            limit = max(most(plan, journal, offered[0], options.max_fee), journal.limit or 0)
        cost, need = gas * (base_fee + tip), gas * GAS_PERCENT // 100 * offered[0]
        balance = self.node.balance(plan.terms.deployer)
        say(
            self.console,
            f"{gas:,} gas, about {cost / ETHER:.6f} ether at {(base_fee + tip) / GWEI:g} gwei\n"
            f"the whole deployment costs at most {exact(limit)} ether, whatever the node says\n"
            f"deployer {plan.terms.deployer} has {balance / ETHER:.6f} ether",
        )
        if balance < need:
            raise Stopped(
                f"the deployer {plan.terms.deployer} has {balance / ETHER:.6f} ether "
                f"and may need {need / ETHER:.6f}: send more first"
            )
        return limit

    def _ask(self) -> None:
        if self.options.yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError("nobody is there to be asked: --yes and --chain-id spend without a question")
        if not click.confirm("Spend this?"):
            raise Stopped("nothing was sent")

    def _inspect(self, plan: Plan) -> None:
        looked = inspect(self.node, plan)
        wrong = [line for line, right in looked if not right]
        for line in wrong:
            say(self.console, f"[bold red]WRONG[/]  {line}")
        if wrong:
            raise Stopped(f"the system on the chain is not what was planned: {len(wrong)} of {len(looked)} checks fail")
        say(self.console, f"[green]checked on the chain: code, links, owners and constants, {len(looked)} in all")

    def _record(self, folder: Folder, plan: Plan, journal: Journal) -> None:
        kept = record.write(folder, record.make(plan, journal))
        write_bundle(folder, plan)
        export_abis(self.options.abis)
        journal.remove()
        if kept is not None:
            say(self.console, f"the record of the earlier deployment is kept as {kept}")
        say(self.console, f"recorded in {folder.record}; for verification by hand: {folder.bundle}")
        owner = plan.terms.owner
        if owner is not None:
            contracts = " and ".join(f"{name} at {plan.addresses[name]}" for name in OWNED)
            say(
                self.console,
                f"{owner} is proposed as owner and becomes it by calling acceptOwnership() of {contracts}",
            )

    def _look_again(self, folder: Folder, found: dict) -> None:
        """The system is deployed already: check it, and have it verified if that was asked."""
        say(self.console, f"{folder.record} records a deployment: nothing is sent (--again makes another one)")
        self._inspect(make_plan(record.terms_of(found), record.nonces_of(found)))
        self._verify(folder)

    def _verify(self, folder: Folder) -> None:
        options = self.options
        if options.verify is None:
            return
        explorer = EXPLORERS[options.verify](options.explorer or ETHERSCAN, folder.chain_id, options.explorer_key)
        with self.console.status(f"{options.verify} verifies the sources"):
            problems = verify(folder, explorer, self.console.print)
        for problem in problems:
            say(self.console, f"[bold red]NOT VERIFIED[/]  {problem}")
        if problems:
            raise Stopped(
                f"{len(problems)} contracts are not verified. The system is deployed and recorded: "
                "run the same command again to try once more"
            )
