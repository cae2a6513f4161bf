"""What the demo proves in the end: the ledger and the meters agree to the watt-hour."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from contactor.central.queries import Queries
from contactor.central.store.sqlite import open_engine


@dataclass(frozen=True, slots=True)
class ReportedTransaction:
    """One transaction of the ledger."""

    station: str
    connector: int
    id_tag: str
    energy_wh: int
    meter_start_wh: int
    meter_stop_wh: int | None
    reason: str | None
    readings: int


@dataclass(frozen=True, slots=True)
class Report:
    """The ledger beside the rig's meters."""

    transactions: list[ReportedTransaction]
    energy_delivered_wh: int
    frames: int
    seconds: float

    @property
    def agrees(self) -> bool:
        """Whether every transaction is closed and their energy is what went through the meters."""
        closed = bool(self.transactions) and all(each.meter_stop_wh is not None for each in self.transactions)
        return closed and sum(each.energy_wh for each in self.transactions) == self.energy_delivered_wh


def report_of(ledger_file: Path, *, meters_wh: int, frames: int, seconds: float) -> Report:
    """Read the ledger that a central system has left behind."""
    engine = open_engine(str(ledger_file))
    try:
        transactions = [
            ReportedTransaction(
                station=each.station_id,
                connector=each.connector_id,
                id_tag=each.id_tag,
                energy_wh=round(each.energy_wh or 0),
                meter_start_wh=each.meter_start_wh,
                meter_stop_wh=each.meter_stop_wh,
                reason=each.stop_reason,
                readings=each.readings,
            )
            for each in Queries(engine).transactions()
        ]
    finally:
        engine.dispose()
    return Report(transactions, meters_wh, frames, round(seconds, 2))


def print_report(report: Report, *, as_json: bool) -> None:
    """Print it for a program or for a person."""
    if as_json:
        print(json.dumps(asdict(report)))
        return
    table = Table("Station", "Connector", "Badge", "Energy", "Meter", "Ended by", "Readings", title="The ledger")
    for each in report.transactions:
        meter = f"{each.meter_start_wh} to {each.meter_stop_wh} Wh"
        table.add_row(
            each.station,
            str(each.connector),
            each.id_tag,
            f"{each.energy_wh} Wh",
            meter,
            each.reason,
            str(each.readings),
        )
    console = Console()
    console.print(table)
    verdict = "agree to the watt-hour" if report.agrees else "DISAGREE"
    ledger_wh = sum(each.energy_wh for each in report.transactions)
    console.print(f"Meters {report.energy_delivered_wh} Wh, ledger {ledger_wh} Wh: they {verdict}.")
    console.print(f"{report.frames} frames in {report.seconds:g} s.")
