"""Deploys taskpools. `uv run deploy.py` shows the whole life of inference requests on a chain in process."""

import sys
from pathlib import Path

import click
from rich.console import Console

from scripts.life_cycle import LifeCycle
from scripts.system import System, deploy

__all__ = ["System", "deploy", "main"]


@click.command()
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help="Write the run to this file, as JSON.")
def command(record: Path | None) -> int:
    """Deploy the task pools on a chain in process and take inference requests through their whole life.

    Exits with 0 only if every wei is accounted for, with 2 for wrong use.
    """
    if record is not None and not record.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {record.absolute().parent}", param_hint="--record")
    console = Console()
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


def main():
    """The command; wrong use is one line and exit status 2."""
    try:
        sys.exit(command.main(standalone_mode=False))
    except click.ClickException as error:
        click.echo(f"deploy.py: {error.format_message()}", err=True)
        sys.exit(2)
    except click.Abort:
        sys.exit(130)


if __name__ == "__main__":
    main()
