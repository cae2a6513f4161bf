"""Which stations something is meant for: all, those of some models, or some by name."""

from dataclasses import dataclass
from enum import StrEnum

from contactor.central.recognition import Catalogue, recognise


class ScopeKind(StrEnum):
    """How stations are chosen; what is said for fewer stations goes before what is said for more."""

    ALL = "all"
    MODELS = "models"
    STATIONS = "stations"

    @property
    def rank(self) -> int:
        """The higher, the fewer stations are meant."""
        return list(ScopeKind).index(self)


@dataclass(frozen=True, slots=True)
class Scope:
    """A choice of stations; `names` are models or identities, empty for all."""

    kind: ScopeKind = ScopeKind.ALL
    names: tuple[str, ...] = ()

    def covers(self, station_id: str, model: str | None, catalogue: Catalogue) -> bool:
        """Whether a station is meant. A model counts as the station spells it, and as the catalogue does."""
        if self.kind is ScopeKind.ALL:
            return True
        if self.kind is ScopeKind.STATIONS:
            return station_id in self.names
        known = recognise(catalogue, model)
        spellings = {(model or "").casefold(), *(() if known is None else (known.reference.casefold(),))}
        return any(name.casefold() in spellings for name in self.names)
