"""The reference pages under `docs/reference`, written from data and code; the same input gives the same bytes.

python -m contactor.cli.reference DIR           write them
python -m contactor.cli.reference --check DIR   only say whether they are current
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from contactor.cli.guide_tables import default_lists, default_text, limits_text, type_text
from contactor.cli.markdown import code, page, table
from contactor.cli.reference_api import api_page, control_page
from contactor.cli.reference_commands import commands_page, settings_page
from contactor.guide.entries import Access, ChargingProfileLimits, Origin, Product
from contactor.guide.load import all_products, load_product


def pages(product: Product) -> dict[str, str]:
    """All pages, Markdown text by file name; those of the other products have theirs in front."""
    written = {name: write(product) for name, write in (*_PRODUCT_PAGES.items(), *_PAGES.items())}
    for other in all_products():
        if other.name != product.name:
            prefix = other.name.casefold().replace(" ", "-")
            written |= {f"{prefix}-{name}": write(other) for name, write in _PRODUCT_PAGES.items()}
    return written


def outdated(folder: Path, product: Product) -> list[str]:
    """The names of the pages in a folder that are missing or differ from the data."""
    return [name for name, text in pages(product).items() if _text_of(folder / name) != text]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the pages; 1 if a check found a page that is not current."""
    parser = argparse.ArgumentParser(prog="python -m contactor.cli.reference", description="Write the reference pages.")
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a page is not current")
    chosen = parser.parse_args(arguments)
    product = load_product()
    if chosen.check:
        stale = outdated(chosen.folder, product)
        for name in stale:
            print(f"{chosen.folder / name}: not current; `make docs` writes it again", file=sys.stderr)
        return 1 if stale else 0
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(product).items():
        (chosen.folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


def _models_page(product: Product) -> str:
    by_power = Counter(model.power_kw for model in product.models.values())
    counts = ", ".join(f"{count} of {power_kw} kW" for power_kw, count in sorted(by_power.items()))
    return page(
        "Models",
        f"The {len(product.models)} commercial references of {product.name} ({counts}). A station tells its own as "
        f"`chargePointModel`, beside the vendor `{product.vendor}`. The cabinet holds one power module for every "
        f"{product.module_kw} kW. {_ORDER_OF_BADGE[product.capabilities.badge_before_plug]}",
        table(
            ("Reference", "Power", "Modules", "Outlets, from connector 1 on", "Cables"),
            (
                (
                    code(model.reference),
                    f"{model.power_kw} kW",
                    str(model.module_count),
                    " + ".join(model.outlets),
                    model.cables,
                )
                for model in product.models.values()
            ),
        ),
    )


def _keys_page(product: Product) -> str:
    keys = product.configuration.values()
    access = Counter(key.access for key in keys)
    return page(
        "Configuration keys",
        f"All {len(keys)} keys of {product.name} in their order and spelling: {access[Access.RW]} may be read and "
        f"written (RW), {access[Access.RO]} only read (RO), {access[Access.W]} only written (W){_factory(access)}. "
        "Case does not count when a key is named. A value outside its limits is rejected.",
        table(
            ("Key", "Access", "Type", "Default", "Limits", "Meaning", "From"),
            (
                (
                    code(key.key),
                    key.access,
                    type_text(key),
                    default_text(key),
                    limits_text(key),
                    key.meaning,
                    _ORIGINS[key.origin],
                )
                for key in keys
            ),
        ),
        "## Offline strategies",
        "While the central system is out of reach, four switches decide which badges may start a charge. A key that is "
        "not mentioned may have either value. A badge known as not valid is refused under every strategy.",
        _strategies_table(product),
        "## Security modes",
        "TLS is on where `SupervisionUrl` begins with `wss`, Basic authentication where an `AuthorizationKey` is set.",
        _security_table(product),
    )


def _strategies_table(product: Product) -> str:
    return table(
        ("Strategy", "Keys", "Accepts", "In the guide"),
        (
            (
                strategy.title,
                ", ".join(f"{code(name)} = {str(value).lower()}" for name, value in strategy.settings.items()),
                ", then ".join(strategy.accepts) or "nobody",
                _yes_or_no(strategy.printed),
            )
            for strategy in product.offline_strategies
        ),
    )


def _security_table(product: Product) -> str:
    return table(
        ("Mode", "URL", "Security profile", "Recommended"),
        (
            (
                mode.title,
                code(f"{mode.scheme}://"),
                "none" if mode.oca_profile is None else str(mode.oca_profile),
                _yes_or_no(mode.recommended),
            )
            for mode in product.security_modes
        ),
    )


def _operations_page(product: Product) -> str:
    return page(
        "Operations",
        f"The {len(product.operations)} operations of OCPP 1.6 the station supports, and what it takes from them.",
        table(
            ("Operation", "Sender", "Feature profile", "Note"),
            (
                (code(operation.action), operation.sender, operation.profile, operation.note)
                for operation in product.operations
            ),
        ),
        "## Measurands of MeterValues",
        _measurands_table(product),
        "## Limits of SetChargingProfile",
        _limits_table(product),
        "## CostUpdated by DataTransfer",
        _cost_table(product),
        "## File transfer",
        f"GetDiagnostics and UpdateFirmware take {', '.join(code(f'{s}://') for s in product.file_transfer_schemes)}.",
    )


def _measurands_table(product: Product) -> str:
    return table(
        ("Measurand", "Unit", "Location", "Default lists", "Meaning"),
        (
            (
                code(entry.measurand),
                entry.unit,
                entry.location,
                default_lists(sampled=entry.sampled_by_default, aligned=entry.aligned_by_default),
                entry.meaning + (f" Needs {code(entry.enabled_by)}." if entry.enabled_by else ""),
            )
            for entry in product.measurands.values()
        ),
    )


def _limits_table(product: Product) -> str:
    limits = product.charging_profiles
    return table(
        ("Field", "What is taken"),
        (
            ("chargingProfilePurpose", ", ".join(limits.purposes)),
            ("chargingProfileKind", ", ".join(limits.kinds)),
            ("recurrencyKind", ", ".join(limits.recurrences)),
            ("stackLevel", f"0 to {limits.stack_level_max} ({code(limits.stack_level_key)})"),
            ("chargingRateUnit", _rate_units(limits)),
            ("chargingSchedulePeriod", f"at most {limits.periods_max} ({code(limits.periods_key)})"),
            (
                "limit",
                f"0, or at least {_minimum(limits)}; at 0 about {limits.residual_a_per_module} A flow on "
                "for each power module",
            ),
            ("profiles at a time", f"at most {limits.profiles_max} ({code(limits.profiles_key)})"),
            ("ignored", ", ".join(limits.ignored_fields)),
            ("outlets without smart charging", ", ".join(limits.outlets_without)),
        ),
    )


def _rate_units(limits: ChargingProfileLimits) -> str:
    units = ", ".join(limits.rate_units)
    return f"{units}; forecasts count amperes at {limits.nominal_v} V" if "A" in limits.rate_units else units


def _minimum(limits: ChargingProfileLimits) -> str:
    return " or ".join(f"{limits.minimum_limit(unit)} {unit}" for unit in limits.rate_units)


def _factory(access: Mapping[Access, int]) -> str:
    """The keys that the wire knows nothing of, where there are any."""
    count = access[Access.FACTORY]
    return f", {count} are set in the factory and unknown to the central system (factory)" if count else ""


def _cost_table(product: Product) -> str:
    cost = product.cost_message
    if cost is None:
        return "There is none: a DataTransfer is answered with `UnknownVendorId`."
    return table(
        ("Field", "Value"),
        (
            ("vendorId", code(cost.vendor_id)),
            ("messageId", code(cost.message_id)),
            (code(cost.currency_field), "ISO 4217 code of the currency"),
            (code(cost.method_field), code(cost.method)),
            (code(cost.connector_field), "number of the connector"),
            (code(cost.total_field), "cost of the whole transaction so far"),
            (", ".join(map(code, cost.transaction_fields)), "number of the transaction; the first is written"),
        ),
    )


def _errors_page(product: Product) -> str:
    errors = product.vendor_errors.values()
    by_code = Counter(error.error_code for error in errors)
    return page(
        "Vendor error codes",
        f"The {len(errors)} diagnostic trouble codes (DTC). StatusNotification carries the DTC as `vendorErrorCode` "
        "and the description as `info`. Part, scope, effect and stop reason are our reading of the guide, which names "
        "none of them.",
        table(
            ("DTC", "Description", "errorCode", "Part", "Scope", "Effect", "Stop reason", "Tamper", "Note"),
            (
                (
                    code(error.dtc),
                    error.description,
                    error.error_code,
                    error.part,
                    error.scope.replace("_", " "),
                    error.effect,
                    error.stop_reason or "",
                    "yes" if error.tamper else "",
                    error.note,
                )
                for error in errors
            ),
        ),
        "## By errorCode",
        table(("errorCode", "DTCs"), ((word, str(count)) for word, count in by_code.most_common())),
    )


_PRODUCT_PAGES: Mapping[str, Callable[[Product], str]] = {
    "models.md": _models_page,
    "configuration-keys.md": _keys_page,
    "operations.md": _operations_page,
    "vendor-errors.md": _errors_page,
}

_PAGES: Mapping[str, Callable[[Product], str]] = {
    "commands.md": lambda _product: commands_page(),
    "api.md": lambda _product: api_page(),
    "control-api.md": lambda _product: control_page(),
    "central-settings.md": lambda _product: settings_page(),
}

_ORDER_OF_BADGE: Mapping[bool, str] = {
    False: "A driver plugs in first and shows the badge then.",
    True: "A driver may plug in or show the badge first.",
}

_ORIGINS: Mapping[Origin, str] = {
    Origin.CORE: "OCPP, Core",
    Origin.LOCAL_AUTH_LIST: "OCPP, LocalAuthListManagement",
    Origin.RESERVATION: "OCPP, Reservation",
    Origin.SMART_CHARGING: "OCPP, SmartCharging",
    Origin.SECURITY: "OCPP security white paper",
    Origin.VENDOR: "vendor",
}


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"


def _text_of(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
