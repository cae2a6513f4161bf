"""Reserving connectors on the bench, for several suites."""

from datetime import timedelta

from contactor.base.ids import OutletNumber
from tests.station.bench import START, Bench, Payload

ONE, TWO = OutletNumber(1), OutletNumber(2)
HOUR_S = 3600
FAMILY = {"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}}


def reserve(
    bench: Bench,
    connector: int = 1,
    *,
    tag: str = "GUEST",
    number: int = 1,
    for_s: float = HOUR_S,
    parent: str | None = None,
) -> str:
    request: Payload = {
        "connectorId": connector,
        "expiryDate": (START + timedelta(seconds=bench.now_s + for_s)).isoformat(),
        "idTag": tag,
        "reservationId": number,
    }
    if parent is not None:
        request["parentIdTag"] = parent
    return bench.status_of_answer("ReserveNow", request)


def cancel(bench: Bench, number: int = 1) -> str:
    return bench.status_of_answer("CancelReservation", {"reservationId": number})


def remote(bench: Bench, tag: str, connector: int | None = None) -> str:
    request: Payload = {"idTag": tag} if connector is None else {"idTag": tag, "connectorId": connector}
    return bench.status_of_answer("RemoteStartTransaction", request)


def inoperative(bench: Bench, connector: int) -> None:
    bench.ask("ChangeAvailability", {"connectorId": connector, "type": "Inoperative"})


def raise_fault(bench: Bench, dtc: str, outlet: OutletNumber | None = None) -> None:
    bench.rig.raise_fault(dtc, outlet)
    bench.wait(0)
