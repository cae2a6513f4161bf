"""`contactor guide`: the product's tables for people to read, and as JSON for their programs.

Tables fit any terminal from 80 columns on: long facts stand below each other in the last column, not side by side.
"""

import json
from collections.abc import Sequence
from typing import Annotated, TypeAlias

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactor.base.errors import BadSetting
from contactor.guide.entries import ConfigurationKey, Product, VendorError
from contactor.guide.load import load_product

WIDE_COLUMNS = 110

JsonRow: TypeAlias = dict[str, str | int | bool | list[str] | dict[str, bool] | None]

ProductOption = Annotated[
    str,
    typer.Option(
        "--product",
        metavar="NAME",
        help="Whose guide to show: a name, or a path to a folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print a list of JSON objects instead of a table.")]

app = typer.Typer(help="Show what the connectivity guide says about the product.", no_args_is_help=True)


@app.command()
def models(product: ProductOption = "evlink_pro_dc", as_json: JsonOption = False) -> None:
    """Commercial references with power and outlets."""
    entries = tuple(_load(product).models.values())
    if as_json:
        _print_json(
            [
                {"reference": entry.reference, "power_kw": entry.power_kw, "outlets": [*entry.outlets]}
                for entry in entries
            ]
        )
        return
    table = _table("Reference", "Power", "Modules", "Outlets, from connector 1 on", "Cables")
    for entry in entries:
        outlets = " + ".join(entry.outlets)
        table.add_row(entry.reference, f"{entry.power_kw} kW", str(entry.module_count), outlets, entry.cables)
    _console().print(table)


@app.command()
def keys(product: ProductOption = "evlink_pro_dc", as_json: JsonOption = False) -> None:
    """Configuration keys with access, default and limits."""
    entries = tuple(_load(product).configuration.values())
    if as_json:
        _print_json([_key_row(entry) for entry in entries])
        return
    table = _table("Key", "", "Value and meaning", unbroken=2)
    for entry in entries:
        table.add_row(entry.key, entry.access, _stacked(_key_facts(entry), entry.meaning, gap=True))
    _console().print(table)


@app.command()
def operations(product: ProductOption = "evlink_pro_dc", as_json: JsonOption = False) -> None:
    """OCPP operations with the side that starts them."""
    entries = _load(product).operations
    if as_json:
        _print_json(
            [{"action": entry.action, "sender": entry.sender, "profile": entry.profile} for entry in entries],
        )
        return
    table = _table("Operation", "Sender", "Profile and note", unbroken=2)
    for entry in entries:
        table.add_row(entry.action, entry.sender, _stacked(entry.profile, entry.note))
    _console().print(table)


@app.command()
def errors(product: ProductOption = "evlink_pro_dc", as_json: JsonOption = False) -> None:
    """Vendor error codes (DTC) with what they do to the station."""
    entries = tuple(_load(product).vendor_errors.values())
    if as_json:
        _print_json([_error_row(entry) for entry in entries])
        return
    console = _console()
    console.print(_wide_errors(entries) if _is_wide(console) else _narrow_errors(entries))


@app.command()
def measurands(product: ProductOption = "evlink_pro_dc", as_json: JsonOption = False) -> None:
    """Measurands of the meter values with unit and location."""
    entries = tuple(_load(product).measurands.values())
    if as_json:
        _print_json(
            [
                {
                    "measurand": entry.measurand,
                    "unit": entry.unit,
                    "location": entry.location,
                    "sampled_by_default": entry.sampled_by_default,
                    "aligned_by_default": entry.aligned_by_default,
                    "enabled_by": entry.enabled_by,
                    "meaning": entry.meaning,
                }
                for entry in entries
            ]
        )
        return
    table = _table("Measurand", "Unit", "Location, default lists and meaning", unbroken=2)
    for entry in entries:
        lists = default_lists(sampled=entry.sampled_by_default, aligned=entry.aligned_by_default)
        meaning = entry.meaning if entry.enabled_by is None else f"{entry.meaning} Needs {entry.enabled_by}."
        table.add_row(entry.measurand, entry.unit, _stacked(f"{entry.location}; {lists}", meaning))
    _console().print(table)


@app.command()
def security(product: ProductOption = "evlink_pro_dc", as_json: JsonOption = False) -> None:
    """Security modes of the connection."""
    entries = _load(product).security_modes
    if as_json:
        _print_json(
            [
                {
                    "name": entry.name,
                    "title": entry.title,
                    "scheme": entry.scheme,
                    "basic_authentication": entry.basic_authentication,
                    "oca_profile": entry.oca_profile,
                    "recommended": entry.recommended,
                }
                for entry in entries
            ]
        )
        return
    table = _table("Mode", "URL", "Security profile", "")
    for entry in entries:
        profile = "none" if entry.oca_profile is None else str(entry.oca_profile)
        table.add_row(entry.title, f"{entry.scheme}://", profile, "recommended" if entry.recommended else "")
    _console().print(table)


