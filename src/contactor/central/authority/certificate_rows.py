"""The certificates that were signed for stations, as rows: kept, delivered, and what became of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from contactor.central.authority.issued import Issued
from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
from contactor.central.store.certificate_tables import station_certificates
from contactor.central.store.key_room import LONG_TEXT_BYTES, fitting
from contactor.central.store.prepared import Prepared

DELIVERED_WITHIN = timedelta(days=1)
"""For so long a station that is away is waited for; it asks again by itself."""

_certificates = station_certificates.c
_stations = schema.stations.c


class CertificateState(StrEnum):
    """How far a certificate has come."""

    SIGNED = "signed"
    """It is to be sent, or on its way."""
    INSTALLED = "installed"
    """The station has accepted it."""
    REJECTED = "rejected"
    """The station has not; `detail` has its word."""
    ABANDONED = "abandoned"
    """The station had accepted it, could not connect by it, and shows the one before again; `detail` has its word."""


_SIGNED = Prepared(
    select(_certificates.id, _certificates.chain)
    .where(
        _certificates.station_id == bindparam("station"),
        _certificates.state == CertificateState.SIGNED,
        _certificates.asked_at_ms > bindparam("since_ms"),
    )
    .order_by(_certificates.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ToDeliver:
    """A certificate that its station is still to get."""

    number: int
    chain: str


def keep_certificate(connection: Connection, station_id: str, issued: Issued, at: datetime) -> None:
    """Keep a certificate that was signed for a station; it takes the place of one that is still on its way."""
    connection.execute(
        update(station_certificates)
        .where(_certificates.station_id == station_id, _certificates.state == CertificateState.SIGNED)
        .values(state=CertificateState.REJECTED, detail="the station asked for another", ended_at_ms=to_ms(at))
    )
    connection.execute(
        insert(station_certificates).values(
            station_id=station_id,
            asked_at_ms=to_ms(at),
            state=CertificateState.SIGNED,
            serial_number=issued.serial_number,
            subject=fitting(issued.subject, LONG_TEXT_BYTES),
            valid_until_ms=to_ms(issued.valid_until),
            chain=issued.chain,
        )
    )


def end_certificate(connection: Connection, number: int, state: CertificateState, detail: str, at: datetime) -> None:
    """Write down what a station made of its certificate."""
    connection.execute(
        update(station_certificates)
        .where(_certificates.id == number, _certificates.state == CertificateState.SIGNED)
        .values(state=state, detail=fitting(detail, LONG_TEXT_BYTES), ended_at_ms=to_ms(at))
    )


def abandon_certificate(connection: Connection, station_id: str, happened_at: datetime, why: str) -> None:
    """Write down that a station shows its newest certificate no more (InvalidChargePointCertificate).

    Told of one that it did not accept, or from before the newest was asked for, the word is not about an installed one.
    """
    newest = select(func.max(_certificates.id)).where(_certificates.station_id == station_id).scalar_subquery()
    connection.execute(
        update(station_certificates)
        .where(
            _certificates.id == newest,
            _certificates.state == CertificateState.INSTALLED,
            _certificates.asked_at_ms <= to_ms(happened_at),
        )
        .values(state=CertificateState.ABANDONED, detail=fitting(why, LONG_TEXT_BYTES), ended_at_ms=to_ms(happened_at))
    )


def to_deliver(connection: Connection, station_id: str, now: datetime) -> ToDeliver | None:
    """The certificate that a station is waiting for."""
    row = _SIGNED.first(connection, {"station": station_id, "since_ms": to_ms(now - DELIVERED_WITHIN)})
    return None if row is None else ToDeliver(row.id, row.chain)


def count_since(connection: Connection, station_id: str, since: datetime) -> int:
    """How many were signed for a station since an instant."""
    query = select(func.count()).where(_certificates.station_id == station_id, _certificates.asked_at_ms > to_ms(since))
    return connection.execute(query).scalar_one()


def names_of_station(connection: Connection, station_id: str) -> list[str]:
    """The serial numbers that a station gave at its boot; its identity where it has none."""
    query = select(_stations.serial_number, _stations.box_serial_number).where(_stations.id == station_id)
    row = connection.execute(query).one_or_none()
    serials = [] if row is None else [each for each in row if each]
    return serials or [station_id]


def certificates_of(
    connection: Connection, station_id: str, before: int | None, limit: int
) -> list[Row[*tuple[Any, ...]]]:  # Any: as SQLAlchemy types the columns of a whole row
    """A station's certificates, the newest first."""
    query = select(station_certificates).where(_certificates.station_id == station_id)
    if before is not None:
        query = query.where(_certificates.id < before)
    return list(connection.execute(query.order_by(_certificates.id.desc()).limit(limit)).all())
