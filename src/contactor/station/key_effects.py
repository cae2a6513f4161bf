"""Knows which configuration keys do more than wait to be read when they are written (CF-19, SEC-07)."""

from collections.abc import Callable, Mapping

from contactor.station.configuration import Configuration
from contactor.station.connection import Connection
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.registration import Registration
from contactor.station.security_log import SecurityEvent, SecurityLog


class KeyEffects:
    """What a write sets off; everything else reads its key when it needs it."""

    __slots__ = ("_configuration", "_connection", "_effects", "_registration", "_security_log")

    def __init__(
        self,
        configuration: Configuration,
        connection: Connection,
        registration: Registration,
        security_log: SecurityLog,
    ) -> None:
        self._configuration = configuration
        self._connection = connection
        self._registration = registration
        self._security_log = security_log
        self._effects: Mapping[str, Callable[[Moment], None]] = {
            Key.AUTHORIZATION_KEY: self._authorization_key,
            Key.HEARTBEAT_INTERVAL: registration.heartbeat_interval_changed,
            Key.SECURITY_EVENTS_ENABLED: lambda now: self._reconfigured(Key.SECURITY_EVENTS_ENABLED, now),
            Key.SUPERVISION_URL: lambda now: self._reconfigured(Key.SUPERVISION_URL, now),
            Key.WEB_SOCKET_PING_INTERVAL: lambda _now: connection.ping_changed(),
        }

    def written(self, name: str, now: Moment) -> None:
        """A key was written and the write taken, whether it acts now or after the next restart."""
        effect = self._effects.get(self._configuration.canonical(name))
        if effect is not None:
            effect(now)

    def _authorization_key(self, now: Moment) -> None:
        self._reconfigured(Key.AUTHORIZATION_KEY, now)
        self._connection.key_changed()

    def _reconfigured(self, key: Key, now: Moment) -> None:
        # The key, and never its value.
        self._security_log.record(SecurityEvent.RECONFIGURATION_OF_SECURITY_PARAMETERS, now, f"{key} written")
