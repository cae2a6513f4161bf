"""Reads a scenario from TOML; what cannot be used is told with file, step, field and value."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from contactor.base.errors import BadSetting
from contactor.guide.load import load_product
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.station.firmware_image import make_image
from contactor.virtual.factory_file import read_factory
from contactor.virtual.scenario.answers import unusable
from contactor.virtual.scenario.scenario import START, Scenario, Script
from contactor.virtual.scenario.step_rows import read_steps

T = TypeVar("T")

FILE_BYTES_MAX = 1024 * 1024

_FIELDS = ("title", "description", "plays", "starts_at", "speed", "station", "central", "step")
_CENTRAL_FIELDS = ("tags", "parents", "answers", "interval_s", "firmware")


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        BadSetting: it cannot be read, or something in it cannot be used.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSetting("scenario", str(path), f"it cannot be read: {error}") from error
    if len(content) > FILE_BYTES_MAX:
        raise BadSetting(str(path), f"{len(content)} bytes", f"a scenario has at most {FILE_BYTES_MAX}")
    return read_scenario(content, name=path.stem, place=str(path))


def read_scenario(content: bytes, *, name: str, place: str) -> Scenario:
    """Read a scenario; `place` is where it stands, for errors.

    Raises:
        BadSetting: something in it cannot be used.
    """
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting("scenario", place, f"it is not TOML: {error}") from error
    return _Page(place, document).scenario(name)


class _Page:
    """The file as it was read; every error names it."""

    def __init__(self, place: str, document: Mapping[str, object]) -> None:
        self._place = place
        self._document = document

    def scenario(self, name: str) -> Scenario:
        for field, value in self._document.items():
            if field not in _FIELDS:
                raise self._wrong(field, value, f"there is no such field; known are {', '.join(_FIELDS)}")
        factory = read_factory(f"{self._place}: station", self._table("station"))
        product = load_product(factory.product)
        return Scenario(
            name=name,
            title=self._read("title", str, name),
            description=self._read("description", str, ""),
            plays=self._read("plays", list[str], []),
            factory=factory,
            script=self._script(product.name),
            steps=read_steps(self._place, self._document.get("step", []), product, factory),
            starts_at=self._starts_at(),
            speed=self._speed(),
        )

    def _starts_at(self) -> datetime:
        value = self._document.get("starts_at", START)
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self._wrong("starts_at", value, "give an instant with its offset: 2026-03-02T08:00:00Z")
        return value.astimezone(UTC)

    def _speed(self) -> float:
        speed = self._read("speed", float, 1.0)
        if not 0 < speed <= 1000:
            raise self._wrong("speed", speed, "give more than 0 and at most 1000")
        return speed

    def _script(self, product: str) -> Script:
        table = self._table("central")
        for field, value in table.items():
            if field not in _CENTRAL_FIELDS:
                known = ", ".join(_CENTRAL_FIELDS)
                raise self._wrong(f"central.{field}", value, f"there is no such field; known are {known}")
        tags = self._converted("central.tags", table.get("tags", {}), dict[str, str])
        for tag, status in tags.items():
            if status not in list(AuthorizationStatus):
                raise self._wrong(f"central.tags.{tag}", status, f"give one of {', '.join(AuthorizationStatus)}")
        answers = self._converted("central.answers", table.get("answers", {}), dict[str, dict[str, object] | str])
        for action, answer in answers.items():
            flaw = unusable(action, answer)
            if flaw is not None:
                raise self._wrong(f"central.answers.{action}", answer, flaw)
        interval_s = self._converted("central.interval_s", table.get("interval_s", 3600), int)
        parents = self._converted("central.parents", table.get("parents", {}), dict[str, str])
        firmware = self._converted("central.firmware", table.get("firmware", {}), dict[str, str])
        for url, version in firmware.items():
            try:
                make_image(product, version)
            except BadSetting as error:
                raise self._wrong(f"central.firmware.{url}", version, error.expected) from error
        return Script(tags, parents, answers, interval_s, firmware)

    # The parts

    def _table(self, name: str) -> Mapping[str, object]:
        value = self._document.get(name, {})
        if not isinstance(value, dict):
            raise self._wrong(name, value, f"write a table: [{name}]")
        return value

    def _read(self, name: str, kind: type[T], default: T) -> T:
        return self._converted(name, self._document.get(name, default), kind)

    def _converted(self, name: str, value: object, kind: type[T]) -> T:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise self._wrong(name, value, str(error)) from error

    def _wrong(self, name: str, value: object, expected: str) -> BadSetting:
        return BadSetting(f"{self._place}: {name}", value, expected)
