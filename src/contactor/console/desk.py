"""A station as its page knows it: what it is, what the guide says of it, and the way to order something from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contactor.console.api_client import Json, part
from contactor.console.checks import Known
from contactor.console.command_dialog import CommandDialog, OnDone
from contactor.console.visit import Visit
from contactor.guide.entries import Model, Product
from contactor.guide.load import load_product


@dataclass(frozen=True, slots=True)
class StationDesk:
    """What every tab of a station's page works with."""

    visit: Visit
    station: Json
    known: Known

    @classmethod
    def of(cls, visit: Visit, station: Json) -> "StationDesk":
        """The desk of a station as the API shows it."""
        return cls(visit, station, _known(station))

    @property
    def station_id(self) -> str:
        """The station's identity."""
        return str(self.station["station_id"])

    @property
    def path(self) -> str:
        """Where the API has it."""
        return f"/stations/{part(self.station_id)}"

    @property
    def connectors(self) -> int:
        """How many connectors it has, as far as anybody knows."""
        told = max((each["connector_id"] for each in self.station["connectors"]), default=0)
        return max(len(self.station["outlets"]), told)

    def order(self, action: str, given: Mapping[str, Any] | None = None, on_done: OnDone | None = None) -> None:
        """Open the dialog of a command."""
        charges = len(self.visit.console.hub.board.open_transactions(self.station_id))
        CommandDialog(
            self.visit, self.station_id, action, known=self.known, charges=charges, given=given, on_done=on_done
        ).open()


def _known(station: Json) -> Known:
    if station["product"] is None:
        return Known()
    product: Product = load_product()
    return Known(product, _model(product, station["model"] or ""))


def _model(product: Product, told: str) -> Model | None:
    folded = {reference.casefold(): model for reference, model in product.models.items()}
    return next((folded[word] for word in told.casefold().replace(",", " ").split() if word in folded), None)
