"""Wild stories at the charger: whatever drivers, operators and faults do, some things never happen."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.ocpp.enumerations import ChargePointStatus as Status
from contactor.rig.outlet_moves import CLOSED
from contactor.station.status_matrix import MOVES, STATION_STATUSES
from tests.station.bench import Bench, Frame, Payload

EXPIRY = "2026-03-01T12:10:00Z"


@dataclass
class Story:
    """A bench, and what an attentive reader of the wire knows."""

    bench: Bench
    read: int = 0
    dials: int = 0
    last_status: dict[int, Status] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    open_on: dict[int, int] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)
    meter_wh: dict[int, int] = field(default_factory=dict)

    def start_answer(self, payload: Payload, status: str) -> Payload:
        """The same id for the same start, however often it is sent."""
        number = self.starts.setdefault(f"{payload['connectorId']} {payload['timestamp']}", len(self.starts) + 1)
        return {"transactionId": number, "idTagInfo": {"status": status}}

    def check(self) -> None:
        """Hold what was sent since the last time, and what is so now, to the rules."""
        if len(self.bench.dials) != self.dials:
            self.dials = len(self.bench.dials)
            self.last_status.clear()  # statuses of the time between are not told (ST-30)
        for frame in self.bench.frames[self.read :]:
            self._read(frame)
        self.read = len(self.bench.frames)
        self._no_energy_without_transaction()

    def _read(self, frame: Frame) -> None:
        payload = frame.payload
        if frame.action == "StatusNotification":
            self._read_status(payload["connectorId"], Status(payload["status"]))
        elif frame.action == "StartTransaction":
            self._read_start(payload)
        elif frame.action == "StopTransaction" and payload["transactionId"] not in self.stopped:
            self.stopped.add(payload["transactionId"])
            (connector,) = [each for each, number in self.open_on.items() if number == payload["transactionId"]]
            del self.open_on[connector]
            self.meter_wh[connector] = payload["meterStop"]

    def _read_status(self, connector: int, status: Status) -> None:
        before = self.last_status.get(connector, status)
        assert status is before or (before, status) in MOVES, f"{connector}: {before} to {status} (ST-01)"
        assert connector != 0 or status in STATION_STATUSES, "ST-02"
        self.last_status[connector] = status

    def _read_start(self, payload: Payload) -> None:
        connector = payload["connectorId"]
        number = self.start_answer(payload, "Accepted")["transactionId"]
        if number in self.stopped or self.open_on.get(connector) == number:
            return  # the same message again
        assert connector not in self.open_on, "two transactions on one connector (TX-12)"
        assert payload["meterStart"] == self.meter_wh.get(connector, 0), "energy outside a transaction (AU-01, TX-02)"
        self.open_on[connector] = number

    def _no_energy_without_transaction(self) -> None:
        for outlet in self.bench.rig.outlets:
            if self.bench.rig.state(outlet) in CLOSED:
                assert self.bench.station.transactions.open_on(outlet) is not None, "AU-01"


Step = Callable[[Story], None]


def ask(action: str, **payload: object) -> Step:
    def step(story: Story) -> None:
        if story.bench.is_connected:
            story.bench.ask(action, payload)

    return step


def plug(outlet: int) -> Step:
    def step(story: Story) -> None:
        if not story.bench.rig.is_plugged(OutletNumber(outlet)):
            story.bench.plug(outlet)

    return step


def unplug(outlet: int) -> Step:
    def step(story: Story) -> None:
        if story.bench.rig.is_plugged(OutletNumber(outlet)):
            story.bench.unplug(outlet)

    return step


def toggle_fault(dtc: str, outlet: OutletNumber | None) -> Step:
    def step(story: Story) -> None:
        rig = story.bench.rig
        change = rig.clear_fault if (dtc, outlet) in rig.faults() else rig.raise_fault
        change(dtc, outlet)
        story.bench.wait(0)

    return step


def authorize_answers(status: str | None) -> Step:
    def step(story: Story) -> None:
        story.bench.answers["Authorize"] = None if status is None else {"idTagInfo": {"status": status}}

    return step


def start_answers(status: str) -> Step:
    def step(story: Story) -> None:
        story.bench.answers["StartTransaction"] = lambda payload: story.start_answer(payload, status)

    return step


def repair_line(story: Story) -> None:
    story.bench.line_works = True


def rest(story: Story) -> None:
    if story.bench.rig.is_plugged(OutletNumber(1)):
        story.bench.rig.limit_vehicle(OutletNumber(1), 0.0)


def badge(uid: str) -> Step:
    return lambda story: story.bench.badge(uid)


def wait(seconds: float) -> Step:
    return lambda story: story.bench.wait(seconds)


def stop_latest(story: Story) -> None:
    ask("RemoteStopTransaction", transactionId=len(story.starts))(story)


def set_key(key: str, value: str) -> Step:
    return ask("ChangeConfiguration", key=key, value=value)


def reserve(connector: int, number: int, **more: str) -> Step:
    return ask("ReserveNow", connectorId=connector, expiryDate=EXPIRY, idTag="GUEST", reservationId=number, **more)


STEPS: dict[str, Step] = {
    **{f"plug {each}": plug(each) for each in (1, 2)},
    **{f"unplug {each}": unplug(each) for each in (1, 2)},
    **{f"badge {uid}": badge(uid) for uid in ("TAG-1", "GUEST")},
    "touch": lambda story: story.bench.rig.touch_screen(),
    "stop button": lambda story: story.bench.rig.press_stop(OutletNumber(1)),
    "car rests": rest,
    "remote start": ask("RemoteStartTransaction", idTag="GUEST"),
    "remote start 2": ask("RemoteStartTransaction", idTag="APP", connectorId=2),
    "remote stop": stop_latest,
    **{f"fault {dtc} 1": toggle_fault(dtc, OutletNumber(1)) for dtc in ("0x100206", "0x100007")},
    **{f"fault {dtc}": toggle_fault(dtc, None) for dtc in ("0x100202", "0x200002")},
    **{
        f"{kind} {each}": ask("ChangeAvailability", connectorId=each, type=kind)
        for kind in ("Operative", "Inoperative")
        for each in (0, 1)
    },
    "reserve 1": reserve(1, 1),
    "reserve any": reserve(0, 2, parentIdTag="FAMILY"),
    "cancel": ask("CancelReservation", reservationId=2),
    "cut line": lambda story: story.bench.lose_line(),
    "repair line": repair_line,
    "power cut": lambda story: story.bench.power_cut(5.0),
    "reset": ask("Reset", type="Hard"),
    **{f"badges are {status}": authorize_answers(status) for status in ("Accepted", "Blocked", None)},
    **{f"starts are {status}": start_answers(status) for status in ("Accepted", "Invalid")},
    "free mode": set_key("AuthenticationOCPPMode", "false"),
    "badge mode": set_key("AuthenticationOCPPMode", "true"),
    "keep refused": set_key("StopTransactionOnInvalidId", "false"),
    "keep unplugged": set_key("StopTransactionOnEVSideDisconnect", "false"),
    **{f"wait {seconds}": wait(seconds) for seconds in (1, 7, 40, 130)},
}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.lists(st.sampled_from(sorted(STEPS)), min_size=5, max_size=40), birds=st.booleans())
def test_whatever_happens_at_the_charger_the_rules_hold(names: list[str], birds: bool) -> None:
    """ST-01, ST-02: legal moves only; TX-12: one transaction; AU-01, TX-02: no energy outside one; nothing raises."""
    story = Story(Bench(settings={"allow_badge_before_plug": birds}))
    start_answers("Accepted")(story)
    for name in names:
        STEPS[name](story)
        story.bench.wait(0.01)  # or two transactions could have the same instant, and pass for one sent twice
        story.check()
    calm(story)


def calm(story: Story) -> None:
    """Trouble is over: everything owed arrives, and both sides agree."""
    bench = story.bench
    for dtc, outlet in list(bench.rig.faults()):
        bench.rig.clear_fault(dtc, outlet)
    authorize_answers("Accepted")(story)
    bench.repair_line()
    bench.wait(400)
    story.check()
    assert bench.station.is_online
    assert bench.station.messages_owed == 0
    for connector_id, connector in bench.station.connectors.items():
        assert story.last_status.get(connector_id, connector.status) is connector.status
        assert (bench.station.transactions.open_on(connector_id) is not None) == (connector_id in story.open_on)
        if connector_id not in story.open_on:
            assert bench.register_wh(connector_id) == story.meter_wh.get(connector_id, 0)
    assert bench.station.deadline_s is None or bench.station.deadline_s > bench.now_s


def test_a_story_can_tell_right_from_wrong() -> None:
    """The reader notices a transaction nobody knows of: the rules above are not empty."""
    story = Story(Bench())
    start_answers("Accepted")(story)
    for name in ("plug 1", "badge TAG-1", "wait 40"):
        STEPS[name](story)
        story.check()
    assert story.open_on == {1: 1}
    assert story.last_status == {0: Status.AVAILABLE, 1: Status.CHARGING, 2: Status.AVAILABLE}
    assert ConnectorId(2) not in story.open_on
