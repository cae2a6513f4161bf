"""Knows every configuration key's value, judges writes by the guide's limits and remembers them (CF-01..22)."""

from collections.abc import Iterable, Mapping

import msgspec

from contactor.base.errors import BadSetting
from contactor.guide.entries import Access, Cables, ConfigurationKey, Model, Product
from contactor.guide.limits import canonical_value
from contactor.ocpp.datatypes import KeyValue
from contactor.ocpp.enumerations import ConfigurationStatus
from contactor.station.keys import Key
from contactor.station.store.port import Shelf, Store


class _Value(msgspec.Struct, frozen=True):
    value: str


_CONFIGURATION = Shelf("configuration", _Value)


class Configuration:
    """The keys of the product as this station has them.

    Values are wire strings in their canonical form. A stored value wins over `initial`, which wins over the
    guide's default for the model. Keys marked *reboot needed* keep the value the station started with until it starts
    again.

    Raises:
        BadSetting: an initial value names no key or breaks its limits.
    """

    __slots__ = ("_held", "_layers", "_model", "_product", "_store", "_written", "edition")

    def __init__(self, product: Product, model: Model, initial: Mapping[str, str], store: Store) -> None:
        self._product = product
        self._model = model
        self._store = store
        self.edition = 0
        """Grows with each value written: what follows from the values need not be worked out anew until then."""
        self._written: dict[str, str] = {}
        for name, kept in _CONFIGURATION.records(store).items():
            # A key that a newer product dropped is left in the store and out of sight.
            if name in product.configuration:
                self._written[name] = kept.value
        # What a write that needs a restart has not replaced yet.
        self._held: dict[str, str | None] = {}
        self._layers: tuple[Mapping[str, str | None], ...] = (
            self._held,
            self._written,
            _canonical(product, initial),
            product.defaults(model),
        )

    # Reading, as the software does

    def has(self, key: str) -> bool:
        """Whether the product has a key at all, if only in its factory."""
        return key in self._product.configuration

    def text(self, key: str) -> str | None:
        """The value in force, or None where the key was never set."""
        held, written, initial, defaults = self._layers  # spelled out: it is asked a dozen times at every event
        if key in held:
            return held[key]
        if key in written:
            return written[key]
        return initial[key] if key in initial else defaults.get(key)

    def number(self, key: Key) -> int:
        """The value in force of an integer key."""
        return int(self._known(key))

    def flag(self, key: str) -> bool:
        """The value in force of a boolean key."""
        return self._known(key) == "true"

    def items(self, key: Key) -> tuple[str, ...]:
        """The value in force of a list key."""
        value = self._known(key)
        return tuple(value.split(",")) if value else ()

    def _known(self, key: str) -> str:
        value = self.text(key)
        assert value is not None, f"{key} has a value in every product that has the key"
        return value

    # Reading and writing, as the central system does

    def change(self, name: str, text: str) -> ConfigurationStatus:
        """Judge and keep a write (ChangeConfiguration). Nothing changes unless the answer says so."""
        key = self._product.key(name)
        if key is None:
            return ConfigurationStatus.NOT_SUPPORTED
        if key.access is Access.RO:
            return ConfigurationStatus.REJECTED
        try:
            value = canonical_value(key, text)
        except BadSetting:
            return ConfigurationStatus.REJECTED
        if not self._fits_the_others(key.key, value):
            return ConfigurationStatus.REJECTED
        in_force = self.text(key.key)
        self.edition += 1
        self._written[key.key] = value
        _CONFIGURATION.put(self._store, key.key, _Value(value))
        self._held.pop(key.key, None)
        if key.reboot_needed and value != in_force:
            self._held[key.key] = in_force
            return ConfigurationStatus.REBOOT_REQUIRED
        return ConfigurationStatus.ACCEPTED

    def canonical(self, name: str) -> str:
        """A key's name as the guide prints it; one that is no key's stays as it is (D-02, CF-05)."""
        key = self._product.key(name)
        return name if key is None else key.key

    def overwrite(self, key: Key, value: str) -> None:
        """Keep a value the software itself found out, such as the heartbeat interval of a boot (D-36)."""
        if self._wanted(key) == value and key not in self._held:
            return  # as it is in most fleets
        self.edition += 1
        self._written[key] = value
        self._held.pop(key, None)
        _CONFIGURATION.put(self._store, key, _Value(value))

    def report(self, names: Iterable[str] | None) -> tuple[list[KeyValue], list[str]]:
        """Answer GetConfiguration: the known keys and the names nobody knows (CF-10..14)."""
        if not names:
            readable = (key for key in self._product.configuration.values() if key.readable)
            return [self._described(key) for key in readable], []
        known: dict[str, KeyValue] = {}
        unknown: dict[str, None] = {}
        for name in names:
            key = self._product.key(name)
            if key is None:
                unknown[name] = None
            else:
                known[key.key] = self._described(key)
        return list(known.values()), list(unknown)

    def _described(self, key: ConfigurationKey) -> KeyValue:
        value = self._wanted(key.key) if key.readable else None
        return KeyValue(
            key=key.key,
            readonly=key.access is Access.RO,
            value=msgspec.UNSET if value is None else value,
        )

    def _wanted(self, name: str) -> str | None:
        """The value last written, in force or not."""
        return next((values[name] for values in self._layers[1:] if name in values), None)

    def is_switched_on(self, measurand: str) -> bool:
        """Whether a measurand may be sent: no key switches it, or the one that does is true (D-10)."""
        switch = self._product.measurands[measurand].enabled_by
        return switch is None or self.flag(switch)

    def _fits_the_others(self, name: str, value: str) -> bool:
        """Rules that look at two keys at once."""
        if name in (Key.METER_VALUES_SAMPLED_DATA, Key.METER_VALUES_ALIGNED_DATA):
            # Some measurands are switched by a key of their own (D-10).
            return all(self.is_switched_on(measurand) for measurand in value.split(",") if measurand)
        if name == Key.UNLOCK_ON_EV_SIDE_DISCONNECT:
            return value == "false" or self._model.cables is not Cables.FIXED  # D-12
        if name == Key.SUPERVISION_URL:
            # TLS may not be given up over OCPP (SEC-03).
            return is_encrypted(value) or not is_encrypted(self.text(Key.SUPERVISION_URL) or "")
        return True


def _canonical(product: Product, initial: Mapping[str, str]) -> Mapping[str, str]:
    """The factory's values under the guide's names and in the guide's spelling; the same mapping if it had both."""
    values = {}
    for name, text in initial.items():
        key = product.factory_key(name)
        if key is None:
            expected = f"{product.name} has no such key; see: contactor guide keys --product"
            raise BadSetting(f"initial value of {name}", text, expected)
        values[key.key] = canonical_value(key, text)
    return initial if values == initial else values


def is_encrypted(url: str) -> bool:
    """Whether connections to a URL go over TLS; its scheme may be written in any case (D-22)."""
    return url[:4].casefold() == "wss:"
