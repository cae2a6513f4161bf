"""`contactor mqtt`: the fleet on the topics of an MQTT broker."""

import os
from pathlib import Path
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.cli import logs, loop
from contactor.cli.remote.client import DEFAULT_URL, ApiUrl, token_given
from contactor.mqtt.broker import read_broker
from contactor.mqtt.settings import BridgeSettings
from contactor.mqtt.topics import Topics

USER_VARIABLE = "CONTACTOR_MQTT_USER"
PASSWORD_VARIABLE = "CONTACTOR_MQTT_PASSWORD"  # noqa: S105 - the name of a variable, not what is in it


def run(
    broker: Annotated[str, typer.Option(help="mqtt://HOST[:PORT], or mqtts:// over TLS.")] = "mqtt://127.0.0.1",
    prefix: Annotated[str, typer.Option(help="What all topics begin with.")] = "contactor",
    place: Annotated[
        Path, typer.Option(help="File that keeps the number of the last event, so that a restart goes on there.")
    ] = Path("contactor-mqtt.place"),
    orders: Annotated[
        bool, typer.Option("--orders", help="Take orders by topic; the token must be an operator's.")
    ] = False,
    discovery: Annotated[
        str | None,
        typer.Option(help="Home Assistant's discovery prefix, such as homeassistant; nothing is told without it."),
    ] = None,
    authority: Annotated[Path | None, typer.Option(help="PEM file of who signed the broker's certificate.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="PEM file of a certificate of one's own.")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    client_id: Annotated[str, typer.Option(help="The name at the broker; no two may share one.")] = "contactor",
    api: ApiUrl = DEFAULT_URL,
    log_format: Annotated[logs.LogFormat, typer.Option(help="Who reads the log on stderr.")] = logs.LogFormat.TEXT,
    log_level: Annotated[logs.LogLevel, typer.Option(help="From which importance on.")] = logs.LogLevel.INFO,
) -> None:
    """Keep the fleet on MQTT topics until Ctrl-C, by the REST API and a token in CONTACTOR_TOKEN.

    User and password at the broker come by CONTACTOR_MQTT_USER and CONTACTOR_MQTT_PASSWORD.
    """
    logs.configure(log_level, log_format)
    user, password = os.environ.get(USER_VARIABLE), os.environ.get(PASSWORD_VARIABLE)
    if password is not None and user is None:
        raise BadSetting(USER_VARIABLE, None, f"{PASSWORD_VARIABLE} is set, so name a user too")
    settings = BridgeSettings(
        broker=read_broker(broker, authority=authority, certificate=certificate, key=key, user=user, password=password),
        place=place,
        topics=Topics(prefix),
        discovery_prefix=discovery,
        obeys=orders,
        client_id=client_id,
    )
    raise typer.Exit(loop.run(_bridge(settings, api, token_given())))


async def _bridge(settings: BridgeSettings, api: str, token: str) -> int:
    try:
        from contactor.mqtt.bridge import Bridge
    except ModuleNotFoundError as error:
        raise BadSetting("mqtt", error.name, "it is not installed: pip install 'contactor[mqtt]'") from error
    from contactor.mqtt.central import Central

    async with Central(api, token) as central:
        await Bridge(settings, central).run()
    return 0
