"""The panel's own components. Each follows its station by itself (station_state.js) and tells what was pressed.

What they are given once are values in fixed fields: a station's words are never keys.
"""

from collections.abc import Callable, Mapping, Sequence

from nicegui.element import Element
from nicegui.events import GenericEventArguments

OnPress = Callable[[object], object]
Rows = Sequence[Mapping[str, object]]


class Part(Element):
    """A part of the panel of one station; `on_press` gets what the browser says was pressed."""

    def __init__(self, station: str, on_press: OnPress) -> None:
        super().__init__()
        self._props["station"] = station

        def pressed(event: GenericEventArguments) -> object:
            return on_press(event.args)

        self.on("press", pressed)


class StationHead(Part, component="station_head.js"):
    """Who the station is, whether it is online, its power, its restart, and how fast time passes."""


class Charger(Part, component="charger.js"):
    """The charger: light bars, screen, holsters, badge reader, emergency stops."""

    def __init__(self, station: str, on_press: OnPress, badges: Sequence[str]) -> None:
        super().__init__(station, on_press)
        self._props["badges"] = list(badges)


class Cars(Part, component="cars.js"):
    """The car at each outlet, or the one to come."""

    def __init__(self, station: str, on_press: OnPress, garage: Rows) -> None:
        super().__init__(station, on_press)
        self._props["garage"] = [dict(each) for each in garage]


class Troubles(Part, component="troubles.js"):
    """What is wrong, and what else could be."""

    def __init__(self, station: str, on_press: OnPress, codes: Rows) -> None:
        super().__init__(station, on_press)
        self._props["codes"] = [dict(each) for each in codes]


class Surroundings(Part, component="surroundings.js"):
    """Doors, network, supply."""


class StationChoice(Element, component="station_choice.js"):
    """Chooses the station whose panel is shown."""

    def __init__(self, names: Sequence[str], chosen: str) -> None:
        super().__init__()
        self._props["names"] = list(names)
        self._props["chosen"] = chosen
