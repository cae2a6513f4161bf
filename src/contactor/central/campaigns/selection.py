"""Which stations a campaign is for: chosen once, when it is made, and parted into waves."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from contactor.central.campaigns.campaign import Job, JobState
from contactor.central.campaigns.waves import wave_sizes
from contactor.central.care.scope import Scope, ScopeKind
from contactor.central.recognition import Catalogue
from contactor.central.store.schema import stations
from contactor.central.store.site_tables import site_members


@dataclass(frozen=True, slots=True)
class Selection:
    """What stations must be; of each that is given one must be true, and nothing given means all stations."""

    stations: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A station that was chosen, and what it runs."""

    station_id: str
    version: str | None


def choose(connection: Connection, selection: Selection, catalogue: Catalogue) -> list[Chosen]:
    """The stations, in the order in which they were named, else in that of their ids."""
    query = select(stations.c.id, stations.c.model, stations.c.firmware_version, site_members.c.site_id)
    query = query.outerjoin(site_members, site_members.c.station_id == stations.c.id).order_by(stations.c.id)
    models = Scope(ScopeKind.MODELS, selection.models) if selection.models else Scope()
    found = [
        Chosen(row.id, row.firmware_version)
        for row in connection.execute(query)
        if (not selection.stations or row.id in selection.stations)
        and (not selection.sites or row.site_id in selection.sites)
        and (not selection.versions or row.firmware_version in selection.versions)
        and models.covers(row.id, row.model, catalogue)
    ]
    if selection.stations:
        place = {station_id: number for number, station_id in enumerate(selection.stations)}
        found.sort(key=lambda chosen: place[chosen.station_id])
    return found


def unknown_stations(connection: Connection, selection: Selection) -> list[str]:
    """Those that were named and do not exist."""
    known = set(connection.execute(select(stations.c.id)).scalars()) if selection.stations else set()
    return [station_id for station_id in selection.stations if station_id not in known]


def part_into_waves(chosen: Sequence[Chosen], waves: Sequence[str], version: str) -> list[Job]:
    """The jobs of a campaign; who runs the version already has none to do, and counts in no wave."""
    to_do = [each for each in chosen if each.version != version]
    done = [each for each in chosen if each.version == version]
    wave_of = [wave for wave, size in enumerate(wave_sizes(waves, len(to_do)), 1) for _ in range(size)]
    jobs = [
        Job(each.station_id, wave, place, version_before=each.version)
        for place, (each, wave) in enumerate(zip(to_do, wave_of, strict=True))
    ]
    detail = f"it runs {version} already"
    skipped = [
        Job(each.station_id, 1, place, JobState.SKIPPED, detail, version_before=each.version)
        for place, each in enumerate(done, len(jobs))
    ]
    return [*jobs, *skipped]
