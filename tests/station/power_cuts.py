"""A bench whose power may fail at any commit, a long story for it, and the laws that must hold afterwards.

A cut takes everything that was not committed: the event at hand and its effects, what the hardware was about to tell,
the connection. The rows, the meters and the cars stay.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contactor.base.ids import ConnectorId, IdTag, OutletNumber
from contactor.station.events import DeadlineReached, Event, PoweredOn, PowerOnCause
from contactor.station.keys import Key
from contactor.station.store.memory import ForgetfulStore
from contactor.station.store.port import StoreError
from tests.station.bench import Bench, Frame, Payload

NEVER = 10**9


class CuttableBench(Bench):
    """A bench that loses its power after given numbers of commits, each counted from the cut before.

    With `cause` WATCHDOG only the software dies, and the contactors stay as they are until it is back.
    """

    def __init__(
        self, cuts: Iterable[int], cause: PowerOnCause, initial: dict[str, str], *, product: str = "evlink_pro_dc"
    ) -> None:
        self._cuts = iter([*cuts, NEVER])
        self._cause = cause
        self._ids: dict[str, int] = {}
        self._forgetful = ForgetfulStore(next(self._cuts))
        super().__init__(product=product, initial=initial, store=self._forgetful, boot=False)
        self.answers["StartTransaction"] = self._start_once
        self.power_on()

    def handle(self, event: Event) -> None:
        try:
            super().handle(event)
        except StoreError:
            self._fail()

    def wait(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while True:
            deadlines = [each for each in (self.station.deadline_s, self.rig.deadline_s) if each is not None]
            if min(deadlines, default=end_s + 1) > end_s:
                break
            self.now_s = max(self.now_s, min(deadlines))
            self._let_happen()
        self.now_s = end_s
        self._let_happen()

    def until_online(self) -> None:
        while not self.station.is_online:
            self.wait(1)

    def insist(self, action: str, payload: Payload) -> Any:  # JSON
        """Ask until there is an answer, as an operator would; and again if the power failed over it."""
        while True:
            self.until_online()
            answer = self.ask(action, payload)
            if answer:
                assert answer[0] == 3, answer
                return answer[2]

    def cut_after(self, commits: int) -> None:
        """The power fails at the commit after so many more."""
        self._forgetful.commits_left = commits

    @property
    def has_power_to_lose(self) -> bool:
        """Whether the cut that was asked for is still to come."""
        return self._forgetful.commits_left < NEVER // 2

    def stop_cutting(self) -> None:
        """From here on the power is good."""
        self._forgetful.commits_left = NEVER

    def answers_for(self, start: Payload) -> int:
        """The transaction id that a start was given."""
        return self._ids[json.dumps(start)]

    def known_badges(self) -> list[str]:
        """The badges of the local list, as the store has them."""
        return list(self.store.rows("local_list"))

    def _let_happen(self) -> None:
        life = self.lives
        signals = self.rig.advance(self.now_s)
        for signal in signals:
            if self.lives == life:
                self.handle(signal)
        deadline_s = self.station.deadline_s
        if deadline_s is not None and deadline_s <= self.now_s:
            self.handle(DeadlineReached())

    def _fail(self) -> None:
        self._events.clear()
        self._forgetful.close()
        self._forgetful.commits_left = next(self._cuts)
        self.is_connected = False
        if self._cause is PowerOnCause.POWER:
            self.rig.power_off()
            self.rig.power_on()
        self.station = self._new_station()
        self.handle(PoweredOn(self._cause))

    def _start_once(self, payload: Payload) -> Payload:
        # The same start again is the same transaction, as for every central system that bills.
        return {
            "transactionId": self._ids.setdefault(json.dumps(payload), 101 + len(self._ids)),
            "idTagInfo": {"status": "Accepted"},
        }


# The story

BADGES = [IdTag("TAG-1"), IdTag("TAG-2"), IdTag("TAG-3")]
TOLD_KEYS = {"ConnectionTimeOut": "300", "MeterValueSampleInterval": "25", "LocalPreAuthorize": "true"}
INITIAL = {
    "LocalAuthListEnabled": "true",
    "MeterValueSampleInterval": "40",
    "disconnectedMeterValueSampleInterval": "50",
    "ResetRetries": "0",
}


def tell_story(bench: CuttableBench) -> None:
    """Two connectors, a spell without a line, and everything a central system may ask for in an hour or so."""
    write(bench, "ConnectionTimeOut")
    accepted: Payload = {"status": "Accepted"}
    full = [{"idTag": tag, "idTagInfo": accepted} for tag in BADGES[:2]]
    send_list(bench, 1, "Full", full)
    plug(bench, 1)
    badge(bench, 1, "TAG-1")
    bench.wait(70)
    plug(bench, 2)
    badge(bench, 2, "TAG-2")
    bench.wait(40)
    bench.lose_line()
    bench.wait(90)
    badge(bench, 2, "TAG-2")
    unplug(bench, 2)
    plug(bench, 2)
    badge(bench, 2, "TAG-2")
    bench.wait(30)
    bench.repair_line()
    write(bench, "MeterValueSampleInterval")
    send_list(bench, 2, "Differential", [{"idTag": "TAG-2"}, {"idTag": "TAG-3", "idTagInfo": accepted}])
    stop_remotely(bench, 1)
    unplug(bench, 1)
    set_in_service(bench, 1, "Inoperative")
    set_in_service(bench, 1, "Operative")
    plug(bench, 1)
    bench.insist("RemoteStartTransaction", {"idTag": "TAG-3", "connectorId": 1})
    bench.wait(30)
    bench.rig.raise_fault("0x10020A", OutletNumber(1))
    bench.wait(20)
    bench.rig.clear_fault("0x10020A", OutletNumber(1))
    write(bench, "LocalPreAuthorize")
    set_in_service(bench, 2, "Inoperative")
    bench.insist("Reset", {"type": "Soft"})
    bench.wait(20)
    unplug(bench, 1)
    plug(bench, 1)
    badge(bench, 1, "TAG-3")
    bench.wait(20)
    bench.insist("Reset", {"type": "Hard"})
    bench.wait(20)


def settle(bench: CuttableBench) -> None:
    """Trouble is over: everybody drives away, and time passes."""
    for outlet in (1, 2):
        unplug(bench, outlet)
    bench.until_online()
    bench.wait(150)


def write(bench: CuttableBench, key: str) -> None:
    answer = bench.insist("ChangeConfiguration", {"key": key, "value": TOLD_KEYS[key]})
    assert answer == {"status": "Accepted"}


def send_list(bench: CuttableBench, version: int, kind: str, entries: list[Payload]) -> None:
    request = {"listVersion": version, "updateType": kind, "localAuthorizationList": entries}
    status = bench.insist("SendLocalList", request)["status"]
    # The answer to an update that was taken may be lost with the power; asked again, it is too old.
    assert status == "Accepted" or (status == "VersionMismatch" and kind == "Differential")


def set_in_service(bench: CuttableBench, connector: int, kind: str) -> None:
    status = bench.insist("ChangeAvailability", {"connectorId": connector, "type": kind})["status"]
    assert status in ("Accepted", "Scheduled")


def stop_remotely(bench: CuttableBench, connector: int) -> None:
    bench.until_online()
    transaction = bench.station.transactions.open_on(connector)
    if transaction is not None and transaction.central_id is not None:
        bench.insist("RemoteStopTransaction", {"transactionId": transaction.central_id})
        bench.wait(10)


def plug(bench: CuttableBench, outlet: int) -> None:
    if not bench.rig.is_plugged(OutletNumber(outlet)):
        bench.plug(outlet)


def unplug(bench: CuttableBench, outlet: int) -> None:
    if bench.rig.is_plugged(OutletNumber(outlet)):
        bench.unplug(outlet)


def badge(bench: CuttableBench, outlet: int, uid: str) -> None:
    bench.rig.touch_screen(OutletNumber(outlet))
    bench.badge(uid)
    bench.wait(10)


# The laws


def check_laws(bench: CuttableBench) -> None:
    """Everything that must be so when trouble is over, whatever the trouble was."""
    assert bench.station.messages_owed == 0
    assert list(bench.station.transactions.all_open()) == []
    check_transactions(bench)
    check_energy(bench)
    check_what_was_told(bench)
    check_that_cars_charge(bench)


def check_transactions(bench: CuttableBench) -> None:
    starts = distinct(bench, "StartTransaction")
    stops = distinct(bench, "StopTransaction")
    contents = [json.dumps(start.payload) for start in starts]
    assert len(set(contents)) == len(contents), "one start under two message ids"
    started = {bench.answers_for(start.payload): start.payload for start in starts}
    assert sorted(stop.payload["transactionId"] for stop in stops) == sorted(started), "each is stopped exactly once"
    readings = defaultdict(list)
    for frame in distinct(bench, "MeterValues"):
        readings[frame.payload["transactionId"]].append(frame.payload)
    for stop in stops:
        start = started[stop.payload["transactionId"]]
        check_one(start, readings[stop.payload["transactionId"]], stop.payload)


def check_one(start: Payload, readings: list[Payload], stop: Payload) -> None:
    """What is told of one transaction never goes back, neither in energy nor in time (CLK-03, MV-10)."""
    values = [each["meterValue"][0] for each in readings]
    registers = [start["meterStart"], *map(register_of, values), stop["meterStop"]]
    assert registers == sorted(registers)
    instants = [start["timestamp"], *(value["timestamp"] for value in values), stop["timestamp"]]
    moments = [datetime.fromisoformat(text) for text in instants]
    assert moments == sorted(moments)
    assert all(each["connectorId"] == start["connectorId"] for each in readings)


def check_energy(bench: CuttableBench) -> None:
    """Every watt-hour that went through a meter is in exactly one transaction, the cuts included."""
    starts = {bench.answers_for(each.payload): each.payload for each in distinct(bench, "StartTransaction")}
    sold_wh: dict[int, int] = defaultdict(int)
    for stop in distinct(bench, "StopTransaction"):
        start = starts[stop.payload["transactionId"]]
        sold_wh[start["connectorId"]] += stop.payload["meterStop"] - start["meterStart"]
    assert {outlet: sold_wh[outlet] for outlet in (1, 2)} == {1: bench.register_wh(1), 2: bench.register_wh(2)}


def check_what_was_told(bench: CuttableBench) -> None:
    configuration = bench.station.configuration
    assert {key: configuration.text(Key(key)) for key in TOLD_KEYS} == TOLD_KEYS
    assert bench.insist("GetLocalListVersion", {}) == {"listVersion": 2}
    assert bench.known_badges() == ["tag-1", "tag-3"]
    assert bench.station.connectors[ConnectorId(1)].status == "Available"
    assert bench.station.connectors[ConnectorId(2)].status == "Unavailable"


def check_that_cars_charge(bench: CuttableBench) -> None:
    set_in_service(bench, 2, "Operative")
    for outlet in (1, 2):
        before = len(distinct(bench, "StopTransaction"))
        plug(bench, outlet)
        badge(bench, outlet, "TAG-1")
        assert bench.statuses(outlet)[-1] == "Charging"
        badge(bench, outlet, "TAG-1")
        unplug(bench, outlet)
        bench.wait(5)
        assert len(distinct(bench, "StopTransaction")) == before + 1
        assert bench.statuses(outlet)[-1] == "Available"


def distinct(bench: Bench, action: str) -> list[Frame]:
    """The calls of an action, each message once; a retransmission says what the first one said (Q-08)."""
    by_id: dict[str, Frame] = {}
    for frame in bench.frames:
        if frame.action == action:
            first = by_id.setdefault(frame.message_id, frame)
            assert frame.payload == first.payload
    return list(by_id.values())


def register_of(value: Payload) -> int:
    (register,) = (each for each in value["sampledValue"] if each["measurand"] == "Energy.Active.Import.Register")
    return int(register["value"])
