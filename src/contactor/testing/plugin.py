"""The pytest plugin: fixtures that make stations, fleets and central systems, and end them after the test.

What they are made of is imported when a test asks for it: a suite that asks for nothing pays nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from contactor.testing.stage import Stage
    from contactor.testing.tested_central import TestedCentral
    from contactor.testing.tested_station import TestedStation


class MakesStation(Protocol):
    """`contactor_station(url, ...)`: a station that is switched on, and connects to `url`/`station_id`."""

    def __call__(
        self,
        url: str,
        *,
        station_id: str = "CP-1",
        product: str = "evlink_pro_dc",
        model: str | None = None,
        serial: str = "TEST-0001",
        key: str | None = None,
        speed: float = 60.0,
        settings: Mapping[str, str] | None = None,
    ) -> "TestedStation":
        """Make one; `speed` is how many seconds of charging pass in one."""
        ...


class MakesFleet(Protocol):
    """`contactor_fleet(url, count, ...)`: that many stations, named by `id_pattern`."""

    def __call__(
        self,
        url: str,
        count: int,
        *,
        id_pattern: str = "CP-{number}",
        product: str = "evlink_pro_dc",
        model: str | None = None,
        speed: float = 60.0,
        settings: Mapping[str, str] | None = None,
    ) -> "Sequence[TestedStation]":
        """Make them; `number` counts from 1."""
        ...


class MakesCentral(Protocol):
    """`contactor_central(...)`: a central system that listens on a free port of this machine."""

    def __call__(self, *, tags: Sequence[str] = (), keys: Mapping[str, str] | None = None) -> "TestedCentral":
        """Make one; `tags` are the badges that may charge, `keys` AuthorizationKeys in hex by station."""
        ...


@pytest.fixture
def contactor_stage() -> "Iterator[Stage]":
    """Where everything of one test lives; the other fixtures put it there."""
    from contactor.testing.stage import Stage

    stage = Stage()
    stage.open()
    yield stage
    stage.close()


@pytest.fixture
def contactor_station(contactor_stage: "Stage") -> MakesStation:
    """Make virtual stations."""
    from contactor.testing.tested_station import StationOptions, TestedStation

    def make(
        url: str,
        *,
        station_id: str = "CP-1",
        product: str = "evlink_pro_dc",
        model: str | None = None,
        serial: str = "TEST-0001",
        key: str | None = None,
        speed: float = 60.0,
        settings: Mapping[str, str] | None = None,
    ) -> TestedStation:
        options = StationOptions(url, station_id, product, model, serial, key, speed, dict(settings or {}))
        return TestedStation(contactor_stage, options)

    return make


@pytest.fixture
def contactor_fleet(contactor_station: MakesStation) -> MakesFleet:
    """Make several virtual stations at once."""

    def make(
        url: str,
        count: int,
        *,
        id_pattern: str = "CP-{number}",
        product: str = "evlink_pro_dc",
        model: str | None = None,
        speed: float = 60.0,
        settings: Mapping[str, str] | None = None,
    ) -> "Sequence[TestedStation]":
        return [
            contactor_station(
                url,
                station_id=id_pattern.format(number=number),
                product=product,
                model=model,
                serial=f"TEST-{number:04}",
                speed=speed,
                settings=settings,
            )
            for number in range(1, count + 1)
        ]

    return make


@pytest.fixture
def contactor_central(contactor_stage: "Stage", tmp_path: Path) -> MakesCentral:
    """Make central systems; each has a ledger of its own, in the test's folder."""
    from contactor.testing.tested_central import CentralOptions, TestedCentral

    made: list[TestedCentral] = []

    def make(*, tags: Sequence[str] = (), keys: Mapping[str, str] | None = None) -> TestedCentral:
        database = tmp_path / f"contactor-{len(made) + 1}.sqlite"
        made.append(TestedCentral(contactor_stage, CentralOptions(database, tags, dict(keys or {}))))
        return made[-1]

    return make
