"""Files that commands read and write whole; what cannot be is one line."""

from pathlib import Path

import typer

from contactor.base.errors import BadSetting


def read_file(file: Path) -> bytes:
    """What is in a file.

    Raises:
        BadSetting: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadSetting("FILE", str(file), f"it cannot be read: {error.strerror}") from error


def write_file(file: Path, content: bytes) -> None:
    """Write a file and say so.

    Raises:
        BadSetting: it cannot be written.
    """
    try:
        file.write_bytes(content)
    except OSError as error:
        raise BadSetting("FILE", str(file), f"it cannot be written: {error.strerror}") from error
    typer.echo(f"{file} is written")
