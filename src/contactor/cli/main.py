"""`contactor`: the command and its sub-commands, and the one place where a person's mistake becomes a line."""

import sys
from typing import Annotated

import typer

from contactor import __version__
from contactor.base.errors import BadSetting, ContactorError
from contactor.cli import backup, central, demo, firmware, guide_tables, station
from contactor.cli.remote import commands, reservations, sites, stations, system, tags, tokens, transactions, users

app = typer.Typer(
    help="Both ends of the OCPP 1.6 wire of a DC fast charger: a virtual EVlink Pro DC, and a central system.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(guide_tables.app, name="guide")
app.add_typer(firmware.app, name="firmware")
app.command(name="central")(central.run)
app.add_typer(station.app, name="station")
app.command(name="demo")(demo.run)
for _name, _commands in (
    ("stations", stations),
    ("tags", tags),
    ("transactions", transactions),
    ("commands", commands),
    ("sites", sites),
    ("reservations", reservations),
    ("users", users),
    ("tokens", tokens),
    ("system", system),
):
    app.add_typer(_commands.app, name=_name)
app.command(name="backup")(backup.backup)
app.command(name="restore")(backup.restore)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"contactor {__version__}")
        raise typer.Exit


@app.callback()
def contactor(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Hold the options of the command itself."""


def main() -> None:
    """Run the command; an error of ours is one line on stderr and exit code 2 (a bad value) or 1 (a failure)."""
    try:
        app(standalone_mode=True)
    except BadSetting as error:
        _say(str(error))
        sys.exit(2)
    except (ContactorError, OSError) as error:
        _say(str(error))
        sys.exit(1)


def _say(message: str) -> None:
    typer.echo(f"contactor: {message}", err=True)


if __name__ == "__main__":
    main()
