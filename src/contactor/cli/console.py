"""`contactor console`: runs the pages of operators, beside a central system or far from it."""

import asyncio
import json
from typing import Annotated

import typer

from contactor.base.sweeping import unswept
from contactor.cli import logs, loop
from contactor.cli.ports import CONSOLE_PORT
from contactor.cli.remote.client import DEFAULT_URL, ApiUrl


def run(
    api: ApiUrl = DEFAULT_URL,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port for browsers, 0 for any free one.")] = CONSOLE_PORT,
    log_format: Annotated[logs.LogFormat, typer.Option(help="Who reads the log on stderr.")] = logs.LogFormat.TEXT,
    log_level: Annotated[logs.LogLevel, typer.Option(help="From which importance on.")] = logs.LogLevel.INFO,
) -> None:
    """Run the console until Ctrl-C: pages over the REST API, for everybody who has a user there.

    The first line on stdout is JSON and tells the address.
    """
    logs.configure(log_level, log_format)
    raise typer.Exit(loop.run(_serve(api, host, port)))


async def _serve(api: str, host: str, port: int) -> int:
    # Imported here: the pages' library takes a second to load, which no other command should wait for.
    with unswept():
        from contactor.console.server import ConsoleServer

    async with ConsoleServer(api, host, port) as console:
        typer.echo(json.dumps({"console": console.url}))
        await asyncio.Event().wait()
    return 0
