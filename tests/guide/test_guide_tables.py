"""`contactor guide`: the JSON shapes other programs rely on, the tables at two widths, and the one-line error."""

import json

import pytest
from typer.testing import CliRunner

from contactor.cli.guide_tables import app
from contactor.guide.load import load_product

COMMANDS = ["models", "keys", "operations", "errors", "measurands", "security", "strategies"]


def rows(command: str) -> list[dict[str, object]]:
    # A terminal that takes colours must not change what a program reads.
    result = CliRunner().invoke(app, [command, "--json"], env={"FORCE_COLOR": "1", "COLUMNS": "40"})
    assert (result.exit_code, result.stderr) == (0, "")
    parsed = json.loads(result.stdout)
    assert isinstance(parsed, list)
    return parsed


def row(command: str, name: str, value: str) -> dict[str, object]:
    (found,) = [entry for entry in rows(command) if entry[name] == value]
    return found


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("models", 29),
        ("keys", 52),
        ("operations", 28),
        ("errors", 42),
        ("measurands", 7),
        ("security", 4),
        ("strategies", 6),
    ],
)
def test_json_holds_every_row_and_all_rows_are_alike(command: str, count: int) -> None:
    everything = rows(command)
    assert len(everything) == count
    assert len({tuple(entry) for entry in everything}) == 1


def test_a_model_in_json() -> None:
    assert row("models", "reference", "EVD1S60THBC5") == {
        "reference": "EVD1S60THBC5",
        "power_kw": 60,
        "outlets": ["CCS2", "CHAdeMO"],
    }


def test_an_integer_key_in_json() -> None:
    key = row("keys", "key", "disconnectedMeterValueSampleInterval")
    assert key.pop("meaning")
    assert key == {
        "key": "disconnectedMeterValueSampleInterval",
        "access": "RW",
        "type": "integer",
        "unit": "s",
        "default": "900",
        "minimum": 5,
        "maximum": 3600,
        "length_max": None,
        "items_max": None,
        "allowed": None,
        "reboot_needed": False,
    }


def test_a_list_key_in_json() -> None:
    key = row("keys", "key", "SupportedFeatureProfiles")
    assert (key["access"], key["type"], key["items_max"]) == ("RO", "list", 6)
    assert key["allowed"] == str(key["default"]).split(",")


def test_a_key_without_default_in_json() -> None:
    key = row("keys", "key", "SupervisionUrl")
    assert (key["default"], key["length_max"], key["reboot_needed"]) == ("", 255, True)


def test_an_operation_in_json() -> None:
    assert row("operations", "action", "DataTransfer") == {
        "action": "DataTransfer",
        "sender": "central",
        "profile": "Core",
    }


def test_a_trouble_in_json() -> None:
    assert row("errors", "dtc", "0x200204") == {
        "dtc": "0x200204",
        "description": "Power cabinet door open",
        "error_code": "OtherError",
        "part": "power cabinet",
        "scope": "station",
        "effect": "fault",
        "stop_reason": "Other",
    }


def test_a_warning_in_json_stops_nothing() -> None:
    warning = row("errors", "dtc", "0x10000F")
    assert (warning["effect"], warning["scope"], warning["stop_reason"]) == ("warning", "station_only", None)


def test_a_strategy_in_json() -> None:
    strategy = row("strategies", "name", "list_then_cache")
    assert strategy["accepts"] == ["list", "cache"]
    assert strategy["settings"] == {
        "AllowOfflineTxForUnknownId": False,
        "LocalAuthorizeOffline": True,
        "AuthorizationCacheEnabled": True,
        "LocalAuthListEnabled": True,
    }


def test_a_security_mode_in_json() -> None:
    mode = row("security", "name", "tls_and_basic")
    assert (mode["scheme"], mode["oca_profile"], mode["recommended"]) == ("wss", 2, True)


NAMES = {
    "models": list(load_product().models),
    "keys": list(load_product().configuration),
    "operations": [operation.action for operation in load_product().operations],
    "errors": list(load_product().vendor_errors),
    "measurands": list(load_product().measurands),
    "security": [mode.title for mode in load_product().security_modes],
    "strategies": ["AllowOfflineTxForUnknownId = true", "LocalAuthListEnabled = false"],
}


@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_table_fits_the_terminal_and_breaks_no_name(command: str, columns: int) -> None:
    result = CliRunner().invoke(app, [command], env={"COLUMNS": str(columns)})
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= columns
    assert [name for name in NAMES[command] if name not in result.stdout] == []
    assert "…" not in result.stdout


@pytest.mark.parametrize("arguments", [["--product", "nonesuch"], ["--product", "nonesuch", "--json"]])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_product_is_one_line_on_stderr_and_status_2(command: str, arguments: list[str]) -> None:
    result = CliRunner().invoke(app, [command, *arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "product: 'nonesuch' cannot be used; known products: evlink_pro_dc, generic_dc\n"


def test_the_product_can_be_named() -> None:
    by_name = CliRunner().invoke(app, ["models", "--product", "evlink_pro_dc", "--json"])
    assert json.loads(by_name.stdout) == rows("models")
