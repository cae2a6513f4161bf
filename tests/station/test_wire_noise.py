"""Whatever the wire brings in whatever state the station is: it answers or ignores, stays connected, and charges."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.guide.entries import Access
from contactor.guide.load import load_product
from contactor.ocpp.actions import ACTIONS, Side
from contactor.ocpp.codec import write_payload
from contactor.ocpp.errors import ErrorCode
from contactor.ocpp.field_types import OcppObject
from contactor.station.events import TextReceived
from tests.ocpp.messages_made import messages
from tests.ocpp.test_noise import NOISE
from tests.station.bench import Bench, Payload, Refusal

Step = Callable[[Bench], None]

FROM_CENTRAL = [action for action in ACTIONS.values() if Side.CENTRAL in action.senders]
FROM_STATION = [
    action for action in ACTIONS.values() if Side.STATION in action.senders and action.name != "DataTransfer"
]
KEYS = load_product().configuration
DTCS = sorted(load_product().vendor_errors)

CONNECTORS = st.integers(-1, 3)
TAGS = st.sampled_from(["TAG-1", "tag-1", "TAG-2", "é", "", "x" * 20])
TRANSACTIONS = st.sampled_from([-1, 0, 101, 102, 2**63 - 1])
VALUES = st.sampled_from(
    ["", "0", "1", "2", "-1", "5", "30", "2147483647", "true", "false", "SoC", "wss://b.test", "é"]
)
INSTANT_TEXTS = st.sampled_from(
    ["2026-03-01T12:00:30Z", "2026-03-01T15:00:00+02:00", "0001-01-02T00:00:00Z", "9999-12-30T23:59:59.999Z"]
)
PERIODS = st.lists(
    st.fixed_dictionaries(
        {"startPeriod": st.integers(-1, 90), "limit": st.sampled_from([-1.0, 0.0, 0.1, 7000.0, 1e9])}
    ),
    min_size=1,
    max_size=3,
)
PROFILES = st.fixed_dictionaries(
    {
        "chargingProfileId": st.integers(0, 3),
        "stackLevel": st.integers(-1, 21),
        "chargingProfilePurpose": st.sampled_from(["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]),
        "chargingProfileKind": st.sampled_from(["Absolute", "Recurring", "Relative"]),
        "chargingSchedule": st.fixed_dictionaries(
            {"chargingRateUnit": st.sampled_from(["W", "A"]), "chargingSchedulePeriod": PERIODS},
            optional={"duration": st.integers(-1, 100), "startSchedule": INSTANT_TEXTS},
        ),
    },
    optional={
        "transactionId": TRANSACTIONS,
        "recurrencyKind": st.sampled_from(["Daily", "Weekly"]),
        "validFrom": INSTANT_TEXTS,
        "validTo": INSTANT_TEXTS,
    },
)

# Requests that mean something here, or nearly: random ones from the schema seldom name a connector that exists.
LIKELY = st.one_of(
    st.tuples(
        st.just("ChangeConfiguration"), st.fixed_dictionaries({"key": st.sampled_from(list(KEYS)), "value": VALUES})
    ),
    st.tuples(
        st.just("ChangeAvailability"),
        st.fixed_dictionaries({"connectorId": CONNECTORS, "type": st.sampled_from(["Operative", "Inoperative"])}),
    ),
    st.tuples(
        st.just("RemoteStartTransaction"),
        st.fixed_dictionaries({"idTag": TAGS}, optional={"connectorId": CONNECTORS, "chargingProfile": PROFILES}),
    ),
    st.tuples(st.just("RemoteStopTransaction"), st.fixed_dictionaries({"transactionId": TRANSACTIONS})),
    st.tuples(
        st.just("ReserveNow"),
        st.fixed_dictionaries(
            {
                "connectorId": CONNECTORS,
                "idTag": TAGS,
                "reservationId": st.integers(0, 2),
                "expiryDate": INSTANT_TEXTS,
            }
        ),
    ),
    st.tuples(
        st.just("SetChargingProfile"),
        st.fixed_dictionaries({"connectorId": CONNECTORS, "csChargingProfiles": PROFILES}),
    ),
    st.tuples(
        st.just("GetCompositeSchedule"),
        st.fixed_dictionaries({"connectorId": CONNECTORS, "duration": st.sampled_from([-1, 0, 60, 2**63 - 1])}),
    ),
    st.tuples(
        st.just("TriggerMessage"),
        st.fixed_dictionaries(
            {
                "requestedMessage": st.sampled_from(
                    ["BootNotification", "Heartbeat", "MeterValues", "StatusNotification"]
                )
            },
            optional={"connectorId": CONNECTORS},
        ),
    ),
    st.tuples(st.just("Reset"), st.fixed_dictionaries({"type": st.sampled_from(["Soft", "Hard"])})),
    st.tuples(
        st.just("SendLocalList"),
        st.fixed_dictionaries(
            {
                "listVersion": st.integers(-1, 3),
                "updateType": st.sampled_from(["Full", "Differential"]),
                "localAuthorizationList": st.lists(
                    st.fixed_dictionaries({"idTag": TAGS}, optional={"idTagInfo": st.just({"status": "Blocked"})}),
                    max_size=3,
                ),
            }
        ),
    ),
)

NOISES: st.SearchStrategy[Step] = NOISE.map(lambda text: lambda bench: bench.handle(TextReceived(text)))


def schema_request(kind: type[OcppObject], name: str) -> st.SearchStrategy[Step]:
    return messages(kind).map(lambda request: asking(name, json.loads(write_payload(request))))


def asking(name: str, payload: Any) -> Step:  # JSON
    return lambda bench: bench.handle(TextReceived(json.dumps([2, f"n{len(bench.frames)}", name, payload]).encode()))


REQUESTS: st.SearchStrategy[Step] = st.one_of(
    st.sampled_from(FROM_CENTRAL).flatmap(lambda action: schema_request(action.request, action.name)),
    LIKELY.map(lambda request: asking(*request)),
    LIKELY.map(lambda request: asking(*request)),
)


def answering(name: str, answer: Any) -> Step:  # JSON, a refusal, or silence
    return lambda bench: bench.answers.update({name: answer})


def odd_answer(result: OcppObject) -> Payload:
    payload: Payload = json.loads(write_payload(result))
    if "interval" in payload:
        payload["interval"] = max(-5, min(payload["interval"], 40))  # a wait of years is a wait of years
    return payload


ANSWERS: st.SearchStrategy[Step] = st.sampled_from(FROM_STATION).flatmap(
    lambda action: st.one_of(
        messages(action.result).map(lambda result: answering(action.name, odd_answer(result))),
        st.sampled_from(list(ErrorCode)).map(lambda code: answering(action.name, Refusal(str(code)))),
        st.just(answering(action.name, None)),
    )
)


OUTLETS = st.sampled_from([OutletNumber(1), OutletNumber(2)])
DEEDS: st.SearchStrategy[Step] = st.one_of(
    OUTLETS.map(lambda outlet: lambda bench: unless_impossible(lambda: bench.plug(outlet))),
    OUTLETS.map(lambda outlet: lambda bench: unless_impossible(lambda: bench.unplug(outlet))),
    OUTLETS.map(lambda outlet: lambda bench: bench.rig.press_stop(outlet)),
    st.sampled_from(["TAG-1", "TAG-2", "x" * 30, "é"]).map(lambda uid: lambda bench: bench.badge(uid)),
    st.tuples(st.sampled_from(DTCS), OUTLETS).map(lambda fault: lambda bench: bench.rig.raise_fault(*fault)),
    st.sampled_from([0.3, 5.0, 31.0, 200.0]).map(lambda pause_s: lambda bench: bench.wait(pause_s)),
    OUTLETS.map(lambda outlet: lambda bench: unless_impossible(lambda: bench.charge(outlet))),
    st.just(lambda bench: bench.lose_line()),
    st.just(lambda bench: bench.repair_line()),
)


def unless_impossible(deed: Callable[[], None]) -> None:
    with suppress(BadSetting):  # the outlet is taken, or nobody is there
        deed()


def calm(bench: Bench, good_answers: dict[str, Any]) -> None:
    """Everything is well again, and the central system puts the station back as it came."""
    bench.answers = good_answers
    for dtc, place in bench.rig.faults():
        bench.rig.clear_fault(dtc, place)
    for outlet in bench.rig.outlets:
        if bench.rig.is_plugged(outlet):
            bench.unplug(outlet)
    bench.repair_line()
    bench.wait(400)
    assert bench.station.is_online
    for key in KEYS.values():
        if key.access is Access.RW and key.has_default:
            bench.ask("ChangeConfiguration", {"key": key.key, "value": key.default})
    bench.set("MinimumStatusDuration", "0")
    for row in bench.store.rows("reservations").values():
        bench.ask("CancelReservation", {"reservationId": json.loads(row)["number"]})
    bench.ask("ClearChargingProfile")
    bench.ask("ChangeAvailability", {"connectorId": 0, "type": "Operative"})
    bench.wait(60)


def check_that_cars_charge(bench: Bench) -> None:
    for outlet in (1, 2):
        bench.charge(outlet, "TAG-9")
        assert bench.statuses(outlet)[-1] == "Charging"
        bench.badge("TAG-9")
        bench.wait(10)
        bench.unplug(outlet)
        assert bench.statuses(outlet)[-1] == "Available"


@settings(max_examples=50, deadline=None)
@given(before=st.lists(DEEDS, max_size=6), texts=st.lists(NOISES, min_size=1, max_size=12))
def test_err_14_rpc_09_noise_never_costs_the_connection(before: list[Step], texts: list[Step]) -> None:
    """ERR-14, RPC-09: bytes of any kind, in the states that drivers bring about; the line stays and cars charge."""
    bench = Bench()
    good_answers = dict(bench.answers)
    for step in before:
        step(bench)
    bench.repair_line()
    dials = len(bench.dials)
    for text in texts:
        text(bench)
    bench.wait(1)
    assert bench.is_connected
    assert len(bench.dials) == dials
    calm(bench, good_answers)
    check_that_cars_charge(bench)


@settings(max_examples=80, deadline=None)
@given(steps=st.lists(st.one_of(REQUESTS, REQUESTS, ANSWERS, DEEDS, DEEDS, NOISES), min_size=1, max_size=25))
def test_requests_and_answers_of_any_kind_leave_a_station_that_charges(steps: list[Step]) -> None:
    """ERR-14: valid requests with random payloads, strange answers, refusals and silence, between deeds of drivers."""
    bench = Bench()
    good_answers = dict(bench.answers)
    for step in steps:
        step(bench)
    calm(bench, good_answers)
    check_that_cars_charge(bench)