@app.command()
def strategies(product: ProductOption = "evlink_pro_dc", as_json: JsonOption = False) -> None:
    """Offline strategies with the keys that select them."""
    entries = _load(product).offline_strategies
    if as_json:
        _print_json(
            [
                {
                    "name": entry.name,
                    "title": entry.title,
                    "settings": dict(entry.settings),
                    "accepts": [*entry.accepts],
                    "printed": entry.printed,
                }
                for entry in entries
            ]
        )
        return
    table = _table("Strategy", "Keys", "Accepts", lines=True)
    table.columns[1].no_wrap = True
    for entry in entries:
        title = entry.title if entry.printed else f"{entry.title} (not in the guide)"
        settings = "\n".join(f"{name} = {str(value).lower()}" for name, value in entry.settings.items())
        table.add_row(title, settings, ", then ".join(entry.accepts) or "nobody")
    _console().print(table)


def type_text(key: ConfigurationKey) -> str:
    """The kind of a key and its unit."""
    return f"{key.kind}, {key.unit}" if key.unit else str(key.kind)


def limits_text(key: ConfigurationKey) -> str:
    """The limits of a key in one phrase; empty where it has none."""
    phrases = []
    if key.minimum is not None and key.maximum is not None:
        phrases.append(f"{key.minimum} to {key.maximum}")
    if key.length_max is not None:
        shortest = "" if key.length_min is None else f"{key.length_min} to "
        phrases.append(f"{shortest}{key.length_max} characters")
    if key.items_max is not None:
        phrases.append(f"at most {key.items_max} of {', '.join(key.allowed)}" if key.allowed else "no items")
    elif key.allowed is not None:
        phrases.append(f"only {', '.join(key.allowed)}")
    if key.reboot_needed:
        phrases.append("used after the next start")
    return "; ".join(phrases)


def default_text(key: ConfigurationKey) -> str:
    """The default of a key for a person to read, with blanks where a long list may be broken."""
    if key.derived_from is not None:
        return f"from the {key.derived_from}"
    return key.default.replace(",", ", ")


def default_lists(*, sampled: bool, aligned: bool) -> str:
    """The lists a measurand is on by default."""
    return ", ".join(name for name, is_on in (("sampled", sampled), ("aligned", aligned)) if is_on) or "none"


def _load(name: str) -> Product:
    try:
        return load_product(name)
    except BadSetting as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _print_json(rows: Sequence[JsonRow]) -> None:
    # Not by rich: it would colour and wrap what another program is going to read.
    typer.echo(json.dumps(rows, indent=2))


def _console() -> Console:
    return Console(highlight=False)


def _is_wide(console: Console) -> bool:
    return console.width >= WIDE_COLUMNS


def _table(*headings: str, unbroken: int = 0, lines: bool = False) -> Table:
    """A table with these headings; cells of the first `unbroken` columns stay on one line."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=lines)
    for position, heading in enumerate(headings):
        table.add_column(heading, no_wrap=position < unbroken)
    return table


def _key_row(key: ConfigurationKey) -> JsonRow:
    return {
        "key": key.key,
        "access": key.access,
        "type": key.kind,
        "unit": key.unit,
        "default": key.default,
        "minimum": key.minimum,
        "maximum": key.maximum,
        "length_max": key.length_max,
        "items_max": key.items_max,
        "allowed": None if key.allowed is None else [*key.allowed],
        "reboot_needed": key.reboot_needed,
        "meaning": key.meaning,
    }


def _key_facts(key: ConfigurationKey) -> str:
    default = default_text(key)
    facts = (type_text(key), f"default {default}" if default else "", limits_text(key))
    return "; ".join(fact for fact in facts if fact)


def _stacked(facts: str, words: str, *, gap: bool = False) -> Text:
    """Two facts below each other; `gap` sets the row apart from the next where rows are tall."""
    text = Text(facts, style="bold")
    if words:
        text.append(f"\n{words}", style="not bold")
    return text.append("\n") if gap else text


def _error_row(error: VendorError) -> JsonRow:
    return {
        "dtc": error.dtc,
        "description": error.description,
        "error_code": error.error_code,
        "part": error.part,
        "scope": error.scope,
        "effect": error.effect,
        "stop_reason": error.stop_reason,
    }


def _wide_errors(entries: Sequence[VendorError]) -> Table:
    table = _table("DTC", "Description", "errorCode", "Part", "Scope", "Effect", "Stops with", unbroken=1)
    for error in entries:
        scope = error.scope.replace("_", " ")
        table.add_row(
            error.dtc, error.description, error.error_code, error.part, scope, error.effect, error.stop_reason or ""
        )
    return table


def _narrow_errors(entries: Sequence[VendorError]) -> Table:
    table = _table("DTC", "Description", "errorCode", "Effect", unbroken=1)
    for error in entries:
        effect = f"{error.effect}, {error.scope.replace('_', ' ')}"
        if error.stop_reason is not None:
            effect = f"{effect}, stops with {error.stop_reason}"
        table.add_row(error.dtc, error.description, error.error_code, effect)
    return table
