"""What the record does not know of a station, in words: a twin's answer is worth no more than what it was given."""

from collections.abc import Iterator
from datetime import timedelta

from contactor.central.rehearsal.known import KnownStation
from contactor.ocpp.enumerations import ChargePointStatus

OLD_AFTER = timedelta(minutes=15)
"""A station that was last heard of so long ago may be another by now."""

ALWAYS = (
    "the badges in the station's cache, and messages it has not sent yet: nobody can ask for them",
    "the cars: ordinary ones stand in for them",
)


def gaps_of(known: KnownStation) -> Iterator[str]:
    """What is not known, the gravest first."""
    yield from _of_model(known)
    yield from _of_presence(known)
    yield from _of_configuration(known)
    yield from _of_list(known)
    yield from _of_connectors(known)
    yield from _of_transactions(known)
    yield from ALWAYS


def _of_model(known: KnownStation) -> Iterator[str]:
    if known.model is None:
        yield "the product: the station is not recognised, and a generic charger stands in for it"


def _of_presence(known: KnownStation) -> Iterator[str]:
    if known.is_online:
        return
    if known.last_seen_at is None:
        yield "the station itself: it was never heard of"
    elif known.now - known.last_seen_at > OLD_AFTER:
        yield f"what has happened since {known.last_seen_at.isoformat(timespec='seconds')}: the station is offline"
    else:
        yield "what happens now: the station is offline"


def _of_configuration(known: KnownStation) -> Iterator[str]:
    if not any(each.value is not None for each in known.configuration):
        yield "the configuration: it was never reported, and the factory's values stand in for it"


def _of_list(known: KnownStation) -> Iterator[str]:
    if known.local_list is None:
        yield "the local list: the twin has none"
    elif known.local_list.entries is None:
        yield f"the entries of the local list, version {known.local_list.version}: the twin has none"


def _of_connectors(known: KnownStation) -> Iterator[str]:
    if not any(each.connector_id for each in known.connectors):
        yield "the statuses: no connector has told one"
    for each in known.connectors:
        where = f"connector {each.connector_id}"
        if each.status is ChargePointStatus.PREPARING:
            yield f"{where}: since when its car waits; on the twin it has just been plugged in"
        if each.status is ChargePointStatus.UNAVAILABLE:
            yield f"{where}: why it is Unavailable; the twin was told ChangeAvailability"


def _of_transactions(known: KnownStation) -> Iterator[str]:
    for each in known.transactions:
        if each.soc_percent is None:
            yield f"transaction {each.number}: how full the car is; half stands in for it"
        if each.register_wh is None:
            yield f"transaction {each.number}: its meter since the start"
