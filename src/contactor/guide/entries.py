"""What a product's tables hold, one class for each kind of row; facts only, checked when they were read."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contactor.guide.words import SECURITY_PROFILE


class OutletKind(StrEnum):
    """The plug at the end of a fixed cable."""

    CCS2 = "CCS2"
    CHADEMO = "CHAdeMO"


class Cables(StrEnum):
    """How a model's cables sit in their outlets: part of the station, or locked and taken off by the driver."""

    FIXED = "fixed"
    DETACHABLE = "detachable"


class Access(StrEnum):
    """What the central system may do with a key; one of the factory's it does not even know of."""

    RO = "RO"
    RW = "RW"
    W = "W"
    FACTORY = "factory"


class KeyKind(StrEnum):
    """How the text of a key's value is to be read."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    LIST = "list"
    TEXT = "text"
    HEX = "hex"
    URL = "url"


class Origin(StrEnum):
    """Who defines a key: a feature profile of OCPP 1.6, its security white paper, or the vendor."""

    CORE = "core"
    LOCAL_AUTH_LIST = "local_auth_list"
    RESERVATION = "reservation"
    SMART_CHARGING = "smart_charging"
    SECURITY = "security"
    VENDOR = "vendor"


class DerivedFrom(StrEnum):
    """Where the value of a key comes from when the guide prints none."""

    MODEL = "model"
    OUTLETS = "outlets"
    """How many there are."""


class Sender(StrEnum):
    """The side that asks."""

    STATION = "station"
    CENTRAL = "central"


class Part(StrEnum):
    """The cabinet a trouble sits in."""

    TERMINAL = "terminal"
    POWER_CABINET = "power cabinet"


class Scope(StrEnum):
    """The connectors a trouble is reported on: one, connector 0 and all others, or connector 0 alone."""

    CONNECTOR = "connector"
    STATION = "station"
    STATION_ONLY = "station_only"


class Effect(StrEnum):
    """Whether a trouble leaves the status alone or takes the connectors in its scope out of service (D-20)."""

    WARNING = "warning"
    FAULT = "fault"


class Switch(StrEnum):
    """What a hand moves so that a trouble begins and ends."""

    EMERGENCY_STOP = "emergency stop"
    DOOR = "door"


class BadgeSource(StrEnum):
    """Who may vouch for a badge while the central system cannot."""

    LIST = "list"
    CACHE = "cache"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Model:
    """A commercial reference; the outlets are in the order of their connectors (D-01)."""

    reference: str
    power_kw: int
    outlets: tuple[OutletKind, ...]
    module_kw: int
    cables: Cables = Cables.FIXED

    @property
    def power_w(self) -> int:
        """Rated power in watts."""
        return self.power_kw * 1000

    @property
    def module_count(self) -> int:
        """How many power modules the cabinet holds (D-16)."""
        return self.power_kw // self.module_kw


@dataclass(frozen=True, slots=True)
class ConfigurationKey:
    """A configuration key with its limits; `default` is the text on the wire, empty where there is none.

    `allowed` holds the only values, for a list the only items. Limits that do not apply are None.
    """

    key: str
    access: Access
    kind: KeyKind
    unit: str
    default: str
    has_default: bool
    derived_from: DerivedFrom | None
    minimum: int | None
    maximum: int | None
    length_min: int | None
    length_max: int | None
    items_min: int | None
    items_max: int | None
    allowed: tuple[str, ...] | None
    reboot_needed: bool
    meaning: str
    origin: Origin

    @property
    def readable(self) -> bool:
        """Whether GetConfiguration may tell the value."""
        return self.access in (Access.RO, Access.RW)

    @property
    def writable(self) -> bool:
        """Whether ChangeConfiguration may set the value."""
        return self.access in (Access.RW, Access.W)

    def default_for(self, model: Model) -> str | None:
        """The wire value on a station of this model that was never configured; None where there is no value yet."""
        if self.derived_from is not None:
            return str(_DERIVED[self.derived_from](model))
        return self.default if self.has_default else None


_DERIVED: Mapping[DerivedFrom, Callable[[Model], int]] = {
    DerivedFrom.MODEL: lambda model: model.power_kw,
    DerivedFrom.OUTLETS: lambda model: len(model.outlets),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation the product supports; `group` is the guide's heading, `profile` OCPP's or the white paper's."""

    action: str
    sender: Sender
    group: str
    profile: str
    note: str


@dataclass(frozen=True, slots=True)
class VendorError:
    """A trouble code; `stop_reason` says how the transactions in its scope end, None where they go on.

    `switch` is what a person moves to make it active, None where no hand does.
    """

    dtc: str
    description: str
    error_code: str
    part: Part
    scope: Scope
    effect: Effect
    stop_reason: str | None
    tamper: bool
    switch: Switch | None
    note: str


@dataclass(frozen=True, slots=True)
class MeasurandEntry:
    """A measurand with the unit and location it is sent with; `enabled_by` names the key that switches it on."""

    measurand: str
    unit: str
    location: str
    sampled_by_default: bool
    aligned_by_default: bool
    enabled_by: str | None
    meaning: str


