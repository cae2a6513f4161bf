"""The console's own components: the fleet's tiles and grid, and the cards of a station's connectors."""

from collections.abc import Callable, Mapping, Sequence

from nicegui.element import Element
from nicegui.elements.aggrid import AgGrid
from nicegui.events import GenericEventArguments

SELECTED_MAX = 10_000

# Asking for the class is what makes the browser able to import its grid.
_GRID_OF_NICEGUI = AgGrid


class FleetTiles(Element, component="fleet_tiles.js"):
    """The fleet in numbers."""


class FleetGrid(Element, component="fleet_grid.js"):
    """Every station in a row; the browser fetches them itself, and no row ever stands in this element."""

    def __init__(self, on_selected: Callable[[list[str]], object]) -> None:
        super().__init__()

        def selected(event: GenericEventArguments) -> None:
            given = event.args if isinstance(event.args, list) else []
            on_selected([str(each) for each in given[:SELECTED_MAX]])

        self.on("selected", selected)

    def save(self) -> None:
        """Save what the grid shows as a file."""
        self.run_method("save")


class ConnectorCards(Element, component="connector_cards.js"):
    """A card for each connector; `on_press` gets what was pressed, the connector, and its transaction or None."""

    def __init__(
        self,
        topic: str,
        outlets: Sequence[str],
        initial: Mapping[str, object] | None,
        *,
        acts: bool,
        on_press: Callable[[str, int, int | None], object],
        on_presence: Callable[[bool], object],
    ) -> None:
        super().__init__()
        self._props["topic"] = topic
        self._props["outlets"] = list(outlets)
        self._props["acts"] = acts
        self._props["initial"] = dict(initial) if initial is not None else None

        def pressed(event: GenericEventArguments) -> object:
            given = event.args if isinstance(event.args, dict) else {}
            connector, transaction = given.get("connector"), given.get("transaction")
            if not isinstance(connector, int):
                return None
            return on_press(str(given.get("name")), connector, transaction if isinstance(transaction, int) else None)

        self.on("press", pressed)
        self.on("presence", lambda event: on_presence(event.args is True))
