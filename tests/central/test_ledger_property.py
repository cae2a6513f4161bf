"""Whatever order and however often messages come, each transaction is recorded once, with all its readings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.central.store.schema import TransactionState
from tests.central.bench import STATION, CentralBench, Json, Line, central_in, wire_time

METER_START = 1000
STEPS = ("start", "read", "stop", "again", "again with a new id", "reconnect", "restart")


@dataclass
class Charge:
    """A transaction as the station lives it; it speaks of the number only once it was told."""

    connector: int
    begun_at: int
    number: object = None
    read_at: list[int] = field(default_factory=list)
    is_stopped: bool = False
    register_wh: int = METER_START


@dataclass
class Station:
    """Says what a station may say next, repeats what it has said, and remembers what must be on record."""

    line: Line
    charges: list[Charge] = field(default_factory=list)
    said: list[tuple[str, str, Json]] = field(default_factory=list)
    now: int = 0

    def say(self, action: str, payload: Json) -> Json:
        message_id = f"id-{len(self.said)}"
        self.said.append((message_id, action, payload))
        return self.line.ask(action, payload, message_id)

    def start(self, connector: int) -> None:
        if any(charge.connector == connector and not charge.is_stopped for charge in self.charges):
            return
        self.now += 10
        register_wh = max(
            (each.register_wh for each in self.charges if each.connector == connector), default=METER_START
        )
        charge = Charge(connector, self.now, register_wh=register_wh)
        self.charges.append(charge)
        start = {"connectorId": connector, "idTag": "T", "meterStart": register_wh, "timestamp": wire_time(self.now)}
        charge.number = self.say("StartTransaction", start)["transactionId"]

    def read(self, chosen: int) -> None:
        """Read for any transaction, stopped or not: readings may come late."""
        if not self.charges:
            return
        self.now += 1
        charge = self.charges[chosen % len(self.charges)]
        charge.read_at.append(self.now)
        sampled = [{"value": str(METER_START + self.now), "measurand": "Energy.Active.Import.Register"}]
        reading = {"timestamp": wire_time(self.now), "sampledValue": sampled}
        payload: Json = {"connectorId": charge.connector, "transactionId": charge.number, "meterValue": [reading]}
        assert self.say("MeterValues", payload) == {}

    def stop(self, chosen: int) -> None:
        running = [charge for charge in self.charges if not charge.is_stopped]
        if not running:
            return
        self.now += 1
        charge = running[chosen % len(running)]
        charge.is_stopped = True
        charge.register_wh = METER_START + self.now
        stop = {"transactionId": charge.number, "meterStop": charge.register_wh, "timestamp": wire_time(self.now)}
        assert self.say("StopTransaction", stop) == {}

    def repeat(self, chosen: int, *, new_id: bool) -> None:
        if self.said:
            message_id, action, payload = self.said[chosen % len(self.said)]
            self.line.ask(action, payload, f"new-{self.now}" if new_id else message_id)


def _check(central: CentralBench, charges: Sequence[Charge]) -> None:
    views = {view.transaction_id: view for view in central.queries.transactions()}
    assert len(views) == len(charges)
    for charge in charges:
        assert isinstance(charge.number, int)
        view = views[charge.number]
        assert (view.station_id, view.connector_id) == (STATION, charge.connector)
        assert view.state is (TransactionState.STOPPED if charge.is_stopped else TransactionState.OPEN)
        assert view.suspicions == ()
        taken = [reading.energy_wh for reading in central.queries.readings(charge.number)]
        assert taken == [METER_START + when for when in charge.read_at]
    assert central.queries.stray_stops() == []
    assert central.queries.stray_readings(STATION) == []


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 30)), max_size=40))
def test_cs_03_to_cs_06_each_transaction_is_recorded_once_with_all_its_readings(
    new_database: Callable[[], str], steps: list[tuple[str, int]]
) -> None:
    place = new_database()
    charges: list[Charge] = []
    said: list[tuple[str, str, Json]] = []
    now = 0
    for life in _split_at_restarts(steps):
        with central_in(place) as central:
            station = Station(central.connect_accepted(), charges, said, now)
            central.clock.advance(10_000)  # so that nothing it says is from the future
            for step, chosen in life:
                _take(step, chosen, station, central)
            now = station.now
            _check(central, charges)


def _split_at_restarts(steps: list[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    lives: list[list[tuple[str, int]]] = [[]]
    for step in steps:
        if step[0] == "restart":
            lives.append([])
        else:
            lives[-1].append(step)
    return lives


def _take(step: str, chosen: int, station: Station, central: CentralBench) -> None:
    if step == "start":
        station.start(1 + chosen % 2)
    elif step == "read":
        station.read(chosen)
    elif step == "stop":
        station.stop(chosen)
    elif step == "reconnect":
        station.line.end()
        station.line = central.connect()
    else:
        station.repeat(chosen, new_id=step == "again with a new id")
