"""The reference pages under `docs/reference`, written from the product's data; the same data give the same bytes.

python -m contactor.cli.reference DIR           write them
python -m contactor.cli.reference --check DIR   only say whether they are current
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from contactor.cli.guide_tables import default_lists, default_text, limits_text, type_text
from contactor.guide.entries import Access, Origin, Product
from contactor.guide.load import load_product

_NOTICE = "<!-- Written by `make docs` from the product's data. Change the data, not this page. -->"


def pages(product: Product) -> dict[str, str]:
    """All pages, Markdown text by file name."""
    return {name: write(product) for name, write in _PAGES.items()}


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
    return _page(
        "Models",
        f"The {len(product.models)} commercial references of {product.name} ({counts}). A station tells its own as "
        f"`chargePointModel`, beside the vendor `{product.vendor}`. The cabinet holds one power module for every "
        f"{product.module_kw} kW.",
        _table(
            ("Reference", "Power", "Modules", "Outlets, from connector 1 on"),
            (
                (_code(model.reference), f"{model.power_kw} kW", str(model.module_count), " + ".join(model.outlets))
                for model in product.models.values()
            ),
        ),
    )


def _keys_page(product: Product) -> str:
    keys = product.configuration.values()
    access = Counter(key.access for key in keys)
    return _page(
        "Configuration keys",
        f"All {len(keys)} keys in the guide's order and spelling: {access[Access.RW]} may be read and written (RW), "
        f"{access[Access.RO]} only read (RO), {access[Access.W]} only written (W). Case does not count when a "
        "key is named. A value outside its limits is rejected.",
        _table(
            ("Key", "Access", "Type", "Default", "Limits", "Meaning", "From"),
            (
                (
                    _code(key.key),
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
    return _table(
        ("Strategy", "Keys", "Accepts", "In the guide"),
        (
            (
                strategy.title,
                ", ".join(f"{_code(name)} = {str(value).lower()}" for name, value in strategy.settings.items()),
                ", then ".join(strategy.accepts) or "nobody",
                _yes_or_no(strategy.printed),
            )
            for strategy in product.offline_strategies
        ),
    )


def _security_table(product: Product) -> str:
    return _table(
        ("Mode", "URL", "Security profile", "Recommended"),
        (
            (
                mode.title,
                _code(f"{mode.scheme}://"),
                "none" if mode.oca_profile is None else str(mode.oca_profile),
                _yes_or_no(mode.recommended),
            )
            for mode in product.security_modes
        ),
    )


def _operations_page(product: Product) -> str:
    return _page(
        "Operations",
        f"The {len(product.operations)} operations of OCPP 1.6 the station supports, and what it takes from them.",
        _table(
            ("Operation", "Sender", "Feature profile", "Note"),
            (
                (_code(operation.action), operation.sender, operation.profile, operation.note)
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
        f"GetDiagnostics and UpdateFirmware take {', '.join(_code(f'{s}://') for s in product.file_transfer_schemes)}.",
    )


def _measurands_table(product: Product) -> str:
    return _table(
        ("Measurand", "Unit", "Location", "Default lists", "Meaning"),
        (
            (
                _code(entry.measurand),
                entry.unit,
                entry.location,
                default_lists(sampled=entry.sampled_by_default, aligned=entry.aligned_by_default),
                entry.meaning + (f" Needs {_code(entry.enabled_by)}." if entry.enabled_by else ""),
            )
            for entry in product.measurands.values()
        ),
    )


def _limits_table(product: Product) -> str:
    limits = product.charging_profiles
    return _table(
        ("Field", "What is taken"),
        (
            ("chargingProfilePurpose", ", ".join(limits.purposes)),
            ("chargingProfileKind", ", ".join(limits.kinds)),
            ("recurrencyKind", ", ".join(limits.recurrences)),
            ("stackLevel", f"0 to {limits.stack_level_max} ({_code(limits.stack_level_key)})"),
            ("chargingRateUnit", limits.rate_unit),
            ("chargingSchedulePeriod", f"at most {limits.periods_max} ({_code(limits.periods_key)})"),
            (
                "limit",
                f"0, or at least {limits.minimum_limit_w} W; at 0 about {limits.residual_a_per_module} A flow on "
                "for each power module",
            ),
            ("profiles at a time", f"at most {limits.profiles_max} ({_code(limits.profiles_key)})"),
            ("ignored", ", ".join(limits.ignored_fields)),
            ("outlets without smart charging", ", ".join(limits.outlets_without)),
        ),
    )


def _cost_table(product: Product) -> str:
    cost = product.cost_message
    return _table(
        ("Field", "Value"),
        (
            ("vendorId", _code(cost.vendor_id)),
            ("messageId", _code(cost.message_id)),
            (_code(cost.currency_field), "ISO 4217 code of the currency"),
            (_code(cost.method_field), _code(cost.method)),
            (_code(cost.connector_field), "number of the connector"),
            (_code(cost.total_field), "cost of the whole transaction so far"),
            (", ".join(map(_code, cost.transaction_fields)), "number of the transaction; the first is written"),
        ),
    )


def _errors_page(product: Product) -> str:
    errors = product.vendor_errors.values()
    by_code = Counter(error.error_code for error in errors)
    return _page(
        "Vendor error codes",
        f"The {len(errors)} diagnostic trouble codes (DTC). StatusNotification carries the DTC as `vendorErrorCode` "
        "and the description as `info`. Part, scope, effect and stop reason are our reading of the guide, which names "
        "none of them.",
        _table(
            ("DTC", "Description", "errorCode", "Part", "Scope", "Effect", "Stop reason", "Tamper", "Note"),
            (
                (
                    _code(error.dtc),
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
        _table(("errorCode", "DTCs"), ((code, str(count)) for code, count in by_code.most_common())),
    )


_PAGES: Mapping[str, Callable[[Product], str]] = {
    "models.md": _models_page,
    "configuration-keys.md": _keys_page,
    "operations.md": _operations_page,
    "vendor-errors.md": _errors_page,
}

_ORIGINS: Mapping[Origin, str] = {
    Origin.CORE: "OCPP, Core",
    Origin.LOCAL_AUTH_LIST: "OCPP, LocalAuthListManagement",
    Origin.RESERVATION: "OCPP, Reservation",
    Origin.SMART_CHARGING: "OCPP, SmartCharging",
    Origin.SECURITY: "OCPP security white paper",
    Origin.VENDOR: "vendor",
}


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join((f"# {title}", _NOTICE, *blocks)) + "\n"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _code(text: str) -> str:
    return f"`{text}`"


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"


def _text_of(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
