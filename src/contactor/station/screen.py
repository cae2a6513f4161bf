"""Knows which connector the charger's screen shows: the one a badge is meant for (LA-1..3)."""

from collections.abc import Mapping

from contactor.base.ids import ConnectorId
from contactor.station.connector import Connector


class Screen:
    """Shows the welcome page while no car is connected, and otherwise one connector that has one.

    With `offers_free` a driver may also choose a connector without a car, to show the badge before plugging in there.
    """

    __slots__ = ("_connectors", "_offers_free", "_shown")

    def __init__(self, connectors: Mapping[ConnectorId, Connector], *, offers_free: bool = False) -> None:
        self._connectors = connectors
        self._offers_free = offers_free
        self._shown: ConnectorId | None = None

    @property
    def shown(self) -> ConnectorId | None:
        """The connector shown; None is the welcome page."""
        return self._shown

    def plugged(self, connector_id: ConnectorId) -> None:
        """A car was just connected: its driver stands in front of the screen."""
        self._shown = connector_id

    def unplugged(self, connector_id: ConnectorId) -> None:
        """A car left: show another one, if there is one."""
        if self._shown == connector_id:
            self._shown = next(iter(self._plugged()), None)

    def touched(self, connector_id: int | None) -> None:
        """Show the connector asked for, or the next one; without a car there is nothing to choose (LA-2, LA-3)."""
        choices = [connector.id for connector in self._connectors.values()] if self._offers_free else self._plugged()
        if not choices:
            return
        if connector_id is not None:
            self._shown = next((each for each in choices if each == connector_id), self._shown)
            return
        later = [each for each in choices if self._shown is not None and each > self._shown]
        self._shown = (later or choices)[0]

    def _plugged(self) -> list[ConnectorId]:
        return [connector.id for connector in self._connectors.values() if connector.is_plugged]
