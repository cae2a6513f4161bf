"""`contactor panel`: the front panel of virtual stations in a browser, over their control API."""

import asyncio
import json
import os
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.base.sweeping import unswept
from contactor.cli import logs, loop
from contactor.cli.control.client import DEFAULT_URL, TOKEN_VARIABLE, At
from contactor.cli.ports import PANEL_PORT


def run(
    at: At = DEFAULT_URL,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port for browsers, 0 for any free one.")] = PANEL_PORT,
    badges: Annotated[
        list[str] | None, typer.Option("--badge", help="A badge that lies beside the reader; may be given again.")
    ] = None,
    log_format: Annotated[logs.LogFormat, typer.Option(help="Who reads the log on stderr.")] = logs.LogFormat.TEXT,
    log_level: Annotated[logs.LogLevel, typer.Option(help="From which importance on.")] = logs.LogLevel.INFO,
) -> None:
    """Run the front panel until Ctrl-C, for whoever sits at this machine: it needs no login and listens on 127.0.0.1.

    The first line on stdout is JSON and tells the address. The control API's token comes from CONTACTOR_CONTROL_TOKEN.
    """
    logs.configure(log_level, log_format)
    for badge in badges or []:
        if not (1 <= len(badge) <= 100 and badge.isprintable()):
            raise BadSetting("--badge", badge, "give 1 to 100 printable characters")
    raise typer.Exit(loop.run(_serve(at, port, os.environ.get(TOKEN_VARIABLE) or None, badges or [])))


async def _serve(at: str, port: int, token: str | None, badges: list[str]) -> int:
    # Imported here: the pages' library takes a second to load, which no other command should wait for.
    with unswept():
        from contactor.panel.server import PanelServer

    async with PanelServer(at, port=port, token=token, badges=badges) as panel:
        typer.echo(json.dumps({"panel": panel.url}))
        await asyncio.Event().wait()
    return 0
