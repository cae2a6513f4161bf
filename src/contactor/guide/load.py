"""The way from a product's data files to its entries; each row is checked by itself, then all against each other."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from contactor.base.errors import BadSetting
from contactor.guide import words
from contactor.guide.agreement import check_agreement
from contactor.guide.configuration_rows import read_configuration
from contactor.guide.entries import (
    BadgeSource,
    Cables,
    Capabilities,
    ChargingProfileLimits,
    ConfigurationKey,
    CostMessage,
    Effect,
    KeyKind,
    MeasurandEntry,
    Model,
    OfflineStrategy,
    Operation,
    OutletKind,
    Part,
    Product,
    Scope,
    SecurityMode,
    Sender,
    Switch,
    VendorError,
)
from contactor.guide.rows import Row, rows_of, sections_of

_DTC = re.compile(r"0x[0-9A-F]{6}")

# Field lengths of OCPP 1.6: chargePointVendor and chargePointModel, info of StatusNotification, vendorId, messageId.
_BOOT_FIELD_LENGTH = 20
_INFO_LENGTH = 50
_VENDOR_ID_LENGTH = 255
_MESSAGE_ID_LENGTH = 50


def product_names() -> tuple[str, ...]:
    """The products there is data for, in alphabetical order; a folder under `guide/data` is a product."""
    return tuple(sorted(folder.name for folder in _data().iterdir() if (folder / "product.toml").is_file()))


def all_products() -> tuple[Product, ...]:
    """Every product there is data for."""
    return tuple(map(load_product, product_names()))


def load_product(name: str = "evlink_pro_dc") -> Product:
    """Load a product's data, by its name or from the folder a path leads to; the same object every time.

    A path has a slash in it, `./my_charger` for instance, so that no folder can hide a product of the same name.

    Raises:
        BadSetting: there is no such product; the message lists those there are.
        BadRow: a row of its data is wrong.
    """
    return _load_once(name)


def read_product(folder: Traversable) -> Product:
    """Read a product from a folder of data files, which may lie anywhere.

    Raises:
        BadRow: a row is wrong or two rows contradict each other; the message names file, entry and reason.
    """
    about, *more = sections_of(folder, "product.toml", "product", optional=("cost_message", "capabilities"))
    sections = {row.entry: row for row in more}
    (charging,) = sections_of(folder, "smart_charging.toml", "charging_profile")
    modes, strategies = _security_rows(folder)
    configuration = read_configuration(folder)
    module_kw = about.number("module_kw", minimum=1)
    product = Product(
        name=about.text("name"),
        vendor=about.text("vendor", length_max=_BOOT_FIELD_LENGTH),
        default_model=about.text("default_model"),
        module_kw=module_kw,
        capabilities=_capabilities(sections["capabilities"]) if "capabilities" in sections else Capabilities(),
        models=MappingProxyType({row.entry: _model(row, module_kw) for row in rows_of(folder, "models.toml")}),
        configuration=MappingProxyType(configuration),
        operations=tuple(_operation(row) for row in rows_of(folder, "operations.toml")),
        vendor_errors=MappingProxyType(
            {row.entry: _vendor_error(row) for row in rows_of(folder, "vendor_errors.toml")}
        ),
        measurands=MappingProxyType({row.entry: _measurand(row) for row in rows_of(folder, "metering.toml")}),
        charging_profiles=_charging_profile(charging, configuration),
        security_modes=modes,
        offline_strategies=strategies,
        cost_message=_cost_message(sections["cost_message"]) if "cost_message" in sections else None,
        file_transfer_schemes=about.texts("file_transfer_schemes", ("ftp", "ftps", "http", "https", "sftp")),
    )
    about.finish()
    check_agreement(product)
    return product


# Apart from `load_product`, so that the default name and the same name spelt out are one entry of the cache.
@cache
def _load_once(name: str) -> Product:
    known = product_names()
    if "/" in name:
        if not Path(name).is_dir():
            raise BadSetting("product", name, f"there is no such folder; known products: {', '.join(known)}")
        return read_product(Path(name))
    if name not in known:
        raise BadSetting("product", name, f"known products: {', '.join(known)}")
    return read_product(_data() / name)


def _data() -> Traversable:
    return files("contactor.guide") / "data"


def _model(row: Row, module_kw: int) -> Model:
    if len(row.entry) > _BOOT_FIELD_LENGTH:
        raise row.wrong(f"the reference has {len(row.entry)} characters, at most {_BOOT_FIELD_LENGTH} fit")
    model = Model(
        reference=row.entry,
        power_kw=row.number("power_kw", minimum=1),
        outlets=row.words("outlets", OutletKind),
        module_kw=module_kw,
        cables=row.word("cables", Cables) if "cables" in row else Cables.FIXED,
    )
    if not model.outlets:
        raise row.wrong("outlets is empty")
    if model.module_count == 0:
        raise row.wrong(f"power_kw is {model.power_kw}, less than one module of {module_kw} kW")
    row.finish()
    return model


def _operation(row: Row) -> Operation:
    if row.entry not in (*words.ACTIONS, *words.SECURITY_ACTIONS):
        raise row.wrong("is not an operation of OCPP 1.6")
    operation = Operation(
        action=row.entry,
        sender=row.word("sender", Sender),
        group=row.text("group"),
        profile=row.choice("profile", (*words.FEATURE_PROFILES, words.SECURITY_PROFILE)),
        note=row.text("note") if "note" in row else "",
    )
    row.finish()
    if (row.entry in words.SECURITY_ACTIONS) != (operation.profile == words.SECURITY_PROFILE):
        raise row.wrong(f"profile {words.SECURITY_PROFILE} belongs to the white paper's operations, and to no other")
    return operation


def _capabilities(row: Row) -> Capabilities:
    capabilities = Capabilities(
        badge_before_plug=row.flag("badge_before_plug") if "badge_before_plug" in row else False,
    )
    row.finish()
    return capabilities


def _vendor_error(row: Row) -> VendorError:
    if not _DTC.fullmatch(row.entry):
        raise row.wrong("is not a DTC: expected 0x and six digits from 0 to 9 and A to F")
    error = VendorError(
        dtc=row.entry,
        description=row.text("description", length_max=_INFO_LENGTH),
        error_code=row.choice("error_code", words.ERROR_CODES),
        part=row.word("part", Part),
        scope=row.word("scope", Scope),
        effect=row.word("effect", Effect),
        stop_reason=row.choice("stop_reason", words.STOP_REASONS) if "stop_reason" in row else None,
        tamper=row.flag("tamper") if "tamper" in row else False,
        switch=row.word("switch", Switch) if "switch" in row else None,
        note=row.text("note") if "note" in row else "",
    )
    row.finish()
    if (error.effect is Effect.FAULT) != (error.stop_reason is not None):
        raise row.wrong("stop_reason belongs to every fault and to no warning")
    if error.effect is Effect.FAULT and error.scope is Scope.STATION_ONLY:
        raise row.wrong("a fault of connector 0 alone would take nothing out of service")
    return error


def _measurand(row: Row) -> MeasurandEntry:
    if row.entry not in words.MEASURANDS:
        raise row.wrong("is not a measurand of OCPP 1.6")
    measurand = MeasurandEntry(
        measurand=row.entry,
        unit=row.choice("unit", words.UNITS),
        location=row.choice("location", words.LOCATIONS),
        sampled_by_default=row.flag("sampled_by_default"),
        aligned_by_default=row.flag("aligned_by_default"),
        enabled_by=row.text("enabled_by") if "enabled_by" in row else None,
        meaning=row.text("meaning"),
    )
    row.finish()
    return measurand


def _charging_profile(row: Row, configuration: Mapping[str, ConfigurationKey]) -> ChargingProfileLimits:
    stack_level_key, stack_level_max = _named_maximum(row, "stack_level_key", configuration)
    periods_key, periods_max = _named_maximum(row, "periods_key", configuration)
    profiles_key, profiles_max = _named_maximum(row, "profiles_key", configuration)
    limits = ChargingProfileLimits(
        purposes=row.texts("purposes", words.PROFILE_PURPOSES),
        kinds=row.texts("kinds", words.PROFILE_KINDS),
        recurrences=row.texts("recurrences", words.RECURRENCES),
        rate_units=row.texts("rate_units", words.RATE_UNITS),
        ignored_fields=row.texts("ignored_fields", ("minChargingRate", "numberPhases")),
        outlets_without=row.words("outlets_without", OutletKind),
        minimum_limit_w=row.number("minimum_limit_w"),
        minimum_limit_a=row.number("minimum_limit_a", minimum=1) if "minimum_limit_a" in row else 0,
        nominal_v=row.number("nominal_v", minimum=1) if "nominal_v" in row else 0,
        residual_a_per_module=row.decimal("residual_a_per_module"),
        stack_level_key=stack_level_key,
        stack_level_max=stack_level_max,
        periods_key=periods_key,
        periods_max=periods_max,
        profiles_key=profiles_key,
        profiles_max=profiles_max,
    )
    row.finish()
    if limits.minimum_limit_w == 0:
        raise row.wrong("minimum_limit_w is 0, but no power can be shared in portions of nothing")
    if not limits.rate_units:
        raise row.wrong("rate_units is empty")
    if ("A" in limits.rate_units) != bool(limits.minimum_limit_a and limits.nominal_v):
        raise row.wrong("minimum_limit_a and nominal_v belong to rate_units with A, and to no other")
    return limits


def _named_maximum(row: Row, field: str, configuration: Mapping[str, ConfigurationKey]) -> tuple[str, int]:
    """The key a field names, and the number the station reports under it."""
    name = row.text(field)
    key = configuration.get(name)
    if key is None or key.kind is not KeyKind.INTEGER or not key.has_default:
        raise row.wrong(f"{field}: {name!r} is not an integer key with a default")
    return name, int(key.default)


def _security_rows(folder: Traversable) -> tuple[tuple[SecurityMode, ...], tuple[OfflineStrategy, ...]]:
    sections_of(folder, "security.toml", "modes", "offline_strategies")
    modes = tuple(_security_mode(row) for row in rows_of(folder, "security.toml", "modes"))
    strategies = tuple(_offline_strategy(row) for row in rows_of(folder, "security.toml", "offline_strategies"))
    return modes, strategies


def _security_mode(row: Row) -> SecurityMode:
    mode = SecurityMode(
        name=row.entry,
        title=row.text("title"),
        scheme=row.choice("scheme", ("ws", "wss")),
        basic_authentication=row.flag("basic_authentication"),
        oca_profile=row.number("oca_profile", minimum=1) if "oca_profile" in row else None,
        recommended=row.flag("recommended") if "recommended" in row else False,
    )
    row.finish()
    return mode


def _offline_strategy(row: Row) -> OfflineStrategy:
    strategy = OfflineStrategy(
        name=row.entry,
        title=row.text("title"),
        settings=MappingProxyType(row.flags("settings")),
        accepts=row.words("accepts", BadgeSource),
        printed=row.flag("printed"),
    )
    row.finish()
    return strategy


def _cost_message(row: Row) -> CostMessage:
    message = CostMessage(
        vendor_id=row.text("vendor_id", length_max=_VENDOR_ID_LENGTH),
        message_id=row.text("message_id", length_max=_MESSAGE_ID_LENGTH),
        currency_field=row.text("currency_field"),
        method_field=row.text("method_field"),
        method=row.text("method"),
        connector_field=row.text("connector_field"),
        total_field=row.text("total_field"),
        transaction_fields=row.texts("transaction_fields"),
    )
    if not message.transaction_fields:
        raise row.wrong("transaction_fields is empty")
    row.finish()
    return message
