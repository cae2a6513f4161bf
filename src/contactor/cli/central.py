"""`contactor central`: runs the central system."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings
from contactor.central.settings_file import load_settings
from contactor.cli import logs, loop

_DEFAULTS = CentralSettings()


def run(
    config: Annotated[
        Path | None,
        typer.Option(help="TOML file with [central], [[station]] and [[tag]]; the options below win over it."),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help=f"Address to listen on; {_DEFAULTS.listen_host} if not given.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help=f"Port for stations, 0 for any free one; {_DEFAULTS.listen_port} if not given.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help=f"SQLite file of the ledger; {_DEFAULTS.database} if not given.")
    ] = None,
    allow_unknown_stations: Annotated[
        bool, typer.Option("--allow-unknown-stations", help="Let stations in that nobody announced.")
    ] = False,
    tls_certificate: Annotated[str | None, typer.Option(help="PEM file; stations then connect by wss.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="PEM file of the certificate's key.")] = None,
    log_format: Annotated[logs.LogFormat, typer.Option(help="Who reads the log on stderr.")] = logs.LogFormat.TEXT,
    log_level: Annotated[logs.LogLevel, typer.Option(help="From which importance on.")] = logs.LogLevel.INFO,
) -> None:
    """Run the central system until Ctrl-C: stations connect to ws://HOST:PORT/ocpp/STATION-ID.

    The first line on stdout is JSON and tells the address, so that a program that starts this one knows the port.
    """
    logs.configure(log_level, log_format)
    settings = CentralSettings() if config is None else load_settings(config)
    # Any: the settings check each value themselves, whatever it is.
    given: dict[str, Any] = {
        "listen_host": host,
        "listen_port": port,
        "database": database,
        "allow_unknown_stations": True if allow_unknown_stations else None,
        "tls_certificate": tls_certificate,
        "tls_key": tls_key,
    }
    settings = replace(settings, **{name: value for name, value in given.items() if value is not None})
    raise typer.Exit(loop.run(_serve(settings)))


async def _serve(settings: CentralSettings) -> int:
    async with CentralServer(settings) as central:
        scheme = "ws" if settings.tls_certificate is None else "wss"
        url = f"{scheme}://{settings.listen_host}:{central.port}{settings.listen_path}"
        typer.echo(json.dumps({"listening": url}))
        await asyncio.Event().wait()
    return 0
