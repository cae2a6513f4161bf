"""`contactor central`: runs the central system."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from contactor.base.errors import BadSetting
from contactor.central.api.server import FIRST_USER, ApiServer
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings
from contactor.central.settings_file import OFF, load_settings
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
    api_host: Annotated[
        str | None, typer.Option(help=f"Address of the REST API; {_DEFAULTS.api_host} if not given.")
    ] = None,
    api_port: Annotated[
        str | None,
        typer.Option(
            help=f'Port of the REST API, 0 for any free one, "off" for none; {_DEFAULTS.api_port} if not given.'
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            envvar="CONTACTOR_DATABASE",
            help=f"SQLite file of the ledger, or a postgresql:// URL; {_DEFAULTS.database} if not given.",
        ),
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

    The first line on stdout is JSON and tells the addresses, so that a program that starts this one knows the ports. At
    the first start a second line tells the password of the first user of the REST API.
    """
    logs.configure(log_level, log_format)
    settings = CentralSettings() if config is None else load_settings(config)
    # Any: the settings check each value themselves, whatever it is.
    given: dict[str, Any] = {
        "listen_host": host,
        "listen_port": port,
        "api_host": api_host,
        "database": database,
        "allow_unknown_stations": True if allow_unknown_stations else None,
        "tls_certificate": tls_certificate,
        "tls_key": tls_key,
    }
    settings = replace(settings, **{name: value for name, value in given.items() if value is not None})
    if api_port is not None:
        settings = replace(settings, api_port=_port(api_port))
    raise typer.Exit(loop.run(_serve(settings)))


async def _serve(settings: CentralSettings) -> int:
    async with AsyncExitStack() as running:
        central = await running.enter_async_context(CentralServer(settings))
        scheme = "ws" if settings.tls_certificate is None else "wss"
        told = {"listening": f"{scheme}://{settings.listen_host}:{central.port}{settings.listen_path}"}
        api = None
        if settings.api_port is not None:
            api = await running.enter_async_context(ApiServer(central))
            told["api"] = api.url
        typer.echo(json.dumps(told))
        if api is not None and api.first_password is not None:
            # The only time it is shown; it stands in no log and no file.
            typer.echo(json.dumps({"user": FIRST_USER, "password": api.first_password}))
        await asyncio.Event().wait()
    return 0


def _port(text: str) -> int | None:
    if text == OFF:
        return None
    if not (text.isascii() and text.isdigit()):
        raise BadSetting("--api-port", text, f'give a port, 0 for any free one, or "{OFF}"')
    return int(text)
