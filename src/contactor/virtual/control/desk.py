"""SHELL: what the control API's routes work with: the stations by name, each with its feed, and who may ask."""

import asyncio
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from contactor.base.ids import OutletNumber
from contactor.virtual.control.feed import Feed, State
from contactor.virtual.control.state_view import state_of, statuses_of
from contactor.virtual.virtual_station import VirtualStation
from contactor.web.problem import Problem, missing


@dataclass(frozen=True, slots=True)
class Controlled:
    """A station that is served."""

    virtual: VirtualStation
    feed: Feed

    @classmethod
    def begin(cls, virtual: VirtualStation) -> "Controlled":
        """Watch a station from now on."""

        def read_state() -> State:
            return state_of(virtual).model_dump(mode="json")

        def read_statuses() -> dict[int, str | None]:
            return dict(statuses_of(virtual))

        feed = Feed(read_state, read_statuses, virtual.clock)
        virtual.watchers.append(feed)
        return cls(virtual, feed)

    def end(self) -> None:
        """Watch it no more."""
        self.virtual.watchers.remove(self.feed)
        self.feed.close()


@dataclass(frozen=True, slots=True)
class Desk:
    """The stations that are served; `token` is what everybody has to show, None where nobody has to."""

    stations: Mapping[str, Controlled]
    token: str | None = field(default=None, repr=False)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server stops: whatever streams ends then."""

    @classmethod
    def over(cls, stations: Iterable[VirtualStation], token: str | None) -> "Desk":
        """Serve some stations."""
        return cls({virtual.name: Controlled.begin(virtual) for virtual in stations}, token)


def the_desk(connection: HTTPConnection) -> Desk:
    """The desk of the application that is asked."""
    desk = connection.app.state.desk
    assert isinstance(desk, Desk)
    return desk


async def _controlled(
    connection: HTTPConnection, name: Annotated[str, Path(max_length=255, description="The station.")]
) -> Controlled:
    stations = the_desk(connection).stations
    if name not in stations:
        raise Problem(
            404, f"there is no station {name!r} here, but {', '.join(stations)}"[:500], field="name", value=name
        )
    return stations[name]


TheStation = Annotated[Controlled, Depends(_controlled)]


async def _outlet(
    controlled: TheStation, outlet: Annotated[int, Path(ge=1, le=99, description="Its number, from 1.")]
) -> OutletNumber:
    if outlet not in controlled.virtual.rig.outlets:
        raise missing("outlet", "outlet", outlet)
    return OutletNumber(outlet)


TheOutlet = Annotated[OutletNumber, Depends(_outlet)]


def watts_or_endless(available_w: float | None) -> float:
    """A bound that may be none."""
    return math.inf if available_w is None else available_w
