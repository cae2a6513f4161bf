"""What is asked of who begins a firmware campaign, and how that becomes the API's request: times of day, hours."""

import re
from collections.abc import Mapping
from typing import Any

from contactor.console.api_client import Json
from contactor.console.fields import Field, FieldKind
from contactor.console.periods import WEEKDAYS
from contactor.ui.blocks import Fact
from contactor.ui.writing import duration

Body = dict[str, Any]  # Any: JSON of a form
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def _texts(name: str, item: str, title: str) -> Field:
    one = Field(name, FieldKind.TEXT, True, length_max=255, title=item)
    return Field(name, FieldKind.LIST, False, item=one, title=title)


_SELECTION = (
    Field("is_every_station", FieldKind.FLAG, False, title="Every station"),
    _texts("stations", "Station", "Or these stations"),
    _texts("models", "Model", "Or these models"),
    _texts("sites", "Site", "Or at these sites"),
    _texts("versions", "Version", "Or those that run these versions"),
)
_DAY = Field("weekdays", FieldKind.CHOICE, True, choices=WEEKDAYS, title="Day")
_HOURS = (
    Field("from", FieldKind.TEXT, True, length_max=5, title="From, such as 02:00"),
    Field("until", FieldKind.TEXT, True, length_max=5, title="Until, such as 05:00"),
    Field("time_zone", FieldKind.TEXT, False, length_max=64, title="Time zone; UTC without one"),
    Field("weekdays", FieldKind.LIST, False, item=_DAY, title="Weekdays; none means all"),
)
_RULES = (
    _texts("waves", "Wave, such as 1 or 10%", "Waves; the rest is the last one"),
    Field("via", FieldKind.CHOICE, True, choices=("http", "ftp"), title="Fetched by"),
    Field("signed", FieldKind.CHOICE, True, choices=("never", "preferred", "required"), title="SignedUpdateFirmware"),
    Field("needs_idle", FieldKind.FLAG, False, title="Only while no car charges"),
    Field("hours", FieldKind.OBJECT, False, fields=_HOURS, title="Stations are told in these hours only"),
    Field("tries_max", FieldKind.INTEGER, False, minimum=1, title="How often a station is tried"),
    Field("retry_after_min", FieldKind.INTEGER, False, minimum=0, title="Minutes between two tries"),
    Field("install_limit_h", FieldKind.INTEGER, False, minimum=1, title="Hours after which a try has failed"),
    Field("wait_limit_h", FieldKind.INTEGER, False, minimum=0, title="Hours to wait for a station; 0 for ever"),
    Field("failures_max", FieldKind.INTEGER, False, minimum=0, title="Stop after more failed stations in a wave"),
    Field("failure_share_max", FieldKind.INTEGER, False, minimum=0, title="Stop after more percent of a wave"),
)
FIELDS = (
    Field("name", FieldKind.TEXT, True, length_max=200, title="Name"),
    Field("image_id", FieldKind.INTEGER, True, minimum=1, title="Image, by its number on the page Firmware"),
    Field("selection", FieldKind.OBJECT, True, fields=_SELECTION, title="Which stations"),
    Field("rules", FieldKind.OBJECT, True, fields=_RULES, title="Rules"),
)
GIVEN = {
    "rules": {
        "waves": ["1", "10%"],
        "via": "http",
        "signed": "never",
        "needs_idle": True,
        "tries_max": 3,
        "retry_after_min": 5,
        "install_limit_h": 6,
        "wait_limit_h": 72,
    }
}
_TOLD_BY = {
    "never": "UpdateFirmware",
    "preferred": "SignedUpdateFirmware; who does not know it by UpdateFirmware",
    "required": "SignedUpdateFirmware; who does not know it has failed",
}
_SECONDS = {
    "retry_after_min": ("retry_after_s", 60),
    "install_limit_h": ("install_limit_s", 3600),
    "wait_limit_h": ("wait_limit_s", 3600),
}
"""What the API calls each, and how many seconds one is."""


def request_of(typed: Mapping[str, Any]) -> Body:
    """The API's request.

    Raises:
        ValueError: a time of day is none.
    """
    rules = dict(typed["rules"])
    for name, (asked, seconds) in _SECONDS.items():
        if name in rules:
            rules[asked] = rules.pop(name) * seconds
    if "hours" in rules:
        rules["hours"] = _hours(rules["hours"])
    return {**typed, "rules": rules}


def _hours(typed: Mapping[str, Any]) -> Body:
    days = [WEEKDAYS.index(day) for day in typed.get("weekdays", WEEKDAYS)]
    zone = {"time_zone": typed["time_zone"]} if "time_zone" in typed else {}
    return {
        "weekdays": days,
        "from_minute": _minute(str(typed.get("from", ""))),
        "until_minute": _minute(str(typed.get("until", ""))),
        **zone,
    }


def _minute(text: str) -> int:
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text or 'nothing'} is no time of day; write such as 02:00")
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)


def rule_facts(rules: Json) -> list[Fact]:
    """The rules of a campaign, as they are read."""
    wait_s = rules["wait_limit_s"]
    stops = [
        *([] if rules["failures_max"] is None else [f"more than {rules['failures_max']} stations of a wave fail"]),
        *([] if rules["failure_share_max"] is None else [f"more than {rules['failure_share_max']} % of a wave fail"]),
    ]
    return [
        ("Waves", ", ".join([*rules["waves"], "the rest"])),
        ("Fetched by", rules["via"].upper()),
        ("Told by", _TOLD_BY[rules["signed"]]),
        ("Only while no car charges", "yes" if rules["needs_idle"] else "no"),
        ("Stations are told", "at any time" if rules["hours"] is None else _hours_words(rules["hours"])),
        ("A station is tried", f"{rules['tries_max']} times, {duration(rules['retry_after_s'])} apart"),
        ("A try has failed after", duration(rules["install_limit_s"])),
        ("A station is skipped after", "never" if wait_s == 0 else duration(wait_s)),
        ("Stops if", " or ".join(stops)),
    ]


def _hours_words(hours: Json) -> str:
    days = sorted(hours["weekdays"])
    names = "daily" if len(days) == len(WEEKDAYS) else ", ".join(WEEKDAYS[day][:3].capitalize() for day in days)
    first, last = (f"{at // 60:02}:{at % 60:02}" for at in (hours["from_minute"], hours["until_minute"]))
    return f"{names}, {first}\u2013{last} {hours['time_zone']}"
