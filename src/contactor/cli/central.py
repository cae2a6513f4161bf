"""`contactor central`: runs the central system."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.base.sweeping import unswept
from contactor.central.api.people_rows import FIRST_USER
from contactor.central.server import CentralServer
from contactor.central.setting_words import OFF, Given, read_pairs, read_word
from contactor.central.settings import CentralSettings
from contactor.central.settings_file import load_settings
from contactor.cli import logs, loop
from contactor.cli.console_process import ConsoleProcess
from contactor.cli.ports import CONSOLE_PORT

if TYPE_CHECKING:
    from contactor.central.api.server import ApiServer

_DEFAULTS = CentralSettings()


def run(
    config: Annotated[
        Path | None,
        typer.Option(
            help="TOML file with [central], [[station]], [[tag]] and [[tag_group]]; environment and options win."
        ),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help=f"Address to listen on; {_DEFAULTS.listen_host} if not given.")
    ] = None,
    port: Annotated[
        str | None, typer.Option(help=f"Port for stations, 0 for any free one; {_DEFAULTS.listen_port} if not given.")
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
    console_port: Annotated[
        str,
        typer.Option(
            help='Port of the console for browsers, 0 for any free one, "off" for none. It needs an API without TLS.'
        ),
    ] = str(CONSOLE_PORT),
    database: Annotated[
        str | None,
        typer.Option(
            help=f"SQLite file of the ledger, or a postgresql:// URL; {_DEFAULTS.database} if not given.",
        ),
    ] = None,
    allow_unknown_stations: Annotated[
        bool, typer.Option("--allow-unknown-stations", help="Let stations in that nobody announced.")
    ] = False,
    tls_certificate: Annotated[str | None, typer.Option(help="PEM file; stations then connect by wss.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="PEM file of the certificate's key.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any other setting, such as drain_s=30; may be repeated."),
    ] = None,
    log_format: Annotated[logs.LogFormat, typer.Option(help="Who reads the log on stderr.")] = logs.LogFormat.TEXT,
    log_level: Annotated[logs.LogLevel, typer.Option(help="From which importance on.")] = logs.LogLevel.INFO,
) -> None:
    """Run the central system until Ctrl-C: stations connect to ws://HOST:PORT/ocpp/STATION-ID.

    The first line on stdout is JSON and tells the addresses, so that a program that starts this one knows the ports. At
    the first start a second line tells the password of the first user of the REST API and of the console.

    Every setting also has an environment variable, CONTACTOR_ and its name in capitals. Options win over variables, and
    variables over the file. SIGHUP reads the certificates again; SIGTERM and Ctrl-C let calls on the way end first
    (drain_s), a second one does not.
    """
    logs.configure(log_level, log_format)
    words = {
        "--host": ("listen_host", host),
        "--port": ("listen_port", port),
        "--api-host": ("api_host", api_host),
        "--api-port": ("api_port", api_port),
        "--database": ("database", database),
        "--allow-unknown-stations": ("allow_unknown_stations", "true" if allow_unknown_stations else None),
        "--tls-certificate": ("tls_certificate", tls_certificate),
        "--tls-key": ("tls_key", tls_key),
    }
    flags = dict(read_pairs(settings or []))
    flags.update({name: Given(read_word(name, word), flag) for flag, (name, word) in words.items() if word is not None})
    served = load_settings(config, os.environ, flags)
    raise typer.Exit(loop.run(_serve(served, _port("--console-port", console_port))))


async def _serve(settings: CentralSettings, console_port: int | None) -> int:
    make_api = _api_maker(settings)  # before stations come: it takes a second
    async with AsyncExitStack() as running:
        central = await running.enter_async_context(CentralServer(settings))
        told = _addresses(settings, central)
        api = None
        if make_api is not None:
            api = await running.enter_async_context(make_api(central))
            told["api"] = api.url
            if api.ftp_port is not None:
                told["ftp"] = f"ftp://{settings.ftp_host}:{api.ftp_port}"
            # With TLS its certificate names another host than the one by which this machine reaches it.
            if console_port is not None and settings.api_tls_certificate is None:
                console = ConsoleProcess(_near(api.url), host=settings.api_host, port=console_port)
                told["console"] = (await running.enter_async_context(console)).url
        typer.echo(json.dumps(told))
        if api is not None and api.first_password is not None:
            # The only time it is shown; it stands in no log and no file.
            typer.echo(json.dumps({"user": FIRST_USER, "password": api.first_password}))
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _renew, central)
        try:
            await asyncio.Event().wait()
        finally:
            # The API stays meanwhile, so that whoever asks /readyz hears that nobody is let in any more.
            await central.drain()
    return 0


def _api_maker(settings: CentralSettings) -> Callable[[CentralServer], "ApiServer"] | None:
    """Makes the API of a central system; None if there is to be none."""
    if settings.api_port is None:
        return None
    # Imported here: a central system without it starts in half of the time.
    with unswept():
        from contactor.central.api.server import ApiServer
        from contactor.virtual.twin.twins import VirtualTwins

    return lambda central: ApiServer(central, twins=VirtualTwins())


def _addresses(settings: CentralSettings, central: CentralServer) -> dict[str, str]:
    scheme = "ws" if settings.tls_certificate is None else "wss"
    told = {"listening": f"{scheme}://{settings.listen_host}:{central.port}{settings.listen_path}"}
    if central.doors.plain_port is not None:
        told["plain"] = f"ws://{settings.listen_host}:{central.doors.plain_port}{settings.listen_path}"
    return told


def _renew(central: CentralServer) -> None:
    """Read the certificates again; what went wrong stands in the log, and nobody else is there to tell."""
    with suppress(BadSetting):
        central.certificates.renew()


def _near(url: str) -> str:
    """The API as this machine reaches it: one that listens everywhere is reached here too."""
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _port(option: str, text: str) -> int | None:
    if text == OFF:
        return None
    if not (text.isascii() and text.isdigit()):
        raise BadSetting(option, text, f'give a port, 0 for any free one, or "{OFF}"')
    return int(text)