@dataclass(frozen=True, slots=True)
class ChargingProfileLimits:
    """What a charging profile may ask; the three maxima are the defaults of the keys named beside them.

    The first of `rate_units` is the one to answer in when none is asked for. `nominal_v` turns amperes into watts in
    forecasts, where nobody knows the vehicle's voltage yet; without amperes it and `minimum_limit_a` are 0.
    """

    purposes: tuple[str, ...]
    kinds: tuple[str, ...]
    recurrences: tuple[str, ...]
    rate_units: tuple[str, ...]
    ignored_fields: tuple[str, ...]
    outlets_without: tuple[OutletKind, ...]
    minimum_limit_w: int
    minimum_limit_a: int
    nominal_v: int
    residual_a_per_module: float
    stack_level_key: str
    stack_level_max: int
    periods_key: str
    periods_max: int
    profiles_key: str
    profiles_max: int

    @property
    def rate_unit(self) -> str:
        """The unit of a schedule nobody asked another unit of."""
        return self.rate_units[0]

    def minimum_limit(self, unit: str) -> int:
        """The smallest limit but 0 that can be kept, in a unit."""
        return self.minimum_limit_a if unit == "A" else self.minimum_limit_w


@dataclass(frozen=True, slots=True)
class SecurityMode:
    """A way to connect; `oca_profile` is None where the security white paper has no such profile."""

    name: str
    title: str
    scheme: str
    basic_authentication: bool
    oca_profile: int | None
    recommended: bool

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scheme == "wss"


@dataclass(frozen=True, slots=True)
class OfflineStrategy:
    """Which badges may start a charge offline, and the key values that say so.

    Keys absent from `settings` do not matter. `accepts` is in the order of looking up. `printed` is False where
    the guide does not mention the combination.
    """

    name: str
    title: str
    settings: Mapping[str, bool]
    accepts: tuple[BadgeSource, ...]
    printed: bool


@dataclass(frozen=True, slots=True)
class CostMessage:
    """The DataTransfer that puts a running cost on the screen (D-21).

    The first of `transaction_fields` is the spelling to write; all are understood.
    """

    vendor_id: str
    message_id: str
    currency_field: str
    method_field: str
    method: str
    connector_field: str
    total_field: str
    transaction_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the product can do that neither a key nor an operation tells.

    `badge_before_plug`: a badge may come first, at an outlet with no vehicle (LA-3).
    """

    badge_before_plug: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """Everything the guide says about one product; mappings keep the guide's order."""

    name: str
    vendor: str
    default_model: str
    module_kw: int
    capabilities: Capabilities
    models: Mapping[str, Model]
    configuration: Mapping[str, ConfigurationKey]
    operations: tuple[Operation, ...]
    vendor_errors: Mapping[str, VendorError]
    measurands: Mapping[str, MeasurandEntry]
    charging_profiles: ChargingProfileLimits
    security_modes: tuple[SecurityMode, ...]
    offline_strategies: tuple[OfflineStrategy, ...]
    cost_message: CostMessage | None
    file_transfer_schemes: tuple[str, ...]
    _keys_by_folded_name: Mapping[str, ConfigurationKey] = field(init=False, repr=False, compare=False)
    _offered: dict[frozenset[str], frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _defaults: dict[str, Mapping[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        folded = {key.key.casefold(): key for key in self.configuration.values()}
        object.__setattr__(self, "_keys_by_folded_name", folded)

    def key(self, name: str) -> ConfigurationKey | None:
        """Find a key without regard to case (D-02); None if the central system knows no such key (D-06)."""
        key = self.factory_key(name)
        return None if key is None or key.access is Access.FACTORY else key

    def factory_key(self, name: str) -> ConfigurationKey | None:
        """Find a key whose first value the factory may set: those of `key`, and those only the factory knows."""
        return self._keys_by_folded_name.get(name.casefold())

    def defaults(self, model: Model) -> Mapping[str, str]:
        """What the keys of a model are set to before anybody writes them; a key that is never set is not in it."""
        known = self._defaults.get(model.reference)
        if known is None:
            defaults = ((name, key.default_for(model)) for name, key in self.configuration.items())
            known = {name: default for name, default in defaults if default is not None}
            self._defaults[model.reference] = known  # shared, as the answers of `offers` are
        return known

    def offers(self, profiles: Collection[str]) -> frozenset[str]:
        """The actions on offer while these feature profiles are; the white paper's are no profile's (CF-18)."""
        kept = frozenset((*profiles, SECURITY_PROFILE))
        known = self._offered.get(kept)
        if known is None:
            known = frozenset(operation.action for operation in self.operations if operation.profile in kept)
            self._offered[kept] = known  # shared: every station of a fleet asks this
        return known

    def offline_strategy(self, settings: Mapping[str, bool]) -> OfflineStrategy:
        """Find the strategy that the values of the switches select.

        `settings` holds at least the switches the strategies mention, by canonical name; exactly one fits.
        """
        fitting = [
            strategy
            for strategy in self.offline_strategies
            if all(settings[name] == value for name, value in strategy.settings.items())
        ]
        assert len(fitting) == 1
        return fitting[0]
