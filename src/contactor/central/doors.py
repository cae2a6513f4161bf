"""SHELL: the doors stations come in by: wss, ws, or both, with one count over all of them."""

import asyncio
from collections.abc import Sequence

from contactor.central.certificates import Certificates
from contactor.central.settings import CentralSettings
from contactor.link.door_rules import DoorLimits, DoorRules
from contactor.link.link import Admitter, Listener
from contactor.link.tls import Told
from contactor.link.websocket_server import ListenerSettings, WebSocketListener
from contactor.link.websocket_wire import WireLimits


class Doors:
    """The listeners of one central system; the first is the one that `listen_port` means."""

    def __init__(self, listeners: Sequence[Listener], rules: DoorRules | None = None) -> None:
        self._listeners = tuple(listeners)
        self._rules = rules or DoorRules(DoorLimits())

    @property
    def port(self) -> int:
        """The TCP port in use."""
        return self._listeners[0].port

    @property
    def plain_port(self) -> int | None:
        """The port of ws beside wss, if there is one."""
        return self._listeners[1].port if len(self._listeners) > 1 else None

    @property
    def slowed(self) -> int:
        """How often stations that sent too fast were made to rest."""
        return sum(each.slowed for each in self._listeners if isinstance(each, WebSocketListener))

    @property
    def cut(self) -> dict[str, int]:
        """How many connections were cut before they began, by reason."""
        return {reason.value: count for reason, count in self._rules.turned.items()}

    async def start(self) -> None:
        """Accept stations.

        Raises:
            BadSetting: an address cannot be had; then none is listened on.
        """
        try:
            for each in self._listeners:
                await each.start()
        except BaseException:
            await self.close()
            raise

    def stop_admitting(self) -> None:
        """Accept no more; who is connected stays."""
        for each in self._listeners:
            each.stop_admitting()

    async def close(self) -> None:
        """Accept no more, end every connection, and return when the last is gone."""
        await asyncio.gather(*(each.close() for each in self._listeners))


def open_doors(settings: CentralSettings, admit: Admitter, certificates: Certificates, told: Told) -> Doors:
    """The doors of a real deployment; `told` hears of refused TLS handshakes.

    Raises:
        BadSetting: a certificate cannot be used.
    """
    pairs = (
        (settings.tls_certificate, settings.tls_key),
        (settings.tls_second_certificate, settings.tls_second_key),
    )
    tls = certificates.serve(pairs, client_ca=settings.tls_client_ca, told=told)
    rules = DoorRules(
        DoorLimits(
            settings.address_connections_max or None,
            settings.address_handshakes_per_s or None,
            settings.trusted_addresses,
        )
    )
    ports = [(settings.listen_port, tls)]
    if settings.plain_port is not None:
        ports.append((settings.plain_port, None))
    return Doors(
        [
            WebSocketListener(
                admit,
                host=settings.listen_host,
                port=port,
                path_prefix=settings.listen_path,
                tls=context,
                settings=_listener_settings(settings),
                rules=rules,
            )
            for port, context in ports
        ],
        rules,
    )


def _listener_settings(settings: CentralSettings) -> ListenerSettings:
    wire = WireLimits(message_bytes_max=settings.message_bytes_max, frames_per_s=settings.station_frames_per_s or None)
    return ListenerSettings(
        wire=wire, handshake_limit_s=settings.handshake_limit_s, connections_max=settings.connections_max or None
    )
