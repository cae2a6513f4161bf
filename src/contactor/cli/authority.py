"""`contactor authority`: makes the authority that signs stations' certificates."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.base.instants import to_text
from contactor.central.authority.new_authority import new_authority

NAME_MAX = 64
"""As long as X.509 lets a name be (ub-common-name, ub-organization-name)."""
CERTIFICATE_FILE, KEY_FILE = "authority.pem", "authority.key"

app = typer.Typer(help="Make the authority that signs the certificates stations ask for.", no_args_is_help=True)


@app.callback()
def authority() -> None:
    """Hold the commands together, though it is one so far."""


@app.command()
def make(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where the two files go; made if it is not there.")],
    organisation: Annotated[
        str, typer.Option(help="Whose stations it signs for: what stations have as CpoName, letter for letter.")
    ],
    name: Annotated[str, typer.Option(help="The authority's own name.")] = "Contactor station authority",
    days: Annotated[int, typer.Option(min=1, max=36_500, help="How long it is valid.")] = 3650,
) -> None:
    """Write a new authority's certificate (authority.pem) and key (authority.key, for its owner alone) to DIR.

    Files that are there already are left as they are, and the command is refused.
    """
    for option, text in (("--organisation", organisation), ("--name", name)):
        if not 1 <= len(text) <= NAME_MAX or not text.isprintable():
            raise BadSetting(option, text, f"give 1 to {NAME_MAX} letters that can be printed")
    certificate, key = directory / CERTIFICATE_FILE, directory / KEY_FILE
    for file in (certificate, key):
        if file.exists():
            raise BadSetting("DIR", str(file), "it is there already, and would be lost")
    now = datetime.now(UTC)
    made = new_authority(organisation, name, now, timedelta(days=days))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _write(key, made.key, 0o600)
        try:
            _write(certificate, made.certificate, 0o644)
        except OSError:
            key.unlink()  # half an authority is none, and would be in the way of the next attempt
            raise
    except OSError as error:
        raise BadSetting("DIR", str(directory), f"it cannot be written ({error.strerror})") from error
    typer.echo(f"{certificate} and {key}: an authority of {organisation} until {to_text(now + timedelta(days=days))}")
    typer.echo(f"contactor central --set station_authority_certificate={certificate} --set station_authority_key={key}")


def _write(file: Path, text: str, mode: int) -> None:
    """Write a new file that never was anybody else's to read, not even for a moment."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as opened:
        opened.write(text)
