"""What a station is when it leaves the factory, and how that stands in a TOML file.

product = "evlink_pro_dc"
model = "EVD1S180THB"
serial = "PILOT-0001"
outlets = ["CCS2", "CHAdeMO"]

[configuration]
SupervisionUrl = "wss://csms.example.org/ocpp"
HeartbeatInterval = 60
MeterValuesSampledData = ["Energy.Active.Import.Register", "SoC"]
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from contactor.base.errors import BadSetting
from contactor.guide.entries import Product
from contactor.guide.limits import canonical_value
from contactor.guide.load import load_product
from contactor.station.settings import FIRMWARE_VERSION, StationSettings

FILE_BYTES_MAX = 256 * 1024
_FIELDS = ("product", "model", "serial", "firmware_version", "outlets", "configuration")
_VERSION_LENGTH_MAX = 50
"""Of firmwareVersion in BootNotification (OCPP 1.6, 6.6)."""


@dataclass(frozen=True, slots=True)
class Factory:
    """What is fixed about a station, and the first values of its configuration, as texts on the wire."""

    product: str = "evlink_pro_dc"
    model: str = "EVD1S180TBB"
    serial: str = "VIRTUAL-0001"
    firmware_version: str = FIRMWARE_VERSION
    initial: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def differing(
        self, *, product: str | None, model: str | None, serial: str | None, initial: Mapping[str, str]
    ) -> "Factory":
        """The same, but for what is given; another product comes as its usual model."""
        if product is not None and product != self.product and model is None:
            model = load_product(product).default_model
        given = {"product": product, "model": model, "serial": serial}
        changes = {name: value for name, value in given.items() if value is not None}
        return replace(self, **changes, initial={**self.initial, **initial})

    def settings(self) -> StationSettings:
        """What the station's software is given."""
        return StationSettings(
            model=self.model, serial=self.serial, firmware_version=self.firmware_version, initial=self.initial
        )


def load_factory(path: Path, product: str | None = None) -> Factory:
    """Read a factory file; `product` is taken instead of the file's.

    Raises:
        BadSetting: it cannot be read, or a value in it cannot be used; the message names file, field and value.
    """
    try:
        content = path.read_bytes()
        if len(content) > FILE_BYTES_MAX:
            raise BadSetting(str(path), f"{len(content)} bytes", f"a factory file has at most {FILE_BYTES_MAX}")
        document = tomllib.loads(content.decode())
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting("--factory", str(path), f"it cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSetting("--factory", str(path), f"it is not TOML: {error}") from error
    return _Page(str(path), document).factory(product)


def read_factory(place: str, document: Mapping[str, object]) -> Factory:
    """Read what stands in a factory file out of a table of another; `place` names that for errors.

    Raises:
        BadSetting: a value in it cannot be used.
    """
    return _Page(place, document).factory(None)


def is_serial(text: str) -> bool:
    """Whether a text can be a chargePointSerialNumber."""
    return 1 <= len(text) <= 25 and text.isascii() and text.isprintable()


class _Page:
    """The file as it was read; every error names it."""

    def __init__(self, name: str, document: Mapping[str, object]) -> None:
        self._name = name
        self._document = document

    def factory(self, product_name: str | None) -> Factory:
        for name in self._document:
            if name not in _FIELDS:
                raise self._wrong(name, self._document[name], f"there is no such field; known are {', '.join(_FIELDS)}")
        defaults = Factory()
        try:
            product = load_product(product_name or self._text("product", defaults.product))
        except BadSetting as error:
            raise self._wrong("product", error.value, error.expected) from error
        model = self._text("model", product.default_model)
        if model not in product.models:
            raise self._wrong("model", model, f"{product.name} has {', '.join(product.models)}")
        self._check_outlets(product, model)
        serial = self._text("serial", defaults.serial)
        if not is_serial(serial):
            raise self._wrong("serial", serial, "give 1 to 25 printable ASCII characters")
        version = self._text("firmware_version", defaults.firmware_version)
        if not (1 <= len(version) <= _VERSION_LENGTH_MAX and version.isascii() and version.isprintable()):
            raise self._wrong("firmware_version", version, f"give 1 to {_VERSION_LENGTH_MAX} printable characters")
        name = product_name or self._text("product", defaults.product)
        return Factory(name, model, serial, version, self._initial(product))

    def _check_outlets(self, product: Product, model: str) -> None:
        """The outlets of a model are the model's; a file that names others is about another charger."""
        wanted = self._document.get("outlets")
        has = [str(kind) for kind in product.models[model].outlets]
        if wanted is not None and wanted != has:
            raise self._wrong("outlets", wanted, f"{model} has {has}")

    def _initial(self, product: Product) -> dict[str, str]:
        table = self._document.get("configuration", {})
        if not isinstance(table, dict):
            raise self._wrong("configuration", table, "write a table: [configuration]")
        initial = {}
        for name, value in table.items():
            key = product.factory_key(name)
            place = f"configuration.{name}"
            if key is None:
                raise self._wrong(place, value, f"{product.name} has no such key; see: contactor guide keys --product")
            try:
                initial[key.key] = canonical_value(key, self._on_the_wire(place, value))
            except BadSetting as error:
                raise self._wrong(place, error.value, error.expected) from error
        return initial

    def _on_the_wire(self, place: str, value: object) -> str:
        """A TOML value as ChangeConfiguration would spell it."""
        match value:
            case bool():
                return str(value).lower()
            case str() | int():
                return str(value)
            case list() if all(isinstance(each, str) for each in value):
                return ",".join(value)
            case _:
                raise BadSetting(place, value, "give a text, a whole number, true, false, or a list of texts")

    def _text(self, name: str, default: str) -> str:
        value = self._document.get(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, value, "give a text")
        return value

    def _wrong(self, name: str, value: object, expected: str) -> BadSetting:
        return BadSetting(f"{self._name}: {name}", value, expected)
