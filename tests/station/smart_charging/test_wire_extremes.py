"""Numbers and dates at the edge of what the wire can say do no harm, whatever the answer (RPC: nothing may raise)."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.station.bench import Bench, Payload

EXTREME_INTEGERS = st.sampled_from([0, 1, 59, 86_400, 2**31, 2**53, 2**63 - 1, -1, -(2**63)])
EXTREME_INSTANTS = st.sampled_from(
    [
        "0001-01-02T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2026-03-01T11:59:59.999999Z",
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.000001+00:00",
        "9999-12-31T23:59:59.999999Z",
    ]
)
EXTREME_LIMITS = st.sampled_from([0, 1000, 1000.1, 1e18, 1e300, -1e300])


def or_absent(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def extreme_profile(draw: st.DrawFn) -> Payload:
    starts = draw(st.lists(EXTREME_INTEGERS.filter(lambda each: each > 0), max_size=3, unique=True).map(sorted))
    schedule = {
        "chargingRateUnit": "W",
        "duration": draw(or_absent(EXTREME_INTEGERS)),
        "startSchedule": draw(or_absent(EXTREME_INSTANTS)),
        "chargingSchedulePeriod": [{"startPeriod": start, "limit": draw(EXTREME_LIMITS)} for start in [0, *starts]],
    }
    profile = {
        "chargingProfileId": draw(EXTREME_INTEGERS),
        "stackLevel": draw(st.sampled_from([0, 20]) | EXTREME_INTEGERS),
        "chargingProfilePurpose": draw(st.sampled_from(["TxDefaultProfile", "TxProfile"])),
        "chargingProfileKind": draw(st.sampled_from(["Absolute", "Relative", "Recurring"])),
        "recurrencyKind": draw(or_absent(st.sampled_from(["Daily", "Weekly"]))),
        "validFrom": draw(or_absent(EXTREME_INSTANTS)),
        "validTo": draw(or_absent(EXTREME_INSTANTS)),
    }
    return {
        **{name: value for name, value in profile.items() if value is not None},
        "chargingSchedule": {name: value for name, value in schedule.items() if value is not None},
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(extreme_profile(), min_size=1, max_size=4), EXTREME_INTEGERS)
def test_sc_07_no_profile_can_break_the_station(profiles: list[Payload], duration: int) -> None:
    bench = Bench()
    bench.charge()
    for connector, profile in enumerate(profiles):
        answer = bench.ask("SetChargingProfile", {"connectorId": connector % 3, "csChargingProfiles": profile})
        assert answer[0] == 3
        assert answer[2]["status"] in ("Accepted", "Rejected")
        bench.wait(1)
    for connector in (0, 1, 2):
        answer = bench.ask("GetCompositeSchedule", {"connectorId": connector, "duration": duration})
        assert answer[2]["status"] == ("Accepted" if duration > 0 else "Rejected")
    bench.wait(60)
    bench.power_cut()
    assert bench.ask("GetCompositeSchedule", {"connectorId": 1, "duration": 60})[2]["status"] == "Accepted"
