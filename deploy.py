"""
Deploys taskpools. `uv run deploy.py` shows the whole life of inference requests on a chain in process; `--rpc` deploys
to a real one.
"""

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from taskpools.artifacts import DoesNotCompile
from taskpools.deployment.console import Stopped
from taskpools.deployment.options import Options, live_options


def __getattr__(name: str) -> Any:
    """`from deploy import deploy`, `System`: titanoboa takes two seconds to load, which help and a typo need not."""
    if name not in ("System", "deploy"):
        raise AttributeError(f"module 'deploy' has no attribute {name!r}")
    from taskpools import system

    return getattr(system, name)


@click.command()
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help="Write the run to this file, as JSON.")
@live_options
def command(record: Path | None, export_abi: Path | None, live: Options | None) -> int:
    """Deploy the task pools and the task manager.

    Without --rpc that is on a chain in process, where inference requests and scheduled calls are taken through their
    whole life. With --rpc it is on a real chain; run the same command again to go on after any fault. docs/deploying.md
    tells more.

    Exits with 0 if all is well, with 1 if a wei is missing or the chain stops the deployment, with 2 for wrong use.
    """
    console = Console()
    if live is not None:
        from taskpools.deployment.deployment import Deployment

        Deployment(live, console).run()
        return 0
    if export_abi is not None:
        from taskpools.abi import export_abis

        export_abis(export_abi)
        console.print(f"ABIs are in {export_abi}")
        return 0
    if record is not None and not record.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {record.absolute().parent}", param_hint="--record")
    from taskpools.demo.life_cycle import LifeCycle

    run = LifeCycle(console)
    accounted = run.run()
    run.show()
    if record is not None:
        try:
            record.write_text(run.record())
        except OSError as error:
            raise click.UsageError(f"cannot write {record}: {error.strerror}") from error
        console.print(f"recorded in {record}")
    if not accounted:
        console.print("[bold red]not every wei is accounted for")
        return 1
    console.print("[bold green]every wei is accounted for")
    return 0


def main() -> None:
    """The command; wrong use is one line and exit status 2, what the chain refuses one line and 1."""
    try:
        sys.exit(command.main(standalone_mode=False))
    except click.ClickException as error:
        click.echo(f"deploy.py: {error.format_message()}", err=True)
        sys.exit(2)
    except (Stopped, DoesNotCompile) as error:
        click.echo(f"deploy.py: {error}", err=True)
        sys.exit(1)
    except click.Abort:
        sys.exit(130)


if __name__ == "__main__":
    main()
