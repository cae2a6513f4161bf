"""A meter never runs backwards: not in the hardware, and not in what a station undertakes to tell of a charge."""

from collections.abc import Iterator

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Debt, StationLook

_REGISTER = "Energy.Active.Import.Register"


class MetersNeverRunBack(Checker):
    """Keeps the newest register of every outlet and of every charge; clocks do not matter, only the order."""

    invariant = "meters never run back"

    def __init__(self) -> None:
        super().__init__()
        self._registers: dict[tuple[str, int], int] = {}
        self._told: dict[tuple[str, int], float] = {}

    def looked(self, look: StationLook) -> None:
        """The register is where it was, or further."""
        for outlet in look.outlets:
            place = (look.station, int(outlet.number))
            before_wh = self._registers.get(place, 0)
            if outlet.register_wh < before_wh:
                what = f"outlet {outlet.number} went from {before_wh} to {outlet.register_wh} Wh"
                self.complain(look.station, look.at_s, what)
            self._registers[place] = outlet.register_wh

    def owed(self, debt: Debt) -> None:
        """What is told of a charge is what was told before, or more."""
        if debt.charge is None:
            return
        place = (debt.station, debt.charge)
        for register_wh in _registers_of(debt):
            before_wh = self._told.get(place, 0.0)
            if register_wh < before_wh:
                what = f"charge {debt.charge} went from {before_wh:g} to {register_wh:g} Wh in {debt.action}"
                self.complain(debt.station, debt.at_s, what)
            self._told[place] = register_wh


def _registers_of(debt: Debt) -> Iterator[float]:
    for name in ("meterStart", "meterStop"):
        if name in debt.payload:
            yield float(debt.payload[name])
    for value in debt.payload.get("meterValue", ()):
        for sample in value["sampledValue"]:
            if sample.get("measurand", _REGISTER) == _REGISTER:
                yield float(sample["value"]) * (1000.0 if sample.get("unit") == "kWh" else 1.0)
