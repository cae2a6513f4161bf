"""What is typed into the form of a campaign is what the API is asked, in its units."""

from typing import Any

import pytest

from contactor.central.api.campaign_shapes import NewCampaign
from contactor.console.campaign_form import FIELDS, GIVEN, request_of, rule_facts

TYPED: dict[str, Any] = {"name": "All", "image_id": 1, "selection": {"is_every_station": True}, **GIVEN}


def with_hours(**hours: Any) -> dict[str, Any]:
    return {**TYPED, "rules": {**TYPED["rules"], "hours": hours}}


def test_what_the_form_begins_with_are_the_rules_that_the_api_has_by_itself() -> None:
    asked = NewCampaign.model_validate(request_of(TYPED))
    plain = NewCampaign.model_validate({**request_of(TYPED), "rules": {"waves": ["1", "10%"]}})
    assert asked == plain


def test_hours_are_typed_as_times_of_day_and_asked_in_minutes() -> None:
    asked = request_of(with_hours(**{"from": "22:30", "until": "05:00", "weekdays": ["monday", "sunday"]}))
    hours = NewCampaign.model_validate(asked).rules.hours
    assert hours is not None
    assert (hours.from_minute, hours.until_minute, hours.weekdays, hours.time_zone) == (1350, 300, [0, 6], "UTC")


@pytest.mark.parametrize(
    "hours", [{"from": "2 am", "until": "05:00"}, {"from": "24:30", "until": "05:00"}, {"until": "05:00"}]
)
def test_what_is_no_time_of_day_is_named(hours: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=hours.get("from", "nothing")):
        request_of(with_hours(**hours))


def test_every_rule_of_the_api_can_be_typed_and_is_read() -> None:
    (rules,) = (field for field in FIELDS if field.name == "rules")
    typed = {field.name: 1 for field in rules.fields if field.name not in GIVEN["rules"] and field.name != "hours"}
    hours = {"from": "02:00", "until": "05:00", "weekdays": ["saturday"], "time_zone": "Europe/Paris"}
    asked = request_of({**TYPED, "rules": {**GIVEN["rules"], **typed, "hours": hours}})
    whole = NewCampaign.model_validate(asked).model_dump(mode="json")["rules"]
    assert set(whole) == set(asked["rules"])
    told = dict(rule_facts(whole))
    assert told["Stations are told"] == "Sat, 02:00\u201305:00 Europe/Paris"
    assert told["Told by"] == "UpdateFirmware"
    assert told["A station is tried"] == "3 times, 5 min apart"
    assert told["Stops if"] == "more than 1 stations of a wave fail or more than 1 % of a wave fail"
