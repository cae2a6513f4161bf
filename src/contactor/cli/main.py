"""`contactor`: the command and its sub-commands, and the one place where a person's mistake becomes a line."""

import sys
from typing import Annotated

import typer

from contactor import __version__
from contactor.base.errors import BadSetting, ContactorError
from contactor.cli.late import LateGroup

COMMANDS = {
    "guide": "contactor.cli.guide_tables:app",
    "firmware": "contactor.cli.firmware:app",
    "authority": "contactor.cli.authority:app",
    "storm": "contactor.cli.storm:app",
    "central": "contactor.cli.central:run",
    "console": "contactor.cli.console:run",
    "station": "contactor.cli.station:app",
    "panel": "contactor.cli.panel:run",
    "trace": "contactor.cli.trace:app",
    "demo": "contactor.cli.demo:run",
    "fleet": "contactor.cli.fleet:app",
    "stations": "contactor.cli.remote.stations:app",
    "tags": "contactor.cli.remote.tags:app",
    "tag-groups": "contactor.cli.remote.tag_groups:app",
    "transactions": "contactor.cli.remote.transactions:app",
    "tariffs": "contactor.cli.remote.tariffs:app",
    "alarms": "contactor.cli.remote.alarms:app",
    "commands": "contactor.cli.remote.commands:app",
    "messages": "contactor.cli.remote.messages:show",
    "sites": "contactor.cli.remote.sites:app",
    "files": "contactor.cli.remote.diagnostics:app",
    "images": "contactor.cli.remote.images:app",
    "campaigns": "contactor.cli.remote.campaigns:app",
    "reservations": "contactor.cli.remote.reservations:app",
    "lists": "contactor.cli.remote.lists:app",
    "configuration": "contactor.cli.remote.configuration:app",
    "onboarding": "contactor.cli.remote.onboarding:app",
    "reports": "contactor.cli.remote.reports:app",
    "webhooks": "contactor.cli.remote.webhooks:app",
    "mqtt": "contactor.cli.mqtt:run",
    "users": "contactor.cli.remote.users:app",
    "tokens": "contactor.cli.remote.tokens:app",
    "system": "contactor.cli.remote.system:app",
    "backup": "contactor.cli.backup:backup",
    "restore": "contactor.cli.backup:restore",
}
"""The sub-commands and where they stand: a Typer of its own, or the function of one command."""


class Commands(LateGroup):
    """The sub-commands of `contactor`."""

    places = COMMANDS


app = typer.Typer(
    cls=Commands,
    help="Both ends of the OCPP 1.6 wire of a DC fast charger: a virtual EVlink Pro DC, and a central system.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
